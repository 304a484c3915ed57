"""``interview-analysis train``, ``evaluate`` and ``predict``."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from interview_analysis.pipeline.cli.lifecycle import mlflow_option
from interview_analysis.pipeline.cli.shared import errors_in_one_line, log_format_option, quiet_option
from interview_analysis.pipeline.common.console import Console

if TYPE_CHECKING:
    from interview_analysis.scoring.learning.dataset import Dataset
    from interview_analysis.scoring.learning.model import FittedScorer

_PATH = click.Path(path_type=Path)
_data = click.option("--data", type=_PATH, required=True, help="Folder with the interviews.")
_ratings = click.option("--ratings", type=_PATH, help="Table of ratings for the output folder of a batch.")


@click.command()
@click.option("--config", "config_path", type=_PATH, help="Settings; configs/train.yaml documents each.")
@click.option("--data", type=_PATH, help="Folder to learn from, in the place of the configuration's.")
@click.option("--out", type=_PATH, help="Folder of the model, in the place of the configuration's.")
@click.option("--set", "overrides", multiple=True, metavar="KEY=VALUE", help="Change a setting.")
@quiet_option
@log_format_option
def train(
    config_path: Path | None, data: Path | None, out: Path | None, overrides: tuple[str, ...], quiet: bool,
    log_format: str,
) -> None:  # fmt: skip
    """Learn human ratings, and prove by cross-validation over persons how well.

    \b
    Example:
      interview-analysis train --config configs/train.yaml --data ratings/mit
    """
    console = Console(quiet=quiet, log_format=log_format)
    with errors_in_one_line(console):
        from interview_analysis.pipeline.learning.config import load_train_config
        from interview_analysis.pipeline.learning.report import PAGE
        from interview_analysis.pipeline.learning.sources import default_encoder
        from interview_analysis.pipeline.learning.train import train_model

        config = load_train_config(config_path, overrides)
        places = {name: path for name, path in (("data", data), ("out", out)) if path is not None}
        config = config.model_copy(update=places)
        with console.stages() as stages:
            _, proof = train_model(config, default_encoder, stages.update)
        for note in proof.notes:
            console.info(note)
        console.result(str(config.out / PAGE))


@click.command()
@click.argument("model")
@_data
@_ratings
@mlflow_option
@quiet_option
@log_format_option
def evaluate(
    model: str, data: Path, ratings: Path | None, tracking_uri: str, quiet: bool, log_format: str
) -> None:
    """Compare a model's predictions with ratings of people it was not trained on; prints CSV.

    MODEL is a folder that `train` wrote or models:/NAME@champion. Persons it was trained on are left out.

    \b
    Example:
      interview-analysis evaluate models-trained/overall --data ratings/others
    """
    console = Console(quiet=quiet, log_format=log_format)
    with errors_in_one_line(console):
        from interview_analysis.pipeline.learning.model_file import load_cross_validation
        from interview_analysis.pipeline.learning.registry import opened
        from interview_analysis.pipeline.learning.train import evaluate_model, of_others

        with opened(model, tracking_uri) as (scorer, _, folder):
            dataset = of_others(_for(scorer, data, ratings), load_cross_validation(folder))
        _tell(console, scorer, dataset)
        table = evaluate_model(scorer, dataset, samples=2000, seed=0)
        console.result(table.to_csv(index=False, float_format="%.4f").rstrip("\n"))


@click.command()
@click.argument("model")
@_data
@click.option("--out", type=_PATH, required=True, help="CSV file to write.")
@mlflow_option
@quiet_option
@log_format_option
def predict(model: str, data: Path, out: Path, tracking_uri: str, quiet: bool, log_format: str) -> None:
    """Predict ratings: one row an interview and target, with standard error and interval.

    MODEL is a folder that `train` wrote or models:/NAME@champion.

    \b
    Example:
      interview-analysis predict models-trained/overall --data runs/2026-11 --out predictions.csv
    """
    console = Console(quiet=quiet, log_format=log_format)
    with errors_in_one_line(console):
        from interview_analysis.pipeline.batch.results import csv_bytes
        from interview_analysis.pipeline.learning.registry import opened

        with opened(model, tracking_uri) as (scorer, _, _):
            dataset = _for(scorer, data, None)
        _tell(console, scorer, dataset)
        out.write_bytes(csv_bytes(scorer.predict(dataset)))
        console.result(str(out))


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
