"""How far several raters agree: Krippendorff's alpha, with its interval over candidates."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from interview_analysis.scoring.learning.reliability import alpha_of, alpha_parts, krippendorff_alpha
from interview_analysis.scoring.statistics.bootstrap import WithInterval, interval, person_weights

SAMPLES, SEED = 1000, 20240607


@dataclass(frozen=True, slots=True)
class Agreement:
    """`alpha` is NaN where it cannot be computed: fewer than two raters or candidates, or all ratings alike.

    `units` are ratings of one competency of one candidate by two raters or more.
    """

    alpha: WithInterval
    units: int
    candidates: int

    @property
    def known(self) -> bool:
        return bool(np.isfinite(self.alpha.value))


def agreement(ratings: Sequence[Sequence[float]], candidates: Sequence[str]) -> Agreement:
    """Of `ratings`, a row a unit with a level for each of its raters (NaN: not observed), whose candidates are drawn again.

    Rows may be of different lengths: raters need not be the same (Krippendorff 2011). What lies apart by two levels counts
    four times as much as by one (interval data).
    """
    width = max((len(row) for row in ratings), default=0)
    table = np.full((len(ratings), width), np.nan)
    for row, levels in zip(table, ratings, strict=True):
        row[: len(levels)] = levels
    paired = np.isfinite(table).sum(axis=1) >= 2 if width else np.zeros(0, dtype=bool)
    table, persons = table[paired], [c for c, kept in zip(candidates, paired, strict=True) if kept]
    count = len(set(persons))
    if count < 2:
        return Agreement(WithInterval(float("nan"), float("nan"), float("nan")), len(table), count)
    names, place = np.unique(persons, return_inverse=True)
    parts = np.zeros((count, 4))
    np.add.at(parts, place, alpha_parts(table))
    draws = alpha_of(person_weights(list(names), SAMPLES, SEED) @ parts)
    return Agreement(interval(krippendorff_alpha(table), draws), len(table), count)
