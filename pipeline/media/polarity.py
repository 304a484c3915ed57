"""Stereo of which one side is the other upside down, as a plug or a cable wired the wrong way round gives it."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

# Below this correlation the sum of two channels has less than half of the power of either, so that subtracting is
# right whatever the reason is; from the opposite one on, adding is. In between the last finding holds.
_OPPOSED = -0.5
_HALF_LIFE_S = 1.0  # longer than a word, so that a sound that only one side catches decides nothing
_MIN_POWER = 1e-9  # -90 dBFS: what is quieter is no sound


class Polarity:
    """Follows, piece by piece, whether two channels are opposed."""

    def __init__(self) -> None:
        self._powers = np.zeros(3)  # of the left, of the right, of both together
        self._seconds = 0.0
        self._opposed = False

    def opposed(self, samples: NDArray[np.float64], rate_hz: int) -> bool:
        """Whether the second column of the next `samples`, shape (n, 2), has to be turned over before they are added up."""
        # Not by BLAS, which wakes threads for this and lets them spin.
        (left, both), (_, right) = np.einsum("ij,ik->jk", samples, samples) / rate_hz
        duration_s = len(samples) / rate_hz
        decay = 0.5 ** (duration_s / _HALF_LIFE_S)
        self._powers = decay * self._powers + np.array([left, right, both])
        self._seconds = decay * self._seconds + duration_s
        power = float(np.sqrt(self._powers[0] * self._powers[1]))
        if power > _MIN_POWER * self._seconds:
            correlation = self._powers[2] / power
            if abs(correlation) >= -_OPPOSED:
                self._opposed = bool(correlation < 0)
        return self._opposed
