from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from interview_analysis.features.face.gaze import compute, events, gaze_deg
from tests.features.tracks import activate, face_track, mirrored, observe, whole

RIGHT = ("eyeLookOutLeft", "eyeLookInRight")  # towards the viewer's right
BLINK = ("eyeBlinkLeft", "eyeBlinkRight")


def test_eyes_and_head_add_up() -> None:
    faces = activate(replace(face_track(2.0), yaw_deg=np.full(10, -30.0)), 0.0, 2.0, 1.0, *RIGHT)
    assert gaze_deg(faces)[0] == pytest.approx(
        [0.0, 0.0]
    )  # the head turned away, the eyes back to the camera
    down = activate(face_track(2.0), 0.0, 2.0, 0.5, "eyeLookDownLeft", "eyeLookDownRight")
    assert gaze_deg(down)[0] == pytest.approx([0.0, -20.0])


def test_a_look_to_the_side_is_an_event_with_its_direction() -> None:
    faces = activate(face_track(20.0), 5.0, 8.0, 0.8, *RIGHT)
    observations = observe(faces)
    values = compute(observations, whole(observations))
    assert values["on_camera_ratio"] == pytest.approx(0.85)
    assert values["off_camera_per_min"] == pytest.approx(3.0)
    (event,) = events(observations)
    assert (event.start_s, round(event.end_s, 6), event.label) == (5.0, 8.0, "right")
    assert event.value == pytest.approx(24.0)
    (opposite,) = events(observe(mirrored(faces)))
    assert opposite.label == "left"
    assert compute(observe(mirrored(faces)), whole(observations)) == pytest.approx(dict(values))


def test_looking_at_a_screen_below_the_camera_costs_nothing_but_far_away_does() -> None:
    below = observe(replace(face_track(10.0), pitch_deg=np.full(50, -18.0)))
    assert compute(below, whole(below))["on_camera_ratio"] == 1.0
    elsewhere = observe(replace(face_track(10.0), yaw_deg=np.full(50, 50.0)))
    assert compute(elsewhere, whole(elsewhere))["on_camera_ratio"] == 0.0
    (event,) = events(elsewhere)
    assert event.label == "right"


def test_closed_eyes_are_unknown_gaze_and_short_looks_are_no_event() -> None:
    observations = observe(activate(face_track(10.0), 2.0, 4.0, 0.9, *BLINK))
    assert compute(observations, whole(observations))["coverage_ratio"] == pytest.approx(0.8)
    glance = observe(activate(face_track(10.0), 5.0, 5.8, 0.8, *RIGHT))
    assert events(glance) == ()
    assert compute(observe(), whole(glance)) == {"coverage_ratio": 0.0}
