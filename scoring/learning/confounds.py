"""Does a score only measure how much was said?"""

from __future__ import annotations

import numpy as np

from interview_analysis.types import FloatArray


def correlation_with(one: FloatArray, other: FloatArray) -> float:
    """Pearson correlation of what is known of both; NaN where one does not vary."""
    known = np.isfinite(one) & np.isfinite(other)
    if known.sum() < 3 or min(one[known].std(), other[known].std()) < 1e-12:
        return float("nan")
    return float(np.corrcoef(one[known], other[known])[0, 1])


def partial_correlation(one: FloatArray, other: FloatArray, held: FloatArray) -> float:
    """Pearson correlation of two measures with a third held constant, all (n,); NaN where one does not vary."""
    known = np.isfinite(one) & np.isfinite(other) & np.isfinite(held)
    if known.sum() < 4 or np.ptp(held[known]) == 0:
        return float("nan")
    left = [values[known] - _line(held[known], values[known]) for values in (one, other)]
    if min(part.std() for part in left) < 1e-12:
        return float("nan")
    return float(np.corrcoef(left[0], left[1])[0, 1])


def _line(x: FloatArray, y: FloatArray) -> FloatArray:
    slope, intercept = np.polyfit(x, y, 1)
    found: FloatArray = intercept + slope * x
    return found
