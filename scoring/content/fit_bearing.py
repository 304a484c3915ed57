"""Learning when an answer is about a competency: from answers held against their own and against other ones."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from interview_analysis.models.text_encoder import SentenceEncoder
from interview_analysis.scoring.content.bearing import (
    Asked,
    BearingModel,
    Said,
    directions_of,
    reference_texts,
)
from interview_analysis.scoring.content.examples import GRADED, Known
from interview_analysis.scoring.content.fit_levels import fit_logistic
from interview_analysis.scoring.content.functions import Array, unit
from interview_analysis.scoring.content.logistic import Logistic
from interview_analysis.scoring.jobs.library import Competency
from interview_analysis.scoring.profile import Dimension, Language

LANGUAGES: tuple[Language, ...] = ("en", "zh")
OTHERS = 6  # other competencies that each answer is held against
OWN_WEIGHT, OFF_TOPIC_WEIGHT, OTHER_WEIGHT = 9.0, 6.0, 0.1  # most answers are about what was asked
# Where no question is known, most of what is said is not about a given dimension: every pair counts alike.
STRENGTH = 0.3
SHRINKAGE = 0.9  # of the covariance within competencies, towards a sphere
OFF_TOPIC = "offtopic"


@dataclass(frozen=True, slots=True)
class Held:
    """A known answer, ready to be held against competencies and questions."""

    known: Known
    fold: int
    said: Said

    @property
    def good(self) -> bool:
        return self.known.kind == GRADED and self.known.level is not None and self.known.level >= 2


@dataclass(frozen=True, slots=True)
class _Pair:
    """An answer held against a competency and a question, and whether it is about them."""

    answer: Held
    said: Said
    competency: str
    question: str
    about: bool
    weight: float


def as_dimension(competency: Competency) -> Dimension:
    """A dimension that asks for nothing but this competency."""
    return Dimension(
        id=competency.id, name=competency.name, weight=1.0, indicators=competency.indicators,
        anchors=competency.anchors, channels={"content": 1.0}, definition=competency.definition,
        questions=competency.questions, competency=competency.id,
    )  # fmt: skip


def fit_bearing(
    answers: Sequence[Held],
    library: Sequence[Competency],
    encoder: SentenceEncoder,
    centres: Mapping[str, Array],
    folds: int,
) -> tuple[BearingModel, Array]:
    """The model, and for each answer the probability that it bears on what it is to bear on, by a model that had not
    seen it. `centres` (d,) are those of answers, by language.
    """
    texts = {
        language: [
            encoder.encode([*reference_texts(as_dimension(c), language), *c.statements.get(language)]).astype(
                np.float64
            )
            for c in library
        ]
        for language in LANGUAGES
    }
    asked = {
        language: [
            encoder.encode([q.text.get(language) for q in c.questions]).astype(np.float64) for c in library
        ]
        for language in LANGUAGES
    }
    pairs = _pairs(answers, encoder, centres)
    own = [_Pair(a, a.said, a.known.competency, a.known.question, True, 0.0) for a in answers]
    table, own_table = np.zeros((len(pairs), 6)), np.zeros((len(own), 6))
    for fold in range(folds):
        unseen = _blank([a for a in answers if a.fold != fold], library, texts, asked)
        questions = {
            (p.said.language, p.question): unseen.asked_question(p.question, p.said.language, encoder)
            for p in (*pairs, *own)
            if p.answer.fold == fold
        }
        for held, rows in ((pairs, table), (own, own_table)):
            for i, pair in enumerate(held):
                if pair.answer.fold == fold:
                    rows[i] = _features(unseen, pair, questions[pair.said.language, pair.question])
    about, weights = np.array([p.about for p in pairs]), np.array([p.weight for p in pairs])
    fold_of = np.array([p.answer.fold for p in pairs])
    bears = np.zeros(len(answers))
    for fold in range(folds):
        seen = fold_of != fold
        learned = fit_logistic(table[seen], about[seen], ~about[seen], weights[seen], STRENGTH)
        for i, answer in enumerate(answers):
            if answer.fold == fold:
                bears[i] = learned.probability(own_table[i])
    model = replace(
        _blank(answers, library, texts, asked),
        unasked=fit_logistic(table[:, :2], about, ~about, np.ones(len(about)), STRENGTH),
        asked=fit_logistic(table, about, ~about, weights, STRENGTH),
    )
    return model, bears


def _pairs(answers: Sequence[Held], encoder: SentenceEncoder, centres: Mapping[str, Array]) -> list[_Pair]:
    """Answers with their own competency and with others, half of the latter opened with the words of the question.

    Whoever brings a story of something else bends it to the question in the first sentence.
    """
    rng = np.random.default_rng(7)
    questions = sorted({(a.known.lang, a.known.question, a.known.competency) for a in answers})
    pairs = []
    for answer in answers:
        known, said = answer.known, answer.said
        if answer.good:
            pairs.append(_Pair(answer, said, known.competency, known.question, True, OWN_WEIGHT))
            others = [q for q in questions if q[0] == known.lang and q[2] != known.competency]
            for pick in rng.choice(len(others), min(OTHERS, len(others)), replace=False):
                _, question, competency = others[int(pick)]
                bent = _opened(said, question, encoder, centres) if rng.random() < 0.5 else said
                pairs.append(_Pair(answer, bent, competency, question, False, OTHER_WEIGHT))
        elif known.kind == OFF_TOPIC:
            pairs.append(_Pair(answer, said, known.competency, known.question, False, OFF_TOPIC_WEIGHT))
    return pairs


def _opened(said: Said, question: str, encoder: SentenceEncoder, centres: Mapping[str, Array]) -> Said:
    """The answer with the question as its first clause."""
    vector = unit(encoder.encode([question])[0].astype(np.float64) - centres[said.language])
    return Said(
        said.language,
        np.concatenate([vector[None], said.vectors]),
        np.concatenate([[0.0], said.told]),
    )


def _features(model: BearingModel, pair: _Pair, question: Asked) -> Array:
    direction = model.directions[pair.said.language][model.ids.index(pair.competency)]
    return model.both(pair.said, direction, pair.competency, question)


def _blank(
    answers: Sequence[Held],
    library: Sequence[Competency],
    texts: Mapping[Language, list[Array]],
    asked: Mapping[Language, list[Array]],
) -> BearingModel:
    """Directions with the whitening that `answers` give, and nothing learned of when they are about something."""
    whitening = _whitening(answers)
    centres: dict[str, Array] = {
        language: np.concatenate(texts[language]).mean(axis=0) for language in LANGUAGES
    }
    found = {language: directions_of(texts[language], centres[language], whitening) for language in LANGUAGES}
    directions: dict[str, Array] = {language: directions for language, (directions, _) in found.items()}
    middles: dict[str, Array] = {language: middle for language, (_, middle) in found.items()}
    nothing = Logistic(np.zeros(1), np.ones(1), np.zeros(1), 0.0)
    ids = tuple(c.id for c in library)
    middle: dict[str, Array] = {
        language: np.concatenate(asked[language]).mean(axis=0) for language in LANGUAGES
    }
    questions: dict[str, Array] = {
        language: unit(
            np.stack([unit(vectors - middle[language]).mean(axis=0) for vectors in asked[language]])
            @ whitening
        )
        for language in LANGUAGES
    }
    return BearingModel(ids, directions, centres, middles, whitening, middle, questions, nothing, nothing)


def _whitening(answers: Sequence[Held]) -> Array:
    """Inverse square root of the covariance of answers within their competency and language, shrunk; shape (d, d)."""
    groups: dict[tuple[str, str], list[Array]] = {}
    for answer in answers:
        if answer.good:
            groups.setdefault((answer.known.lang, answer.known.group), []).append(
                answer.said.vectors.mean(axis=0)
            )
    apart = np.concatenate([np.array(g) - np.mean(g, axis=0) for g in groups.values() if len(g) > 1])
    covariance = np.cov(apart.T)
    size = np.trace(covariance) / len(covariance)
    values, axes = np.linalg.eigh((1 - SHRINKAGE) * covariance / size + SHRINKAGE * np.eye(len(covariance)))
    return np.asarray(axes @ np.diag(values**-0.5) @ axes.T)
