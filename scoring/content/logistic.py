"""A logistic model over a row of numbers, fitted elsewhere."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from interview_analysis.scoring.content.functions import Array


@dataclass(frozen=True, slots=True)
class Logistic:
    """``1 / (1 + exp(-(intercept + weights . (features - shift) / scale)))``; `shift`, `scale` and `weights` are (m,)."""

    shift: Array
    scale: Array
    weights: Array
    intercept: float

    def probability(self, features: Array) -> float:
        """Of features (m,)."""
        logit = float((features - self.shift) / self.scale @ self.weights + self.intercept)
        return float(1 / (1 + np.exp(-np.clip(logit, -30, 30))))
