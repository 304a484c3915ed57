"""Known answers made ready to learn from: in clauses with vectors, in both wordings, each group in a fold."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from interview_analysis.errors import LearningError
from interview_analysis.models.text.encoder import SentenceEncoder
from interview_analysis.scoring.content.cues import cues
from interview_analysis.scoring.content.examples import (
    GRADED,
    REAL_WEIGHT,
    STORY,
    Known,
    shares_of,
    unpunctuated,
)
from interview_analysis.scoring.content.fit_bearing import LANGUAGES, Story, told_about
from interview_analysis.scoring.content.fit_levels import MIDDLE, NOT_DONE, NOT_OWN
from interview_analysis.scoring.content.functions import FUNCTIONS, Array, unit
from interview_analysis.scoring.content.model import Spoken, spoken
from interview_analysis.scoring.content.typed import transcript_of_text

FOLDS = 3
MIN_TOLD = 3  # competencies that stories are told about; nearness is held against the others
INJECTED = "injected"  # kind of the answers that words to the scorer were put into
Report = Callable[[str, int, int], None]


@dataclass(frozen=True, slots=True)
class Row:
    """One wording of a known answer: as it is, or without punctuation. `labels` (n, F) are None where it has none."""

    known: Known
    spoken: Spoken
    cues: Array
    labels: Array | None
    fold: int

    @property
    def target(self) -> float | None:
        """The level that it is to get, None where that depends on what it is held against."""
        return self.known.target

    @property
    def weight(self) -> float:
        return REAL_WEIGHT if self.known.person else 1.0


def check_enough(known: Sequence[Known]) -> None:
    """Raise LearningError where something that is learned has too few answers that show it.

    Each is needed in two folds, so that models that have not seen one of them know it from the other.
    """

    def graded(lang: str, least: float, most: float) -> list[Known]:
        rated = [(k, k.level) for k in known if k.kind == GRADED and k.lang == lang]
        return [k for k, level in rated if level is not None and least <= level <= most]

    needed: dict[str, list[Known]] = {}
    for lang in LANGUAGES:
        needed |= {
            f"answers in {lang} with 'segments'": [k for k in known if k.lang == lang and k.segments],
            f"answers in {lang} of level 2 or more": graded(lang, 2.0, 5.0),
            f"answers in {lang} of level 1 or 1.5": graded(lang, 1.0, 1.5),
            f"answers in {lang} of level {MIDDLE:g} or more": graded(lang, MIDDLE, 5.0),
            f"answers in {lang} of kind {' or '.join(NOT_OWN)}": [
                k for k in known if k.lang == lang and k.kind in NOT_OWN
            ],
            f"answers in {lang} of kind {' or '.join(NOT_DONE)}": [
                k for k in known if k.lang == lang and k.kind in NOT_DONE
            ],
        }
    told = told_about((k.competency, k.lang) for k in known if k.kind == STORY)
    needed[f"answers of level 2 or more about what answers of kind {STORY} are about"] = [
        k for lang in LANGUAGES for k in graded(lang, 2.0, 5.0) if k.competency in told
    ]
    folds = folds_of(known)
    missing = [what for what, found in needed.items() if len({folds[k.group] for k in found}) < 2]
    if len(told) < MIN_TOLD:
        missing.append(
            f"answers of kind {STORY}, two or more in each language about each of {MIN_TOLD} competencies"
        )
    if missing:
        raise LearningError(
            "the content model cannot be learned from these answers; of each of the following it needs some about several "
            f"competencies or by several persons: {'; '.join(missing)}"
        )


def folds_of(known: Sequence[Known]) -> dict[str, int]:
    """In which of `FOLDS` folds each group is; stories are in none."""
    groups = sorted({k.group for k in known if k.kind != STORY})
    order = np.random.default_rng(20261128).permutation(len(groups))
    return {groups[g]: i % FOLDS for i, g in enumerate(order)}


def prepare(known: Sequence[Known], encoder: SentenceEncoder, on_progress: Report) -> list[Row]:
    """Both wordings of every answer, measured, each group in one of `FOLDS` folds."""
    folds = folds_of(known)
    rows = []
    every = [*known, *with_words_to_the_scorer(known)]
    for number, answer in enumerate(every):
        on_progress("sentence vectors", number, len(every))
        for text in dict.fromkeys((answer.said, unpunctuated(answer.said, answer.lang))):
            said = spoken(transcript_of_text(text, answer.lang), encoder)
            if said.clauses:
                texts = [clause.text for clause in said.clauses]
                measured = cues(texts, answer.question, answer.lang)
                labels = soft_labels(answer, texts) if answer.segments else None
                rows.append(Row(answer, said, measured, labels, folds[answer.group]))
    on_progress("sentence vectors", len(every), len(every))
    return rows


def stories_of(known: Sequence[Known], encoder: SentenceEncoder, centres: Mapping[str, Array]) -> list[Story]:
    """The stories among `known`, encoded; the competency of each is in the library."""
    found = []
    for story in known:
        if story.kind == STORY:
            said = spoken(transcript_of_text(story.said, story.lang), encoder)
            vectors = unit(said.vectors.astype(np.float64) - centres[story.lang])
            found.append(Story(story.competency, story.lang, vectors))
    return found


def with_words_to_the_scorer(known: Sequence[Known]) -> list[Known]:
    """Every fourth labelled answer once more with words to the scorer at its start, middle or end.

    Only what sentences do is learned from these, so that such words are told from the answer that they stand in.
    """
    rng = np.random.default_rng(11)
    words = {
        language: [
            segment
            for answer in known
            if answer.lang == language
            for segment in answer.segments
            if segment[0] == "injection"
        ]
        for language in ("en", "zh")
    }
    found = []
    for answer in [k for k in known if k.kind == GRADED and k.segments][::4]:
        if words[answer.lang]:
            segments = list(answer.segments)
            at = (0, len(segments) // 2, len(segments))[int(rng.integers(3))]
            segments.insert(at, words[answer.lang][int(rng.integers(len(words[answer.lang])))])
            found.append(
                answer.model_copy(
                    update={"kind": INJECTED, "level": None, "text": "", "segments": tuple(segments)}
                )
            )
    return found


def soft_labels(answer: Known, clauses: Sequence[str]) -> Array:
    """Shares of the functions in each clause (n, F), by the letters that clauses and labelled segments have in common."""
    letters: list[tuple[tuple[str, ...], float]] = []
    labelled = [(functions, _letters(text)) for functions, text in answer.labels()]
    for functions, count in labelled:
        letters.extend([(functions, 1.0)] * count)
    table, at = np.zeros((len(clauses), len(FUNCTIONS))), 0
    for row, clause in zip(table, clauses, strict=True):
        count = _letters(clause)
        for functions, _ in letters[at : at + count]:
            for column, share in shares_of(functions):
                row[column] += share
        at += count
    return np.asarray(table / np.maximum(table.sum(axis=1, keepdims=True), 1e-9))


def _letters(text: str) -> int:
    return sum(c.isalnum() for c in text)
