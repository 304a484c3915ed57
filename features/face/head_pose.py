"""The angles of the head and how much they vary."""

from __future__ import annotations

from collections.abc import Mapping

from interview_analysis.features.core.extractor import Extractor, FeatureSpec
from interview_analysis.features.core.visual import NO_COVERAGE, Seen
from interview_analysis.types import Interval, Observations

_MEANINGS = {
    "yaw": "positive: turned towards the viewer's right",
    "pitch": "positive: looking up",
    "roll": "positive: tilted clockwise for the viewer",
}


def compute(observations: Observations, window: Interval) -> Mapping[str, float]:
    """Mean and standard deviation of yaw, pitch and roll against the camera axis, over the frames with a face."""
    faces = observations.faces
    if faces is None or not (seen := Seen.within(window, faces.time_s, faces.present)):
        return NO_COVERAGE
    values = {"coverage_ratio": seen.coverage}
    for name, angle in (("yaw", faces.yaw_deg), ("pitch", faces.pitch_deg), ("roll", faces.roll_deg)):
        values[f"{name}_mean_deg"] = seen.mean(angle)
        values[f"{name}_sd_deg"] = seen.spread(angle)
    return values


EXTRACTOR = Extractor(
    name="head_pose",
    version=1,
    channel="face",
    specs=tuple(
        spec
        for name, meaning in _MEANINGS.items()
        for spec in (
            FeatureSpec(f"{name}_mean_deg", "deg", f"mean head {name}; {meaning}", -180, 180),
            FeatureSpec(f"{name}_sd_deg", "deg", f"standard deviation of head {name}", 0, 180),
        )
    ),
    compute=compute,
)
