"""The command line. Heavy imports stand inside the commands, so that `--help` answers at once."""

from __future__ import annotations

import io
import sys
from importlib import import_module
from pathlib import Path

import click

from interview_analysis import __version__
from interview_analysis.pipeline.cli.batch import batch, rescore
from interview_analysis.pipeline.cli.cache import cache as cache_commands
from interview_analysis.pipeline.cli.content import content as content_commands
from interview_analysis.pipeline.cli.job import job as job_commands
from interview_analysis.pipeline.cli.learn import learn
from interview_analysis.pipeline.cli.models import models
from interview_analysis.pipeline.cli.norms import norms
from interview_analysis.pipeline.cli.score import score
from interview_analysis.pipeline.cli.shared import CONTEXT, FILE, FOLDER, NOTE, Command, Group, with_console
from interview_analysis.pipeline.cli.sound import sound
from interview_analysis.pipeline.common.allocator import bound_allocator
from interview_analysis.pipeline.common.console import Console
from interview_analysis.pipeline.common.exits import Exit
from interview_analysis.pipeline.common.system import quiet_dependencies

PROGRAM = "interview-analysis"
EXIT_CODES = "Exit codes: " + "; ".join(f"{code.value} {code.meaning}" for code in Exit) + "."


class Program(Group):
    """Knows the commands of `learn` by their names of old as well."""

    def get_command(self, ctx: click.Context, name: str) -> click.Command | None:
        if name in self.commands or name not in learn.commands:
            return super().get_command(ctx, name)
        ctx.meta[NOTE] = f"`interview-analysis {name}` is now `interview-analysis learn {name}`; both work"
        return learn.commands[name]


@click.group(cls=Program, context_settings=CONTEXT, epilog=EXIT_CODES)
@click.version_option(__version__, prog_name=PROGRAM)
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
    bound_allocator()
    if isinstance(sys.stdout, io.TextIOWrapper):  # the path of a report may hold a name that is no UTF-8
        sys.stdout.reconfigure(errors="surrogateescape")


@click.command(cls=Command)
@click.argument("folder", type=FOLDER)
@click.option("--lang", type=click.Choice(["en", "zh"]), required=True, help="Language of the report.")
@click.option("--out", type=FILE, help="File to write; report.LANG.html in the folder by default.")
@with_console
def report(console: Console, folder: Path, lang: str, out: Path | None) -> None:
    """Draw the HTML report of a scored recording again, in another language.

    \b
    Example:
      interview-analysis report out/interview --lang zh
    """
    from interview_analysis.pipeline.outputs import load_saved, write_html

    target = out or folder / f"report.{lang}.html"
    write_html(*load_saved(folder), target, "zh" if lang == "zh" else "en")
    console.result(str(target))


for _command in (
    score, report, sound, rescore, batch, job_commands, learn, content_commands, norms, models, cache_commands
):  # fmt: skip
    main.add_command(_command)
# The web application is a floor above; its commands say what to install where it is missing.
for _command in import_module("interview_analysis.web.commands").COMMANDS:
    main.add_command(_command)

if __name__ == "__main__":
    main(prog_name=PROGRAM)
