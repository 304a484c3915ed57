"""Syllable nuclei in the sound itself, whatever was said: where the level of the vowels' band peaks in a voiced sound.

After de Jong & Wempe (2009), "Praat script to detect syllable nuclei and measure speech rate automatically", Behavior
Research Methods 41(2), 385-390: peaks of intensity that are within 25 dB of the loudest, with a dip before them, and
voiced. Here the level is that of the band from 300 to 2500 Hz of a short-time spectrum, in which vowels stand out from
nasals and fricatives, so that a dip of 1.5 dB tells two syllables apart.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from interview_analysis.models.voice.spectrum import peaks, short_time_spectrum

FRAME_S = 0.01
BAND_HZ = (300.0, 2500.0)
WINDOW_S = 0.032
MIN_DIP_DB = 1.5
BELOW_LOUDEST_DB = 25.0
_SMOOTHING_FRAMES = 1.0  # standard deviation of the Gaussian
_LOUDEST_PERCENTILE = 95.0
_MIN_VOICED_FRAMES = 10
_TINY = 1e-9


def syllable_nuclei(
    samples: NDArray[np.floating], rate_hz: int, voiced: NDArray[np.bool_]
) -> NDArray[np.int_]:
    """The frames of 10 ms, frame i centred on ``(i + 0.5) * 0.01`` s, in which a syllable has its nucleus.

    `voiced`, shape (n,), says which frames have a pitch; samples beyond the n-th frame only settle the last ones.
    """
    from scipy.ndimage import gaussian_filter1d

    if np.count_nonzero(voiced) < _MIN_VOICED_FRAMES:
        return np.empty(0, dtype=int)
    level_db = gaussian_filter1d(_band_level_db(samples, rate_hz, len(voiced)), _SMOOTHING_FRAMES)
    loudest_db = float(np.percentile(level_db[voiced], _LOUDEST_PERCENTILE))
    tops = peaks(level_db, least=loudest_db - BELOW_LOUDEST_DB, prominence=MIN_DIP_DB)
    near = np.convolve(voiced, np.ones(3), mode="same") > 0
    found: NDArray[np.int_] = tops[near[tops]]
    return found


def _band_level_db(samples: NDArray[np.floating], rate_hz: int, count: int) -> NDArray[np.float64]:
    """The level of the band in the middle of each of `count` frames: the mean of those at its two ends, shape (n,)."""
    size = round(WINDOW_S * rate_hz)
    spectrum = short_time_spectrum(samples, size, round(FRAME_S * rate_hz), padded=True)
    hz = np.fft.rfftfreq(size, 1.0 / rate_hz)
    band = (hz >= BAND_HZ[0]) & (hz <= BAND_HZ[1])
    level_db = 10.0 * np.log10((np.abs(spectrum[band]) ** 2).sum(axis=0, dtype=np.float64) + _TINY)
    edges = np.pad(level_db, (0, max(0, count + 1 - level_db.size)), mode="edge")[: count + 1]
    middles: NDArray[np.float64] = (edges[:-1] + edges[1:]) / 2
    return middles
