"""Intervals hold what they promise, and calibration is read off the right way round."""

from __future__ import annotations

import numpy as np
import pytest

from interview_analysis.scoring.learning.calibration import calibration_line, covered, intervals, residuals


@pytest.mark.parametrize("coverage", [0.8, 0.9])
def test_intervals_cover_what_they_promise(coverage):
    shares = []
    for seed in range(40):
        draw = np.random.default_rng(seed)
        persons = [str(i // 2) for i in range(100)]
        shift = np.repeat(draw.normal(size=50), 2)  # two interviews of a person err together
        truth = (shift + 0.5 * draw.normal(size=100))[:, None]
        found = residuals(truth, np.zeros((100, 1)), np.arange(100) // 2 % 10, persons)
        low, high = intervals(np.zeros((10, 500, 1)), found, coverage)
        new = draw.normal(size=500) + 0.5 * draw.normal(size=500)
        shares.append(covered(new, low[:, 0], high[:, 0]))
    assert np.mean(shares) == pytest.approx(coverage, abs=0.03)


def test_too_few_persons_for_the_promise_give_no_bound():
    found = residuals(np.zeros((4, 1)), np.ones((4, 1)), np.arange(4), ["a", "b", "c", "d"])
    low, high = intervals(np.zeros((4, 2, 1)), found, 0.9)
    assert np.isinf(high).all()
    assert np.isinf(low).all()


@pytest.mark.parametrize(("persons", "bounded"), [(8, False), (9, True)])
@pytest.mark.parametrize("interviews", [1, 10])
def test_persons_count_and_not_their_interviews(persons, bounded, interviews, rng):
    """An interval of 90 % takes nine persons, however often each was interviewed."""
    count = persons * interviews
    who = [f"P{i // interviews}" for i in range(count)]
    found = residuals(rng.normal(size=(count, 1)), np.zeros((count, 1)), np.zeros(count, dtype=int), who)
    low, high = intervals(np.zeros((1, 3, 1)), found, 0.9)
    assert np.isfinite(low).all() == np.isfinite(high).all() == bounded


def test_a_person_without_a_rating_is_not_counted(rng):
    truth = rng.normal(size=(30, 2))
    truth[10:, 1] = np.nan  # 5 of 15 persons have the second rating
    who = [f"P{i // 2}" for i in range(30)]
    found = residuals(truth, np.zeros((30, 2)), np.zeros(30, dtype=int), who)
    _, high = intervals(np.zeros((1, 1, 2)), found, 0.9)
    assert np.isfinite(high[0, 0])
    assert np.isinf(high[0, 1])


def test_the_slope_is_below_one_where_predictions_lie_too_far_apart(rng):
    truth = rng.normal(5, 1, size=500)
    line = calibration_line(truth, 2 * truth - 5)
    assert line.slope == pytest.approx(0.5)
    assert line.intercept == pytest.approx(2.5)
    assert np.isnan(calibration_line(truth, np.full(500, 3.0)).slope)
