"""What is usual for a speaker, how far something lies from it, and how much to trust that it does."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np

from interview_analysis.types import Event, FloatArray, Interval

OUTLYING = 2.5  # robust standard deviations from the median: Leys et al. (2013), their moderate criterion
MIN_SAMPLES = 5  # of fewer, a median absolute deviation says nothing
_NORMAL = 1.4826  # median absolute deviations of a normal distribution in one standard deviation
_HALF_SAMPLES = 3.0
_UNKNOWN = 0.5
_LENGTH_FLOOR = 0.2  # of the deviation of log lengths: lengths that differ by less than a fifth look alike


@dataclass(frozen=True, slots=True)
class Baseline:
    """The median of a speaker's own values and their robust standard deviation; `samples` count independent ones."""

    median: float
    deviation: float
    samples: float

    def deviations(self, value: float) -> float:
        """How many robust standard deviations `value` lies above the median, below it when negative."""
        return (value - self.median) / self.deviation


def baseline(values: FloatArray, floor: float, samples: float | None = None) -> Baseline | None:
    """The baseline of the finite values, None for fewer than five.

    `floor` is the smallest deviation that is believed, and `samples` how many independent values these are, where they
    overlap.
    """
    seen = values[np.isfinite(values)]
    if len(seen) < MIN_SAMPLES:
        return None
    middle = float(np.median(seen))
    deviation = _NORMAL * float(np.median(np.abs(seen - middle)))
    return Baseline(middle, max(deviation, floor), float(len(seen)) if samples is None else samples)


def confidence(coverage: float, samples: float, deviations: float) -> float:
    """How much to trust that an event stands out, 0 to 1: ``coverage * n / (n + 3) * z**2 / (1 + z**2)``.

    `coverage` is the share of the event's time that was observed. n is the number of samples behind the baseline (three
    count half). z is the distance from the baseline in robust standard deviations; by Cantelli's inequality a value of
    whatever distribution lies that far on one side with a probability of 1 / (1 + z**2) at most. Without a baseline (z is
    NaN) the last factor is one half.
    """
    known = _UNKNOWN if math.isnan(deviations) else deviations**2 / (1 + deviations**2)
    return min(1.0, max(0.0, coverage)) * samples / (samples + _HALF_SAMPLES) * known


def count_deviations(count: float, expected: float) -> float:
    """How far a count lies from the expected one in standard deviations (Anscombe 1948, for Poisson counts)."""
    return 2 * (math.sqrt(count + 3 / 8) - math.sqrt(expected + 3 / 8))


def unusually_long(
    kind: str, events: Sequence[Event], min_s: float, coverage: Callable[[Interval], float]
) -> list[Event]:
    """Those of `events` that last `min_s` or more and 2.5 deviations of log lengths above the speaker's median.

    Lengths of pauses and looks are distributed log-normally (Campione & Véronis 2002). The value is the length in seconds,
    the baseline the median length. Where there are fewer than five to compare with, `min_s` alone decides.
    """
    lengths = np.array([event.end_s - event.start_s for event in events])
    usual = baseline(np.log(lengths), _LENGTH_FLOOR)
    found = []
    for event, length in zip(events, lengths.tolist(), strict=True):
        z = usual.deviations(math.log(length)) if usual else float("nan")
        if length < min_s or z < OUTLYING:
            continue
        seen = coverage(Interval(event.start_s, event.end_s))
        found.append(
            replace(
                event,
                kind=kind,
                value=length,
                baseline=math.exp(usual.median) if usual else float("nan"),
                confidence=confidence(seen, len(lengths), z),
            )
        )
    return found


def merged(events: Sequence[Event], gap_s: float) -> list[list[Event]]:
    """Events by start, those at most `gap_s` apart in one list."""
    runs: list[list[Event]] = []
    end_s = float("-inf")
    for event in sorted(events, key=lambda e: e.start_s):
        if runs and event.start_s - end_s <= gap_s:
            runs[-1].append(event)
        else:
            runs.append([event])
        end_s = max(end_s, event.end_s)
    return runs
