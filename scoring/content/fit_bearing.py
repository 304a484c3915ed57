"""Learning when an answer is about a competency: from stories about each, and from answers held against their own and
against other ones."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from interview_analysis.models.text.encoder import SentenceEncoder
from interview_analysis.scoring.content.bearing import (
    Asked,
    BearingModel,
    Bears,
    Directions,
    Near,
    Said,
    directions_of,
    reference_texts,
)
from interview_analysis.scoring.content.examples import REAL_WEIGHT, Against, Known
from interview_analysis.scoring.content.fit_levels import fit_logistic
from interview_analysis.scoring.content.functions import Array, unit
from interview_analysis.scoring.content.logistic import Logistic
from interview_analysis.scoring.jobs.library import Competency
from interview_analysis.scoring.profile import Dimension, Language

LANGUAGES: tuple[Language, ...] = ("en", "zh")
# Most answers are about what was asked; kinds of answers that are not, and every answer held against something else.
OWN_WEIGHT, OTHER_WEIGHT = 7.0, 0.3
NOT_ABOUT = {"offtopic": 10.0, "catchall": 7.0}
# Where no question is known, most of what is said is about something else.
UNASKED_WEIGHT, UNASKED_OTHER_WEIGHT = 2.0, 3.0
STRENGTH = 0.3
SHRINKAGE = 0.9  # of the covariance within competencies, towards a sphere


@dataclass(frozen=True, slots=True)
class Held:
    """A known answer, ready to be held against competencies and questions: `answers` is the logit that it answers its own
    question, `others` what it is held against with the logits of that."""

    known: Known
    fold: int
    said: Said
    answers: float
    others: tuple[tuple[Against, float], ...]


@dataclass(frozen=True, slots=True)
class Story:
    """What is told about a competency: centred unit vectors (n, d) of its clauses."""

    competency: str
    language: Language
    vectors: Array


@dataclass(frozen=True, slots=True)
class _Pair:
    """An answer held against a competency and a question, and whether it is about them."""

    answer: Held
    said: Said
    competency: str
    question: str
    answers: float
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
    stories: Sequence[Story],
    library: Sequence[Competency],
    encoder: SentenceEncoder,
    centres: Mapping[str, Array],
    folds: int,
) -> tuple[BearingModel, Array]:
    """The model, and for each answer the probability that it bears on what it is to bear on, by a model that had not
    seen it. `centres` (d,) are those of answers, by language.
    """
    library_texts = _Texts.of(library, encoder)
    pairs = _pairs(answers, encoder, centres)
    own = [_Pair(a, a.said, a.known.competency, a.known.question, a.answers, True, 0.0) for a in answers]
    every = [*pairs, *own]
    near: dict[int, Near] = {}
    for fold in range(folds):
        unseen = _blank([a for a in answers if a.fold != fold], stories, library_texts)
        wanted = {(p.said.language, p.question) for p in every if p.answer.fold == fold}
        questions = {
            (language, text): unseen.asked_question(text, language, encoder)
            for language, text in sorted(wanted)
        }
        for i, pair in enumerate(every):
            if pair.answer.fold == fold:
                language = pair.said.language
                direction = unseen.texts.of(pair.competency, language)
                question = Asked(questions[language, pair.question], pair.answers)
                near[i] = unseen.near(pair.said, direction, pair.competency, question)
    held = [near[i] for i in range(len(pairs))]
    bears = np.zeros(len(answers))
    for fold in range(folds):
        learned = _learned(pairs, held, [p.answer.fold != fold for p in pairs])
        for i, answer in enumerate(answers):
            if answer.fold == fold:
                bears[i] = learned.probability(near[len(pairs) + i])
    learned = _learned(pairs, held, [True] * len(pairs))
    return replace(_blank(answers, stories, library_texts), bears=learned), bears


def _learned(pairs: Sequence[_Pair], near: Sequence[Near], used: Sequence[bool]) -> Bears:
    """From the pairs in `used`; those that stories are known of teach both ways of telling."""

    def fitted(by_stories: bool, asked: bool) -> Logistic:
        rows = [
            (n.features(by_stories, asked), p)
            for p, n, u in zip(pairs, near, used, strict=True)
            if u and not (by_stories and n.stories is None)
        ]
        about = np.array([pair.about for _, pair in rows])
        weights = (
            np.array([pair.weight for _, pair in rows])
            if asked
            else np.where(about, UNASKED_WEIGHT, UNASKED_OTHER_WEIGHT)
        )
        return fit_logistic(np.stack([features for features, _ in rows]), about, ~about, weights, STRENGTH)

    return Bears(fitted(True, False), fitted(True, True), fitted(False, False), fitted(False, True))


def _pairs(answers: Sequence[Held], encoder: SentenceEncoder, centres: Mapping[str, Array]) -> list[_Pair]:
    """Answers with their own competency and with others."""
    pairs = []
    for answer in answers:
        known, said = answer.known, answer.said
        own = (known.competency, known.question, answer.answers)
        if known.good:
            pairs.append(_Pair(answer, said, *own, True, OWN_WEIGHT * (REAL_WEIGHT if known.person else 1.0)))
        elif known.kind in NOT_ABOUT:
            pairs.append(_Pair(answer, said, *own, False, NOT_ABOUT[known.kind]))
        for other, answers_it in answer.others:
            bent = _opened(said, other.question, encoder, centres) if other.bent else said
            pairs.append(
                _Pair(answer, bent, other.competency, other.question, answers_it, False, OTHER_WEIGHT)
            )
    return pairs


def _opened(said: Said, question: str, encoder: SentenceEncoder, centres: Mapping[str, Array]) -> Said:
    """The answer with the question as its first clause."""
    vector = unit(encoder.encode([question])[0].astype(np.float64) - centres[said.language])
    return Said(
        said.language,
        np.concatenate([vector[None], said.vectors]),
        np.concatenate([[0.0], said.told]),
    )


@dataclass(frozen=True, slots=True)
class _Texts:
    """Vectors of what each competency of `ids` says of itself (n, d), and of the questions about it, by language."""

    ids: tuple[str, ...]
    own: Mapping[Language, list[Array]]
    questions: Mapping[Language, list[Array]]

    @staticmethod
    def of(library: Sequence[Competency], encoder: SentenceEncoder) -> _Texts:
        def encoded(texts: Sequence[str]) -> Array:
            return encoder.encode(texts).astype(np.float64)

        own = {
            language: [
                encoded([*reference_texts(as_dimension(c), language), *c.statements.get(language)])
                for c in library
            ]
            for language in LANGUAGES
        }
        questions = {
            language: [encoded([q.text.get(language) for q in c.questions]) for c in library]
            for language in LANGUAGES
        }
        return _Texts(tuple(c.id for c in library), own, questions)


def _blank(answers: Sequence[Held], stories: Sequence[Story], library: _Texts) -> BearingModel:
    """Directions with the whitening that `answers` and `stories` give, and nothing learned of when they are about
    something."""
    whitening = _whitening(answers, stories)
    centres: dict[str, Array] = {
        language: np.concatenate(library.own[language]).mean(axis=0) for language in LANGUAGES
    }
    found = {
        language: directions_of(library.own[language], centres[language], whitening) for language in LANGUAGES
    }
    middle: dict[str, Array] = {
        language: np.concatenate(library.questions[language]).mean(axis=0) for language in LANGUAGES
    }
    questions: dict[str, Array] = {
        language: unit(
            np.stack([unit(v - middle[language]).mean(axis=0) for v in library.questions[language]])
            @ whitening
        )
        for language in LANGUAGES
    }
    nothing = Logistic(np.zeros(1), np.ones(1), np.zeros(1), 0.0)
    model = BearingModel(
        texts=Directions(library.ids, {language: directions for language, (directions, _) in found.items()}),
        stories=_where_stories_lie(stories, whitening), questions=Directions(library.ids, questions), usual={},
        centres=centres, middles={language: middle for language, (_, middle) in found.items()},
        question_centres=middle, whitening=whitening, bears=Bears(nothing, nothing, nothing, nothing),
    )  # fmt: skip
    return replace(model, usual={language: _usual(stories, model, language) for language in LANGUAGES})


def _where_stories_lie(stories: Sequence[Story], whitening: Array) -> Directions:
    ids = told_about((s.competency, s.language) for s in stories)
    by_language: dict[str, Array] = {}
    for language in LANGUAGES:
        placed = _placed(stories, whitening, language)
        by_language[language] = unit(np.stack([placed[competency].mean(axis=0) for competency in ids]))
    return Directions(ids, by_language)


def told_about(stories: Iterable[tuple[str, str]]) -> tuple[str, ...]:
    """The competencies that two stories or more are told about in each language, from pairs of the two."""
    counts = Counter(stories)
    every = sorted({competency for competency, _ in counts})
    return tuple(c for c in every if all(counts[c, language] >= 2 for language in LANGUAGES))


def _placed(stories: Sequence[Story], whitening: Array, language: Language) -> dict[str, Array]:
    """Whitened unit vectors (n, d) of the stories about each competency, with the mean of all taken off."""
    own = [s for s in stories if s.language == language]
    means = np.stack([s.vectors.mean(axis=0) for s in own])
    vectors = unit((means - means.mean(axis=0)) @ whitening)
    return {
        competency: vectors[[s.competency == competency for s in own]]
        for competency in {s.competency for s in own}
    }


def _usual(stories: Sequence[Story], model: BearingModel, language: Language) -> Array:
    """Mean nearness of stories to what they are about, (k, 6); each story is held against the others about it."""
    placed = _placed(stories, model.whitening, language)
    rows = []
    for competency in model.stories.ids:
        own = [s for s in stories if s.language == language and s.competency == competency]
        total = placed[competency].sum(axis=0)
        near = []
        for story, at in zip(own, placed[competency], strict=True):
            said = Said(language, story.vectors, np.ones(len(story.vectors)))
            near.append([
                directions.nearness(said, direction, competency, model.whitening)
                for directions, direction in (
                    (model.texts, model.texts.of(competency, language)),
                    (model.stories, unit(total - at)),
                    (model.questions, model.questions.of(competency, language)),
                )
            ])  # fmt: skip
        rows.append(np.mean(near, axis=0).ravel())
    return np.stack(rows)


def _whitening(answers: Sequence[Held], stories: Sequence[Story]) -> Array:
    """Inverse square root of the covariance of what is said within a competency and language, shrunk; shape (d, d)."""
    groups: dict[tuple[str, str, str], list[Array]] = {}
    for answer in answers:
        if answer.known.good:
            key = ("answer", answer.known.lang, answer.known.group)
            groups.setdefault(key, []).append(answer.said.vectors.mean(axis=0))
    for story in stories:
        key = ("story", story.language, story.competency)
        groups.setdefault(key, []).append(story.vectors.mean(axis=0))
    apart = np.concatenate([np.array(g) - np.mean(g, axis=0) for g in groups.values() if len(g) > 1])
    covariance = np.cov(apart.T)
    size = np.trace(covariance) / len(covariance)
    values, axes = np.linalg.eigh((1 - SHRINKAGE) * covariance / size + SHRINKAGE * np.eye(len(covariance)))
    return np.asarray(axes @ np.diag(values**-0.5) @ axes.T)
