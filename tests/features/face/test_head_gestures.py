from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from interview_analysis.features.face.head_gestures import compute, events, turning_points
from interview_analysis.types import FloatArray, Interval
from tests.features.tracks import face_track, mirrored, observe, times_s, whole, without_face


def wave(duration_s: float, start_s: float, cycles: int, hz: float, size_deg: float) -> FloatArray:
    """Still, then `cycles` of a cosine bump down and back of `size_deg`, then still."""
    phase = np.clip((times_s(duration_s) - start_s) * hz, 0.0, cycles)
    return -size_deg * (1.0 - np.cos(2 * np.pi * phase)) / 2.0


@pytest.mark.parametrize("hz", [0.8, 1.0, 1.25])
def test_three_nods_are_three_nods(hz: float) -> None:
    pitch = wave(60.0, 10.0, 2, hz, 12.0) + wave(60.0, 25.0, 1, hz, 12.0) + wave(60.0, 40.0, 3, hz, 12.0)
    observations = observe(replace(face_track(60.0), pitch_deg=pitch))
    values = compute(observations, whole(observations))
    assert values["nods_count"] == 3
    assert values["nods_per_min"] == pytest.approx(3.0)
    assert values["shakes_count"] == 0
    assert [round(event.start_s) for event in events(observations)] == [10, 25, 40]
    assert compute(observations, Interval(20.0, 30.0))["nods_count"] == 1


def test_shakes_and_their_mirror_image() -> None:
    faces = replace(face_track(30.0), yaw_deg=wave(30.0, 5.0, 2, 1.0, 20.0) + wave(30.0, 20.0, 2, 1.0, 20.0))
    observations = observe(faces)
    assert compute(observations, whole(observations))["shakes_count"] == 2
    assert compute(observations, whole(observations))["nods_count"] == 0
    assert events(observe(mirrored(faces))) == events(observations)
    assert events(observations)[0].value == pytest.approx(20.0, abs=2.0)


@pytest.mark.parametrize(
    "angles",
    [
        {"pitch_deg": wave(30.0, 10.0, 2, 1.0, 4.0)},  # too small
        {"pitch_deg": wave(30.0, 10.0, 2, 0.3, 15.0)},  # too slow: reading notes
        {"yaw_deg": wave(30.0, 10.0, 1, 1.0, 25.0)},  # a look to the side and back
        {"pitch_deg": np.linspace(0.0, 30.0, 150)},  # drift
    ],
)
def test_other_movements_are_no_gesture(angles: dict[str, FloatArray]) -> None:
    assert events(observe(replace(face_track(30.0), **angles))) == ()


def test_the_larger_movement_names_the_gesture(rng: np.random.Generator) -> None:
    noise = rng.normal(0.0, 0.5, 150)
    faces = replace(
        face_track(30.0),
        pitch_deg=wave(30.0, 10.0, 2, 1.0, 15.0) + noise,
        yaw_deg=wave(30.0, 10.0, 2, 1.0, 9.0),
    )
    assert [event.kind for event in events(observe(faces))] == ["nod"]


def test_a_missing_face_breaks_the_row_and_lowers_coverage() -> None:
    faces = without_face(replace(face_track(20.0), pitch_deg=wave(20.0, 9.6, 1, 1.0, 12.0)), 10.0, 15.0)
    observations = observe(faces)
    values = compute(observations, whole(observations))
    assert values["nods_count"] == 0
    assert values["coverage_ratio"] == pytest.approx(0.75)
    assert compute(observations, Interval(11.0, 14.0)) == {"coverage_ratio": 0.0}
    assert compute(observe(), Interval(11.0, 14.0)) == {"coverage_ratio": 0.0}


def test_turning_points_alternate() -> None:
    assert turning_points(np.array([0.0, 6.0, 1.0, 2.0, 1.5, 9.0]), 5.0) == [0, 1, 2, 5]
    assert turning_points(np.zeros(5), 5.0) == []
