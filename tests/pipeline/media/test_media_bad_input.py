"""Files that are no recording, or not a whole one: one line that says what is wrong and what to do."""

from __future__ import annotations

import os
from pathlib import Path

import av
import numpy as np
import pytest

from interview_analysis.errors import MediaError
from interview_analysis.pipeline.media.audio_spool import AudioSpool
from interview_analysis.pipeline.media.decoding import Decoder
from tests.pipeline.media.media_making import quadrants, times, tone, write


def failure(path: Path) -> str:
    """The message of the MediaError that opening or decoding raises; it must name the file in one line."""
    with AudioSpool() as spool, pytest.raises(MediaError) as caught, Decoder(path) as decoder:
        list(decoder.frames(spool))
    message = str(caught.value)
    assert message.startswith(str(path))
    assert "\n" not in message
    assert ": " in message.removeprefix(str(path))
    return message


@pytest.fixture
def recording(tmp_path: Path) -> Path:
    return write(
        tmp_path / "whole.mp4", frame_times=times(25, 6), fps=25, pieces=[(0, tone(440, 6))],
        image=lambda time_s: np.roll(quadrants(time_s), round(time_s * 60), axis=1),
    )  # fmt: skip


def cut(path: Path, share: float, name: str = "") -> Path:
    data = path.read_bytes()
    shorter = path.with_name(f"cut{name or path.name}")
    shorter.write_bytes(data[: int(len(data) * share)])
    return shorter


def test_missing(tmp_path: Path) -> None:
    assert "no such file" in failure(tmp_path / "nowhere.mp4")


def test_folder(tmp_path: Path) -> None:
    assert "is a folder" in failure(tmp_path)


def test_empty(tmp_path: Path) -> None:
    path = tmp_path / "empty.mp4"
    path.touch()
    assert "is empty (0 bytes)" in failure(path)


@pytest.mark.skipif(os.geteuid() == 0, reason="SKIPPED: root may read everything")
def test_forbidden(tmp_path: Path) -> None:
    path = tmp_path / "a.mp4"
    path.write_bytes(b"x")
    path.chmod(0)
    assert "Permission denied" in failure(path)


def test_file_in_place_of_a_folder(tmp_path: Path) -> None:
    path = tmp_path / "a.mp4"
    path.write_bytes(b"x")
    assert "cannot be read (Not a directory)" in failure(path / "b.mp4")


def test_name_that_no_file_can_have() -> None:
    assert "cannot be read" in failure(Path("a\0b.mp4"))


def test_device() -> None:
    assert "no regular file" in failure(Path("/dev/zero"))


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("notes.txt", "Interview with the candidate on Monday.\n" * 100),
        ("notes.mp4", "Interview with the candidate on Monday.\n" * 100),
        ("noise.mp4", np.random.default_rng(1).bytes(20_000)),
        ("zeros.wav", bytes(5_000)),
        ("one.mp3", b"x"),
        ("subtitles.srt", "1\n00:00:01,000 --> 00:00:02,000\nHello\n"),
    ],
)
def test_no_media(tmp_path: Path, name: str, content: str | bytes) -> None:
    path = tmp_path / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    assert "is no audio or video file" in failure(path)


def test_a_picture_is_no_recording(tmp_path: Path) -> None:
    path = write(tmp_path / "a.png", frame_times=[0], video_codec="png", pixel_format="rgb24")
    assert "is no audio or video file" in failure(path)


def test_a_playlist_opens_no_other_file(tmp_path: Path, recording: Path) -> None:
    playlist = tmp_path / "list.m3u8"
    playlist.write_text(f"#EXTM3U\n#EXT-X-TARGETDURATION:6\n#EXTINF:6,\n{recording}\n#EXT-X-ENDLIST\n")
    assert "is no audio or video file" in failure(playlist)
    concat = tmp_path / "list.ffconcat"
    concat.write_text(f"ffconcat version 1.0\nfile '{recording.name}'\n")
    assert "is no audio or video file" in failure(concat)


