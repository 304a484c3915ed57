"""Every recording gets a copy that browsers play and seek in, as long as the original."""

from __future__ import annotations

from pathlib import Path

import av
import numpy as np
import pytest

from interview_analysis.errors import MediaError
from interview_analysis.web.interviews import playable
from interview_analysis.web.interviews.playable import checked, make_playable
from tests.web.recordings import write_wav


def write_video(path: Path, codec: str, seconds: float = 2.0, **options: str) -> Path:
    """A grey square that gets brighter, 25 frames a second."""
    with av.open(str(path), "w", options=options) as container:
        stream = container.add_stream(codec, rate=25)
        stream.width = stream.height = 64
        stream.pix_fmt = "yuv420p"
        for number in range(round(seconds * 25)):
            frame = av.VideoFrame.from_ndarray(
                np.full((64, 64, 3), number * 4, dtype=np.uint8), format="rgb24"
            )
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    return path


def duration_s(path: Path) -> float:
    with av.open(str(path)) as container:
        return float(container.duration or 0) / 1e6


@pytest.mark.parametrize(
    ("name", "codec", "suffix", "becomes"),
    [
        ("a.mp4", "libx264", ".mp4", "h264"),
        ("a.webm", "libvpx", ".webm", "vp8"),
        ("a.mpg", "mpeg1video", ".mp4", "h264"),
        ("a.avi", "mpeg4", ".mp4", "h264"),
    ],
)
def test_codecs_that_browsers_know_are_copied_and_others_encoded(tmp_path, name, codec, suffix, becomes):
    source = write_video(tmp_path / name, codec)
    target = make_playable(source, tmp_path / "play")
    assert target.suffix == suffix
    assert duration_s(checked(target, 2.0)) == pytest.approx(2.0, abs=0.2)
    with av.open(str(target)) as container:
        assert container.streams.video[0].codec_context.name == becomes
    assert {path.name for path in tmp_path.iterdir()} == {name, target.name}, "nothing is left aside"


def test_a_live_webm_gets_a_length_and_an_index(tmp_path):
    """As browsers record it: no duration, no cues."""
    source = write_video(tmp_path / "live.webm", "libvpx", live="1")
    with av.open(str(source)) as container:
        assert not container.duration
    target = make_playable(source, tmp_path / "play")
    assert duration_s(target) == pytest.approx(2.0, abs=0.2)
    assert b"\x1c\x53\xbb\x6b" in target.read_bytes(), "cues, by which a browser seeks"


def test_sound_alone(tmp_path):
    target = make_playable(write_wav(tmp_path / "a.wav", seconds=3.0), tmp_path / "play")
    assert duration_s(checked(target, 3.0)) == pytest.approx(3.0, abs=0.1)


def test_a_copy_that_is_too_short_is_noticed(tmp_path):
    target = make_playable(write_wav(tmp_path / "a.wav", seconds=3.0), tmp_path / "play")
    with pytest.raises(MediaError, match="lasts 3"):
        checked(target, 60.0)


def test_what_cannot_be_encoded_is_told_as_the_recording_s_fault(tmp_path, monkeypatch):
    """So that a worker keeps the original and goes on."""
    source = write_video(tmp_path / "a.avi", "mpeg4")

    def failing(*_: object) -> None:
        raise av.error.UndefinedError(1, "unknown")

    monkeypatch.setattr(playable, "_encode", failing)
    with pytest.raises(MediaError, match=r"a\.avi: no copy for playing"):
        make_playable(source, tmp_path / "play")
    assert [path.name for path in tmp_path.iterdir()] == ["a.avi"]
