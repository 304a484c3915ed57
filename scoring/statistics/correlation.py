"""Correlations by Pearson and by Spearman, weighted and partial.

One rule for what is not known: a row counts where all of its values are finite, and a correlation of fewer than three rows, or
of what does not vary, is NaN. Means over several correlations are those of the known ones. Where predictors are held
against each other, one without a correlation is `worth` 0.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from interview_analysis.types import FloatArray

Correlation = Callable[[FloatArray, FloatArray], float]
MIN_ROWS = 3
_ROUNDING = 1e-12  # of the mean square: what may be left of the variance of equal numbers


def pearson(one: FloatArray, other: FloatArray) -> float:
    """Product-moment correlation (Pearson 1896) of two measures, (n,) each."""
    return float(weighted_pearson(one, other, np.ones((1, len(one))))[0])


def spearman(one: FloatArray, other: FloatArray) -> float:
    """Rank correlation (Spearman 1904) of two measures, (n,) each; ties have their mean rank."""
    return float(weighted_spearman(one, other, np.ones((1, len(one))))[0])


def partial(one: FloatArray, other: FloatArray, held: FloatArray, correlation: Correlation) -> float:
    """Correlation of two measures with a third held constant (Yule 1907; of ranks Kendall 1942), all (n,).

    ``(r_12 - r_13 r_23) / sqrt((1 - r_13 ** 2) (1 - r_23 ** 2))``; NaN where the third decides one of the others,
    or with three rows, of which it is always 1 or -1.
    """
    known = np.isfinite(one) & np.isfinite(other) & np.isfinite(held)
    if known.sum() <= MIN_ROWS:
        return float("nan")
    a, b, h = one[known], other[known], held[known]
    ab, ah, bh = correlation(a, b), correlation(a, h), correlation(b, h)
    left = (1 - ah**2) * (1 - bh**2)
    return float((ab - ah * bh) / np.sqrt(left)) if left > 1e-12 else float("nan")


def weighted_pearson(one: FloatArray, other: FloatArray, weights: FloatArray) -> FloatArray:
    """Pearson's correlation under each row of `weights`, (draws, n), as if each row of data were there that often; (draws,)."""
    known = np.isfinite(one) & np.isfinite(other)
    return _product_moment(one[known][None], other[known][None], weights[:, known])


def weighted_spearman(one: FloatArray, other: FloatArray, weights: FloatArray) -> FloatArray:
    """Spearman's correlation under each row of `weights`, (draws, n), as if each row of data were there that often; (draws,)."""
    known = np.isfinite(one) & np.isfinite(other)
    counted = weights[:, known]
    return _product_moment(_ranks(one[known], counted), _ranks(other[known], counted), counted)


def over_repeats(truth: FloatArray, predicted: FloatArray, weights: FloatArray) -> FloatArray:
    """`weighted_pearson` of `truth`, (n,), with each column of `predicted`, (n, repeats), and of these the mean; (draws,)."""
    found = np.stack([weighted_pearson(truth, column, weights) for column in predicted.T])
    known = np.isfinite(found)
    total = np.where(known, found, 0.0).sum(axis=0)
    mean: FloatArray = np.where(known.any(axis=0), total / np.maximum(known.sum(axis=0), 1), np.nan)
    return mean


def worth(correlation: FloatArray) -> FloatArray:
    """What a predictor is worth beside others, (n,): its correlation, or 0 where it says the same for everybody."""
    found: FloatArray = np.nan_to_num(correlation, nan=0.0)
    return found


def _product_moment(x: FloatArray, y: FloatArray, weights: FloatArray) -> FloatArray:
    """Of x and y, (1 or draws, n), under `weights`, (draws, n); NaN for a draw of fewer than three different rows."""
    if weights.shape[1] < MIN_ROWS:
        return np.full(len(weights), np.nan)
    x, y = (np.broadcast_to(_centred(values), weights.shape) for values in (x, y))
    with np.errstate(divide="ignore", invalid="ignore"):
        share = weights / weights.sum(axis=1, keepdims=True)
        x_mean, y_mean = (np.einsum("dn,dn->d", share, values) for values in (x, y))
        xx, yy, xy = (np.einsum("dn,dn,dn->d", share, a, b) for a, b in ((x, x), (y, y), (x, y)))
        x_var, y_var = xx - x_mean**2, yy - y_mean**2
        varies = (x_var > _ROUNDING * xx) & (y_var > _ROUNDING * yy)
        found = (xy - x_mean * y_mean) / np.sqrt(x_var * y_var)
    enough = (weights > 0).sum(axis=1) >= MIN_ROWS
    known: FloatArray = np.where(varies & enough, found, np.nan)
    return known


def _centred(values: FloatArray) -> FloatArray:
    """`values`, (k, n), about their means; exactly 0 where all are equal."""
    off = values - values[:, :1]
    centred: FloatArray = off - off.mean(axis=1, keepdims=True)
    return centred


def _ranks(values: FloatArray, weights: FloatArray) -> FloatArray:
    """Mean ranks of `values`, (n,), from 1, where each is there as often as its weight says; (draws, n)."""
    distinct, place = np.unique(values, return_inverse=True)
    counts = weights @ np.eye(len(distinct))[place]
    found: FloatArray = (np.cumsum(counts, axis=1) - counts / 2 + 0.5)[:, place]
    return found
