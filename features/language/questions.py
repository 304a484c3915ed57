"""Which turns of an interviewer ask a question, and which of those open an answer of their own.

A question is known by its form: the words that it opens with, auxiliary inversion, a particle at its end, or a
question mark where the transcript has one. None of it needs punctuation or capitals. The forms stand in
configs/lexicons/questions.yaml.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Literal

from interview_analysis.features.language.lexicons import pattern
from interview_analysis.features.language.sentences import normalise, unit_count

Role = Literal["candidate", "interviewer"]
Kind = Literal["main", "follow_up", "closing"]
_LEXICON = "questions"
_CJK = re.compile(r"[㐀-鿿]")
_PIECE = re.compile(r"[^.?!。？！…]+[.?!。？！…]*")
# Fewer English words in a row in a Chinese sentence are a name or a term of the trade.
_ENGLISH = re.compile(r"[a-z][\w'’-]*(?:[ ,]+[a-z][\w'’-]*){3,}", re.ASCII | re.IGNORECASE)
_EDGE = " \t\n,，、;；:：-–—.。!！?？…\"'()[]"
# A question without a known opening stands on its own from this length, in words and characters: shorter ones of the dev
# half ("which house are you") ask about what was said just before.
_MIN_UNITS = {"en": 6, "zh": 8}
# A candidate's words before any question are the answer to one that was not recorded from this length; less is a greeting.
# It is the least that is scored (limits.min_words and min_characters in norms.yaml).
_MIN_UNHEARD = {"en": 30, "zh": 50}


@dataclass(frozen=True, slots=True)
class Said:
    """What one of two people said in one go. Times are NaN where they are not known."""

    text: str
    role: Role
    start_s: float = math.nan
    end_s: float = math.nan


@dataclass(frozen=True, slots=True)
class Question:
    """What was asked in the turn with index `turn`. A "main" question opens an answer, a "follow_up" goes on with the one that
    is open, and after a "closing" (any questions for us? thank you for coming) nothing more is answered.

    `parts` are the sentences that would open an answer by themselves; there are several where two questions are put in
    one turn, and none in a follow-up or a closing.
    """

    text: str
    start_s: float
    end_s: float
    turn: int
    kind: Kind
    parts: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Exchange:
    """A question with the candidate's turns, by index, up to the next one; `question` None where it was not heard."""

    question: Question | None
    turns: tuple[int, ...]
    follow_ups: tuple[Question, ...] = ()


def questions(turns: Sequence[Said]) -> tuple[Question, ...]:
    """The questions of the interviewer's turns, in order; what the candidate asks back is none. At most one a turn."""
    found = (_question(turn, index) for index, turn in enumerate(turns) if turn.role == "interviewer")
    return tuple(question for question in found if question is not None)


def exchanges(turns: Sequence[Said], asked: Sequence[Question]) -> tuple[Exchange, ...]:
    """Questions with their answers. A question that is put again before anything was said is the same one.

    What the candidate says before the first question answers one that was not heard, where it is long enough and
    follows no small talk. A question without any answer is kept, with no turns.
    """
    by_turn = {question.turn: question for question in asked}
    found: list[Exchange] = []
    question: Question | None = None
    own: list[int] = []
    follow_ups: list[Question] = []
    open_ = True

    def close() -> None:
        if question is not None or _unheard(turns, own):
            found.append(Exchange(question, tuple(own), tuple(follow_ups)))

    for index, turn in enumerate(turns):
        put = by_turn.get(index)
        if turn.role == "candidate":
            own += [index] if open_ else []
        elif put is not None and put.kind == "follow_up":
            follow_ups.append(put)
        elif put is not None and put.kind == "main" and question is not None and open_ and not own:
            question = _again(question, put)
        elif put is not None:
            close()
            question, own, follow_ups, open_ = (
                (put if put.kind == "main" else None),
                [],
                [],
                put.kind == "main",
            )
    close()
    return tuple(found)


def language_of(text: str) -> Literal["en", "zh"]:
    """The language whose word lists fit `text`, by its script."""
    return "zh" if _CJK.search(text) else "en"


def _again(first: Question, second: Question) -> Question:
    return Question(
        f"{first.text} {second.text}",
        first.start_s,
        second.end_s,
        second.turn,
        "main",
        first.parts + second.parts,
    )


