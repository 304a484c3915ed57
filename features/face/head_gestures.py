"""Nods and shakes: quick swings of the head up and down, or from side to side.

A swing is the way from one turning point to the next. Turning points are found with hysteresis: the head has
turned round once it came back by the smallest swing that counts. A nod is two or more swings of pitch in a row, of
at least 5 degrees and at most 0.8 s each. A shake is three or more swings of yaw (two would be a look to the side
and back), of at least 8 degrees and at most 0.6 s each, as the head also sways slowly with speech. Swings in a row
are at most 0.4 s apart. Where both angles swing, the one that moves further names the gesture. At 5 frames a
second nothing above 2.5 Hz can be seen, and swings near it are flattened.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from interview_analysis.features.core.extractor import Extractor, FeatureSpec
from interview_analysis.features.core.memory import once
from interview_analysis.features.core.visual import NO_COVERAGE, Seen, bouts, started_in
from interview_analysis.types import Event, FloatArray, Interval, Observations

MAX_REST_S = 0.4
MAX_GAP_S = 0.2


@dataclass(frozen=True, slots=True)
class Rule:
    """What makes a gesture: how many swings in a row, how wide and how quick each."""

    kind: str
    min_swings: int
    min_swing_deg: float
    max_swing_s: float


NOD = Rule("nod", min_swings=2, min_swing_deg=5.0, max_swing_s=0.8)
SHAKE = Rule("shake", min_swings=3, min_swing_deg=8.0, max_swing_s=0.6)


@dataclass(frozen=True, slots=True)
class Swing:
    start_s: float
    end_s: float
    size_deg: float


def turning_points(angle_deg: FloatArray, min_swing_deg: float) -> list[int]:
    """Indices of the turning points of a gapless series, its first and last extreme included.

    Successive ones differ by `min_swing_deg` or more, in alternating directions; empty when nothing swings.
    """
    points: list[int] = []
    low = high = 0
    direction = 0
    for index in range(1, angle_deg.size):
        if angle_deg[index] > angle_deg[high]:
            high = index
        if angle_deg[index] < angle_deg[low]:
            low = index
        if direction >= 0 and angle_deg[high] - angle_deg[index] >= min_swing_deg:
            points.append(high)
            direction, low = -1, index
            high = index
        elif direction <= 0 and angle_deg[index] - angle_deg[low] >= min_swing_deg:
            points.append(low)
            direction, high = 1, index
            low = index
    if direction:
        points.append(high if direction > 0 else low)
    return points


def swings(time_s: FloatArray, angle_deg: FloatArray, min_swing_deg: float) -> list[Swing]:
    """The swings of a gapless series, each from where it has made 10 % of its way to where it has made 90 %."""
    found = []
    points = turning_points(angle_deg, min_swing_deg)
    for start, stop in pairwise(points):
        way = (angle_deg[start : stop + 1] - angle_deg[start]) / (angle_deg[stop] - angle_deg[start])
        first = start + int(np.flatnonzero(way <= 0.1)[-1])
        last = start + int(np.flatnonzero(way >= 0.9)[0])
        found.append(
            Swing(float(time_s[first]), float(time_s[last]), float(abs(angle_deg[stop] - angle_deg[start])))
        )
    return found


def rows(time_s: FloatArray, angle_deg: FloatArray, rule: Rule) -> list[list[Swing]]:
    """Rows of quick swings without a rest in between, long enough to be the gesture of `rule`."""
    found: list[list[Swing]] = [[]]
    for swing in swings(time_s, angle_deg, rule.min_swing_deg):
        if found[-1] and swing.start_s - found[-1][-1].end_s > MAX_REST_S + 1e-6:
            found.append([])
        if swing.end_s - swing.start_s <= rule.max_swing_s + 1e-6:
            found[-1].append(swing)
        elif found[-1]:
            found.append([])
    return [row for row in found if len(row) >= rule.min_swings]


@once
def events(observations: Observations) -> tuple[Event, ...]:
    """``nod`` and ``shake`` from the first to the last turning point; value: mean swing in degrees."""
    faces = observations.faces
    if faces is None:
        return ()
    found: list[Event] = []
    for first, last in bouts(faces.time_s, faces.present, max_gap_s=MAX_GAP_S):
        part = np.flatnonzero(faces.present[first : last + 1]) + first
        time_s = faces.time_s[part]
        yaw, pitch = faces.yaw_deg[part], faces.pitch_deg[part]
        for rule, own, other in ((NOD, pitch, yaw), (SHAKE, yaw, pitch)):
            for row in rows(time_s, own, rule):
                during = (time_s >= row[0].start_s) & (time_s <= row[-1].end_s)
                if np.ptp(own[during]) > np.ptp(other[during]):
                    size = float(np.mean([swing.size_deg for swing in row]))
                    found.append(Event(rule.kind, row[0].start_s, row[-1].end_s, size))
    return tuple(sorted(found, key=lambda event: event.start_s))


def compute(observations: Observations, window: Interval) -> Mapping[str, float]:
    """Counts of gestures that start in the window, and their rates per minute of seen face."""
    faces = observations.faces
    if faces is None or not (seen := Seen.within(window, faces.time_s, faces.present)):
        return NO_COVERAGE
    values = {"coverage_ratio": seen.coverage}
    found = events(observations)
    for kind in ("nod", "shake"):
        own = [event for event in found if event.kind == kind]
        values[f"{kind}s_count"] = float(len(started_in(own, window)))
        values[f"{kind}s_per_min"] = seen.per_minute(own)
    return values


_BOUND = "a lower bound: at 5 frames a second only movements below 2.5 Hz are seen"
EXTRACTOR = Extractor(
    name="head_gestures",
    version=1,
    channel="face",
    specs=(
        FeatureSpec(
            "nods_count", "count", f"nods: two or more quick swings of pitch of 5 deg or more; {_BOUND}", 0
        ),
        FeatureSpec("nods_per_min", "1/min", "nods per minute of seen face", 0),
        FeatureSpec(
            "shakes_count",
            "count",
            f"shakes: three or more quick swings of yaw of 8 deg or more; {_BOUND}",
            0,
        ),
        FeatureSpec("shakes_per_min", "1/min", "shakes per minute of seen face", 0),
    ),
    compute=compute,
    events=events,
)
