"""What an extractor is, and how one is run over time windows.

A file in this folder that defines ``EXTRACTOR`` is an extractor; dropping it in is all it takes. `compute` gets
the observations and one time window and returns a value for each of its specs; the same function serves the
whole recording and every window of the timeline. What could not be observed is left out or NaN.
"""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import TYPE_CHECKING

import numpy as np

from interview_analysis.types import Channel, Event, FloatArray, Interval, Observations

if TYPE_CHECKING:
    import pandas as pd

COVERAGE = "coverage_ratio"


@dataclass(frozen=True, slots=True)
class FeatureSpec:
    """One feature: `name` ends in its unit (``rate_per_min``), `low` and `high` bound what is possible."""

    name: str
    unit: str
    meaning: str
    low: float = float("-inf")
    high: float = float("inf")
    source: str = ""


def _no_events(_: Observations) -> tuple[Event, ...]:
    return ()


@dataclass(frozen=True, slots=True)
class Extractor:
    """A named, versioned set of features. Changing what a feature means raises `version`."""

    name: str
    version: int
    channel: Channel
    specs: tuple[FeatureSpec, ...]
    compute: Callable[[Observations, Interval], Mapping[str, float]]
    events: Callable[[Observations], tuple[Event, ...]] = field(default=_no_events)


@cache
def extractors() -> tuple[Extractor, ...]:
    """Every extractor of the rooms of `features`, by name."""
    package = importlib.import_module("interview_analysis.features")
    modules = (
        importlib.import_module(m.name)
        for m in pkgutil.walk_packages(package.__path__, f"{package.__name__}.")
    )
    return by_name([module.EXTRACTOR for module in modules if hasattr(module, "EXTRACTOR")])


def by_name(found: Sequence[Extractor]) -> tuple[Extractor, ...]:
    """In the order of their names. Raises ValueError for two of one name."""
    names = [extractor.name for extractor in found]
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise ValueError(f"extractors need names of their own, there twice: {', '.join(twice)}")
    return tuple(sorted(found, key=lambda extractor: extractor.name))


@dataclass(frozen=True, slots=True)
class Fault:
    """What an extractor got wrong about its own values, which are left out for it."""

    extractor: str
    reason: str


def tabulate(extractor: Extractor, observations: Observations, windows: Sequence[Interval]) -> pd.DataFrame:
    """Run one extractor over `windows`.

    Returns a frame with one row a window, index ``(start_s, end_s)``, columns ``<extractor>.<feature>`` in the
    order of the specs, then ``<extractor>.coverage_ratio``: the share of the window that could be observed.
    Raises ValueError where `measured` finds a fault.
    """
    (table,), faults = measured(extractor, observations, [windows])
    if faults:
        raise ValueError(f"{faults[0].extractor}: {faults[0].reason}")
    return table


def measured(
    extractor: Extractor, observations: Observations, grids: Sequence[Sequence[Interval]]
) -> tuple[list[pd.DataFrame], tuple[Fault, ...]]:
    """Run one extractor over several grids of windows, a frame as `tabulate` gives it for each.

    A feature that leaves the bounds of its spec anywhere is NaN everywhere, and so are all features where `compute` raises
    ValueError or ArithmeticError; the faults say which and why. Raises TypeError for a feature without a spec.
    """
    import pandas as pd  # 80 MB, which who asks for the specs alone does without

    names, faults = [spec.name for spec in extractor.specs], []
    try:
        arrays = [_rows(extractor, names, observations, windows) for windows in grids]
    except (ValueError, ArithmeticError) as error:
        faults.append(fault_of(extractor, error))
        arrays = [np.full((len(windows), len(names) + 1), np.nan) for windows in grids]
        for rows in arrays:
            rows[:, -1] = 0.0
    for place, spec in enumerate(extractor.specs):
        values = np.concatenate([rows[:, place] for rows in arrays])
        beyond = values[np.isfinite(values) & ((values < spec.low - 1e-9) | (values > spec.high + 1e-9))]
        if beyond.size:
            reason = f"{spec.name} is {beyond[0]:g}, expected {spec.low:g} to {spec.high:g}"
            faults.append(Fault(extractor.name, reason))
            for rows in arrays:
                rows[:, place] = np.nan
    columns = [f"{extractor.name}.{name}" for name in [*names, COVERAGE]]
    tables = [
        pd.DataFrame(
            rows,
            index=pd.MultiIndex.from_tuples([(w.start_s, w.end_s) for w in grid], names=["start_s", "end_s"]),
            columns=columns,
        )
        for rows, grid in zip(arrays, grids, strict=True)
    ]
    return tables, tuple(faults)


def fault_of(extractor: Extractor, error: Exception) -> Fault:
    """What an extractor raised, in one line."""
    return Fault(extractor.name, " ".join(f"{type(error).__name__}: {error}".split()))


def _rows(
    extractor: Extractor, names: Sequence[str], observations: Observations, windows: Sequence[Interval]
) -> FloatArray:
    """The values of an extractor and its coverage, shape (windows, features + 1)."""
    rows = np.full((len(windows), len(names) + 1), np.nan)
    for row, window in zip(rows, windows, strict=True):
        values = extractor.compute(observations, window)
        unknown = set(values) - set(names) - {COVERAGE}
        if unknown:
            raise TypeError(f"{extractor.name} returned features without a spec: {sorted(unknown)}")
        row[:-1] = [values.get(name, np.nan) for name in names]
        row[-1] = values.get(COVERAGE, 0.0)
    return rows


def sliding_windows(duration_s: float, length_s: float, hop_s: float) -> tuple[Interval, ...]:
    """Windows of `length_s` every `hop_s`, the last one ending at `duration_s`; one window when it is shorter."""
    if duration_s <= length_s:
        return (Interval(0.0, duration_s),)
    count = int((duration_s - length_s) // hop_s) + 1
    windows = [Interval(i * hop_s, i * hop_s + length_s) for i in range(count)]
    if windows[-1].end_s < duration_s - 1e-6:
        windows.append(Interval(duration_s - length_s, duration_s))
    return tuple(windows)
