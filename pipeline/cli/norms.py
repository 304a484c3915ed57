"""``interview-analysis norms``: norms that are learned from a population."""

from __future__ import annotations

from pathlib import Path

import click

from interview_analysis.pipeline.cli.shared import FILE, Command, Group, with_console
from interview_analysis.pipeline.common.console import Console


@click.group(cls=Group)
def norms() -> None:
    """Learn norms from a population of interviews."""


@norms.command(cls=Command)
@click.argument("runs", metavar="RUN...", nargs=-1, required=True)
@click.option(
    "--population", required=True, metavar="NAME", help="What the population is called; reports show it."
)
@click.option("--out", required=True, type=FILE, help="YAML file to write.")
@click.option(
    "--norms",
    "norms_path",
    type=FILE,
    help="Written norms to start from; the built-in ones.",
)
@with_console
def fit(console: Console, runs: tuple[str, ...], population: str, out: Path, norms_path: Path | None) -> None:
    """Make norms of the interviews of batch runs, so that a measure's score is its percentile among them.

    Percentiles are taken for each feature and language; a language needs 20 persons. The file is for `score --norms`
    and `rescore --norms`.

    \b
    Example:
      interview-analysis norms fit runs/2026-11 --population "Graduates 2026" --out norms-graduates.yaml
      interview-analysis rescore runs/2026-11 --job-dir jobs/ --norms norms-graduates.yaml --out runs/2026-11-percentiles
    """
    from interview_analysis.pipeline.batch.norms_fit import populations_of, write_norms
    from interview_analysis.pipeline.common.config import load_norms
    from interview_analysis.pipeline.storage.places import Folder
    from interview_analysis.scoring.rubric.norms_fit import fit_norms

    fitted, notes = fit_norms(
        load_norms(norms_path), populations_of([Folder(run) for run in runs]), population
    )
    write_norms(fitted, out)
    for note in notes:
        console.warning(note)
    console.result(str(out))
