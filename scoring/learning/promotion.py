"""Is a challenger better than the champion? Both were cross-validated on the same folds; persons are drawn again."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from interview_analysis.errors import LearningError
from interview_analysis.scoring.statistics.bootstrap import paired
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

    A model's correlation is that of each repeat, averaged; one that says the same for everybody is worth 0. The interval is
    two-sided at `confidence`. Raises LearningError where the two were not predicted on the same folds of the same ratings.
    """
    truth, persons, first, second = _paired(champion, challenger, target)
    found = paired(truth, first, second, list(persons), samples=samples, seed=seed, confidence=confidence)
    known = found.draws[np.isfinite(found.draws)]
    return Comparison(
        target=target,
        champion=found.before,
        challenger=found.after,
        difference=found.gain.value,
        low=found.gain.low,
        high=found.gain.high,
        worse=float(np.mean(known <= 0)) if known.size else float("nan"),
        persons=len(set(persons)),
        better=found.gain.low > 0,
    )


def _paired(
    champion: pd.DataFrame, challenger: pd.DataFrame, target: str
) -> tuple[FloatArray, np.ndarray, FloatArray, FloatArray]:
    """Truth (n,), persons (n,) and both models' predictions, shape (n, repeats)."""
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
    values = [w.to_numpy(dtype=float) for w in wide]
    return first.truth.to_numpy(dtype=float), first.person.astype(str).to_numpy(), values[0], values[1]


def _of(table: pd.DataFrame, target: str) -> pd.DataFrame:
    rows = table[(table.target == target) & table.truth.notna()]
    if rows.learner.nunique() > 1:
        raise LearningError(
            f"expected the predictions of one learner, got {', '.join(sorted(rows.learner.unique()))}"
        )
    return rows.set_index(KEYS)[["person", "fold", "truth", "prediction"]]
