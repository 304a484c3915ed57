"""A trained scorer: what it learned, from what, how good it is, and how to ask it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd

from interview_analysis.errors import ModelError
from interview_analysis.scoring.learning.calibration import Residuals, intervals
from interview_analysis.scoring.learning.dataset import Dataset
from interview_analysis.scoring.learning.tables import MEANING, table
from interview_analysis.types import FloatArray

PREDICTION_COLUMNS = ["interview_id", "target", "prediction", "standard_error", "low", "high"]


@dataclass(frozen=True)
class FittedScorer:
    """A model of one or more ratings.

    Attributes
    ----------
    name : what it predicts, in one word, for a registry; "overall" by default.
    learner : which learner of `learners.py` it is.
    targets : what it predicts, in the order of the estimators' outputs.
    feature_names : columns of the dataset's features that it was trained on.
    feature_versions : version of each of their extractors.
    encoder : id of the sentence encoder, empty without embeddings.
    slots : answers that an interview can have for it.
    scale : lowest and highest rating.
    estimator : fitted on all data; takes a table (n, d) and gives (n, targets).
    fold_estimators : fitted without one fold each, for the prediction intervals.
    residuals : of interviews left out of a fold, for the prediction intervals.
    rmse : by target, root mean squared error of persons left out: the standard error of a prediction.
    quantiles : features x quantile levels of the training population, for drift (index: feature, columns: level).
    figures : learner x target with intervals, as `compare_table` gives it.
    trust : long table target, figure, value: calibration, coverage, reliability, confounds.
    reads : blocks that its predictions depend on: channels, and "meaning" for the embeddings.
    spread : by target, root mean squared error of telling everybody the mean: what is known without any measure.
    channel_weights : 1 for a channel that is used, 0 for one that adds nothing.
    fingerprint : of the dataset that it was trained on.
    persons, interviews : how many there were.
    """

    name: str
    learner: str
    targets: tuple[str, ...]
    feature_names: tuple[str, ...]
    feature_versions: Mapping[str, int]
    encoder: str
    dimensions: int  # of the sentence embeddings
    slots: int
    scale: tuple[float, float]
    coverage: float  # nominal, of the prediction intervals
    estimator: Any
    fold_estimators: tuple[Any, ...]
    residuals: Residuals
    rmse: Mapping[str, float]
    spread: Mapping[str, float]
    reads: tuple[str, ...]
    quantiles: pd.DataFrame
    figures: pd.DataFrame
    trust: pd.DataFrame
    channel_weights: Mapping[str, float]
    fingerprint: str
    persons: int
    interviews: int

    @property
    def needs(self) -> tuple[str, ...]:
        """The features that its predictions depend on."""
        return tuple(name for name in self.feature_names if name.partition(".")[0] in self.reads)

    @property
    def needs_meaning(self) -> bool:
        """Whether its predictions depend on embeddings."""
        return MEANING in self.reads

    def missing(self, dataset: Dataset) -> tuple[str, ...]:
        """Those of `needs` that `dataset` does not have."""
        return tuple(name for name in self.needs if name not in dataset.features.columns)

    def check(self, dataset: Dataset) -> None:
        """Raise ModelError where `dataset` was not measured as the data that this model was trained on."""
        missing = self.missing(dataset)
        if missing and len(missing) == len(self.needs):
            raise ModelError(
                f"none of the {len(self.needs)} features that the model reads is in the data, such as '{missing[0]}'; "
                "measure them, or train again on data like these"
            )
        given = {name.rpartition(".")[0] for name in set(self.needs) - set(missing)}
        other = {
            name: (version, dataset.feature_versions.get(name))
            for name, version in self.feature_versions.items()
            if name in given and dataset.feature_versions.get(name) != version
        }
        if other:
            name, (trained, now) = next(iter(other.items()))
            raise ModelError(
                f"{len(other)} extractors have another version than when the model was trained: {name} is {now}, "
                f"it was {trained}; train again, or measure with the version of that time"
            )
        if self.encoder != dataset.encoder and self.needs_meaning:
            raise ModelError(
                f"the model was trained with the sentence encoder '{self.encoder}', the data have "
                f"'{dataset.encoder or 'none'}'; use that encoder or train again"
            )

    def predict(self, dataset: Dataset) -> pd.DataFrame:
        """One row an interview and target: prediction, its standard error, and an interval of nominal coverage.

        A measure that an interview lacks counts as average, and the error grows with the share of such measures, from
        `rmse` to `spread`. Raises ModelError where the data lack all features or were measured by other versions.
        """
        self.check(dataset)
        rows, lost = self._rows(dataset)
        centre = self._ask(self.estimator, rows)
        folds = np.stack([self._ask(estimator, rows) for estimator in self.fold_estimators])
        low, high = intervals(folds, self.residuals, self.coverage)
        known = np.array([self.rmse[name] for name in self.targets])
        unknown = np.maximum(known, [self.spread[name] for name in self.targets])
        error = np.sqrt(known**2 + lost[:, None] * (unknown**2 - known**2))
        low, high = (centre + (bound - centre) * error / known for bound in (low, high))
        low, high = np.clip(low, *self.scale), np.clip(high, *self.scale)
        ids = dataset.interviews.index
        return pd.DataFrame(
            {
                "interview_id": np.repeat(ids.to_numpy(), len(self.targets)),
                "target": np.tile(self.targets, len(ids)),
                "prediction": centre.ravel(),
                "standard_error": error.ravel(),
                "low": np.minimum(low, centre).ravel(),
                "high": np.maximum(high, centre).ravel(),
            },
            columns=PREDICTION_COLUMNS,
        )

    def _rows(self, dataset: Dataset) -> tuple[pd.DataFrame, FloatArray]:
        """The table with what is not read hidden, and the share of `needs` that each interview was not observed in."""
        seen = dataset.features.reindex(columns=list(self.needs))
        shown = replace(
            dataset,
            features=seen.reindex(columns=list(self.feature_names)),
            embeddings=dataset.embeddings if self.needs_meaning else pd.DataFrame(index=seen.index),
        )
        unseen = seen.isna().groupby(level="interview_id").all().reindex(dataset.interviews.index)
        lost = unseen.to_numpy(dtype=float).sum(axis=1) / max(1, len(self.needs))
        return table(shown, self.feature_names, self.dimensions, self.slots), lost

    def _ask(self, estimator: Any, rows: pd.DataFrame) -> FloatArray:
        predicted = np.asarray(estimator.predict(rows.to_numpy()), dtype=float)
        found: FloatArray = np.clip(predicted.reshape(len(rows), len(self.targets)), *self.scale)
        return found
