"""What is held about a candidate, room by room: for the export of everything, and for erasure.

A room says in its `AppConfig.ready` what it holds. A test erases a candidate of whom every room holds something and looks
through the database, the files and the caches for what is left.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django_stubs_ext import StrOrPromise

Row = dict[str, Any]


def _nothing(candidate: int) -> list[Any]:
    return []


def _no_more(candidate: int) -> None:
    return None


@dataclass(frozen=True, slots=True)
class Holding:
    """`candidate` is a candidate's number throughout.

    `rows` are what the export shows, as JSON. `given` are files of the export, under the names that the candidate knows
    them by. `files` are all files and folders that go with an erasure. `erase` removes the rows that do not go with the
    candidate's own.
    """

    name: str  # of its file in the export
    title: StrOrPromise
    rows: Callable[[int], list[Row]]
    given: Callable[[int], list[tuple[str, Path]]] = _nothing
    files: Callable[[int], list[Path]] = _nothing
    erase: Callable[[int], None] = _no_more


_held: dict[str, Holding] = {}


def register(holding: Holding) -> None:
    _held[holding.name] = holding


def holdings() -> list[Holding]:
    """Of the lowest room first."""
    return list(_held.values())
