from __future__ import annotations

import pytest

from interview_analysis.features.face.brow import compute, events
from tests.features.tracks import activate, face_track, observe, whole

DOWN = ("browDownLeft", "browDownRight")
UP = ("browInnerUp", "browOuterUpLeft", "browOuterUpRight")


@pytest.mark.parametrize("rest", [0.0, 0.5])
def test_lowering_is_measured_against_the_persons_own_rest(rest: float) -> None:
    faces = activate(activate(face_track(20.0), 0.0, 20.0, rest, *DOWN), 5.0, 9.0, rest + 0.3, *DOWN)
    observations = observe(faces)
    values = compute(observations, whole(observations))
    assert values["lowering_ratio"] == pytest.approx(0.2)
    assert values["lowering_mean_ratio"] == pytest.approx(rest + 0.06)
    assert values["raising_ratio"] == 0.0
    (event,) = events(observations)
    assert (event.kind, event.start_s, round(event.end_s, 6)) == ("brow_lowering", 5.0, 9.0)
    assert event.value == pytest.approx(0.3)


def test_raising() -> None:
    observations = observe(activate(face_track(10.0), 2.0, 4.0, 0.6, *UP))
    assert compute(observations, whole(observations))["raising_ratio"] == pytest.approx(0.2)
    assert [event.kind for event in events(observations)] == ["brow_raising"]
    assert compute(observe(), whole(observations)) == {"coverage_ratio": 0.0}
