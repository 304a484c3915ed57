"""Intervals when persons are drawn again: the two interviews of a person are not two pieces of evidence.

The bootstrap of clusters (Davison & Hinkley 1997, section 3.8), with percentile intervals (Efron & Tibshirani 1993,
chapter 13). Draws in which a figure is not known are left out; with fewer than ten others there is no interval (NaN).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from interview_analysis.scoring.statistics.correlation import over_repeats, worth
from interview_analysis.types import FloatArray

CONFIDENCE = 0.95
MIN_DRAWS = 10


@dataclass(frozen=True, slots=True)
class WithInterval:
    """A figure with the ends of its interval; NaN where they are not known."""

    value: float
    low: float
    high: float


def person_weights(persons: Sequence[str], samples: int, seed: int) -> FloatArray:
    """How often each row is drawn when persons are drawn with replacement, each with all of their rows; (samples, n)."""
    names, place = np.unique(np.asarray(persons).astype(str), return_inverse=True)
    draw = np.random.default_rng(seed)
    counts = draw.multinomial(len(names), np.full(len(names), 1.0 / len(names)), size=samples)
    found: FloatArray = counts[:, place].astype(float)
    return found


def interval(value: float, draws: ArrayLike, confidence: float = CONFIDENCE) -> WithInterval:
    """`value` with the percentile interval of what it was in the draws, (samples,)."""
    found = np.asarray(draws, dtype=float)
    kept = found[np.isfinite(found)]
    if not np.isfinite(value) or kept.size < MIN_DRAWS:
        return WithInterval(float(value), float("nan"), float("nan"))
    low, high = np.quantile(kept, [(1 - confidence) / 2, (1 + confidence) / 2])
    return WithInterval(float(value), float(low), float(high))


def correlation(
    truth: FloatArray, predicted: FloatArray, persons: Sequence[str], *, samples: int, seed: int
) -> WithInterval:
    """Pearson's correlation of ratings, (n,), with predictions, (n,) or (n, repeats), with its interval over persons."""
    columns = predicted.reshape(len(truth), -1)
    value = over_repeats(truth, columns, np.ones((1, len(truth))))[0]
    return interval(value, over_repeats(truth, columns, person_weights(persons, samples, seed)))


@dataclass(frozen=True, slots=True)
class Paired:
    """Two predictors on the same draws of persons: what each is worth, the gain of the second, and its draws, (samples,)."""

    before: float
    after: float
    gain: WithInterval
    draws: FloatArray


def paired(
    truth: FloatArray,
    before: FloatArray,
    after: FloatArray,
    persons: Sequence[str],
    *,
    samples: int,
    seed: int,
    confidence: float = CONFIDENCE,
) -> Paired:
    """How much better `after` correlates with `truth`, (n,), than `before`, each (n,) or (n, repeats).

    Both are judged on the same draws, so that what makes a draw easy or hard for both cancels out (Efron & Tibshirani
    1993, chapter 16). A draw in which neither has a correlation is left out.
    """
    weights = np.vstack([np.ones(len(truth)), person_weights(persons, samples, seed)])
    one, two = (over_repeats(truth, p.reshape(len(truth), -1), weights) for p in (before, after))
    gains = np.where(np.isfinite(one) | np.isfinite(two), worth(two) - worth(one), np.nan)
    values = (float(worth(one)[0]), float(worth(two)[0]))
    return Paired(*values, interval(float(gains[0]), gains[1:], confidence), gains[1:])
