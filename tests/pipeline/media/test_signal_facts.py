from __future__ import annotations

import math
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from interview_analysis.pipeline.media.audio_spool import AudioSpool
from interview_analysis.pipeline.media.decoding import Decoder
from interview_analysis.pipeline.media.signal_facts import (
    FrameClock,
    LoudnessMeter,
    LumaMeter,
    QualityLimits,
    SnrMeter,
    k_weighting,
    quality_flags,
)
from interview_analysis.types import MediaFacts, intervals

RATE_HZ = 16_000


def sine(frequency_hz: float, duration_s: float, rate_hz: int = RATE_HZ) -> NDArray[np.float64]:
    return np.sin(2 * np.pi * frequency_hz * np.arange(round(duration_s * rate_hz)) / rate_hz)


def loudness(samples: NDArray[np.floating], rate_hz: int = RATE_HZ, step: int = 7_001) -> float:
    meter = LoudnessMeter(rate_hz)
    for start in range(0, len(samples), step):
        meter.add(samples[start : start + step])
    return meter.loudness_lufs


def snr(samples: NDArray[np.floating]) -> float:
    meter = SnrMeter()
    for start in range(0, len(samples), 7_001):
        meter.add(samples[start : start + 7_001])
    return meter.snr_db


def test_k_weighting_is_the_table_of_the_standard() -> None:
    table = [
        [1.53512485958697, -2.69169618940638, 1.19839281085285, 1, -1.69065929318241, 0.73248077421585],
        [1, -2, 1, 1, -1.99004745483398, 0.99007225036621],
    ]
    np.testing.assert_allclose(k_weighting(48_000), table, atol=1e-8)


@pytest.mark.parametrize("rate_hz", [16_000, 48_000])
def test_a_full_scale_sine_is_minus_3_01_lufs(rate_hz: int) -> None:
    assert loudness(sine(997, 5, rate_hz), rate_hz) == pytest.approx(-3.01, abs=0.01)
    assert loudness(0.1 * sine(997, 5, rate_hz), rate_hz) == pytest.approx(-23.01, abs=0.01)


def test_loudness_is_gated_and_the_same_in_pieces() -> None:
    tone = 0.1 * sine(997, 10)
    with_pauses = np.concatenate([tone, np.zeros(30 * RATE_HZ), 0.01 * tone])
    assert loudness(with_pauses) == pytest.approx(-23.01, abs=0.15)
    assert loudness(with_pauses, step=100) == pytest.approx(loudness(with_pauses, step=10**7), abs=1e-9)


def test_loudness_agrees_with_pyloudnorm_on_speech(shared_data: Path) -> None:
    pyloudnorm = pytest.importorskip("pyloudnorm")
    with AudioSpool() as spool, Decoder(shared_data / "audio_en" / "mfa_acoustic_corpus.wav") as decoder:
        list(decoder.frames(spool))
        samples = spool.read(0, spool.samples).astype(float)
    expected = pyloudnorm.Meter(RATE_HZ, filter_class="DeMan").integrated_loudness(samples)
    assert decoder.facts.loudness_lufs == pytest.approx(expected, abs=0.06)


@pytest.mark.parametrize("samples", [np.zeros(0), np.zeros(RATE_HZ * 3), 0.5 * np.ones(100)])
def test_silence_and_too_little_are_nan(samples: NDArray[np.float64]) -> None:
    assert math.isnan(loudness(samples))
    assert math.isnan(snr(samples))


