from __future__ import annotations

import numpy as np
import pytest

from interview_analysis.features.voice.intensity import compute
from interview_analysis.types import Interval, MediaFacts, Observations
from tests.features.voice.test_pitch import observe
from tests.models.voice.test_praat import buzz, times


def test_a_swing_of_known_size() -> None:
    """Level swinging as a sine of 6 dB: deviation 6 / sqrt(2), p10-p90 2 * 6 * sin(0.4 pi)."""
    level_db = 6 * np.sin(2 * np.pi * times(10) / 5) - 10
    values = compute(observe(buzz(150.0, 10) * 10 ** (level_db / 20)), Interval(0, 10))
    assert values["intensity_sd_db"] == pytest.approx(6 / 2**0.5, abs=0.15)
    assert values["voiced_intensity_sd_db"] == pytest.approx(6 / 2**0.5, abs=0.15)
    assert values["intensity_range_p10_p90_db"] == pytest.approx(12 * np.sin(0.4 * np.pi), abs=0.3)


def test_the_microphone_gain_does_not_matter() -> None:
    wave = buzz(150.0, 6) * (1 + 0.5 * np.sin(2 * np.pi * times(6)))
    loud, quiet = (compute(observe(gain * wave), Interval(0, 6)) for gain in (1.0, 0.1))
    assert quiet == pytest.approx(loud, abs=0.01)


def test_a_window_is_compared_with_the_recording() -> None:
    wave = np.concatenate([0.1 * buzz(150.0, 6), 0.2 * buzz(150.0, 4)])
    values = compute(observe(wave), Interval(6, 10))
    assert values["intensity_shift_db"] == pytest.approx(6.02, abs=0.1)


def test_missing_is_left_out() -> None:
    assert compute(observe(np.zeros(48_000)), Interval(0, 3)) == {"coverage_ratio": 0.0}
    assert compute(observe(buzz(150.0, 3), (0.0, 0.5)), Interval(0, 3)).keys() == {"coverage_ratio"}
    assert compute(Observations(MediaFacts(3, False, True)), Interval(0, 3)) == {"coverage_ratio": 0.0}
