"""From a dataset to a trained scorer with its proof."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from interview_analysis.scoring.learning.calibration import calibration_line, covered, intervals, residuals
from interview_analysis.scoring.learning.channels import ChannelValue, incremental_validity
from interview_analysis.scoring.learning.crossval import (
    CrossValidation,
    Told,
    compare_table,
    cross_validate,
    folds_of,
    left_out,
    no_one,
)
from interview_analysis.scoring.learning.dataset import Dataset
from interview_analysis.scoring.learning.importance import permutation_importance
from interview_analysis.scoring.learning.learners import build
from interview_analysis.scoring.learning.model import FittedScorer
from interview_analysis.scoring.learning.prepare import Prepared, prepare
from interview_analysis.scoring.learning.reliability import (
    intraclass,
    krippendorff_alpha,
    rater_against_others,
    split_half,
    standard_error_of_measurement,
)
from interview_analysis.scoring.learning.settings import LearnSettings
from interview_analysis.scoring.learning.tables import one_answer, table
from interview_analysis.scoring.statistics.correlation import partial, pearson
from interview_analysis.types import FloatArray

QUANTILES = np.linspace(0.0, 1.0, 21)
TRUST = ["target", "figure", "value"]


@dataclass(frozen=True)
class Proof:
    """Everything that speaks for or against a trained model.

    `trust` has columns target, figure, value: calibration_slope, calibration_intercept, interval_coverage, interval_nominal,
    interval_width, split_half,
    standard_error_of_measurement, r_without_length (partial correlation with the ratings, words held constant),
    r_with_length (of predictions with log words); where several raters are known their number, raters_icc_single,
    raters_icc_average, raters_krippendorff_alpha and rater_against_others.
    """

    cv: CrossValidation
    comparison: pd.DataFrame
    channels: ChannelValue
    importance: pd.DataFrame
    trust: pd.DataFrame
    notes: tuple[str, ...]


def train(
    dataset: Dataset, settings: LearnSettings, told: Told = no_one
) -> tuple[FittedScorer, CrossValidation]:
    """Cross-validate every learner of `settings` by person, then fit the chosen one on everything.

    Raises LearningError where nothing can be learned from `dataset`.
    """
    scorer, proof = train_with_proof(dataset, settings, told)
    return scorer, proof.cv


def train_with_proof(
    dataset: Dataset, settings: LearnSettings, told: Told = no_one
) -> tuple[FittedScorer, Proof]:
    """As `train`, with what each channel adds, the importance of features and the figures of trust."""
    prepared = prepare(dataset, settings)
    cv = cross_validate(prepared, settings, dataset.fingerprint, told)
    comparison = compare_table(cv, samples=settings.bootstrap_samples, seed=settings.seed)
    channels = incremental_validity(prepared, settings, told)
    fold = folds_of(prepared, settings, 0)
    learner = build(settings.chosen, prepared.layout, settings)
    predicted, models = left_out(learner, prepared, fold, settings.scale)
    truth = prepared.ratings[:, : len(prepared.targets)]
    found = residuals(truth, predicted, fold, list(prepared.persons))
    estimator = learner.fit(prepared.table, prepared.ratings, prepared.persons)
    halves = _halves(dataset.subset(prepared.ids), prepared, models, fold)
    trust = _trust(prepared, settings, predicted, fold, halves, dataset.raters)
    importance = permutation_importance(prepared, models, fold, seed=settings.seed)
    extractors = {name.rpartition(".")[0] for name in prepared.features}
    scorer = FittedScorer(
        name=settings.name,
        learner=settings.chosen,
        targets=prepared.targets,
        feature_names=prepared.features,
        feature_versions={k: v for k, v in dataset.feature_versions.items() if k in extractors},
        encoder=dataset.encoder if prepared.dimensions else "",
        dimensions=prepared.dimensions,
        slots=prepared.layout.slots,
        scale=settings.scale,
        coverage=settings.coverage,
        estimator=estimator,
        fold_estimators=tuple(models),
        residuals=found,
        rmse={
            name: float(np.sqrt(np.mean((predicted[:, i] - truth[:, i]) ** 2)))
            for i, name in enumerate(prepared.targets)
        },
        spread={name: float(np.std(truth[:, i])) for i, name in enumerate(prepared.targets)},
        reads=_read(estimator, prepared),
        quantiles=_quantiles(dataset.subset(prepared.ids), prepared),
        figures=comparison,
        trust=trust,
        channel_weights=_used(estimator, prepared),
        fingerprint=dataset.fingerprint,
        persons=len(set(prepared.persons)),
        interviews=len(prepared.ids),
    )
    return scorer, Proof(cv, comparison, channels, importance, trust, prepared.notes)


def _used(estimator: object, prepared: Prepared) -> dict[str, float]:
    """1 for a channel that the fitted model uses, else 0; a stack's mean weight where it has weights."""
    names = list(prepared.layout.channels)
    chosen = getattr(estimator, "channels_", names)
    weights = getattr(estimator, "weights_", None)
    members = getattr(estimator, "members_", None)
    if members is not None and weights is not None:
        return {name: float(np.mean(weights[i])) for i, name in enumerate(members)}
    return {name: float(name in chosen) for name in names}


