"""Where samples go when the times of a file are odd."""

from __future__ import annotations

import wave
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest
from numpy.typing import NDArray

from interview_analysis.pipeline.media.audio import AudioTrack
from interview_analysis.pipeline.media.audio_spool import AudioSpool
from interview_analysis.pipeline.media.channel_levels import MAX_CHANNELS
from interview_analysis.pipeline.media.decoding import Decoder
from tests.pipeline.media.media_making import tone

RATE_HZ = 16_000


def peak_hz(samples: NDArray[np.float32]) -> float:
    spectrum = np.abs(np.fft.rfft(samples * np.hanning(len(samples))))
    return float(np.argmax(spectrum) * RATE_HZ / len(samples))


class Packet:
    """What `AudioTrack` sees of a packet; no muxer writes times that go backwards."""

    def __init__(self, start_s: float | None, samples: NDArray[np.float32], rate_hz: int = 48_000) -> None:
        frame = av.AudioFrame.from_ndarray(samples[None], format="flt", layout="mono")
        frame.sample_rate, frame.time_base = rate_hz, Fraction(1, rate_hz)
        frame.pts = None if start_s is None else round(start_s * rate_hz)
        self._frames = [frame]

    def decode(self) -> list[av.AudioFrame]:
        return self._frames


def placed(*packets: Packet, origin_s: float = 0.0) -> NDArray[np.float32]:
    with AudioSpool() as spool:
        track = AudioTrack(None, origin_s, spool)  # type: ignore[arg-type]
        for packet in packets:
            track.decode(packet)  # type: ignore[arg-type]
        track.finish()
        return spool.read(0, spool.samples)


def test_overlapping_audio_is_dropped() -> None:
    samples = placed(Packet(0, tone(440, 1)), Packet(0.7, tone(880, 1)))
    assert len(samples) / RATE_HZ == pytest.approx(1.7, abs=0.001)
    assert peak_hz(samples[1000:15_000]) == pytest.approx(440, abs=2)
    assert peak_hz(samples[17_000:27_000]) == pytest.approx(880, abs=2)


def test_what_lies_before_the_start_is_dropped() -> None:
    samples = placed(Packet(1.5, tone(440, 1)), Packet(2.5, tone(880, 1)), origin_s=2.0)
    assert len(samples) / RATE_HZ == pytest.approx(1.5, abs=0.001)
    assert peak_hz(samples[1000:7000]) == pytest.approx(440, abs=3)
    assert peak_hz(samples[9000:23_000]) == pytest.approx(880, abs=2)


def test_impossible_times_are_ignored() -> None:
    for wrong_s in (None, 1e6, -50.0, 1.03):
        samples = placed(Packet(0, tone(440, 1)), Packet(wrong_s, tone(880, 1)))
        assert len(samples) / RATE_HZ == pytest.approx(2, abs=0.001), wrong_s


def test_a_slow_clock_is_met_again() -> None:
    """Frames that come 1 % late add up: the sound stays within 50 ms of its times."""
    frames = [Packet(0.1 * i * 1.01, tone(440, 0.1)) for i in range(100)]
    assert len(placed(*frames)) / RATE_HZ == pytest.approx(10.1, abs=0.06)


def test_the_format_may_change_on_the_way() -> None:
    samples = placed(Packet(0, tone(440, 1, RATE_HZ), RATE_HZ), Packet(1, tone(440, 1)))
    assert len(samples) / RATE_HZ == pytest.approx(2, abs=0.001)
    assert peak_hz(samples) == pytest.approx(440, abs=1)


def test_broken_samples_do_no_harm() -> None:
    samples = placed(
        Packet(0, np.array([np.nan, np.inf, -np.inf, 5.0, 0.5] * 100, dtype=np.float32), RATE_HZ)
    )
    assert np.isfinite(samples).all()
    assert np.abs(samples).max() <= 1


@pytest.mark.parametrize("count", [2, 3, 4, 6, 8, 9, 16, 32])
def test_every_channel_without_a_position_is_heard_alike(count: int, tmp_path: Path) -> None:
    """One after the other, each with a tone of its own, as the tracks of a recorder with a microphone a person."""
    size = RATE_HZ // 4
    samples = np.zeros((count * size, count))
    for channel in range(count):
        samples[channel * size : (channel + 1) * size, channel] = tone(400 + 100 * channel, 0.25, RATE_HZ)
    path = tmp_path / "tracks.wav"
    with wave.open(str(path), "wb") as file:
        file.setparams((count, 2, RATE_HZ, 0, "NONE", ""))
        file.writeframes((samples * 32767).astype("<i2").tobytes())
    with AudioSpool() as spool, Decoder(path) as decoder:
        for _ in decoder.frames(spool):
            pass
        heard = spool.read(0, spool.samples)
        assert (decoder.channel_levels is not None) == (count <= MAX_CHANNELS)
    assert len(heard) == count * size
    for channel in range(count):
        said = heard[channel * size : (channel + 1) * size]
        assert peak_hz(said) == pytest.approx(400 + 100 * channel, abs=5)
        assert np.std(said) == pytest.approx(0.5 / count / np.sqrt(2), rel=0.01)


