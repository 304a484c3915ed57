"""Whether a picture lies on its side or stands on its head while its container says nothing of it.

A face is looked for in the picture turned by 90, 180 and 270 degrees, once in two seconds and only where no upright
face was found, so that it costs nothing on other recordings. The face model finds some lying faces, too, but then
their angles are those of the picture, and it takes other things for a face.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from interview_analysis.models.vision.head import head_angles_deg
from interview_analysis.models.vision.mediapipe_runtime import quiet_start, start, to_mediapipe
from interview_analysis.types import Frame

_EVERY_S = 2.0
_MAX_LOOKS = 30
_UPRIGHT_DEG = 45.0  # of roll: nearer to upright than to lying
# Of the looks, and of the frames that were looked at or had no need of it. Of six clips all 18 turned by 90, 180 or 270
# degrees are told by them, and none of the six as they are.
_MIN_FOUND_RATIO, _MIN_LOOKS_RATIO, _MIN_FOUND = 0.7, 1 / 3, 3


class LyingProbe:
    """Looks at frames of one recording in the order of time. `close` it at the end."""

    def __init__(self, model_path: Path) -> None:
        self._model_path = model_path
        self._task: Any = None  # most recordings never need it
        self._due_s = 0.0
        self._due_count = self._looks = 0
        self._found: Counter[int] = Counter()  # by degrees

    def close(self) -> None:
        if self._task is not None:
            self._task.close()

    def look(self, frame: Frame, rolls_deg: Sequence[float]) -> None:
        """Take note of a frame in which faces with these rolls were found."""
        if frame.time_s < self._due_s or self._looks == _MAX_LOOKS:
            return
        self._due_s = frame.time_s + _EVERY_S
        self._due_count += 1
        if any(abs(roll) <= _UPRIGHT_DEG for roll in rolls_deg):
            return
        self._looks += 1
        for quarters in (1, 2, 3):
            if any(abs(roll) <= _UPRIGHT_DEG for roll in self._rolls_deg(np.rot90(frame.image, quarters))):
                self._found[90 * quarters] += 1

    @property
    def turned_deg(self) -> int:
        """Degrees, counter-clockwise, by which the picture would stand upright; 0 where nothing speaks for another."""
        (best, count), (_, second) = [*self._found.most_common(2), (0, 0), (0, 0)][:2]
        told = count > second and count >= max(_MIN_FOUND, _MIN_FOUND_RATIO * self._looks)
        return best if told and self._looks >= _MIN_LOOKS_RATIO * self._due_count else 0

    def _rolls_deg(self, image: np.ndarray[Any, np.dtype[np.uint8]]) -> list[float]:
        if self._task is None:
            self._task = start(
                "FaceLandmarker", self._model_path, running_mode="IMAGE", output_facial_transformation_matrixes=True
            )  # fmt: skip
        with quiet_start():
            result = self._task.detect(to_mediapipe(image))
        return [
            float(head_angles_deg(np.asarray(m, dtype=float))[2])
            for m in result.facial_transformation_matrixes
        ]
