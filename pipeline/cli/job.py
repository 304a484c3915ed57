"""``interview-analysis job``: parse, show, validate, diff and evaluate job profiles."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from interview_analysis.pipeline.cli.shared import (
    FOLDER,
    Command,
    Group,
    format_option,
    lang_option,
    under,
    with_console,
    with_plain_console,
)
from interview_analysis.pipeline.common.console import Console
from interview_analysis.pipeline.common.exits import Exit

if TYPE_CHECKING:
    from interview_analysis.scoring.jobs.parse import JobParser
    from interview_analysis.scoring.profile import JobProfile, Language

STANDARD_INPUT = "-"
_SHOWN_IN = lang_option("Language to show.")


@click.group(cls=Group)
def job() -> None:
    """Turn job descriptions into job profiles, look at them and compare them.

    \b
    Examples:
      interview-analysis job parse JD.docx -o job.yaml
      interview-analysis job show job.yaml
      interview-analysis score interview.mp4 --job job.yaml --out out/interview
    """


@job.command(cls=Command)
@click.argument("descriptions", nargs=-1, required=True, metavar="JD...")
@click.option(
    "-o",
    "--out",
    metavar="FILE|FOLDER",
    help="File to write, or a folder (there already, ending in /, or for several descriptions) that gets NAME.yaml of each. "
    "One is printed when not given.",
)
@lang_option("Language of the description.")
@click.option(
    "--workers", type=click.IntRange(1), help="Processes for several descriptions; one a core by default."
)
@under(
    "A language model",
    click.option(
        "--llm-url",
        metavar="URL",
        help="Let the one at this OpenAI-compatible address propose additions; the description is sent there.",
    ),
    click.option(
        "--llm-model",
        metavar="NAME",
        default="",
        help="Model to ask for at --llm-url; its only one when not given.",
    ),
)
@with_console
def parse(
    console: Console, descriptions: tuple[str, ...], out: str | None, lang: str, workers: int | None,
    llm_url: str | None, llm_model: str,
) -> None:  # fmt: skip
    """Make a job profile of a job description: txt, md, docx, pdf, or - for standard input.

    The profile is a file to edit: dimensions with weights, indicators, anchors, questions, and the sentence of the
    description that each of them comes from. Nothing leaves this machine unless --llm-url is given; the key of that
    service is read from INTERVIEW_ANALYSIS_LLM_KEY.

    \b
    Examples:
      interview-analysis job parse JD.txt -o job.yaml
      interview-analysis job parse 职位描述.docx --lang zh -o job.yaml
      cat JD.txt | interview-analysis job parse - > job.yaml
      interview-analysis job parse descriptions/*.txt -o jobs/
      interview-analysis job parse JD.txt -o job.yaml --llm-url http://localhost:11434/v1 --llm-model qwen3
    """
    language: Language | None = None if lang == "auto" else "zh" if lang == "zh" else "en"
    if len(descriptions) > 1:
        if llm_url is not None:
            raise click.UsageError("--llm-url takes one description at a time")
        if STANDARD_INPUT in descriptions:
            raise click.UsageError(f"{STANDARD_INPUT} takes one description at a time")
        sys.exit(_parse_many(descriptions, out, language, workers, console))
    target = _target(descriptions[0], out)
    profile = _parse_one(descriptions[0], language, console, llm_url, llm_model)
    if target is None:
        from interview_analysis.pipeline.job.files import profile_text

        console.result(profile_text(profile).rstrip("\n"))
    else:
        from interview_analysis.pipeline.job.files import write_profile

        write_profile(profile, target)
        console.result(str(target))


@job.command(cls=Command)
@click.argument("profile", metavar="JOB")
@_SHOWN_IN
@with_plain_console
def show(console: Console, profile: str, lang: str) -> None:
    """Print a profile as a table: weights, expected levels, indicators, and the sentences they come from.

    \b
    Examples:
      interview-analysis job show job.yaml
      interview-analysis job show product-manager --lang zh
    """
    from interview_analysis.pipeline.common.config import load_profile
    from interview_analysis.pipeline.job.table import language_of_profile, profile_table

    loaded = load_profile(profile)
    console.result(profile_table(loaded, language_of_profile(loaded, lang)))


@job.command(cls=Command)
@click.argument("profiles", nargs=-1, required=True, metavar="JOB...")
@with_plain_console
def validate(console: Console, profiles: tuple[str, ...]) -> None:
    """Check profiles; the first mistake of each is named with its key. Exit code 1 if any is wrong.

    \b
    Example:
      interview-analysis job validate job.yaml
    """
    from interview_analysis.errors import ProfileError
    from interview_analysis.pipeline.common.config import load_profile

    code = Exit.DONE
    for path in profiles:
        try:
            loaded = load_profile(path)
        except ProfileError as error:
            console.error(str(error))
            code = max(code, Exit.NO if Path(path).is_file() else Exit.USAGE)
        else:
            indicators = sum(len(d.indicators) for d in loaded.dimensions)
            console.result(f"{path}: ok, {len(loaded.dimensions)} dimensions, {indicators} indicators")
    sys.exit(code)


@job.command(cls=Command)
@click.argument("old", metavar="OLD")
@click.argument("new", metavar="NEW")
@_SHOWN_IN
@format_option
@with_plain_console
def diff(console: Console, old: str, new: str, lang: str, output: str) -> None:
    """Print what changed between two versions of a job, and what candidates of the old one were not asked about.

    \b
    Examples:
      interview-analysis job diff 2025/operations.yaml 2026/operations.yaml
      interview-analysis job diff a.yaml b.yaml --format json
    """
    from interview_analysis.pipeline.common.config import load_profile
    from interview_analysis.pipeline.job.table import changes_json, changes_table, language_of_profile
    from interview_analysis.scoring.jobs.changes import changes

    before, after = load_profile(old), load_profile(new)
    found = changes(before, after)
    if output == "json":
        console.result(changes_json(found))
    else:
        console.result(changes_table(found, language_of_profile(after, lang)))


@job.command(cls=Command)
@click.argument("folder", type=FOLDER, default=Path("data/job_descriptions"), metavar="[FOLDER]")
@click.option("--details", is_flag=True, help="Also what was missed and wrong in each description.")
@format_option
@with_console
def evaluate(console: Console, folder: Path, details: bool, output: str) -> None:
    """Hold the parser against labelled descriptions: labels.en.yaml and labels.zh.yaml in FOLDER.

    Prints, per language and part, the recall of essential dimensions, the precision against essential or acceptable
    ones, how often the top dimension agrees, and the rank correlation of weights. Only the part called dev may be
    used for tuning.

    \b
    Example:
      interview-analysis job evaluate data/job_descriptions --details
    """
    from interview_analysis.pipeline.job.evaluation import as_json, as_table, evaluate_folder

    parser = _parser(console)
    with console.progress("descriptions") as task:
        result = evaluate_folder(folder, parser, task.advance)
    console.result(as_json(result) if output == "json" else as_table(result, details))


def _parser(console: Console) -> JobParser:
    from interview_analysis.pipeline.common.config import load_run_config
    from interview_analysis.pipeline.loaded import LoadedModels

    with console.stages() as stages:
        models = LoadedModels(load_run_config(), on_progress=stages.update)
        return models.job_parser


def _target(source: str, out: str | None) -> Path | None:
    """The file that the profile of one description goes to, None for standard output."""
    from interview_analysis.errors import OutputError
    from interview_analysis.pipeline.batch.job_folder import profile_path
    from interview_analysis.pipeline.job.files import source_name

    if out is None:
        return None
    into_folder = out.endswith(("/", os.sep)) or Path(out).is_dir()
    target = profile_path(source_name(source), Path(out)) if into_folder else Path(out)
    if Path(source).is_file() and target.exists() and target.samefile(source):
        raise OutputError(
            f"{target} is the description itself and would be lost; choose another file with -o"
        )
    return target


def _parse_one(
    source: str,
    language: Language | None,
    console: Console,
    llm_url: str | None,
    llm_model: str,
) -> JobProfile:
    from interview_analysis.errors import ProfileError
    from interview_analysis.pipeline.job.files import source_name
    from interview_analysis.pipeline.job.text import read_description

    text = read_description(source)  # before the models are loaded, in case it cannot be read
    parser = _parser(console)
    profile = parser.parse(text, source_name(source), language)
    if llm_url is None:
        return profile
    from interview_analysis.pipeline.job.llm import LlmSettings, enrich_profile

    try:
        with console.progress("language model"):
            settings = LlmSettings(llm_url, llm_model)
            enriched = enrich_profile(profile, text, parser.library, parser.settings, settings)
    except ProfileError as error:
        console.warning(f"{error}; the profile is written without additions")
        return profile
    console.info(enriched.summary())
    return enriched.profile


def _parse_many(
    sources: Sequence[str], out: str | None, language: Language | None, workers: int | None, console: Console
) -> Exit:
    from interview_analysis.errors import OutputError
    from interview_analysis.pipeline.batch.job_folder import parse_all, profile_path
    from interview_analysis.pipeline.common.config import load_run_config

    if out is None or Path(out).is_file():
        raise OutputError(
            "several descriptions need a folder to write to: give one with -o, such as -o jobs/"
        )
    folder = Path(out)
    names = [profile_path(source, folder) for source in sources]
    twice = sorted({str(name) for name in names if names.count(name) > 1})
    if twice:
        raise OutputError(f"several descriptions would be written to {twice[0]}; rename one of them")
    _parser(console)  # encodes the library once, for all processes to read
    done = failed = 0
    try:
        with console.progress("descriptions", total=len(sources)) as task:
            for source, error in parse_all(sources, folder, load_run_config(), language, workers):
                done, failed = done + 1, failed + bool(error)
                if error:
                    console.error(error, source=source)
                task.advance()
    except KeyboardInterrupt as stop:
        told = f"stopped: {done - failed} profiles are in {folder}, {len(sources) - done} descriptions were not read"
        raise KeyboardInterrupt(told) from stop
    console.result(f"{folder}: {len(sources) - failed} profiles, {failed} refused")
    return Exit.of_batch(failed, len(sources))
