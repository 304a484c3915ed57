from __future__ import annotations

import numpy as np
import pytest

from interview_analysis.features.posture.gesture import compute, events
from tests.features.tracks import (
    SHOULDER_WIDTH,
    every_second_pose,
    face_track,
    move,
    observe,
    pose_track,
    whole,
)

REST = np.array([0.2, 0.5])


def waving(duration_s: float, starts_s: tuple[float, ...], step_sw: float) -> np.ndarray:
    """A wrist that jumps by `step_sw` shoulder widths up and back, five samples long, at each start."""
    path = np.tile(REST, (round(duration_s * 5), 1))
    for start_s in starts_s:
        first = round(start_s * 5)
        path[[first + 1, first + 3, first + 5], 1] -= step_sw * SHOULDER_WIDTH
    return path


def test_three_gestures_in_a_minute() -> None:
    poses = move(pose_track(60.0), "left_wrist", waving(60.0, (10.0, 25.0, 40.0), 0.3))
    observations = observe(face_track(60.0), poses)
    values = compute(observations, whole(observations))
    assert values["gestures_per_min"] == pytest.approx(3.0)
    assert values["hands_visible_ratio"] == 1.0
    assert values["moving_ratio"] == pytest.approx(18 / 299)
    found = events(observations)
    assert [event.start_s for event in found] == [10.0, 25.0, 40.0]
    assert found[0].value == pytest.approx(0.3 / 0.2)  # shoulder widths a second
    assert found[0].end_s == pytest.approx(11.2)


def test_slow_hands_and_a_swaying_body_are_no_gesture() -> None:
    slow = observe(poses=move(pose_track(20.0), "left_wrist", waving(20.0, (5.0,), 0.1)))
    assert events(slow) == ()
    assert compute(slow, whole(slow))["gestures_per_min"] == 0.0


def test_extent_is_the_travel_of_the_wider_hand() -> None:
    path = np.tile(REST, (100, 1))
    path[50:, 0] += 0.5 * SHOULDER_WIDTH
    observations = observe(poses=move(move(pose_track(20.0), "left_wrist", path), "right_wrist", -REST))
    assert compute(observations, whole(observations))["extent_sw"] == pytest.approx(0.5)


def test_hands_out_of_view_are_unknown_not_still() -> None:
    observations = observe(face_track(10.0), pose_track(10.0))
    values = compute(observations, whole(observations))
    assert values["hands_visible_ratio"] == 0.0
    assert np.isnan(values["gestures_per_min"])
    assert np.isnan(values["extent_sw"])
    assert values["coverage_ratio"] == 1.0
    assert compute(observe(), whole(observations)) == {"coverage_ratio": 0.0}


@pytest.mark.parametrize("every_second", [False, True])
def test_a_single_position_out_of_line_is_no_gesture(every_second: bool) -> None:
    jump = np.tile(REST, (100, 1))
    jump[50, 1] -= SHOULDER_WIDTH
    lift = np.tile(REST, (100, 1))
    lift[52:, 1] -= SHOULDER_WIDTH
    lift[51, 1] -= SHOULDER_WIDTH / 2
    lift[50, 1] -= SHOULDER_WIDTH / 2
    seen = [observe(face_track(20.0), move(pose_track(20.0), "left_wrist", path)) for path in (jump, lift)]
    jumping, lifting = map(every_second_pose, seen) if every_second else seen
    assert events(jumping) == ()
    assert len(events(lifting)) == 1
