"""Learning the content model from known answers.

What each level rests on is learned from what readers make of answers that they had not seen
(cross-fitting, Chernozhukov et al. 2018), so that the parts are as uncertain as they will be on new answers.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from interview_analysis.models.blas_threads import one_blas_thread
from interview_analysis.models.text.encoder import SentenceEncoder
from interview_analysis.models.text.packed import PackedEncoder
from interview_analysis.scoring.content.examples import STORY, Known
from interview_analysis.scoring.content.fit_bearing import LANGUAGES, Held, fit_bearing
from interview_analysis.scoring.content.fit_levels import (
    LABELLED,
    fit_gates,
    fit_levels,
    fit_presence,
    fit_spread,
)
from interview_analysis.scoring.content.fit_reader import Training
from interview_analysis.scoring.content.fit_readers import KeptReaders, taught_readers
from interview_analysis.scoring.content.functions import FUNCTIONS, Array
from interview_analysis.scoring.content.levels import LevelModel, gated
from interview_analysis.scoring.content.model import ContentModel, level_of, said_of
from interview_analysis.scoring.content.prepare import FOLDS, Report, Row, check_enough, prepare, stories_of
from interview_analysis.scoring.content.reader import Readout
from interview_analysis.scoring.content.scored import OF_PART, is_heard, support_of
from interview_analysis.scoring.content.summary import for_gates, parts
from interview_analysis.scoring.jobs.library import Competency

_SINGLE = {
    name: functions[0] for name, functions in OF_PART.items() if len(functions) == 1 and name != "seen"
}


@dataclass(frozen=True, slots=True)
class Heard:
    """How often a part that is said to be heard was labelled so, `right`, and one that was labelled so is said to be heard,
    `found`, over answers of `LEAST_ANSWER` or more; NaN where there is none."""

    right: float
    found: float


@dataclass(frozen=True, slots=True)
class Fitted:
    """The model, and for each row (in the order of `rows`) what models that had not seen its group make of it."""

    model: ContentModel
    rows: tuple[Row, ...]
    probabilities: Array  # (n, 5), at the row's own competency and question
    bears_on: Array  # (n,)
    functions_right: Mapping[str, float]  # share of clauses with the right function, by language
    heard: Mapping[tuple[str, str], Heard]  # by language and part, those of one function


@one_blas_thread()
def fit(
    known: Sequence[Known],
    library: Sequence[Competency],
    encoder: SentenceEncoder,
    base: PackedEncoder,
    training: Training,
    kept: KeptReaders,
    on_progress: Report,
) -> Fitted:
    """Fit on all of `known`; deterministic on one machine. `base` is the network that is taught to read answers, `kept` what it
    learned before. The version of the model is left empty.

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
    reader, unseen, others = taught_readers(known, rows, library, base, training, kept, on_progress)
    stories = stories_of(known, encoder, centres)
    bearing, bears = fit_bearing(
        [
            Held(
                r.known,
                r.fold,
                said_of(r.spoken, u.own.functions, centres),
                u.own.answers,
                tuple(zip(against, u.answers_others, strict=True)),
            )
            for r, u, against in zip(rows, unseen, others, strict=True)
        ],
        stories,
        library,
        encoder,
        centres,
        FOLDS,
    )
    probabilities, read = np.zeros((len(rows), 5)), [one.own for one in unseen]
    told: list[tuple[Row, Mapping[str, bool]]] = []
    for fold in range(FOLDS):
        on_progress("levels", fold, FOLDS + 1)
        levels = _fit_levels([(r, own) for r, own in zip(rows, read, strict=True) if r.fold != fold])
        for i, (row, own) in enumerate(zip(rows, read, strict=True)):
            if row.fold == fold:
                unseen_levels = levels[row.known.lang]
                present, values, gates, before_gates = level_of(
                    unseen_levels, own, row.cues, row.spoken.lengths
                )
                told.append((row, _told(values, present)))
                probabilities[i] = gated(before_gates, gates, bears[i])
    levels = _fit_levels(list(zip(rows, read, strict=True)))
    spread, floor = fit_spread(
        [(p, r.known.level, r.weight) for r, p in zip(rows, probabilities, strict=True) if r.known.level]
    )
    on_progress("levels", FOLDS + 1, FOLDS + 1)
    sure = {language: replace(own, spread=spread, floor=floor) for language, own in levels.items()}
    model = ContentModel("", encoder.id, reader, centres, sure, bearing)
    right = _functions_right(rows, [one.functions for one in read])
    return Fitted(model, tuple(rows), probabilities, bears, right, _heard(told))


def _fit_levels(examples: Sequence[tuple[Row, Readout]]) -> dict[str, LevelModel]:
    """By language."""
    found: dict[str, LevelModel] = {}
    for language in LANGUAGES:
        own = [(row, read) for row, read in examples if row.known.lang == language]
        labelled = [(read.clearest, row.labels) for row, read in own if row.labels is not None]
        presence = fit_presence(
            np.concatenate([clearest for clearest, _ in labelled]),
            np.concatenate([labels for _, labels in labelled]),
        )
        rated = [(row, read, row.target) for row, read in own if row.target is not None]
        found[language] = fit_levels(
            [
                (
                    parts(read.functions, presence.of(read.clearest), row.cues, row.spoken.lengths),
                    target,
                    row.weight,
                    row.known.kind,
                )
                for row, read, target in rated
            ],
            fit_gates(
                [
                    (for_gates(read, row.cues, row.spoken.lengths), target, row.weight, row.known.kind)
                    for row, read, target in rated
                ]
            ),
            presence,
        )
    return found


def _told(values: Mapping[str, float], present: Array) -> dict[str, bool]:
    """Of each part of one function, whether it is said to be heard."""
    return {name: is_heard(name, values[name], support_of(name, present)) for name in _SINGLE}


def _heard(told: Sequence[tuple[Row, Mapping[str, bool]]]) -> dict[tuple[str, str], Heard]:
    pairs: dict[tuple[str, str], list[tuple[bool, bool]]] = {}
    for row, heard in told:
        if row.labels is not None and row.known.good:
            for name, function in _SINGLE.items():
                there = bool((row.labels[:, FUNCTIONS.index(function)] > LABELLED).any())
                pairs.setdefault((row.known.lang, name), []).append((heard[name], there))

    def share(of: list[bool]) -> float:
        return float(np.mean(of)) if of else float("nan")

    return {
        key: Heard(
            share([there for said, there in own if said]), share([said for said, there in own if there])
        )
        for key, own in sorted(pairs.items())
    }


def _functions_right(rows: Sequence[Row], unseen: Sequence[Array]) -> dict[str, float]:
    right: dict[str, list[bool]] = {}
    for row, found in zip(rows, unseen, strict=True):
        if row.labels is not None:
            clear = row.labels.max(axis=1) > 0.6
            hits = (found.argmax(axis=1) == row.labels.argmax(axis=1))[clear]
            right.setdefault(row.known.lang, []).extend(hits.tolist())
    return {language: float(np.mean(hits)) for language, hits in sorted(right.items())}
