"""The command line. Heavy imports stand inside the commands, so that `--help` answers at once."""

from __future__ import annotations

import io
import sys
from pathlib import Path

import click

from interview_analysis import __version__
from interview_analysis.pipeline.cli.batch import batch, rescore
from interview_analysis.pipeline.cli.cache import cache as cache_commands
from interview_analysis.pipeline.cli.content import content as content_commands
from interview_analysis.pipeline.cli.job import job as job_commands
from interview_analysis.pipeline.cli.learning import evaluate, predict, train
from interview_analysis.pipeline.cli.lifecycle import drift, promote, retrain
from interview_analysis.pipeline.cli.models import models
from interview_analysis.pipeline.cli.norms import norms
from interview_analysis.pipeline.cli.score import score
from interview_analysis.pipeline.cli.shared import errors_in_one_line, log_format_option, quiet_option
from interview_analysis.pipeline.common.console import Console
from interview_analysis.pipeline.common.system import quiet_dependencies

CONTEXT = {"help_option_names": ["-h", "--help"], "max_content_width": 110}


@click.group(context_settings=CONTEXT)
@click.version_option(__version__, prog_name="interview-analysis")
def main() -> None:
    """Turn interview recordings into evidence-backed competency scores, in Chinese and English.

    \b
    Examples:
      interview-analysis score interview.mp4 --job product-manager --out out/interview
      interview-analysis score round.csv --job-dir jobs/ --out runs/2026-11
      interview-analysis report out/interview --lang zh
      interview-analysis job parse job-description.docx -o job.yaml
      interview-analysis models list
    """
    quiet_dependencies()
    if isinstance(sys.stdout, io.TextIOWrapper):  # the path of a report may hold a name that is no UTF-8
        sys.stdout.reconfigure(errors="surrogateescape")


@main.command()
@click.argument("folder", type=click.Path(path_type=Path))
@click.option("--lang", type=click.Choice(["en", "zh"]), required=True, help="Language of the report.")
@click.option(
    "--out", type=click.Path(path_type=Path), help="File to write; report.LANG.html in the folder by default."
)
@quiet_option
@log_format_option
def report(folder: Path, lang: str, out: Path | None, quiet: bool, log_format: str) -> None:
    """Draw the HTML report of a scored recording again, in another language.

    \b
    Example:
      interview-analysis report out/interview --lang zh
    """
    console = Console(quiet=quiet, log_format=log_format)
    with errors_in_one_line(console):
        from interview_analysis.pipeline.outputs import load_saved, write_html

        target = out or folder / f"report.{lang}.html"
        write_html(*load_saved(folder), target, "zh" if lang == "zh" else "en")
        console.result(str(target))


main.add_command(score)
main.add_command(rescore)
main.add_command(batch)
main.add_command(cache_commands)
main.add_command(job_commands)
main.add_command(content_commands)
main.add_command(models)
main.add_command(train)
main.add_command(evaluate)
main.add_command(predict)
main.add_command(norms)
main.add_command(promote)
main.add_command(retrain)
main.add_command(drift)
