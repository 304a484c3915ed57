"""Recordings with several audio tracks: each is heard, or it is said why not."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest
from numpy.typing import NDArray

from interview_analysis.pipeline.media.audio_spool import AudioSpool
from interview_analysis.pipeline.media.decoding import Decoder
from interview_analysis.types import AudioTrackFacts, MediaFacts
from tests.pipeline.media.media_making import tone
from tests.pipeline.media.test_media_audio import peak_hz

RATE_HZ = 16_000
Pieces = list[tuple[float, NDArray[np.float32]]]  # start in seconds, samples at 16 kHz


def write_tracks(path: Path, tracks: dict[str, Pieces], *, side_by_side: bool = True) -> Path:
    """A recording with a FLAC track for each name; the first is the default one."""
    with av.open(str(path), "w") as container:
        packets = []
        for name, pieces in tracks.items():
            stream = container.add_stream("flac", rate=RATE_HZ, layout="mono")
            stream.metadata["title"] = name
            for start_s, samples in pieces:
                for begin in range(0, len(samples), 1600):
                    part = (samples[begin : begin + 1600] * 32767).astype(np.int16)
                    frame = av.AudioFrame.from_ndarray(part[None], format="s16", layout="mono")
                    frame.sample_rate, frame.time_base = RATE_HZ, Fraction(1, RATE_HZ)
                    frame.pts = round(start_s * RATE_HZ) + begin
                    packets += stream.encode(frame)
            packets += stream.encode(None)
        if side_by_side:
            packets.sort(key=lambda packet: packet.dts * packet.time_base)
        for packet in packets:
            container.mux(packet)
    return path


def heard(path: Path) -> tuple[NDArray[np.float32], MediaFacts, NDArray[np.float32] | None]:
    with AudioSpool() as spool, Decoder(path) as decoder:
        for _ in decoder.frames(spool):
            pass
        return spool.read(0, spool.samples), decoder.facts, decoder.channel_levels


@pytest.mark.parametrize("side_by_side", [True, False])
def test_each_of_several_tracks_is_heard_as_a_channel_of_its_own(tmp_path: Path, side_by_side: bool) -> None:
    quiet = np.zeros(2 * RATE_HZ, dtype=np.float32)
    path = write_tracks(
        tmp_path / "panel.mkv",
        {
            "Interviewer": [(0, np.concatenate([tone(440, 2, RATE_HZ), quiet]))],
            "Candidate": [(0, np.concatenate([quiet, tone(880, 2, RATE_HZ)]))],
        },
        side_by_side=side_by_side,
    )
    samples, facts, levels = heard(path)
    assert len(samples) == 4 * RATE_HZ
    for second, frequency_hz in ((0, 440), (2, 880)):
        said = samples[second * RATE_HZ : (second + 2) * RATE_HZ]
        assert peak_hz(said) == pytest.approx(frequency_hz, abs=2)
        assert np.std(said) == pytest.approx(0.25 / np.sqrt(2), rel=0.01)
    assert facts.audio_tracks == (AudioTrackFacts(1, "Interviewer"), AudioTrackFacts(2, "Candidate"))
    assert levels is not None
    np.testing.assert_allclose(levels[:200], [[0.125, 0]] * 200, atol=0.004)
    np.testing.assert_allclose(levels[200:], [[0, 0.125]] * 200, atol=0.004)
    assert facts.loudness_lufs == pytest.approx(-15.1, abs=0.6)  # of the mean: 6 dB below either track


def test_a_silent_default_track_is_left_out_and_said(tmp_path: Path) -> None:
    path = write_tracks(
        tmp_path / "muted.mkv",
        {"Desktop": [(0, np.zeros(3 * RATE_HZ, dtype=np.float32))], "Mic": [(0, tone(440, 3, RATE_HZ))]},
    )
    samples, facts, levels = heard(path)
    assert np.std(samples) == pytest.approx(0.5 / np.sqrt(2), rel=0.01)  # not halved by the silent one
    assert [track.left_out for track in facts.audio_tracks] == ["silent", ""]
    assert levels is None  # one track in mono


def test_where_all_tracks_are_silent_none_is_called_the_silent_one(tmp_path: Path) -> None:
    quiet = np.zeros(2 * RATE_HZ, dtype=np.float32)
    samples, facts, _ = heard(write_tracks(tmp_path / "all.mkv", {"a": [(0, quiet)], "b": [(0, quiet)]}))
    assert len(samples) == 2 * RATE_HZ
    assert [track.left_out for track in facts.audio_tracks] == ["", ""]


def test_a_track_that_comes_late_and_goes_early_makes_no_hole_in_the_others(tmp_path: Path) -> None:
    path = write_tracks(
        tmp_path / "late.mkv", {"a": [(0, tone(440, 6, RATE_HZ))], "b": [(2, tone(880, 1, RATE_HZ))]}
    )
    samples, facts, levels = heard(path)
    assert len(samples) == 6 * RATE_HZ
    assert facts.sound_holes == ()
    assert levels is not None
    assert np.flatnonzero(levels[:, 1] > 0.01)[[0, -1]] == pytest.approx([200, 299], abs=1)
    assert peak_hz(samples[4 * RATE_HZ :]) == pytest.approx(440, abs=2)


def test_memory_does_not_grow_with_the_length_of_tracks(tmp_path: Path) -> None:
    """Two tracks one after the other in the file: the first waits on disk."""
    path = write_tracks(
        tmp_path / "long.mkv",
        {name: [(0, tone(hz, 60, RATE_HZ))] for name, hz in (("a", 300), ("b", 500))},
        side_by_side=False,
    )
    import tracemalloc

    with AudioSpool() as spool, Decoder(path) as decoder:
        tracemalloc.start()
        for _ in decoder.frames(spool):
            pass
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        assert spool.samples == 60 * RATE_HZ
    assert peak < 5e6  # 60 s of two tracks and of their mean take 12 MB in single precision


def test_a_track_that_cannot_be_read_is_left_out_and_said(tmp_path: Path) -> None:
    """As the spatial sound beside the stereo track of a telephone's camera, in a codec that FFmpeg does not know."""
    path = write_tracks(
        tmp_path / "spatial.mp4", {"a": [(0, tone(440, 3, RATE_HZ))], "b": [(0, tone(880, 3, RATE_HZ))]}
    )
    data = path.read_bytes()
    first = data.index(b"fLaC", data.index(b"stsd"))
    second = data.index(b"fLaC", data.index(b"stsd", first))
    path.write_bytes(data[:second] + b"zzzz" + data[second + 4 :])
    samples, facts, _ = heard(path)
    assert [track.left_out for track in facts.audio_tracks] == ["", "undecodable"]
    assert peak_hz(samples) == pytest.approx(440, abs=2)
    assert np.std(samples) == pytest.approx(0.5 / np.sqrt(2), rel=0.01)
