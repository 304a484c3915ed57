"""The learners that are compared, each an estimator under scikit-learn's contract.

All take the same table (see tables.py), ratings (n, targets and helpers) and persons, and predict (n, targets).
"""

from __future__ import annotations

import warnings
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Self

import numpy as np
from scipy.optimize import nnls
from sklearn.base import BaseEstimator, RegressorMixin, clone
from sklearn.dummy import DummyRegressor
from sklearn.ensemble import GradientBoostingRegressor
from sklearn.exceptions import ConvergenceWarning
from sklearn.gaussian_process import GaussianProcessRegressor
from sklearn.gaussian_process.kernels import RBF, ConstantKernel, WhiteKernel
from sklearn.linear_model import LinearRegression, Ridge
from sklearn.model_selection import GridSearchCV
from sklearn.pipeline import make_pipeline
from sklearn.svm import SVR
from sklearn.utils.validation import check_is_fitted, validate_data

from interview_analysis.models.attention_pool import AttentionPoolRegressor
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


class PerTarget(RegressorMixin, BaseEstimator):  # type: ignore[misc]
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

    def fit(self, X: FloatArray, y: FloatArray, groups: Sequence[str] | None = None) -> Self:  # noqa: N803
        X, y = validate_data(  # noqa: N806
            self, X, y, ensure_all_finite="allow-nan", multi_output=True, y_numeric=True, ensure_min_samples=2
        )
        self._single = y.ndim == 1
        ratings = y.reshape(len(y), -1)[:, : self.outputs]
        persons = np.arange(len(X)).astype(str) if groups is None else np.asarray(groups).astype(str)
        base = make_pipeline(AnswerSummary(), Ridge()) if self.estimator is None else self.estimator
        self.estimators_ = [self._fitted(base, X, column, persons) for column in ratings.T]
        return self

    def _fitted(self, base: Any, X: FloatArray, y: FloatArray, persons: Any) -> Any:  # noqa: N803
        if not self.grid:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore", ConvergenceWarning)  # a bound of the noise is a fair answer
                return clone(base).fit(X, y)
        count = min(self.inner_folds, len(np.unique(persons)))
        fold = person_folds(persons, y, count, self.seed)
        splits = [(np.flatnonzero(fold != k), np.flatnonzero(fold == k)) for k in np.unique(fold)]
        search = GridSearchCV(base, dict(self.grid), cv=splits, scoring="neg_mean_squared_error")
        return search.fit(X, y).best_estimator_

    def predict(self, X: FloatArray) -> FloatArray:  # noqa: N803
        check_is_fitted(self)
        X = validate_data(self, X, ensure_all_finite="allow-nan", reset=False)  # noqa: N806
        found: FloatArray = np.column_stack([estimator.predict(X) for estimator in self.estimators_])
        return found[:, 0] if self._single else found

    def __sklearn_tags__(self):  # type: ignore[no-untyped-def]
        tags = super().__sklearn_tags__()
        tags.input_tags.allow_nan = True
        tags.target_tags.multi_output = True
        return tags


class ChosenChannels(RegressorMixin, BaseEstimator):  # type: ignore[misc]
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

    def fit(self, X: FloatArray, y: FloatArray, groups: Sequence[str] | None = None) -> Self:  # noqa: N803
        X, y = validate_data(  # noqa: N806
            self, X, y, ensure_all_finite="allow-nan", multi_output=True, y_numeric=True, ensure_min_samples=2
        )
        chooser = ComponentsRegressor() if self.chooser is None else self.chooser
        self.channels_ = list(clone(chooser).fit(X, y, groups).channels_)
        estimator = PerTarget() if self.estimator is None else self.estimator
        self.estimator_ = clone(estimator).fit(self._shown(X), y, groups)
        return self

    def predict(self, X: FloatArray) -> FloatArray:  # noqa: N803
        check_is_fitted(self)
        X = validate_data(self, X, ensure_all_finite="allow-nan", reset=False)  # noqa: N806
        found: FloatArray = self.estimator_.predict(self._shown(X))
        return found

    def _shown(self, table: FloatArray) -> FloatArray:
        answers = np.array(table, dtype=float).reshape(len(table), self.slots, -1)
        for name, columns in (self.channels or {}).items():
            if name not in self.channels_:
                answers[:, :, list(columns)] = np.nan
        return answers.reshape(len(table), -1)

    def __sklearn_tags__(self):  # type: ignore[no-untyped-def]
        tags = super().__sklearn_tags__()
        tags.input_tags.allow_nan = True
        tags.target_tags.multi_output = True
        return tags


