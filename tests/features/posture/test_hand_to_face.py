from __future__ import annotations

import numpy as np
import pytest

from interview_analysis.features.posture.hand_to_face import compute, events
from tests.features.tracks import (
    every_second_pose,
    face_track,
    hand,
    move,
    observe,
    pose_track,
    whole,
    without_face,
)

KNUCKLES = ("left_pinky", "left_index", "left_thumb")


@pytest.mark.parametrize(
    ("tip", "place"),
    [
        ((0.0, 0.01), "nose"), ((0.01, 0.065), "mouth"), ((0.0, 0.15), "chin"), ((0.07, 0.02), "cheek"),
        ((0.12, -0.05), "ear"), ((0.0, -0.17), "forehead"),
    ],
)  # fmt: skip
def test_the_nearest_point_names_the_place(tip: tuple[float, float], place: str) -> None:
    observations = observe(face_track(20.0), hand(pose_track(20.0), 5.0, 7.0, tip))
    (event,) = events(observations)
    assert event.label == place
    assert (event.start_s, event.end_s) == (5.0, pytest.approx(7.0))
    assert event.value == pytest.approx(2.0)
    values = compute(observations, whole(observations))
    assert values["contacts_count"] == 1
    assert values["contacts_per_min"] == pytest.approx(3.0)
    assert values["contact_ratio"] == pytest.approx(0.1)


def test_without_a_face_track_the_poses_own_face_serves() -> None:
    observations = observe(poses=hand(pose_track(20.0), 5.0, 7.0, (0.0, 0.01)))
    assert [event.label for event in events(observations)] == ["nose"]


def test_near_and_too_short_and_too_near_the_camera_are_no_contacts() -> None:
    beside = observe(face_track(10.0), hand(pose_track(10.0), 2.0, 5.0, (0.35, 0.0)))
    brief = observe(face_track(10.0), hand(pose_track(10.0), 2.0, 2.2, (0.0, 0.0)))
    close_up = observe(face_track(10.0), hand(pose_track(10.0), 2.0, 5.0, (0.0, 0.0), palm=0.4))
    for observations in (beside, brief, close_up):
        assert events(observations) == ()
        assert compute(observations, whole(observations))["contacts_count"] == 0


def path(start_s: float, end_s: float, place: tuple[float, float]) -> np.ndarray:
    rows = np.full((100, 2), np.nan)
    rows[round(start_s * 5) : round(end_s * 5)] = place
    return rows


def test_knuckles_count_alone_only_when_visible() -> None:
    visible, guessed = pose_track(20.0), pose_track(20.0)
    for name in KNUCKLES:
        visible = move(visible, name, path(5.0, 7.0, (0.0, 0.12)))
        guessed = move(guessed, name, path(5.0, 7.0, (0.0, 0.12)), visibility=0.2)
    assert [event.label for event in events(observe(face_track(20.0), visible))] == ["chin"]
    assert events(observe(face_track(20.0), guessed)) == ()
    confirmed = hand(guessed, 5.4, 5.8, (0.0, 0.15))
    (event,) = events(observe(face_track(20.0), confirmed))
    assert (event.start_s, event.end_s) == (5.0, pytest.approx(7.0))


def test_time_without_a_face_is_not_covered() -> None:
    faces = without_face(face_track(20.0), 10.0, 20.0)
    observations = observe(faces, hand(pose_track(20.0), 14.0, 16.0, (0.0, 0.0)))
    assert events(observations) == ()
    assert compute(observations, whole(observations))["coverage_ratio"] == pytest.approx(0.5)
    assert compute(observe(), whole(observations)) == {"coverage_ratio": 0.0}


def test_a_hand_in_one_sample_only_is_no_contact() -> None:
    once = observe(face_track(20.0), hand(pose_track(20.0), 5.9, 6.1, (0.0, 0.01)))
    twice = observe(face_track(20.0), hand(pose_track(20.0), 5.9, 6.5, (0.0, 0.01)))
    assert events(every_second_pose(once)) == ()
    (event,) = events(every_second_pose(twice))
    assert event.value == pytest.approx(0.8)
