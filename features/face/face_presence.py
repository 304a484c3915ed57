"""Whether the candidate's face is seen, and whether other faces are."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from interview_analysis.features.core.extractor import Extractor, FeatureSpec
from interview_analysis.features.core.memory import once
from interview_analysis.features.core.visual import NO_COVERAGE, Seen, bouts, to_event
from interview_analysis.types import Event, Interval, Observations

MIN_ABSENCE_S = 1.0
MIN_OTHER_FACE_S = 0.4  # two samples at 5 frames a second, so that one false detection is no person


def compute(observations: Observations, window: Interval) -> Mapping[str, float]:
    """Shares of the sampled frames; coverage is that of the frames, as absence is what is measured."""
    faces = observations.faces
    if faces is None:
        return NO_COVERAGE
    sampled = Seen.within(window, faces.time_s, np.ones(faces.time_s.size, dtype=bool))
    if not sampled:
        return NO_COVERAGE
    return {
        "present_ratio": sampled.ratio(faces.present),
        "other_faces_ratio": sampled.ratio(faces.face_count > 1),
        "max_faces_count": float(faces.face_count[sampled.mask].max()),
        "coverage_ratio": sampled.coverage,
    }


@once
def events(observations: Observations) -> tuple[Event, ...]:
    """``face_absent`` of a second or more, and ``other_face`` with the largest number of faces as value."""
    faces = observations.faces
    if faces is None:
        return ()
    absent = bouts(faces.time_s, ~faces.present, MIN_ABSENCE_S)
    others = bouts(faces.time_s, faces.face_count > 1, MIN_OTHER_FACE_S, max_gap_s=1.0)
    found = [to_event("face_absent", faces.time_s, run) for run in absent]
    for first, last in others:
        count = float(faces.face_count[first : last + 1].max())
        found.append(to_event("other_face", faces.time_s, (first, last), count))
    return tuple(sorted(found, key=lambda event: event.start_s))


EXTRACTOR = Extractor(
    name="face_presence",
    version=2,
    channel="face",
    specs=(
        FeatureSpec("present_ratio", "ratio", "share of sampled frames with the candidate's face", 0, 1),
        FeatureSpec("other_faces_ratio", "ratio", "share of sampled frames with more than one face", 0, 1),
        FeatureSpec(
            "max_faces_count",
            "count",
            "most faces in one frame, up to the number that the face model looks for (5 by default)",
            0,
        ),
    ),
    compute=compute,
    events=events,
)
