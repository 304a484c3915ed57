"""Closed eyes and blinks."""

from __future__ import annotations

from collections.abc import Mapping

from interview_analysis.features.core.extractor import Extractor, FeatureSpec
from interview_analysis.features.core.memory import once
from interview_analysis.features.core.visual import NO_COVERAGE, Mask, Seen, above, bouts, step_s, to_event
from interview_analysis.tracks import FaceTrack
from interview_analysis.types import Event, Interval, Observations

CLOSED_ACTIVATION = 0.5
MAX_BLINK_S = 0.6  # a blink lasts 0.1 to 0.4 s; sampling every 0.2 s can add one sample


def closed(faces: FaceTrack) -> Mask:
    """Where the mean of ``eyeBlinkLeft`` and ``eyeBlinkRight`` is above 0.5, shape (n,)."""
    activation = (faces.blendshape("eyeBlinkLeft") + faces.blendshape("eyeBlinkRight")) / 2.0
    return above(activation, CLOSED_ACTIVATION)


def compute(observations: Observations, window: Interval) -> Mapping[str, float]:
    """Share of face frames with closed eyes, and blinks per minute of seen face."""
    faces = observations.faces
    if faces is None or not (seen := Seen.within(window, faces.time_s, faces.present)):
        return NO_COVERAGE
    return {
        "closed_ratio": seen.ratio(closed(faces)),
        "rate_per_min": seen.per_minute(events(observations)),
        "coverage_ratio": seen.coverage,
    }


@once
def events(observations: Observations) -> tuple[Event, ...]:
    """``blink``: eyes closed for at most 0.6 s. Longer closures count in `closed_ratio` only."""
    faces = observations.faces
    if faces is None:
        return ()
    runs = bouts(faces.time_s, closed(faces))
    found = [to_event("blink", faces.time_s, run) for run in runs]
    limit_s = max(MAX_BLINK_S, step_s(faces.time_s)) + 1e-6
    return tuple(event for event in found if event.end_s - event.start_s <= limit_s)


EXTRACTOR = Extractor(
    name="blink",
    version=1,
    channel="face",
    specs=(
        FeatureSpec(
            "closed_ratio",
            "ratio",
            f"share of face frames with a mean eyeBlink activation above {CLOSED_ACTIVATION}; a downward look "
            "lowers the lids and counts when it is steep",
            0,
            1,
        ),
        FeatureSpec(
            "rate_per_min",
            "1/min",
            "blinks per minute of seen face; a lower bound, as blinks of 0.1 to 0.4 s fall between samples that "
            "are 0.2 s apart; not corrected",
            0,
        ),
    ),
    compute=compute,
    events=events,
)
