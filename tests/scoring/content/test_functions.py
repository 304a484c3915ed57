"""Two small sums that the content model rests on, at their edges."""

from __future__ import annotations

import numpy as np
import pytest

from interview_analysis.scoring.content.functions import softmax, unit


def test_softmax_and_unit_at_their_edges():
    assert softmax(np.array([[1e4, 1e4], [-1e4, 0.0]])) == pytest.approx(np.array([[0.5, 0.5], [0.0, 1.0]]))
    assert unit(np.zeros((1, 3))).tolist() == [[0.0, 0.0, 0.0]]
