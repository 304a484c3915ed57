"""The command line. Heavy imports stand inside the commands, so that `--help` answers at once."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import click

from interview_analysis import __version__
from interview_analysis.errors import InterviewAnalysisError
from interview_analysis.pipeline.console import Console
from interview_analysis.pipeline.models_cli import models

if TYPE_CHECKING:
    from interview_analysis.scoring.profile import Language

CONTEXT = {"help_option_names": ["-h", "--help"], "max_content_width": 110}
EXIT_BAD_INPUT = 2

quiet_option = click.option("--quiet", "-q", is_flag=True, help="Print nothing but results and errors.")
log_format_option = click.option(
    "--log-format", type=click.Choice(["text", "json"]), default="text", show_default=True,
    help="How progress and messages are written to stderr.",
)  # fmt: skip


@click.group(context_settings=CONTEXT)
@click.version_option(__version__, prog_name="interview-analysis")
def main() -> None:
    """Turn interview recordings into evidence-backed competency scores, in Chinese and English.

    \b
    Examples:
      interview-analysis score interview.mp4 --job product-manager --out out/interview
      interview-analysis report out/interview --lang zh
      interview-analysis models list
    """


@main.command()
@click.argument("recording", type=click.Path(path_type=Path))
@click.option(
    "--job",
    required=True,
    metavar="PROFILE",
    help="A job profile (YAML file), or the name of a built-in one.",
)
@click.option(
    "--out", required=True, type=click.Path(path_type=Path), help="Folder for the report; made if missing."
)
@click.option(
    "--lang", type=click.Choice(["auto", "en", "zh"]), default="auto", show_default=True,
    help="Language of the report; auto takes the one that is spoken.",
)  # fmt: skip
@click.option("--language", metavar="CODE", help="Language that is spoken (zh, en); detected when not given.")
@click.option("--engine", type=click.Choice(["faster-whisper", "openai-whisper"]), help="Speech recogniser.")
@click.option(
    "--config",
    "config_path",
    type=click.Path(path_type=Path),
    help="YAML file that changes what is measured.",
)
@click.option(
    "--norms",
    "norms_path",
    type=click.Path(path_type=Path),
    help="YAML file of norms instead of the built-in ones.",
)
@click.option(
    "--set",
    "overrides",
    multiple=True,
    metavar="KEY=VALUE",
    help="Change one setting, e.g. frames_per_second=10.",
)
@click.option(
    "--mlflow",
    "tracking_uri",
    metavar="URI",
    help="Log scores and hashes to MLflow, e.g. sqlite:///mlflow.db.",
)
@quiet_option
@log_format_option
def score(
    recording: Path,
    job: str,
    out: Path,
    lang: str,
    language: str | None,
    engine: str | None,
    config_path: Path | None,
    norms_path: Path | None,
    overrides: tuple[str, ...],
    tracking_uri: str | None,
    quiet: bool,
    log_format: str,
) -> None:
    """Score one recording and write report.html, report.json, transcript.json and feature tables to a folder.

    \b
    Examples:
      interview-analysis score interview.mp4 --job configs/jobs/product-manager.yaml --out out/interview
      interview-analysis score 面试.mp4 --job product-manager --out out/面试 --lang zh
      interview-analysis score call.wav --job customer-success-manager --out out/call --quiet
    """
    console = Console(quiet=quiet, log_format=log_format)
    with _errors_in_one_line(console):
        from interview_analysis.pipeline.analyze import analyze
        from interview_analysis.pipeline.config import load_norms, load_profile, load_run_config
        from interview_analysis.pipeline.loaded import LoadedModels
        from interview_analysis.pipeline.outputs import check_destination, save

        profile = load_profile(job)
        config = load_run_config(config_path, overrides, language=language, engine=engine)
        norms = load_norms(norms_path)
        check_destination(out)
        with console.stages() as stages:
            analysis = analyze(
                recording,
                profile,
                config=config,
                norms=norms,
                models=LoadedModels(config),
                on_progress=stages.update,
            )
            path = save(analysis, out, _report_language(lang, analysis.report.language, profile.languages[0]))
        if tracking_uri:
            from interview_analysis.pipeline.tracking import log_report

            log_report(analysis.report, config, tracking_uri)
        console.result(str(path))


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
    with _errors_in_one_line(console):
        from interview_analysis.pipeline.outputs import load_saved, write_html

        target = out or folder / f"report.{lang}.html"
        write_html(*load_saved(folder), target, "zh" if lang == "zh" else "en")
        console.result(str(target))


main.add_command(models)


def _report_language(asked: str, spoken: str | None, first: Language) -> Language:
    wanted = spoken if asked == "auto" else asked
    return "zh" if wanted == "zh" else "en" if wanted == "en" else first


@contextmanager
def _errors_in_one_line(console: Console) -> Iterator[None]:
    try:
        yield
    except InterviewAnalysisError as error:
        console.error(str(error))
        sys.exit(EXIT_BAD_INPUT)
    except OSError as error:  # a file that vanished or a disk that filled up under way
        name = f"{error.filename}: " if error.filename else ""
        console.error(f"{name}{error.strerror or error}; check that it is there, readable and has space")
        sys.exit(EXIT_BAD_INPUT)
    except KeyboardInterrupt:
        console.error("stopped; nothing was written")
        sys.exit(130)