def _unheard(turns: Sequence[Said], own: Sequence[int]) -> bool:
    """Whether what was said before any question answers one that the recording has missed."""
    if not own or any(_is_small_talk(turn.text) for turn in turns[: own[-1]] if turn.role == "interviewer"):
        return False
    text = " ".join(turns[index].text for index in own)
    language = language_of(text)
    return unit_count(text, language) >= _MIN_UNHEARD[language]


def _is_small_talk(text: str) -> bool:
    language = language_of(text)
    return pattern(_LEXICON, "small_talk", language).search(normalise(text)) is not None


def _question(turn: Said, index: int) -> Question | None:
    pieces = list(_pieces(turn.text))
    kinds = [kind for _, kind in pieces]
    kind: Kind | None = next((k for k in ("main", "closing", "follow_up") if k in kinds), None)
    if kind is None:
        return None
    first = kinds.index(kind)
    asking = [(text, k) for text, k in pieces[first:] if k in ("main", "follow_up", kind)]
    parts = tuple(text for text, k in asking if k == "main")
    return Question(" ".join(text for text, _ in asking), turn.start_s, turn.end_s, index, kind, parts)


def _pieces(text: str) -> Iterator[tuple[str, Kind | None]]:
    """The sentences of a turn, each with what it asks; where nothing ends a sentence it ends with its language."""
    for match in _PIECE.finditer(text):
        for sentence in _by_language(match[0].strip()):
            if sentence.strip(_EDGE):
                yield sentence, _kind(sentence)


def _by_language(sentence: str) -> Iterator[str]:
    """A sentence in Chinese without the English questions in it, and these."""
    start = 0
    for run in _ENGLISH.finditer(sentence) if language_of(sentence) == "zh" else ():
        asked, ends = _kind(run[0]), not sentence[run.end() :].strip(_EDGE)
        if asked == "main" or (asked is not None and ends):
            stop = len(sentence) if ends else run.end()
            yield from (sentence[start : run.start()].strip(), sentence[run.start() : stop].strip())
            start = stop
    yield sentence[start:].strip()


def _kind(sentence: str) -> Kind | None:
    language = language_of(sentence)
    folded = normalise(sentence).strip()
    marked = "?" in folded
    if pattern(_LEXICON, "story", language).search(folded):
        return "main"
    rest, closing = _without("closing", folded.strip(_EDGE), language)
    rest, small = _without("small_talk", rest, language)
    core, followed = _without("follow_up", rest, language)
    core = _core(core, language)
    if pattern(_LEXICON, "prompt", language).search(core):
        return "main"
    asks = _has_form(core, language)
    if asks and _stands_alone(core, language):
        return "main"
    if closing:
        return "closing"
    if followed or asks or (marked and core and not small):
        return "follow_up"
    return None


def _without(name: str, text: str, language: str) -> tuple[str, bool]:
    """`text` without the phrases of a list, and whether there were any."""
    left, count = pattern(_LEXICON, name, language).subn(" ", text)
    return " ".join(left.split()).strip(_EDGE), count > 0


def _core(text: str, language: str) -> str:
    """`text` without the words before a question that say nothing; empty for a back-channel."""
    lead_in = _lead_in(language)
    while (match := lead_in.match(text)) and match.end():
        text = text[match.end() :].lstrip(_EDGE)
    return text


@cache
def _lead_in(language: str) -> re.Pattern[str]:
    body = pattern(_LEXICON, "lead_in", language).pattern
    return re.compile(body)


def _has_form(core: str, language: str) -> bool:
    form = pattern(_LEXICON, "form", language)
    return (form.search(core) if language == "zh" else form.match(core)) is not None


def _stands_alone(core: str, language: str) -> bool:
    """Whether a question is about the candidate and not about what was said just before."""
    if unit_count(core, language) < _MIN_UNITS[language]:
        return False
    if pattern(_LEXICON, "past", language).match(core) or pattern(_LEXICON, "back", language).search(core):
        return False
    return (
        ("你" in core or "您" in core)
        if language == "zh"
        else re.search(r"\byou(?:rs?|rself)?\b", core) is not None
    )
