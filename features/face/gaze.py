"""Where the person looks: head angle plus eye angle, against the person's own usual direction.

The direction of gaze is the head's yaw and pitch plus the eyes' angle in the head. Eye blendshapes are turned into
degrees by one factor for each axis. The factors were set where people keep looking into the camera while the head
moves, so that the eyes turn back: over six clips the horizontal blendshape fell by 0.024 to 0.041 for each degree
of yaw (median 0.032, so 31 degrees a unit; correlation -0.75 to -0.95), and a still face turned by 30 degrees with
its eyes on the camera reads 0.95. Vertically it was 0.017 to 0.049 for each degree (median 0.018) with weaker
correlation, which biases the slope down; 40 degrees a unit lies between. Single readings are good to about 5
degrees sideways and 10 up and down.

The reference direction is the median gaze of the recording, so that a camera beside or above the screen costs the
speaker nothing, but no further than 20 degrees from the camera axis on either axis: someone who looks elsewhere
all the time is not taken to look at the camera.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from interview_analysis.features.core.extractor import Extractor, FeatureSpec
from interview_analysis.features.core.memory import once
from interview_analysis.features.core.visual import NO_COVERAGE, Seen, above, bouts, length, to_event
from interview_analysis.features.face.blink import closed
from interview_analysis.tracks import FaceTrack
from interview_analysis.types import Event, FloatArray, Interval, Observations

YAW_DEG_PER_UNIT = 30.0
PITCH_DEG_PER_UNIT = 40.0
ON_CAMERA_DEG = 15.0
REFERENCE_LIMIT_DEG = 20.0
MIN_OFF_CAMERA_S = 1.0
MAX_GAP_S = 0.2


def gaze_deg(faces: FaceTrack) -> FloatArray:
    """Yaw and pitch of the gaze in degrees, shape (n, 2), signs as for the head; NaN with closed eyes."""
    shape = faces.blendshape
    sideways = (
        shape("eyeLookOutLeft") - shape("eyeLookInLeft") + shape("eyeLookInRight") - shape("eyeLookOutRight")
    ) / 2.0
    upwards = (
        shape("eyeLookUpLeft")
        - shape("eyeLookDownLeft")
        + shape("eyeLookUpRight")
        - shape("eyeLookDownRight")
    ) / 2.0
    gaze = np.stack(
        [faces.yaw_deg + YAW_DEG_PER_UNIT * sideways, faces.pitch_deg + PITCH_DEG_PER_UNIT * upwards], axis=1
    )
    gaze[closed(faces)] = np.nan
    return gaze


def offset_deg(faces: FaceTrack) -> FloatArray:
    """Gaze minus the reference direction of the recording, degrees, shape (n, 2)."""
    gaze = gaze_deg(faces)
    seen = gaze[np.isfinite(gaze).all(axis=1)]
    if not seen.size:
        return gaze
    return gaze - np.clip(np.median(seen, axis=0), -REFERENCE_LIMIT_DEG, REFERENCE_LIMIT_DEG)


def direction(offset: FloatArray) -> str:
    """Where an offset of shape (2,) points, as the viewer sees it: left, right, up or down."""
    yaw, pitch = offset
    if abs(yaw) >= abs(pitch):
        return "right" if yaw > 0 else "left"
    return "up" if pitch > 0 else "down"


def compute(observations: Observations, window: Interval) -> Mapping[str, float]:
    """Shares of the frames in which the eyes are seen open; the reference is that of the whole recording."""
    faces = observations.faces
    if faces is None:
        return NO_COVERAGE
    offset = offset_deg(faces)
    seen = Seen.within(window, faces.time_s, np.asarray(np.isfinite(offset).all(axis=1)))
    if not seen:
        return NO_COVERAGE
    return {
        "on_camera_ratio": seen.ratio(~above(length(offset), ON_CAMERA_DEG)),
        "off_camera_per_min": seen.per_minute(events(observations)),
        "offset_mean_deg": seen.mean(length(offset)),
        "yaw_sd_deg": seen.spread(offset[:, 0]),
        "pitch_sd_deg": seen.spread(offset[:, 1]),
        "coverage_ratio": seen.coverage,
    }


@once
def events(observations: Observations) -> tuple[Event, ...]:
    """``off_camera`` of a second or more; value: median offset in degrees; label: direction for the viewer."""
    faces = observations.faces
    if faces is None:
        return ()
    offset = offset_deg(faces)
    away = above(length(offset), ON_CAMERA_DEG)
    found = []
    for first, last in bouts(faces.time_s, away, MIN_OFF_CAMERA_S, MAX_GAP_S):
        middle = np.nanmedian(offset[first : last + 1], axis=0)
        found.append(
            to_event("off_camera", faces.time_s, (first, last), float(length(middle)), direction(middle))
        )
    return tuple(found)


EXTRACTOR = Extractor(
    name="gaze",
    version=1,
    channel="face",
    specs=(
        FeatureSpec(
            "on_camera_ratio",
            "ratio",
            f"share of frames with open eyes in which head and eyes together point within {ON_CAMERA_DEG:g} deg of "
            f"the person's median direction (at most {REFERENCE_LIMIT_DEG:g} deg from the camera axis)",
            0,
            1,
        ),
        FeatureSpec(
            "off_camera_per_min", "1/min", "looks away of a second or more, per minute of seen eyes", 0
        ),
        FeatureSpec("offset_mean_deg", "deg", "mean angle between gaze and reference direction", 0, 360),
        FeatureSpec("yaw_sd_deg", "deg", "standard deviation of gaze yaw", 0, 180),
        FeatureSpec("pitch_sd_deg", "deg", "standard deviation of gaze pitch", 0, 180),
    ),
    compute=compute,
    events=events,
)
