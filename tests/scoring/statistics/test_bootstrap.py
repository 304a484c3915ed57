"""Intervals over persons, where the truth is known because it was made."""

from __future__ import annotations

import numpy as np
import pytest

from interview_analysis.scoring.statistics.bootstrap import correlation, interval, paired, person_weights
from interview_analysis.scoring.statistics.correlation import pearson


def test_a_person_is_drawn_with_all_interviews():
    persons = ["a", "b", "a", "c", "b", "a"]
    weights = person_weights(persons, 500, seed=1)
    assert weights.shape == (500, 6)
    for name in "abc":
        own = weights[:, [person == name for person in persons]]
        assert (own == own[:, :1]).all()
    assert (weights[:, [0, 1, 3]].sum(axis=1) == 3).all()
    assert weights.mean() == pytest.approx(1.0, abs=0.05)
    assert (weights == person_weights(persons, 500, seed=1)).all()


def test_an_interval_leaves_out_draws_without_a_figure():
    draws = np.concatenate([np.linspace(0.0, 1.0, 101), np.full(50, np.nan)])
    found = interval(0.5, draws)
    assert (found.value, found.low, found.high) == (0.5, pytest.approx(0.025), pytest.approx(0.975))
    assert interval(0.5, draws, 0.8).low == pytest.approx(0.1)
    assert np.isnan(interval(0.5, draws[:9]).low)
    assert np.isnan(interval(float("nan"), draws).high)


def test_the_interval_of_a_correlation_holds_the_truth_and_knows_of_persons(rng):
    """Ten interviews of a person that are all alike are no more evidence than one."""
    hits, widths = 0, []
    for seed in range(60):
        draw = np.random.default_rng(seed)
        x = draw.normal(size=40)
        y = 0.6 * x + 0.8 * draw.normal(size=40)
        names = [str(i) for i in range(40)]
        once = correlation(y, x, names, samples=300, seed=seed)
        often = correlation(np.repeat(y, 10), np.repeat(x, 10), np.repeat(names, 10), samples=300, seed=seed)
        hits += once.low <= 0.6 <= once.high
        widths.append((often.high - often.low) / (once.high - once.low))
    assert 50 <= hits <= 60
    assert np.mean(widths) == pytest.approx(1.0, abs=0.02)


def test_a_paired_gain_is_surer_than_either(rng):
    truth = rng.normal(size=80)
    before = truth + rng.normal(size=80)
    after = before + 0.3 * (truth - before)
    persons = [str(i) for i in range(80)]
    found = paired(truth, before, after, persons, samples=500, seed=2)
    assert found.gain.value == pytest.approx(pearson(truth, after) - pearson(truth, before))
    assert (found.before, found.after) == pytest.approx((pearson(truth, before), pearson(truth, after)))
    alone = correlation(truth, before, persons, samples=500, seed=2)
    assert found.gain.high - found.gain.low < alone.high - alone.low
    assert found.gain.low > 0


def test_against_one_that_tells_nobody_apart_a_correlation_is_the_gain(rng):
    truth = rng.normal(size=30)
    persons = [str(i) for i in range(30)]
    found = paired(truth, np.full(30, 2.0), truth + rng.normal(size=30), persons, samples=200, seed=3)
    assert found.before == 0
    assert found.gain.value == found.after
    neither = paired(truth, np.full(30, 2.0), np.full(30, 3.0), persons, samples=200, seed=3)
    assert np.isnan(neither.gain.low)
