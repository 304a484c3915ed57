"""The options of a batch, and ``interview-analysis rescore`` and ``batch``."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from interview_analysis.pipeline.cli.shared import (
    FILE,
    Command,
    Group,
    lang_option,
    pinned_scorer,
    scorer_option,
    under,
    with_console,
    with_plain_console,
)
from interview_analysis.pipeline.common.console import Console

if TYPE_CHECKING:
    from interview_analysis.pipeline.batch.command import BatchOptions

BATCH = "With a manifest (--job-dir)"
_OPTIONS = (
    click.option(
        "--workers", default="auto", show_default=True, metavar="N|auto",
        help="Processes that score side by side; auto takes one a core, fewer where memory is short.",
    ),
    click.option(
        "--executor", type=click.Choice(["local", "ray"]), default="local", show_default=True,
        help="Where the workers run: processes on this machine, or a Ray cluster.",
    ),
    click.option(
        "--ray-address", metavar="ADDRESS",
        help="Address of a Ray cluster, or auto for the one that this machine belongs to; by default one is started "
        "on this machine.",
    ),
    click.option(
        "--retry-failed", is_flag=True,
        help="Try interviews again that failed before; without it only those that a lost worker or a time limit ended.",
    ),
    click.option(
        "--batch-config", "settings_path", type=FILE,
        help="YAML file that changes the limits of time and memory, the retries and the resources on Ray.",
    ),
    click.option(
        "--track-personal-data", is_flag=True,
        help="Log tables and page, which hold candidates' ids, to an MLflow store on another machine, too.",
    ),
)  # fmt: skip


def batch_options(heading: str, *more: Callable[..., Any]) -> Callable[..., Any]:
    """The options that commands which score many interviews share, and `more` of a command's own."""
    return under(heading, *more, *_OPTIONS)


def options_of(given: dict[str, Any]) -> BatchOptions:
    """What the options of `batch_options`, --out, --lang, --cache and --mlflow were given as."""
    from interview_analysis.pipeline.batch.command import BatchOptions

    if given["ray_address"] is not None and given["executor"] != "ray":
        raise click.UsageError("--ray-address is for --executor ray; add that, or leave the address out")
    if given["workers"] != "auto" and given["executor"] == "ray":
        raise click.UsageError(
            "--workers is for --executor local; on Ray the cluster and `resources` of --batch-config decide"
        )
    return BatchOptions(
        out=given["out"],
        language=given["lang"],
        workers=given["workers"],
        executor=given["executor"],
        ray_address=given["ray_address"],
        cache=given["cache_folder"],
        settings_path=given["settings_path"],
        retry_failed=given["retry_failed"],
        tracking_uri=given["tracking_uri"],
        track_personal_data=given["track_personal_data"],
    )


@click.command(cls=Command)
@click.argument("run")
@click.option(
    "--job-dir", required=True, metavar="FOLDER", help="Folder of job profiles, named as in the run."
)
@click.option("--out", required=True, metavar="FOLDER", help="Folder of the new run; made if missing.")
@lang_option("Language of the reports; auto takes the one that is spoken.")
@click.option("--norms", "norms_path", type=FILE, help="YAML file of norms instead of the run's.")
@click.option(
    "--policy",
    metavar="NAME|FILE",
    help="What is looked at and said, instead of the run's: observable, tension, off, or a YAML file; see docs/policies.md.",
)
@click.option("--cache", "cache_folder", metavar="FOLDER", help="Folder or URL of the kept observations.")
@click.option("--mlflow", "tracking_uri", metavar="URI", help="Log the run to MLflow.")
@scorer_option
@batch_options("Workers")
@with_console
def rescore(
    console: Console,
    run: str,
    job_dir: str,
    norms_path: Path | None,
    scorer: str | None,
    policy: str | None,
    **given: Any,
) -> None:
    """Score the interviews of a run again, by other job profiles, norms, policy or learned scorer.

    What was observed is taken from the cache, so that no model looks at a recording again.

    \b
    Example:
      interview-analysis rescore runs/2026-11 --job-dir jobs-v2/ --out runs/2026-11-v2
    """
    from interview_analysis.pipeline.batch import command
    from interview_analysis.pipeline.common.config import load_norms, load_policy

    norms = load_norms(norms_path) if norms_path else None
    other = load_policy(policy) if policy else None
    source = pinned_scorer(scorer, given["tracking_uri"])
    sys.exit(command.rescore(run, job_dir, norms, options_of(given), console, policy=other, scorer=source))


@click.group(cls=Group)
def batch() -> None:
    """Look at batches of interviews."""


@batch.command()
@click.argument("run")
@click.option("--json", "as_json", is_flag=True, help="One JSON object instead of a table.")
@with_plain_console
def status(_: Console, run: str, as_json: bool) -> None:
    """Show how far a batch is: counts, failures by reason, what is left, its speed and when it should end.

    \b
    Example:
      interview-analysis batch status runs/2026-11
    """
    from interview_analysis.pipeline.batch.command import show_status

    show_status(run, as_json=as_json)
