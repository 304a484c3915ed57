"""The face of the candidate, frame by frame, by MediaPipe's face landmarker.

Five faces are looked for by default, so that the tiles of a video call are noticed. On footage with one face that
costs 2 ms a frame more than looking for one, as the detector then runs on every frame, and no more than looking for
two; it turns off the landmark smoothing of MediaPipe, which at 5 frames a second mixes positions that are 0.2 s apart.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from types import TracebackType
from typing import Any

import numpy as np

from interview_analysis.models.vision.head import head_angles_deg
from interview_analysis.models.vision.lying import LyingProbe
from interview_analysis.models.vision.mediapipe_runtime import VideoClock, quiet_start, start, to_mediapipe
from interview_analysis.tracks import BLENDSHAPES, FACE_POINTS, FaceTrack
from interview_analysis.types import FloatArray, Frame

_LINK_GAP_S = 2.0
_LINK_DISTANCE = 1.0  # of the face's own height
_SAME_SIZE = 0.5
_OTHER_SHARE = (
    0.1  # of the frames; beside the followed face for less, a face is a passer-by or a false reading
)


@dataclass(frozen=True, slots=True)
class _Face:
    """One face in one frame, 300 bytes of numbers."""

    blendshapes: FloatArray  # (52,)
    angles_deg: FloatArray  # (3,) yaw, pitch, roll
    points: FloatArray  # (7, 2) image points
    centre: tuple[float, float]  # x, y in units of the image height
    height: float  # of the box around all points, in units of the image height


@dataclass(slots=True)
class _Path:
    """One face followed through time: frame indices and faces."""

    frames: list[int]
    faces: list[_Face]

    @property
    def weight(self) -> float:
        return sum(face.height for face in self.faces)

    @property
    def median_height(self) -> float:
        return float(np.median([face.height for face in self.faces]))


class FaceLandmarker:
    """Follows faces through the frames of one recording. Use it as a context manager, once a recording.

    Parameters
    ----------
    model_path : Path
        ``face_landmarker.task``.
    max_faces : int
        How many faces are looked for. `FaceTrack.face_count` cannot exceed it.

    Raises
    ------
    WeightsError, SystemLibraryError
        See `mediapipe_runtime.start`.
    """

    def __init__(self, model_path: Path, max_faces: int = 5) -> None:
        self._task = start(
            "FaceLandmarker", model_path, running_mode="VIDEO", num_faces=max_faces,
            output_face_blendshapes=True, output_facial_transformation_matrixes=True,
        )  # fmt: skip
        self._clock = VideoClock()
        self._probe = LyingProbe(model_path)
        self._times_s: list[float] = []
        self._faces: list[list[_Face]] = []
        self._aspect_ratio = float("nan")

    def __enter__(self) -> FaceLandmarker:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Release the model. What was observed stays."""
        self._task.close()
        self._probe.close()

    def observe(self, frame: Frame) -> None:
        """Find the faces of one frame. Frames come in order of time; the image is not kept."""
        height, width = frame.image.shape[:2]
        aspect_ratio = width / height
        image, time_ms = to_mediapipe(frame.image), self._clock.tick(frame)
        if self._times_s:
            result = self._task.detect_for_video(image, time_ms)
        else:
            with quiet_start():
                result = self._task.detect_for_video(image, time_ms)
        found = zip(
            result.face_landmarks, result.face_blendshapes, result.facial_transformation_matrixes, strict=True
        )
        faces = [_read_face(*face, aspect_ratio) for face in found]
        self._probe.look(frame, [float(face.angles_deg[2]) for face in faces])
        self._faces.append(faces)
        self._times_s.append(frame.time_s)
        self._aspect_ratio = aspect_ratio

    def track(self) -> FaceTrack:
        """What was observed so far, one row a frame.

        It follows the face that was seen longest and largest: faces are linked over time by place, the heaviest
        path (sum of face heights) wins, and other paths of similar size (at least half as high) fill the frames
        where it was out of sight, if they never appear beside it. Faces that were beside it in a tenth of the
        frames or more are its `others`, the heaviest first.
        """
        people = _people(_link(self._times_s, self._faces))
        first = people[0] if people else {}
        enough = max(1.0, _OTHER_SHARE * len(self._times_s))
        others = [person for person in people[1:] if len(first.keys() & person.keys()) >= enough]
        return replace(
            self._track_of(first),
            others=tuple(map(self._track_of, others)),
            turned_deg=self._probe.turned_deg,
        )

    def _track_of(self, person: dict[int, _Face]) -> FaceTrack:
        n = len(self._times_s)
        blendshapes = np.full((n, len(BLENDSHAPES)), np.nan)
        angles = np.full((n, 3), np.nan)
        points = np.full((n, len(FACE_POINTS), 2), np.nan)
        for index, face in person.items():
            blendshapes[index] = face.blendshapes
            angles[index] = face.angles_deg
            points[index] = face.points
        return FaceTrack(
            time_s=np.array(self._times_s, dtype=float),
            face_count=np.array([len(faces) for faces in self._faces], dtype=int),
            blendshapes=blendshapes,
            yaw_deg=angles[:, 0],
            pitch_deg=angles[:, 1],
            roll_deg=angles[:, 2],
            points=points,
            aspect_ratio=self._aspect_ratio,
        )


