"""Voices of several recordings of one interview, or of a part of one: who is who across them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from interview_analysis.models.voice.diarization import DiarizationSettings
from interview_analysis.models.voice.speaker import unit
from interview_analysis.types import FloatArray, Interval, Turn, Voices

# Voices of two recordings are one where those of one recording would be.
SAME_VOICE = DiarizationSettings().same_voice
_SLACK_S = 1e-6  # sums of lengths are rounded


def voices_part(voices: Voices, part: Interval) -> Voices:
    """Who speaks within `part`, on its clock; who does not is left out."""
    return _numbered(turns_part(voices.turns, part), voices.embeddings, voices.channels, voices.names)


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
    there = [(part, start_s) for part, start_s in zip(parts, starts_s, strict=True) if part is not None]
    if not there:
        return None
    width = there[0][0].embeddings.shape[1]
    known: list[FloatArray] = []  # sums of embeddings, weighted by seconds of speech
    turns: list[Turn] = []
    channels: list[int] = []  # of each voice, where it is first heard
    called: list[str] = []
    for part, start_s in there:
        names = _matched(part, np.array([unit(total) for total in known]).reshape(-1, width), called)
        for voice, name in enumerate(names):
            if name == len(known):
                known.append(np.zeros(width))
                channels += part.channels[voice : voice + 1]
                called += part.names[voice : voice + 1] or ("",)
            spoken_s = sum(stretch.duration_s for stretch in part.of(voice))
            known[name] = known[name] + np.nan_to_num(part.embeddings[voice]) * spoken_s
        turns += [Turn(names[t.voice], t.start_s + start_s, t.end_s + start_s) for t in part.turns]
    by_channel = all(part.channels for part, _ in there)
    embeddings = np.array([unit(total) for total in known]).reshape(-1, width)
    return _numbered(turns, embeddings, channels if by_channel else (), called if any(called) else ())


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
    ordered = sorted(turns, key=lambda turn: (turn.start_s, turn.end_s))
    order = list(dict.fromkeys(turn.voice for turn in ordered))
    return Voices(
        tuple(replace(turn, voice=order.index(turn.voice)) for turn in ordered),
        embeddings[order],
        "transcript" if names else "channels" if channels else "clusters",
        tuple(channels[voice] for voice in order) if channels else (),
        tuple(names[voice] for voice in order) if names else (),
    )
