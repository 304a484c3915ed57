"""What the learners of ratings share of scikit-learn's contract."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray
from sklearn.base import BaseEstimator, RegressorMixin
from sklearn.utils.validation import check_is_fitted, validate_data

from interview_analysis.types import FloatArray


class RatingRegressor(RegressorMixin, BaseEstimator, ABC):  # type: ignore[misc]
    """Base of estimators that learn ratings (n,) or (n, targets) from a table with gaps; persons are its groups."""

    _single = False  # whether one rating was given as a vector, and comes back as one

    def fit(self, X: FloatArray, y: FloatArray, groups: Sequence[str] | None = None) -> Self:  # noqa: N803
        """Learn; without `groups` every row is a person of its own."""
        table, ratings = validate_data(
            self, X, y, ensure_all_finite="allow-nan", multi_output=True, y_numeric=True, ensure_min_samples=2
        )
        self._single = ratings.ndim == 1
        persons = np.arange(len(table)) if groups is None else np.asarray(groups)
        self._fit(table, ratings.reshape(len(ratings), -1).astype(float), persons.astype(str))
        return self

    def predict(self, X: FloatArray) -> FloatArray:  # noqa: N803
        check_is_fitted(self)
        rated = self._rated(validate_data(self, X, ensure_all_finite="allow-nan", reset=False))
        return rated[:, 0] if self._single else rated

    @abstractmethod
    def _fit(self, table: FloatArray, ratings: FloatArray, persons: NDArray[np.str_]) -> None:
        """Learn from ratings of shape (n, targets)."""

    @abstractmethod
    def _rated(self, table: FloatArray) -> FloatArray:
        """The ratings of each row, shape (n, targets)."""

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.input_tags.allow_nan = True
        tags.target_tags.multi_output = True
        return tags
