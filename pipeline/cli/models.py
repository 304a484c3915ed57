"""``interview-analysis models``: list, fetch and verify the weights."""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING

import click

from interview_analysis.pipeline.cli.shared import (
    Command,
    Group,
    format_option,
    with_console,
    with_plain_console,
)
from interview_analysis.pipeline.common.console import Console
from interview_analysis.pipeline.common.exits import Exit

if TYPE_CHECKING:
    from interview_analysis.models.weights.store import ModelStatus


@click.group(cls=Group)
def models() -> None:
    """List, fetch and verify model weights."""


@models.command("list")
@format_option
@with_plain_console
def list_models(console: Console, output: str) -> None:
    """Show every known model, and where it lies on this machine.

    \b
    Example:
      interview-analysis models list
    """
    from interview_analysis.models.weights.store import ModelStore

    store = ModelStore()
    statuses = store.status()
    if output == "json":
        console.result(json.dumps([_as_dict(status) for status in statuses], indent=2))
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
    console.result(f"store: {store.root}")


@models.command("fetch", cls=Command)
@click.argument("model_ids", nargs=-1, metavar="[MODEL]...")
@click.option("--all", "every", is_flag=True, help="Also the models that are only fetched on request.")
@format_option
@with_console
def fetch_models(console: Console, model_ids: tuple[str, ...], every: bool, output: str) -> None:
    """Bring MODELs to this machine; by default those that scoring needs.

    \b
    Example:
      interview-analysis models fetch
    """
    from interview_analysis.models.weights.store import ModelStore, default_models, registry

    store = ModelStore()
    wanted = model_ids or (tuple(registry()) if every else default_models())
    statuses = store.status(wanted)  # an unknown id fails here, before anything is downloaded
    with console.stages() as stages:
        store.fetch(wanted, lambda p: stages.update(p.model_id, p.done_bytes, p.total_bytes))
    statuses = store.status(wanted)
    if output == "json":
        console.result(json.dumps([_as_dict(status) for status in statuses], indent=2))
    else:
        for status in statuses:
            console.result(f"{status.model_id}: {status.path}")


@models.command("verify")
@click.argument("model_ids", nargs=-1, metavar="[MODEL]...")
@format_option
@with_plain_console
def verify_models(console: Console, model_ids: tuple[str, ...], output: str) -> None:
    """Check the SHA-256 of MODELs; by default of all that are present. Exit code 1 if one is wrong or missing.

    \b
    Example:
      interview-analysis models verify whisper-base
    """
    from interview_analysis.models.weights.store import ModelStore

    store = ModelStore()
    store.status(model_ids)  # an unknown id is no answer
    results = list(store.verify(model_ids or None))
    if output == "json":
        found = [
            {"model": model, "ok": error is None, "error": error and str(error)} for model, error in results
        ]
        console.result(json.dumps(found, indent=2))
    else:
        for model, error in results:
            console.result(f"{model}: ok") if error is None else console.error(str(error))
        if not results:
            console.result("no weights are present: run `interview-analysis models fetch`")
    if any(error is not None for _, error in results):
        sys.exit(Exit.NO)


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
