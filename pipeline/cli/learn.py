"""``interview-analysis learn``: models that learn from ratings; see also lifecycle.py."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from interview_analysis.pipeline.cli.lifecycle import drift, mlflow_option, promote, retrain
from interview_analysis.pipeline.cli.shared import FILE, FOLDER, Command, Group, with_console
from interview_analysis.pipeline.common.console import Console

if TYPE_CHECKING:
    from interview_analysis.scoring.learning.dataset import Dataset
    from interview_analysis.scoring.learning.model import FittedScorer

_data = click.option("--data", type=FOLDER, required=True, help="Folder with the interviews.")
_ratings = click.option(
    "--ratings",
    type=FILE,
    help="Table of ratings (CSV, JSON lines, Parquet) for the output folder of a batch.",
)


@click.group(cls=Group)
def learn() -> None:
    """Learn from human ratings, and keep the better model.

    \b
    Examples:
      interview-analysis learn train --data runs/2026-11 --ratings ratings.csv --out models-trained/overall
      interview-analysis learn promote models-trained/overall
    """


@learn.command(cls=Command)
@click.option("--config", "config_path", type=FILE, help="Settings; configs/train.yaml documents each.")
@click.option("--data", type=FOLDER, help="Folder to learn from, in the place of the configuration's.")
@_ratings
@click.option("--out", type=FOLDER, help="Folder of the model, in the place of the configuration's.")
@click.option("--set", "overrides", multiple=True, metavar="KEY=VALUE", help="Change a setting.")
@click.option(
    "--mlflow",
    "tracking_uri",
    metavar="URI",
    help="Log model and proof to MLflow, e.g. sqlite:///mlflow.db; `promote` registers it.",
)
@with_console
def train(
    console: Console, config_path: Path | None, overrides: tuple[str, ...], tracking_uri: str | None,
    **places: Path | None,
) -> None:  # fmt: skip
    """Learn human ratings, and prove by cross-validation over persons how well.

    \b
    Example:
      interview-analysis learn train --config configs/train.yaml --data ratings/mit
    """
    from interview_analysis.pipeline.learning.config import load_train_config
    from interview_analysis.pipeline.learning.report import PAGE
    from interview_analysis.pipeline.learning.sources import default_encoder
    from interview_analysis.pipeline.learning.train import train_model

    config = load_train_config(config_path, overrides)
    config = config.model_copy(update={name: path for name, path in places.items() if path is not None})
    with console.stages() as stages:
        scorer, proof = train_model(config, default_encoder, stages.update)
    if tracking_uri is not None:
        from interview_analysis.pipeline.learning.registry import Registry

        Registry(tracking_uri).track(scorer, proof.cv)
    for note in proof.notes:
        console.info(note)
    console.result(str(config.out / PAGE))


@learn.command(cls=Command)
@click.argument("model")
@_data
@_ratings
@mlflow_option
@with_console
def evaluate(console: Console, model: str, data: Path, ratings: Path | None, tracking_uri: str) -> None:
    """Compare a model's predictions with ratings of people it was not trained on; prints CSV.

    MODEL is a folder that `train` wrote or models:/NAME@champion. Persons it was trained on are left out.

    \b
    Example:
      interview-analysis learn evaluate models-trained/overall --data ratings/others
    """
    from interview_analysis.pipeline.learning.model_file import load_cross_validation
    from interview_analysis.pipeline.learning.registry import opened
    from interview_analysis.pipeline.learning.train import evaluate_model, of_others

    with opened(model, tracking_uri) as (scorer, _, folder):
        dataset = of_others(_for(scorer, data, ratings), load_cross_validation(folder))
    _tell(console, scorer, dataset)
    table = evaluate_model(scorer, dataset, samples=2000, seed=0)
    console.result(table.to_csv(index=False, float_format="%.4f").rstrip("\n"))


@learn.command(cls=Command)
@click.argument("model")
@_data
@click.option("--out", type=FILE, required=True, help="CSV file to write.")
@mlflow_option
@with_console
def predict(console: Console, model: str, data: Path, out: Path, tracking_uri: str) -> None:
    """Predict ratings: one row an interview and target, with standard error and interval.

    MODEL is a folder that `train` wrote or models:/NAME@champion.

    \b
    Example:
      interview-analysis learn predict models-trained/overall --data runs/2026-11 --out predictions.csv
    """
    from interview_analysis.pipeline.batch.results import csv_bytes
    from interview_analysis.pipeline.learning.registry import opened

    with opened(model, tracking_uri) as (scorer, _, _):
        dataset = _for(scorer, data, None)
    _tell(console, scorer, dataset)
    out.write_bytes(csv_bytes(scorer.predict(dataset)))
    console.result(str(out))


for _command in (promote, retrain, drift):
    learn.add_command(_command)


def _for(scorer: FittedScorer, data: Path, ratings: Path | None) -> Dataset:
    """The data in a folder, with texts embedded only where the model reads embeddings."""
    from interview_analysis.pipeline.learning.sources import default_encoder, load_data

    return load_data(data, default_encoder if scorer.needs_meaning else None, ratings)


def _tell(console: Console, scorer: FittedScorer, dataset: Dataset) -> None:
    """Say what is odd in the data, and what the model would like to have seen. Raises ModelError where it sees nothing."""
    for note in dataset.notes:
        console.info(note)
    scorer.check(dataset)
    if missing := scorer.missing(dataset):
        console.warning(
            f"{len(missing)} of the {len(scorer.needs)} features that the model reads are not in the data, such as "
            f"{missing[0]}; they count as average, and standard errors are wider for it"
        )