def _read_face(landmarks: list[Any], scores: list[Any], matrix: FloatArray, aspect_ratio: float) -> _Face:
    mesh = np.array([(point.x, point.y) for point in landmarks], dtype=np.float32)
    low, high = mesh.min(axis=0), mesh.max(axis=0)
    middle = (low + high) / 2.0
    return _Face(
        blendshapes=np.array([score.score for score in scores], dtype=np.float32),
        angles_deg=head_angles_deg(np.asarray(matrix, dtype=float)),
        points=mesh[list(FACE_POINTS.values())],
        centre=(float(middle[0]) * aspect_ratio, float(middle[1])),
        height=float(high[1] - low[1]),
    )


def _link(times_s: list[float], frames: list[list[_Face]]) -> list[_Path]:
    """Join the faces of successive frames to paths, nearest first."""
    paths: list[_Path] = []
    for index, faces in enumerate(frames):
        live = [path for path in paths if times_s[index] - times_s[path.frames[-1]] <= _LINK_GAP_S]
        pairs = sorted(
            (_distance(path.faces[-1], face), p, f)
            for p, path in enumerate(live)
            for f, face in enumerate(faces)
        )
        used_paths: set[int] = set()
        used_faces: set[int] = set()
        for distance, p, f in pairs:
            if distance > _LINK_DISTANCE or p in used_paths or f in used_faces:
                continue
            live[p].frames.append(index)
            live[p].faces.append(faces[f])
            used_paths.add(p)
            used_faces.add(f)
        paths += [_Path([index], [face]) for f, face in enumerate(faces) if f not in used_faces]
    return paths


def _distance(a: _Face, b: _Face) -> float:
    """Distance of the centres in face heights; infinite for faces of quite different size."""
    smaller, larger = sorted((a.height, b.height))
    if smaller < _SAME_SIZE * larger:
        return float("inf")
    return float(np.hypot(a.centre[0] - b.centre[0], a.centre[1] - b.centre[1])) / larger


def _people(paths: list[_Path]) -> list[dict[int, _Face]]:
    """Each followed face as frame index -> face, the heaviest first.

    Only the first is filled up with paths from anywhere in the picture: who is beside others stays in a place.
    """
    people: list[dict[int, _Face]] = []
    left = sorted(paths, key=lambda path: (-path.weight, path.frames[0]))
    while left:
        leader, rest, unused = left[0], left[1:], list[_Path]()
        chosen = dict(zip(leader.frames, leader.faces, strict=True))
        for path in rest:
            similar = path.median_height >= _SAME_SIZE * leader.median_height
            in_place = not people or _distance(leader.faces[0], path.faces[0]) <= _LINK_DISTANCE
            if similar and in_place and not chosen.keys() & set(path.frames):
                chosen.update(zip(path.frames, path.faces, strict=True))
            else:
                unused.append(path)
        people.append(chosen)
        left = unused
    return people
