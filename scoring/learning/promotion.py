"""Is a challenger better than the champion? Both were cross-validated on the same folds; persons are drawn again.

The comparison is paired: each draw of persons scores both models, so that what makes a sample easy or hard for both
cancels out (paired bootstrap, Efron & Tibshirani 1993, chapter 16).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from interview_analysis.errors import LearningError
from interview_analysis.types import FloatArray

KEYS = ["interview_id", "repeat"]


@dataclass(frozen=True, slots=True)
class Comparison:
    """Correlations of two models with one rating, and their difference with its interval.

    `better` where the whole interval of the difference lies above 0; `worse` is the share of draws in which the
    challenger was not better.
    """

    target: str
    champion: float
    challenger: float
    difference: float
    low: float
    high: float
    worse: float
    persons: int
    better: bool


def compare(
    champion: pd.DataFrame,
    challenger: pd.DataFrame,
    target: str,
    *,
    confidence: float = 0.95,
    samples: int = 2000,
    seed: int = 0,
) -> Comparison:
    """Compare two tables of predictions of left-out persons (`PREDICTION_KEYS`, one learner each) on `target`.

    A model's correlation is that of each repeat, averaged. The interval is two-sided at `confidence`. Raises
    LearningError where the two were not predicted on the same folds of the same ratings.
    """
    truth, persons, first, second = _paired(champion, challenger, target)
    names, place = np.unique(persons, return_inverse=True)
    draws = np.random.default_rng(seed).multinomial(len(names), np.full(len(names), 1 / len(names)), samples)
    weights = np.vstack([np.ones(len(names)), draws])[:, place].astype(float)
    before, after = _correlations(weights, truth, first), _correlations(weights, truth, second)
    gain = after[1:] - before[1:]
    gain = gain[np.isfinite(gain)]
    tail = (1 - confidence) / 2
    low, high = (float(q) for q in np.quantile(gain, [tail, 1 - tail])) if gain.size else (np.nan, np.nan)
    return Comparison(
        target=target,
        champion=float(before[0]),
        challenger=float(after[0]),
        difference=float(after[0] - before[0]),
        low=low,
        high=high,
        worse=float(np.mean(gain <= 0)) if gain.size else float("nan"),
        persons=len(names),
        better=low > 0,
    )


def _paired(
    champion: pd.DataFrame, challenger: pd.DataFrame, target: str
) -> tuple[FloatArray, np.ndarray, FloatArray, FloatArray]:
    """Truth (n,), persons (n,) and both models' predictions, shape (repeats, n)."""
    one, two = (_of(table, target) for table in (champion, challenger))
    common = one.index.get_level_values("repeat").intersection(two.index.get_level_values("repeat")).unique()
    one, two = (t[t.index.get_level_values("repeat").isin(common)].sort_index() for t in (one, two))
    shared = one.index.intersection(two.index)
    same = len(shared) == len(one) == len(two) and len(shared) > 0
    if not same or not (one.fold == two.fold).all() or not np.allclose(one.truth, two.truth):
        ids = one.index.unique(0).intersection(two.index.unique(0))
        raise LearningError(
            f"the models were not cross-validated on the same folds: '{target}' of {one.index.unique(0).size} and "
            f"{two.index.unique(0).size} interviews, {len(ids)} of them shared; train both on the same data with the same seed"
        )
    wide = [t.prediction.unstack("repeat") for t in (one, two)]
    first = one.groupby(level="interview_id")[["truth", "person"]].first().loc[wide[0].index]
    values = [w.to_numpy(dtype=float).T for w in wide]
    return first.truth.to_numpy(dtype=float), first.person.astype(str).to_numpy(), values[0], values[1]


def _of(table: pd.DataFrame, target: str) -> pd.DataFrame:
    rows = table[(table.target == target) & table.truth.notna()]
    if rows.learner.nunique() > 1:
        raise LearningError(
            f"expected the predictions of one learner, got {', '.join(sorted(rows.learner.unique()))}"
        )
    return rows.set_index(KEYS)[["person", "fold", "truth", "prediction"]]


def _correlations(weights: FloatArray, truth: FloatArray, predicted: FloatArray) -> FloatArray:
    """Weighted Pearson correlations of each repeat, averaged, shape (draws,); one that is not defined counts as 0.

    A predictor that says the same for everybody has no correlation; it knows nothing, so 0.
    """
    total = weights.sum(axis=1)
    y = truth - truth.mean()
    mean_y = weights @ y / total
    var_y = weights @ y**2 / total - mean_y**2
    found = np.zeros((len(predicted), len(weights)))
    for row, values in enumerate(predicted):
        x = values - values.mean()
        mean_x = weights @ x / total
        var_x = weights @ x**2 / total - mean_x**2
        cov = weights @ (x * y) / total - mean_x * mean_y
        scale = np.sqrt(np.maximum(var_x * var_y, 0))
        np.divide(cov, scale, out=found[row], where=scale > 1e-12)
    averaged: FloatArray = found.mean(axis=0)
    return averaged
