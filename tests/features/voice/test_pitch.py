from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from interview_analysis.features.voice.pitch import compute
from interview_analysis.models.voice.praat import acoustics
from interview_analysis.types import Interval, MediaFacts, Observations, SpeechActivity, intervals
from tests.models.voice.test_praat import HeldAudio, buzz, times


def observe(wave: NDArray[np.float64], *speech: tuple[float, float]) -> Observations:
    activity = SpeechActivity(intervals(speech)) if speech else None
    return Observations(
        MediaFacts(wave.size / 16_000, True, False), activity, None, acoustics(HeldAudio(wave))
    )


@pytest.mark.parametrize("low_hz", [90.0, 180.0])
def test_a_glide_of_12_semitones(low_hz: float) -> None:
    """Linear in semitones over 12: uniform, so p10-p90 is 9.6, p5-p95 10.8, the deviation 12 / sqrt(12)."""
    values = compute(observe(buzz(low_hz * 2 ** (times(8) / 8), 8)), Interval(0, 8))
    assert values["f0_median_hz"] == pytest.approx(low_hz * 2**0.5, rel=0.01)
    assert values["f0_range_p10_p90_st"] == pytest.approx(9.6, abs=0.15)
    assert values["f0_range_p5_p95_st"] == pytest.approx(10.8, abs=0.15)
    assert values["f0_sd_st"] == pytest.approx(12 / 12**0.5, abs=0.1)
    assert values["f0_shift_st"] == pytest.approx(0.0, abs=1e-4)
    assert values["voiced_ratio"] > 0.97


def test_a_window_is_compared_with_the_recording() -> None:
    wave = np.concatenate([buzz(100.0, 6), buzz(100.0 * 2 ** (4 / 12), 4)])
    observations = observe(wave)
    raised = compute(observations, Interval(6, 10))
    assert raised["f0_shift_st"] == pytest.approx(4.0, abs=0.05)
    assert raised["f0_sd_st"] < 0.5


def test_only_speech_counts() -> None:
    """The speech is the first half; what hums on at 140 Hz is not."""
    wave = np.concatenate([buzz(200.0, 4), buzz(140.0, 4)])
    values = compute(observe(wave, (0.0, 4.0)), Interval(0, 8))
    assert values["f0_median_hz"] == pytest.approx(200, abs=0.5)
    assert values["coverage_ratio"] == pytest.approx(0.5, abs=0.01)


def test_unvoiced_share(rng: np.random.Generator) -> None:
    wave = np.concatenate([buzz(120.0, 3), 0.05 * rng.standard_normal(16_000)])
    values = compute(observe(wave, (0.0, 4.0)), Interval(0, 4))
    assert values["voiced_ratio"] == pytest.approx(0.75, abs=0.03)


def test_missing_is_left_out() -> None:
    silence = compute(observe(np.zeros(48_000), (0.0, 3.0)), Interval(0, 3))
    assert silence == pytest.approx({"coverage_ratio": 1.0, "voiced_ratio": 0.0})
    assert compute(observe(np.zeros(48_000), (5.0, 6.0)), Interval(0, 3)) == {"coverage_ratio": 0.0}
    assert compute(Observations(MediaFacts(3, False, True)), Interval(0, 3)) == {"coverage_ratio": 0.0}
