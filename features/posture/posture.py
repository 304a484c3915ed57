"""How the upper body is held: level or tilted shoulders, lean, uprightness, sway.

Lengths are in shoulder widths (sw): the person's own median distance between the shoulders over the recording.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from interview_analysis.features.core.extractor import Extractor, FeatureSpec
from interview_analysis.features.core.memory import once
from interview_analysis.features.core.visual import (
    NO_COVERAGE,
    Mask,
    Seen,
    inside,
    is_candidate,
    length,
    mean,
    pose_points,
    ratio,
    step_s,
)
from interview_analysis.types import FloatArray, Interval, Observations

LEVEL_DEG = 8.0
NECK_KEPT = 0.85
SWAY_PIECE_S = 10.0


@dataclass(frozen=True, slots=True)
class UpperBody:
    """Shoulders and nose in image heights, each of shape (n, 2), and where they are the candidate's, (n,)."""

    left: FloatArray
    right: FloatArray
    nose: FloatArray
    seen: Mask

    @property
    def middle(self) -> FloatArray:
        return (self.left + self.right) / 2.0

    @property
    def width(self) -> FloatArray:
        return length(self.left - self.right)

    @property
    def tilt_deg(self) -> FloatArray:
        """Slope of the shoulder line; positive is clockwise for the viewer (the left shoulder lower)."""
        line = self.left - self.right
        return np.degrees(np.arctan2(line[:, 1], line[:, 0]))

    @property
    def usual_width(self) -> float:
        """The shoulder width: median over the recording, NaN when never seen."""
        return float(np.median(self.width[self.seen])) if self.seen.any() else float("nan")


@once
def upper_body(observations: Observations) -> UpperBody:
    """The candidate's upper body where both shoulders are seen and face the camera."""
    assert observations.poses is not None
    points = pose_points(observations.poses)
    left, right = points["left_shoulder"], points["right_shoulder"]
    with np.errstate(invalid="ignore"):
        facing = left[:, 0] > right[:, 0]
    return UpperBody(left, right, points["nose"], facing & is_candidate(observations))


def compute(observations: Observations, window: Interval) -> Mapping[str, float]:
    """Values over the frames in which both shoulders of the candidate are seen."""
    poses = observations.poses
    if poses is None:
        return NO_COVERAGE
    body = upper_body(observations)
    if not (seen := Seen.within(window, poses.time_s, body.seen)):
        return NO_COVERAGE
    tilt, width = body.tilt_deg, body.usual_width
    lean = body.width / width - 1.0
    neck = (body.middle - body.nose)[:, 1]
    with np.errstate(invalid="ignore"):
        upright = (np.abs(tilt) <= LEVEL_DEG) & (neck >= NECK_KEPT * np.nanmedian(neck[body.seen]))
    return {
        "upper_body_ratio": ratio(body.seen, inside(poses.time_s, window)),
        "shoulder_tilt_mean_deg": seen.mean(tilt),
        "shoulder_tilt_sd_deg": seen.spread(tilt),
        "lean_mean_ratio": seen.mean(lean),
        "lean_sd_ratio": seen.spread(lean),
        "upright_ratio": seen.ratio(upright),
        "sway_sw": sway(poses.time_s[seen.mask], body.middle[seen.mask]) / width,
        "coverage_ratio": seen.coverage,
    }


def sway(time_s: FloatArray, position: FloatArray) -> float:
    """Root of the summed variances of x and y, the mean over pieces of 10 s, in the unit of `position`, (n, 2).

    Pieces keep the value comparable between long and short windows; those less than half full are left out.
    """
    if time_s.size < 2:
        return float("nan")
    piece = ((time_s - time_s[0]) // SWAY_PIECE_S).astype(int)
    full = min(SWAY_PIECE_S, float(np.ptp(time_s)) + step_s(time_s)) / step_s(time_s)
    parts = [position[piece == number] for number in np.unique(piece)]
    return mean(np.array([np.sqrt(part.var(axis=0).sum()) for part in parts if len(part) >= full / 2.0]))


EXTRACTOR = Extractor(
    name="posture",
    version=1,
    channel="posture",
    specs=(
        FeatureSpec("upper_body_ratio", "ratio", "share of sampled frames with both shoulders seen", 0, 1),
        FeatureSpec(
            "shoulder_tilt_mean_deg",
            "deg",
            "mean slope of the shoulder line; positive: clockwise for the viewer, the person's left one lower",
            -90,
            90,
        ),
        FeatureSpec("shoulder_tilt_sd_deg", "deg", "standard deviation of the shoulder slope", 0, 90),
        FeatureSpec(
            "lean_mean_ratio",
            "ratio",
            "mean of shoulder width over its median in the recording, minus 1; positive: nearer to the camera; "
            "turning the trunk narrows the shoulders and reads as negative",
            -1,
        ),
        FeatureSpec("lean_sd_ratio", "ratio", "standard deviation of the lean", 0),
        FeatureSpec(
            "upright_ratio",
            "ratio",
            f"share of frames with shoulders within {LEVEL_DEG:g} deg of level and the nose at least {NECK_KEPT} of "
            "its median height above them",
            0,
            1,
        ),
        FeatureSpec(
            "sway_sw",
            "sw",
            "standard deviation of the point between the shoulders in shoulder widths, mean over pieces of 10 s",
            0,
        ),
    ),
    compute=compute,
)
