"""Weighted means of scores with standard errors: measures -> channel -> dimension -> overall."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True, slots=True)
class Estimate:
    """A score (0 to 100) and its standard error."""

    score: float
    standard_error: float


def reaches(share: float, limit: float) -> bool:
    """Whether a sum of weights is at least `limit`; 0.1 + 0.2 + 0.2 is 0.5, whatever the order it is added up in."""
    return share >= limit - 1e-9


def fuse(parts: Sequence[tuple[Estimate, float]], correlation: float) -> Estimate:
    """Weighted mean of `parts` (estimate, weight), weights re-normalised to 1.

    The variance of the mean is ``sum_i sum_j w_i w_j r_ij e_i e_j`` with ``r_ii = 1`` and ``r_ij = correlation``:
    parts of one recording share its speaker, microphone and transcript, so their errors do not average out.
    """
    weights = np.array([weight for _, weight in parts], dtype=float)
    if not parts or weights.sum() <= 0:
        raise ValueError("nothing to fuse: no part with a weight above 0")
    weights /= weights.sum()
    scores = np.array([estimate.score for estimate, _ in parts])
    errors = weights * np.array([estimate.standard_error for estimate, _ in parts])
    variance = (1 - correlation) * np.sum(errors**2) + correlation * np.sum(errors) ** 2
    return Estimate(float(np.clip(weights @ scores, 0.0, 100.0)), float(np.sqrt(variance)))
