"""Ridge regression on the principal components of all ratings, over the channels that earn their place.

Ratings of one interview go together (halo), so the directions they share are learned with more certainty than any
one of them (Breiman & Friedman 1997, JRSS B 59: "curds and whey"). Each component has its own penalty. Penalties and
channels are chosen by cross-validation inside the training data, grouped by person; a channel joins only where it lowers
the error by more than one standard error over persons (Breiman et al. 1984, the one-standard-error rule).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import combinations
from typing import Self

import numpy as np
from numpy.typing import NDArray
from sklearn.base import BaseEstimator

from interview_analysis.models.ratings.regressor import RatingRegressor
from interview_analysis.scoring.learning.folds import person_folds
from interview_analysis.scoring.learning.summary import AnswerSummary
from interview_analysis.types import FloatArray

PENALTIES = (0.3, 1.0, 3.0, 10.0, 30.0)  # of kernels with a mean diagonal of 1


class ComponentsRegressor(RatingRegressor):
    """See the module.

    Parameters
    ----------
    blocks : columns of an answer by block; a block has the same say however many columns it has.
    channels : blocks by channel; one channel of all columns by default.
    slots : answers side by side in a row.
    outputs : how many of the ratings are predicted, from the first; the others only help. All by default.
    select : whether channels are chosen; all are used where not.
    inner_folds, seed : of the cross-validation inside.

    Attributes
    ----------
    channels_ : the channels used.
    """

    def __init__(
        self,
        blocks: Mapping[str, Sequence[int]] | None = None,
        channels: Mapping[str, Sequence[str]] | None = None,
        slots: int = 1,
        outputs: int | None = None,
        select: bool = True,
        inner_folds: int = 5,
        seed: int = 0,
    ) -> None:
        self.blocks = blocks
        self.channels = channels
        self.slots = slots
        self.outputs = outputs
        self.select = select
        self.inner_folds = inner_folds
        self.seed = seed

    def _fit(self, table: FloatArray, ratings: FloatArray, persons: NDArray[np.str_]) -> None:
        self.mean_ = ratings.mean(axis=0)
        self.spread_ = np.where(ratings.std(axis=0) > 1e-12, ratings.std(axis=0), 1.0)
        standard = (ratings - self.mean_) / self.spread_
        _, _, self.directions_ = np.linalg.svd(standard, full_matrices=False)
        parts = standard @ self.directions_.T
        fold = person_folds(persons, parts, min(self.inner_folds, len(np.unique(persons))), self.seed)
        options = self._options()
        errors = {names: self._inner_errors(table, parts, fold, names) for names in options}
        chosen = _one_standard_error(errors, persons.tolist()) if self.select else options[-1]
        self.channels_ = list(chosen)
        self.penalties_ = np.array(PENALTIES)[errors[chosen].sum(axis=1).argmin(axis=0)]
        self.kernel_ = BlockKernel(self._blocks(chosen), self.slots).fit(table)
        self.dual_ = _solve(self.kernel_.gram(table), parts, self.penalties_)

    def _rated(self, table: FloatArray) -> FloatArray:
        parts = self.kernel_.gram(table) @ self.dual_
        rated: FloatArray = self.mean_ + (parts @ self.directions_) * self.spread_
        return rated[:, : self.outputs]

    def _blocks(self, names: Sequence[str]) -> list[Sequence[int]]:
        blocks, channels = self._layout()
        return [blocks[block] for name in names for block in channels[name] if len(blocks[block])]

    def _layout(self) -> tuple[Mapping[str, Sequence[int]], Mapping[str, Sequence[str]]]:
        blocks = self.blocks or {"all": range(self.n_features_in_ // self.slots)}
        return blocks, self.channels or {"all": list(blocks)}

    def _options(self) -> list[tuple[str, ...]]:
        """Every set of channels, smaller ones first; nothing but all of them where none are chosen."""
        names = tuple(self._layout()[1])
        if not self.select:
            return [names]
        return [some for size in range(1, len(names) + 1) for some in combinations(names, size)]

    def _inner_errors(
        self,
        table: FloatArray,
        parts: FloatArray,
        fold: NDArray[np.int_],
        names: Sequence[str],
    ) -> FloatArray:
        """Squared errors of rows left out, shape (penalties, rows, components)."""
        errors = np.zeros((len(PENALTIES), *parts.shape))
        for index in np.unique(fold):
            out = fold == index
            kernel = BlockKernel(self._blocks(names), self.slots).fit(table[~out])
            gram, cross = kernel.gram(table[~out]), kernel.gram(table[out])
            mean = parts[~out].mean(axis=0)
            for place, penalty in enumerate(PENALTIES):
                dual = _solve(gram, parts[~out] - mean, np.full(parts.shape[1], penalty))
                errors[place, out] = (mean + cross @ dual - parts[out]) ** 2
        return errors


class BlockKernel(BaseEstimator):  # type: ignore[misc]
    """The mean of linear kernels of blocks of columns, each with a mean diagonal of 1 over the training rows."""

    def __init__(self, blocks: Sequence[Sequence[int]], slots: int = 1) -> None:
        self.blocks = blocks
        self.slots = slots

    def fit(self, X: FloatArray) -> Self:  # noqa: N803
        self.summaries_ = [AnswerSummary(self.slots, list(block)).fit(X) for block in self.blocks]
        self.rows_ = []
        self.scales_ = []
        for summary in self.summaries_:
            rows = summary.transform(X)
            size = float(np.mean((rows**2).sum(axis=1)))
            self.scales_.append(np.sqrt(size) if size > 0 else 1.0)
            self.rows_.append(rows / self.scales_[-1])
        return self

    def gram(self, X: FloatArray) -> FloatArray:  # noqa: N803
        """Kernel between `X` and the training rows, shape (n, rows)."""
        pieces = [
            (summary.transform(X) / scale) @ rows.T
            for summary, scale, rows in zip(self.summaries_, self.scales_, self.rows_, strict=True)
        ]
        mean: FloatArray = np.mean(pieces, axis=0)
        return mean


def _solve(gram: FloatArray, parts: FloatArray, penalties: FloatArray) -> FloatArray:
    """Dual coefficients of kernel ridge, one penalty a component."""
    values, vectors = np.linalg.eigh(gram)
    inner = vectors.T @ parts
    found: FloatArray = vectors @ (inner / (np.maximum(values, 0.0)[:, None] + penalties))
    return found


def _one_standard_error(
    errors: Mapping[tuple[str, ...], FloatArray], persons: Sequence[str]
) -> tuple[str, ...]:
    """The best single channel, joined by others only where that lowers the error by more than a standard error."""
    _, place = np.unique(np.asarray(persons), return_inverse=True)
    sizes = np.bincount(place)

    def by_person(names: tuple[str, ...]) -> FloatArray:
        table = errors[names]
        best = np.take_along_axis(table, table.sum(axis=1).argmin(axis=0)[None, None, :], axis=0)[0].sum(
            axis=1
        )
        found: FloatArray = np.bincount(place, best) / sizes
        return found

    chosen: tuple[str, ...] = min(
        (names for names in errors if len(names) == 1), key=lambda names: by_person(names).mean()
    )
    for names in errors:  # smaller sets come first
        if set(chosen) < set(names):
            gain = by_person(chosen) - by_person(names)
            if gain.mean() > gain.std(ddof=1) / np.sqrt(len(gain)):
                chosen = names
    return chosen
