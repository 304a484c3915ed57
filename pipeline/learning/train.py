"""Training, evaluating and predicting: data from a path, models from and to folders."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pandas as pd

from interview_analysis.errors import ConfigError, LearningError
from interview_analysis.models.text_encoder import SentenceEncoder
from interview_analysis.pipeline.learning.config import TrainConfig
from interview_analysis.pipeline.learning.dataset_file import ABOUT, load_dataset
from interview_analysis.pipeline.learning.mit import load_mit, looks_like_mit
from interview_analysis.pipeline.learning.model_file import save_model
from interview_analysis.pipeline.learning.report import write_proof
from interview_analysis.pipeline.learning.runs import load_run, looks_like_run
from interview_analysis.scoring.learning.calibration import calibration_line, covered
from interview_analysis.scoring.learning.crossval import Told, no_one
from interview_analysis.scoring.learning.dataset import Dataset
from interview_analysis.scoring.learning.intervals import correlation
from interview_analysis.scoring.learning.model import FittedScorer
from interview_analysis.scoring.learning.training import Proof, train_with_proof

EVALUATED = ["target", "interviews", "r", "low", "high", "rmse", "calibration_slope", "interval_coverage"]
Encoder = Callable[[], SentenceEncoder]


def load_data(folder: Path, encoder: Encoder | None, ratings: Path | None = None) -> Dataset:
    """The data in `folder`, whichever kind it is; `encoder` is asked for only where texts are embedded."""
    if (folder / ABOUT).is_file():
        return load_dataset(folder)
    if looks_like_run(folder):
        return load_run(folder, ratings)
    if looks_like_mit(folder):
        return load_mit(folder, encoder() if encoder else None)
    raise LearningError(
        f"{folder} holds no data to learn from: expected the files of the MIT Interview dataset, the features.parquet of a "
        "batch, or a dataset written before"
    )


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

    Raises LearningError without ratings, and where the data are those that the model was trained on.
    """
    if dataset.ratings is None:
        raise LearningError("there are no ratings to compare with; add a ratings table, or use `predict`")
    missing = [name for name in scorer.targets if name not in dataset.targets]
    if missing:
        raise LearningError(f"no rating is called '{missing[0]}'; the table has {', '.join(dataset.targets)}")
    if dataset.fingerprint == scorer.fingerprint:
        raise LearningError(
            "these are the data that the model was trained on, so it would be judged by what it knows; its "
            "cross-validation in figures.csv is what it is worth on others"
        )
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
