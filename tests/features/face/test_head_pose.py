from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from interview_analysis.features.face.head_pose import compute
from interview_analysis.types import Interval
from tests.features.tracks import face_track, mirrored, observe, whole, without_face


def test_mean_and_spread_and_their_mirror_image() -> None:
    yaw = np.where(np.arange(50) % 2, 16.0, 8.0)
    faces = replace(face_track(10.0), yaw_deg=yaw, pitch_deg=np.full(50, -5.0), roll_deg=yaw / 4.0)
    observations = observe(faces)
    values = compute(observations, whole(observations))
    assert values["yaw_mean_deg"] == pytest.approx(12.0)
    assert values["yaw_sd_deg"] == pytest.approx(4.0)
    assert values["pitch_mean_deg"] == pytest.approx(-5.0)
    assert values["pitch_sd_deg"] == 0.0
    assert values["roll_mean_deg"] == pytest.approx(3.0)
    mirror = compute(observe(mirrored(faces)), whole(observations))
    assert mirror["yaw_mean_deg"] == pytest.approx(-12.0)
    assert mirror["roll_mean_deg"] == pytest.approx(-3.0)
    assert mirror["pitch_mean_deg"] == pytest.approx(-5.0)


def test_without_face() -> None:
    observations = observe(without_face(face_track(4.0), 0.0, 2.0))
    assert compute(observations, Interval(0.0, 2.0)) == {"coverage_ratio": 0.0}
    assert compute(observe(), Interval(0.0, 2.0)) == {"coverage_ratio": 0.0}
