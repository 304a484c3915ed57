"""Recordings of an interview with a face, made of real ones: the face talks while the candidate does, and rests otherwise."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import chain, cycle
from pathlib import Path

import av
import numpy as np
from numpy.typing import NDArray

from interview_analysis.pipeline.media.audio_spool import SAMPLE_RATE_HZ
from interview_analysis.types import Interval
from tests.pipeline.media.media_making import decode, times, write

FPS = 25
GAP_S = 0.6  # between two turns


@dataclass(frozen=True)
class Said:
    """One turn: whose, and its sound, shape (n,), 16 kHz."""

    by_candidate: bool
    samples: NDArray[np.float32]


def samples(clip: Path) -> NDArray[np.float32]:
    """The sound of a recording, 16 kHz mono."""
    _, sound, _ = decode(clip)
    return sound


def make_interview(path: Path, face: Path, turns: Sequence[Said]) -> list[Interval]:
    """Write the turns with the face of `face`, and return when each of them is spoken."""
    spoken: list[Interval] = []
    pieces: list[NDArray[np.float32]] = []
    at_s = 0.0
    for turn in turns:
        spoken.append(Interval(at_s, at_s + len(turn.samples) / SAMPLE_RATE_HZ))
        pieces += [turn.samples, np.zeros(round(GAP_S * SAMPLE_RATE_HZ), np.float32)]
        at_s = spoken[-1].end_s + GAP_S
    talking = [time for time, turn in zip(spoken, turns, strict=True) if turn.by_candidate]
    film(path, face, np.concatenate(pieces), talking)
    return spoken


def film(path: Path, face: Path, sound: NDArray[np.float32], talking: Sequence[Interval]) -> Path:
    """Write a recording of `sound`, mono at 16 kHz, with the face of `face`.

    The picture runs, forwards and back again, in the times of `talking`, so that the lips move then and only then; else it
    stands still. The lips say something else than the voice: what is tested is *when* they move.
    """
    pictures = list(_pictures(face))
    moving, shown = cycle(chain(pictures, reversed(pictures))), [pictures[0]]
    moments = times(FPS, len(sound) / SAMPLE_RATE_HZ)
    for time_s in moments:
        talks = any(time.start_s <= time_s < time.end_s for time in talking)
        shown.append(next(moving) if talks else shown[-1])
    return write(
        path,
        frame_times=moments,
        image=lambda time_s: shown[round(time_s * FPS) + 1],
        fps=FPS,
        video_options={"preset": "superfast", "crf": "21"},
        pieces=((0.0, sound),),
        rate_hz=SAMPLE_RATE_HZ,
    )


def _pictures(face: Path, height_px: int = 640) -> Iterator[NDArray[np.uint8]]:
    """The frames of a recording at `FPS`, `height_px` high."""
    with av.open(str(face)) as container:
        due_s = 0.0
        for frame in container.decode(video=0):
            if frame.time is not None and frame.time >= due_s - 1e-6:
                width_px = round(frame.width * height_px / frame.height / 2) * 2
                yield frame.to_ndarray(format="rgb24", width=width_px, height=height_px)
                due_s += 1 / FPS
