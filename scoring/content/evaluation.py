"""How well content scores follow levels that are known: figures over a table of scored answers.

All figures are of answers that a level is known of, by language; traps are counted by kind. An answer that was not scored counts
as level 1, and the share of those is given.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from interview_analysis.scoring.content.levels import POINTS_PER_LEVEL
from interview_analysis.scoring.statistics.bootstrap import interval, person_weights
from interview_analysis.scoring.statistics.correlation import partial, spearman, weighted_spearman
from interview_analysis.types import FloatArray

BOOTSTRAP = 2000


@dataclass(frozen=True, slots=True)
class Figures:
    """Figures of one group of answers. Correlations are Spearman's; `interval` is the 95 % one of `overall` over persons.

    `length` is the partial correlation of score and length with the level held constant, `beyond_length` that of score and level
    with the length held constant; `doubling` is what twice the length is worth in levels, among answers of one level. `order` is the share of pairs two levels or more apart that stand in the right order.
    """

    answers: int
    abstained: float
    overall: float
    within: float
    kappa: float
    exact: float
    within_one: float
    order: float
    means: dict[float, float]
    length: float
    beyond_length: float
    doubling: float
    covered_68: float
    covered_95: float
    interval: tuple[float, float] | None = None


def figures(table: pd.DataFrame) -> Figures:
    """Of rows with a level; columns as `score_answers` in pipeline/content/evaluation.py makes them."""
    rows = table[table["level"].notna()]
    level, mean = rows["level"].to_numpy(float), mean_levels(rows)
    got = rows["got_level"].fillna(1).to_numpy(float)
    length = rows["length"].to_numpy(float)
    error = rows["standard_error"].fillna(POINTS_PER_LEVEL / 2).to_numpy(float) / POINTS_PER_LEVEL
    off = np.abs(mean - level) / error
    return Figures(
        answers=len(rows),
        abstained=float(rows["score"].isna().mean()) if len(rows) else float("nan"),
        overall=spearman(mean, level),
        within=_within(rows, mean, level),
        kappa=quadratic_kappa(mean, level),
        exact=float(np.mean(np.abs(got - level) <= 0.5)),
        within_one=float(np.mean(np.abs(got - level) <= 1.0)),
        order=_in_order(mean, level),
        means={float(k): float(mean[level == k].mean()) for k in sorted(set(level))},
        length=partial(mean, length, level, spearman),
        beyond_length=partial(mean, level, length, spearman),
        doubling=_doubling(mean, length, level),
        covered_68=float(np.mean(off <= 1.0)),
        covered_95=float(np.mean(off <= 1.96)),
        interval=_over_persons(rows, mean, level),
    )


def agreement(ratings: Sequence[tuple[float, ...]]) -> tuple[int, float, float] | None:
    """Of answers that were rated twice: how many, the quadratic kappa and rank correlation of the two ratings."""
    pairs = np.array([pair[:2] for pair in ratings if len(pair) >= 2], dtype=np.float64)
    if len(pairs) < 3:
        return None
    return len(pairs), quadratic_kappa(pairs[:, 0], pairs[:, 1]), spearman(pairs[:, 0], pairs[:, 1])


def traps(table: pd.DataFrame) -> pd.DataFrame:
    """By kind: how many, their mean level, and the share that a report would show at level 3 or more."""
    rows = table[table["level"].isna()]
    found = [
        {
            "kind": kind,
            "answers": len(group),
            "mean_level": float(mean_levels(group).mean()),
            "at_3_or_more": float((group["got_level"].fillna(1) >= 3).mean()),
            "bears_on": float(group["bears_on"].mean()),
        }
        for kind, group in rows.groupby("kind")
    ]
    return pd.DataFrame(found, columns=["kind", "answers", "mean_level", "at_3_or_more", "bears_on"])


def mean_levels(table: pd.DataFrame) -> FloatArray:
    """The expected level of each row, 1 where it was not scored."""
    return np.asarray((table["score"] / POINTS_PER_LEVEL + 0.5).fillna(1.0), dtype=np.float64)


def quadratic_kappa(a: FloatArray, b: FloatArray) -> float:
    """Cohen's kappa with quadratic weights, on half points (Cohen 1968)."""
    x, y = np.round(2 * a) / 2, np.round(2 * b) / 2
    chance = float(np.mean((x[:, None] - y[None]) ** 2))
    return 1.0 - float(np.mean((x - y) ** 2)) / chance if chance else float("nan")


def _within(rows: pd.DataFrame, mean: FloatArray, level: FloatArray) -> float:
    """Mean of the correlations within each competency that has answers at three levels or more."""
    found = [
        spearman(mean[group], level[group])
        for group in rows.reset_index(drop=True).groupby("competency").indices.values()
        if len(set(level[group])) >= 3
    ]
    return float(np.nanmean(found)) if found else float("nan")


def _doubling(mean: FloatArray, length: FloatArray, level: FloatArray) -> float:
    """The slope of the score on the logarithm of the length to base 2 by least squares, with an intercept for each level."""
    doublings, groups = np.log2(np.maximum(length, 1.0)), [level == one for one in set(level)]
    apart = sum(((doublings[g] - doublings[g].mean()) ** 2).sum() for g in groups)
    together = sum(((doublings[g] - doublings[g].mean()) * (mean[g] - mean[g].mean())).sum() for g in groups)
    return float(together / apart) if apart else float("nan")


def _in_order(mean: FloatArray, level: FloatArray) -> float:
    apart = level[:, None] - level[None] >= 2
    right = mean[:, None] > mean[None]
    return float(right[apart].mean()) if apart.any() else float("nan")


def _over_persons(rows: pd.DataFrame, mean: FloatArray, level: FloatArray) -> tuple[float, float] | None:
    """The 95 % interval of the correlation when persons are drawn again; None where persons are not known."""
    if not (rows["person"] != "").all() or rows["person"].nunique() < 5:
        return None
    weights = person_weights(list(rows["person"]), BOOTSTRAP, seed=0)
    found = interval(spearman(mean, level), weighted_spearman(mean, level, weights))
    return found.low, found.high
