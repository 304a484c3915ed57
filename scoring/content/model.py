"""Everything that was learned about answers, and how one is read with it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from interview_analysis.features.language.sentences import normalise, sentences, tokens, unit_count
from interview_analysis.models.text.encoder import SentenceEncoder
from interview_analysis.scoring.content.bearing import Asked, BearingModel, Said
from interview_analysis.scoring.content.cues import NAMES, cues
from interview_analysis.scoring.content.functions import FUNCTIONS, STORY, Array, unit
from interview_analysis.scoring.content.levels import LevelModel, gated
from interview_analysis.scoring.content.reader import Reader, Readout
from interview_analysis.scoring.content.summary import for_gates, parts
from interview_analysis.scoring.profile import Dimension, Language
from interview_analysis.types import Interval, Sentence, Transcript

LONGEST = {"en": 20, "zh": 34}  # words or characters of a clause; what is longer mostly does two things
_RUN = {"en": 3, "zh": 4}  # words or characters in a row
_REPEATED = 0.7  # share of its runs that were said before, from which on a clause is a repetition
_TO_THE_SCORER = 0.2
_INJECTION = FUNCTIONS.index("injection")
_CUE = NAMES.index("to_the_scorer")


@dataclass(frozen=True, slots=True)
class ContentModel:
    """`encoder` is the id of the sentence encoder that it was fitted with, `version` a hash of all weights. `centres` (d,) are
    those of the vectors of clauses, `levels` are fitted for each language by itself: "I" is said less often in Chinese."""

    version: str
    encoder: str
    reader: Reader
    centres: Mapping[str, Array]
    levels: Mapping[str, LevelModel]
    bearing: BearingModel


@dataclass(frozen=True, slots=True)
class Spoken:
    """The clauses of an answer with what is measured of each: raw vectors (n, d), lengths (n,)."""

    language: Language
    clauses: tuple[Sentence, ...]
    vectors: NDArray[np.float32]
    lengths: Array

    def within(self, window: Interval) -> Spoken:
        """The clauses whose middle lies in `window`."""
        return self.of([window.start_s <= (c.start_s + c.end_s) / 2 <= window.end_s for c in self.clauses])

    def of(self, kept: Sequence[bool] | NDArray[np.bool_]) -> Spoken:
        mask = np.asarray(kept, dtype=bool)
        clauses = tuple(c for c, k in zip(self.clauses, mask, strict=True) if k)
        return Spoken(self.language, clauses, self.vectors[mask], self.lengths[mask])


@dataclass(frozen=True, slots=True)
class Reading:
    """What an answer does, whatever it is about.

    `functions` (n, F) are the shares of `spoken`'s clauses, without repeated ones and those in `to_the_scorer`, words to whoever
    scores; `clearest` (n, F) as in `reader.Readout`; `present` (n, F) tells for those with a curve how likely they are there at all (see `presence`). `answers` is the
    logit that the question is answered. `parts` and `gates` are by name, `before_gates` the level probabilities (5,) of the
    parts alone.
    """

    spoken: Spoken
    functions: Array
    clearest: Array
    present: Array
    answers: float
    parts: Mapping[str, float]
    gates: Mapping[str, float]
    before_gates: Array
    to_the_scorer: tuple[Sentence, ...]

    def probabilities(self, bears_on: float) -> Array:
        """Over the levels, shape (5,), for something that the answer bears on with this probability."""
        return gated(self.before_gates, self.gates, bears_on)


def clauses(transcript: Transcript, window: Interval | None = None) -> tuple[Sentence, ...]:
    """The sentences of a transcript, long ones cut into clauses."""
    return sentences(transcript, window, longest=LONGEST.get(transcript.language, LONGEST["en"]))


def spoken(transcript: Transcript, encoder: SentenceEncoder) -> Spoken:
    """The clauses of a transcript with their vectors. Raises KeyError for a language other than zh and en."""
    language: Language = {"zh": "zh", "en": "en"}[transcript.language]  # type: ignore[assignment]
    found = clauses(transcript)
    lengths = np.array([max(1, unit_count(c.text, language)) for c in found], dtype=np.float64)
    return Spoken(language, found, encoder.encode([c.text for c in found]), lengths)


def read(model: ContentModel, answer: Spoken, question: str = "") -> Reading | None:
    """Read one answer; `question` is empty where it is not known. None where nothing was said."""
    once = answer.of(_first_said(answer))
    if not once.clauses:
        return None
    found = model.reader.read(question, [c.text for c in once.clauses], answer.language)
    addressed = _addressed(once, found)
    told = once.of(~addressed)
    to_the_scorer = tuple(c for c, is_it in zip(once.clauses, addressed, strict=True) if is_it)
    if to_the_scorer:
        found = model.reader.read(question, [c.text for c in told.clauses], answer.language)
    return _reading(model, told, found, question, to_the_scorer)


def _addressed(answer: Spoken, found: Readout) -> NDArray[np.bool_]:
    """Which clauses are words to whoever scores: clauses in a row that the network takes for such, one of which has a word for
    scoring or for a program in it.

    The network alone would accuse 4 % of the honest English answers and whoever reads out a manual; so it is 0.3 % (by networks
    that had not seen them; none of 1,166 in Chinese).
    """
    words = cues([c.text for c in answer.clauses], "", answer.language)[:, _CUE] > 0
    likely = found.functions[:, _INJECTION] > _TO_THE_SCORER
    row = np.cumsum(np.diff(likely, prepend=False))  # each run of clauses that are alike has its number
    return np.asarray(likely & np.isin(row, row[likely & words]))


def together(model: ContentModel, readings: Sequence[Reading]) -> Reading:
    """Several of one language, to no known question, as one answer, in their order. The network reads nothing again: an answer
    that is too long for it is read in pieces as well."""
    every = Spoken(
        readings[0].spoken.language, tuple(c for r in readings for c in r.spoken.clauses),
        np.concatenate([r.spoken.vectors for r in readings]), np.concatenate([r.spoken.lengths for r in readings]),
    )  # fmt: skip
    kept = np.array(_first_said(every), dtype=bool)
    sizes = np.array([r.spoken.lengths.sum() for r in readings])
    weights = sizes / max(1.0, sizes.sum())
    found = Readout(
        np.concatenate([r.functions for r in readings])[kept],
        np.concatenate([r.clearest for r in readings])[kept],
        float(weights @ [r.answers for r in readings]),
    )
    to_the_scorer = tuple(clause for r in readings for clause in r.to_the_scorer)
    return _reading(model, every.of(kept), found, "", to_the_scorer)


def _reading(
    model: ContentModel, told: Spoken, found: Readout, question: str, to_the_scorer: tuple[Sentence, ...]
) -> Reading:
    levels = model.levels[told.language]
    if not told.clauses:
        nothing = {name: float(name != "takes_up") for name in levels.gates}
        at_level_1 = np.array([1.0, 0, 0, 0, 0])
        none = found.functions[:0]
        return Reading(told, none, none, none, 0.0, {}, nothing, at_level_1, to_the_scorer)
    measured = cues([c.text for c in told.clauses], question, told.language)
    present, values, gates, before_gates = level_of(levels, found, measured, told.lengths)
    return Reading(
        told, found.functions, found.clearest, present, found.answers, values, gates, before_gates, to_the_scorer
    )  # fmt: skip


def level_of(
    levels: LevelModel, found: Readout, measured: Array, lengths: Array
) -> tuple[Array, dict[str, float], dict[str, float], Array]:
    """How likely each function is there (n, F), parts and gates by name, and the probabilities (5,) before any gate, from cues (n, c) and lengths (n,) of the clauses."""
    present = levels.presence.of(found.clearest)
    values = parts(found.functions, present, measured, lengths)
    told_from = for_gates(found, measured, lengths)
    gates = {name: gate.probability(told_from[name]) for name, gate in levels.gates.items()}
    return present, values, gates, levels.probabilities(values)


def bears_on(
    model: ContentModel, reading: Reading, dimension: Dimension, encoder: SentenceEncoder, question: str = ""
) -> float:
    """Probability that an answer, to `question` (the one that it was read with) where that is known, is about a dimension."""
    language = reading.spoken.language
    if not reading.spoken.clauses:
        return 0.0
    said = said_of(reading.spoken, reading.functions, model.centres)
    direction = model.bearing.direction(dimension, language, encoder)
    competency = dimension.competency or dimension.id
    asked = None
    if question:
        asked = Asked(model.bearing.asked_question(question, language, encoder), reading.answers)
    return model.bearing.probability(said, direction, competency, asked)


def said_of(answer: Spoken, functions: Array, centres: Mapping[str, Array]) -> Said:
    """What an answer is about, as it is held against competencies."""
    told = functions[:, [FUNCTIONS.index(name) for name in STORY]].sum(axis=1)
    vectors = unit(answer.vectors.astype(np.float64) - centres[answer.language])
    return Said(answer.language, vectors, np.asarray(told))


def _first_said(answer: Spoken) -> list[bool]:
    """Which clauses do not repeat earlier ones: most of their runs of words or characters were not said before.

    Runs go on from clause to clause, because what is said again may be cut elsewhere.
    """
    kept: list[bool] = []
    said: set[tuple[str, ...]] = set()
    run, last = _RUN[answer.language], list[str]()
    for clause in answer.clauses:
        pieces = (
            [c for c in normalise(clause.text) if c.isalnum()]
            if answer.language == "zh"
            else tokens(clause.text, "en")
        )
        runs = _runs(pieces, run)
        kept.append(bool(pieces) and len(runs & said) < _REPEATED * len(runs))
        said |= runs | _runs([*last, *pieces], run)
        last = [*last, *pieces][-(run - 1) :]
    return kept


def _runs(pieces: Sequence[str], run: int) -> set[tuple[str, ...]]:
    return {tuple(pieces[i : i + run]) for i in range(max(1, len(pieces) - run + 1))}
