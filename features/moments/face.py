"""What stands out in where someone looks and what the brow does, another face, and what reading aloud looks like."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from itertools import pairwise

import numpy as np

from interview_analysis.features.core.baseline import (
    OUTLYING,
    confidence,
    count_deviations,
    merged,
    unusually_long,
)
from interview_analysis.features.core.extractor import sliding_windows
from interview_analysis.features.core.visual import (
    Mask,
    Seen,
    bouts,
    coverage,
    inside,
    length,
    peak_event,
    step_s,
)
from interview_analysis.features.face import brow, gaze
from interview_analysis.features.voice.fillers import filled_pauses
from interview_analysis.features.voice.speech_rate import compute as speech_rate
from interview_analysis.features.voice.speech_units import silent_pauses
from interview_analysis.tracks import FaceTrack
from interview_analysis.types import Event, FloatArray, Interval, Observations

# The longest look away in 109 s of seven clips of people before a camera was 2.0 s, the longest lowering 6.0 s, and
# the next 2.0 s; twice the common longest.
LONG_LOOK_S = 4.0
LONG_LOWERING_S = 4.0
LOWERING_GAP_S = 2.0
OTHER_FACE_S = 0.6  # three samples at 5 frames a second
OTHER_FACE_GAP_S = 1.0

SCRIPT_WINDOW_S, SCRIPT_HOP_S = 30.0, 10.0
MIN_SEEN_RATIO = 0.6
FIXED_RATIO = 0.7  # share of the window with the gaze held off camera,
FIXED_WITHIN_DEG = 10.0  # that near to one direction: twice what a single reading is good to sideways
# A line takes two to five seconds to read out, and the eyes jump back at its end (Rayner 1998): five jumps or more to
# one side, hardly any to the other, evenly spaced. Over 30 s at 5 frames a second, 1 % of simulated wandering gazes (first
# order, 0.2 to 4 s) pass, and 60 to 98 % of sweeps over 12 degrees with readings good to 1 to 2 degrees.
MIN_JUMPS, MAX_BACK_RATIO, MAX_RHYTHM_CV = 5, 0.2, 0.5
EVEN_RATE_CV = 0.08  # of 10 s parts; half the 0.15 to 0.2 of talk (Miller, Grosjean & Lomanto 1984)
FEW_BREAKS_RATIO = 0.5  # of the recording's own rate
FEW_BREAKS_DEVIATIONS = 1.65  # 5 % of Poisson counts lie as far below


def moments(observations: Observations) -> Iterator[Event]:
    """All of this file, in no order."""
    faces = observations.faces
    if faces is None or faces.time_s.size < 2:
        return

    seen = partial(coverage, faces.present, faces.time_s)
    yield from unusually_long("long_off_camera", gaze.events(observations), LONG_LOOK_S, seen)
    lowered = [e for e in brow.events(observations) if e.kind == "brow_lowering"]
    runs = [
        Event("brow_lowering", run[0].start_s, max(e.end_s for e in run))
        for run in merged(lowered, LOWERING_GAP_S)
    ]
    yield from unusually_long("brow_lowering_run", runs, LONG_LOWERING_S, seen)
    yield from another_face(faces)
    yield from script_signs(observations)


def another_face(faces: FaceTrack) -> list[Event]:
    """``another_face``: more faces than usual in this recording; the value is how many, the baseline the median."""
    shown = faces.face_count > 0
    usual = float(np.median(faces.face_count[shown])) if shown.any() else 1.0
    found = []
    for run in bouts(faces.time_s, faces.face_count > usual, OTHER_FACE_S, OTHER_FACE_GAP_S):
        counts = faces.face_count[run[0] : run[1] + 1]
        more = float((counts > usual).mean())
        event = peak_event("another_face", faces.time_s, run, faces.face_count.astype(float))
        trust = confidence(more, float(len(counts)), float("nan"))
        found.append(replace(event, confidence=trust, baseline=usual))
    return found


def script_signs(observations: Observations) -> list[Event]:
    """``script_signs``: the gaze rests off camera or sweeps like along lines, with few pauses and an even rate, for 30 s.

    Speech that is read has fewer pauses and fillers and a steadier rate than speech that is made up on the spot (Howell &
    Kadi-Hanifi 1991; Laan 1997). All three signs must be there; the label names them, the value is the number of pauses and
    fillers a minute, the baseline that of the whole recording. That someone reads does not follow from it: notes may be
    allowed, and some people look aside to think.
    """
    faces, speech, transcript = observations.faces, observations.speech, observations.transcript
    if faces is None or speech is None or transcript is None or not transcript.words:
        return []
    breaks = np.array(
        [pause.start_s for pause in silent_pauses(speech)] + [e.start_s for e in filled_pauses(transcript)]
    )
    span = Interval(transcript.words[0].start_s, transcript.words[-1].end_s)
    if span.duration_s < 2 * SCRIPT_WINDOW_S:
        return []
    offset = gaze.offset_deg(faces)
    known = np.asarray(np.isfinite(offset).all(axis=1))
    found = []
    for window in sliding_windows(observations.facts.duration_s, SCRIPT_WINDOW_S, SCRIPT_HOP_S):
        sign = _gaze_sign(faces, offset, window)
        expected = len(breaks) / span.duration_s * window.duration_s
        count = int(inside(breaks, window).sum())
        z = count_deviations(count, expected)
        if not sign or count > FEW_BREAKS_RATIO * expected or z > -FEW_BREAKS_DEVIATIONS:
            continue
        if not speech_rate(observations, window).get("rate_cv_ratio", float("nan")) <= EVEN_RATE_CV:
            continue
        seen = coverage(known, faces.time_s, window)
        trust = confidence(seen, span.duration_s / window.duration_s, z)
        per_min = 60.0 / window.duration_s
        found.append(
            Event(
                "script_signs",
                window.start_s,
                window.end_s,
                count * per_min,
                sign,
                trust,
                expected * per_min,
            )
        )
    return [_strongest(run) for run in merged(found, 0.0)]


def _strongest(run: list[Event]) -> Event:
    best = max(run, key=lambda event: event.confidence)
    return replace(best, start_s=run[0].start_s, end_s=run[-1].end_s)


def _gaze_sign(faces: FaceTrack, offset: FloatArray, window: Interval) -> str:
    """``fixed_left`` and the like, ``sweeping``, or nothing."""
    seen = Seen.within(window, faces.time_s, np.asarray(np.isfinite(offset).all(axis=1)))
    if inside(faces.time_s, window).sum() < 2 or seen.coverage < MIN_SEEN_RATIO:
        return ""
    here = offset[seen.mask]
    middle = np.median(here, axis=0)
    if (
        length(middle) > gaze.ON_CAMERA_DEG
        and (length(here - middle) <= FIXED_WITHIN_DEG).mean() >= FIXED_RATIO
    ):
        return f"fixed_{gaze.direction(middle)}"
    return "sweeping" if _sweeps(faces.time_s[seen.mask], here[:, 0]) else ""


def _sweeps(time_s: FloatArray, yaw_deg: FloatArray) -> bool:
    """Whether the gaze jumps back to one side in an even rhythm."""
    change = np.diff(yaw_deg)
    change = change - np.median(change)
    usual = 1.4826 * float(np.median(np.abs(change)))
    jumps = [_starts(time_s[1:], side * change > OUTLYING * usual) for side in (1.0, -1.0)]
    back, forth = sorted(jumps, key=len)
    if len(forth) < MIN_JUMPS or len(back) > MAX_BACK_RATIO * len(forth):
        return False
    gaps = np.array([b - a for a, b in pairwise(forth)])
    return float(gaps.std() / gaps.mean()) <= MAX_RHYTHM_CV


def _starts(time_s: FloatArray, jumping: Mask) -> list[float]:
    """When jumps begin; those within two samples are one."""
    return [float(time_s[first]) for first, _ in bouts(time_s, jumping, max_gap_s=1.5 * step_s(time_s))]
