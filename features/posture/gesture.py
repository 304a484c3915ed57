"""Movements of the hands: how often, how wide, and whether hands are in view at all."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from interview_analysis.features.core.extractor import Extractor, FeatureSpec
from interview_analysis.features.core.memory import once
from interview_analysis.features.core.visual import (
    NO_COVERAGE,
    Seen,
    above,
    bouts,
    length,
    peak_event,
    pose_points,
    ratio,
    step_s,
)
from interview_analysis.features.posture.posture import upper_body
from interview_analysis.types import Event, FloatArray, Interval, Observations

MOVING_SW_PER_S = 0.8
MIN_GESTURE_S = 0.4
MAX_GAP_S = 0.4
MIN_EXTENT_SAMPLES = 5


@once
def wrists(observations: Observations) -> FloatArray:
    """Left and right wrist from the point between the shoulders, in shoulder widths, shape (n, 2, 2).

    NaN where the wrist or the candidate's shoulders are not seen.
    """
    poses = observations.poses
    if poses is None:
        return np.full((0, 2, 2), np.nan)
    points = pose_points(poses, margin=0.0)
    body = upper_body(observations)
    middle = np.where(body.seen[:, None], body.middle, np.nan)
    both = np.stack([points["left_wrist"], points["right_wrist"]], axis=1)
    return (both - middle[:, None]) / body.usual_width


def speed(time_s: FloatArray, positions: FloatArray) -> FloatArray:
    """Speed of the faster wrist in shoulder widths a second, shape (n,), from one sample to the next."""
    fastest = np.full(time_s.size, np.nan)
    if time_s.size > 1:
        each = length(np.diff(positions, axis=0)) / np.diff(time_s)[:, None]
        fastest[:-1] = np.fmax(each[:, 0], each[:, 1])
    return fastest


def compute(observations: Observations, window: Interval) -> Mapping[str, float]:
    """Shares of the frames with the upper body; rates per minute of seen hands."""
    poses = observations.poses
    if poses is None or not (body := Seen.within(window, poses.time_s, upper_body(observations).seen)):
        return NO_COVERAGE
    positions = wrists(observations)
    hands = Seen(poses.time_s, body.mask & np.any(np.isfinite(positions[:, :, 0]), axis=1), window)
    fastest = speed(poses.time_s, positions)
    return {
        "hands_visible_ratio": body.ratio(hands.mask),
        "gestures_per_min": hands.per_minute(events(observations)),
        "moving_ratio": ratio(above(fastest, MOVING_SW_PER_S), hands.mask & np.isfinite(fastest)),
        "extent_sw": extent(positions[hands.mask]),
        "coverage_ratio": body.coverage,
    }


def extent(positions: FloatArray) -> float:
    """Diagonal of the box from the 5th to the 95th percentile of a wrist's positions, (n, 2, 2); the wider hand.

    NaN when neither wrist was seen in five samples or more.
    """
    widest = float("nan")
    for side in range(2):
        seen = positions[np.isfinite(positions[:, side]).all(axis=1), side]
        if len(seen) >= MIN_EXTENT_SAMPLES:
            low, high = np.percentile(seen, [5, 95], axis=0)
            widest = float(np.fmax(widest, length(high - low)))
    return widest


def is_jump(time_s: FloatArray, positions: FloatArray, run: tuple[int, int]) -> bool:
    """Whether a run is a single position out of line: two fast steps that lead back to where they began."""
    first, last = run
    if last - first > 1:
        return False
    way = length(positions[last + 1] - positions[first])
    return not np.any(way > MOVING_SW_PER_S * step_s(time_s))


@once
def events(observations: Observations) -> tuple[Event, ...]:
    """``gesture``: a wrist moves for 0.4 s and two samples or more; value: top speed in shoulder widths a second."""
    poses = observations.poses
    if poses is None:
        return ()
    positions = wrists(observations)
    fastest = speed(poses.time_s, positions)
    runs = bouts(poses.time_s, above(fastest, MOVING_SW_PER_S), MIN_GESTURE_S, MAX_GAP_S)
    return tuple(
        peak_event("gesture", poses.time_s, run, fastest)
        for run in runs
        if not is_jump(poses.time_s, positions, run)
    )


EXTRACTOR = Extractor(
    name="gesture",
    version=1,
    channel="posture",
    specs=(
        FeatureSpec("hands_visible_ratio", "ratio", "share of upper-body frames with a wrist in view", 0, 1),
        FeatureSpec(
            "gestures_per_min",
            "1/min",
            "bouts of 0.4 s and two samples or more with a wrist faster than "
            f"{MOVING_SW_PER_S} shoulder widths a second against the shoulders, per minute of seen hands; bouts up to 0.4 s apart are one",
            0,
        ),
        FeatureSpec(
            "moving_ratio", "ratio", f"share of frames with a wrist faster than {MOVING_SW_PER_S} sw/s", 0, 1
        ),
        FeatureSpec(
            "extent_sw",
            "sw",
            "range of the wider-moving wrist in shoulder widths: diagonal from the 5th to the 95th percentile",
            0,
        ),
    ),
    compute=compute,
    events=events,
)
