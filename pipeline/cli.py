"""The command line. Heavy imports stand inside the commands, so that `--help` answers at once."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from interview_analysis import __version__
from interview_analysis.pipeline.cache_cli import cache as cache_commands
from interview_analysis.pipeline.cli_shared import errors_in_one_line, log_format_option, quiet_option
from interview_analysis.pipeline.console import Console
from interview_analysis.pipeline.jobs_cli import job as job_commands
from interview_analysis.pipeline.models_cli import models

if TYPE_CHECKING:
    from interview_analysis.scoring.profile import Language

CONTEXT = {"help_option_names": ["-h", "--help"], "max_content_width": 110}


@click.group(context_settings=CONTEXT)
@click.version_option(__version__, prog_name="interview-analysis")
def main() -> None:
    """Turn interview recordings into evidence-backed competency scores, in Chinese and English.

    \b
    Examples:
      interview-analysis score interview.mp4 --job product-manager --out out/interview
      interview-analysis report out/interview --lang zh
      interview-analysis job parse job-description.docx -o job.yaml
      interview-analysis models list
    """


@main.command()
@click.argument("recording", type=click.Path(path_type=Path))
@click.option(
    "--job",
    required=True,
    metavar="JOB",
    help="A job profile (YAML file), the name of a built-in one, or a job description (txt, md, docx, pdf).",
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
@click.option(
    "--cache",
    "cache_folder",
    type=click.Path(path_type=Path),
    help="Folder in which observations are kept, so that scoring again is quick; "
    "by default $INTERVIEW_ANALYSIS_CACHE, or beside the models.",
)
@click.option("--no-cache", is_flag=True, help="Keep no observations, and use none.")  # fmt: skip
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
    cache_folder: Path | None,
    no_cache: bool,
    quiet: bool,
    log_format: str,
) -> None:
    """Score one recording and write report.html, report.json, transcript.json, the job profile and feature tables to
    a folder.

    \b
    Examples:
      interview-analysis score interview.mp4 --job configs/jobs/product-manager.yaml --out out/interview
      interview-analysis score 面试.mp4 --job product-manager --out out/面试 --lang zh
      interview-analysis score call.wav --job customer-success-manager --out out/call --quiet
      interview-analysis score interview.mp4 --job JD.docx --out out/interview
    """
    console = Console(quiet=quiet, log_format=log_format)
    with errors_in_one_line(console):
        from interview_analysis.pipeline.analyze import analyze
        from interview_analysis.pipeline.config import load_norms, load_run_config
        from interview_analysis.pipeline.job_files import load_job
        from interview_analysis.pipeline.loaded import LoadedModels
        from interview_analysis.pipeline.observation_cache import ObservationCache
        from interview_analysis.pipeline.outputs import check_destination, save

        config = load_run_config(config_path, overrides, language=language, engine=engine)
        norms = load_norms(norms_path)
        check_destination(out)
        cache = None if no_cache else ObservationCache.at(cache_folder)
        with console.stages() as stages:
            models = LoadedModels(config, on_progress=stages.update)
            profile = load_job(job, lambda: models.job_parser)
            analysis = analyze(
                recording,
                profile,
                config=config,
                norms=norms,
                models=models,
                cache=cache,
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
    with errors_in_one_line(console):
        from interview_analysis.pipeline.outputs import load_saved, write_html

        target = out or folder / f"report.{lang}.html"
        write_html(*load_saved(folder), target, "zh" if lang == "zh" else "en")
        console.result(str(target))


main.add_command(cache_commands)
main.add_command(job_commands)
main.add_command(models)


def _report_language(asked: str, spoken: str | None, first: Language) -> Language:
    wanted = spoken if asked == "auto" else asked
    return "zh" if wanted == "zh" else "en" if wanted == "en" else first
