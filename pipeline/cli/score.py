"""``interview-analysis score``: one recording by one profile, or the interviews of a manifest."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from interview_analysis.errors import OutputError
from interview_analysis.pipeline.cli.batch import BATCH, batch_options, options_of
from interview_analysis.pipeline.cli.shared import (
    FILE,
    Command,
    heading_of,
    lang_option,
    pinned_scorer,
    scorer_option,
    under,
    with_console,
)
from interview_analysis.pipeline.common.console import Console

if TYPE_CHECKING:
    from interview_analysis.pipeline.common.config import RunConfig
    from interview_analysis.pipeline.common.console import Stages
    from interview_analysis.pipeline.learning.scorer_source import ScorerSource
    from interview_analysis.scoring.norms import Norms
    from interview_analysis.scoring.report.report import Report


ONE = "With one recording (--job)"
# Why an option of one recording is none of a batch.
_INSTEAD = {
    "--no-cache": "a batch hands observations on by its cache",
    "--candidate-voice": "a manifest names one a row, in its column candidate_voice",
    "--transcript": "a manifest names one a row, in its column transcript",
}


@click.command(cls=Command)
@click.argument("recording", metavar="RECORDING|TRANSCRIPT|MANIFEST")
@click.option(
    "--job",
    metavar="JOB",
    help="With a recording: a job profile (YAML file), the name of a built-in one, or a job description (txt, md, docx, "
    "pdf).",
)
@click.option(
    "--job-dir", metavar="FOLDER", help="With a manifest: the folder of the job profiles that it names."
)
@click.option(
    "--out", required=True, metavar="FOLDER", help="Folder for the report or the run; made if missing."
)
@lang_option("Language of the report; auto takes the one that is spoken.")
@click.option("--language", metavar="CODE", help="Language that is spoken (zh, en); detected when not given.")
@click.option(
    "--candidate-channel",
    metavar="CHANNEL",
    help="left, right or a number from 1: the candidate's channel, where each voice has its own.",
)
@under(
    "What is measured, and by what",
    click.option(
        "--engine", type=click.Choice(["faster-whisper", "openai-whisper"]), help="Speech recogniser."
    ),
    click.option("--config", "config_path", type=FILE, help="YAML file that changes what is measured."),
    click.option(
        "--set",
        "overrides",
        multiple=True,
        metavar="KEY=VALUE",
        help="Change one setting, e.g. frames_per_second=10.",
    ),
    click.option(
        "--policy",
        metavar="NAME|FILE",
        help="What is looked at and said: observable, tension, off, or a YAML file; see docs/policies.md.",
    ),
    click.option("--norms", "norms_path", type=FILE, help="YAML file of norms instead of the built-in ones."),
    scorer_option,
)
@under(
    "What is kept",
    click.option(
        "--cache",
        "cache_folder",
        metavar="FOLDER",
        help="Folder or URL where observations are kept, so that scoring again is quick; "
        "by default $INTERVIEW_ANALYSIS_CACHE, or beside the models.",
    ),
    click.option(
        "--mlflow",
        "tracking_uri",
        metavar="URI",
        help="Log scores and hashes to MLflow, e.g. sqlite:///mlflow.db.",
    ),
)
@under(
    ONE,
    click.option(
        "--candidate-voice",
        type=FILE,
        help="A recording of the candidate alone, used to identify the candidate when several people speak.",
    ),
    click.option(
        "--transcript",
        metavar="FILE",
        help="Its transcript (vtt, srt, txt, docx), instead of recognising the words; or pass that alone as RECORDING.",
    ),
    click.option("--candidate", metavar="NAME", help="The speaker in the transcript who is the candidate."),
    click.option("--no-cache", is_flag=True, help="Keep no observations, and use none."),
)
@batch_options(
    BATCH,
    click.option("--allow-outside", is_flag=True, help="Let it name recordings outside of its own folder."),
)
@with_console
def score(
    console: Console,
    recording: str,
    job: str | None,
    job_dir: str | None,
    language: str | None,
    engine: str | None,
    candidate_voice: Path | None,
    transcript: str | None,
    candidate: str | None,
    candidate_channel: str | None,
    config_path: Path | None,
    norms_path: Path | None,
    policy: str | None,
    overrides: tuple[str, ...],
    no_cache: bool,
    allow_outside: bool,
    scorer: str | None,
    **given: Any,
) -> None:
    """Score one recording, or all interviews of a manifest (csv, parquet, jsonl).

    For a recording the folder gets report.html, report.json, transcript.json, the job profile and feature tables. For
    a manifest it gets a report for each interview, tables of all of them and index.html; run the same command
    again after it was stopped, and it goes on where it was.

    \b
    Examples:
      interview-analysis score interview.mp4 --job configs/jobs/product-manager.yaml --out out/interview
      interview-analysis score 面试.mp4 --job product-manager --out out/面试 --lang zh
      interview-analysis score call.wav --job customer-success-manager --out out/call --quiet
      interview-analysis score interview.mp4 --job JD.docx --out out/interview
      interview-analysis score interview.mp4 --job product-manager --out out/interview --candidate-voice me.wav
      interview-analysis score interview.mp4 --transcript interview.vtt --candidate "Li Ming" --job JD.docx --out out/interview
      interview-analysis score interview.vtt --job product-manager --out out/interview
      interview-analysis score round.csv --job-dir jobs/ --out runs/2026-11
      interview-analysis score round.csv --job-dir jobs/ --out runs/2026-11 --scorer models:/overall@champion
    """
    if (job is None) == (job_dir is None):
        raise click.UsageError("pass --job JOB with a recording, or --job-dir FOLDER with a manifest")
    _check_fitting(ONE if job is None else BATCH)
    # Threads that NumPy starts and `one_blas_thread` does not use hold memory. Read once, when NumPy is loaded.
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    with console.stages() as stages:
        if job is not None:
            stages.update("load models", 0.0, 1.0)  # begins with what is imported for them
        from interview_analysis.pipeline.common.config import load_norms, load_run_config

        config = load_run_config(
            config_path,
            overrides,
            language=language,
            engine=engine,
            policy=policy,
            candidate_channel=candidate_channel,
        )
        norms = load_norms(norms_path)
        source = pinned_scorer(scorer, given["tracking_uri"])
        if job is not None:
            whose = {"candidate_voice": candidate_voice, "transcript": transcript, "candidate": candidate}
            path = _score_one(
                recording, job, config, norms, source, console, stages, given, whose, keep=not no_cache
            )
    if job is not None:
        console.result(str(path))
    elif job_dir is not None:
        from interview_analysis.pipeline.batch.command import score_manifest

        code = score_manifest(
            recording,
            job_dir,
            config,
            norms,
            options_of(given),
            source,
            allow_outside=allow_outside,
            console=console,
        )
        sys.exit(code)


def _check_fitting(other: str) -> None:
    """Raises UsageError for an option that was given and stands below the heading `other`, which is of no use here."""
    ctx = click.get_current_context()
    for parameter in ctx.command.params:
        given = ctx.get_parameter_source(parameter.name or "") is click.core.ParameterSource.COMMANDLINE
        if given and heading_of(parameter) == other:
            name = parameter.opts[0]
            fits = "one recording (--job)" if other == ONE else "a manifest (--job-dir)"
            why = _INSTEAD.get(name, f"leave it out, or pass {fits}")
            raise click.UsageError(f"{name} is for {fits}; {why}")


def _own_folder(out: str) -> Path:
    """The folder of one report. Raises OutputError for one on another machine."""
    from interview_analysis.pipeline.storage.places import local_path, shown

    folder = local_path(out)
    if folder is None:
        raise OutputError(
            f"{shown(out)} is not on this machine; one report goes to a folder here, a batch's (--job-dir) to a URL as well"
        )
    return folder


def _score_one(
    recording: str,
    job: str,
    config: RunConfig,
    norms: Norms,
    source: ScorerSource | None,
    console: Console,
    stages: Stages,
    given: Mapping[str, Any],
    whose: Mapping[str, Any],
    *,
    keep: bool,
) -> Path:
    """Write the report of one recording; gives the page."""
    from interview_analysis.pipeline.analyze import analyze
    from interview_analysis.pipeline.job.files import load_job
    from interview_analysis.pipeline.loaded import LoadedModels
    from interview_analysis.pipeline.observation.cache import ObservationCache
    from interview_analysis.pipeline.outputs import check_destination, report_language, save

    out = _own_folder(given["out"])
    check_destination(out)
    cache = ObservationCache.at(given["cache_folder"]) if keep else None
    scorer = source.load() if source else None
    models = LoadedModels(config, on_progress=stages.update)
    profile = load_job(job, lambda: models.job_parser)
    analysis = analyze(
        recording,
        profile,
        config=config,
        norms=norms,
        models=models,
        cache=cache,
        **whose,
        scorer=scorer,
        on_progress=stages.update,
    )
    path = save(analysis, out, report_language(given["lang"], analysis.report, profile))
    if analysis.report.overall.abstention is not None:
        console.warning(_not_scored(analysis.report))
    if given["tracking_uri"]:
        from interview_analysis.pipeline.common.tracking import log_report

        log_report(analysis.report, config, given["tracking_uri"])
    return path


def _not_scored(report: Report) -> str:
    """Why there is no overall score, in the reasons of what it is made of."""
    from interview_analysis.pipeline.common.messages import Messages

    messages, reasons = Messages("en"), dict[str, list[str]]()
    for one in report.dimensions:
        if one.abstention is not None:
            reason = messages.fill("reasons", one.abstention.reason, one.abstention.values)
            reasons.setdefault(reason, []).append(one.name.get("en") or one.id)
    told = [f"{', '.join(names)}: {reason}" for reason, names in reasons.items()]
    if [len(names) for names in reasons.values()] == [len(report.dimensions)]:
        told = list(reasons)  # the same for all
    return f"no overall score: {' '.join(told)} The report says what to do."
