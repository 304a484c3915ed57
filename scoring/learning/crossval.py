"""Cross-validation by person: nobody who is predicted was learned from."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from sklearn.metrics import roc_auc_score

from interview_analysis.scoring.learning.folds import person_folds
from interview_analysis.scoring.learning.learners import SLOW, build
from interview_analysis.scoring.learning.prepare import Prepared
from interview_analysis.scoring.learning.settings import LearnSettings
from interview_analysis.scoring.statistics.bootstrap import correlation
from interview_analysis.scoring.statistics.correlation import pearson
from interview_analysis.types import FloatArray

PREDICTION_KEYS = ["interview_id", "person", "repeat", "fold", "learner", "target", "truth", "prediction"]
COMPARED = ["learner", "target", "r", "low", "high", "rmse", "auc", "repeats", "r_averaged"]
Told = Callable[[str, int, int], None]  # what is done, how far, of how many


@dataclass(frozen=True)
class CrossValidation:
    """Predictions of persons who were left out.

    Attributes
    ----------
    predictions : a row an interview, repeat, learner and target, columns `PREDICTION_KEYS`.
    fingerprint : of the dataset. With this, `seed` and `folds` equal, two cross-validations have the same folds.
    """

    predictions: pd.DataFrame
    fingerprint: str
    seed: int
    folds: int

    def of(self, learner: str, target: str) -> tuple[FloatArray, FloatArray, list[str]]:
        """Truth (n,), predictions (n, repeats) and persons of one learner, in order of the interviews' ids."""
        rows = self.predictions
        rows = rows[(rows["learner"] == learner) & (rows["target"] == target)]
        wide = rows.pivot(index="interview_id", columns="repeat", values="prediction")
        first = rows.drop_duplicates("interview_id").set_index("interview_id").loc[wide.index]
        return first["truth"].to_numpy(float), wide.to_numpy(float), first["person"].astype(str).tolist()


def no_one(_what: str, _done: int, _of: int) -> None:
    """Tell nobody how far it is."""


def cross_validate(
    prepared: Prepared, settings: LearnSettings, fingerprint: str, told: Told = no_one
) -> CrossValidation:
    """Predictions of every compared learner for persons left out; whatever a learner chooses, it chooses inside.

    The slow learners are repeated `slow_repeats` times, the others `repeats` times, on the same folds.
    """
    frames: list[pd.DataFrame] = []
    for place, name in enumerate(settings.compared):
        told(name, place, len(settings.compared))
        repeats = min(settings.slow_repeats, settings.repeats) if name in SLOW else settings.repeats
        for repeat in range(repeats):
            fold = folds_of(prepared, settings, repeat)
            predicted, _ = left_out(build(name, prepared.layout, settings), prepared, fold, settings.scale)
            frames.append(_frame(prepared, predicted, fold, name, repeat))
    told("cross-validation", len(settings.compared), len(settings.compared))
    return CrossValidation(pd.concat(frames, ignore_index=True), fingerprint, settings.seed, settings.folds)


def folds_of(prepared: Prepared, settings: LearnSettings, repeat: int) -> np.ndarray:
    """The fold of each interview in one repeat."""
    return person_folds(prepared.persons, prepared.ratings, settings.folds, settings.seed + repeat)


def left_out(
    learner: Any, prepared: Prepared, fold: np.ndarray, scale: tuple[float, float]
) -> tuple[FloatArray, list[Any]]:
    """What `learner` predicts of each fold without it, shape (n, targets), and the models fitted on the way."""
    from sklearn.base import clone

    predicted = np.empty((len(fold), len(prepared.targets)))
    models = []
    for index in range(int(fold.max()) + 1):
        out = fold == index
        model = clone(learner).fit(prepared.table[~out], prepared.ratings[~out], prepared.persons[~out])
        if out.any():
            found = np.asarray(model.predict(prepared.table[out]), dtype=float)
            predicted[out] = found.reshape(int(out.sum()), -1)
        models.append(model)
    return np.clip(predicted, *scale), models


def _frame(
    prepared: Prepared, predicted: FloatArray, fold: np.ndarray, learner: str, repeat: int
) -> pd.DataFrame:
    count = len(prepared.targets)
    columns: Mapping[str, object] = {
        "interview_id": np.repeat(prepared.ids, count),
        "person": np.repeat(prepared.persons, count),
        "repeat": repeat,
        "fold": np.repeat(fold, count),
        "learner": learner,
        "target": np.tile(prepared.targets, len(prepared.ids)),
        "truth": prepared.ratings[:, :count].ravel(),
        "prediction": predicted.ravel(),
    }
    return pd.DataFrame(columns, columns=PREDICTION_KEYS)


def compare_table(cv: CrossValidation, *, samples: int = 2000, seed: int = 0) -> pd.DataFrame:
    """Learner x target: r with its 95 % interval (bootstrap over persons), RMSE, and AUC of telling who is above the median.

    Each figure is of the predictions pooled over the folds of a repeat, then averaged over repeats. r is NaN for a
    learner that gives everybody the same. `r_averaged` is of each interview's predictions averaged over repeats, which is
    as good as an ensemble of the repeats would be, and so a little better than one model.
    """
    rows: list[Mapping[str, object]] = []
    for learner in _unique(cv.predictions["learner"]):
        for target in _unique(cv.predictions["target"]):
            truth, predicted, persons = cv.of(learner, target)
            found = correlation(truth, predicted, persons, samples=samples, seed=seed)
            high = truth > np.median(truth)
            rows.append(
                {
                    "learner": learner,
                    "target": target,
                    "r": found.value if learner != "constant" else float("nan"),
                    "low": found.low if learner != "constant" else float("nan"),
                    "high": found.high if learner != "constant" else float("nan"),
                    "rmse": float(np.mean(np.sqrt(np.mean((predicted - truth[:, None]) ** 2, axis=0)))),
                    "auc": float(np.mean([roc_auc_score(high, column) for column in predicted.T])),
                    "repeats": predicted.shape[1],
                    "r_averaged": float("nan")
                    if learner == "constant"
                    else pearson(truth, predicted.mean(axis=1)),
                }
            )
    return pd.DataFrame(rows, columns=COMPARED)


def _unique(column: pd.Series) -> Sequence[str]:
    return [str(name) for name in dict.fromkeys(column)]
