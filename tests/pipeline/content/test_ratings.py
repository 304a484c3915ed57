"""What levels add to ratings by people: where some ratings are missing, and where there are few people."""

from __future__ import annotations

import numpy as np
import pytest

from interview_analysis.pipeline.content.ratings import _unseen


@pytest.fixture
def rated(rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Table, ratings that follow its first column, and five persons."""
    table = rng.normal(size=(60, 2))
    return table, table[:, 0] + 0.1 * rng.normal(size=60), np.repeat(list("abcde"), 12)


def test_interviews_without_a_rating_are_left_out(rated):
    table, rating, persons = rated
    rating[::7] = np.nan
    assert _unseen(table, rating, persons) > 0.9
    kept = np.isfinite(rating)
    assert _unseen(table, rating, persons) == _unseen(table[kept], rating[kept], persons[kept])


def test_of_one_person_nothing_can_be_said(rated):
    table, rating, _ = rated
    assert np.isnan(_unseen(table, rating, np.repeat("a", 60)))
    assert np.isnan(_unseen(table[:, :0], rating, rated[2]))
