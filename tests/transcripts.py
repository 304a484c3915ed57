"""Transcripts made from plain text, with even word times."""

from __future__ import annotations

import re
from collections.abc import Sequence

from interview_analysis.types import Interval, MediaFacts, Observations, Segment, Transcript, Word

_CJK = r"㐀-䶿一-鿿"
_PIECE = re.compile(rf"[{_CJK}][,。!?、;:,!?;:”’」]*|[^\s{_CJK}]+")


def transcript_from_text(
    text: str, language: str, wpm: float = 150.0, start_s: float = 0.0, probability: float = 0.9
) -> Transcript:
    """A transcript with one word (in Chinese one character) every ``60 / wpm`` seconds, one segment a line.

    A line break adds a pause of one second. Punctuation stays on the word before it, as recognisers leave it.
    """
    step_s = 60.0 / wpm
    segments: list[Segment] = []
    time_s = start_s
    for line in filter(None, (line.strip() for line in text.splitlines())):
        pieces = _PIECE.findall(line) if language == "zh" else line.split()
        words = []
        for piece in pieces:
            words.append(Word(piece, round(time_s, 6), round(time_s + 0.9 * step_s, 6), probability))
            time_s += step_s
        segments.append(Segment(line, words[0].start_s, words[-1].end_s, tuple(words)))
        time_s += 1.0
    return Transcript(language, 0.99, tuple(segments), "synthetic", "text")


def transcript_of(words: Sequence[Word], language: str) -> Transcript:
    """A transcript with these words in one segment."""
    text = "".join(word.text for word in words)
    segment = Segment(text, words[0].start_s, words[-1].end_s, tuple(words))
    return Transcript(language, 0.99, (segment,), "synthetic", "text")


def observations_from_text(text: str, language: str, wpm: float = 150.0) -> Observations:
    """Observations that hold such a transcript and nothing else."""
    transcript = transcript_from_text(text, language, wpm)
    end_s = transcript.words[-1].end_s if transcript.words else 0.0
    return Observations(MediaFacts(end_s, has_audio=True, has_video=False), transcript=transcript)


def whole(observations: Observations) -> Interval:
    """The window from the start to the end of the recording."""
    return Interval(0.0, observations.facts.duration_s)
