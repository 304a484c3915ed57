"""One answer scored against one dimension: the level, how sure it is, and why, in parts that can be pointed at."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np

from interview_analysis.features.content.figures import figure_spans
from interview_analysis.features.content.star import star_parts
from interview_analysis.features.language.sentences import normalise
from interview_analysis.models.text.encoder import SentenceEncoder
from interview_analysis.scoring.content.functions import FUNCTIONS, Array
from interview_analysis.scoring.content.levels import LEVELS
from interview_analysis.scoring.content.model import ContentModel, Reading, bears_on
from interview_analysis.scoring.content.summary import SHOWN
from interview_analysis.scoring.profile import Dimension
from interview_analysis.types import Interval, Sentence

HEARD = 0.5  # a part of at least this is said to be heard
ABSENT = 0.2  # of a part below this next to nothing was heard
HOLDS = 0.5  # a gate below this failed
SETTLED = (
    0.15  # a level less likely than this is the mean of others, and what its anchor says was hardly found
)
# The functions that a part is looked for in, to point at where it was heard.
OF_PART: Mapping[str, tuple[str, ...]] = {
    "example": ("situation", "obstacle", "action", "result"),
    "setting": ("situation",),
    "difficulty": ("obstacle",),
    "deeds": ("action",),
    "result": ("result",),
    "seen": ("result",),
    "reasoning": ("reasoning",),
    "reflection": ("reflection",),
    "specific": ("situation", "obstacle", "action", "result"),
}


@dataclass(frozen=True, slots=True)
class Part:
    """A named part of a level: how much of it was heard, 0 to 1, what it adds, and the clauses that speak for it."""

    name: str
    value: float
    heard: bool
    clauses: tuple[Sentence, ...]


@dataclass(frozen=True, slots=True)
class ContentLevel:
    """`probabilities` over levels 1 to 5 (5,); `score` 0 to 100 with its standard error; `gates` by name, with "about".

    `written` are the stretches of the clock that were answered in writing, whose times are made up; `was_spoken` is False
    where nothing of what was read lies outside them.
    """

    score: float
    standard_error: float
    probabilities: Array
    bears_on: float
    gates: Mapping[str, float]
    parts: tuple[Part, ...]
    to_the_scorer: tuple[Sentence, ...]
    asked: bool
    unanswered: bool
    written: tuple[Interval, ...] = ()
    was_spoken: bool = True

    def is_written(self, clause: Sentence) -> bool:
        return _lies_in(clause, self.written)

    @property
    def mean_level(self) -> float:
        return float(LEVELS @ self.probabilities)

    def is_settled(self, level: int) -> bool:
        """Whether this level, 1 to 5, is itself likely, and not only between two that are."""
        return float(self.probabilities[level - 1]) >= SETTLED


def content_level(
    model: ContentModel,
    reading: Reading,
    dimension: Dimension,
    encoder: SentenceEncoder,
    question: str = "",
    written: tuple[Interval, ...] = (),
) -> ContentLevel:
    """The level of what was read for a dimension; `question` is the one that asks about it, empty where none does."""
    about = bears_on(model, reading, dimension, encoder, question)
    probabilities = reading.probabilities(about)
    score, error = model.levels[reading.spoken.language].estimate(probabilities)
    return ContentLevel(
        score, error, probabilities, about, {**reading.gates, "about": about}, heard_parts(reading),
        reading.to_the_scorer, bool(question), unanswered(reading), written,
        not all(_lies_in(clause, written) for clause in (*reading.spoken.clauses, *reading.to_the_scorer)),
    )  # fmt: skip


def _lies_in(clause: Sentence, stretches: Iterable[Interval]) -> bool:
    return any(stretch.start_s <= clause.start_s < stretch.end_s for stretch in stretches)


def unanswered(reading: Reading) -> bool:
    """Whether the question was left alone: the gate says so, and no case, no deed and no figure stands against it.

    For what a candidate is told. The level is drawn from the gate's probability; as a yes or no the gate alone is wrong too often.
    """
    if reading.gates["takes_up"] >= HOLDS or reading.parts.get("example", 0.0) >= ABSENT:
        return False
    language = reading.spoken.language
    return not any(
        "action" in star_parts(clause, language) or figure_spans(normalise(clause.text), language)
        for clause in reading.spoken.clauses
    )


def heard_parts(reading: Reading) -> tuple[Part, ...]:
    """The parts that a report shows, each with the clauses that speak for it the most, in order of time."""
    if not reading.parts:
        return ()
    return tuple(_part(reading, name, reading.parts[name]) for name in SHOWN)


def support_of(name: str, present: Array) -> Array:
    """How likely each clause speaks for a part, (n,), from how likely each function is there, (n, F)."""
    return np.asarray(present[:, [FUNCTIONS.index(function) for function in OF_PART[name]]].max(axis=1))


def is_heard(name: str, value: float, support: Array) -> bool:
    """Whether a part of this value is said to be heard: enough of it, and a clause to point at."""
    return value >= _THRESHOLD.get(name, HEARD) and bool((support >= HEARD).any())


def _part(reading: Reading, name: str, value: float) -> Part:
    support = support_of(name, reading.present)
    best = [int(i) for i in np.argsort(-support)[:3] if support[i] >= HEARD]
    clauses = tuple(reading.spoken.clauses[i] for i in sorted(best))
    return Part(name, value, is_heard(name, value, support), clauses)


# Shares of an answer reach less than one clear clause does, and of a result with a figure both have to be clear.
_THRESHOLD: Mapping[str, float] = {"example": 0.4, "seen": 0.3, "specific": 0.25}
