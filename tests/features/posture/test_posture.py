from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from interview_analysis.features.posture.posture import compute
from interview_analysis.types import Interval
from tests.features.tracks import face_track, move, observe, pose_track, whole, without_face

LEFT, RIGHT = np.array([0.3, 0.32]), np.array([-0.3, 0.32])


def test_still_person_is_level_and_upright() -> None:
    observations = observe(face_track(20.0), pose_track(20.0))
    values = compute(observations, whole(observations))
    assert values == pytest.approx(
        {
            "upper_body_ratio": 1.0, "shoulder_tilt_mean_deg": 0.0, "shoulder_tilt_sd_deg": 0.0,
            "lean_mean_ratio": 0.0, "lean_sd_ratio": 0.0, "upright_ratio": 1.0, "sway_sw": 0.0,
            "coverage_ratio": 1.0,
        }
    )  # fmt: skip


def test_tilt_is_positive_clockwise() -> None:
    lower_left = move(pose_track(10.0), "left_shoulder", np.add(LEFT, (0.0, 0.6 * np.tan(np.radians(10.0)))))
    observations = observe(poses=lower_left)
    assert compute(observations, whole(observations))["shoulder_tilt_mean_deg"] == pytest.approx(10.0)
    assert compute(observations, whole(observations))["upright_ratio"] == 0.0
    lower_right = observe(poses=move(pose_track(10.0), "right_shoulder", np.add(RIGHT, (0.0, 0.1))))
    assert compute(lower_right, whole(lower_right))["shoulder_tilt_mean_deg"] < 0


def test_lean_towards_the_camera_is_positive() -> None:
    nearer = np.where(np.arange(100)[:, None] >= 80, 1.2, 1.0)
    poses = move(move(pose_track(20.0), "left_shoulder", LEFT * nearer), "right_shoulder", RIGHT * nearer)
    observations = observe(poses=poses)
    assert compute(observations, Interval(16.0, 20.0))["lean_mean_ratio"] == pytest.approx(0.2)
    assert compute(observations, Interval(0.0, 16.0))["lean_mean_ratio"] == pytest.approx(0.0)


def test_slumping_is_not_upright() -> None:
    sunk = np.where(np.arange(100)[:, None] >= 75, (0.0, -0.08), (0.0, 0.0))
    poses = move(move(pose_track(20.0), "left_shoulder", LEFT + sunk), "right_shoulder", RIGHT + sunk)
    observations = observe(poses=poses)
    assert compute(observations, whole(observations))["upright_ratio"] == pytest.approx(0.75)


def test_sway_of_a_square_wave_is_its_half_swing_whatever_the_length() -> None:
    side = np.where(np.arange(300)[:, None] % 2, (0.06, 0.0), (-0.06, 0.0))
    poses = move(move(pose_track(60.0), "left_shoulder", LEFT + side), "right_shoulder", RIGHT + side)
    observations = observe(poses=poses)
    assert compute(observations, whole(observations))["sway_sw"] == pytest.approx(0.1)
    assert compute(observations, Interval(0.0, 5.0))["sway_sw"] == pytest.approx(0.1, rel=0.01)


def test_another_persons_body_and_bodies_without_a_face_are_left_out() -> None:
    stranger = pose_track(10.0)
    shifted = stranger.points.copy()
    shifted[25:, :, 0] -= 0.3
    jumping = observe(face_track(10.0), replace(stranger, points=shifted))
    assert compute(jumping, whole(jumping))["coverage_ratio"] == pytest.approx(0.5)
    faceless = observe(without_face(face_track(10.0), 0.0, 10.0), pose_track(10.0))
    assert compute(faceless, whole(faceless)) == {"coverage_ratio": 0.0}
    hidden = observe(poses=move(pose_track(10.0), "left_shoulder", LEFT, visibility=0.2))
    assert compute(hidden, whole(hidden)) == {"coverage_ratio": 0.0}
    assert compute(observe(), Interval(0.0, 10.0)) == {"coverage_ratio": 0.0}
