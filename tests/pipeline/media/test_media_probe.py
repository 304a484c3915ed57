"""A recording is opened, measured by what it says of itself and held to the limits, and nothing of it is decoded."""

from __future__ import annotations

from pathlib import Path

import av
import pytest

from interview_analysis.errors import MediaError
from interview_analysis.pipeline.media import decoding as media
from interview_analysis.pipeline.media.audio_spool import AudioSpool
from interview_analysis.pipeline.media.decoding import Decoder
from interview_analysis.pipeline.media.probe import Probe, probe
from tests.media import grey, noise, write_recording


@pytest.fixture(autouse=True)
def nothing_is_decoded(monkeypatch: pytest.MonkeyPatch) -> None:
    for track in ("Soundtrack", "VideoTrack"):
        monkeypatch.setattr(media, track, lambda *_: pytest.fail("decoded"))


@pytest.mark.parametrize(
    ("name", "sound", "picture"),
    [("a.mp4", True, True), ("a.mkv", True, True), ("mute.mp4", False, True), ("a.wav", True, False), ("a.flac", True, False)],
)  # fmt: skip
def test_what_a_recording_says_of_itself(tmp_path: Path, rng, name: str, sound: bool, picture: bool) -> None:
    path = write_recording(
        tmp_path / name,
        seconds=4,
        sound=noise(4, rng) if sound else None,
        picture=grey() if picture else None,
    )
    assert probe(path) == Probe(pytest.approx(4, abs=0.1), sound, picture)


def streamed(source: Path, target: Path, start_s: float = 0.0) -> Path:
    """The same packets in a WebM such as browsers record: written to a pipe, so that its header has no length."""
    with (
        av.open(str(source)) as given,
        target.open("wb") as pipe,
        av.open(_Pipe(pipe), "w", format="matroska", options={"live": "1"}) as out,
    ):
        streams = {stream.index: out.add_stream_from_template(stream) for stream in given.streams}
        for packet in given.demux():
            if packet.dts is not None:
                shift = round(start_s / packet.time_base)
                packet.pts, packet.dts = packet.pts + shift, packet.dts + shift
                packet.stream = streams[packet.stream.index]
                out.mux(packet)
    return target


class _Pipe:
    """A file that cannot seek."""

    def __init__(self, file) -> None:
        self.write = file.write


@pytest.mark.parametrize("start_s", [0.0, 100.0])
def test_a_header_without_a_length_is_made_up_for_by_the_packets(tmp_path: Path, rng, start_s: float) -> None:
    whole = write_recording(tmp_path / "a.mkv", seconds=5, sound=noise(5, rng), picture=grey())
    path = streamed(whole, tmp_path / "live.webm", start_s)
    with Decoder(path) as decoder:
        assert decoder.declared_duration_s != decoder.declared_duration_s  # NaN
    assert probe(path) == Probe(pytest.approx(5, abs=0.15), True, True)


def test_no_times_at_all_give_zero(tmp_path: Path) -> None:
    whole = write_recording(tmp_path / "a.mp4", seconds=2, picture=grey())
    path = tmp_path / "a.h264"
    with av.open(str(whole)) as given, av.open(str(path), "w", format="h264") as out:
        stream = out.add_stream_from_template(given.streams.video[0])
        for packet in given.demux():
            if packet.dts is not None:
                packet.stream = stream
                out.mux(packet)
    assert probe(path) == Probe(0.0, False, True)


def test_the_limit_holds_for_what_the_packets_tell(
    tmp_path: Path, rng, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = write_recording(tmp_path / "a.mkv", seconds=5, sound=noise(5, rng))
    path = streamed(whole, tmp_path / "live.webm")
    monkeypatch.setattr(media, "MAX_DURATION_S", 3.0)
    with pytest.raises(MediaError, match=r"live\.webm: holds"):
        probe(path)
    with pytest.raises(MediaError, match=r"a\.mkv: claims"):
        probe(whole)


@pytest.mark.parametrize(
    "content", [b"", b"Interview on Monday.\n" * 100, b"RIFF\x00\x10\x00\x00WAVE", bytes(5000)]
)
def test_what_is_no_recording_fails_as_decoding_it_would(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "面试.mp4"
    path.write_bytes(content)
    with pytest.raises(MediaError) as caught:
        probe(path)
    with pytest.raises(MediaError) as expected, AudioSpool() as spool, Decoder(path) as decoder:
        list(decoder.frames(spool))
    assert str(caught.value) == str(expected.value)
    for none in (tmp_path / "none.mp4", tmp_path):
        with pytest.raises(MediaError):
            probe(none)


def test_real_recordings(shared_data: Path) -> None:
    for name, duration_s, has_audio, has_video in (
        ("video_talking/grid_bbaf2n.mpg", 3, True, True),
        ("video_talking/fer_woman2_noaudio.mp4", None, False, True),
        ("audio_zh/firered_BAC009S0764W0121.wav", 4.2, True, False),
        ("audio_en/jfk.flac", 11, True, False),
    ):
        told = probe(shared_data / name)
        assert (told.has_audio, told.has_video) == (has_audio, has_video)
        assert told.duration_s > 0
        if duration_s is not None:
            assert told.duration_s == pytest.approx(duration_s, abs=0.1)
