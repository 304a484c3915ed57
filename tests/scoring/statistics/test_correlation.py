"""Correlations against numpy's and scipy's, on data written out as often as their weights say."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy.stats import pearsonr, rankdata, spearmanr

from interview_analysis.scoring.statistics.correlation import (
    over_repeats,
    partial,
    pearson,
    spearman,
    weighted_pearson,
    weighted_spearman,
    worth,
)

NAN = float("nan")


@pytest.fixture
def numbers(rng) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    level = rng.integers(2, 11, 60) / 2  # half points, with ties
    return level, level + rng.normal(size=60), rng.integers(20, 90, 60).astype(float)


def test_they_are_scipys(numbers):
    level, mean, length = numbers
    for other in (mean, length):
        assert pearson(level, other) == pytest.approx(pearsonr(level, other).statistic)
        assert spearman(level, other) == pytest.approx(spearmanr(level, other).statistic)
    assert spearman(np.array([1.0, 2, 3]), np.array([3.0, 2, 1])) == pytest.approx(-1.0)


@pytest.mark.parametrize(
    ("weighted", "plain"), [(weighted_pearson, pearsonr), (weighted_spearman, spearmanr)]
)
def test_a_weight_is_how_often_a_row_is_there(numbers, rng, weighted, plain):
    level, mean, _ = numbers
    weights = rng.integers(0, 4, (5, 60))
    written_out = [plain(np.repeat(level, row), np.repeat(mean, row)).statistic for row in weights]
    assert weighted(level, mean, weights) == pytest.approx(written_out)
    assert weighted(level, mean, weights * 2.5) == pytest.approx(written_out)


@pytest.mark.parametrize("correlation", [pearson, spearman])
def test_rows_of_which_a_value_is_not_known_do_not_count(numbers, correlation):
    level, mean, _ = (values.copy() for values in numbers)
    expected = correlation(level[4:], mean[4:])
    level[:2], mean[2:4] = NAN, NAN
    assert correlation(level, mean) == pytest.approx(expected)


@pytest.mark.parametrize("correlation", [pearson, spearman])
@pytest.mark.parametrize(
    ("a", "b"),
    [
        ([1, 2], [1, 2]),
        ([1, 1, 1], [1, 2, 3]),
        ([1, 2, 3], [0.1, 0.1, 0.1]),
        ([1, 2, NAN], [1, 2, 3]),
        ([], []),
    ],
)
def test_what_does_not_vary_or_is_too_little_has_none(correlation, a, b, recwarn):
    assert math.isnan(correlation(np.array(a, float), np.array(b, float)))
    assert not recwarn.list


def test_a_draw_of_too_few_rows_or_of_equal_ones_has_none():
    x, y = np.array([1.0, 1.0, 1.0, 4.0]), np.array([1.0, 2.0, 3.0, 5.0])
    weights = np.array([[0, 0, 3, 9], [2, 1, 1, 0], [1, 1, 1, 1], [0, 0, 0, 0]])
    assert np.isfinite(weighted_pearson(x, y, weights)).tolist() == [False, False, True, False]
    assert np.isfinite(weighted_spearman(x, y, weights)).tolist() == [False, False, True, False]


def test_small_differences_between_large_numbers_vary(rng):
    x = rng.normal(size=30)
    assert pearson(1e6 + 0.01 * x, x) == pytest.approx(1.0, abs=1e-6)


def test_repeats_are_averaged_over_those_that_have_a_correlation(numbers):
    level, mean, length = numbers
    columns = np.column_stack([mean, np.full(60, 4.0), length])
    expected = (pearson(level, mean) + pearson(level, length)) / 2
    assert over_repeats(level, columns, np.ones((1, 60)))[0] == pytest.approx(expected)
    nobody = over_repeats(level, columns[:, [1]], np.ones((1, 60)))
    assert np.isnan(nobody).all()
    assert worth(nobody).tolist() == [0.0]


def test_partial_is_the_correlation_of_what_is_left(numbers):
    level, mean, length = numbers
    for correlation, of in ((pearson, np.asarray), (spearman, rankdata)):
        values = [of(v) for v in (mean, length, level)]
        rest = [v - np.polyval(np.polyfit(values[2], v, 1), values[2]) for v in values[:2]]
        expected = np.corrcoef(*rest)[0, 1]
        assert partial(mean, length, level, correlation) == pytest.approx(expected)


def test_partial_of_what_the_third_decides_or_of_three_rows_is_not_known(recwarn):
    level = np.array([1.0, 2.0, 3.0, 4.0])
    other = np.array([2.0, 1.0, 4.0, 3.0])
    assert math.isnan(partial(level, other, level, spearman))
    assert math.isnan(partial(level[:3], other[:3], np.array([1.0, 3.0, 2.0]), pearson))
    assert not recwarn.list
