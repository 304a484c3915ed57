"""Remembering what depends on the whole of a recording, so that its windows share it."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import TypeVar, cast
from weakref import ref

Source = TypeVar("Source")
Result = TypeVar("Result")


def once(function: Callable[[Source], Result]) -> Callable[[Source], Result]:
    """Remember the last result, for as long as the very same object is asked about.

    Nothing is hashed or compared, no more than one result is kept, and it goes with the object that it is of: what was
    observed of a recording is not kept alive. A result may be that object, and must not hold it otherwise.
    """
    kept: list[tuple[ref[Source], Result | None]] = []  # None: the object itself

    def forget(gone: ref[Source]) -> None:
        kept[:] = [pair for pair in kept if pair[0] is not gone]

    @wraps(function)
    def remembered(source: Source) -> Result:
        last = kept[-1:]
        if last and last[0][0]() is source:
            return cast(Result, source) if last[0][1] is None else last[0][1]
        result = function(source)
        kept[:] = [(ref(source, forget), None if result is source else result)]
        return result

    return remembered