def test_no_audio_and_no_video_track(tmp_path: Path) -> None:
    path = tmp_path / "data.ts"
    with av.open(str(path), "w") as container:
        stream = container.add_data_stream("bin_data")
        packet = av.Packet(bytes(1000))
        packet.stream, packet.pts, packet.dts = stream, 0, 0
        container.mux(packet)
    assert "no audio and no video track" in failure(path)


def test_no_samples(tmp_path: Path) -> None:
    path = tmp_path / "a.wav"
    whole = write(tmp_path / "b.wav", pieces=[(0, tone(440, 1))], audio_codec="pcm_s16le").read_bytes()
    head = whole[: whole.index(b"data")]
    path.write_bytes(b"RIFF" + len(head).to_bytes(4, "little") + head[8:] + b"data" + bytes(4))
    assert "zero length" in failure(path)


def test_mp4_whose_index_is_cut_off(recording: Path) -> None:
    for share in (0.5, 0.9):
        message = failure(cut(recording, share))
        assert "truncated MP4" in message
        assert "export it again" in message


@pytest.mark.parametrize("share", [0.3, 0.7, 0.95])
def test_mp4_with_its_index_in_front_cut_in_the_middle(tmp_path: Path, share: float) -> None:
    whole = write(
        tmp_path / "front.mp4", frame_times=times(25, 6), fps=25, pieces=[(0, tone(440, 6))],
        image=lambda time_s: np.random.default_rng(int(time_s * 100)).integers(0, 255, (96, 160, 3), dtype=np.uint8),
        options={"movflags": "faststart"},
    )  # fmt: skip
    message = failure(cut(whole, share))
    assert "the container says 6.0 s but only" in message
    have_s = float(message.split("but only ")[1].split(" s")[0])
    assert have_s == pytest.approx(6 * share, abs=1.2)


@pytest.mark.parametrize(
    ("name", "codec"), [("a.wav", "pcm_s16le"), ("a.flac", "flac"), ("a.mkv", "libopus"), ("a.avi", "mpeg4")]
)
def test_other_formats_cut_in_the_middle(tmp_path: Path, name: str, codec: str) -> None:
    if codec == "mpeg4":
        whole = write(
            tmp_path / name, frame_times=times(25, 6), fps=25, video_codec=codec,
            image=lambda t: np.random.default_rng(int(t * 100)).integers(0, 255, (96, 160, 3), dtype=np.uint8),
        )  # fmt: skip
    else:
        whole = write(tmp_path / name, pieces=[(0, tone(440, 6))], audio_codec=codec)
    message = failure(cut(whole, 0.6))
    assert "truncated" in message
    assert "says" in message
    assert "only" in message


def test_damage_in_the_middle(tmp_path: Path) -> None:
    whole = write(tmp_path / "a.mp4", frame_times=times(25, 8), fps=25, pieces=[(0, tone(440, 8))],
                  image=lambda t: np.roll(quadrants(t, 320, 240), round(t * 60), axis=1))  # fmt: skip
    data = bytearray(whole.read_bytes())
    begin = data.index(b"mdat") + 4
    end = data.index(b"moov") - 4
    third = (end - begin) // 3
    data[begin + third : begin + 2 * third] = np.random.default_rng(5).bytes(third)
    path = tmp_path / "damaged.mp4"
    path.write_bytes(data)
    assert "truncated or damaged" in failure(path)


def test_readers_of_the_sound_get_the_error(tmp_path: Path) -> None:
    whole = write(tmp_path / "a.flac", pieces=[(0, tone(440, 6))], audio_codec="flac")
    with AudioSpool() as spool:
        with pytest.raises(MediaError), Decoder(cut(whole, 0.5)) as decoder:
            list(decoder.frames(spool))
        with pytest.raises(MediaError, match="truncated"):
            spool.wait(10**9)
