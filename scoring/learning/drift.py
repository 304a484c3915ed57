"""Whether new interviews look like those that a model was trained on, feature by feature.

Two measures, against the quantiles of the training population: the population stability index over its tenths, and the
Kolmogorov-Smirnov distance. A feature that goes missing more or less often than in training is drift, too.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

PSI_BINS = 10
PSI_MODERATE, PSI_LARGE = (
    0.1,
    0.25,
)  # Siddiqi 2006: below 0.1 no change to speak of, above 0.25 another population
MIN_SHARE = 0.5  # of one interview: what an empty bin counts for, so that the logarithm is finite
CHANCE = 0.001  # of taking an unchanged feature for drifted


@dataclass(frozen=True, slots=True)
class Training:
    """What is kept of the training population for one feature.

    `quantiles` are its values at equally spaced shares from 0 to 1, `count` the observed values, `missing` the share
    of rows without one, NaN where that is not known.
    """

    quantiles: tuple[float, ...]
    count: int
    missing: float

    @classmethod
    def of(cls, values: Sequence[float] | pd.Series, steps: int = 100) -> Training:
        """The training population of one feature; NaN is missing."""
        column = np.asarray(values, dtype=float)
        seen = column[np.isfinite(column)]
        shares = np.linspace(0, 1, steps + 1)
        quantiles = tuple(float(q) for q in np.quantile(seen, shares)) if seen.size else ()
        return cls(quantiles, int(seen.size), 1 - seen.size / max(1, column.size))


def drift_table(training: dict[str, Training], new: pd.DataFrame) -> pd.DataFrame:
    """How far each feature of `new` has moved, the farthest first.

    Index feature; columns psi, ks, p (of the Kolmogorov-Smirnov distance under no change), missing_before and
    missing_now (shares), count (observed values now), and verdict: "stable", "moderate", "large", or "not judged"
    where one side has no value. A verdict other than "stable" needs a PSI beyond what samples of these sizes
    reach by chance: under no change PSI / (1/n + 1/m) is chi squared with bins - 1 degrees of freedom (Yurdakul 2018).
    A feature that `new` lacks is all missing.
    """
    rows = {name: _row(known, _column(new, name)) for name, known in training.items()}
    columns = ["psi", "ks", "p", "missing_before", "missing_now", "count", "verdict"]
    table = pd.DataFrame.from_dict(rows, orient="index", columns=columns)
    table.index.name = "feature"
    return table.sort_values(["psi", "ks"], ascending=False, kind="stable", na_position="last")


def _column(new: pd.DataFrame, name: str) -> np.ndarray:
    if name not in new:
        return np.full(len(new), np.nan)
    return np.asarray(new[name], dtype=float)


def _row(known: Training, column: np.ndarray) -> list[object]:
    seen = column[np.isfinite(column)]
    missing = 1 - seen.size / max(1, column.size)
    if not known.quantiles or not seen.size:
        return [np.nan, np.nan, np.nan, known.missing, missing, int(seen.size), _only_missing(known, missing)]
    psi, chance = population_stability(known, column)
    ks, p = ks_distance(known, seen)
    size = "large" if psi >= PSI_LARGE else "moderate" if psi >= PSI_MODERATE else "stable"
    verdict = size if psi > chance else "stable"
    return [psi, ks, p, known.missing, missing, int(seen.size), verdict]


def _only_missing(known: Training, missing: float) -> str:
    """What can be said where one side has no values at all: it appeared, it vanished, or it was never there."""
    before = known.missing if np.isfinite(known.missing) else float(not known.quantiles)
    return "large" if abs(before - missing) >= 0.5 else "not judged"


def population_stability(known: Training, column: np.ndarray) -> tuple[float, float]:
    """PSI of a column over the tenths of training, missing values being a bin of their own, and the PSI that an
    unchanged feature exceeds with probability `CHANCE`.

    PSI = sum over bins of (now - before) ln(now / before), natural logarithm (Siddiqi 2006).
    """
    from scipy.stats import chi2

    seen = column[np.isfinite(column)]
    gone = known.missing
    if not np.isfinite(gone):  # how often it was missing is not known, so missing values are no bin
        gone, column = 0.0, seen
    edges = np.unique(np.quantile(known.quantiles, np.linspace(0, 1, PSI_BINS + 1)[1:-1]))
    before_n = known.count / max(1e-9, 1 - gone)
    before = np.append(_shares(known, edges) * (1 - gone), gone)
    counts = np.bincount(np.searchsorted(edges, seen, side="left"), minlength=len(edges) + 1)
    now = np.append(counts, column.size - seen.size) / column.size
    used = (before > 0) | (now > 0)
    before, now = (
        np.maximum(before[used], MIN_SHARE / before_n),
        np.maximum(now[used], MIN_SHARE / column.size),
    )
    psi = float(((now - before) * np.log(now / before)).sum())
    limit = chi2.ppf(1 - CHANCE, max(1, int(used.sum()) - 1)) * (1 / before_n + 1 / column.size)
    return psi, float(limit)


def _shares(known: Training, edges: np.ndarray) -> np.ndarray:
    """Share of training in each bin ``(edge, next edge]``."""
    at = np.append(_cdf(known, edges), 1.0)
    return np.diff(at, prepend=0.0)


def _cdf(known: Training, values: np.ndarray) -> np.ndarray:
    """Share of training at or below each value, read off its quantiles; ties take the upper end."""
    quantiles = np.asarray(known.quantiles)
    shares = np.linspace(0, 1, len(quantiles))
    above = np.searchsorted(quantiles, values, side="right")
    low = np.clip(above - 1, 0, len(quantiles) - 1)
    high = np.clip(above, 0, len(quantiles) - 1)
    width = quantiles[high] - quantiles[low]
    step = np.divide(values - quantiles[low], width, out=np.zeros_like(values, dtype=float), where=width > 0)
    found = shares[low] + np.clip(step, 0, 1) * (shares[high] - shares[low])
    return np.where(above == 0, 0.0, found)


def ks_distance(known: Training, seen: np.ndarray) -> tuple[float, float]:
    """Largest distance between the two distribution functions, at the training quantiles, and its asymptotic p."""
    from scipy.stats import kstwobign

    points = np.unique(known.quantiles)
    now = np.searchsorted(np.sort(seen), points, side="right") / seen.size
    distance = float(np.abs(now - _cdf(known, points)).max())
    size = np.sqrt(known.count * seen.size / (known.count + seen.size))
    return distance, float(kstwobign.sf(distance * size))
