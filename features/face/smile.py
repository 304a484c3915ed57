"""Smiling: raised mouth corners, as the face model's blendshapes measure them."""

from __future__ import annotations

from collections.abc import Mapping

from interview_analysis.features.core.extractor import Extractor, FeatureSpec
from interview_analysis.features.core.memory import once
from interview_analysis.features.core.visual import NO_COVERAGE, Seen, above, bouts, peak_event
from interview_analysis.tracks import FaceTrack
from interview_analysis.types import Event, FloatArray, Interval, Observations

SMILE_ACTIVATION = 0.4
MIN_SMILE_S = 0.4
MAX_GAP_S = 0.4


def activation(faces: FaceTrack) -> FloatArray:
    """Mean of ``mouthSmileLeft`` and ``mouthSmileRight``, 0 to 1, shape (n,)."""
    return (faces.blendshape("mouthSmileLeft") + faces.blendshape("mouthSmileRight")) / 2.0


def compute(observations: Observations, window: Interval) -> Mapping[str, float]:
    """Shares of the frames with a face; episodes per minute of seen face."""
    faces = observations.faces
    if faces is None or not (seen := Seen.within(window, faces.time_s, faces.present)):
        return NO_COVERAGE
    smile = activation(faces)
    return {
        "smile_ratio": seen.ratio(above(smile, SMILE_ACTIVATION)),
        "activation_mean_ratio": seen.mean(smile),
        "episodes_per_min": seen.per_minute(events(observations)),
        "coverage_ratio": seen.coverage,
    }


@once
def events(observations: Observations) -> tuple[Event, ...]:
    """``smile`` with its highest activation as value."""
    faces = observations.faces
    if faces is None:
        return ()
    smile = activation(faces)
    runs = bouts(faces.time_s, above(smile, SMILE_ACTIVATION), MIN_SMILE_S, MAX_GAP_S)
    return tuple(peak_event("smile", faces.time_s, run, smile) for run in runs)


EXTRACTOR = Extractor(
    name="smile",
    version=1,
    channel="face",
    specs=(
        FeatureSpec(
            "smile_ratio",
            "ratio",
            f"share of face frames with a mean mouthSmile activation above {SMILE_ACTIVATION}; people who smile "
            "in test pictures reach 0.63 to 0.84, others stay below 0.2",
            0,
            1,
        ),
        FeatureSpec("activation_mean_ratio", "ratio", "mean of mouthSmileLeft and mouthSmileRight", 0, 1),
        FeatureSpec(
            "episodes_per_min",
            "1/min",
            "smiles of 0.4 s or more per minute of seen face; gaps up to 0.4 s join",
            0,
        ),
    ),
    compute=compute,
    events=events,
)
