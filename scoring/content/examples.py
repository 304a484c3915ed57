"""Answers that are known: read from files, to learn from or to be held against."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from pydantic import ConfigDict, Field, TypeAdapter, ValidationError, model_validator

from interview_analysis.errors import LearningError
from interview_analysis.scoring.content.functions import FUNCTIONS
from interview_analysis.scoring.edges import Model
from interview_analysis.scoring.profile import Language

GRADED = "graded"
STORY = (
    "story"  # a few sentences that are certainly about the competency; nothing but that is learned from it
)
LEAST_ANSWER = 2.0  # the level of what answers its question
OTHERS = 2  # questions about other competencies that each answer is held against
BENT = 0.5  # share of those that begin with the words of the question
REAL_WEIGHT = 3.0  # an answer of a real person counts as three that were written
# What an answer of each kind of trap is worth at best; None: that depends on what it is held against alone.
TRAPS: dict[str, float | None] = {
    "keywords": 1.5, "parrot": 1.5, "injection": 1.5, "waffle": 2.0, "selfpraise": 1.75, "would": 2.0, "plan": 2.0, "we": 2.0,
    "secondhand": 1.75, "offtopic": None, "catchall": None,
}  # fmt: skip
Segment = tuple[str | tuple[str, ...], str]  # function, or the main one and a second; text


class Translation(Model):
    """The same answer in the other language."""

    lang: Language
    text: str = Field(min_length=1)
    question: str = ""


class Known(Model):
    """One answer of a file. Either `text` or `segments`, which are its parts in order, each with what it does.

    `level` is 1 to 5, half points allowed, None for a trap (`kind` other than "graded"). `person` is who said it, where
    one person gave several answers, `ratings` what raters gave it independently. Unknown keys are ignored.
    """

    model_config = ConfigDict(frozen=True, extra="ignore")

    lang: Language
    competency: str
    question: str = ""
    level: float | None = Field(None, ge=1, le=5)
    kind: str = GRADED
    text: str = ""
    segments: tuple[Segment, ...] = ()
    person: str = ""
    ratings: tuple[float, ...] = ()
    translation: Translation | None = None

    @model_validator(mode="after")
    def _says_something(self) -> Known:
        if not self.text.strip() and not any(text.strip() for _, text in self.segments):
            raise ValueError("needs 'text' or 'segments'")
        unknown = {f for functions, _ in self.segments for f in _several(functions)} - set(FUNCTIONS)
        if unknown:
            raise ValueError(f"unknown functions {', '.join(sorted(unknown))}; known: {', '.join(FUNCTIONS)}")
        return self

    @property
    def said(self) -> str:
        """The whole text."""
        return self.text or ("" if self.lang == "zh" else " ").join(text for _, text in self.segments)

    @property
    def good(self) -> bool:
        """Whether it answers its question."""
        return self.kind == GRADED and (self.level or 0.0) >= LEAST_ANSWER

    @property
    def target(self) -> float | None:
        """The level that it is to get, None where that depends on what it is held against."""
        return self.level if self.kind == GRADED else TRAPS.get(self.kind)

    @property
    def group(self) -> str:
        """Answers of one group are never both learned from and held against: a person, else a competency."""
        return self.person or self.competency

    def labels(self) -> list[tuple[tuple[str, ...], str]]:
        """Segments with their functions; deeds in a story about somebody else are somebody else's."""
        others = (
            {"action": "other_action", "team_action": "other_action"} if self.kind == "secondhand" else {}
        )
        return [
            (tuple(others.get(f, f) for f in _several(functions)), text) for functions, text in self.segments
        ]


@dataclass(frozen=True, slots=True)
class Against:
    """A question about another competency that an answer is held against; `bent` where it opens with the question's words.

    Whoever brings a story of something else bends it to the question in the first sentence.
    """

    competency: str
    question: str
    bent: bool


def held_against(known: Sequence[Known]) -> list[tuple[Against, ...]]:
    """What each answer is held against besides its own question; nothing where it does not answer that."""
    rng = np.random.default_rng(7)
    questions = sorted({(k.lang, k.question, k.competency) for k in known})
    found = []
    for answer in known:
        others = [q for q in questions if q[0] == answer.lang and q[2] != answer.competency]
        count = min(OTHERS, len(others)) if answer.good else 0
        picked = [others[int(i)] for i in rng.choice(len(others), count, replace=False)]
        found.append(tuple(Against(about, text, bool(rng.random() < BENT)) for _, text, about in picked))
    return found


def parse_known(data: Any, origin: str, competencies: Sequence[str]) -> list[Known]:
    """Validate a file's contents. Raises LearningError that names the file, the entry and what is wrong with it."""
    try:
        known = TypeAdapter(list[Known]).validate_python(data)
    except ValidationError as error:
        fault = error.errors(include_url=False)[0]
        place = ", ".join(str(p + 1) if isinstance(p, int) else p for p in fault["loc"])
        raise LearningError(
            f"{origin}: answer {place or '1'}: {fault['msg'].removeprefix('Value error, ')}; expected a list of "
            '{"lang", "competency", "question", "level", "kind", "text" or "segments"}'
        ) from error
    for number, answer in enumerate(known, 1):
        if answer.competency not in competencies:
            raise LearningError(
                f"{origin}: answer {number}: no competency '{answer.competency}' in the library; it has: "
                f"{', '.join(competencies)}"
            )
    return known


def unpunctuated(text: str, language: str) -> str:
    """As a recogniser leaves it that writes no punctuation and no capitals."""
    if language == "zh":
        return re.sub(r"[^\w%]", "", text)
    return " ".join(re.sub(r"[^\w\s'%]", " ", text).lower().split())


def shares_of(functions: Sequence[str]) -> list[tuple[int, float]]:
    """The columns of a segment's functions and their shares: of two the first has two thirds."""
    shares = (1.0,) if len(functions) == 1 else (2 / 3, 1 / 3)
    return [(FUNCTIONS.index(name), share) for name, share in zip(functions, shares, strict=False)]


def _several(functions: str | tuple[str, ...]) -> tuple[str, ...]:
    return (functions,) if isinstance(functions, str) else functions
