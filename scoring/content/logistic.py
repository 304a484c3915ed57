"""A logistic model over a row of numbers, fitted elsewhere."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from interview_analysis.scoring.content.functions import Array

FARTHEST = 3.0  # standard deviations to either side


@dataclass(frozen=True, slots=True)
class Logistic:
    """``1 / (1 + exp(-(intercept + weights . z)))`` with z = (features - shift) / scale, held within `FARTHEST`; `shift`, `scale`
    and `weights` are (m,).

    What was almost always nearly 0 has a tiny scale, so that a hint of it would outweigh everything else.
    """

    shift: Array
    scale: Array
    weights: Array
    intercept: float

    def probability(self, features: Array) -> float:
        """Of features (m,)."""
        z = np.clip((features - self.shift) / self.scale, -FARTHEST, FARTHEST)
        logit = float(z @ self.weights + self.intercept)
        return float(1 / (1 + np.exp(-np.clip(logit, -30, 30))))
