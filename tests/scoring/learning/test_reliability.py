"""Reliability against published worked examples."""

from __future__ import annotations

import numpy as np
import pytest

from interview_analysis.scoring.learning.reliability import (
    alpha_of,
    alpha_parts,
    intraclass,
    krippendorff_alpha,
    rater_against_others,
    spearman_brown,
    split_half,
    standard_error_of_measurement,
)
from interview_analysis.scoring.statistics.correlation import partial, pearson

# Shrout & Fleiss 1979, table 2: six targets, four judges.
SHROUT_FLEISS = np.array(
    [[9, 2, 5, 8], [6, 1, 3, 2], [8, 4, 6, 8], [7, 1, 2, 6], [10, 5, 6, 9], [6, 2, 4, 7]], dtype=float
)
X = np.nan
# Krippendorff 2011, "Computing Krippendorff's Alpha-Reliability", section C: four observers, twelve units.
KRIPPENDORFF = np.array(
    [
        [1, 2, 3, 3, 2, 1, 4, 1, 2, X, X, X],
        [1, 2, 3, 3, 2, 2, 4, 1, 2, 5, X, 3],
        [X, 3, 3, 3, 2, 3, 4, 2, 2, 5, 1, X],
        [1, 2, 3, 3, 2, 4, 4, 1, 2, 5, 1, X],
    ]
).T


def test_icc_of_shrout_and_fleiss():
    found = intraclass(SHROUT_FLEISS)
    assert found.single == pytest.approx(0.17, abs=0.005)
    assert found.average == pytest.approx(0.62, abs=0.005)
    assert (found.raters, found.interviews) == (4, 6)


def test_alpha_of_krippendorff_s_example_for_interval_data():
    assert krippendorff_alpha(KRIPPENDORFF) == pytest.approx(0.849, abs=0.0005)


def test_alpha_of_perfect_agreement_is_one_and_of_one_value_unknown():
    assert krippendorff_alpha(np.array([[1.0, 1.0], [5.0, 5.0]])) == pytest.approx(1.0)
    assert np.isnan(krippendorff_alpha(np.array([[3.0, 3.0], [3.0, 3.0]])))


def test_alpha_of_many_samples_is_that_of_units_repeated_so_often(rng):
    weights = rng.integers(0, 4, (20, len(KRIPPENDORFF)))
    repeated = [krippendorff_alpha(np.repeat(KRIPPENDORFF, row, axis=0)) for row in weights]
    assert alpha_of(weights @ alpha_parts(KRIPPENDORFF)) == pytest.approx(repeated, nan_ok=True)
    assert np.isnan(alpha_of(np.zeros(4)))


def test_ratings_that_are_all_alike_have_no_reliability():
    assert np.isnan(intraclass(np.full((2, 2), 4.0)).single)
    assert np.isnan(spearman_brown(-1.0))


def test_one_rater_has_no_icc_and_no_others():
    assert np.isnan(intraclass(SHROUT_FLEISS[:, :1]).single)
    assert np.isnan(rater_against_others(SHROUT_FLEISS[:, :1]))


def test_a_rater_against_the_mean_of_the_others_by_hand():
    ratings = np.array([[1.0, 2.0, 3.0], [2.0, 2.0, X], [4.0, 3.0, 5.0], [5.0, 4.0, 4.0]])
    pairs = [
        ([1, 2, 4, 5], [2.5, 2, 4, 4]),
        ([2, 2, 3, 4], [2, 2, 4.5, 4.5]),
        ([3, 5, 4], [1.5, 3.5, 4.5]),
    ]
    by_hand = np.mean([np.corrcoef(one, others)[0, 1] for one, others in pairs])
    assert rater_against_others(ratings) == pytest.approx(by_hand)


def test_a_test_twice_as_long_is_more_reliable():
    assert spearman_brown(0.5) == pytest.approx(2 / 3)


def test_split_half_and_sem(rng):
    true = rng.normal(size=4000)
    one, other = (true + rng.normal(size=4000) for _ in range(2))
    reliability = split_half(one, other)  # halves correlate .5, so the whole has 2/3
    assert reliability == pytest.approx(2 / 3, abs=0.03)
    whole = (one + other) / 2
    assert standard_error_of_measurement(whole, reliability) == pytest.approx(np.sqrt(0.5), abs=0.03)


def test_a_score_of_nothing_but_length_has_no_partial_correlation(rng):
    words = rng.normal(size=3000)
    score, rating = (words + 0.3 * rng.normal(size=3000) for _ in range(2))
    assert np.corrcoef(score, rating)[0, 1] > 0.8
    assert partial(score, rating, words, pearson) == pytest.approx(0.0, abs=0.06)
