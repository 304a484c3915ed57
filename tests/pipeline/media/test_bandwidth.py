"""Up to which frequency a voice reaches, on noise that comes and goes as speech does."""

from __future__ import annotations

import math

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy.signal import butter, sosfilt

from interview_analysis.pipeline.media.bandwidth import BandwidthMeter
from interview_analysis.pipeline.media.signal_facts import quality_flags
from interview_analysis.types import MediaFacts

RATE_HZ = 16_000


def voice(
    rng: np.random.Generator, low_hz: float, high_hz: float, seconds: float = 12
) -> NDArray[np.float64]:
    """Syllables of coloured noise, one a second, and as much of pauses; 30 dB less at the top than at the bottom."""
    time_s = np.arange(round(seconds * RATE_HZ)) / RATE_HZ
    noise = rng.standard_normal(len(time_s))
    bass = sosfilt(butter(2, 700, "lowpass", fs=RATE_HZ, output="sos"), noise)
    sound = bass + 0.03 * noise
    band = butter(12, [low_hz, min(high_hz, 7900)], "bandpass", fs=RATE_HZ, output="sos")
    syllables = np.maximum(0, np.sin(2 * np.pi * time_s))
    shaped: NDArray[np.float64] = 0.3 * sosfilt(band, sound * syllables)
    return shaped


def bandwidth_hz(samples: NDArray[np.float64], piece: int = 8000) -> float:
    meter = BandwidthMeter(RATE_HZ)
    for start in range(0, len(samples), piece):
        meter.add(samples[start : start + piece])
    return meter.bandwidth_hz


@pytest.mark.parametrize(
    ("high_hz", "low", "high"), [(8000, 7750, 8000), (5500, 5500, 6500), (3400, 3400, 4250)]
)
def test_the_upper_edge_of_a_voice(rng: np.random.Generator, high_hz: float, low: float, high: float) -> None:
    found = bandwidth_hz(voice(rng, 100, high_hz))
    assert low <= found <= high


def test_a_telephone_line_is_told(rng: np.random.Generator) -> None:
    line = MediaFacts(30, True, False, bandwidth_hz=bandwidth_hz(voice(rng, 300, 3400)))
    room = MediaFacts(30, True, False, bandwidth_hz=bandwidth_hz(voice(rng, 80, 8000)))
    assert quality_flags(line) == ("narrow_band",)
    assert quality_flags(room) == ()


def test_pieces_and_loudness_change_nothing(rng: np.random.Generator) -> None:
    samples = voice(rng, 300, 3400)
    assert {bandwidth_hz(samples, piece) for piece in (160, 4801, 10**6)} == {bandwidth_hz(samples)}
    assert bandwidth_hz(0.01 * samples) == bandwidth_hz(samples)


def test_noise_that_may_hide_a_voice_is_not_taken_for_its_end(rng: np.random.Generator) -> None:
    samples = voice(rng, 300, 3400)
    assert math.isnan(bandwidth_hz(samples + 0.003 * rng.standard_normal(len(samples))))


def test_what_has_no_voice_has_no_bandwidth(rng: np.random.Generator) -> None:
    steady = 0.1 * rng.standard_normal(10 * RATE_HZ)
    for samples in (np.zeros(10 * RATE_HZ), steady, voice(rng, 100, 8000, 1)):
        assert math.isnan(bandwidth_hz(samples))
