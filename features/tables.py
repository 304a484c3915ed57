"""The feature tables of one recording: the whole, disjoint blocks for standard errors, and the timeline."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np

from interview_analysis.features.core.extractor import (
    COVERAGE,
    Fault,
    extractors,
    fault_of,
    measured,
    sliding_windows,
)
from interview_analysis.features.moments.moments import moments
from interview_analysis.types import Event, FloatArray, Interval, Observations

if TYPE_CHECKING:
    import pandas as pd

_SLACK_S = 1e-6  # edges of blocks are sums


@dataclass(frozen=True, slots=True)
class FeatureTables:
    """All extractors side by side; each frame has index ``(start_s, end_s)`` and columns ``<extractor>.<feature>``."""

    whole: pd.DataFrame  # one row
    blocks: pd.DataFrame  # disjoint, together they cover the recording
    timeline: pd.DataFrame  # overlapping windows
    events: tuple[Event, ...]  # by time: those of the extractors, and the moments that stand out
    faults: tuple[Fault, ...] = ()  # why features or events of an extractor were left out

    def value(self, feature: str) -> float:
        """The value over the whole recording, NaN where it was not observed."""
        return float(_column(self.whole, feature)[0])

    def coverage(self, feature: str) -> float:
        """Share of the recording that the feature's extractor could observe."""
        return float(_column(self.whole, _coverage_of(feature))[0])

    def block_values(self, feature: str, min_coverage: float) -> np.ndarray:
        """Values of the blocks that were observed well enough, shape (k,)."""
        coverage, values = _column(self.blocks, _coverage_of(feature)), _column(self.blocks, feature)
        return np.asarray(values[(coverage >= min_coverage) & np.isfinite(values)])

    def over_time(self, feature: str, min_coverage: float) -> FloatArray:
        """Values of the timeline's windows, shape (n,); NaN where a window was observed for a smaller share of its time."""
        values = _column(self.timeline, feature)
        observed = _column(self.timeline, _coverage_of(feature)) >= min_coverage
        return np.where(observed, values, np.nan)

    def of(self, window: Interval) -> FeatureTables:
        """The row of `window` as the whole, with its blocks; see `answer_tables`."""
        start_s, end_s = window.start_s, window.end_s
        first, last = (self.blocks.index.get_level_values(level) for level in ("start_s", "end_s"))
        inside = (first >= start_s - _SLACK_S) & (last <= end_s + _SLACK_S)
        return replace(self, whole=self.whole.loc[[(start_s, end_s)]], blocks=self.blocks[inside])

    @property
    def window(self) -> Interval:
        """What the values over the whole were measured over."""
        start_s, end_s = self.whole.index[0]
        return Interval(float(start_s), float(end_s))


def _coverage_of(feature: str) -> str:
    return f"{feature.partition('.')[0]}.{COVERAGE}"


def _column(table: pd.DataFrame, name: str) -> FloatArray:
    """The values of a column; a Series with its two-level index takes twenty times as long to make."""
    return np.asarray(table.to_numpy(dtype=float)[:, table.columns.get_loc(name)])


def blocks(duration_s: float, length_s: float, start_s: float = 0.0) -> tuple[Interval, ...]:
    """Equal disjoint intervals of about `length_s` that cover `duration_s` from `start_s` on."""
    count = max(1, round(duration_s / length_s))
    edges = np.linspace(start_s, start_s + duration_s, count + 1)
    return tuple(Interval(float(a), float(b)) for a, b in pairwise(edges))


def feature_tables(
    observations: Observations, *, block_s: float = 10.0, window_s: float = 10.0, hop_s: float = 5.0
) -> FeatureTables:
    """Run every extractor over the whole recording, over blocks and over the timeline's windows; find the moments."""
    duration_s = observations.facts.duration_s
    grids = (
        (Interval(0.0, duration_s),),
        blocks(duration_s, block_s),
        sliding_windows(duration_s, window_s, hop_s),
    )
    (whole, block, timeline), faults = _measured(observations, grids)
    _leave_out_holes(whole, observations)
    events, failed = _events(observations)
    events += moments(observations, timeline)
    by_time = sorted(events, key=lambda e: (e.start_s, e.end_s, e.kind))
    return FeatureTables(whole, block, timeline, tuple(by_time), (*faults, *failed))


def answer_tables(
    observations: Observations, windows: Sequence[Interval], *, block_s: float = 10.0
) -> FeatureTables:
    """The tables of some stretches of a recording together: a row of `whole` for each, and the blocks of all.

    `FeatureTables.of` takes one out. There is no timeline and there are no events, which the recording's tables have.
    """
    grids = (windows, [b for w in windows for b in blocks(w.duration_s, block_s, w.start_s)])
    (whole, block), faults = _measured(observations, grids)
    _leave_out_holes(whole, observations)
    return FeatureTables(whole, block, whole.iloc[:0], (), faults)


def _measured(
    observations: Observations, grids: Sequence[Sequence[Interval]]
) -> tuple[list[pd.DataFrame], tuple[Fault, ...]]:
    """All extractors side by side over each grid."""
    import pandas as pd

    found = [measured(extractor, observations, grids) for extractor in extractors()]
    tables = [pd.concat(side, axis=1) for side in zip(*(tables for tables, _ in found), strict=True)]
    return tables, tuple(fault for _, faults in found for fault in faults)


def _events(observations: Observations) -> tuple[list[Event], list[Fault]]:
    """The events of all extractors; those of one that raises what `measured` forgives are left out."""
    events: list[Event] = []
    faults: list[Fault] = []
    for extractor in extractors():
        try:
            events += extractor.events(observations)
        except (ValueError, ArithmeticError) as error:
            faults.append(fault_of(extractor, error))
    return events, faults


def _leave_out_holes(whole: pd.DataFrame, observations: Observations) -> None:
    """Let coverage be the share of what was recorded: a hole in the sound lacks no voice, one in all lacks no face.

    Blocks and windows of the timeline keep the share of their time: one that is mostly hole says little.
    """
    facts = observations.facts
    for extractor in extractors():
        holes = facts.sound_holes if extractor.channel in ("content", "voice") else facts.holes
        if not holes:
            continue
        windows = [Interval(float(start_s), float(end_s)) for start_s, end_s in whole.index]
        length_s = np.array([window.duration_s for window in windows])
        lost_s = np.array([sum(hole.overlap_s(window) for hole in holes) for window in windows])
        observed_s = _column(whole, f"{extractor.name}.{COVERAGE}") * length_s
        recorded_s = np.maximum(length_s - lost_s, observed_s)
        share = np.divide(observed_s, recorded_s, out=np.zeros_like(observed_s), where=recorded_s > 0)
        whole[f"{extractor.name}.{COVERAGE}"] = share
