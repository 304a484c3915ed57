"""What answers do, as columns of numbers that others learn from: ``level.<part>``, whatever the answers are about."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from interview_analysis.scoring.content.levels import GATES, LEVELS
from interview_analysis.scoring.content.model import Reading
from interview_analysis.scoring.content.summary import SHOWN

NAME = "level"
VERSION = 2  # raised when the columns of the same answers change by more than a new fit of the model
FEATURES = ("mean", *GATES, *SHOWN)


def described(readings: Sequence[Reading | None]) -> dict[str, float]:
    """`FEATURES` over some answers, weighted by their words; NaN where nothing was said.

    mean is the expected level, 1 to 5, as if each answer were about what it is to be about; the others are 0 to 1.
    """
    told = [reading for reading in readings if reading is not None and reading.parts]
    if not told:
        return dict.fromkeys(FEATURES, float("nan"))
    weights = np.array([reading.spoken.lengths.sum() for reading in told])
    rows = [
        {"mean": float(LEVELS @ reading.probabilities(1.0)), **reading.gates, **reading.parts}
        for reading in told
    ]
    return {name: float(np.average([row[name] for row in rows], weights=weights)) for name in FEATURES}
