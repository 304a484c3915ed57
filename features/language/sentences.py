"""Sentences, tokens and normalised text of a transcript, in English and Chinese.

Everything that reads words goes through here: `normalise` folds what is the same word written differently,
`locate` keeps the way back from a character of the normalised text to the word that it came from.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import groupby
from typing import Any

import numpy as np

from interview_analysis.features.core.memory import once
from interview_analysis.types import UNSPACED, FloatArray, Interval, Sentence, Transcript, Word

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
_MIN_SHARE = 0.3  # of the greatest length, that each part of a cut keeps


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
    return language in UNSPACED


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


def spoken_length(transcript: Transcript) -> int:
    """Length of all that is said, each language counted in its own unit; see `unit_count`."""
    return sum(unit_count(spoken.text, spoken.language) for spoken in transcript.by_language())


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
        return not (_CJK_RUN.match(before) and _CJK_RUN.match(after))
    return all(c.isascii() and c.isalnum() for c in (before, after))


def join_words(words: Sequence[Word], language: str) -> str:
    """The words as a reader sees them."""
    text = ""
    for word in words:
        piece = word.text.strip()
        gap = " " if text and piece and _needs_space(text[-1], piece[0], language) else ""
        text += gap + piece
    return text


def text_of(transcript: Transcript, wanted: Callable[[Word], bool]) -> str:
    """The words that are `wanted` as a reader sees them, each language written in its own way."""
    spoken = (
        (transcript.language_of(segment), word)
        for segment in transcript.segments
        for word in segment.words
        if wanted(word)
    )
    by_language = groupby(spoken, key=lambda pair: pair[0])
    return " ".join(join_words([word for _, word in run], language) for language, run in by_language).strip()


def sentences(
    transcript: Transcript, window: Interval | None = None, *, longest: int | None = None
) -> tuple[Sentence, ...]:
    """Sentences or clauses of a transcript, or of its words whose midpoint lies in `window`.

    Final punctuation ends a sentence, and so does another voice that takes the floor. Where the recogniser gave next to none (common in Chinese), a pause of
    0.6 s or the end of a recogniser's segment ends one once it has 6 words or 10 characters. What is longer
    than `longest` words or characters (30 and 60 by default) is cut at its best clause mark or longest pause, or before a
    connective ("and then", "但是") or a subject where there is neither.
    """
    by_character = counts_characters(transcript.language)
    limit = longest or _MAX_UNITS[by_character]
    words, ends, turns = _words_with_breaks(transcript, window)
    if not words:
        return ()
    lengths = [max(1, unit_count(w.text, transcript.language)) for w in words]
    finals = [_is_final(w.text) for w in words]
    marks = _marks(words, ends, by_character)
    punctuated = sum(finals) * (80 if by_character else 40) >= sum(lengths)
    groups: list[range] = []
    start = 0
    for i in range(len(words)):
        gap_s = words[i + 1].start_s - words[i].end_s if i + 1 < len(words) else 0.0
        soft = not punctuated and (gap_s > PAUSE_S or ends[i])
        long_enough = sum(lengths[start : i + 1]) >= _MIN_UNITS[by_character]
        if i + 1 == len(words) or finals[i] or turns[i] or (soft and long_enough):
            groups.extend(_cut(range(start, i + 1), words, lengths, marks, limit))
            start = i + 1
    return tuple(_sentence(words[g.start : g.stop], transcript.language) for g in groups)


def words_in(transcript: Transcript | None, window: Interval) -> tuple[Word, ...]:
    """Words whose midpoint lies in ``[start_s, end_s]`` of `window`."""
    if transcript is None:
        return ()
    words, starts_s, ends_s = _placed(transcript)
    middles_s = (starts_s + ends_s) / 2
    return tuple(
        words[i] for i in np.flatnonzero((middles_s >= window.start_s) & (middles_s <= window.end_s))
    )


def words_touching(transcript: Transcript, window: Interval) -> tuple[Word, ...]:
    """Words that end after `window` begins and begin before it ends, or at its edges."""
    words, starts_s, ends_s = _placed(transcript)
    return tuple(words[i] for i in np.flatnonzero((ends_s >= window.start_s) & (starts_s <= window.end_s)))


@once
def _placed(transcript: Transcript) -> tuple[tuple[Word, ...], FloatArray, FloatArray]:
    """All words with their starts and ends in seconds, (n,) each."""
    words = transcript.words
    return words, np.array([w.start_s for w in words]), np.array([w.end_s for w in words])


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
    group: range, words: Sequence[Word], lengths: Sequence[int], marks: Sequence[float], limit: float
) -> Iterator[range]:
    """Cut a group that is longer than `limit`, at the best mark that leaves both parts long enough."""
    total = sum(lengths[i] for i in group)
    if total <= limit or len(group) < 2:
        yield group
        return
    least = min(_MIN_SHARE * limit, total / 2)
    best, best_value, before = group.start, (-1.0, -1.0), 0
    for i in group[:-1]:
        before += lengths[i]
        gap_s = words[i + 1].start_s - words[i].end_s
        fits = min(before, total - before) >= least
        value = (marks[i] if fits else -1.0, gap_s - abs(2 * before - total) / total)
        if value > best_value:
            best, best_value = i, value
    yield from _cut(range(group.start, best + 1), words, lengths, marks, limit)
    yield from _cut(range(best + 1, group.stop), words, lengths, marks, limit)


def _marks(words: Sequence[Word], ends: Sequence[bool], by_character: bool) -> list[float]:
    """How well a sentence may be cut behind each word.

    3 at punctuation or a pause, 2 before a connective, 1 before a subject, 0 elsewhere, less inside a Chinese word.
    """
    opening = _openings(by_character)
    texts = [normalise(word.text).strip() for word in words]
    borders = _word_ends(texts) if by_character else None
    marks = []
    for i, word in enumerate(words[:-1]):
        paused = words[i + 1].start_s - word.end_s > PAUSE_S or ends[i]
        following = ("" if by_character else " ").join(texts[i + 1 : i + 5])
        if paused or texts[i][-1:] in _CLAUSE:
            marks.append(3.0)
        elif borders is not None and i not in borders:
            marks.append(-0.5)
        elif not by_character and texts[i] in _small_openings():
            marks.append(0.0)  # "so | i told them" is cut before "so"
        else:
            found = opening.match(following)
            marks.append(0.0 if not found else 2.0 if found.lastgroup == "connective" else 1.0)
    return [*marks, 3.0]


@cache
def _openings(by_character: bool) -> re.Pattern[str]:
    from interview_analysis.features.language.lexicons import phrases  # which reads words through this module

    code, border = ("zh", "") if by_character else ("en", r"\b")
    connectives, subjects = (
        "|".join(sorted(phrases("discourse", name, code), key=len, reverse=True))
        for name in ("connectives", "subjects")
    )
    return re.compile(rf"(?:(?P<connective>{connectives})|(?P<subject>{subjects})){border}")


@cache
def _small_openings() -> frozenset[str]:
    from interview_analysis.features.language.lexicons import phrases

    return frozenset(p for p in phrases("discourse", "connectives", "en") if " " not in p) | {
        "that", "what", "who", "if", "as", "where", "how", "than", "the", "a", "to", "of"
    }  # fmt: skip


def _word_ends(texts: Sequence[str]) -> frozenset[int]:
    """Indices of the recogniser's words, mostly characters, behind which a Chinese word ends."""
    ends, at, index = set(), 0, 0
    starts: list[int] = []
    for text in texts:
        at += len(text)
        starts.append(at)
    reached = 0
    for word in segmenter().lcut("".join(texts), HMM=False):
        reached += len(word)
        while index < len(starts) and starts[index] < reached:
            index += 1
        if index < len(starts) and starts[index] == reached:
            ends.add(index)
    return frozenset(ends)


def _sentence(words: Sequence[Word], language: str) -> Sentence:
    return Sentence(join_words(words, language), words[0].start_s, words[-1].end_s, tuple(words))
