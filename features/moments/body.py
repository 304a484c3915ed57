"""What stands out in what hands and shoulders do: touches of the face that come close together, shifts of posture."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterator
from functools import partial

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from interview_analysis.features.core.baseline import (
    OUTLYING,
    baseline,
    confidence,
    count_deviations,
    merged,
    unusually_long,
)
from interview_analysis.features.core.visual import coverage, length, step_s
from interview_analysis.features.posture import hand_to_face
from interview_analysis.features.posture.posture import upper_body
from interview_analysis.types import Event, FloatArray, Interval, Observations

MIN_TOUCHES = 3  # one touch is an itch
TOUCH_GAP_S = 5.0
TOUCH_DEVIATIONS = 2.0  # three touches where none is usual are 2.4
LONG_TOUCH_S = 3.0
SHIFT_SW = 0.25  # shoulder widths, about a decimetre
SHIFT_HOLD_S = 3.0  # on either side of a shift, or it is a gesture
SHIFT_FLOOR = 0.3  # of the deviation of log distances
MIN_HELD_RATIO = 0.5  # of the samples on either side


def moments(observations: Observations) -> Iterator[Event]:
    """All of this file, in no order."""
    if observations.poses is not None and observations.poses.time_s.size > 1:
        yield from touching(observations)
        yield from posture_shifts(observations)


def touching(observations: Observations) -> list[Event]:
    """``face_touches``, three or more in a row, and ``hand_held_at_face`` for longer than this person's touches last.

    The value of the first is the number of touches, its baseline the number that a stretch of this length has on average
    in the rest of the recording; that of the second is seconds. The label is the most frequent place.
    """
    poses = observations.poses
    assert poses is not None
    known = hand_to_face.touches(observations)[2]
    seen = partial(coverage, known, poses.time_s)
    events = hand_to_face.events(observations)
    seen_s = float(known.sum()) * step_s(poses.time_s)
    found = unusually_long("hand_held_at_face", events, LONG_TOUCH_S, seen)
    for run in merged(events, TOUCH_GAP_S):
        span = Interval(run[0].start_s, max(event.end_s for event in run))
        rest_s = max(seen_s - span.duration_s, span.duration_s)
        expected = (len(events) - len(run)) / rest_s * span.duration_s
        z = count_deviations(len(run), expected)
        if len(run) < MIN_TOUCHES or z < TOUCH_DEVIATIONS:
            continue
        place = Counter(event.label for event in run).most_common(1)[0][0]
        # A stretch as long as this one is a sample of how many touches are usual.
        trust = confidence(seen(span), rest_s / span.duration_s, z)
        found.append(Event("face_touches", span.start_s, span.end_s, float(len(run)), place, trust, expected))
    return found


def posture_shifts(observations: Observations) -> list[Event]:
    """``posture_shift``: the point between the shoulders moves by a quarter of a shoulder width and stays there.

    The value is the distance between its medians over the three seconds after and before, in shoulder widths; the baseline
    is the median distance at any moment.
    """
    poses = observations.poses
    assert poses is not None
    body = upper_body(observations)
    if not body.seen.any():
        return []
    place = np.where(body.seen[:, None], body.middle / body.usual_width, np.nan)
    reach = max(2, round(SHIFT_HOLD_S / step_s(poses.time_s)))
    moved, held = _moved(place, reach)
    usual = baseline(np.log(np.maximum(moved, 1e-3)), SHIFT_FLOOR, len(moved) / (2 * reach))
    if usual is None:
        return []
    found: list[tuple[int, float]] = []
    for index in np.flatnonzero(moved >= SHIFT_SW):
        near = moved[max(0, index - reach) : index + reach + 1]
        z = usual.deviations(math.log(moved[index]))
        if z < OUTLYING or moved[index] < np.nanmax(near) or (found and index - found[-1][0] <= reach):
            continue
        found.append((int(index), z))
    return [
        Event(
            "posture_shift",
            float(poses.time_s[index - 1]),
            float(poses.time_s[index]),
            float(moved[index]),
            confidence=confidence(float(held[index]), usual.samples, z),
            baseline=math.exp(usual.median),
        )
        for index, z in found
    ]


def _moved(place: FloatArray, reach: int) -> tuple[FloatArray, FloatArray]:
    """Distance of the medians of `reach` places from each sample on and before it, and the share that was seen, (n,)."""
    moved, held = np.full(len(place), np.nan), np.zeros(len(place))
    if len(place) < 2 * reach:
        return moved, held
    runs = sliding_window_view(place, reach, axis=0)  # (n - reach + 1, 2, reach)
    seen = np.isfinite(runs).all(axis=1).mean(axis=1)
    middle = np.full((len(runs), 2), np.nan)
    enough = seen >= MIN_HELD_RATIO
    middle[enough] = np.nanmedian(runs[enough], axis=2)
    moved[reach : len(runs)] = length(middle[reach:] - middle[: len(runs) - reach])
    held[reach : len(runs)] = np.minimum(seen[reach:], seen[: len(runs) - reach])
    return moved, held
