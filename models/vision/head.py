"""The angles of a head as MediaPipe gives them."""

from __future__ import annotations

import numpy as np

from interview_analysis.types import FloatArray


def head_angles_deg(matrix: FloatArray) -> FloatArray:
    """Yaw, pitch and roll in degrees, shape (3,), from MediaPipe's face matrix, shape (4, 4).

    The matrix turns the canonical face (x to the viewer's right, y up, z towards the camera) into the axes of
    the camera. It is read as Ry(yaw) Rx(-pitch) Rz(-roll), so the signs are those of `interview_analysis.types`.
    """
    rotation: FloatArray = matrix[:3, :3] / np.linalg.norm(matrix[:3, :3], axis=0)
    forward = rotation[:, 2]
    yaw = np.arctan2(forward[0], forward[2])
    pitch = np.arctan2(forward[1], np.hypot(forward[0], forward[2]))
    roll = -np.arctan2(rotation[1, 0], rotation[1, 1])
    return np.array([np.degrees(angle) for angle in (yaw, pitch, roll)])
