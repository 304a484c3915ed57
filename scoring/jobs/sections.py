"""A job description cut into sentences, each with the section that it stands in.

Sections come from headings where there are any, and from the phrases of a sentence where there are none
(configs/lexicons/job_text.yaml). What a company offers, says of itself or has to say by law asks for nothing.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from typing import get_args

from interview_analysis.features.language.lexicons import LANGUAGES, found, pattern
from interview_analysis.features.language.sentences import normalise
from interview_analysis.scoring.jobs.headings import LEXICON, Part, heading, language_of, lines, unmarked
from interview_analysis.scoring.jobs.title import clean_title, take_title, title_in
from interview_analysis.scoring.jobs.unfolding import unfolded
from interview_analysis.scoring.profile import Language, Section

ASKING: tuple[str, ...] = get_args(Section)
_FEWEST = 2  # sentences that ask, in any advert
_ASKING_HEADINGS: tuple[Part, ...] = ("duty", "must")
_END = re.compile(r"(?<=[。！？；!?;])\s*|(?<=[a-z0-9)\"'’%]\.)\s+(?=[A-Z(\"'“])")


@dataclass(frozen=True, slots=True)
class Statement:
    """A sentence or bullet point. `order` is where it stands among those of its section, 0 first to 1 last."""

    text: str
    part: Part
    order: float
    language: Language

    @property
    def asks(self) -> bool:
        """Whether it says something about what the job needs."""
        return self.part in ASKING


@dataclass(frozen=True, slots=True)
class Outline:
    """A description's title (empty where none was found), its sentences in order, the sections that have a heading,
    and how many lines are items of a list."""

    title: str
    language: Language
    statements: tuple[Statement, ...]
    headed: frozenset[Part]
    listed: int = 0


def outline(text: str, language: Language | None = None) -> Outline:
    """Cut `text` into its title and sentences. `language` is found from the text when not given."""
    spoken = language or language_of(text)
    title, rest = take_title(lines(unfolded(text)))
    opened = [heading(line, rest[index + 1 :]) for index, line in enumerate(rest)]
    # With headings that ask, what stands before them and after their lists introduces the company and its terms.
    between: Part = "company" if any(kind in _ASKING_HEADINGS for kind, _ in opened) else "unmarked"
    sentences: list[tuple[str, Part]] = []
    part: Part = between
    headed: set[Part] = set()
    in_list = False
    for line, (kind, remainder) in zip(rest, opened, strict=True):
        if kind == "title":
            title = title or clean_title(remainder)
        elif kind == "other" and remainder:  # "Location: Leeds" says something of itself alone
            sentences.extend((sentence, "other") for sentence in _sentences(remainder))
        elif kind:
            part, in_list = kind, False
            headed.add(kind)
            sentences.extend(_placed(remainder, part))
        else:
            # A paragraph after a list is no part of it any more: its own words tell what it is.
            if in_list and not line.listed and line.after_blank:
                part = between
            in_list = in_list or line.listed
            sentences.extend(_placed(line.text, part))
    if sum(placed in ASKING for _, placed in sentences) < _FEWEST:
        # An advert whose every sentence was taken for the company's: the words have misled, so all may ask.
        sentences = [
            (text, "unmarked" if placed in ("company", "other") else placed) for text, placed in sentences
        ]
    title = title or title_in([sentence for sentence, _ in sentences])
    return Outline(
        title, spoken, _ordered(sentences, spoken), frozenset(headed), sum(line.listed for line in rest)
    )


def _placed(text: str, part: Part) -> Iterator[tuple[str, Part]]:
    for sentence in _sentences(text):
        yield sentence, _part_of(sentence, part)


def _sentences(text: str) -> Iterator[str]:
    for piece in _END.split(text):
        bare = unmarked(piece or "")
        if any(c.isalnum() for c in bare):
            yield bare


def _part_of(sentence: str, part: Part) -> Part:
    """The section of a sentence: its heading's, unless its own words say otherwise."""
    text = normalise(sentence)
    if part in ("benefit", "legal", "other"):
        return part
    if part == "company":
        return _part_by_words(text) if _addresses(text) else "company"
    if part != "unmarked":
        if _says("benefit_sure", text) and not _addresses(text):
            return "benefit"
        if _says("legal", text) and not _addresses(text):
            return "legal"
        return "nice" if part == "must" and _says("nice", text) and not re.search(r"[,;]", text) else part
    return _part_by_words(text)


def _part_by_words(text: str) -> Part:
    """The section of a sentence that stands under no heading."""
    if _says("legal", text):
        return "legal"
    if _says("benefit", text):
        return "benefit"
    if _says("company", text) and not _addresses(text):
        return "company"
    if _says("nice", text) and not re.search(r"[,;]", text):
        return "nice"
    begins = any(
        (m := pattern(LEXICON, "duty_cues", lang).search(text)) and m.start() <= 3 for lang in LANGUAGES
    )
    if _says("must", text) and not begins:
        return "must"
    return "duty" if _says("duty", text) else "unmarked"


def _says(kind: str, text: str) -> bool:
    name = f"{kind}_cues"
    return any(found(LEXICON, name, text, language) for language in LANGUAGES)


@cache
def _address() -> re.Pattern[str]:
    return re.compile(
        r"\byou(?:'ll| will| are| have)\b(?! (?:receive|get|enjoy|be paid|be offered|join a|find|love))"
        r"|\b(?:responsible for|candidates? (?:will|must|should)"
        r"|(?:looking for|seeking|hiring|seeks|requires?|needs?) (?:an? |someone|people|candidates))"
        r"|你(?:将|会|要|需)|您(?:将|会|需)|(?:人员|申请人|者)(?:将|需|应|须)|负责|岗位|任职|应聘者|候选人|熟悉|具备|(?:寻找|招聘|招募|诚聘)"
    )


def _addresses(text: str) -> bool:
    """Whether a sentence turns to the reader with what the job asks."""
    return bool(_address().search(text))


def _ordered(sentences: Sequence[tuple[str, Part]], spoken: Language) -> tuple[Statement, ...]:
    counts = Counter(part for _, part in sentences)
    seen: Counter[Part] = Counter()
    statements = []
    for text, part in sentences:
        order = seen[part] / (counts[part] - 1) if counts[part] > 1 else 0.0
        seen[part] += 1
        statements.append(Statement(text, part, order, language_of(text, spoken)))
    return tuple(statements)
