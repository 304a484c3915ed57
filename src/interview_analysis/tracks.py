"""What models see of face and body, frame by frame. The conventions on points, sides, angles and what is missing are those of
types.py."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

_Floats = NDArray[np.floating]

# The 52 ARKit-style blendshapes in the order in which MediaPipe's face landmarker gives them.
BLENDSHAPES: tuple[str, ...] = (
    "_neutral", "browDownLeft", "browDownRight", "browInnerUp", "browOuterUpLeft", "browOuterUpRight",
    "cheekPuff", "cheekSquintLeft", "cheekSquintRight", "eyeBlinkLeft", "eyeBlinkRight", "eyeLookDownLeft",
    "eyeLookDownRight", "eyeLookInLeft", "eyeLookInRight", "eyeLookOutLeft", "eyeLookOutRight",
    "eyeLookUpLeft", "eyeLookUpRight", "eyeSquintLeft", "eyeSquintRight", "eyeWideLeft", "eyeWideRight",
    "jawForward", "jawLeft", "jawOpen", "jawRight", "mouthClose", "mouthDimpleLeft", "mouthDimpleRight",
    "mouthFrownLeft", "mouthFrownRight", "mouthFunnel", "mouthLeft", "mouthLowerDownLeft",
    "mouthLowerDownRight", "mouthPressLeft", "mouthPressRight", "mouthPucker", "mouthRight",
    "mouthRollLower", "mouthRollUpper", "mouthShrugLower", "mouthShrugUpper", "mouthSmileLeft",
    "mouthSmileRight", "mouthStretchLeft", "mouthStretchRight", "mouthUpperUpLeft", "mouthUpperUpRight",
    "noseSneerLeft", "noseSneerRight",
)  # fmt: skip

# The face mesh points that are kept, with their index in MediaPipe's 478-point mesh.
FACE_POINTS: dict[str, int] = {
    "nose_tip": 1, "chin": 152, "forehead": 10, "mouth_right": 61, "mouth_left": 291,
    "ear_right": 234, "ear_left": 454,
}  # fmt: skip

# The 33 points of MediaPipe's pose landmarker, in its order.
POSE_POINTS: tuple[str, ...] = (
    "nose", "left_eye_inner", "left_eye", "left_eye_outer", "right_eye_inner", "right_eye", "right_eye_outer",
    "left_ear", "right_ear", "mouth_left", "mouth_right", "left_shoulder", "right_shoulder", "left_elbow",
    "right_elbow", "left_wrist", "right_wrist", "left_pinky", "right_pinky", "left_index", "right_index",
    "left_thumb", "right_thumb", "left_hip", "right_hip", "left_knee", "right_knee", "left_ankle",
    "right_ankle", "left_heel", "right_heel", "left_foot_index", "right_foot_index",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class FaceTrack:
    """One row a sampled frame of one face: as a model gives it, of the most persistent large one."""

    time_s: _Floats  # (n,)
    face_count: NDArray[np.int_]  # (n,) faces seen in the frame
    blendshapes: _Floats  # (n, 52), 0..1, in the order of BLENDSHAPES; NaN without a face
    yaw_deg: _Floats  # (n,)
    pitch_deg: _Floats
    roll_deg: _Floats
    points: _Floats  # (n, len(FACE_POINTS), 2) image points
    aspect_ratio: float  # image width / height
    others: tuple[FaceTrack, ...] = ()  # faces that were beside it for long, of the same frames
    turned_deg: int = 0  # counter-clockwise, by which the picture would stand upright; 0 where it seems to

    @property
    def present(self) -> NDArray[np.bool_]:
        return np.isfinite(self.yaw_deg)

    def blendshape(self, name: str) -> _Floats:
        """The column of one blendshape, shape (n,)."""
        return self.blendshapes[:, BLENDSHAPES.index(name)]


@dataclass(frozen=True, slots=True)
class PoseTrack:
    """One row a sampled frame."""

    time_s: _Floats  # (n,)
    points: _Floats  # (n, 33, 2) image points, order of POSE_POINTS; NaN without a person
    visibility: _Floats  # (n, 33), 0..1
    world_m: _Floats  # (n, 33, 3) metres, hip-centred: x right, y down, z away from the camera
    hand_points: _Floats  # (n, 2, 21, 2) left and right hand where the hand model ran and saw one, else NaN
    aspect_ratio: float

    def point(self, name: str, min_visibility: float = 0.5) -> _Floats:
        """One named point, shape (n, 2), NaN where less visible than `min_visibility`."""
        index = POSE_POINTS.index(name)
        seen = self.visibility[:, index] >= min_visibility
        return np.where(seen[:, None], self.points[:, index, :], np.nan)
