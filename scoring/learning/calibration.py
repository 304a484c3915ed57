"""Is a prediction on the scale of the ratings, and how far off may it be?

Prediction intervals are CV+ (Barber, Candès, Ramdas & Tibshirani 2021, Annals of Statistics 49(1)), with each
person counting once however many interviews they gave (Dunn, Wasserman & Ramdas 2023, JASA 118: pooling the
distributions of groups).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from interview_analysis.types import FloatArray


@dataclass(frozen=True, slots=True)
class Residuals:
    """Absolute errors of interviews whose person was in a fold that the model had not seen.

    `absolute` has shape (interviews, targets), NaN where there is no rating; `fold` (interviews,) says which fold model made
    them, `person` (interviews,) whose they are, as a number.
    """

    absolute: FloatArray
    fold: NDArray[np.int_]
    person: NDArray[np.int_]


def residuals(
    truth: FloatArray, predicted: FloatArray, fold: NDArray[np.int_], persons: Sequence[str]
) -> Residuals:
    """Residuals of predictions made out of fold; the first two have shape (interviews, targets)."""
    _, person = np.unique(np.asarray(persons), return_inverse=True)
    return Residuals(np.abs(truth - predicted), np.asarray(fold), person)


def intervals(
    fold_predictions: FloatArray, found: Residuals, coverage: float
) -> tuple[FloatArray, FloatArray]:
    """CV+ intervals of new interviews.

    Parameters
    ----------
    fold_predictions : shape (folds, new, targets), what each fold's model predicts.
    found : residuals of the training data.
    coverage : nominal share of true ratings inside, for instance 0.9.

    Returns
    -------
    low, high : shape (new, targets); infinite where there are too few persons for the coverage: it takes
    ``coverage / (1 - coverage)`` of them, 9 for 0.9. A rating that could not be learned from (NaN) is left out of its target.
    """
    alpha = 1.0 - coverage
    _, new, targets = fold_predictions.shape
    low, high = np.empty((new, targets)), np.empty((new, targets))
    for target in range(targets):
        error = found.absolute[:, target]
        known = np.isfinite(error)
        centre = fold_predictions[found.fold[known], :, target]  # (known, new)
        weight = _weights(found.person[known])
        low[:, target] = -_upper(-(centre - error[known, None]), weight, alpha)
        high[:, target] = _upper(centre + error[known, None], weight, alpha)
    return low, high


def _weights(person: NDArray[np.int_]) -> FloatArray:
    """The mass of each interview: 1 / (persons + 1) for a person, shared by the person's interviews; the new person has the rest."""
    _, place, interviews = np.unique(person, return_inverse=True, return_counts=True)
    weight: FloatArray = 1.0 / interviews[place] / (len(interviews) + 1.0)
    return weight


def _upper(values: FloatArray, weight: FloatArray, alpha: float) -> FloatArray:
    """The (1 - alpha) quantile of each column; what `weight`, (known,), lacks of 1 lies at infinity."""
    order = np.argsort(values, axis=0)
    ranked = np.take_along_axis(values, order, axis=0)
    mass = np.cumsum(weight[order], axis=0)
    place = np.argmax(mass >= 1.0 - alpha - 1e-12, axis=0)
    reached = mass[-1] >= 1.0 - alpha - 1e-12
    found: FloatArray = np.where(reached, np.take_along_axis(ranked, place[None], axis=0)[0], np.inf)
    return found


@dataclass(frozen=True, slots=True)
class Line:
    """Truth = intercept + slope x prediction; 0 and 1 are perfect. NaN where all predictions are alike."""

    intercept: float
    slope: float


def calibration_line(truth: FloatArray, predicted: FloatArray) -> Line:
    """Least squares line of ratings on predictions; a slope below 1 says that they are too far apart (Cox 1958)."""
    known = np.isfinite(truth) & np.isfinite(predicted)
    x, y = predicted[known], truth[known]
    if x.size < 3 or np.ptp(x) < 1e-12:
        return Line(float("nan"), float("nan"))
    slope, intercept = np.polyfit(x, y, 1)
    return Line(float(intercept), float(slope))


def covered(truth: FloatArray, low: FloatArray, high: FloatArray) -> float:
    """Share of known ratings that lie in their interval."""
    known = np.isfinite(truth)
    return float(np.mean((truth[known] >= low[known]) & (truth[known] <= high[known])))