def test_one_frame_with_a_wrong_time_moves_nothing() -> None:
    frames = [Packet(0.1 * i + (3000 if i == 20 else 0), tone(440, 0.1)) for i in range(40)]
    assert len(placed(*frames)) / RATE_HZ == pytest.approx(4, abs=0.01)


def test_a_clock_that_jumps_for_good_leaves_a_hole() -> None:
    frames = [Packet(0.1 * i + (3000 if i >= 20 else 0), tone(440, 0.1)) for i in range(40)]
    with AudioSpool() as spool:
        track = AudioTrack(None, 0.0, spool)  # type: ignore[arg-type]
        for packet in frames:
            track.decode(packet)  # type: ignore[arg-type]
        track.finish()
        assert spool.duration_s == pytest.approx(3004, abs=0.01)
        first, second = track.stretches
    assert (first.start_s, first.end_s) == (0, pytest.approx(2, abs=0.01))
    assert (second.start_s, second.end_s) == (pytest.approx(3002, abs=0.01), pytest.approx(3004, abs=0.01))


def test_after_a_clock_was_set_back_holes_are_still_seen() -> None:
    """A recorder that begins to count anew: what follows goes on, and a gap in it is a gap."""
    starts_s = [
        *(0.1 * i for i in range(50)),
        *(0.1 * i for i in range(10)),
        *(3 + 0.1 * i for i in range(10)),
    ]
    with AudioSpool() as spool:
        track = AudioTrack(None, 0.0, spool)  # type: ignore[arg-type]
        for start_s in starts_s:
            track.decode(Packet(start_s, tone(440, 0.1)))  # type: ignore[arg-type]
        track.finish()
        ends_s = [edge for stretch in track.stretches for edge in (stretch.start_s, stretch.end_s)]
    assert ends_s == pytest.approx([0, 6, 8, 9], abs=0.01)


def stereo(left: NDArray[np.float32], right: NDArray[np.float32], path: Path) -> Path:
    with wave.open(str(path), "wb") as file:
        file.setparams((2, 2, RATE_HZ, 0, "NONE", ""))
        samples = np.stack([left, right], axis=1)
        file.writeframes((samples * 32767).astype("<i2").tobytes())
    return path


def mixed(path: Path) -> NDArray[np.float32]:
    with AudioSpool() as spool, Decoder(path) as decoder:
        for _ in decoder.frames(spool):
            pass
        return spool.read(0, spool.samples)


@pytest.mark.parametrize("right_gain", [-1.0, -0.3])
def test_a_side_that_is_upside_down_does_not_cancel_the_other(
    tmp_path: Path, rng: np.random.Generator, right_gain: float
) -> None:
    voice = (0.1 * rng.standard_normal(3 * RATE_HZ)).astype(np.float32)
    samples = mixed(stereo(voice, right_gain * voice, tmp_path / "opposed.wav"))
    assert len(samples) == 3 * RATE_HZ
    np.testing.assert_allclose(samples, (1 - right_gain) / 2 * voice, atol=1e-3)


def test_a_side_that_is_upside_down_from_the_middle_on_is_found(
    tmp_path: Path, rng: np.random.Generator
) -> None:
    voice = (0.1 * rng.standard_normal(8 * RATE_HZ)).astype(np.float32)
    turned = np.where(np.arange(len(voice)) < 4 * RATE_HZ, voice, -voice)
    samples = mixed(stereo(voice, turned, tmp_path / "turned.wav"))
    np.testing.assert_allclose(samples[: 4 * RATE_HZ], voice[: 4 * RATE_HZ], atol=2e-3)
    np.testing.assert_allclose(samples[6 * RATE_HZ :], voice[6 * RATE_HZ :], atol=2e-3)


def test_ordinary_stereo_is_added_up_as_it_is(tmp_path: Path, rng: np.random.Generator) -> None:
    left, right = (0.1 * rng.standard_normal((2, 2 * RATE_HZ))).astype(np.float32)
    samples = mixed(stereo(left, right, tmp_path / "wide.wav"))
    np.testing.assert_allclose(samples, (left + right) / 2, atol=1e-3)
