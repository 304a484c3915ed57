"""The upper body of the candidate, frame by frame, by MediaPipe's pose landmarker, and hands near the face.

The hand landmarker costs more than the pose (18 ms a frame without a hand, 44 ms with two), so it runs only where
the pose puts a wrist or finger near the face, on a crop around the face: there it decides whether and where the
face is touched. In a close-up the pose guesses at hands that it cannot see, so its guess is taken whatever its
visibility.
"""

from __future__ import annotations

from pathlib import Path
from types import TracebackType
from typing import Any

import numpy as np
from numpy.typing import NDArray

from interview_analysis.models.vision.mediapipe_runtime import VideoClock, quiet_start, start, to_mediapipe
from interview_analysis.tracks import POSE_POINTS, PoseTrack
from interview_analysis.types import FloatArray, Frame

HAND_POINT_COUNT = 21
_NEAR_FACE = 1.0  # face heights from the nose within which a guessed hand calls for the hand model
_CROP_RADIUS = 1.75  # face heights
# Hands that cover a face in a close-up are seen in part only. At 0.3 the model finds more of them than at 0.5, and
# still none in close-ups without hands.
_HAND_CONFIDENCE = {"min_hand_detection_confidence": 0.3, "min_hand_presence_confidence": 0.3}
_NOSE = POSE_POINTS.index("nose")
_HANDS = [POSE_POINTS.index(f"{side}_{part}") for side in ("left", "right")
          for part in ("wrist", "pinky", "index", "thumb")]  # fmt: skip
_WRISTS = [POSE_POINTS.index("left_wrist"), POSE_POINTS.index("right_wrist")]


