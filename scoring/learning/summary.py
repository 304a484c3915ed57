"""From the answers of an interview to one row of standardised numbers."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from typing import Self

import numpy as np
from sklearn.base import BaseEstimator, TransformerMixin
from sklearn.utils.validation import check_is_fitted, validate_data

from interview_analysis.types import FloatArray

REACH_SD = 3.0  # further out than that counts as that: one odd answer must not decide


class AnswerSummary(TransformerMixin, BaseEstimator):  # type: ignore[misc]
    """Mean over the answers that were given, then standardised and cut at three standard deviations.

    What was observed in no answer becomes the training mean, which is 0. A column that does not vary is 0.

    Parameters
    ----------
    slots : answers side by side in a row of the table.
    columns : which columns of an answer to take; all by default.
    """

    def __init__(self, slots: int = 1, columns: Sequence[int] | None = None) -> None:
        self.slots = slots
        self.columns = columns

    def fit(self, X: FloatArray, y: object = None) -> Self:  # noqa: N803 (scikit-learn's name)
        rows = self._means(validate_data(self, X, ensure_all_finite="allow-nan"))
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", RuntimeWarning)  # a column without any value
            mean, scale = np.nanmean(rows, axis=0), np.nanstd(rows, axis=0)
        self.mean_ = np.nan_to_num(mean)
        self.scale_ = np.where(np.nan_to_num(scale) > 1e-12, scale, np.inf)
        return self

    def transform(self, X: FloatArray) -> FloatArray:  # noqa: N803
        check_is_fitted(self)
        rows = self._means(validate_data(self, X, ensure_all_finite="allow-nan", reset=False))
        found: FloatArray = np.clip(np.nan_to_num((rows - self.mean_) / self.scale_), -REACH_SD, REACH_SD)
        return found

    def _means(self, table: FloatArray) -> FloatArray:
        answers = table.reshape(len(table), self.slots, -1)
        if self.columns is not None:
            answers = answers[:, :, list(self.columns)]
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", RuntimeWarning)
            mean: FloatArray = np.nanmean(answers, axis=1)
        return mean

    def __sklearn_tags__(self):  # type: ignore[no-untyped-def]
        tags = super().__sklearn_tags__()
        tags.input_tags.allow_nan = True
        return tags
