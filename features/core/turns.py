"""Arithmetic on stretches of time: the turns of a conversation, and where who speaks alone."""

from __future__ import annotations

import math
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise

from interview_analysis.types import Interval, Observations, Turn

# A turn shorter than this takes no floor: "mm-hm", "right" (very short utterances, Heldner et al. 2011).
BACK_CHANNEL_S = 1.0


def turns_are_heard(observations: Observations) -> bool:
    """Whether turns begin and end when voices do; the passages of a transcript that was handed in do so roughly."""
    return observations.voices is None or observations.voices.method != "transcript"


def united(pieces: Iterable[Interval | Turn]) -> tuple[Interval, ...]:
    """The time that any of `pieces`, by start, covers, as stretches that are apart."""
    found: list[Interval] = []
    for piece in pieces:
        if found and piece.start_s <= found[-1].end_s:
            found[-1] = Interval(found[-1].start_s, max(found[-1].end_s, piece.end_s))
        else:
            found.append(Interval(piece.start_s, piece.end_s))
    return tuple(found)


def common(first: Sequence[Interval], second: Sequence[Interval]) -> Iterator[Interval]:
    """The time that lies in both, each of them by start and apart."""
    i = j = 0
    while i < len(first) and j < len(second):
        start_s, end_s = max(first[i].start_s, second[j].start_s), min(first[i].end_s, second[j].end_s)
        if start_s < end_s:
            yield Interval(start_s, end_s)
        if first[i].end_s <= second[j].end_s:
            i += 1
        else:
            j += 1


def outside(pieces: Sequence[Interval]) -> tuple[Interval, ...]:
    """All time that `pieces`, by start and apart, leave."""
    edges = [-math.inf, *(edge for piece in pieces for edge in (piece.start_s, piece.end_s)), math.inf]
    return tuple(Interval(a, b) for a, b in zip(edges[::2], edges[1::2], strict=True) if a < b)


def holes(pieces: Iterable[Interval | Turn], end_s: float) -> tuple[Interval, ...]:
    """What `pieces`, by start, leave of the time from 0 to `end_s`."""
    return tuple(common((Interval(0.0, end_s),), outside(united(pieces))))


def alone(own: Iterable[Interval | Turn], others: Iterable[Turn]) -> tuple[Interval, ...]:
    """Where one voice speaks and no other does; both by start."""
    return tuple(common(united(own), outside(united(others))))


def held(own: Sequence[Turn], others: Sequence[Turn]) -> tuple[Interval, ...]:
    """One voice's turns, apart; two between which no other voice speaks are one, with the pause between them."""
    spoken = united(others)
    ends_s = [piece.end_s for piece in spoken]
    found: list[Interval] = []
    for turn in united(own):
        if found:
            after = bisect_right(ends_s, found[-1].end_s)
            if after == len(spoken) or spoken[after].start_s >= turn.start_s:
                found[-1] = Interval(found[-1].start_s, turn.end_s)
                continue
        found.append(turn)
    return tuple(found)


def gaps(pieces: Sequence[Interval]) -> tuple[Interval, ...]:
    """Between each of `pieces` and the next."""
    return tuple(Interval(a.end_s, b.start_s) for a, b in pairwise(pieces))
