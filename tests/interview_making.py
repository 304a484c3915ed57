"""Recordings of an interview with a face, made of real ones: the face talks while the candidate does, and rests otherwise."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import chain, cycle
from pathlib import Path

import av
import numpy as np
from numpy.typing import NDArray

from interview_analysis.types import Interval

RATE_HZ = 16_000
FPS = 25
GAP_S = 0.6  # between two turns


@dataclass(frozen=True)
class Said:
    """One turn: whose, and its sound, shape (n,), 16 kHz."""

    by_candidate: bool
    samples: NDArray[np.float32]


def make_interview(path: Path, face: Path, turns: Sequence[Said]) -> list[Interval]:
    """Write the turns with the face of `face`, and return when each of them is spoken.

    The picture runs, forwards and back again, while the candidate speaks, so that the lips move then and only then; it
    stands still while anybody else does. The lips say something else than the voice: what is tested is *when* they move.
    """
    times: list[Interval] = []
    pieces: list[NDArray[np.float32]] = []
    at_s = 0.0
    for turn in turns:
        times.append(Interval(at_s, at_s + len(turn.samples) / RATE_HZ))
        pieces += [turn.samples, np.zeros(round(GAP_S * RATE_HZ), np.float32)]
        at_s = times[-1].end_s + GAP_S
    sound = np.concatenate(pieces)
    talking = [time for time, turn in zip(times, turns, strict=True) if turn.by_candidate]
    pictures = _pictures(face)
    moving = cycle(chain(pictures, reversed(pictures)))
    shown = pictures[0]
    with av.open(str(path), "w") as container:
        video = container.add_stream("libx264", rate=FPS, options={"preset": "superfast", "crf": "21"})
        video.height, video.width = pictures[0].shape[:2]
        video.pix_fmt = "yuv420p"
        audio = container.add_stream("aac", rate=RATE_HZ, layout="mono")
        for number in range(math.ceil(len(sound) / RATE_HZ * FPS)):
            if any(time.start_s <= number / FPS < time.end_s for time in talking):
                shown = next(moving)
            frame = av.VideoFrame.from_ndarray(shown, format="rgb24")
            frame.pts, frame.time_base = number, Fraction(1, FPS)
            container.mux(video.encode(frame))
            start, stop = (round(n / FPS * RATE_HZ) for n in (number, number + 1))
            piece = av.AudioFrame.from_ndarray(sound[None, start:stop], format="fltp", layout="mono")
            piece.sample_rate, piece.pts, piece.time_base = RATE_HZ, start, Fraction(1, RATE_HZ)
            container.mux(audio.encode(piece))
        container.mux(video.encode(None))
        container.mux(audio.encode(None))
    return times


def _pictures(face: Path, height_px: int = 640) -> list[NDArray[np.uint8]]:
    """The frames of a recording at `FPS`, `height_px` high."""

    def frames() -> Iterator[NDArray[np.uint8]]:
        with av.open(str(face)) as container:
            due_s = 0.0
            for frame in container.decode(video=0):
                if frame.time is not None and frame.time >= due_s - 1e-6:
                    width_px = round(frame.width * height_px / frame.height / 2) * 2
                    yield frame.to_ndarray(format="rgb24", width=width_px, height=height_px)
                    due_s += 1 / FPS

    return list(frames())
