"""How many faces are in single pictures, by MediaPipe's face landmarker without what follows a face through time."""

from __future__ import annotations

from pathlib import Path
from types import TracebackType
from typing import Any

import numpy as np
from numpy.typing import NDArray

from interview_analysis.models.vision.mediapipe_runtime import quiet_start, start, to_mediapipe

MOST = 5


class FaceCounter:
    """Counts the faces of pictures that have nothing to do with each other. Raises WeightsError, SystemLibraryError."""

    def __init__(self, model_path: Path) -> None:
        self._task: Any = start("FaceLandmarker", model_path, running_mode="IMAGE", num_faces=MOST)

    def count(self, image: NDArray[np.uint8]) -> int:
        """Of an upright RGB picture, shape (height, width, 3); `MOST` at most. The picture is not kept."""
        with quiet_start():
            return len(self._task.detect(to_mediapipe(image)).face_landmarks)

    def close(self) -> None:
        """Release the model."""
        self._task.close()

    def __enter__(self) -> FaceCounter:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()
