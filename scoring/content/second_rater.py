"""A language model as a second rater: what it is asked about an answer, and what of its reply counts.

The model names no level. It says which parts an answer has and quotes the words that show each; a part counts only where
its quote stands in the answer word by word, and the level follows from the parts by rule. The rating stands beside the
product's own score and never replaces it.
"""

from __future__ import annotations

import hashlib
import json
import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import median
from string import Template
from typing import Any, Literal

from interview_analysis.errors import SecondRaterError
from interview_analysis.features.language.sentences import counts_characters, normalise
from interview_analysis.scoring.jobs.library import Competency
from interview_analysis.scoring.profile import Dimension, Language

STORY = ("setting", "difficulty", "result")
DEPTH = ("seen", "reasoning", "reflection")
PARTS = (
    "takes_up", "about", "example", "setting", "difficulty", "deeds", "result", "seen", "reasoning", "reflection",
    "others_only", "planned_only",
)  # fmt: skip
MOST_PARTS_OF_A_QUOTE = 2  # a quote offered for more of them counts for none
SAME_SHARE = 0.8  # of the longer of two quotes, that overlaps where they count as the same
_MIN_WORDS = {True: 4, False: 3}  # key: counted in characters
_HAN = r"㐀-䶿一-鿿豈-﫿"
_WORD = re.compile(rf"[{_HAN}]|[^\W_{_HAN}]+(?:['’‘＇][^\W_{_HAN}]+)*")
_FENCE = re.compile(r"```[a-zA-Z]*+(.*?)```", re.DOTALL)
_THOUGHTS = re.compile(r"^\s*<think>.*?</think>", re.DOTALL)
_USER_PART = "=== user ===\n"
_LANGUAGES = {"zh": "Chinese", "en": "English"}
_OR_WITHOUT = "ask another model, or go without the second rater"

