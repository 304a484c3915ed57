"""Text as if it had been transcribed: words with even times, so that what is said can be scored without a recording."""

from __future__ import annotations

import re

from interview_analysis.features.language.sentences import counts_characters
from interview_analysis.types import Segment, Transcript, Word

_CJK = r"㐀-䶿一-鿿豈-﫿"
_PIECE = re.compile(rf"[{_CJK}][^\w\s]*|[^\s{_CJK}]+")
_STEP_S = {True: 0.25, False: 0.4}  # key: counted in characters; usual rates of speech


def transcript_of_text(text: str, language: str) -> Transcript:
    """One segment with a word (in Chinese a character) every 0.4 s (0.25 s); punctuation stays on the word before it."""
    by_character = counts_characters(language)
    step_s = _STEP_S[by_character]
    pieces = _PIECE.findall(text) if by_character else text.split()
    words = tuple(
        Word(piece, round(i * step_s, 3), round((i + 0.9) * step_s, 3), 1.0) for i, piece in enumerate(pieces)
    )
    segments = (Segment(text, 0.0, words[-1].end_s, words),) if words else ()
    return Transcript(language, 1.0, segments, "text", "text")
