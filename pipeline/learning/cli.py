"""``interview-analysis train``, ``evaluate`` and ``predict``."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from interview_analysis.pipeline.cli_shared import errors_in_one_line, log_format_option, quiet_option
from interview_analysis.pipeline.console import Console

if TYPE_CHECKING:
    from interview_analysis.models.text_encoder import SentenceEncoder
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
        from interview_analysis.pipeline.learning.train import train_model

        config = load_train_config(config_path, overrides)
        places = {name: path for name, path in (("data", data), ("out", out)) if path is not None}
        config = config.model_copy(update=places)
        with console.stages() as stages:
            train_model(config, _encoder, stages.update)
        console.result(str(config.out / PAGE))


@click.command()
@click.argument("model", type=_PATH)
@_data
@_ratings
@quiet_option
@log_format_option
def evaluate(model: Path, data: Path, ratings: Path | None, quiet: bool, log_format: str) -> None:
    """Compare a model's predictions with ratings of people it was not trained on; prints CSV.

    \b
    Example:
      interview-analysis evaluate models-trained/overall --data ratings/others
    """
    console = Console(quiet=quiet, log_format=log_format)
    with errors_in_one_line(console):
        from interview_analysis.pipeline.learning.train import evaluate_model

        scorer, dataset = _open(model, data, ratings)
        table = evaluate_model(scorer, dataset, samples=2000, seed=0)
        console.result(table.to_csv(index=False, float_format="%.4f").rstrip("\n"))


@click.command()
@click.argument("model", type=_PATH)
@_data
@click.option("--out", type=_PATH, required=True, help="CSV file to write.")
@quiet_option
@log_format_option
def predict(model: Path, data: Path, out: Path, quiet: bool, log_format: str) -> None:
    """Predict ratings: one row an interview and target, with standard error and interval.

    \b
    Example:
      interview-analysis predict models-trained/overall --data runs/2026-11 --out predictions.csv
    """
    console = Console(quiet=quiet, log_format=log_format)
    with errors_in_one_line(console):
        from interview_analysis.pipeline.batch.results import csv_bytes

        scorer, dataset = _open(model, data, None)
        out.write_bytes(csv_bytes(scorer.predict(dataset)))
        console.result(str(out))


def _open(model: Path, data: Path, ratings: Path | None) -> tuple[FittedScorer, Dataset]:
    from interview_analysis.pipeline.learning.model_file import load_model
    from interview_analysis.pipeline.learning.train import load_data

    scorer = load_model(model)
    return scorer, load_data(data, _encoder if scorer.dimensions else None, ratings)


def _encoder() -> SentenceEncoder:
    from interview_analysis.pipeline.config import load_run_config
    from interview_analysis.pipeline.loaded import LoadedModels

    return LoadedModels(load_run_config()).encoder
