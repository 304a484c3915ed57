"""Levels of mel bands: a tone stands in its band, at its time, and silence nowhere."""

from __future__ import annotations

import numpy as np
import pytest

from interview_analysis.models.voice.mel import BANDS, RANGE_DB, band_hz, mel_levels

RATE_HZ = 16_000


@pytest.mark.parametrize("hz", [300.0, 1000.0, 3000.0])
def test_a_tone_stands_in_its_band_at_its_time(hz):
    time_s = np.arange(RATE_HZ) / RATE_HZ
    levels = mel_levels(np.where(time_s >= 0.5, np.sin(2 * np.pi * hz * time_s), 0.0), RATE_HZ)
    assert levels.shape == (BANDS, 101)
    assert (levels.max(), levels.min()) == pytest.approx((0.0, -RANGE_DB), abs=1e-5)
    band = int(levels[:, 75].argmax())
    assert band == np.abs(band_hz(RATE_HZ) - hz).argmin()
    assert levels[band, 75] > -1.0
    assert levels[:, :45].max() == pytest.approx(-RANGE_DB), "nothing sounds before"


@pytest.mark.parametrize("samples", [np.zeros(RATE_HZ), np.zeros(10)])
def test_silence_is_dark_nowhere_however_short(samples):
    assert (mel_levels(samples, RATE_HZ) == -RANGE_DB).all()
