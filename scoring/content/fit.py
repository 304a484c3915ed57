"""Learning the content model from known answers.

What each level rests on is learned from what readers make of answers that they had not seen
(cross-fitting, Chernozhukov et al. 2018), so that the parts are as uncertain as they will be on new answers.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import CancelledError, ThreadPoolExecutor
from dataclasses import dataclass, replace
from threading import Event

import numpy as np

from interview_analysis.errors import LearningError
from interview_analysis.models.text.encoder import SentenceEncoder
from interview_analysis.models.text.packed import PackedEncoder
from interview_analysis.models.torch_threads import threads
from interview_analysis.scoring.content.cues import cues
from interview_analysis.scoring.content.examples import (
    GRADED,
    REAL_WEIGHT,
    STORY,
    TRAPS,
    Known,
    shares_of,
    unpunctuated,
)
from interview_analysis.scoring.content.fit_bearing import (
    LANGUAGES,
    Against,
    Held,
    Story,
    fit_bearing,
    held_against,
    told_about,
)
from interview_analysis.scoring.content.fit_levels import (
    MIDDLE,
    NOT_DONE,
    NOT_OWN,
    fit_gates,
    fit_levels,
    fit_spread,
)
from interview_analysis.scoring.content.fit_reader import Training, fit_reader
from interview_analysis.scoring.content.functions import FUNCTIONS, Array, unit
from interview_analysis.scoring.content.levels import LevelModel, gated
from interview_analysis.scoring.content.model import ContentModel, Spoken, said_of, spoken
from interview_analysis.scoring.content.reader import Reader, Readout
from interview_analysis.scoring.content.summary import parts, summary
from interview_analysis.scoring.content.typed import transcript_of_text
from interview_analysis.scoring.jobs.library import Competency

FOLDS = 3
MIN_TOLD = 3  # competencies that stories are told about; nearness is held against the others
INJECTED = "injected"  # kind of the answers that words to the scorer were put into
_FINE = 1000  # steps of progress
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
        return self.known.level if self.known.kind == GRADED else TRAPS.get(self.known.kind)

    @property
    def weight(self) -> float:
        return REAL_WEIGHT if self.known.person else 1.0


@dataclass(frozen=True, slots=True)
class Fitted:
    """The model, and for each row (in the order of `rows`) what models that had not seen its group make of it."""

    model: ContentModel
    rows: tuple[Row, ...]
    probabilities: Array  # (n, 5), at the row's own competency and question
    bears_on: Array  # (n,)
    functions_right: Mapping[str, float]  # share of clauses with the right function, by language


def fit(
    known: Sequence[Known],
    library: Sequence[Competency],
    encoder: SentenceEncoder,
    base: PackedEncoder,
    training: Training,
    on_progress: Report,
) -> Fitted:
    """Fit on all of `known`; deterministic on one machine. `base` is the network that is taught to read answers. The version
    of the model is left empty.

    Raises LearningError where there is too little to learn from.
    """
    check_enough(known)
    rows = prepare([k for k in known if k.kind != STORY], encoder, on_progress)
    centres: dict[str, Array] = {
        language: np.concatenate([r.spoken.vectors for r in rows if r.known.lang == language])
        .astype(np.float64)
        .mean(axis=0)
        for language in sorted({r.known.lang for r in rows})
    }
    reader, read = _readers(known, rows, library, base, training, on_progress)
    unseen = [read[i] for i in range(len(rows))]
    stories = stories_of(known, encoder, centres)
    numbers = [_Numbers.of(row, found.own) for row, found in zip(rows, unseen, strict=True)]
    bearing, bears = fit_bearing(
        [
            Held(r.known, r.fold, said_of(r.spoken, u.own.functions, centres), u.own.answers, u.others)
            for r, u in zip(rows, unseen, strict=True)
        ],
        stories,
        library,
        encoder,
        centres,
        FOLDS,
    )
    probabilities = np.zeros((len(rows), 5))
    for fold in range(FOLDS):
        on_progress("levels", fold, FOLDS + 1)
        levels = _fit_levels([(r, n) for r, n in zip(rows, numbers, strict=True) if r.fold != fold])
        for i, (row, own) in enumerate(zip(rows, numbers, strict=True)):
            if row.fold == fold:
                unseen_levels = levels[row.known.lang]
                gates = {name: gate.probability(own.summary) for name, gate in unseen_levels.gates.items()}
                probabilities[i] = gated(unseen_levels.probabilities(own.parts), gates, bears[i])
    levels = _fit_levels(list(zip(rows, numbers, strict=True)))
    spread, floor = fit_spread(
        [(p, r.known.level, r.weight) for r, p in zip(rows, probabilities, strict=True) if r.known.level]
    )
    on_progress("levels", FOLDS + 1, FOLDS + 1)
    sure = {language: replace(own, spread=spread, floor=floor) for language, own in levels.items()}
    model = ContentModel("", encoder.id, reader, centres, sure, bearing)
    right = _functions_right(rows, [one.own.functions for one in unseen])
    return Fitted(model, tuple(rows), probabilities, bears, right)


def _readers(
    known: Sequence[Known],
    rows: Sequence[Row],
    library: Sequence[Competency],
    base: PackedEncoder,
    training: Training,
    on_progress: Report,
) -> tuple[Reader, dict[int, _Read]]:
    """The reader that was taught on all, and what others, which had not seen its group, make of each row.

    They learn side by side, each on one processor, and do not depend on each other.
    """
    taught_on, folds = [*known, *with_words_to_the_scorer(known)], folds_of(known)
    others = held_against([row.known for row in rows])
    done, stopped = [0.0] * (FOLDS + 1), Event()

    def learned(number: int) -> tuple[Reader, dict[int, _Read]]:
        def on_step(step: int, steps: int) -> None:
            if stopped.is_set():
                raise CancelledError
            done[number] = step / steps
            on_progress("reader", int(_FINE * sum(done)), _FINE * len(done))

        seen = [k for k in taught_on if k.kind == STORY or folds[k.group] != number]
        taught = fit_reader(seen, library, base, training, on_step)
        with threads(1):
            own = [i for i, row in enumerate(rows) if row.fold == number]
            return taught.reader, {i: _Read.of(rows[i], taught.quick, others[i]) for i in own}

    with ThreadPoolExecutor(os.cpu_count()) as pool:
        try:
            *unseen, (reader, _) = pool.map(learned, range(FOLDS + 1))
        except BaseException:
            stopped.set()
            raise
    return reader, {i: one for _, found in unseen for i, one in found.items()}


@dataclass(frozen=True, slots=True)
class _Read:
    """What a reader that had not seen it makes of a row, and the logits that it answers what it is held against."""

    own: Readout
    others: tuple[tuple[Against, float], ...]

    @staticmethod
    def of(row: Row, reader: Reader, others: Sequence[Against]) -> _Read:
        language, clauses = row.known.lang, [clause.text for clause in row.spoken.clauses]

        def read(question: str, *before: str) -> Readout:
            return reader.read(question, [*before, *clauses], language)

        answers = [read(o.question, *([o.question] if o.bent else [])).answers for o in others]
        return _Read(read(row.known.question), tuple(zip(others, answers, strict=True)))


def check_enough(known: Sequence[Known]) -> None:
    """Raise LearningError where something that is learned has too few answers that show it.

    Each is needed in two folds, so that models that have not seen one of them know it from the other.
    """

    def graded(lang: str, least: float, most: float) -> list[Known]:
        rated = [(k, k.level) for k in known if k.kind == GRADED and k.lang == lang]
        return [k for k, level in rated if level is not None and least <= level <= most]

    needed = {"answers with 'segments'": [k for k in known if k.segments]}
    for lang in LANGUAGES:
        needed |= {
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


@dataclass(frozen=True, slots=True)
class _Numbers:
    summary: Array
    parts: dict[str, float]

    @staticmethod
    def of(row: Row, found: Readout) -> _Numbers:
        lengths = row.spoken.lengths
        return _Numbers(summary(found, row.cues, lengths), parts(found, row.cues, lengths))


def _fit_levels(examples: Sequence[tuple[Row, _Numbers]]) -> dict[str, LevelModel]:
    """By language."""
    found: dict[str, LevelModel] = {}
    for language in LANGUAGES:
        own = [(r, n, r.target) for r, n in examples if r.target is not None and r.known.lang == language]
        found[language] = fit_levels(
            [(n.parts, target, r.weight, r.known.kind) for r, n, target in own],
            fit_gates([(n.summary, target, r.known.kind) for r, n, target in own]),
        )
    return found


def _functions_right(rows: Sequence[Row], unseen: Sequence[Array]) -> dict[str, float]:
    right: dict[str, list[bool]] = {}
    for row, found in zip(rows, unseen, strict=True):
        if row.labels is not None:
            clear = row.labels.max(axis=1) > 0.6
            hits = (found.argmax(axis=1) == row.labels.argmax(axis=1))[clear]
            right.setdefault(row.known.lang, []).extend(hits.tolist())
    return {language: float(np.mean(hits)) for language, hits in sorted(right.items())}


def _letters(text: str) -> int:
    return sum(c.isalnum() for c in text)
