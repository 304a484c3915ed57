from __future__ import annotations

import numpy as np
import pytest

from interview_analysis.features.face.mouth import compute
from interview_analysis.types import Interval
from tests.features.tracks import activate, face_track, observe, whole, without_face


def test_opening_of_a_mouth_that_is_open_a_quarter_of_the_time() -> None:
    observations = observe(activate(face_track(8.0), 2.0, 4.0, 0.4, "jawOpen"))
    values = compute(observations, whole(observations))
    assert values["opening_mean_ratio"] == pytest.approx(0.1)
    assert values["opening_sd_ratio"] == pytest.approx(0.4 * np.sqrt(0.25 * 0.75))
    assert values["open_ratio"] == pytest.approx(0.25)


def test_without_face_only_coverage() -> None:
    observations = observe(without_face(face_track(8.0), 0.0, 4.0))
    assert compute(observations, Interval(0.0, 4.0)) == {"coverage_ratio": 0.0}
    assert compute(observations, whole(observations))["coverage_ratio"] == pytest.approx(0.5)
    assert compute(observe(), Interval(0.0, 4.0)) == {"coverage_ratio": 0.0}
