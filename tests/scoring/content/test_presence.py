"""From shares of functions to whether they are there at all."""

from __future__ import annotations

import numpy as np
import pytest

from interview_analysis.scoring.content.fit_levels import fit_presence
from interview_analysis.scoring.content.functions import FUNCTIONS
from interview_analysis.scoring.content.presence import CURVED, Presence

REASONING, GENERIC = FUNCTIONS.index("reasoning"), FUNCTIONS.index("generic")


def shares(reasoning: list[float]) -> np.ndarray:
    table = np.zeros((len(reasoning), len(FUNCTIONS)))
    table[:, REASONING] = reasoning
    table[:, GENERIC] = 1 - table[:, REASONING]
    return table


def test_a_curve_by_hand():
    found = Presence({"reasoning": (1.0, 2.0)}).of(shares([0.0, 0.25, 0.5, 1.0]))
    logits = np.array([-9.0, np.log(1 / 3), 0.0, 9.0])
    assert found[:, REASONING] == pytest.approx(1 / (1 + np.exp(-(1 + 2 * logits))))
    assert found[:, GENERIC].tolist() == [1.0, 0.75, 0.5, 0.0]  # no curve: as it is


def test_a_function_that_comes_second_is_there_where_its_share_says_so(rng):
    """Labelled with a third of the clause in 700 of 1,000 clauses whose share is about 0.3, in 50 of those at 0.05."""
    likely, unlikely = rng.uniform(0.25, 0.35, 1000), rng.uniform(0.03, 0.07, 1000)
    there = np.concatenate([np.arange(1000) < 700, np.arange(1000) < 50])
    labels = shares([1 / 3 if yes else 0.0 for yes in there])
    found = fit_presence(shares([*likely, *unlikely]), labels)
    assert tuple(found.curves) == CURVED
    chances = found.of(shares([0.3, 0.05, 0.8]))[:, REASONING]
    assert chances[:2] == pytest.approx([0.7, 0.05], abs=0.03)
    assert 0.95 < chances[2] < 0.999
    assert found.curves["result"] == (0.0, 1.0)  # never labelled
