"""How far ratings and scores can be trusted to repeat.

Intraclass correlations by Shrout & Fleiss 1979 (Psychological Bulletin 86), alpha by Krippendorff 2011 ("Computing
Krippendorff's alpha-reliability"), split halves by Spearman 1910 and Brown 1910.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from interview_analysis.scoring.statistics.correlation import pearson
from interview_analysis.types import FloatArray


@dataclass(frozen=True, slots=True)
class IntraclassCorrelation:
    """`single` is ICC(1), of one rater of many; `average` is ICC(2,k), of the mean of the same k raters."""

    single: float
    average: float
    raters: int
    interviews: int


def intraclass(ratings: FloatArray) -> IntraclassCorrelation:
    """ICC of ratings (interviews, raters) without gaps; rows with NaN are left out. Needs two of each."""
    table = ratings[np.isfinite(ratings).all(axis=1)]
    n, k = table.shape
    if n < 2 or k < 2 or np.ptp(table) == 0:
        return IntraclassCorrelation(float("nan"), float("nan"), k, n)
    grand = table.mean()
    rows = k * float(((table.mean(axis=1) - grand) ** 2).sum())
    columns = n * float(((table.mean(axis=0) - grand) ** 2).sum())
    total = float(((table - grand) ** 2).sum())
    between = rows / (n - 1)
    within = (total - rows) / (n * (k - 1))
    raters = columns / (k - 1)
    error = (total - rows - columns) / ((n - 1) * (k - 1))
    single = (between - within) / (between + (k - 1) * within)
    average = (between - error) / (between + (raters - error) / n)
    return IntraclassCorrelation(single, average, k, n)


def krippendorff_alpha(ratings: FloatArray) -> float:
    """Krippendorff's alpha for interval data; `ratings` is (units, raters) with NaN for a missing one.

    1 is perfect agreement, 0 what chance gives. NaN where no unit has two ratings or all ratings are alike.
    """
    return float(alpha_of(alpha_parts(ratings).sum(axis=0)))


def alpha_parts(ratings: FloatArray) -> FloatArray:
    """What each unit brings to `krippendorff_alpha`, (units, 4): its ratings, their differences, squares and sum; 0 below two."""
    counts = np.isfinite(ratings).sum(axis=1).astype(float)
    seen = np.where(np.isfinite(ratings), ratings, 0.0)
    squares, sums = (seen**2).sum(axis=1), seen.sum(axis=1)
    within = (2 * counts * squares - 2 * sums**2) / np.maximum(counts - 1, 1)
    parts: FloatArray = np.column_stack([counts, within, squares, sums]) * (counts >= 2)[:, None]
    return parts


def alpha_of(sums: FloatArray) -> FloatArray:
    """Alpha of units whose parts add up to `sums`, (..., 4): so many samples of the units at once."""
    n, within, squares, total = np.moveaxis(sums, -1, 0)
    with np.errstate(divide="ignore", invalid="ignore"):
        chance = (2 * n * squares - 2 * total**2) / (n * (n - 1))
        return np.where((n >= 2) & (chance > 0), 1.0 - within / n / chance, np.nan)


def rater_against_others(ratings: FloatArray) -> float:
    """How well one rater agrees with the mean of the others: the correlation, averaged over raters; (units, raters).

    What a model that was trained on the mean of raters may be held against.
    """
    found = []
    for rater in range(ratings.shape[1]):
        others = np.delete(ratings, rater, axis=1)
        known = np.isfinite(ratings[:, rater]) & np.isfinite(others).any(axis=1)
        one, mean = ratings[known, rater], np.nanmean(others[known], axis=1)
        found.append(pearson(one, mean))
    return float(np.nanmean(found)) if np.isfinite(found).any() else float("nan")


def spearman_brown(r: float, factor: float = 2.0) -> float:
    """Reliability of a test `factor` times as long as the one whose reliability is `r`; NaN where that has no value, for halves that are each other's opposite."""
    if 1.0 + (factor - 1.0) * r == 0:
        return float("nan")
    return factor * r / (1.0 + (factor - 1.0) * r)


def split_half(one: FloatArray, other: FloatArray) -> float:
    """Reliability of a score from the scores of its two halves, (n,) each; NaN with fewer than three pairs."""
    return spearman_brown(pearson(one, other))


def standard_error_of_measurement(scores: FloatArray, reliability: float) -> float:
    """SD x sqrt(1 - reliability), in the unit of the scores; NaN for a reliability outside 0 to 1."""
    known = scores[np.isfinite(scores)]
    if known.size < 2 or not 0.0 <= reliability <= 1.0:
        return float("nan")
    return float(known.std(ddof=1) * np.sqrt(1.0 - reliability))
