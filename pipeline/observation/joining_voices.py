"""Voices of several recordings of one interview, or of a part of one: who is who across them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from interview_analysis.models.voice.diarization import DiarizationSettings
from interview_analysis.models.voice.speaker import unit
from interview_analysis.types import FloatArray, Interval, Transcript, Turn, Voices

# Voices of two recordings are one where those of one recording would be.
SAME_VOICE = DiarizationSettings().same_voice
_SLACK_S = 1e-6  # sums of lengths are rounded


def voices_part(voices: Voices, part: Interval) -> Voices:
    """Who speaks within `part`, on its clock; who does not is left out."""
    return _numbered(turns_part(voices.turns, part), voices.embeddings, voices.channels, voices.names)


def numbers_in_part(voices: Voices | None, part: Interval) -> dict[int, int]:
    """Which voice of `voices_part` each voice is that speaks in it."""
    turns = turns_part(voices.turns, part) if voices is not None else ()
    return {voice: number for number, voice in enumerate(_order(turns))}


def numbers_joined(parts: Sequence[Voices | None], starts_s: Sequence[float]) -> list[dict[int, int]]:
    """For each part, which of the `joined_voices` each of its voices is that speaks."""
    merged = _merged(parts, starts_s)
    place = {name: number for number, name in enumerate(_order(merged.turns))}
    return [{v: place[name] for v, name in enumerate(own) if name in place} for own in merged.names]


def numbered(transcript: Transcript, numbers: Mapping[int, int]) -> Transcript:
    """A transcript whose segments know their voices by other numbers."""
    if all(segment.voice is None for segment in transcript.segments):
        return transcript
    segments = (
        replace(segment, voice=None if segment.voice is None else numbers.get(segment.voice))
        for segment in transcript.segments
    )
    return replace(transcript, segments=tuple(segments))


def turns_part(turns: Sequence[Turn], part: Interval) -> tuple[Turn, ...]:
    """The turns within `part`, cut at its edges, on its clock."""
    return tuple(
        Turn(
            turn.voice,
            max(turn.start_s, part.start_s) - part.start_s,
            min(turn.end_s, part.end_s) - part.start_s,
        )
        for turn in turns
        if turn.end_s > part.start_s + _SLACK_S and turn.start_s < part.end_s - _SLACK_S
    )


def joined_voices(parts: Sequence[Voices | None], starts_s: Sequence[float]) -> Voices | None:
    """The voices of all parts. Those of a part are matched one to one with the voices of the parts before.

    Who is called as somebody before is the same. The others are matched by the greatest total similarity; who is less
    like anybody than `SAME_VOICE`, or has no embedding, is somebody new.
    """
    if all(part is None for part in parts):
        return None
    merged = _merged(parts, starts_s)
    by_channel = all(part.channels for part in parts if part is not None)
    embeddings = np.array([unit(total) for total in merged.known])
    return _numbered(
        merged.turns,
        embeddings.reshape(-1, next(part.embeddings.shape[1] for part in parts if part is not None)),
        merged.channels if by_channel else (),
        merged.called if any(merged.called) else (),
    )


@dataclass(slots=True)
class _Merged:
    """Voices of several parts, numbered as they are met: what is known of each, and which each voice of a part is."""

    turns: list[Turn] = field(default_factory=list)
    known: list[FloatArray] = field(default_factory=list)  # sums of embeddings, weighted by seconds of speech
    channels: list[int] = field(default_factory=list)  # of each voice, where it is first heard
    called: list[str] = field(default_factory=list)
    names: list[list[int]] = field(default_factory=list)


def _merged(parts: Sequence[Voices | None], starts_s: Sequence[float]) -> _Merged:
    merged = _Merged()
    for part, start_s in zip(parts, starts_s, strict=True):
        merged.names.append([] if part is None else _added(merged, part, start_s))
    return merged


def _added(merged: _Merged, part: Voices, start_s: float) -> list[int]:
    width = part.embeddings.shape[1]
    names = _matched(part, np.array([unit(t) for t in merged.known]).reshape(-1, width), merged.called)
    for voice, name in enumerate(names):
        if name == len(merged.known):
            merged.known.append(np.zeros(width))
            merged.channels += part.channels[voice : voice + 1]
            merged.called += part.names[voice : voice + 1] or ("",)
        spoken_s = sum(stretch.duration_s for stretch in part.of(voice))
        merged.known[name] = merged.known[name] + np.nan_to_num(part.embeddings[voice]) * spoken_s
    merged.turns += [Turn(names[t.voice], t.start_s + start_s, t.end_s + start_s) for t in part.turns]
    return names


def _matched(part: Voices, known: FloatArray, called: Sequence[str]) -> list[int]:
    """For each voice of `part` the row of `known`, or a number beyond them, counted up, for somebody new."""
    from scipy.optimize import linear_sum_assignment

    alike = np.nan_to_num(part.embeddings @ known.T, nan=-1.0)
    alike = np.where(alike >= SAME_VOICE, alike, 0.0)
    for voice, name in enumerate(part.names):
        if name:
            alike[voice] = [
                10.0 if name == other else 0.0 if other else like
                for other, like in zip(called, alike[voice], strict=True)
            ]
    rows, columns = linear_sum_assignment(alike, maximize=True)
    same = {int(r): int(c) for r, c in zip(rows, columns, strict=True) if alike[r, c] > 0}
    names, following = [], len(known)
    for voice in range(part.count):
        names.append(same.get(voice, following))
        following += voice not in same
    return names


def _numbered(
    turns: Sequence[Turn], embeddings: FloatArray, channels: Sequence[int], names: Sequence[str]
) -> Voices:
    order = _order(turns)
    return Voices(
        tuple(replace(turn, voice=order.index(turn.voice)) for turn in _by_time(turns)),
        embeddings[order],
        "transcript" if names else "channels" if channels else "clusters",
        tuple(channels[voice] for voice in order) if channels else (),
        tuple(names[voice] for voice in order) if names else (),
    )


def _order(turns: Sequence[Turn]) -> list[int]:
    """The voices as they first speak."""
    return list(dict.fromkeys(turn.voice for turn in _by_time(turns)))


def _by_time(turns: Sequence[Turn]) -> list[Turn]:
    return sorted(turns, key=lambda turn: (turn.start_s, turn.end_s))
