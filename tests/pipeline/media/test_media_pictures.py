"""Pictures of recordings: upright, in shape and in their greys, at the times that were asked for."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from interview_analysis.pipeline.media import video as media_video
from interview_analysis.pipeline.media.video import display_size, fitted_size
from tests.pipeline.media.media_making import decode, grey_clock, quadrants, times, write


@pytest.mark.parametrize("rotation_deg", [0, 90, 180, -90])
def test_rotated_video_comes_upright(tmp_path: Path, rotation_deg: int) -> None:
    def lying(time_s: float) -> NDArray[np.uint8]:  # as a sensor that was turned records it
        return np.ascontiguousarray(np.rot90(quadrants(time_s), -rotation_deg // 90))

    path = write(tmp_path / "a.mp4", frame_times=times(10, 1), fps=10, image=lying, rotation_deg=rotation_deg)
    frames, _, facts = decode(path)
    assert (facts.width_px, facts.height_px) == (160, 96)
    assert facts.rotation_deg == rotation_deg % 360
    for frame in frames:
        assert np.abs(frame.image.astype(int) - quadrants(0)).mean() < 12


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
