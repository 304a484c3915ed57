"""Agreement of raters, with its interval over candidates, or that it cannot be computed."""

from __future__ import annotations

import math

import numpy as np
import pytest

from interview_analysis.scoring.learning.agreement import agreement

NAN = float("nan")


def test_raters_who_agree_and_raters_who_draw_lots(rng):
    true = rng.integers(1, 6, 60).astype(float)
    persons = [str(n // 3) for n in range(60)]
    same = agreement([[t, t] for t in true], persons)
    assert same.alpha.value == pytest.approx(1.0)
    lots = rng.integers(1, 6, (900, 2)).astype(float).tolist()
    assert abs(agreement(lots, [str(n // 3) for n in range(900)]).alpha.value) < 0.1


def test_by_hand():
    """Krippendorff's alpha for interval data of (1, 2), (3, 3), (5, 4): 1 - within / chance.

    Within: (1 + 0 + 1) / 3 pairs times 1 = 2/3; all pairs of {1, 2, 3, 3, 5, 4}: sum of squared differences 60 over 15 pairs = 4.
    """
    found = agreement([[1, 2], [3, 3], [5, 4]], ["a", "b", "c"])
    values = np.array([1, 2, 3, 3, 5, 4], dtype=float)
    chance = np.mean([(a - b) ** 2 for i, a in enumerate(values) for b in values[i + 1 :]])
    assert found.alpha.value == pytest.approx(1 - (2 / 3) / chance)
    assert (found.units, found.candidates) == (3, 3)


def test_the_interval_is_over_candidates_not_over_ratings(rng):
    few = [[float(a), float(b)] for a, b in rng.integers(1, 6, (10, 2))]
    once = agreement(few, [str(n) for n in range(10)]).alpha
    copied = agreement(few * 6, [str(n % 10) for n in range(60)]).alpha
    assert copied.high - copied.low > 0.8 * (once.high - once.low)


@pytest.mark.parametrize(
    ("ratings", "candidates"),
    [
        ([], []),
        ([[3.0], [4.0]], ["a", "b"]),
        ([[3.0, 4.0], [2.0, 5.0]], ["a", "a"]),
        ([[3.0, NAN], [NAN, 4.0]], ["a", "b"]),
        ([[3.0, 3.0], [3.0, 3.0]], ["a", "b"]),
    ],
    ids=["nothing", "one rater", "one candidate", "never two", "all alike"],
)  # fmt: skip
def test_not_computable_is_an_answer(ratings, candidates):
    found = agreement(ratings, candidates)
    assert not found.known
    assert math.isnan(found.alpha.low)


def test_raters_need_not_be_the_same():
    assert agreement([[1, 2, NAN], [3, 3], [5, 4, 5]], ["a", "b", "c"]).units == 3
