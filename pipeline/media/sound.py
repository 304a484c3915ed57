"""The one sound of a recording, 16 kHz mono: on its way to the spool it is measured."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from interview_analysis.pipeline.media.audio_spool import SAMPLE_RATE_HZ, AudioSpool
from interview_analysis.pipeline.media.bandwidth import BandwidthMeter
from interview_analysis.pipeline.media.signal_facts import LoudnessMeter, SnrMeter


class Sound:
    """Appends samples in -1..1 to a spool and measures them."""

    def __init__(self, spool: AudioSpool) -> None:
        self._spool = spool
        self._loudness = LoudnessMeter(SAMPLE_RATE_HZ)
        self._snr = SnrMeter(SAMPLE_RATE_HZ)
        self._bandwidth = BandwidthMeter(SAMPLE_RATE_HZ)

    def append(self, samples: NDArray[np.float32]) -> None:
        """Add the next samples, shape (n,)."""
        self._spool.append(samples)
        self._loudness.add(samples)
        self._snr.add(samples)
        self._bandwidth.add(samples)

    @property
    def loudness_lufs(self) -> float:
        return self._loudness.loudness_lufs

    @property
    def snr_db(self) -> float:
        return self._snr.snr_db

    @property
    def bandwidth_hz(self) -> float:
        return self._bandwidth.bandwidth_hz
