"""The learners that are compared, each an estimator under scikit-learn's contract.

All take the same table (see tables.py), ratings (n, targets and helpers) and persons, and predict (n, targets).
"""

from __future__ import annotations

import warnings
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import nnls
from sklearn.base import clone
from sklearn.dummy import DummyRegressor
from sklearn.ensemble import GradientBoostingRegressor
from sklearn.exceptions import ConvergenceWarning
from sklearn.gaussian_process import GaussianProcessRegressor
from sklearn.gaussian_process.kernels import RBF, ConstantKernel, WhiteKernel
from sklearn.linear_model import LinearRegression, Ridge
from sklearn.model_selection import GridSearchCV
from sklearn.pipeline import make_pipeline
from sklearn.svm import SVR

from interview_analysis.models.ratings.attention_pool import AttentionPoolRegressor
from interview_analysis.models.ratings.regressor import RatingRegressor
from interview_analysis.scoring.learning.components import ComponentsRegressor
from interview_analysis.scoring.learning.folds import person_folds
from interview_analysis.scoring.learning.settings import LearnerName, LearnSettings
from interview_analysis.scoring.learning.summary import AnswerSummary
from interview_analysis.types import FloatArray

SLOW: tuple[LearnerName, ...] = ("svr", "boosting", "gaussian_process", "stack", "attention")
# Beside components: as many errors of its own as there are kinds of model, weighed alike, because weights that are learned
# from few persons cost more than they bring (Clemen 1989, International Journal of Forecasting 5).
COMMITTEE: tuple[LearnerName, ...] = ("ridge", "gaussian_process")
RIDGE_GRID: Mapping[str, Sequence[Any]] = {"ridge__alpha": [10.0, 30.0, 100.0, 300.0, 1000.0]}
SVR_GRID: Mapping[str, Sequence[Any]] = {"svr__C": [0.1, 0.3, 1.0, 3.0], "svr__gamma": ["scale"]}


@dataclass(frozen=True, slots=True)
class Layout:
    """Where things stand in a row of the table; `blocks` and `channels` index the columns of one answer."""

    slots: int
    outputs: int
    names: tuple[str, ...]  # of the columns of one answer
    blocks: Mapping[str, tuple[int, ...]]  # "content", "voice", ..., and "meaning" for embeddings
    channels: Mapping[str, tuple[str, ...]]  # blocks by channel

    @property
    def length(self) -> int:
        """The column of the length-only control."""
        return len(self.names) - 1

    def columns(self, *channels: str) -> list[int]:
        """Columns of the readable features of some channels; of all, without any."""
        wanted = channels or tuple(self.channels)
        return [i for name in wanted for i in self.blocks.get(name, ())]


def build(name: LearnerName, layout: Layout, settings: LearnSettings) -> Any:
    """The learner `name`, not fitted."""
    inner, seed, slots = settings.inner_folds, settings.seed, layout.slots
    if name == "constant":
        return PerTarget(DummyRegressor(), layout.outputs)
    if name == "length":
        return PerTarget(
            make_pipeline(AnswerSummary(slots, [layout.length]), LinearRegression()), layout.outputs
        )
    chooser = ComponentsRegressor(
        dict(layout.blocks), dict(layout.channels), slots, layout.outputs, inner_folds=inner, seed=seed
    )
    if name == "components":
        return chooser
    if name == "stack":
        members = {
            channel: clone(chooser).set_params(channels={channel: blocks}, select=False)
            for channel, blocks in layout.channels.items()
        }
        return ChannelStack(members, inner, seed)
    columns = {c: tuple(i for b in blocks for i in layout.blocks[b]) for c, blocks in layout.channels.items()}
    if name == "attention":
        learner: Any = AttentionPoolRegressor(columns, slots, layout.outputs, seed=seed)
    elif name == "committee":
        others = (_one_a_target(member, layout, settings) for member in COMMITTEE)
        learner = Committee([clone(chooser), *others])
    else:
        learner = _one_a_target(name, layout, settings)
    return ChosenChannels(learner, chooser, columns, slots)


def _one_a_target(name: LearnerName, layout: Layout, settings: LearnSettings) -> PerTarget:
    grid = {"ridge": RIDGE_GRID, "svr": SVR_GRID}.get(name)
    estimator = _pipeline(name, layout.slots, layout.columns(), settings.seed)
    return PerTarget(estimator, layout.outputs, grid, settings.inner_folds, settings.seed)


def _pipeline(name: LearnerName, slots: int, columns: Sequence[int], seed: int) -> Any:
    summary = AnswerSummary(slots, columns)
    if name == "ridge":
        return make_pipeline(summary, Ridge())
    if name == "svr":
        return make_pipeline(summary, SVR(epsilon=0.1))
    if name == "gaussian_process":
        # A length scale of the order of the distances between standardised rows; the noise is learned with it.
        size = float(np.sqrt(max(1, len(columns))))
        kernel = ConstantKernel(0.5) * RBF(2 * size, (0.5 * size, 20 * size)) + WhiteKernel(0.5, (0.05, 5.0))
        return make_pipeline(summary, GaussianProcessRegressor(kernel, normalize_y=True, random_state=seed))
    return make_pipeline(
        summary,
        GradientBoostingRegressor(
            n_estimators=100, learning_rate=0.05, max_depth=2, subsample=0.6, max_features="sqrt",
            min_samples_leaf=5, random_state=seed,
        ),
    )  # fmt: skip


