"""Differences and orders, by cases that can be worked by hand."""

from __future__ import annotations

import numpy as np
import pytest

from interview_analysis.scoring.statistics.ranking import difference, stability, wholes

NAN = float("nan")


def test_a_difference_is_held_against_the_root_of_both_variances():
    found = difference(70, 3, 60, 4)
    assert (found.value, found.margin) == (10, pytest.approx(1.96 * 5))
    assert found.beyond_error
    assert not difference(69, 3, 60, 4).beyond_error
    assert difference(60, 3, 70, 4).beyond_error, "in either direction"
    assert not difference(60, 0, 60, 0).beyond_error


def test_a_whole_is_the_mean_of_what_is_known_and_never_takes_an_absence_for_0():
    scores = [[80, 50, 20], [80, NAN, 20], [80, NAN, NAN], [NAN, NAN, NAN]]
    assert wholes(scores, [0.4, 0.4, 0.2]) == pytest.approx([56, 60, NAN, NAN], nan_ok=True)
    assert wholes([[80, NAN]], [0.5, 0.5]) == pytest.approx([80]), "half of the weight is enough"


def test_far_apart_is_told_and_alike_is_not():
    far = stability([[80, 80], [20, 20]], [[5, 5], [5, 5]], [0.5, 0.5])
    assert far.settled
    assert (far.order, far.place(0), far.place(1)) == ((0, 1), 1, 2)
    alike = stability([[50, 50], [50, 50]], [[5, 5], [5, 5]], [0.5, 0.5])
    assert not alike.settled
    assert alike.place(0) is None
    assert alike.shares == pytest.approx(np.full((2, 2), 0.5), abs=0.03)


def test_the_share_is_that_of_a_normal_difference():
    """One dimension: 53 against 50, each with an error of 3; P(first is higher) = Phi(3 / sqrt(18)) = 0.7602."""
    found = stability([[53], [50]], [[3], [3]], [1.0], draws=40_000)
    assert found.shares[0, 0] == pytest.approx(0.7602, abs=0.01)
    assert found.order_share == pytest.approx(0.7602, abs=0.01)


def test_weights_alone_can_turn_an_order():
    """Without errors the first leads where the first weight is above a half; Dirichlet(25, 25) is there half of the time."""
    scores, none = [[60, 40], [40, 60]], [[0, 0], [0, 0]]
    turned = stability(scores, none, [0.5, 0.5])
    assert turned.shares[0, 0] == pytest.approx(0.5, abs=0.03)
    # Beta(40, 10) is above a half in all but 2 of a million draws.
    assert stability(scores, none, [0.8, 0.2]).shares[0, 0] > 0.999
    fixed = stability([[60, 60], [40, 40]], none, [0.5, 0.5])
    assert fixed.order_share == 1.0, "whoever leads on every dimension leads under all weights"


def test_the_first_may_be_told_where_the_rest_is_not():
    found = stability([[90], [50], [50]], [[3], [3], [3]], [1.0])
    assert [found.place(i) for i in range(3)] == [1, None, None]
    assert not found.settled


def test_who_has_no_whole_score_takes_no_place():
    found = stability([[NAN, 90], [60, 60], [20, NAN]], [[NAN, 1], [1, 1], [1, NAN]], [0.6, 0.4])
    assert np.isnan(found.shares[0]).all()
    assert found.place(0) is None
    assert [found.place(1), found.place(2)] == [1, 2]
    assert found.order == (1, 2)
    assert stability([], [], [0.6, 0.4]).order == ()


def test_ties_are_drawn_and_the_same_seed_draws_the_same():
    tied = stability([[50], [50]], [[0], [0]], [1.0])
    assert tied.shares[0, 0] == pytest.approx(0.5, abs=0.03)
    again = stability([[50], [50]], [[0], [0]], [1.0])
    assert (tied.shares == again.shares).all()
    assert (tied.shares != stability([[50], [50]], [[0], [0]], [1.0], seed=1).shares).any()