@pytest.mark.parametrize("true_db", [5, 10, 15, 20, 30])
def test_snr_of_tone_bursts_in_noise(true_db: float, rng: np.random.Generator) -> None:
    bursts = 0.2 * sine(220, 30) * (np.arange(30 * RATE_HZ) // (RATE_HZ // 2) % 2)
    noise = rng.normal(0, math.sqrt(0.02 / 10 ** (true_db / 10)), len(bursts))
    assert snr(bursts + noise) == pytest.approx(true_db, abs=1.5)


@pytest.mark.parametrize("true_db", [5, 15, 25])
def test_snr_of_speech_in_noise(true_db: float, shared_data: Path, rng: np.random.Generator) -> None:
    for name in ("audio_en/azure_en-training_audio1.wav", "audio_zh/azure_zh-CN-training_audio1.wav"):
        with AudioSpool() as spool, Decoder(shared_data / name) as decoder:
            list(decoder.frames(spool))
            speech = spool.read(0, spool.samples).astype(float)
        frames = speech[: len(speech) // 400 * 400].reshape(-1, 400).var(axis=1)
        active = frames[frames > np.quantile(frames, 0.95) / 10**2.5].mean()
        noisy = speech + rng.normal(0, math.sqrt(active / 10 ** (true_db / 10)), len(speech))
        assert snr(noisy) == pytest.approx(true_db, abs=3)


def test_noise_alone_has_no_signal(rng: np.random.Generator) -> None:
    assert snr(rng.normal(0, 0.1, 10 * RATE_HZ)) < 0


def test_digital_silence_does_not_count_as_noise_floor(rng: np.random.Generator) -> None:
    bursts = 0.2 * sine(220, 30) * (np.arange(30 * RATE_HZ) // (RATE_HZ // 2) % 2)
    noisy = bursts + rng.normal(0, 0.01, len(bursts))
    assert snr(np.concatenate([noisy, np.zeros(20 * RATE_HZ)])) == pytest.approx(snr(noisy), abs=0.2)


def test_luma_is_the_median_frame() -> None:
    meter = LumaMeter()
    assert math.isnan(meter.luma_median)
    for level in (10, 200, 100):
        meter.add(np.full((40, 60, 3), level, dtype=np.uint8))
    assert meter.luma_median == pytest.approx(100, abs=0.2)
    green = LumaMeter()
    green.add(np.broadcast_to(np.array([0, 255, 0], dtype=np.uint8), (40, 60, 3)))
    assert green.luma_median == pytest.approx(0.587 * 255, abs=0.2)


def clock(times_s: list[float]) -> FrameClock:
    frame_clock = FrameClock()
    for time_s in times_s:
        frame_clock.add(time_s)
    frame_clock.finish()
    return frame_clock


def test_frame_rate_from_times_out_of_order() -> None:
    times_s = [i / 30 for group in range(0, 300, 3) for i in (group + 2, group, group + 1)]
    assert clock(times_s).fps == pytest.approx(30)
    assert not clock(times_s).variable


def test_a_clock_of_milliseconds_is_not_variable() -> None:
    assert not clock([round(i / 60, 3) for i in range(600)]).variable


def test_uneven_frames_are_variable(rng: np.random.Generator) -> None:
    times_s = list(np.cumsum(rng.choice([1 / 30, 1 / 15, 1 / 10], 300)))
    uneven = clock(times_s)
    assert uneven.variable
    assert uneven.fps == pytest.approx(299 / (times_s[-1] - times_s[0]))


def test_no_frame_rate_of_one_frame() -> None:
    assert math.isnan(clock([1.0]).fps)
    assert not clock([1.0]).variable


GOOD = MediaFacts(
    duration_s=60, has_audio=True, has_video=True, width_px=640, height_px=480, fps=30,
    loudness_lufs=-20, clipping_ratio=0, snr_db=30, luma_median=120,
)  # fmt: skip


@pytest.mark.parametrize(
    ("change", "flag"),
    [
        ({"duration_s": 9.9}, "short"),
        ({"snr_db": 14.9}, "low_snr"),
        ({"clipping_ratio": 0.002}, "clipped"),
        ({"loudness_lufs": -35.1}, "quiet"),
        ({"bandwidth_hz": 4900.0}, "narrow_band"),
        ({"sound_holes": intervals([(3, 3.6), (9, 9.6)])}, "sound_missing"),
        ({"luma_median": 39.0}, "dark_video"),
        ({"width_px": 176, "height_px": 144}, "low_resolution"),
        ({"fps": 7.5}, "low_frame_rate"),
        ({"variable_frame_rate": True}, "variable_frame_rate"),
    ],
)
def test_each_fault_raises_its_flag_alone(change: dict[str, object], flag: str) -> None:
    assert quality_flags(replace(GOOD, **change)) == (flag,)  # type: ignore[arg-type]


def test_what_is_unknown_raises_no_flag() -> None:
    assert quality_flags(GOOD) == ()
    assert quality_flags(MediaFacts(duration_s=60, has_audio=False, has_video=False)) == ()


def test_limits_can_be_set() -> None:
    assert quality_flags(GOOD, QualityLimits(min_snr_db=40)) == ("low_snr",)
