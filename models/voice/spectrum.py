"""The short-time Fourier transform, and peaks by how far they stand out, in NumPy alone.

They give what librosa's `stft` and SciPy's `find_peaks` give, whose imports take 150 and 70 MiB.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray


def short_time_spectrum(
    samples: NDArray[np.floating], size: int, hop: int, *, padded: bool = False
) -> NDArray[np.complex64]:
    """Spectra of windows of `size` samples (Hann, periodic), one every `hop`, shape (size // 2 + 1, windows).

    With `padded`, window k has its middle at sample ``k * hop``, with silence beyond both ends; without, its start.
    """
    signal = np.pad(samples.astype(np.float32), size // 2 if padded else 0)
    hann = 0.5 + 0.5 * np.cos(np.linspace(-np.pi, np.pi, size + 1)[:-1])
    windows = np.lib.stride_tricks.sliding_window_view(signal, size)[::hop]
    return np.fft.rfft(windows * hann).astype(np.complex64).T


def peaks(values: NDArray[np.float64], *, least: float, prominence: float) -> NDArray[np.int_]:
    """Indices of the local maxima of at least `least` that rise by `prominence` or more on both sides.

    A peak rises above the lowest value between it and the next higher one, or the end. Of a flat top it is the middle.
    """
    starts = np.flatnonzero(np.diff(values, prepend=np.nan) != 0)  # of runs of equal values
    ends = np.append(starts[1:], len(values)) - 1
    level = values[starts]
    top = np.flatnonzero((level[1:-1] > level[:-2]) & (level[1:-1] > level[2:])) + 1
    middles = (starts[top] + ends[top]) // 2
    found = [
        middle
        for middle in middles[values[middles] >= least]
        if min(_rise(values[middle::-1]), _rise(values[middle:])) >= prominence
    ]
    return np.array(found, dtype=int)


def _rise(side: NDArray[np.float64]) -> float:
    """By how much the first value is above the lowest before the first that is higher."""
    higher = side > side[0]
    stop = int(higher.argmax()) if higher.any() else len(side)
    return float(side[0] - side[:stop].min())
