"""Training, and evaluating on others: data from a path, models to and from folders."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd

from interview_analysis.errors import ConfigError, LearningError
from interview_analysis.pipeline.learning.config import TrainConfig
from interview_analysis.pipeline.learning.model_file import save_model
from interview_analysis.pipeline.learning.registry import hashed
from interview_analysis.pipeline.learning.report import write_proof
from interview_analysis.pipeline.learning.sources import Encoder, load_data
from interview_analysis.scoring.learning.calibration import calibration_line, covered
from interview_analysis.scoring.learning.crossval import CrossValidation, Told, no_one
from interview_analysis.scoring.learning.dataset import Dataset
from interview_analysis.scoring.learning.model import FittedScorer
from interview_analysis.scoring.learning.training import Proof, train_with_proof
from interview_analysis.scoring.statistics.bootstrap import correlation

EVALUATED = ["target", "interviews", "r", "low", "high", "rmse", "calibration_slope", "interval_coverage"]


def train_model(config: TrainConfig, encoder: Encoder, told: Told = no_one) -> tuple[FittedScorer, Proof]:
    """Learn as `config` says; writes the model and its proof to ``config.out``."""
    if config.data is None:
        raise ConfigError("no data to learn from: set `data` in the configuration, or pass --data FOLDER")
    needed = config.meaning and "content" in config.channels
    dataset = load_data(config.data, encoder if needed else None, config.ratings)
    scorer, proof = train_with_proof(dataset, config.settings, told)
    save_model(scorer, proof.cv, config.out)
    write_proof(scorer, proof, config.out)
    return scorer, proof


def evaluate_model(scorer: FittedScorer, dataset: Dataset, *, samples: int, seed: int) -> pd.DataFrame:
    """How well predictions of `dataset` agree with its ratings: columns `EVALUATED`, a row a target.

    Raises LearningError without ratings.
    """
    if dataset.ratings is None:
        raise LearningError("there are no ratings to compare with; add a ratings table, or use `predict`")
    missing = [name for name in scorer.targets if name not in dataset.targets]
    if missing:
        raise LearningError(f"no rating is called '{missing[0]}'; the table has {', '.join(dataset.targets)}")
    predicted = scorer.predict(dataset)
    rows = []
    for target in scorer.targets:
        given = (
            predicted[predicted["target"] == target].set_index("interview_id").loc[dataset.interviews.index]
        )
        known = dataset.ratings[target].notna().to_numpy()
        if known.sum() < 3:
            raise LearningError(
                f"only {int(known.sum())} interviews have a rating of '{target}', expected 3 or more"
            )
        truth = dataset.ratings[target].to_numpy(float)[known]
        guess = given["prediction"].to_numpy(float)[known]
        persons = dataset.persons.astype(str)[known].tolist()
        r = correlation(truth, guess, persons, samples=samples, seed=seed)
        low, high = given["low"].to_numpy(float)[known], given["high"].to_numpy(float)[known]
        rows.append(
            (
                target, int(known.sum()), r.value, r.low, r.high, float(((truth - guess) ** 2).mean() ** 0.5),
                calibration_line(truth, guess).slope, covered(truth, low, high),
            )
        )  # fmt: skip
    return pd.DataFrame(rows, columns=EVALUATED)


def of_others(dataset: Dataset, cv: CrossValidation) -> Dataset:
    """`dataset` without the persons that a model with this cross-validation was trained on.

    An interview is known by its id and its ratings, a person by any of their interviews, so that equal ids of other people are
    no mistake. Raises LearningError where nobody else is left.
    """
    if dataset.ratings is None:
        return dataset
    trained = cv.predictions.pivot_table(index="interview_id", columns="target", values="truth")
    names = {hashed(key): key for key in dataset.interviews.index}  # models of a registry have hashed ids
    trained = trained.rename(index=lambda key: names.get(key, key))
    both = [name for name in trained.columns if name in dataset.targets]
    shared = dataset.ratings.index.intersection(trained.index)
    same = np.isclose(dataset.ratings.loc[shared, both].to_numpy(), trained.loc[shared, both].to_numpy()).all(
        axis=1
    )
    known = set(dataset.persons.loc[shared][same])
    if not known:
        return dataset
    others = dataset.interviews.index[~dataset.persons.isin(known).to_numpy()]
    if others.empty:
        raise LearningError(
            f"all {len(dataset.interviews)} interviews are of persons that the model was trained on, so it would be judged "
            "by what it knows; its cross-validation in figures.csv is what it is worth on others"
        )
    left_out = len(dataset.interviews) - len(others)
    note = f"{left_out} interviews of {len(known)} persons that the model was trained on are left out"
    return replace(dataset.subset(others), notes=(*dataset.notes, note))
