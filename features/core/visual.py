"""What the extractors on faces and bodies share: samples in a window, runs of samples, whose body it is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from interview_analysis.features.core.memory import once
from interview_analysis.tracks import FACE_POINTS, POSE_POINTS, FaceTrack, PoseTrack
from interview_analysis.types import Event, FloatArray, Interval, Observations

Mask = NDArray[np.bool_]
NO_COVERAGE: Mapping[str, float] = {"coverage_ratio": 0.0}
_FACE_MEMORY_S = 1.0
_SAME_PERSON = 1.0  # face heights between the nose of the pose and the nose of the face


def inside(time_s: FloatArray, window: Interval) -> Mask:
    """Which samples lie in ``[start_s, end_s)``, shape (n,)."""
    return (time_s >= window.start_s) & (time_s < window.end_s)


def step_s(time_s: FloatArray) -> float:
    """Seconds that one sample stands for: the median distance of samples; 0.2 where there is only one."""
    return float(np.median(np.diff(time_s))) if time_s.size > 1 else 0.2


def ratio(share: Mask, of: Mask) -> float:
    """Share of the samples `of` where `share` holds too; NaN when there are none."""
    return float((share & of).sum() / of.sum()) if of.any() else float("nan")


def coverage(seen: Mask, time_s: FloatArray, window: Interval) -> float:
    """Share of the time of `window` in which `seen`, shape (n,), holds.

    A sample stands for the time up to the next one, for two steps at the most where samples are missing. Less
    than a step without a sample, as at the edges of a window, is no gap.
    """
    sampled = inside(time_s, window)
    if not sampled.any():
        return 0.0
    step = step_s(time_s)
    stands_s = np.append(np.minimum(np.diff(time_s), 2.0 * step), step)
    sampled_s = float(stands_s[sampled].sum())
    if window.duration_s - sampled_s < step:
        sampled_s = window.duration_s
    return ratio(seen, sampled) * sampled_s / window.duration_s


@dataclass(frozen=True, slots=True)
class Seen:
    """The samples of a track in one window in which something was seen, and what is counted over them."""

    time_s: FloatArray
    mask: Mask  # (n,) over the whole track
    window: Interval

    @classmethod
    def within(cls, window: Interval, time_s: FloatArray, seen: Mask) -> Seen:
        """Those of the samples `seen`, shape (n,), that lie in `window`."""
        return cls(time_s, inside(time_s, window) & seen, window)

    def __bool__(self) -> bool:
        return bool(self.mask.any())

    @property
    def coverage(self) -> float:
        """Share of the time of the window in which it was seen, see `coverage`."""
        return coverage(self.mask, self.time_s, self.window)

    def ratio(self, share: Mask) -> float:
        """Share of the seen samples where `share`, shape (n,), holds too."""
        return ratio(share, self.mask)

    def mean(self, values: FloatArray) -> float:
        """Mean of the finite ones of `values`, shape (n,)."""
        return mean(values[self.mask])

    def spread(self, values: FloatArray) -> float:
        """Population standard deviation of the finite ones of `values`, shape (n,)."""
        return spread(values[self.mask])

    def per_minute(self, events: Sequence[Event]) -> float:
        """Events that start in the window, per minute of what was seen."""
        return per_minute(len(started_in(events, self.window)), int(self.mask.sum()), self.time_s)


def above(values: FloatArray, limit: float) -> Mask:
    """Where a value is above `limit`; where it was not seen it is not."""
    with np.errstate(invalid="ignore"):
        return values > limit


def nearest(times_s: FloatArray, wanted_s: FloatArray) -> NDArray[np.intp]:
    """Index into `times_s`, sorted and not empty, of the time nearest to each of `wanted_s`."""
    if times_s.size == 1:
        return np.zeros(wanted_s.size, dtype=np.intp)
    after = np.clip(np.searchsorted(times_s, wanted_s), 1, times_s.size - 1)
    earlier = wanted_s - times_s[after - 1] <= times_s[after] - wanted_s
    return np.where(earlier, after - 1, after)


def mean(values: FloatArray) -> float:
    """Mean of the finite values, NaN without any."""
    seen = values[np.isfinite(values)]
    return float(seen.mean()) if seen.size else float("nan")


def spread(values: FloatArray) -> float:
    """Population standard deviation of the finite values, NaN for fewer than two."""
    seen = values[np.isfinite(values)]
    return float(seen.std()) if seen.size > 1 else float("nan")


def bouts(
    time_s: FloatArray, active: Mask, min_duration_s: float = 0.0, max_gap_s: float = 0.0
) -> tuple[tuple[int, int], ...]:
    """Runs of active samples as index pairs (first, last).

    Runs that are at most `max_gap_s` apart become one. A run lasts from its first sample to one step after its
    last. Runs shorter than `min_duration_s` are dropped, and where it is given those of a single sample too,
    however long a step is: one sample may be a false reading.
    """
    step = step_s(time_s)
    shortest_s = max(min_duration_s, 1.5 * step) if min_duration_s else 0.0
    runs: list[tuple[int, int]] = []
    for index in np.flatnonzero(active):
        if runs and time_s[index] - time_s[runs[-1][1]] <= max(step * 1.5, step + max_gap_s + 1e-6):
            runs[-1] = (runs[-1][0], int(index))
        else:
            runs.append((int(index), int(index)))
    return tuple(run for run in runs if time_s[run[1]] - time_s[run[0]] + step >= shortest_s - 1e-6)


def to_event(
    kind: str, time_s: FloatArray, run: tuple[int, int], value: float = float("nan"), label: str = ""
) -> Event:
    """The event of a run of samples."""
    return Event(kind, float(time_s[run[0]]), float(time_s[run[1]]) + step_s(time_s), value, label)


def peak_event(kind: str, time_s: FloatArray, run: tuple[int, int], values: FloatArray) -> Event:
    """The event of a run of samples with the highest of its values, shape (n,)."""
    return to_event(kind, time_s, run, float(np.nanmax(values[run[0] : run[1] + 1])))


def started_in(events: Sequence[Event], window: Interval) -> list[Event]:
    """Events whose start lies in ``[start_s, end_s)``, so that windows side by side count each one once."""
    return [event for event in events if window.start_s <= event.start_s < window.end_s]


def per_minute(count: int, seen_samples: int, time_s: FloatArray) -> float:
    """Count per minute of the time that was seen; NaN when nothing was."""
    return 60.0 * count / (seen_samples * step_s(time_s)) if seen_samples else float("nan")


def face_points(faces: FaceTrack) -> dict[str, FloatArray]:
    """Named face points in units of the image height, each of shape (n, 2)."""
    scaled = faces.points * (faces.aspect_ratio, 1.0)
    return {name: scaled[:, index] for index, name in enumerate(FACE_POINTS)}


def face_height(faces: FaceTrack) -> FloatArray:
    """Forehead to chin in units of the image height, shape (n,)."""
    points = face_points(faces)
    return length(points["forehead"] - points["chin"])


def length(vectors: FloatArray) -> FloatArray:
    """Euclidean length over the last axis."""
    lengths: FloatArray = np.sqrt((vectors**2).sum(axis=-1))
    return lengths


def pose_points(poses: PoseTrack, min_visibility: float = 0.5, margin: float = 0.1) -> dict[str, FloatArray]:
    """Named body points in units of the image height, each of shape (n, 2).

    NaN where less visible than `min_visibility` or further than `margin` of the image outside of it: MediaPipe
    calls points visible that it only imagines beyond the edge.
    """
    seen = poses.visibility >= min_visibility
    with np.errstate(invalid="ignore"):
        seen &= ((poses.points >= -margin) & (poses.points <= 1.0 + margin)).all(axis=2)
    scaled = np.where(seen[:, :, None], poses.points, np.nan) * (poses.aspect_ratio, 1.0)
    return {name: scaled[:, index] for index, name in enumerate(POSE_POINTS)}


@once
def is_candidate(observations: Observations) -> Mask:
    """Where the pose belongs to the candidate's face, shape (n,) over the pose's samples.

    The nose of the pose has to be within one face height of the nose of the face, in the nearest sample with a
    face within a second. The pose landmarker jumps between people who stand close, and sees bodies in pictures.
    Without a face track every pose counts.
    """
    poses, faces = observations.poses, observations.faces
    if poses is None:
        return np.zeros(0, dtype=bool)
    nose = poses.points[:, POSE_POINTS.index("nose")] * (poses.aspect_ratio, 1.0)
    found: Mask = np.isfinite(nose).all(axis=1)
    if faces is None:
        return found
    present = np.flatnonzero(faces.present)
    if not present.size:
        return np.zeros(found.size, dtype=bool)
    at = present[nearest(faces.time_s[present], poses.time_s)]
    recent = np.abs(faces.time_s[at] - poses.time_s) <= _FACE_MEMORY_S
    with np.errstate(invalid="ignore"):
        apart = length(nose - face_points(faces)["nose_tip"][at]) / face_height(faces)[at]
        found &= recent & (apart <= _SAME_PERSON)
    return found