Fault = Literal["no quote", "too short", "not in the answer", "repeated"]


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether a part is there, and the words of the answer that show it, as they stand there."""

    present: bool
    quote: str = ""


@dataclass(frozen=True, slots=True)
class Dropped:
    """A part that the model called present and that does not count, for what is wrong with its quote."""

    part: str
    fault: Fault


@dataclass(frozen=True, slots=True)
class Reading:
    """One run: the verdict on each of `PARTS`, with their quotes verified, and what was dropped."""

    verdicts: Mapping[str, Verdict]
    dropped: tuple[Dropped, ...]


@dataclass(frozen=True, slots=True)
class SecondRating:
    """What a language model makes of one answer, 1 to 5 in steps of half a level.

    `level` is the median of `runs`. `agreement` (0 to 1) is the share of the parts whose verdict is the same in all runs:
    how repeatable the model is, not how right. `parts` has the verdict of most runs, with the first quote for it. `dropped`
    lists each fault once, whichever run had it.
    """

    level: float
    runs: tuple[float, ...]
    agreement: float
    parts: Mapping[str, Verdict]
    dropped: tuple[Dropped, ...]
    model: str


def messages(
    template: str, question: str, answer_text: str, competency: Competency | Dimension, language: Language
) -> list[dict[str, str]]:
    """The messages that ask about one answer: the system's text, and the user's with the answer as data.

    The lines around the answer bear its own hash, which no text can hold. `question` is empty where it is not known.
    """
    system, user = template.split(_USER_PART)
    filled = Template(user).substitute(
        name=competency.name.get(language),
        definition=competency.definition.get(language),
        anchors="\n".join(f"{level}: {competency.anchors[level].get(language)}" for level in (1, 2, 3, 4, 5)),
        question=" ".join(question.split()) or "not known",
        language=_LANGUAGES[language],
        mark=hashlib.sha256(answer_text.encode("utf-8", "surrogatepass")).hexdigest()[:16],
        answer=answer_text,
    )
    return [{"role": "system", "content": system}, {"role": "user", "content": filled}]


def parse_reply(reply: str, answer_text: str, language: Language) -> Reading:
    """What counts of a model's reply about `answer_text`.

    A part that is called present counts only where its quote, of three words or four Chinese characters or more, stands in the
    answer as consecutive words; case, width, punctuation, spaces and traditional characters make no difference. Quotes that
    are the same for more than two parts count for none of them. Unknown keys are left out.

    Raises
    ------
    SecondRaterError
        when the reply is no JSON object with a verdict on each of `PARTS`.
    """
    claims = _claims(reply)
    answer, words = _words(answer_text)
    faults: dict[str, Fault] = {}
    spans: dict[str, tuple[int, int]] = {}
    for part, quote in claims.items():
        found = _locate(quote, [w.text for w in words], counts_characters(language))
        if isinstance(found, tuple):
            spans[part] = found
        else:
            faults[part] = found
    for part, span in spans.items():
        if sum(_same(span, other) for other in spans.values()) > MOST_PARTS_OF_A_QUOTE:
            faults[part] = "repeated"
    verdicts = dict.fromkeys(PARTS, Verdict(False))
    for part, (first, behind) in spans.items():
        if part not in faults:
            shown = answer[words[first].start : words[behind - 1].end]
            verdicts[part] = Verdict(True, " ".join(shown.split()))
    return Reading(verdicts, tuple(Dropped(part, faults[part]) for part in PARTS if part in faults))


def level_of(verdicts: Mapping[str, Verdict]) -> float:
    """Level of the anchors, 1 to 5, that the parts of an answer make.

    1 where the question is not taken up, or the answer is not about the competency. 2 without an own example, or without own
    deeds that were done. With these 3, and 4 with setting, difficulty and result; from there 5 with a result that was seen,
    reasoning and reflection. Two of such a three are worth half a level.
    """

    def has(*parts: str) -> int:
        return sum(verdicts[part].present for part in parts)

    if has("takes_up", "about") < 2:
        return 1.0
    if has("example", "deeds") < 2 or has("others_only", "planned_only"):
        return 2.0
    steps = (0.0, 0.0, 0.5, 1.0)
    story = steps[has(*STORY)]
    return 3.0 + story + (steps[has(*DEPTH)] if story == 1.0 else 0.0)


def rating_of(readings: Sequence[Reading], model: str) -> SecondRating:
    """The rating that several runs make together. There is at least one, and their number is odd."""
    runs = tuple(level_of(reading.verdicts) for reading in readings)
    votes = {part: [reading.verdicts[part] for reading in readings] for part in PARTS}
    unanimous = sum(len({verdict.present for verdict in each}) == 1 for each in votes.values())
    dropped = dict.fromkeys(fault for reading in readings for fault in reading.dropped)
    return SecondRating(
        level=median(runs),
        runs=runs,
        agreement=unanimous / len(PARTS),
        parts={part: _majority(each) for part, each in votes.items()},
        dropped=tuple(dropped),
        model=model,
    )


def _majority(verdicts: Sequence[Verdict]) -> Verdict:
    present = [verdict for verdict in verdicts if verdict.present]
    return present[0] if 2 * len(present) > len(verdicts) else Verdict(False)


def _claims(reply: str) -> dict[str, str]:
    """The parts that a reply calls present, with the quote of each; an empty one where there is none."""
    data = _json(reply)
    parts = data.get("parts") if isinstance(data, dict) else None
    if not isinstance(parts, dict):
        raise SecondRaterError(f"the second rater answered without the object 'parts'; {_OR_WITHOUT}")
    entries = {part: parts.get(part) for part in PARTS}
    missing = [p for p, e in entries.items() if not isinstance(e, dict) or type(e.get("present")) is not bool]
    if missing:
        raise SecondRaterError(
            f"the second rater said neither true nor false of {', '.join(missing)}; {_OR_WITHOUT}"
        )
    claimed = {part: entry for part, entry in entries.items() if isinstance(entry, dict) and entry["present"]}
    quotes = {part: entry.get("quote") for part, entry in claimed.items()}
    return {part: quote if isinstance(quote, str) else "" for part, quote in quotes.items()}


def _json(reply: str) -> Any:
    text = _THOUGHTS.sub("", reply).strip()
    fenced = None if text.startswith("{") else _FENCE.search(text)
    try:
        return json.loads(fenced.group(1) if fenced else text)
    except (ValueError, RecursionError):
        raise SecondRaterError(
            f"the second rater answered with {len(reply):,} characters that are no JSON; {_OR_WITHOUT}"
        ) from None


@dataclass(frozen=True, slots=True)
class _Word:
    """A word or a Chinese character, normalised, and the characters ``start..end`` that it came from."""

    text: str
    start: int
    end: int


def _words(text: str) -> tuple[str, list[_Word]]:
    """`text` without hidden characters, and its words there. Chinese goes by character: how a segmenter cuts a sentence
    depends on what stands around it.
    """
    visible = "".join(c for c in unicodedata.normalize("NFC", text) if unicodedata.category(c) != "Cf")
    words = [
        _Word(piece, match.start(), match.end())
        for match in _WORD.finditer(visible)
        for piece in _WORD.findall(normalise(match.group()))
    ]
    return visible, words


def _locate(quote: str, answer: Sequence[str], by_character: bool) -> tuple[int, int] | Fault:
    """The first place of a quote among the words of an answer, as first and one behind last, or what is wrong with it."""
    wanted = [word.text for word in _words(quote)[1]]
    if not wanted:
        return "no quote"
    if len(wanted) < _MIN_WORDS[by_character]:
        return "too short"
    for first in range(len(answer) - len(wanted) + 1):
        if answer[first : first + len(wanted)] == wanted:
            return first, first + len(wanted)
    return "not in the answer"


def _same(one: tuple[int, int], other: tuple[int, int]) -> bool:
    """Whether two spans are the same words but for a few at their ends."""
    overlap = min(one[1], other[1]) - max(one[0], other[0])
    return overlap >= SAME_SHARE * max(one[1] - one[0], other[1] - other[0])
