"""Pictures of recordings: upright, in shape and in their greys, at the times that were asked for."""

from __future__ import annotations

import gc
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest
from numpy.typing import NDArray

from interview_analysis.pipeline.media import video as media_video
from interview_analysis.pipeline.media.display_matrix import Orientation, from_matrix
from interview_analysis.pipeline.media.video import display_size, fitted_size
from tests.pipeline.media.media_making import decode, grey_clock, quadrants, times, tone, write


@pytest.mark.parametrize("mirrored", [False, True])
@pytest.mark.parametrize("rotation_deg", [0, 90, 180, -90])
def test_turned_and_mirrored_video_comes_upright(tmp_path: Path, rotation_deg: int, mirrored: bool) -> None:
    def lying(
        time_s: float,
    ) -> NDArray[np.uint8]:  # as a sensor that was turned, or one of a front camera, records it
        shown = np.fliplr(quadrants(time_s)) if mirrored else quadrants(time_s)
        return np.ascontiguousarray(np.rot90(shown, -rotation_deg // 90))

    path = write(
        tmp_path / "a.mp4", frame_times=times(10, 1), fps=10, image=lying, rotation_deg=rotation_deg, mirrored=mirrored
    )  # fmt: skip
    frames, _, facts = decode(path)
    assert (facts.width_px, facts.height_px) == (160, 96)
    assert (facts.rotation_deg, facts.mirrored) == (rotation_deg % 360, mirrored)
    for frame in frames:
        assert np.abs(frame.image.astype(int) - quadrants(0)).mean() < 12


@pytest.mark.parametrize(
    ("matrix", "expected"),
    [
        ((1, 0, 0, 1), Orientation(0, False)), ((0, 1, -1, 0), Orientation(3, False)),
        ((0.99, 0.1, -0.1, 0.99), Orientation(0, False)), ((0.1, -0.99, 0.99, 0.1), Orientation(1, False)),
        ((1, 0, 0, -1), Orientation(2, True)), ((-2, 0, 0, 2), Orientation(0, True)), ((0, 0, 0, 0), Orientation()),
    ],
)  # fmt: skip
def test_the_nearest_orientation_of_a_matrix(
    matrix: tuple[float, float, float, float], expected: Orientation
) -> None:
    assert from_matrix(*matrix) == expected


def test_pictures_go_on_after_their_clock_was_set_back(tmp_path: Path) -> None:
    """Two transport streams one after the other, as a recorder that was restarted leaves them."""
    parts = [
        write(
            tmp_path / f"{number}.ts", frame_times=times(25, 3), fps=25, image=grey_clock, pieces=[(0, tone(440, 3))],
            options={"mpegts_flags": "resend_headers"},
        )
        for number in range(2)
    ]  # fmt: skip
    path = tmp_path / "both.ts"
    path.write_bytes(b"".join(part.read_bytes() for part in parts))
    frames, samples, facts = decode(path)
    assert facts.duration_s == pytest.approx(6, abs=0.2)
    assert len(samples) / 16_000 == pytest.approx(6, abs=0.2)
    steps = np.diff([frame.time_s for frame in frames])
    assert len(frames) >= 28
    assert steps.min() > 0.1
    assert steps.max() < 0.4
    assert facts.sound_holes == ()


def test_varying_frame_rate(tmp_path: Path) -> None:
    frame_times = [0.0, 0.033, 0.067, 0.5, 0.533, 0.567, 1.0, 1.1, 1.15, 1.9, 1.933, 2.5]
    path = write(tmp_path / "a.webm", frame_times=frame_times, image=grey_clock, video_codec="libvpx-vp9")
    frames, _, facts = decode(path)
    np.testing.assert_allclose([f.time_s for f in frames], [0, 0.5, 1.0, 1.9, 2.5], atol=0.001)
    path = write(tmp_path / "a.mkv", frame_times=frame_times, image=grey_clock)
    dropping = decode(path)[0]
    np.testing.assert_allclose([f.time_s for f in dropping], [0, 0.5, 1.0, 1.9, 2.5], atol=0.035)
    for frame in [*frames, *dropping]:
        assert frame.image.mean() == pytest.approx(20 + 40 * frame.time_s, abs=3)
    assert facts.variable_frame_rate
    assert "variable_frame_rate" in facts.flags


@pytest.mark.parametrize(
    ("codec", "options"), [("libx264", {"bf": "3", "b-pyramid": "none"}), ("libx265", {})]
)
@pytest.mark.parametrize("fps", [25, 30])
def test_frames_left_undecoded_change_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, codec: str, options: dict[str, str], fps: int
) -> None:
    def moving(time_s: float) -> NDArray[np.uint8]:
        return np.roll(quadrants(time_s), round(time_s * 60), axis=1)

    path = write(
        tmp_path / "a.mp4",
        frame_times=times(fps, 3),
        fps=fps,
        image=moving,
        video_codec=codec,
        video_options=options,
    )
    fast = decode(path)[0]
    monkeypatch.setattr(media_video, "_DROPPABLE_CODECS", frozenset())
    full = decode(path)[0]
    assert [f.time_s for f in fast] == [f.time_s for f in full]
    for one, other in zip(fast, full, strict=True):
        np.testing.assert_array_equal(one.image, other.image)


def test_large_video_is_shrunk_in_shape(tmp_path: Path) -> None:
    def portrait(time_s: float) -> NDArray[np.uint8]:
        return quadrants(time_s, width=540, height=960)

    path = write(tmp_path / "a.mp4", frame_times=times(10, 0.5), fps=10, image=portrait)
    frames, _, facts = decode(path, max_side_px=480)
    assert {f.image.shape for f in frames} == {(480, 270, 3)}
    assert (facts.width_px, facts.height_px) == (540, 960)
    small = quadrants(0, width=270, height=480)
    assert np.abs(frames[0].image.astype(int) - small).mean() < 6


@pytest.mark.parametrize("pixel_format", ["yuv420p", "yuvj420p", "yuv444p", "yuv420p10le"])
def test_greys_survive_every_pixel_format(tmp_path: Path, pixel_format: str) -> None:
    def grey(_: float) -> NDArray[np.uint8]:
        return np.full((128, 192, 3), 200, dtype=np.uint8)

    path = write(
        tmp_path / "a.mkv", frame_times=times(10, 0.5), fps=10, image=grey, pixel_format=pixel_format
    )
    for side in (96, 720):
        frames, _, facts = decode(path, max_side_px=side)
        assert frames[0].image.mean() == pytest.approx(200, abs=2)
        assert facts.luma_median == pytest.approx(200, abs=2)


def test_pixels_that_are_not_square(tmp_path: Path) -> None:
    path = write(tmp_path / "a.mkv", frame_times=times(10, 0.5), fps=10, pixel_aspect=Fraction(3, 2))
    frames, _, facts = decode(path)
    assert (facts.width_px, facts.height_px) == (240, 96)
    assert frames[0].image.shape == (96, 240, 3)


def test_sizes() -> None:
    assert fitted_size(1080, 1920, 720) == (404, 720)
    assert fitted_size(1920, 1080, 720) == (720, 404)
    assert fitted_size(333, 201, 720) == (333, 201)
    assert fitted_size(4000, 3, 720) == (720, 2)
    assert display_size(720, 576, Fraction(16, 15)) == (768, 576)
    assert display_size(720, 576, Fraction(0)) == (720, 576)
    assert display_size(720, 576, Fraction(100)) == (720, 576)


def test_decoded_pictures_are_let_go_at_once(tmp_path: Path) -> None:
    path = write(tmp_path / "a.mp4", frame_times=times(10, 5), fps=10, rotation_deg=90)
    gc.collect()
    before = sum(type(thing) is av.VideoFrame for thing in gc.get_objects())
    gc.disable()
    try:
        frames, _, _ = decode(path)
        held = sum(type(thing) is av.VideoFrame for thing in gc.get_objects()) - before
    finally:
        gc.enable()
    assert len(frames) == 25
    assert held <= 1  # the first, of which the side data was read


def moving_noise(time_s: float) -> NDArray[np.uint8]:
    """A pattern that moves, so that a frame that was made from the wrong ones looks another."""
    pattern = np.random.default_rng(1).integers(0, 255, (12, 20, 3), dtype=np.uint8).repeat(8, 0).repeat(8, 1)
    return np.roll(pattern, round(90 * time_s), axis=1)


STRUCTURES = {
    "B frames that others refer to": ("libx264", "bframes=3:b-pyramid=normal:ref=3:keyint=60"),
    "B frames that none refers to": ("libx264", "bframes=2:b-pyramid=none:keyint=60"),
    "open groups": ("libx264", "bframes=3:open-gop=1:keyint=12:min-keyint=12"),
    "no B frames": ("libx264", "bframes=0:keyint=60"),
    "key frames alone": ("libx264", "keyint=1"),
    "HEVC with B frames": ("libx265", "bframes=4:b-pyramid=1:keyint=60:log-level=none"),
}


@pytest.mark.parametrize("structure", STRUCTURES)
def test_what_is_not_decoded_changes_no_picture(
    tmp_path: Path, structure: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    codec, settings = STRUCTURES[structure]
    options = {f"{codec.removeprefix('lib')}-params": settings}
    path = write(
        tmp_path / "a.mp4", frame_times=times(30, 4), image=moving_noise, video_codec=codec, video_options=options
    )  # fmt: skip
    found = decode(path)[0]
    monkeypatch.setattr(media_video.VideoTrack, "_may_be_wanted", lambda *_: True)
    expected = decode(path)[0]
    assert [f.time_s for f in found] == [f.time_s for f in expected]
    assert len(found) == 20
    for one, other in zip(found, expected, strict=True):
        np.testing.assert_array_equal(one.image, other.image)


def test_frames_of_a_varying_rate_keep_their_times(tmp_path: Path) -> None:
    gaps = np.random.default_rng(2).uniform(0.02, 0.09, 90)
    shown = np.cumsum(gaps).tolist()
    frames = decode(write(tmp_path / "a.mp4", frame_times=shown, image=moving_noise))[0]
    start = shown[0]
    for frame in frames:
        assert min(abs(frame.time_s + start - time_s) for time_s in shown) < 0.001
    assert np.diff([frame.time_s for frame in frames]).max() < 0.2 + 2 * 0.09
