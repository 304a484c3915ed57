"""Correlations with intervals by bootstrap over persons: the two interviews of a person are not two pieces of evidence."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from interview_analysis.types import FloatArray

LEVEL = 0.95


@dataclass(frozen=True, slots=True)
class Estimate:
    """A figure with its 95 % interval; NaN where it is not defined."""

    value: float
    low: float
    high: float


def person_weights(persons: Sequence[str], samples: int, seed: int) -> FloatArray:
    """How often each row is drawn when persons are drawn with replacement, shape (samples, n)."""
    names, place = np.unique(np.asarray(persons).astype(str), return_inverse=True)
    draw = np.random.default_rng(seed)
    counts = draw.multinomial(len(names), np.full(len(names), 1.0 / len(names)), size=samples)
    found: FloatArray = counts[:, place].astype(float)
    return found


def correlations(truth: FloatArray, predicted: FloatArray, weights: FloatArray) -> FloatArray:
    """Weighted Pearson correlation under each row of `weights`, shape (samples,), the mean over repeats.

    `truth` has shape (n,), `predicted` (n, repeats). A repeat whose predictions do not vary has none (NaN).
    """
    share = weights / weights.sum(axis=1, keepdims=True)
    y_mean = share @ truth
    x_mean = share @ predicted
    cross = share @ (predicted * truth[:, None]) - x_mean * y_mean[:, None]
    x_var = share @ predicted**2 - x_mean**2
    y_var = share @ truth**2 - y_mean**2
    with np.errstate(divide="ignore", invalid="ignore"):
        found = cross / np.sqrt(np.where(x_var > 1e-12, x_var, np.nan) * y_var[:, None])
    known = np.isfinite(found)
    total = np.where(known, found, 0.0).sum(axis=1)
    mean: FloatArray = np.where(known.any(axis=1), total / np.maximum(known.sum(axis=1), 1), np.nan)
    return mean


def interval(value: float, draws: FloatArray) -> Estimate:
    """`value` with the percentile interval of its bootstrap draws."""
    kept = draws[np.isfinite(draws)]
    if not np.isfinite(value) or kept.size < 10:
        return Estimate(float(value), float("nan"), float("nan"))
    low, high = np.quantile(kept, [(1 - LEVEL) / 2, (1 + LEVEL) / 2])
    return Estimate(float(value), float(low), float(high))


def correlation(
    truth: FloatArray, predicted: FloatArray, persons: Sequence[str], *, samples: int, seed: int
) -> Estimate:
    """Correlation of ratings with predictions (n,) or (n, repeats), with an interval over persons."""
    columns = predicted.reshape(len(truth), -1)
    value = correlations(truth, columns, np.ones((1, len(truth))))[0]
    return interval(value, correlations(truth, columns, person_weights(persons, samples, seed)))


def difference(
    truth: FloatArray,
    one: FloatArray,
    other: FloatArray,
    persons: Sequence[str],
    *,
    samples: int,
    seed: int,
) -> Estimate:
    """How much better `one` correlates than `other`, paired: both are judged on the same draws of persons."""
    weights = person_weights(persons, samples, seed)
    flat = np.ones((1, len(truth)))
    columns = [predicted.reshape(len(truth), -1) for predicted in (one, other)]
    value = correlations(truth, columns[0], flat)[0] - correlations(truth, columns[1], flat)[0]
    return interval(
        float(value), correlations(truth, columns[0], weights) - correlations(truth, columns[1], weights)
    )
