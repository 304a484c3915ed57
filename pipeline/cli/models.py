"""``interview-analysis models``: list, fetch and verify the weights."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

import click

from interview_analysis.errors import WeightsError

if TYPE_CHECKING:
    from interview_analysis.models.weights.store import FetchProgress, ModelStatus

_FORMAT = click.option(
    "--format", "output", type=click.Choice(["table", "json"]), default="table", show_default=True
)
_QUIET = click.option("--quiet", is_flag=True, help="No progress bars.")


class _Group(click.Group):
    """Prints a WeightsError as one line and exits with code 2."""

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except WeightsError as error:
            click.echo(f"error: {error}", err=True)
            ctx.exit(2)


@click.group(cls=_Group)
def models() -> None:
    """List, fetch and verify model weights."""


@models.command("list")
@_FORMAT
def list_models(output: str) -> None:
    """Show every known model, and where it lies on this machine."""
    from interview_analysis.models.weights.store import ModelStore

    store = ModelStore()
    statuses = store.status()
    if output == "json":
        click.echo(json.dumps([_as_dict(status) for status in statuses], indent=2))
        return
    rows = [
        (
            status.model_id,
            f"{status.spec.size_bytes / 1e6:.0f} MB",
            "yes" if status.spec.default else "",
            str(status.place),
            f"{status.spec.purpose} ({status.spec.licence})",
        )
        for status in statuses
    ]
    _print_table(("model", "size", "default", "found in", "purpose (licence)"), rows)
    click.echo(f"store: {store.root}")


@models.command("fetch")
@click.argument("model_ids", nargs=-1, metavar="[MODEL]...")
@click.option("--all", "every", is_flag=True, help="Also the models that are only fetched on request.")
@_QUIET
@_FORMAT
def fetch_models(model_ids: tuple[str, ...], every: bool, quiet: bool, output: str) -> None:
    """Bring MODELs to this machine; by default those that scoring needs."""
    from interview_analysis.models.weights.store import ModelStore, default_models, registry

    store = ModelStore()
    wanted = model_ids or (tuple(registry()) if every else default_models())
    statuses = store.status(wanted)  # an unknown id fails here, before anything is downloaded
    if quiet or output == "json":
        store.fetch(wanted)
    else:
        _with_bars(statuses, lambda report: store.fetch(wanted, report))
    statuses = store.status(wanted)
    if output == "json":
        click.echo(json.dumps([_as_dict(status) for status in statuses], indent=2))
    else:
        for status in statuses:
            click.echo(f"{status.model_id}: {status.path}")


@models.command("verify")
@click.argument("model_ids", nargs=-1, metavar="[MODEL]...")
@_FORMAT
def verify_models(model_ids: tuple[str, ...], output: str) -> None:
    """Check the SHA-256 of MODELs; by default of all that are present. Exit code 2 if one is wrong."""
    from interview_analysis.models.weights.store import ModelStore

    results = list(ModelStore().verify(model_ids or None))
    if output == "json":
        found = [
            {"model": model, "ok": error is None, "error": error and str(error)} for model, error in results
        ]
        click.echo(json.dumps(found, indent=2))
    else:
        for model, error in results:
            click.echo(f"{model}: ok" if error is None else f"error: {error}", err=error is not None)
        if not results:
            click.echo("no weights are present: run `interview-analysis models fetch`")
    if any(error is not None for _, error in results):
        sys.exit(2)


def _as_dict(status: ModelStatus) -> dict[str, object]:
    spec = status.spec
    return {
        "model": status.model_id,
        "purpose": spec.purpose,
        "licence": spec.licence,
        "origin": spec.origin,
        "size_bytes": spec.size_bytes,
        "default": spec.default,
        "place": status.place,
        "path": str(status.path) if status.path else None,
        "files": {file.name: file.sha256 for file in spec.files},
    }


def _print_table(header: tuple[str, ...], rows: Sequence[tuple[str, ...]]) -> None:
    from rich.console import Console
    from rich.table import Table

    table = Table(box=None)
    for name in header:
        table.add_column(name, no_wrap=name != header[-1])
    for row in rows:
        table.add_row(*row)
    Console().print(table)


def _with_bars(
    statuses: tuple[ModelStatus, ...], work: Callable[[Callable[[FetchProgress], None]], object]
) -> None:
    """Run `work` under one progress bar a model, with the remaining time."""
    from rich.console import Console
    from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (TextColumn("{task.description}"), BarColumn(), DownloadColumn(), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True)) as bars:
        tasks = {
            s.model_id: bars.add_task(s.model_id, total=s.spec.size_bytes, start=False) for s in statuses
        }

        def report(progress: FetchProgress) -> None:
            bars.start_task(tasks[progress.model_id])
            bars.update(tasks[progress.model_id], completed=progress.done_bytes)

        work(report)
