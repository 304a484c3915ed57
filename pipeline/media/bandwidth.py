"""Up to which frequency a voice was recorded: a telephone line ends at 3.4 kHz, a microphone goes on beyond."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from interview_analysis.models.voice.spectrum import short_time_spectrum

_WINDOW_SAMPLES, _HOP_SAMPLES = 512, 512  # 32 ms, every one once: a hum or a hiss lasts longer
_BAND_BINS = 8  # 250 Hz at 16 kHz
_PIECE_FRAMES = 64  # 2 s: shorter pieces cost more in calls than in work
_FLOOR_DB, _CEILING_DB, _BINS_PER_DB = -140.0, 20.0, 2
_MIN_FRAMES = 60  # 2 s
# A band belongs to the voice where its loud frames stand out from its quiet ones, which steady noise does not (3 dB in a
# band of eight bins), and are not hidden below the strongest band: an s is 20 to 40 dB below the vowels, and what
# resampling from 8 kHz and speech codecs leave above 4 kHz 60 dB and more.
_LOUD_PERCENTILE, _QUIET_PERCENTILE = 98.0, 20.0
_MIN_RISE_DB, _MAX_BELOW_DB = 10.0, 55.0
_MIN_VOICE_HZ = 2000.0  # a tone or a hum ends below; no line is so narrow that speech does


class BandwidthMeter:
    """The upper edge of the voice's spectrum from how the power of each band of 250 Hz is spread over time.

    The powers are kept in histograms of half a decibel, so that memory does not grow with the recording.
    """

    def __init__(self, sample_rate_hz: int = 16_000) -> None:
        self._rate_hz = sample_rate_hz
        self._rest = np.empty(0, dtype=np.float32)
        bands = _WINDOW_SAMPLES // 2 // _BAND_BINS
        self._count = np.zeros((bands, round((_CEILING_DB - _FLOOR_DB) * _BINS_PER_DB)), dtype=np.int64)

    def add(self, samples: NDArray[np.floating]) -> None:
        """Measure the next samples, shape (n,)."""
        self._rest = np.concatenate([self._rest, samples.astype(np.float32)])
        size = _PIECE_FRAMES * _HOP_SAMPLES
        while len(self._rest) >= size:
            self._measure(self._rest[:size])
            self._rest = self._rest[size:]

    def _measure(self, samples: NDArray[np.float32]) -> None:
        spectrum = short_time_spectrum(samples, _WINDOW_SAMPLES, _HOP_SAMPLES)
        power = np.square(np.abs(spectrum[1:])) / (_WINDOW_SAMPLES / 4) ** 2  # a full-scale sine of a bin: 1
        bands = power.reshape(len(self._count), _BAND_BINS, -1).mean(axis=1)
        heard = bands[:, bands.max(axis=0) > 10 ** (_FLOOR_DB / 10)]  # digital silence is no frame
        level_db = 10 * np.log10(np.maximum(heard, 10 ** (_FLOOR_DB / 10)))
        index = ((level_db - _FLOOR_DB) * _BINS_PER_DB).astype(int)
        index = np.clip(index, 0, self._count.shape[1] - 1)
        for counts, row in zip(self._count, index, strict=True):
            counts += np.bincount(row, minlength=len(counts))

    @property
    def bandwidth_hz(self) -> float:
        """Upper edge of the highest band with a voice in it, at most half of the rate.

        NaN for under 2 s of sound, without a voice, and where steady noise hides what there may be of it above.
        """
        if self._count[0].sum() < _MIN_FRAMES:
            return math.nan
        loud_db, quiet_db = self._level_db(_LOUD_PERCENTILE), self._level_db(_QUIET_PERCENTILE)
        loud = loud_db >= loud_db.max() - _MAX_BELOW_DB
        voiced = np.flatnonzero(loud & (loud_db - quiet_db >= _MIN_RISE_DB))
        if not len(voiced) or loud[voiced[-1] + 1 :].any():
            return math.nan
        edge_hz = float((voiced[-1] + 1) * _BAND_BINS * self._rate_hz / _WINDOW_SAMPLES)
        return edge_hz if edge_hz >= _MIN_VOICE_HZ else math.nan

    def _level_db(self, percentile: float) -> NDArray[np.float64]:
        """Of each band, the level that so many percent of the frames do not exceed, shape (bands,)."""
        reached = np.cumsum(self._count, axis=1)
        wanted = percentile / 100 * reached[:, -1:]
        level: NDArray[np.float64] = _FLOOR_DB + (reached < wanted).sum(axis=1) / _BINS_PER_DB
        return level
