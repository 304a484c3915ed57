"""Hands at the face: when, how long, and where.

Where the hand model saw hands, a touch is a hand point within 0.2 face heights of the face's points, and the
nearest point names the place. Elsewhere the pose's knuckles decide: within 0.6 face heights of the nose. In a
close-up the pose guesses at hands that are out of view, rightly or wrongly; knuckles that it calls invisible
therefore only lengthen a touch in which the hand model saw a hand. All of it is seen in the image plane: a hand
held before the face without touching counts, unless it is so near to the camera that it looks larger than a hand
at the face can.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import replace

import numpy as np

from interview_analysis.features.core.extractor import Extractor, FeatureSpec
from interview_analysis.features.core.memory import once
from interview_analysis.features.core.visual import (
    NO_COVERAGE,
    Mask,
    Seen,
    bouts,
    face_height,
    face_points,
    inside,
    is_candidate,
    length,
    nearest,
    pose_points,
    started_in,
    step_s,
    to_event,
)
from interview_analysis.tracks import POSE_POINTS
from interview_analysis.types import Event, FloatArray, Interval, Observations

REACH = 0.2  # face heights from a hand point to a point of the face
KNUCKLE_REACH = 0.6  # face heights from a knuckle of the pose to the nose
MAX_PALM = 0.85  # face heights from wrist to middle knuckle; anatomically about 0.55
MIN_VISIBILITY = 0.5
MIN_CONTACT_S = 0.4
MAX_GAP_S = 0.4
PLACES = ("nose", "mouth", "chin", "cheek", "ear", "forehead")
_KNUCKLES = [POSE_POINTS.index(f"{side}_{part}") for side in ("left", "right")
             for part in ("pinky", "index", "thumb")]  # fmt: skip
_WRIST, _MIDDLE_KNUCKLE = 0, 9


def face_places(observations: Observations) -> tuple[dict[str, FloatArray], FloatArray]:
    """Points of each place, shape (n, k, 2), and the face's height, shape (n,), at the pose's samples.

    In image heights. From the face track, or from the pose's own points where there is no face track.
    """
    poses, faces = observations.poses, observations.faces
    assert poses is not None
    if faces is not None and faces.time_s.size:
        at = nearest(faces.time_s, poses.time_s)
        same_time = np.abs(faces.time_s[at] - poses.time_s) <= step_s(poses.time_s)
        points = {k: np.where(same_time[:, None], v[at], np.nan) for k, v in face_points(faces).items()}
        height = np.where(same_time, face_height(faces)[at], np.nan)
    else:
        body = pose_points(poses)
        points = {name: body[name] for name in ("mouth_left", "mouth_right")}
        points |= {"nose_tip": body["nose"], "ear_left": body["left_ear"], "ear_right": body["right_ear"]}
        eyes = (body["left_eye"] + body["right_eye"]) / 2.0
        down = (body["mouth_left"] + body["mouth_right"]) / 2.0 - eyes
        points |= {"chin": eyes + 1.9 * down, "forehead": eyes - down}
        height = length(2.9 * down)
    mouth = (points["mouth_left"] + points["mouth_right"]) / 2.0
    cheeks = [
        (2.0 * points[f"ear_{side}"] + 3.0 * points[f"mouth_{side}"]) / 5.0 for side in ("left", "right")
    ]
    high_cheeks = [(points[f"ear_{side}"] + points["nose_tip"]) / 2.0 for side in ("left", "right")]
    return {
        "nose": points["nose_tip"][:, None],
        "mouth": np.stack([mouth, points["mouth_left"], points["mouth_right"]], axis=1),
        "chin": points["chin"][:, None],
        "cheek": np.stack(cheeks + high_cheeks, axis=1),
        "ear": np.stack([points["ear_left"], points["ear_right"]], axis=1),
        "forehead": points["forehead"][:, None],
    }, height


@once
def touches(observations: Observations) -> tuple[FloatArray, Mask, Mask]:
    """Where a hand is at the face, for each sample of the pose.

    Returns (place, sure, known), each of shape (n,): the index in PLACES or NaN, where that rests on the hand
    model or on visible knuckles, and where the candidate's face is known.
    """
    poses = observations.poses
    assert poses is not None
    places, height = face_places(observations)
    known = is_candidate(observations) & np.isfinite(height)
    place = np.full(poses.time_s.size, np.nan)
    sure = np.zeros(poses.time_s.size, dtype=bool)
    scale = np.array([poses.aspect_ratio, 1.0])
    for index in np.flatnonzero(known):
        here = [places[name][index] / height[index] for name in PLACES]
        hands = poses.hand_points[index] * scale / height[index]
        hands = hands[np.isfinite(hands).all(axis=(1, 2))]
        if len(hands):
            near = [hand for hand in hands if length(hand[_MIDDLE_KNUCKLE] - hand[_WRIST]) <= MAX_PALM]
            place[index] = _nearest(np.concatenate(near), here, REACH) if near else np.nan
            sure[index] = np.isfinite(place[index])
            continue
        knuckles = poses.points[index, _KNUCKLES] * scale / height[index]
        within = length(knuckles - here[0]) <= KNUCKLE_REACH
        if within.any():
            place[index] = _nearest(knuckles[within], here, np.inf)
            sure[index] = (poses.visibility[index, _KNUCKLES][within] >= MIN_VISIBILITY).any()
    return place, sure, known


def _nearest(hand: FloatArray, places: list[FloatArray], reach: float) -> float:
    distances = [np.nanmin(length(hand[:, None] - points[None]), initial=np.inf) for points in places]
    best = int(np.argmin(distances))
    return float(best) if distances[best] <= reach else float("nan")


@once
def events(observations: Observations) -> tuple[Event, ...]:
    """``hand_to_face`` with its length in seconds as value and its most frequent place as label."""
    poses = observations.poses
    if poses is None:
        return ()
    place, sure, _ = touches(observations)
    found = []
    for first, last in bouts(poses.time_s, np.isfinite(place), MIN_CONTACT_S, MAX_GAP_S):
        run = slice(first, last + 1)
        if not sure[run].any():
            continue
        there = place[run][np.isfinite(place[run])].astype(int)
        label = PLACES[Counter(there.tolist()).most_common(1)[0][0]]
        event = to_event("hand_to_face", poses.time_s, (first, last), label=label)
        found.append(replace(event, value=event.end_s - event.start_s))
    return tuple(found)


def compute(observations: Observations, window: Interval) -> Mapping[str, float]:
    """Contacts that start in the window, and the share of seen time with a hand at the face."""
    poses = observations.poses
    if poses is None or not (known := Seen.within(window, poses.time_s, touches(observations)[2])):
        return NO_COVERAGE
    contacts = events(observations)
    touching = np.zeros(poses.time_s.size, dtype=bool)
    for event in contacts:
        touching |= inside(poses.time_s, Interval(event.start_s, event.end_s))
    return {
        "contacts_count": float(len(started_in(contacts, window))),
        "contacts_per_min": known.per_minute(contacts),
        "contact_ratio": known.ratio(touching),
        "coverage_ratio": known.coverage,
    }


_HOW = "seen in the image plane, so a hand held before the face counts; touches under 0.4 s or seen in one sample only are missed"
EXTRACTOR = Extractor(
    name="hand_to_face",
    version=1,
    channel="posture",
    specs=(
        FeatureSpec("contacts_count", "count", f"hand-to-face contacts; {_HOW}", 0),
        FeatureSpec("contacts_per_min", "1/min", "hand-to-face contacts per minute of seen face", 0),
        FeatureSpec("contact_ratio", "ratio", "share of frames with a hand at the face", 0, 1),
    ),
    compute=compute,
    events=events,
)