def _read(estimator: Any, prepared: Prepared) -> tuple[str, ...]:
    """Blocks without which an estimator says something else."""
    told = np.asarray(estimator.predict(prepared.table), dtype=float)
    found = []
    for name, columns in prepared.layout.blocks.items():
        answers = prepared.table.reshape(len(told), prepared.layout.slots, -1).copy()
        answers[:, :, list(columns)] = np.nan
        without = np.asarray(estimator.predict(answers.reshape(len(told), -1)), dtype=float)
        if not np.allclose(told, without, rtol=0.0, atol=1e-9):
            found.append(name)
    return tuple(found)


def _quantiles(dataset: Dataset, prepared: Prepared) -> pd.DataFrame:
    """Quantiles of each feature's mean over the answers of an interview: index feature, columns quantile level."""
    means = dataset.features[list(prepared.features)].groupby(level="interview_id").mean()
    return pd.DataFrame(
        means.quantile(QUANTILES).T.to_numpy(), index=list(prepared.features), columns=QUANTILES
    )


def _halves(
    dataset: Dataset, prepared: Prepared, models: list[Any], fold: np.ndarray
) -> list[FloatArray] | None:
    """Predictions from odd and from even answers alone, by models that had not seen the person; None for one answer."""
    slots = prepared.layout.slots
    if slots < 2:
        return None
    halves = []
    for first in (1, 2):
        part = one_answer(dataset, range(first, slots + 1, 2))
        rows = table(part, prepared.features, prepared.dimensions, slots)
        rows = rows.reindex(list(prepared.ids))
        halves.append(_ask_left_out(models, rows.to_numpy(), fold, len(prepared.targets)))
    return halves


def _ask_left_out(models: list[Any], rows: FloatArray, fold: np.ndarray, targets: int) -> FloatArray:
    found = np.full((len(fold), targets), np.nan)
    given = np.isfinite(rows).any(axis=1)
    for index, model in enumerate(models):
        out = (fold == index) & given
        if out.any():
            predicted = np.asarray(model.predict(rows[out]), dtype=float)
            found[out] = predicted.reshape(int(out.sum()), -1)
    return found


def _trust(
    prepared: Prepared,
    settings: LearnSettings,
    predicted: FloatArray,
    fold: np.ndarray,
    halves: list[FloatArray] | None,
    raters: pd.DataFrame | None,
) -> pd.DataFrame:
    rows = []
    low, high = _intervals_left_out(prepared, settings, predicted, fold)
    words = np.log1p(prepared.words)
    for place, target in enumerate(prepared.targets):
        truth, given = prepared.ratings[:, place], predicted[:, place]
        line = calibration_line(truth, given)
        figures = {
            "calibration_slope": line.slope,
            "calibration_intercept": line.intercept,
            "interval_coverage": covered(truth, low[:, place], high[:, place]),
            "interval_nominal": settings.coverage,
            "interval_width": float(np.mean(high[:, place] - low[:, place])),
            "r_with_length": pearson(given, words),
            "r_without_length": partial(given, truth, words, pearson),
        }
        if halves is not None:
            reliability = split_half(halves[0][:, place], halves[1][:, place])
            figures["split_half"] = reliability
            figures["standard_error_of_measurement"] = standard_error_of_measurement(given, reliability)
        if raters is not None:
            figures |= _agreement(raters[target].unstack("rater").reindex(list(prepared.ids)).to_numpy(float))
        rows += [{"target": target, "figure": name, "value": value} for name, value in figures.items()]
    return pd.DataFrame(rows, columns=TRUST)


def _agreement(ratings: FloatArray) -> dict[str, float]:
    """How far the raters agree, (interviews, raters) with NaN where one did not rate."""
    icc = intraclass(ratings)
    return {
        "raters": float(ratings.shape[1]),
        "raters_icc_single": icc.single,
        "raters_icc_average": icc.average,
        "raters_krippendorff_alpha": krippendorff_alpha(ratings),
        "rater_against_others": rater_against_others(ratings),
    }


def _intervals_left_out(
    prepared: Prepared, settings: LearnSettings, predicted: FloatArray, fold: np.ndarray
) -> tuple[FloatArray, FloatArray]:
    """Intervals of each fold from the errors of the other folds alone, so that their coverage can be checked.

    Each centre is the out-of-fold prediction (cross-conformal, Vovk 2015), which is what CV+ comes to when the
    models of the folds agree.
    """
    truth = prepared.ratings[:, : len(prepared.targets)]
    low, high = np.empty_like(predicted), np.empty_like(predicted)
    for index in np.unique(fold):
        out = fold == index
        rest = residuals(
            truth[~out], predicted[~out], np.zeros(int((~out).sum()), dtype=int), list(prepared.persons[~out])
        )
        low[out], high[out] = intervals(predicted[out][None], rest, settings.coverage)
    return low, high
