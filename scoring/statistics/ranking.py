"""Whether one score is higher than another, and how far an order of several holds when weights and scores move.

Two scores differ beyond their error where the difference is larger than 1.96 times the root of the summed variances, a
95 % interval of a difference of independent normal errors. The order is drawn many times: scores from their errors, and
weights around the given ones from a Dirichlet distribution (sensitivity to weights as in Saisana, Saltelli & Tarantola
2005). What is not known is absent, never 0.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from interview_analysis.scoring.statistics.margin import MARGIN_FACTOR
from interview_analysis.types import FloatArray

CONCENTRATION = 50.0  # a weight of 0.35 moves by a standard deviation of 0.07
MIN_WEIGHT = 0.5  # a whole is told of dimensions with at least this share of the weight
HOLDS = 0.9  # an order, or a place in it, is told where it holds in this share of the draws
DRAWS, SEED = 4000, 20240607


@dataclass(frozen=True, slots=True)
class Difference:
    """`value` is the first score less the second one, `margin` its 95 % margin."""

    value: float
    margin: float

    @property
    def beyond_error(self) -> bool:
        return abs(self.value) > self.margin


def difference(first: float, first_error: float, second: float, second_error: float) -> Difference:
    """Of two scores with independent standard errors."""
    return Difference(first - second, MARGIN_FACTOR * float(np.hypot(first_error, second_error)))


@dataclass(frozen=True, slots=True)
class Stability:
    """`shares` (n, n): in what share of the draws each of n takes each place; a row of NaN for who has no whole score.

    `order` is the order of those who have a whole score that was drawn most often, the best first, and `order_share` the share of the draws in
    which it holds.
    """

    shares: FloatArray
    order: tuple[int, ...]
    order_share: float

    @property
    def settled(self) -> bool:
        """Whether one order of all holds in nearly all draws."""
        return self.order_share >= HOLDS

    def place(self, one: int) -> int | None:
        """The place, from 1, that `one` holds in nearly all draws; None where it cannot be told."""
        row = self.shares[one]
        if not np.isfinite(row).all() or row.max(initial=0.0) < HOLDS:
            return None
        return int(row.argmax()) + 1


def wholes(scores: ArrayLike, weights: ArrayLike) -> FloatArray:
    """Weighted means (n,) of the known ones of `scores` (n, k); NaN below half of the weight (k,)."""
    table, by = np.asarray(scores, dtype=float), np.asarray(weights, dtype=float)
    known = np.isfinite(table) * by
    total = known.sum(axis=-1)
    enough = total >= MIN_WEIGHT * by.sum() - 1e-9
    means = (np.nan_to_num(table) * known).sum(axis=-1) / np.where(total > 0, total, 1.0)
    return np.where(enough & (total > 0), means, np.nan)


def stability(
    scores: Sequence[Sequence[float]], errors: Sequence[Sequence[float]], weights: Sequence[float],
    *, draws: int = DRAWS, seed: int = SEED, concentration: float = CONCENTRATION,
) -> Stability:  # fmt: skip
    """Of `scores` and standard `errors` (n, k), NaN where not known, under `weights` (k,), each above 0.

    Who has a whole score under the given weights keeps one in every draw. Equal scores are ordered by lot.
    """
    n, k = len(scores), len(weights)
    table = np.asarray(scores, dtype=float).reshape(n, k)
    spread = np.nan_to_num(np.asarray(errors, dtype=float).reshape(n, k))
    shares = np.full((n, n), np.nan)
    ranked = np.flatnonzero(np.isfinite(wholes(table, weights)))
    m = len(ranked)
    if m == 0:
        return Stability(shares, (), 0.0)
    draw = np.random.default_rng(seed)
    given = np.asarray(weights, dtype=float) / np.sum(weights)
    by = draw.dirichlet(concentration * given, size=draws)[:, None, :]
    drawn = table[ranked] + spread[ranked] * draw.standard_normal((draws, m, k))
    known = np.isfinite(drawn) * by
    means = (np.nan_to_num(drawn) * known).sum(axis=-1) / known.sum(axis=-1)
    orders = np.lexsort((draw.random((draws, m)), -means), axis=-1)
    places = np.stack([(orders == one).mean(axis=0) for one in range(m)])
    shares[ranked] = 0.0
    shares[np.ix_(ranked, np.arange(m))] = places
    found, counts = np.unique(orders, axis=0, return_counts=True)
    best = int(counts.argmax())
    return Stability(shares, tuple(int(ranked[i]) for i in found[best]), float(counts[best] / draws))
