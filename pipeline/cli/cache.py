"""``interview-analysis cache``: how much the kept observations take, and removing them."""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from typing import TYPE_CHECKING

import click

from interview_analysis.pipeline.cli.shared import Group, with_plain_console
from interview_analysis.pipeline.common.console import Console
from interview_analysis.pipeline.storage.places import shown

if TYPE_CHECKING:
    from interview_analysis.pipeline.observation.cache import ObservationCache

_SIZE = re.compile(r"(?P<number>\d+(?:\.\d+)?)\s*(?P<unit>[kmgt]?)(?P<binary>i?)b?", re.IGNORECASE)
_AGE = re.compile(r"(?P<number>\d+(?:\.\d+)?)\s*(?P<unit>[smhdw])", re.IGNORECASE)
_AGE_UNITS_S = {"s": 1, "m": 60, "h": 3600, "d": 86_400, "w": 604_800}
_PREFIXES = " kmgt"


def parse_size(text: str) -> int:
    """Bytes of "5GB", "500 MB", "1.5GiB" or "1000". Raises ValueError for anything else."""
    match = _SIZE.fullmatch(text.strip())
    if match is None:
        raise ValueError(f"'{text}' is no size: expected a number with a unit, such as 5GB, 500MB or 1.5GiB")
    base = 1024 if match["binary"] else 1000
    power = _PREFIXES.index(match["unit"].lower()) if match["unit"] else 0
    size = float(match["number"]) * base**power
    if not math.isfinite(size):
        raise ValueError(f"{len(match['number'])} digits are no size")
    return int(size)


def parse_age(text: str) -> float:
    """Seconds of "30d", "12h", "90m", "2w" or "10s". Raises ValueError for anything else."""
    match = _AGE.fullmatch(text.strip())
    if match is None:
        raise ValueError(f"'{text}' is no age: expected a number with s, m, h, d or w, such as 30d or 12h")
    return float(match["number"]) * _AGE_UNITS_S[match["unit"].lower()]


def size_text(size_bytes: float) -> str:
    """A size for a reader: "512 B", "1.5 GB"."""
    for unit in ("B", "kB", "MB", "GB"):
        if size_bytes < 1000:
            return f"{size_bytes:.0f} B" if unit == "B" else f"{size_bytes:.1f} {unit}"
        size_bytes /= 1000
    return f"{size_bytes:.1f} TB"


def _read_by(
    parse: Callable[[str], float],
) -> Callable[[click.Context, click.Parameter, str | None], float | None]:
    def convert(_: click.Context, __: click.Parameter, value: str | None) -> float | None:
        try:
            return None if value is None else parse(value)
        except ValueError as error:
            raise click.BadParameter(str(error)) from error

    return convert


_FOLDER = click.option(
    "--cache", "folder", metavar="FOLDER",
    help="Folder of the observations, also s3://...; by default $INTERVIEW_ANALYSIS_CACHE, or beside the models.",
)  # fmt: skip


@click.group(cls=Group)
def cache() -> None:
    """Show or remove cached observations, which are kept for scoring them again."""


@cache.command()
@_FOLDER
@with_plain_console
def info(console: Console, folder: str | None) -> None:
    """Show how many observations are kept, and how much space they take.

    \b
    Example:
      interview-analysis cache info
    """
    from datetime import datetime

    opened = _opened(folder)
    held = opened.info()
    console.result(f"folder: {shown(opened.folder.url)}")
    for kind, (count, size) in held.kinds.items():
        console.result(f"{kind:<10} {count:>9,}  {size_text(size):>9}")
    console.result(
        f"{'all':<10} {held.count:>9,}  {size_text(held.size_bytes):>9}  of {size_text(opened.max_bytes)}"
    )
    if held.oldest_s is not None:
        then = datetime.fromtimestamp(held.oldest_s).astimezone()
        what = "oldest" if opened.folder.local is None else "least recently used"
        console.result(f"{what}: {then:%Y-%m-%d %H:%M}")


@cache.command()
@_FOLDER
@click.option(
    "--max-size",
    callback=_read_by(parse_size),
    metavar="SIZE",
    help="Keep this much, such as 5GB; the least recently used go.",
)
@click.option(
    "--older-than",
    callback=_read_by(parse_age),
    metavar="AGE",
    help="Remove what was not used for this long, such as 30d.",
)
@click.option("--all", "everything", is_flag=True, help="Remove all of it.")
@with_plain_console
def prune(
    console: Console, folder: str | None, max_size: float | None, older_than: float | None, everything: bool
) -> None:
    """Remove kept observations; by default those beyond the limit of the cache.

    \b
    Examples:
      interview-analysis cache prune --max-size 5GB
      interview-analysis cache prune --older-than 30d
      interview-analysis cache prune --all
    """
    opened = _opened(folder)
    limit: float | None = 0 if everything else max_size
    if limit is None and older_than is None:
        limit = opened.max_bytes
    done = opened.prune(limit, older_than)
    console.result(
        f"removed {done.removed_count:,} ({size_text(done.removed_bytes)}), "
        f"left {done.left_count:,} ({size_text(done.left_bytes)}) in {shown(opened.folder.url)}"
    )


def _opened(folder: str | None) -> ObservationCache:
    from interview_analysis.pipeline.observation.cache import ObservationCache

    return ObservationCache.at(folder)