class Committee(RegressorMixin, BaseEstimator):  # type: ignore[misc]
    """The plain mean of what its members predict, which errs no more than they do on average (Krogh & Vedelsby 1995)."""

    def __init__(self, members: Sequence[Any] | None = None) -> None:
        self.members = members

    def fit(self, X: FloatArray, y: FloatArray, groups: Sequence[str] | None = None) -> Self:  # noqa: N803
        X, y = validate_data(  # noqa: N806
            self, X, y, ensure_all_finite="allow-nan", multi_output=True, y_numeric=True, ensure_min_samples=2
        )
        self._single = y.ndim == 1
        members = [PerTarget(), ComponentsRegressor()] if self.members is None else self.members
        self.members_ = [clone(member).fit(X, y, groups) for member in members]
        return self

    def predict(self, X: FloatArray) -> FloatArray:  # noqa: N803
        check_is_fitted(self)
        X = validate_data(self, X, ensure_all_finite="allow-nan", reset=False)  # noqa: N806
        parts = [np.asarray(member.predict(X)).reshape(len(X), -1) for member in self.members_]
        found: FloatArray = np.mean(parts, axis=0)
        return found[:, 0] if self._single else found

    def __sklearn_tags__(self):  # type: ignore[no-untyped-def]
        tags = super().__sklearn_tags__()
        tags.input_tags.allow_nan = True
        tags.target_tags.multi_output = True
        return tags


class ChannelStack(RegressorMixin, BaseEstimator):  # type: ignore[misc]
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

    def fit(self, X: FloatArray, y: FloatArray, groups: Sequence[str] | None = None) -> Self:  # noqa: N803
        X, y = validate_data(  # noqa: N806
            self, X, y, ensure_all_finite="allow-nan", multi_output=True, y_numeric=True, ensure_min_samples=2
        )
        self._single = y.ndim == 1
        ratings = y.reshape(len(y), -1).astype(float)
        persons = np.arange(len(X)).astype(str) if groups is None else np.asarray(groups).astype(str)
        members = self.members or {"all": PerTarget()}
        self.members_ = {name: clone(member).fit(X, ratings, persons) for name, member in members.items()}
        outputs = next(iter(self.members_.values())).predict(X[:1]).size
        self.mean_ = ratings[:, :outputs].mean(axis=0)
        fold = person_folds(persons, ratings, min(self.inner_folds, len(np.unique(persons))), self.seed)
        left_out = np.zeros((len(members), len(ratings), outputs))
        for index in np.unique(fold):
            out = fold == index
            for place, member in enumerate(members.values()):
                fitted = clone(member).fit(X[~out], ratings[~out], persons[~out])
                left_out[place, out] = fitted.predict(X[out]).reshape(int(out.sum()), -1)
        self.weights_ = np.column_stack(
            [
                nnls((left_out[:, :, t] - self.mean_[t]).T, ratings[:, t] - self.mean_[t])[0]
                for t in range(outputs)
            ]
        )
        return self

    def predict(self, X: FloatArray) -> FloatArray:  # noqa: N803
        check_is_fitted(self)
        X = validate_data(self, X, ensure_all_finite="allow-nan", reset=False)  # noqa: N806
        parts = np.stack([member.predict(X).reshape(len(X), -1) for member in self.members_.values()])
        found: FloatArray = self.mean_ + (self.weights_[:, None] * (parts - self.mean_)).sum(axis=0)
        return found[:, 0] if self._single else found

    def __sklearn_tags__(self):  # type: ignore[no-untyped-def]
        tags = super().__sklearn_tags__()
        tags.input_tags.allow_nan = True
        tags.target_tags.multi_output = True
        return tags
