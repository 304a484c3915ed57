"""Smiling: raised mouth corners, as the face model's blendshapes measure them."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from interview_analysis.features.core.extractor import Extractor, FeatureSpec
from interview_analysis.features.core.memory import once
from interview_analysis.features.core.visual import (
    NO_COVERAGE,
    bouts,
    coverage,
    inside,
    mean,
    per_minute,
    ratio,
    started_in,
    to_event,
)
from interview_analysis.types import Event, FaceTrack, FloatArray, Interval, Observations

SMILE_ACTIVATION = 0.4
MIN_SMILE_S = 0.4
MAX_GAP_S = 0.4


def activation(faces: FaceTrack) -> FloatArray:
    """Mean of ``mouthSmileLeft`` and ``mouthSmileRight``, 0 to 1, shape (n,)."""
    return (faces.blendshape("mouthSmileLeft") + faces.blendshape("mouthSmileRight")) / 2.0


def compute(observations: Observations, window: Interval) -> Mapping[str, float]:
    """Shares of the frames with a face; episodes per minute of seen face."""
    faces = observations.faces
    if faces is None:
        return NO_COVERAGE
    sampled = inside(faces.time_s, window)
    seen = sampled & faces.present
    if not seen.any():
        return NO_COVERAGE
    smile = activation(faces)
    episodes = started_in(events(observations), window)
    with np.errstate(invalid="ignore"):
        smiling = smile > SMILE_ACTIVATION
    return {
        "smile_ratio": ratio(smiling, seen),
        "activation_mean_ratio": mean(smile[seen]),
        "episodes_per_min": per_minute(len(episodes), int(seen.sum()), faces.time_s),
        "coverage_ratio": coverage(seen, faces.time_s, window),
    }


@once
def events(observations: Observations) -> tuple[Event, ...]:
    """``smile`` with its highest activation as value."""
    faces = observations.faces
    if faces is None:
        return ()
    smile = activation(faces)
    with np.errstate(invalid="ignore"):
        runs = bouts(faces.time_s, smile > SMILE_ACTIVATION, MIN_SMILE_S, MAX_GAP_S)
    return tuple(
        to_event("smile", faces.time_s, run, float(np.nanmax(smile[run[0] : run[1] + 1]))) for run in runs
    )


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
