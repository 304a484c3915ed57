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

import numpy as np
import pandas as pd

from interview_analysis.types import Channel, Event, Interval, Observations

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
    found = [module.EXTRACTOR for module in modules if hasattr(module, "EXTRACTOR")]
    return tuple(sorted(found, key=lambda extractor: extractor.name))


def tabulate(extractor: Extractor, observations: Observations, windows: Sequence[Interval]) -> pd.DataFrame:
    """Run one extractor over `windows`.

    Returns a frame with one row a window, index ``(start_s, end_s)``, columns ``<extractor>.<feature>`` in the
    order of the specs, then ``<extractor>.coverage_ratio``: the share of the window that could be observed.
    A value outside the bounds of its spec is a fault of the extractor and raises ValueError.
    """
    names = [spec.name for spec in extractor.specs]
    rows = np.full((len(windows), len(names) + 1), np.nan)
    for row, window in zip(rows, windows, strict=True):
        values = extractor.compute(observations, window)
        unknown = set(values) - set(names) - {COVERAGE}
        if unknown:
            raise ValueError(f"{extractor.name} returned features without a spec: {sorted(unknown)}")
        row[:-1] = [values.get(name, np.nan) for name in names]
        row[-1] = values.get(COVERAGE, 0.0)
    for spec, column in zip(extractor.specs, rows.T, strict=False):
        seen = column[np.isfinite(column)]
        if seen.size and (seen.min() < spec.low - 1e-9 or seen.max() > spec.high + 1e-9):
            raise ValueError(
                f"{extractor.name}.{spec.name} left its bounds [{spec.low}, {spec.high}]: {seen}"
            )
    index = pd.MultiIndex.from_tuples([(w.start_s, w.end_s) for w in windows], names=["start_s", "end_s"])
    columns = [f"{extractor.name}.{name}" for name in [*names, COVERAGE]]
    return pd.DataFrame(rows, index=index, columns=columns)


def sliding_windows(duration_s: float, length_s: float, hop_s: float) -> tuple[Interval, ...]:
    """Windows of `length_s` every `hop_s`, the last one ending at `duration_s`; one window when it is shorter."""
    if duration_s <= length_s:
        return (Interval(0.0, duration_s),)
    count = int((duration_s - length_s) // hop_s) + 1
    windows = [Interval(i * hop_s, i * hop_s + length_s) for i in range(count)]
    if windows[-1].end_s < duration_s - 1e-6:
        windows.append(Interval(duration_s - length_s, duration_s))
    return tuple(windows)