class PerTarget(RatingRegressor):
    """One clone of an estimator for each of the first `outputs` ratings, its `grid` searched by person.

    `outputs` None predicts all ratings.
    """

    def __init__(
        self,
        estimator: Any = None,
        outputs: int | None = None,
        grid: Mapping[str, Sequence[Any]] | None = None,
        inner_folds: int = 5,
        seed: int = 0,
    ) -> None:
        self.estimator = estimator
        self.outputs = outputs
        self.grid = grid
        self.inner_folds = inner_folds
        self.seed = seed

    def _fit(self, table: FloatArray, ratings: FloatArray, persons: NDArray[np.str_]) -> None:
        base = make_pipeline(AnswerSummary(), Ridge()) if self.estimator is None else self.estimator
        wanted = ratings[:, : self.outputs].T
        self.estimators_ = [self._fitted(base, table, rating, persons) for rating in wanted]

    def _fitted(self, base: Any, table: FloatArray, rating: FloatArray, persons: NDArray[np.str_]) -> Any:
        if not self.grid:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore", ConvergenceWarning)  # a bound of the noise is a fair answer
                return clone(base).fit(table, rating)
        count = min(self.inner_folds, len(np.unique(persons)))
        fold = person_folds(persons, rating, count, self.seed)
        splits = [(np.flatnonzero(fold != k), np.flatnonzero(fold == k)) for k in np.unique(fold)]
        search = GridSearchCV(base, dict(self.grid), cv=splits, scoring="neg_mean_squared_error")
        return search.fit(table, rating).best_estimator_

    def _rated(self, table: FloatArray) -> FloatArray:
        return np.column_stack([estimator.predict(table) for estimator in self.estimators_])


class ChosenChannels(RatingRegressor):
    """`estimator` on the channels that earn their place: what `chooser` leaves out is hidden from it.

    Parameters
    ----------
    chooser : has ``channels_`` once it is fitted.
    channels : columns of an answer by channel; one channel of all columns by default.
    slots : answers side by side in a row.
    """

    def __init__(
        self,
        estimator: Any = None,
        chooser: Any = None,
        channels: Mapping[str, Sequence[int]] | None = None,
        slots: int = 1,
    ) -> None:
        self.estimator = estimator
        self.chooser = chooser
        self.channels = channels
        self.slots = slots

    def _fit(self, table: FloatArray, ratings: FloatArray, persons: NDArray[np.str_]) -> None:
        chooser = ComponentsRegressor() if self.chooser is None else self.chooser
        self.channels_ = list(clone(chooser).fit(table, ratings, persons).channels_)
        estimator = PerTarget() if self.estimator is None else self.estimator
        self.estimator_ = clone(estimator).fit(self._shown(table), ratings, persons)

    def _rated(self, table: FloatArray) -> FloatArray:
        found: FloatArray = self.estimator_.predict(self._shown(table))
        return found

    def _shown(self, table: FloatArray) -> FloatArray:
        answers = np.array(table, dtype=float).reshape(len(table), self.slots, -1)
        for name, columns in (self.channels or {}).items():
            if name not in self.channels_:
                answers[:, :, list(columns)] = np.nan
        return answers.reshape(len(table), -1)


class Committee(RatingRegressor):
    """The plain mean of what its members predict, which errs no more than they do on average (Krogh & Vedelsby 1995)."""

    def __init__(self, members: Sequence[Any] | None = None) -> None:
        self.members = members

    def _fit(self, table: FloatArray, ratings: FloatArray, persons: NDArray[np.str_]) -> None:
        members = [PerTarget(), ComponentsRegressor()] if self.members is None else self.members
        self.members_ = [clone(member).fit(table, ratings, persons) for member in members]

    def _rated(self, table: FloatArray) -> FloatArray:
        parts = [np.asarray(member.predict(table)).reshape(len(table), -1) for member in self.members_]
        found: FloatArray = np.mean(parts, axis=0)
        return found


class ChannelStack(RatingRegressor):
    """One model a channel, weighed by what each predicts of persons left out (Wolpert 1992; weights not below 0:
    Breiman 1996, "Stacked regressions").

    Attributes
    ----------
    weights_ : shape (channels, targets); 0 for a channel that adds nothing.
    """

    def __init__(self, members: Mapping[str, Any] | None = None, inner_folds: int = 5, seed: int = 0) -> None:
        self.members = members
        self.inner_folds = inner_folds
        self.seed = seed

    def _fit(self, table: FloatArray, ratings: FloatArray, persons: NDArray[np.str_]) -> None:
        members = self.members or {"all": PerTarget()}
        self.members_ = {name: clone(member).fit(table, ratings, persons) for name, member in members.items()}
        outputs = next(iter(self.members_.values())).predict(table[:1]).size
        self.mean_ = ratings[:, :outputs].mean(axis=0)
        fold = person_folds(persons, ratings, min(self.inner_folds, len(np.unique(persons))), self.seed)
        left_out = np.zeros((len(members), len(ratings), outputs))
        for index in np.unique(fold):
            out = fold == index
            for place, member in enumerate(members.values()):
                fitted = clone(member).fit(table[~out], ratings[~out], persons[~out])
                left_out[place, out] = fitted.predict(table[out]).reshape(int(out.sum()), -1)
        self.weights_ = np.column_stack(
            [
                nnls((left_out[:, :, t] - self.mean_[t]).T, ratings[:, t] - self.mean_[t])[0]
                for t in range(outputs)
            ]
        )

    def _rated(self, table: FloatArray) -> FloatArray:
        parts = np.stack([member.predict(table).reshape(len(table), -1) for member in self.members_.values()])
        found: FloatArray = self.mean_ + (self.weights_[:, None] * (parts - self.mean_)).sum(axis=0)
        return found
