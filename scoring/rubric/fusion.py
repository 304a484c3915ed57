"""Weighted means of scores that know which measures they rest on: measures -> channel -> dimension -> overall."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

Source = tuple[str, ...]  # what was measured, and of which answer where it was one


@dataclass(frozen=True, slots=True)
class Estimate:
    """A score (0 to 100) and where its error comes from.

    `errors` holds, for each measure behind the score, how many points the score moves by one standard error of that
    measure. Estimates that rest on the same measure share its error, so that a mean of them is no surer for it.
    """

    score: float
    errors: Mapping[Source, float]

    def standard_error(self, correlation: float) -> float:
        """The square root of ``sum_i sum_j r_ij e_i e_j`` with ``r_ii = 1`` and ``r_ij = correlation``.

        Measures of one recording share its speaker, microphone and transcript, so their errors do not average out.
        """
        return float(np.hypot(self.own_error(correlation), self.shared_error(correlation)))

    def own_error(self, correlation: float) -> float:
        """The part of the standard error that other measures of the recording know nothing of."""
        return float(np.sqrt((1 - correlation) * sum(error**2 for error in self.errors.values())))

    def shared_error(self, correlation: float) -> float:
        """The part of the standard error that every score of the recording has in common."""
        return float(np.sqrt(correlation) * sum(self.errors.values()))

    def of(self, place: str) -> Estimate:
        """The same, as measured in `place`: measures of another place are others."""
        return Estimate(self.score, {(place, *source): error for source, error in self.errors.items()})


def reaches(share: float, limit: float) -> bool:
    """Whether a sum of weights is at least `limit`; 0.1 + 0.2 + 0.2 is 0.5, whatever the order it is added up in."""
    return share >= limit - 1e-9


def fuse(parts: Sequence[tuple[Estimate, float]]) -> Estimate:
    """Weighted mean of `parts` (estimate, weight), weights re-normalised to 1, as one sum over all measures.

    The points by which a measure moves the parts are added up before anything is squared: linear propagation of
    correlated errors (JCGM 100:2008, 5.2.2).
    """
    total = sum(weight for _, weight in parts)
    if not parts or total <= 0:
        raise ValueError("nothing to fuse: no part with a weight above 0")
    score, errors = 0.0, dict[Source, float]()
    for estimate, weight in parts:
        score += estimate.score * weight / total
        for source, error in estimate.errors.items():
            errors[source] = errors.get(source, 0.0) + error * weight / total
    return Estimate(float(np.clip(score, 0.0, 100.0)), errors)
