"""The transcript cut where the voice changes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from itertools import groupby

from interview_analysis.features.conversation.speakers import words_by_voice
from interview_analysis.features.language.sentences import join_words
from interview_analysis.types import Segment, Transcript, Voices


def segments_by_voice(transcript: Transcript, voices: Voices) -> tuple[Segment, ...]:
    """The transcript's segments, cut into pieces of one voice each; a segment of one voice keeps its text and times.

    `Segment.voice` is None for words that are no voice's.
    """
    assigned = iter(words_by_voice(transcript, voices))
    return tuple(
        piece
        for segment in transcript.segments
        for piece in _pieces(
            segment, [next(assigned) for _ in segment.words], transcript.language_of(segment)
        )
    )


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
