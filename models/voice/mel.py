"""The sound as a picture: how loud each band of the mel scale is, as an ear tells pitches apart."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from interview_analysis.models.environment import kept

BANDS = 80
STEP_S = 0.01
WINDOW_S = 0.032
RANGE_DB = 60.0  # what is farther below the loudest is not seen


def mel_levels(samples: NDArray[np.floating], rate_hz: int) -> NDArray[np.float64]:
    """Levels in dB below the loudest, 0 to -60, shape (80, n): the lowest band first, a column every 10 ms.

    The bands are those of Slaney's Auditory Toolbox (1998), up to half of the rate. Silence is -60 dB throughout.
    """
    with kept():  # librosa brings scikit-learn, which sets how OpenMP is to behave in forks
        from librosa import power_to_db
        from librosa.feature import melspectrogram

    window = round(WINDOW_S * rate_hz)
    power = melspectrogram(
        y=np.pad(samples.astype(np.float32), (0, max(0, window - len(samples)))),
        sr=rate_hz,
        n_fft=window,
        hop_length=round(STEP_S * rate_hz),
        n_mels=BANDS,
    )
    loudest = float(power.max(initial=0.0))
    if loudest <= 0.0:
        return np.full(power.shape, -RANGE_DB)
    return np.asarray(power_to_db(power, ref=loudest, top_db=RANGE_DB), dtype=np.float64)


def band_hz(rate_hz: int) -> NDArray[np.float64]:
    """The middles of the bands, shape (80,)."""
    with kept():
        from librosa import mel_frequencies

    return np.asarray(mel_frequencies(BANDS + 2, fmin=0.0, fmax=rate_hz / 2)[1:-1], dtype=np.float64)
