"""Scripted face and pose tracks: a person in front of a 16:9 camera, sampled at 5 frames a second."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from interview_analysis.tracks import BLENDSHAPES, FACE_POINTS, POSE_POINTS, FaceTrack, PoseTrack
from interview_analysis.types import FloatArray, Interval, MediaFacts, Observations

FPS = 5.0
ASPECT_RATIO = 16 / 9
FACE_HEIGHT = 0.3
FACE = {  # in image heights from the nose tip; the face is 0.3 high
    "nose_tip": (0.0, 0.0), "chin": (0.0, 0.14), "forehead": (0.0, -0.16), "mouth_right": (-0.04, 0.06),
    "mouth_left": (0.04, 0.06), "ear_right": (-0.11, -0.04), "ear_left": (0.11, -0.04),
}  # fmt: skip
BODY = {  # in image heights from the nose
    "nose": (0.0, 0.0), "left_eye": (0.045, -0.05), "right_eye": (-0.045, -0.05), "mouth_left": (0.04, 0.055),
    "mouth_right": (-0.04, 0.055), "left_ear": (0.11, -0.04), "right_ear": (-0.11, -0.04),
    "left_shoulder": (0.3, 0.32), "right_shoulder": (-0.3, 0.32),
}  # fmt: skip
SHOULDER_WIDTH = 0.6
NOSE = np.array([0.5 * ASPECT_RATIO, 0.4])


def times_s(duration_s: float) -> FloatArray:
    return np.arange(round(duration_s * FPS)) / FPS


def face_track(duration_s: float) -> FaceTrack:
    """A still, neutral face that looks into the camera."""
    n = round(duration_s * FPS)
    points = np.array([FACE[name] for name in FACE_POINTS]) + NOSE
    return FaceTrack(
        time_s=times_s(duration_s),
        face_count=np.ones(n, dtype=int),
        blendshapes=np.zeros((n, len(BLENDSHAPES))),
        yaw_deg=np.zeros(n),
        pitch_deg=np.zeros(n),
        roll_deg=np.zeros(n),
        points=np.tile(points / (ASPECT_RATIO, 1.0), (n, 1, 1)),
        aspect_ratio=ASPECT_RATIO,
    )


def activate(track: FaceTrack, start_s: float, end_s: float, value: float, *names: str) -> FaceTrack:
    """The track with blendshapes set to `value` from `start_s` until before `end_s`."""
    blendshapes = track.blendshapes.copy()
    rows = (track.time_s >= start_s - 1e-9) & (track.time_s < end_s - 1e-9)
    for name in names:
        blendshapes[rows, BLENDSHAPES.index(name)] = value
    return replace(track, blendshapes=blendshapes)


def without_face(track: FaceTrack, start_s: float, end_s: float) -> FaceTrack:
    rows = (track.time_s >= start_s - 1e-9) & (track.time_s < end_s - 1e-9)
    changed = {name: np.array(getattr(track, name), dtype=float) for name in _MEASURED}
    for values in changed.values():
        values[rows] = np.nan
    count = track.face_count.copy()
    count[rows] = 0
    return replace(track, face_count=count, **changed)


_MEASURED = ("blendshapes", "yaw_deg", "pitch_deg", "roll_deg", "points")


def mirrored(track: FaceTrack) -> FaceTrack:
    """The same face in a mirror: yaw, roll and x change sides, left and right blendshapes swap."""
    swapped = [
        name.replace("Left", "*").replace("Right", "Left").replace("*", "Right") for name in BLENDSHAPES
    ]
    sides = [name.replace("left", "*").replace("right", "left").replace("*", "right") for name in FACE_POINTS]
    points = track.points[:, [list(FACE_POINTS).index(name) for name in sides]] * (-1.0, 1.0) + (1.0, 0.0)
    return replace(
        track,
        blendshapes=track.blendshapes[:, [BLENDSHAPES.index(name) for name in swapped]],
        yaw_deg=-track.yaw_deg,
        roll_deg=-track.roll_deg,
        points=points,
    )


def pose_track(duration_s: float) -> PoseTrack:
    """A person who sits still, hands out of view."""
    n = round(duration_s * FPS)
    points = np.tile(np.add(NOSE, (0.0, 1.5)), (len(POSE_POINTS), 1))
    visibility = np.full(len(POSE_POINTS), 0.05)
    for name, place in BODY.items():
        points[POSE_POINTS.index(name)] = NOSE + place
        visibility[POSE_POINTS.index(name)] = 1.0
    return PoseTrack(
        time_s=times_s(duration_s),
        points=np.tile(points / (ASPECT_RATIO, 1.0), (n, 1, 1)),
        visibility=np.tile(visibility, (n, 1)),
        world_m=np.zeros((n, len(POSE_POINTS), 3)),
        hand_points=np.full((n, 2, 21, 2), np.nan),
        aspect_ratio=ASPECT_RATIO,
    )


def move(track: PoseTrack, name: str, path: FloatArray, visibility: float = 1.0) -> PoseTrack:
    """The track with one point at `path`, in image heights from the nose, shape (n, 2) or (2,); NaN: as before."""
    index = POSE_POINTS.index(name)
    points, seen = track.points.copy(), track.visibility.copy()
    wanted = (np.broadcast_to(path, (len(points), 2)) + NOSE) / (ASPECT_RATIO, 1.0)
    rows = np.isfinite(wanted).all(axis=1)
    points[rows, index] = wanted[rows]
    seen[rows, index] = visibility
    return replace(track, points=points, visibility=seen)


def hand(
    track: PoseTrack, start_s: float, end_s: float, tip: tuple[float, float], palm: float = 0.16
) -> PoseTrack:
    """The track with a left hand pointing up at `tip`, in image heights from the nose."""
    hand_points = track.hand_points.copy()
    rows = (track.time_s >= start_s - 1e-9) & (track.time_s < end_s - 1e-9)
    place = np.tile(NOSE + tip, (21, 1))
    place[:, 1] += 0.12
    place[0, 1] += palm
    place[[4, 8, 12, 16, 20], 1] -= 0.12
    hand_points[rows, 0] = place / (ASPECT_RATIO, 1.0)
    return replace(track, hand_points=hand_points)


def observe(faces: FaceTrack | None = None, poses: PoseTrack | None = None) -> Observations:
    track = faces if faces is not None else poses
    duration_s = 0.0 if track is None else len(track.time_s) / FPS
    return Observations(MediaFacts(duration_s, has_audio=False, has_video=True), faces=faces, poses=poses)


def every_second_pose(observations: Observations) -> Observations:
    poses = observations.poses
    assert poses is not None
    names = ("time_s", "points", "visibility", "world_m", "hand_points")
    return replace(observations, poses=replace(poses, **{name: getattr(poses, name)[::2] for name in names}))


def whole(observations: Observations) -> Interval:
    return Interval(0.0, observations.facts.duration_s)
