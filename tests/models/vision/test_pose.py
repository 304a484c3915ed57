from __future__ import annotations

from dataclasses import fields
from pathlib import Path

import numpy as np
import pytest

from interview_analysis.errors import WeightsError
from interview_analysis.features.posture import gesture, hand_to_face, posture
from interview_analysis.models.vision.face import FaceLandmarker
from interview_analysis.models.vision.pose import PoseLandmarker, assign_sides, hand_search_box
from interview_analysis.models.weights.store import ModelStore
from interview_analysis.tracks import POSE_POINTS, PoseTrack
from interview_analysis.types import Frame, Interval, MediaFacts, Observations
from tests.features.tracks import pose_track
from tests.models.vision.test_face import picture, video_frames


@pytest.fixture(scope="session")
def models() -> dict[str, Path]:
    try:
        return {
            name: ModelStore().path(name)
            for name in ("pose-landmarker-full", "hand-landmarker", "face-landmarker")
        }
    except WeightsError as error:
        pytest.skip(f"SKIPPED: {error}")


def track(models: dict[str, Path], frames: list[Frame], hands: bool = True) -> PoseTrack:
    with PoseLandmarker(
        models["pose-landmarker-full"], models["hand-landmarker"] if hands else None
    ) as landmarker:
        for frame in frames:
            landmarker.observe(frame)
        return landmarker.track()


def observations(models: dict[str, Path], frames: list[Frame]) -> tuple[Observations, Interval]:
    with FaceLandmarker(models["face-landmarker"]) as landmarker:
        for frame in frames:
            landmarker.observe(frame)
        faces = landmarker.track()
    duration_s = frames[-1].time_s + 0.2
    facts = MediaFacts(duration_s, has_audio=False, has_video=True)
    return Observations(facts, faces=faces, poses=track(models, frames)), Interval(0.0, duration_s)


def test_seated_speaker_who_gestures(shared_data: Path, models: dict[str, Path]) -> None:
    path = shared_data / "video_talking" / "latentsync_demo3_en_seated.mp4"
    seen, window = observations(models, list(video_frames(path, 5.0)))
    values = posture.compute(seen, window)
    assert values["upper_body_ratio"] == 1.0
    assert abs(values["shoulder_tilt_mean_deg"]) < 5.0
    assert values["upright_ratio"] > 0.9
    hands = gesture.compute(seen, window)
    assert hands["hands_visible_ratio"] > 0.9
    assert gesture.events(seen)
    assert hand_to_face.events(seen) == ()


def test_hand_over_the_mouth_in_a_close_up(shared_data: Path, models: dict[str, Path]) -> None:
    path = shared_data / "video_talking" / "pyfeat_WolfgangLanger_Pexels.mp4"
    frames = list(video_frames(path, 13.0))
    seen, _ = observations(models, frames)
    found = hand_to_face.events(seen)  # the hand is at the face from 2.5 to 9.6 s
    assert found
    assert min(event.start_s for event in found) > 2.2
    assert max(event.end_s for event in found) < 9.9
    assert sum(event.value for event in found) > 2.5
    assert {event.label for event in found} <= {"nose", "mouth", "chin", "cheek"}


def test_a_close_up_without_hands_has_no_contact(shared_data: Path, models: dict[str, Path]) -> None:
    path = shared_data / "video_talking" / "sadtalker_WDA_AOC_000.mp4"
    seen, window = observations(models, list(video_frames(path, 6.0)))
    assert hand_to_face.events(seen) == ()
    assert hand_to_face.compute(seen, window)["coverage_ratio"] > 0.9


def test_hands_on_the_head_are_seen_at_the_face(shared_data: Path, models: dict[str, Path]) -> None:
    image = picture(shared_data / "expression_images" / "human_stock-emotions-a-1.jpg")
    seen, _ = observations(models, [Frame(t / 5, image) for t in range(4)])
    (event,) = hand_to_face.events(seen)
    assert event.label in {"forehead", "ear", "cheek"}


def tilt_deg(poses: PoseTrack) -> float:
    seen = Observations(MediaFacts(0.2, has_audio=False, has_video=True), poses=poses)
    return posture.compute(seen, Interval(0.0, 0.2))["shoulder_tilt_mean_deg"]


def test_mirrored_body_changes_sides(shared_data: Path, models: dict[str, Path]) -> None:
    image = picture(shared_data / "expression_images" / "human_stock-emotions-a-3.jpg")
    straight = track(models, [Frame(0.0, image)], hands=False)
    mirror = track(models, [Frame(0.0, image[:, ::-1])], hands=False)
    assert straight.point("left_shoulder")[0, 0] > straight.point("right_shoulder")[0, 0]
    np.testing.assert_allclose(
        mirror.point("left_shoulder")[0],
        (1.0, 0.0) + straight.point("right_shoulder")[0] * (-1.0, 1.0),
        atol=0.06,
    )
    assert tilt_deg(mirror) == pytest.approx(-tilt_deg(straight), abs=2.0)


def test_the_same_frames_give_the_same_track(shared_data: Path, models: dict[str, Path]) -> None:
    frames = list(video_frames(shared_data / "video_talking" / "pyfeat_WolfgangLanger_Pexels.mp4", 3.2))
    first, second = track(models, frames), track(models, frames)
    for field in fields(PoseTrack):
        np.testing.assert_array_equal(getattr(first, field.name), getattr(second, field.name))


def test_nobody_in_the_picture(models: dict[str, Path]) -> None:
    nobody = track(models, [Frame(t / 5, np.full((90, 160, 3), 128, dtype=np.uint8)) for t in range(3)])
    assert np.isnan(nobody.points).all()
    assert (nobody.visibility == 0.0).all()
    assert np.isnan(nobody.point("nose")).all()
    assert track(models, []).hand_points.shape == (0, 2, 21, 2)


def test_hands_are_searched_only_near_the_face() -> None:
    body = pose_track(0.2)
    assert hand_search_box(body.points[0], 1280, 720) is None
    near = body.points[0].copy()
    near[POSE_POINTS.index("left_index")] = near[POSE_POINTS.index("nose")] + (0.0, 0.1)
    box = hand_search_box(near, 1280, 720)
    assert box is not None
    left, top, right, bottom = box
    assert right - left == bottom - top
    assert (left + right) / 2 == pytest.approx(640, abs=2)
    assert (top + bottom) / 2 == pytest.approx(0.4 * 720, abs=2)
    assert hand_search_box(np.full((33, 2), np.nan), 1280, 720) is None


def test_each_hand_goes_to_the_wrist_it_suits_best() -> None:
    wrists = np.array([[0.7, 0.8], [0.3, 0.8]])
    left, right = np.tile([0.65, 0.5], (21, 1)), np.tile([0.45, 0.5], (21, 1))
    both = assign_sides([right, left], wrists)
    np.testing.assert_array_equal(both, [left, right])
    only = assign_sides([right], wrists)
    assert np.isnan(only[0]).all()
    np.testing.assert_array_equal(only[1], right)


def test_the_aspect_ratio_is_that_of_the_frames(models: dict[str, Path]) -> None:
    with PoseLandmarker(models["pose-landmarker-full"]) as landmarker:
        landmarker.observe(Frame(0.0, np.zeros((90, 160, 3), dtype=np.uint8)))
        assert landmarker.track().aspect_ratio == pytest.approx(16 / 9)
