"""Sentences, tokens and normalised text of a transcript, in English and Chinese.

Everything that reads words goes through here: `normalise` folds what is the same word written differently,
`locate` keeps the way back from a character of the normalised text to the word that it came from.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from interview_analysis.types import Interval, Sentence, Transcript, Word

CHARACTER_LANGUAGES = ("zh", "ja", "yue")  # counted in characters and written without spaces
PAUSE_S = 0.6  # a silence that ends a clause where there is no punctuation
_FINAL = ".!?。;…"
_CLAUSE = ",、:—"
_ABBREVIATIONS = frozenset({"mr.", "mrs.", "ms.", "dr.", "e.g.", "i.e.", "vs.", "etc.", "st.", "no."})
_CJK = r"㐀-䶿一-鿿豈-﫿"
_UNIT = re.compile(rf"[{_CJK}]|[^\W{_CJK}]+(?:['.,/-][^\W{_CJK}]+)*")
_CJK_RUN = re.compile(rf"[{_CJK}]")
_TOKEN = re.compile(r"[^\W_]+(?:'[^\W_]+)*")
_MIN_UNITS = {True: 10, False: 6}  # key: counted in characters
_MAX_UNITS = {True: 60, False: 30}


@dataclass(frozen=True, slots=True)
class Located:
    """Normalised text of some words; `word_of[i]` is the index of the word that character `i` came from."""

    text: str
    word_of: tuple[int, ...]

    def words(self, start: int, end: int) -> tuple[int, int]:
        """First and last word index of the characters ``start..end``."""
        return self.word_of[start], self.word_of[end - 1]


def counts_characters(language: str) -> bool:
    """Whether the unit of length of `language` is the character instead of the word."""
    return language in CHARACTER_LANGUAGES


@cache
def _converter() -> Any:
    from opencc import OpenCC

    return OpenCC("t2s")


@cache
def _simplified(character: str) -> str:
    converted: str = _converter().convert(character)
    return converted if len(converted) == 1 else character


@cache
def segmenter() -> Any:
    """A jieba tokenizer of our own, so that no dictionary that others load changes its results."""
    import logging

    import jieba

    jieba.setLogLevel(logging.ERROR)
    return jieba.Tokenizer()


def normalise(text: str) -> str:
    """Fold width (NFKC), case, apostrophes, and traditional into simplified characters one by one."""
    folded = unicodedata.normalize("NFKC", text).replace("’", "'").replace("‘", "'").casefold()
    return "".join(_simplified(c) if _CJK_RUN.match(c) else c for c in folded)


def tokens(text: str, language: str) -> list[str]:
    """Words of `text`, normalised, without punctuation; jieba's words for Chinese (no new-word guessing)."""
    folded = normalise(text)
    if counts_characters(language):
        return [t for t in segmenter().lcut(folded, HMM=False) if any(c.isalnum() for c in t)]
    return _TOKEN.findall(folded)


def unit_count(text: str, language: str) -> int:
    """Length of `text`: words, or for Chinese characters, where a Latin word or a number counts as one."""
    if counts_characters(language):
        return len(_UNIT.findall(text))
    return len(_TOKEN.findall(normalise(text)))


def locate(words: Sequence[Word], language: str) -> Located:
    """Normalised text of `words` with the way back to them; spaces stand between words that are not Chinese."""
    text: list[str] = []
    word_of: list[int] = []
    for index, word in enumerate(words):
        piece = normalise(word.text).strip()
        if text and piece and _needs_space(text[-1], piece[0], language):
            text.append(" ")
            word_of.append(index - 1)
        text.extend(piece)
        word_of.extend([index] * len(piece))
    return Located("".join(text), tuple(word_of))


def _needs_space(before: str, after: str, language: str) -> bool:
    if not counts_characters(language):
        return True
    return all(c.isascii() and c.isalnum() for c in (before, after))


def join_words(words: Sequence[Word], language: str) -> str:
    """The words as a reader sees them."""
    text = ""
    for word in words:
        piece = word.text.strip()
        gap = " " if text and piece and _needs_space(text[-1], piece[0], language) else ""
        text += gap + piece
    return text


