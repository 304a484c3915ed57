"""What both Whisper engines do alike with the tokens of one decoded window."""

from __future__ import annotations

import re
import zlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np

from interview_analysis.types import Interval, Word

ENCODED_HZ = 50  # frames that Whisper's encoder gives
# Whisper's own lists: signs that belong to the word after them, and to the word before them.
_PREPENDED = "\"'“¿([{-"
_APPENDED = "\"'.。,，!！?？:：”)]}、"
_NUMBER_SO_FAR = re.compile(r"\d[.:]?$")
_NUMBER_GOES_ON = re.compile(r"[.,:/-]?\d|[%‰°℃]")  # without a space before it


@dataclass(frozen=True, slots=True)
class RecognisedSegment:
    """What an engine heard in some audio. Word times are seconds from the start of that audio."""

    text: str
    words: tuple[Word, ...]
    mean_log_probability: float
    no_speech_probability: float
    compression_ratio: float


@dataclass(frozen=True, slots=True)
class AlignedWord:
    """A word with its leading space, if its language has them, and the number of text tokens that spell it."""

    text: str
    token_count: int
    start_s: float
    end_s: float
    probability: float


def initial_prompt(language: str) -> str | None:
    """A line before the text whose style Whisper follows. Without it, Mandarin comes almost unpunctuated."""
    return "你好，欢迎参加今天的面试。" if language == "zh" else None


def span_frames(span: Interval, count: int) -> slice:
    """Which of the `count` frames of the encoder hold a span; at least half a second of them."""
    first = max(0, min(int(span.start_s * ENCODED_HZ), count - ENCODED_HZ // 2))
    return slice(first, max(first + ENCODED_HZ // 2, int(np.ceil(span.end_s * ENCODED_HZ))))


def compression_ratio(text: str) -> float:
    """Bytes of `text` over its bytes when compressed; high where it repeats itself."""
    data = text.encode()
    return len(data) / len(zlib.compress(data))


def recognised_segments(
    tokens: Sequence[int],
    timestamp_begin: int,
    decode: Callable[[Sequence[int]], str],
    words: Sequence[AlignedWord],
    mean_log_probability: float,
    no_speech_probability: float,
) -> tuple[RecognisedSegment, ...]:
    """Segments of one window: its text, divided at Whisper's timestamp tokens, with the words of each.

    `words` are aligned to the text tokens of `tokens`, in order. A word that crosses a boundary, as when a sign
    is merged into it, stays with the segment that it begins in.
    """
    groups: list[list[int]] = [[]]
    for token in tokens:
        if token < timestamp_begin:
            groups[-1].append(token)
        elif groups[-1]:
            groups.append([])
    ratio = compression_ratio(decode([token for group in groups for token in group]).strip())
    segments, position, used, end = [], 0, 0, 0
    merged = merge_signs(words)
    for group in groups:
        end += len(group)
        first = position
        while position < len(merged) and used < end:
            used += merged[position].token_count
            position += 1
        members = tuple(
            Word(word.text.strip(), word.start_s, word.end_s, word.probability)
            for word in merged[first:position]
            if any(char.isalnum() for char in word.text)
        )
        if members:
            text = "".join(word.text for word in merged[first:position]).strip()
            segments.append(
                RecognisedSegment(text, members, mean_log_probability, no_speech_probability, ratio)
            )
    return tuple(segments)


def merge_signs(words: Sequence[AlignedWord]) -> list[AlignedWord]:
    """Punctuation joined to the word that it belongs to, and the parts of a number to one word.

    A sign leaves the times and the probability of its word as they are. A number (``1`` ``.2``, ``35`` ``%``)
    lasts from its first part to its last, with the lowest probability of them.
    """
    merged: list[AlignedWord] = []
    for word in words:
        last = merged[-1] if merged else None
        if last is None:
            merged.append(word)
        elif _NUMBER_SO_FAR.search(last.text) and _NUMBER_GOES_ON.match(word.text):
            probability = min(last.probability, word.probability)
            merged[-1] = replace(_joined(last, word), end_s=word.end_s, probability=probability)
        elif word.text.strip() and word.text.strip() in _APPENDED:
            merged[-1] = _joined(last, word)
        elif last.text.strip() and last.text.strip() in _PREPENDED:
            merged[-1] = replace(
                _joined(last, word),
                start_s=word.start_s,
                end_s=word.end_s,
                probability=word.probability,
            )
        else:
            merged.append(word)
    return merged


def _joined(first: AlignedWord, second: AlignedWord) -> AlignedWord:
    return replace(first, text=first.text + second.text, token_count=first.token_count + second.token_count)
