"""Remembering what depends on the whole of a recording, so that its windows share it."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import TypeVar

Source = TypeVar("Source")
Result = TypeVar("Result")


def once(function: Callable[[Source], Result]) -> Callable[[Source], Result]:
    """Remember the last result, for as long as the very same object is asked about.

    Nothing is hashed or compared, and no more than one object is kept.
    """
    kept: list[tuple[Source, Result]] = []

    @wraps(function)
    def remembered(source: Source) -> Result:
        last = kept[-1:]
        if last and last[0][0] is source:
            return last[0][1]
        result = function(source)
        kept[:] = [(source, result)]
        return result

    return remembered
