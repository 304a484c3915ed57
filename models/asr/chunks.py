"""Speech regions packed into chunks that fill a recogniser's window, and times mapped back out of them.

A short chunk costs as much as a full one, and silence invites Whisper to make up text. Chunks therefore hold speech with what
little silence lies between; a long silence is cut short. Where a chunk ends depends on the regions alone, never on how fast
they arrive.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from interview_analysis.types import AudioSource, Interval

CHUNK_S = 18.0  # of 20 that the recogniser looks at (`models.asr.faster`); a region that is longer is a chunk by itself
_MIN_FILL = 0.8  # a chunk may end early, at a longer silence, once it is this full
_EDGE_S = 0.5  # silence kept on either side of a cut: Whisper needs some to place the first and last word


@dataclass(frozen=True, slots=True)
class Chunk:
    """Consecutive speech regions. `pieces` are the stretches of the recording that make up its audio."""

    regions: tuple[Interval, ...]
    pieces: tuple[Interval, ...]

    @property
    def duration_s(self) -> float:
        return sum(piece.duration_s for piece in self.pieces)

    def read(self, audio: AudioSource) -> NDArray[np.float32]:
        """The chunk's samples, shape (n,)."""
        rate_hz = audio.sample_rate_hz
        audio.wait(round(self.pieces[-1].end_s * rate_hz))
        parts = [audio.read(round(p.start_s * rate_hz), round(p.end_s * rate_hz)) for p in self.pieces]
        return np.concatenate(parts)

    def from_recording(self, interval: Interval) -> Interval:
        """A stretch of the recording on the chunk's clock, cut to what the chunk holds of it."""
        before_s, times_s = 0.0, []
        for piece in self.pieces:
            if interval.overlap_s(piece) > 0:
                shift_s = before_s - piece.start_s
                times_s += [
                    max(interval.start_s, piece.start_s) + shift_s,
                    min(interval.end_s, piece.end_s) + shift_s,
                ]
            before_s += piece.duration_s
        return Interval(times_s[0], times_s[-1]) if times_s else Interval(before_s, before_s)

    def between(self, start_s: float, end_s: float) -> Chunk | None:
        """What the chunk holds between two moments of the recording; None if no speech."""
        part = Interval(max(start_s, self.pieces[0].start_s), min(end_s, self.pieces[-1].end_s))
        regions = [
            Interval(max(r.start_s, part.start_s), min(r.end_s, part.end_s))
            for r in self.regions
            if r.overlap_s(part) > 0
        ]
        return _chunk(regions, part.start_s, part.end_s) if regions else None

    def in_the_middle(self) -> Iterator[Chunk]:
        """What lies before and what lies after the middle of the recording's time that the chunk covers."""
        start_s, end_s = self.pieces[0].start_s, self.pieces[-1].end_s
        middle_s = (start_s + end_s) / 2
        for part in (self.between(start_s, middle_s), self.between(middle_s, end_s)):
            if part is not None:
                yield part

    def to_recording(self, start_s: float, end_s: float) -> tuple[float, float]:
        """An interval on the chunk's clock, on the recording's. Across a cut, its larger side is kept."""
        best, before_s = Interval(0.0, 0.0), 0.0
        best_overlap_s = -np.inf
        for piece in self.pieces:
            # Negative where they are apart, so that the nearest piece takes what lies outside of all.
            overlap_s = min(end_s - before_s, piece.duration_s) - max(start_s - before_s, 0.0)
            if overlap_s > best_overlap_s:
                best_overlap_s = overlap_s
                shift_s = piece.start_s - before_s
                best = Interval(
                    float(np.clip(start_s + shift_s, piece.start_s, piece.end_s)),
                    float(np.clip(end_s + shift_s, piece.start_s, piece.end_s)),
                )
            before_s += piece.duration_s
        return best.start_s, best.end_s


def pack(regions: Iterable[Interval]) -> Iterator[Chunk]:
    """Chunks of at most `CHUNK_S`, or of one region, each as soon as it is certain."""
    pending: list[Interval] = []
    left_s = 0.0  # where the previous chunk's audio ends
    for region in regions:
        pending.append(region)
        while _packed_s(pending) > CHUNK_S and len(pending) > 1:
            count = _cut(pending)
            yield _chunk(pending[:count], left_s, pending[count].start_s)
            left_s, pending = pending[count - 1].end_s, pending[count:]
    if pending:
        yield _chunk(pending, left_s, pending[-1].end_s + _EDGE_S)


def halves(chunk: Chunk) -> tuple[Chunk, ...]:
    """The chunk in two, cut at its longest silence near the middle; itself where it has one region."""
    regions = list(chunk.regions)
    if len(regions) < 2:
        return (chunk,)
    half_s = chunk.duration_s / 2

    def merit(count: int) -> float:
        off_centre = abs(_packed_s(regions[:count]) - half_s) / half_s
        return (regions[count].start_s - regions[count - 1].end_s + 0.1) * (1.01 - min(1.0, off_centre))

    return cut(chunk, [max(range(1, len(regions)), key=merit)])


def cut(chunk: Chunk, before: Sequence[int]) -> tuple[Chunk, ...]:
    """The chunk in parts, cut before each of these of its regions."""
    regions, edges = chunk.regions, [0, *before, len(chunk.regions)]
    parts = []
    for first, stop in pairwise(edges):
        floor_s = regions[first - 1].end_s if first else chunk.pieces[0].start_s
        ceiling_s = regions[stop].start_s if stop < len(regions) else chunk.pieces[-1].end_s
        parts.append(_chunk(list(regions[first:stop]), floor_s, ceiling_s))
    return tuple(parts)


def _cut(pending: list[Interval]) -> int:
    """How many of the regions make the next chunk: all that fit, or fewer if a longer silence comes before."""
    fitting = [n for n in range(1, len(pending)) if _packed_s(pending[:n]) <= CHUNK_S]
    if not fitting:
        return 1
    full = [n for n in fitting if _packed_s(pending[:n]) >= _MIN_FILL * CHUNK_S] or fitting[-1:]
    return max(full, key=lambda n: pending[n].start_s - pending[n - 1].end_s)


def _packed_s(regions: list[Interval]) -> float:
    gaps_s = (b.start_s - a.end_s for a, b in pairwise(regions))
    return (
        sum(region.duration_s for region in regions) + sum(min(g, 2 * _EDGE_S) for g in gaps_s) + 2 * _EDGE_S
    )


def _chunk(regions: list[Interval], floor_s: float, ceiling_s: float) -> Chunk:
    """`floor_s` and `ceiling_s` bound the silence that may be taken before and after."""
    pieces: list[Interval] = []
    start_s = max(floor_s, regions[0].start_s - _EDGE_S, 0.0)
    for here, there in pairwise(regions):
        if there.start_s - here.end_s > 2 * _EDGE_S:
            pieces.append(Interval(start_s, here.end_s + _EDGE_S))
            start_s = there.start_s - _EDGE_S
    pieces.append(Interval(start_s, max(regions[-1].end_s, min(ceiling_s, regions[-1].end_s + _EDGE_S))))
    return Chunk(tuple(regions), tuple(pieces))
