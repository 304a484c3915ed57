"""``interview-analysis learn promote``, ``retrain`` and ``drift``: a model's life after its training."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from interview_analysis.pipeline.cli.shared import FILE, FOLDER, Command, under, with_console
from interview_analysis.pipeline.common.console import Console
from interview_analysis.pipeline.common.exits import Exit
from interview_analysis.pipeline.learning.scorer_source import DEFAULT_URI

if TYPE_CHECKING:
    from interview_analysis.pipeline.learning.promote import Decision

SHOWN = 20  # features that drifted most

mlflow_option = click.option(
    "--mlflow",
    "tracking_uri",
    default=DEFAULT_URI,
    envvar="MLFLOW_TRACKING_URI",
    show_default=True,
    metavar="URI",
    help="MLflow store of the models.",
)
settings_option = click.option(
    "--promotion",
    "settings_path",
    type=FILE,
    help="YAML file that changes when a model is promoted.",
)
groups_option = click.option(
    "--groups", "groups_path", type=FILE,
    help="CSV, JSON lines or Parquet: interview_id and columns group_*, for the guard of groups.",
)  # fmt: skip
new_option = click.option(
    "--new",
    "new_data",
    metavar="PATH",
    help="Interviews since the training (a batch run), for the guard of drift.",
)
guard_options = under("When it is promoted", groups_option, new_option, settings_option)


@click.command(cls=Command)
@click.argument("model", type=FOLDER)
@click.option(
    "--data", metavar="PATH", help="What the model was trained on; needed where the champion's data differ."
)
@guard_options
@mlflow_option
@with_console
def promote(
    console: Console,
    model: Path,
    data: str | None,
    groups_path: Path | None,
    new_data: str | None,
    settings_path: Path | None,
    tracking_uri: str,
) -> None:
    """Make a trained model the champion, if it is better than the one there is and no guard fails.

    MODEL is a folder that `train` wrote. It is registered in MLflow whatever comes of it. Both models are compared on
    the same folds, with persons drawn again and again. Exit code 1 when it is not promoted.

    \b
    Example:
      interview-analysis learn promote data/processed/model --groups runs/2026-11/groups.parquet
    """
    from interview_analysis.pipeline.learning.promote import load_promotion_settings
    from interview_analysis.pipeline.learning.promote import promote as decide
    from interview_analysis.pipeline.learning.registry import Registry
    from interview_analysis.pipeline.learning.sources import default_encoder, load_data, load_groups

    decision = decide(
        model,
        Registry(tracking_uri),
        load_promotion_settings(settings_path),
        groups=load_groups(groups_path) if groups_path else None,
        data=load_data(data, default_encoder) if data else None,
        new=load_data(new_data) if new_data else None,
    )
    _tell(console, decision)
    if not decision.promoted:
        sys.exit(Exit.NO)


@click.command(cls=Command)
@click.option(
    "--out",
    type=FOLDER,
    default=Path("out/retrain"),
    show_default=True,
    help="Folder of the summary.",
)
@guard_options
@mlflow_option
@with_console
def retrain(
    console: Console,
    out: Path,
    groups_path: Path | None,
    new_data: str | None,
    settings_path: Path | None,
    tracking_uri: str,
) -> None:
    """Do what a scheduled job does: pull data, `dvc repro`, compare with the champion, promote, write a summary.

    Exit code 0 when the new model was promoted or nothing had changed, 1 when it was not promoted.

    \b
    Example:
      interview-analysis learn retrain --mlflow https://mlflow.example.org --new runs/2026-11
    """
    from interview_analysis.pipeline.learning.promote import load_promotion_settings
    from interview_analysis.pipeline.learning.registry import Registry
    from interview_analysis.pipeline.learning.retrain import retrain as run
    from interview_analysis.pipeline.learning.sources import load_data

    done = run(
        Registry(tracking_uri),
        load_promotion_settings(settings_path),
        out,
        console,
        groups=groups_path,
        new=load_data(new_data) if new_data else None,
    )
    if done.decision is not None:
        _tell(console, done.decision)
    console.result(str(done.summary))
    if done.decision is not None and not done.decision.promoted:
        sys.exit(Exit.NO)


@click.command(cls=Command)
@click.argument("model")
@click.argument("new", metavar="DATA")
@click.option("--out", type=FILE, help="Also write the table as CSV.")
@mlflow_option
@with_console
def drift(console: Console, model: str, new: str, out: Path | None, tracking_uri: str) -> None:
    """Show how far the features of new interviews are from those that MODEL was trained on.

    MODEL is a folder that `train` wrote or models:/NAME@champion, DATA a batch run or a folder as for `train`. PSI is
    the population stability index over the tenths of training, KS the Kolmogorov-Smirnov distance.

    \b
    Example:
      interview-analysis learn drift models:/overall@champion runs/2026-11
    """
    from interview_analysis.pipeline.learning.promote import drift_of
    from interview_analysis.pipeline.learning.registry import opened
    from interview_analysis.pipeline.learning.sources import load_data

    with opened(model, tracking_uri) as (scorer, _, _):
        table = drift_of(scorer, load_data(new))
    if out is not None:
        table.round(4).to_csv(out)
    counts = ", ".join(f"{count} {verdict}" for verdict, count in table.verdict.value_counts().items())
    console.info(f"{len(table)} features: {counts}")
    console.result(table.head(SHOWN).round(3).to_string())


def _tell(console: Console, decision: Decision) -> None:
    for guard in decision.guards:
        console.info(f"{guard.name}: {guard.verdict} ({guard.figures})")
    if decision.note:
        console.info(decision.note)
    word = "promoted" if decision.promoted else "not promoted"
    console.result(f"{decision.challenger.reference} {word}: {decision.reason}")
