"""Lowered and raised eyebrows against the person's own resting face."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from interview_analysis.features.core.extractor import Extractor, FeatureSpec
from interview_analysis.features.core.memory import once
from interview_analysis.features.core.visual import NO_COVERAGE, Seen, above, bouts, peak_event
from interview_analysis.tracks import FaceTrack
from interview_analysis.types import Event, FloatArray, Interval, Observations

LOWERED_ABOVE_REST = 0.2
RAISED_ABOVE_REST = 0.25
REST_PERCENTILE = 20.0
MIN_BOUT_S = 0.6
MAX_GAP_S = 0.4


def lowering(faces: FaceTrack) -> FloatArray:
    """Mean of ``browDownLeft`` and ``browDownRight``, 0 to 1, shape (n,)."""
    return (faces.blendshape("browDownLeft") + faces.blendshape("browDownRight")) / 2.0


def raising(faces: FaceTrack) -> FloatArray:
    """Mean of ``browInnerUp`` and the mean of the two ``browOuterUp``, 0 to 1, shape (n,)."""
    outer = (faces.blendshape("browOuterUpLeft") + faces.blendshape("browOuterUpRight")) / 2.0
    return (faces.blendshape("browInnerUp") + outer) / 2.0


def above_rest(activation: FloatArray) -> FloatArray:
    """Activation minus the person's resting level: the 20th percentile over the whole recording.

    Resting levels differ more between people (0 to 0.6 in the clips that this was set on) than a brow moves.
    """
    seen = activation[np.isfinite(activation)]
    return activation - (np.percentile(seen, REST_PERCENTILE) if seen.size else np.nan)


def compute(observations: Observations, window: Interval) -> Mapping[str, float]:
    """Shares of the frames with a face. The resting level comes from the whole recording."""
    faces = observations.faces
    if faces is None or not (seen := Seen.within(window, faces.time_s, faces.present)):
        return NO_COVERAGE
    return {
        "lowering_ratio": seen.ratio(above(above_rest(lowering(faces)), LOWERED_ABOVE_REST)),
        "lowering_mean_ratio": seen.mean(lowering(faces)),
        "raising_ratio": seen.ratio(above(above_rest(raising(faces)), RAISED_ABOVE_REST)),
        "raising_mean_ratio": seen.mean(raising(faces)),
        "coverage_ratio": seen.coverage,
    }


@once
def events(observations: Observations) -> tuple[Event, ...]:
    """``brow_lowering`` and ``brow_raising`` with the largest activation above rest as value."""
    faces = observations.faces
    if faces is None:
        return ()
    found: list[Event] = []
    for kind, activation, limit in (
        ("brow_lowering", above_rest(lowering(faces)), LOWERED_ABOVE_REST),
        ("brow_raising", above_rest(raising(faces)), RAISED_ABOVE_REST),
    ):
        runs = bouts(faces.time_s, above(activation, limit), MIN_BOUT_S, MAX_GAP_S)
        found += [peak_event(kind, faces.time_s, run, activation) for run in runs]
    return tuple(sorted(found, key=lambda event: event.start_s))


EXTRACTOR = Extractor(
    name="brow",
    version=1,
    channel="face",
    specs=(
        FeatureSpec(
            "lowering_ratio",
            "ratio",
            f"share of face frames with browDown more than {LOWERED_ABOVE_REST} above the person's own resting "
            "level, the 20th percentile of the recording",
            0,
            1,
        ),
        FeatureSpec("lowering_mean_ratio", "ratio", "mean browDown activation", 0, 1),
        FeatureSpec(
            "raising_ratio",
            "ratio",
            f"share of face frames with browInnerUp and browOuterUp (mean) more than {RAISED_ABOVE_REST} above "
            "the person's own resting level, the 20th percentile of the recording",
            0,
            1,
        ),
        FeatureSpec("raising_mean_ratio", "ratio", "mean of browInnerUp and browOuterUp activations", 0, 1),
    ),
    compute=compute,
    events=events,
)
