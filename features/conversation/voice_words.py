"""The transcript cut where the voice changes."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import groupby

from interview_analysis.features.conversation.speakers import NEAR_S, words_by_voice
from interview_analysis.features.language.sentences import join_words
from interview_analysis.types import Segment, Transcript, Voices


def segments_by_voice(transcript: Transcript, voices: Voices) -> tuple[Segment, ...]:
    """The transcript's segments, cut into pieces of one voice each; a segment of one voice keeps its text and times.

    `Segment.voice` is None for words that are no voice's. A passage of a transcript that names its speakers is of one voice,
    and so is a segment that was recognised on a track of its own, which knows its voice.
    """
    if voices.method == "transcript":
        return tuple(_passages(transcript, voices))
    assigned = iter(words_by_voice(transcript, voices))
    found: list[Segment] = []
    for segment in transcript.segments:
        owners = [next(assigned) for _ in segment.words]
        known = segment.voice is not None
        found += [segment] if known else _pieces(segment, owners, transcript.language_of(segment))
    return tuple(found)


def _passages(transcript: Transcript, voices: Voices) -> Iterator[Segment]:
    """Each passage with the voice of the turn that it was: the one that begins and ends when it does."""
    starts_s = [turn.start_s for turn in voices.turns]
    for segment in transcript.segments:
        first = bisect_left(starts_s, segment.start_s - NEAR_S)
        near = voices.turns[first : bisect_right(starts_s, segment.start_s + NEAR_S)]
        own = min(
            near, key=lambda t: abs(t.start_s - segment.start_s) + abs(t.end_s - segment.end_s), default=None
        )
        yield replace(segment, voice=own.voice if own else None)


def _pieces(segment: Segment, owners: Sequence[int | None], language: str) -> list[Segment]:
    if not segment.words:
        return [segment]
    pieces = []
    for voice, group in groupby(zip(segment.words, owners, strict=True), key=lambda pair: pair[1]):
        words = tuple(word for word, _ in group)
        if len(words) == len(segment.words):
            return [replace(segment, voice=voice)]
        pieces.append(
            replace(
                segment,
                text=join_words(words, language),
                start_s=words[0].start_s,
                end_s=words[-1].end_s,
                words=words,
                voice=voice,
            )
        )
    return pieces