def sentences(transcript: Transcript, window: Interval | None = None) -> tuple[Sentence, ...]:
    """Sentences or clauses of a transcript, or of its words whose midpoint lies in `window`.

    Final punctuation ends a sentence, and so does another voice that takes the floor. Where the recogniser gave next to none (common in Chinese), a pause of
    0.6 s or the end of a recogniser's segment ends one once it has 6 words or 10 characters. What is longer
    than 30 words or 60 characters is cut at its best clause mark or longest pause.
    """
    by_character = counts_characters(transcript.language)
    words, ends, turns = _words_with_breaks(transcript, window)
    if not words:
        return ()
    lengths = [max(1, unit_count(w.text, transcript.language)) for w in words]
    finals = [_is_final(w.text) for w in words]
    punctuated = sum(finals) * (80 if by_character else 40) >= sum(lengths)
    groups: list[range] = []
    start = 0
    for i in range(len(words)):
        gap_s = words[i + 1].start_s - words[i].end_s if i + 1 < len(words) else 0.0
        soft = not punctuated and (gap_s > PAUSE_S or ends[i])
        long_enough = sum(lengths[start : i + 1]) >= _MIN_UNITS[by_character]
        if i + 1 == len(words) or finals[i] or turns[i] or (soft and long_enough):
            groups.extend(_cut(range(start, i + 1), words, lengths, ends, by_character))
            start = i + 1
    return tuple(_sentence(words[g.start : g.stop], transcript.language) for g in groups)


def words_in(transcript: Transcript | None, window: Interval) -> tuple[Word, ...]:
    """Words whose midpoint lies in ``[start_s, end_s]`` of `window`."""
    if transcript is None:
        return ()
    return tuple(w for w in transcript.words if _inside(w, window))


def _inside(word: Word, window: Interval) -> bool:
    return window.start_s <= (word.start_s + word.end_s) / 2 <= window.end_s


def _words_with_breaks(
    transcript: Transcript, window: Interval | None
) -> tuple[list[Word], list[bool], list[bool]]:
    """Spoken words, which of them end a recogniser's segment, and which of them a turn."""
    words: list[Word] = []
    ends: list[bool] = []
    turns: list[bool] = []
    for segment in transcript.segments:
        kept = [w for w in segment.words if w.text.strip() and (window is None or _inside(w, window))]
        words.extend(kept)
        last = [i == len(kept) - 1 for i in range(len(kept))]
        ends.extend(last)
        turns.extend(segment.ends_turn and is_last for is_last in last)
    return words, ends, turns


def _is_final(text: str) -> bool:
    folded = unicodedata.normalize("NFKC", text).strip().rstrip("\"')”’」』》")
    return bool(folded) and folded[-1] in _FINAL and folded.casefold() not in _ABBREVIATIONS


def _cut(
    group: range, words: Sequence[Word], lengths: Sequence[int], ends: Sequence[bool], by_character: bool
) -> Iterator[range]:
    """Cut a group that is too long, at the best place that leaves both parts long enough."""
    total = sum(lengths[i] for i in group)
    if total <= _MAX_UNITS[by_character] or len(group) < 2:
        yield group
        return
    best, best_value, before = group.start, (-1.0, -1.0), 0
    for i in group[:-1]:
        before += lengths[i]
        gap_s = words[i + 1].start_s - words[i].end_s
        mark = (
            unicodedata.normalize("NFKC", words[i].text.strip())[-1] in _CLAUSE or gap_s > PAUSE_S or ends[i]
        )
        fits = min(before, total - before) >= _MIN_UNITS[by_character]
        value = (float(mark and fits) * 2 + float(fits), gap_s - abs(2 * before - total) / total)
        if value > best_value:
            best, best_value = i, value
    yield from _cut(range(group.start, best + 1), words, lengths, ends, by_character)
    yield from _cut(range(best + 1, group.stop), words, lengths, ends, by_character)


def _sentence(words: Sequence[Word], language: str) -> Sentence:
    return Sentence(join_words(words, language), words[0].start_s, words[-1].end_s, tuple(words))
