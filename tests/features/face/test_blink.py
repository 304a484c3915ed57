from __future__ import annotations

import pytest

from interview_analysis.features.face.blink import compute, events
from interview_analysis.types import Interval
from tests.features.tracks import activate, face_track, observe, whole

EYES = ("eyeBlinkLeft", "eyeBlinkRight")


def test_blinks_are_counted_and_long_closures_are_not() -> None:
    faces = face_track(60.0)
    for start_s in (5.0, 15.0, 25.0, 35.0):
        faces = activate(faces, start_s, start_s + 0.2, 0.8, *EYES)
    faces = activate(faces, 45.0, 47.0, 0.8, *EYES)
    observations = observe(faces)
    values = compute(observations, whole(observations))
    assert values["rate_per_min"] == pytest.approx(4.0)
    assert values["closed_ratio"] == pytest.approx((4 * 0.2 + 2.0) / 60.0)
    assert [event.start_s for event in events(observations)] == [5.0, 15.0, 25.0, 35.0]
    assert compute(observations, Interval(0.0, 30.0))["rate_per_min"] == pytest.approx(6.0)


def test_a_wink_is_no_blink() -> None:
    assert events(observe(activate(face_track(5.0), 1.0, 1.4, 0.9, "eyeBlinkLeft"))) == ()
    assert events(observe()) == ()
