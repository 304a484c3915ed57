"""Figures of hand-made tables, against values computed by hand, by scipy and by scikit-learn."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
import pytest
from scipy.stats import spearmanr
from sklearn.metrics import cohen_kappa_score

from interview_analysis.scoring.content.evaluation import (
    figures,
    mean_levels,
    quadratic_kappa,
    traps,
)

NAN = float("nan")


def table(**columns: list) -> pd.DataFrame:
    """Graded answers at level and score, with something plain in every other column."""
    n = len(next(iter(columns.values())))
    plain = {
        "lang": ["en"] * n, "competency": ["teamwork"] * n, "kind": ["graded"] * n, "standard_error": [10.0] * n,
        "got_level": [3.0] * n, "bears_on": [1.0] * n, "person": [""] * n, "length": list(range(10, 10 + n)),
    }  # fmt: skip
    return pd.DataFrame(plain | columns)


@pytest.fixture
def numbers(rng) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    level = rng.integers(2, 11, 60) / 2  # half points, with ties
    return level, level + rng.normal(size=60), rng.integers(20, 90, 60).astype(float)


def test_kappa_is_scikit_learns_on_half_points(numbers):
    level, mean, _ = numbers
    a, b = (np.round(2 * v).astype(int) for v in (mean, level))
    labels = list(range(min(a.min(), b.min()), max(a.max(), b.max()) + 1))
    expected = cohen_kappa_score(a, b, weights="quadratic", labels=labels)
    assert quadratic_kappa(mean, level) == pytest.approx(expected)
    assert quadratic_kappa(level, level) == pytest.approx(1.0)
    assert math.isnan(quadratic_kappa(np.ones(3), np.ones(3)))


def test_figures_by_hand():
    found = figures(
        table(
            level=[1.0, 2.0, 3.0, 5.0],
            score=[10.0, 40.0, 50.0, 50.0],  # levels 1, 2.5, 3, 3
            got_level=[1.0, 2.0, 3.0, 3.0],
            standard_error=[10.0, 10.0, 10.0, 40.0],  # half a level, and two
        )
    )
    assert (found.answers, found.abstained) == (4, 0.0)
    assert found.overall == pytest.approx(spearmanr([1, 2.5, 3, 3], [1, 2, 3, 5]).statistic)
    assert found.within == pytest.approx(found.overall)  # one competency
    assert (found.exact, found.within_one) == (0.75, 0.75)
    assert found.order == pytest.approx(3 / 4)  # 1-3, 1-5 and 2-5; 3-5 is a tie of scores
    assert found.means == {1.0: 1.0, 2.0: 2.5, 3.0: 3.0, 5.0: 3.0}
    assert (found.covered_68, found.covered_95) == (1.0, 1.0)  # off by 0, 1, 0 and 1 errors
    assert found.interval is None


def test_what_twice_the_length_is_worth_by_hand():
    """Levels have means of their own: those of level 4 are long, and that is no slope."""
    rows = table(level=[2.0, 2.0, 4.0, 4.0], score=[30.0, 36.0, 66.0, 72.0], length=[20, 40, 300, 1200])
    # 0.3 of a level for one doubling, 0.3 for two: (0.5 * 0.3 + 1 * 0.3 * 1) / (0.5 + 2)
    assert figures(rows).doubling == pytest.approx((0.5 * 0.3 + 2 * 0.15) / 2.5)
    assert math.isnan(figures(table(level=[2.0, 3.0], score=[30.0, 50.0], length=[20, 40])).doubling)


def test_pairs_in_order_are_those_two_levels_apart_and_ties_are_not():
    found = figures(table(level=[1.0, 3.0, 5.0, 2.0], score=[30.0, 30.0, 90.0, 90.0]))
    # 1-3 tie, 1-5 right, 3-5 right, 2-5 tie
    assert found.order == pytest.approx(2 / 4)


def test_an_answer_that_was_not_scored_counts_as_level_1():
    found = figures(
        table(
            level=[1.0, 3.0, 4.0],
            score=[NAN, NAN, 70.0],
            got_level=[NAN, NAN, 4.0],
            standard_error=[NAN, NAN, 10.0],
        )
    )
    assert found.abstained == pytest.approx(2 / 3)
    assert found.means == {1.0: 1.0, 3.0: 1.0, 4.0: 4.0}
    assert found.exact == pytest.approx(2 / 3)
    assert (found.covered_68, found.covered_95) == (pytest.approx(2 / 3), pytest.approx(2 / 3))


def test_within_a_competency_is_the_mean_of_those_with_three_levels():
    rows = table(
        level=[1.0, 2.0, 3.0, 1.0, 2.0, 3.0, 1.0, 5.0],
        score=[10.0, 30.0, 50.0, 90.0, 70.0, 50.0, 10.0, 90.0],
        competency=["a"] * 3 + ["b"] * 3 + ["c"] * 2,
    )
    assert figures(rows).within == pytest.approx((1.0 - 1.0) / 2)
    assert math.isnan(figures(rows[rows["competency"] == "c"]).within)
    shuffled = rows.iloc[[3, 0, 7, 4, 1, 6, 5, 2]]
    assert figures(shuffled).within == pytest.approx(0.0)


def test_the_interval_is_over_persons(rng):
    level = np.tile([1.0, 2.0, 3.0, 4.0], 6)
    score = 20 * level - 10 + rng.normal(scale=15, size=24)
    rows = table(level=list(level), score=list(score), person=[f"p{i // 4}" for i in range(24)])
    found = figures(rows)
    low, high = found.interval
    assert low < found.overall < high <= 1.0
    assert figures(rows) == found
    assert figures(rows[rows["person"].isin(["p0", "p1", "p2", "p3"])]).interval is None  # fewer than five
    rows.loc[3, "person"] = ""
    assert figures(rows).interval is None


def test_traps_by_kind_and_figures_without_them():
    rows = table(
        level=[NAN, NAN, NAN, 2.0, 3.0, 4.0],
        kind=["we", "keywords", "we", "graded", "graded", "graded"],
        score=[50.0, NAN, 30.0, 30.0, 50.0, 70.0],
        got_level=[3.0, NAN, 2.0, 2.0, 3.0, 4.0],
        bears_on=[1.0, 0.5, 0.5, 1.0, 1.0, 1.0],
    )
    found = traps(rows)
    assert found.to_dict("records") == [
        {"kind": "keywords", "answers": 1, "mean_level": 1.0, "at_3_or_more": 0.0, "bears_on": 0.5},
        {"kind": "we", "answers": 2, "mean_level": 2.5, "at_3_or_more": 0.5, "bears_on": 0.75},
    ]
    assert figures(rows).answers == 3
    assert traps(rows[rows["level"].notna()]).empty


def test_levels_of_scores():
    assert mean_levels(table(score=[10.0, 90.0, NAN, 55.0])).tolist() == [1.0, 5.0, 1.0, 3.25]