class PoseLandmarker:
    """Follows one person through the frames of one recording. Use it as a context manager, once a recording.

    Parameters
    ----------
    model_path : Path
        ``pose_landmarker_full.task`` (or another size).
    hand_model_path : Path, optional
        ``hand_landmarker.task``. Without it `PoseTrack.hand_points` stays NaN.

    Raises
    ------
    WeightsError, SystemLibraryError
        See `mediapipe_runtime.start`.
    """

    def __init__(self, model_path: Path, hand_model_path: Path | None = None) -> None:
        self._pose = start("PoseLandmarker", model_path, running_mode="VIDEO")
        self._hands = (
            start("HandLandmarker", hand_model_path, running_mode="IMAGE", num_hands=2, **_HAND_CONFIDENCE)
            if hand_model_path
            else None
        )
        self._clock = VideoClock()
        self._times_s: list[float] = []
        self._bodies: list[FloatArray] = []  # (33, 6): image x, y, visibility, world x, y, z
        self._hand_points: dict[int, FloatArray] = {}  # frame index -> (2, 21, 2), only where a hand was seen
        self._aspect_ratio = float("nan")
        self.hand_frame_count = 0

    def __enter__(self) -> PoseLandmarker:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Release the models. What was observed stays."""
        self._pose.close()
        if self._hands is not None:
            self._hands.close()

    def observe(self, frame: Frame) -> None:
        """Find the body in one frame. Frames come in order of time; the image is not kept."""
        height, width = frame.image.shape[:2]
        image, time_ms = to_mediapipe(frame.image), self._clock.tick(frame)
        if self._times_s:
            result = self._pose.detect_for_video(image, time_ms)
        else:
            with quiet_start():
                result = self._pose.detect_for_video(image, time_ms)
        body = _read_body(result)
        if self._hands is not None:
            box = hand_search_box(body[:, :2], width, height)
            hands = self._find_hands(frame.image, box, body) if box else None
            if hands is not None:
                self._hand_points[len(self._times_s)] = hands
        self._bodies.append(body)
        self._times_s.append(frame.time_s)
        self._aspect_ratio = width / height

    def track(self) -> PoseTrack:
        """What was observed so far, one row a frame."""
        n = len(self._times_s)
        bodies = np.array(self._bodies, dtype=float).reshape(n, len(POSE_POINTS), 6)
        hand_points = np.full((n, 2, HAND_POINT_COUNT, 2), np.nan)
        for index, hands in self._hand_points.items():
            hand_points[index] = hands
        return PoseTrack(
            time_s=np.array(self._times_s, dtype=float),
            points=bodies[:, :, :2],
            visibility=np.nan_to_num(bodies[:, :, 2], nan=0.0),
            world_m=bodies[:, :, 3:],
            hand_points=hand_points,
            aspect_ratio=self._aspect_ratio,
        )

    def _find_hands(
        self, image: NDArray[np.uint8], box: tuple[int, int, int, int], body: FloatArray
    ) -> FloatArray | None:
        height, width = image.shape[:2]
        left, top, right, bottom = box
        crop = np.zeros((bottom - top, right - left, 3), dtype=np.uint8)
        into = crop[max(-top, 0) : height - top, max(-left, 0) : width - left]
        into[:] = image[max(top, 0) : bottom, max(left, 0) : right]
        assert self._hands is not None
        if self.hand_frame_count:
            found = self._hands.detect(to_mediapipe(crop)).hand_landmarks
        else:
            with quiet_start():
                found = self._hands.detect(to_mediapipe(crop)).hand_landmarks
        self.hand_frame_count += 1
        if not found:
            return None
        offset, scale = np.array([left, top]), np.array([right - left, bottom - top])
        hands = [(offset + scale * [(p.x, p.y) for p in hand]) / (width, height) for hand in found]
        return assign_sides(hands, body[_WRISTS, :2])


def hand_search_box(points: FloatArray, width_px: int, height_px: int) -> tuple[int, int, int, int] | None:
    """A square around the face in which to look for hands, or None when no hand is near it.

    Returns (left, top, right, bottom) in pixels; the square may reach over the edges of the image.
    `points` are image points, shape (33, 2); NaN without a person.
    """
    pixels = points * (width_px, height_px)
    face_px = face_height(pixels)
    distances = np.hypot(*(pixels[_HANDS] - pixels[_NOSE]).T)
    if not np.isfinite(face_px) or not (distances <= _NEAR_FACE * face_px).any():
        return None
    left, top = (pixels[_NOSE] - _CROP_RADIUS * face_px).astype(int)
    side = max(int(2 * _CROP_RADIUS * face_px), 16)
    if left >= width_px or top >= height_px or left + side <= 0 or top + side <= 0:
        return None
    return int(left), int(top), int(left) + side, int(top) + side


def face_height(points: FloatArray) -> float:
    """Forehead to chin, in the unit of `points`, shape (33, 2), estimated from the pose's eyes, mouth and ears.

    The larger of 2.9 x the distance of eyes and mouth, which shrinks when the head pitches, and 1.2 x the
    distance of the ears, which shrinks when it turns.
    """
    named = {name: points[index] for index, name in enumerate(POSE_POINTS[:11])}
    eyes = (named["left_eye"] + named["right_eye"]) / 2.0
    mouth = (named["mouth_left"] + named["mouth_right"]) / 2.0
    ears = np.hypot(*(named["left_ear"] - named["right_ear"]))
    return float(max(2.9 * np.hypot(*(eyes - mouth)), 1.2 * ears))


def assign_sides(hands: list[FloatArray], wrists: FloatArray) -> FloatArray:
    """Left and right hand, shape (2, 21, 2), each hand going to the pose's wrist that suits it best.

    Parameters
    ----------
    hands : list of arrays, shape (21, 2)
        One or two hands as image points.
    wrists : array, shape (2, 2)
        The pose's left and right wrist.
    """
    placed = np.full((2, HAND_POINT_COUNT, 2), np.nan)
    distance = np.array([np.hypot(*(hand[0] - wrists).T) for hand in hands])  # (hands, 2)
    if len(hands) == 1:
        placed[int(np.argmin(distance[0]))] = hands[0]
        return placed
    straight = distance[0, 0] + distance[1, 1] <= distance[0, 1] + distance[1, 0]
    placed[0], placed[1] = (hands[0], hands[1]) if straight else (hands[1], hands[0])
    return placed


def _read_body(result: Any) -> FloatArray:
    body = np.full((len(POSE_POINTS), 6), np.nan, dtype=np.float32)
    if result.pose_landmarks:
        image, world = result.pose_landmarks[0], result.pose_world_landmarks[0]
        body[:, :3] = [(p.x, p.y, p.visibility) for p in image]
        body[:, 3:] = [(p.x, p.y, p.z) for p in world]
    return body
