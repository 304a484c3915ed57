"""The stages of dvc.yaml, from a folder of rated interviews to a model with its proof; each is one function.

`python -m interview_analysis.pipeline.cli.stages STAGE PATH...` runs one. Paths come from dvc.yaml, settings from configs/.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import yaml

from interview_analysis.errors import InterviewAnalysisError, LearningError
from interview_analysis.pipeline.cli.shared import errors_in_one_line
from interview_analysis.pipeline.common.console import Console
from interview_analysis.pipeline.common.exits import Exit

if TYPE_CHECKING:
    from interview_analysis.scoring.learning.settings import LearnSettings

DATA_SETTINGS = Path("configs/data.yaml")
TRAIN_SETTINGS = Path("configs/train.yaml")
NOTHING_TO_OBSERVE = "nothing-to-observe.txt"


def ingest(source: Path, out: Path) -> None:
    """Write what `source` holds: the SHA-256 of each file. Raises LearningError where there is nothing."""
    from interview_analysis.models.weights.hashes import file_sha256

    if not source.is_dir():
        raise LearningError(
            f"{source} is no folder; set `source` in configs/data.yaml to one with rated interviews"
        )
    files = {
        path.relative_to(source).as_posix(): file_sha256(path)
        for path in sorted(source.rglob("*"))
        if path.is_file()
    }
    if not files:
        raise LearningError(f"{source} is empty; set `source` in configs/data.yaml to rated interviews")
    out.parent.mkdir(parents=True, exist_ok=True)
    out.write_text(json.dumps(files, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


def observe(source: Path, out: Path) -> None:
    """Score the recordings that ``manifest.csv`` of `source` names; without one there is nothing to observe.

    Recordings that fail are left out by what follows, unless all do.
    """
    manifest = source / "manifest.csv"
    if not manifest.is_file():
        out.mkdir(parents=True, exist_ok=True)
        (out / NOTHING_TO_OBSERVE).write_text("The source has features and transcripts, no recordings.\n")
        return
    from interview_analysis.pipeline.cli.main import main

    try:
        main(
            ["score", str(manifest), "--job-dir", str(source / "jobs"), "--out", str(out), "--quiet"],
            standalone_mode=False,
        )
    except SystemExit as done:
        if done.code not in (Exit.DONE, Exit.SOME_FAILED):
            raise


def featurize(source: Path, run: Path, out: Path) -> None:
    """Make the dataset, from the recordings' features or from the files of `source`."""
    from interview_analysis.pipeline.learning.dataset_file import save_dataset
    from interview_analysis.pipeline.learning.sources import load_source

    observed = not (run / NOTHING_TO_OBSERVE).is_file()
    settings = yaml.safe_load(DATA_SETTINGS.read_text(encoding="utf-8"))
    dataset = load_source(source, run if observed else None, embeddings=settings["embeddings"])
    save_dataset(dataset, out)
    for note in dataset.notes:
        sys.stderr.write(f"{note}\n")


def train(dataset: Path, out: Path) -> None:
    """Train by configs/train.yaml."""

    from interview_analysis.pipeline.learning.dataset_file import load_dataset
    from interview_analysis.pipeline.learning.model_file import save_model
    from interview_analysis.scoring.learning import training

    scorer, cv = training.train(load_dataset(dataset), _learn_settings())
    save_model(scorer, cv, out)


def _learn_settings() -> LearnSettings:
    from interview_analysis.pipeline.learning.config import load_train_config

    return load_train_config(TRAIN_SETTINGS).settings


def evaluate(model: Path, out: Path) -> None:
    """Print the table of learners; write metrics.json of the chosen one, and predictions.csv and learners.csv to draw.

    None of them names anybody.
    """
    from interview_analysis.pipeline.learning.model_file import load_cross_validation, load_model
    from interview_analysis.pipeline.learning.registry import own_predictions
    from interview_analysis.pipeline.learning.report import metrics_of

    scorer, cv = load_model(model), load_cross_validation(model)
    out.mkdir(parents=True, exist_ok=True)
    metrics = json.dumps(metrics_of(scorer), indent=1, ensure_ascii=False)
    (out / "metrics.json").write_text(metrics + "\n", encoding="utf-8")
    rows = own_predictions(scorer, cv)
    mean = (
        rows[rows.truth.notna()]
        .groupby(["target", "interview_id"], as_index=False)[["truth", "prediction"]]
        .mean()
    )
    mean.drop(columns="interview_id").round(3).to_csv(out / "predictions.csv", index=False)
    figures = scorer.figures.round(4)
    figures.assign(row=figures.learner + ", " + figures.target).to_csv(out / "learners.csv", index=False)
    sys.stdout.write(f"{figures.round(3).to_string(index=False)}\n")


def report(model: Path, out: Path) -> None:
    """Write one page about the model."""
    from interview_analysis.pipeline.learning.model_file import load_cross_validation, load_model
    from interview_analysis.pipeline.learning.summary import write_summary

    write_summary(load_model(model), load_cross_validation(model), out)


STAGES: dict[str, Callable[..., None]] = {
    stage.__name__: stage for stage in (ingest, observe, featurize, train, evaluate, report)
}


def main(arguments: list[str]) -> None:
    """Run one stage. Raises InterviewAnalysisError for a stage that there is not."""
    if not arguments or arguments[0] not in STAGES:
        raise InterviewAnalysisError(
            f"expected one of {', '.join(STAGES)} and its paths, got {arguments[:1]}"
        )
    STAGES[arguments[0]](*map(Path, arguments[1:]))


if __name__ == "__main__":
    with errors_in_one_line(Console()):
        main(sys.argv[1:])
