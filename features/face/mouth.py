"""How far and how variably the mouth opens."""

from __future__ import annotations

from collections.abc import Mapping

from interview_analysis.features.core.extractor import Extractor, FeatureSpec
from interview_analysis.features.core.visual import NO_COVERAGE, Seen, above
from interview_analysis.types import Interval, Observations

OPEN_ACTIVATION = 0.05


def compute(observations: Observations, window: Interval) -> Mapping[str, float]:
    """Statistics of the ``jawOpen`` blendshape over the frames with a face."""
    faces = observations.faces
    if faces is None or not (seen := Seen.within(window, faces.time_s, faces.present)):
        return NO_COVERAGE
    jaw = faces.blendshape("jawOpen")
    return {
        "opening_mean_ratio": seen.mean(jaw),
        "opening_sd_ratio": seen.spread(jaw),
        "open_ratio": seen.ratio(above(jaw, OPEN_ACTIVATION)),
        "coverage_ratio": seen.coverage,
    }


EXTRACTOR = Extractor(
    name="mouth",
    version=1,
    channel="face",
    specs=(
        FeatureSpec("opening_mean_ratio", "ratio", "mean jawOpen activation over face frames", 0, 1),
        FeatureSpec("opening_sd_ratio", "ratio", "standard deviation of jawOpen over face frames", 0, 0.5),
        FeatureSpec(
            "open_ratio", "ratio", f"share of face frames with jawOpen above {OPEN_ACTIVATION}", 0, 1
        ),
    ),
    compute=compute,
)
