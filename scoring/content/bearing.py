"""Whether what is said is about a competency: how near it lies to the competency's own texts.

A well-told story of something else is no evidence. Nearness is a cosine of centred sentence vectors in which what differs
between answers about one and the same competency counts less (a within-class whitening, as in linear discriminants), held
against how near the same words lie to the other competencies of the library, because raw cosines mean nothing by
themselves. Where the question is known, nearness to it counts as well.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from interview_analysis.models.text_encoder import SentenceEncoder
from interview_analysis.scoring.content.functions import Array, unit
from interview_analysis.scoring.content.logistic import Logistic
from interview_analysis.scoring.edges import Text
from interview_analysis.scoring.profile import Dimension, Language

_CLEAREST = 5  # clauses that speak for what the whole answer is about
_EMPTY = 0.05  # weight of a clause that tells nothing, against 1 of one that does
Asked = Array


@dataclass(frozen=True, slots=True)
class BearingModel:
    """`directions` (k, d) of the library's competencies `ids` by language; `centres` (d,) of texts about competencies.

    `whitening` (d, d) is applied to centred unit vectors of answers and of texts alike.
    """

    ids: tuple[str, ...]
    directions: Mapping[str, Array]
    centres: Mapping[str, Array]
    middles: Mapping[str, Array]  # (d,): the mean of the competencies, taken off each
    whitening: Array
    question_centres: Mapping[str, Array]  # (d,) by language
    questions: Mapping[str, Array]  # (k, d): where the questions about each competency lie
    unasked: Logistic  # where the question is not known
    asked: Logistic

    def direction(self, dimension: Dimension, language: Language, encoder: SentenceEncoder) -> Array:
        """Unit vector (d,): the library's own where the dimension is one of its competencies, else by its texts."""
        if dimension.competency in self.ids:
            return np.asarray(self.directions[language][self.ids.index(dimension.competency)])
        vectors = encoder.encode(reference_texts(dimension, language)).astype(np.float64)
        mean = unit(vectors - self.centres[language]).mean(axis=0)
        return unit((mean - self.middles[language]) @ self.whitening)

    def probability(self, said: Said, direction: Array, competency: str) -> float:
        """That an answer is about a dimension."""
        return self.unasked.probability(self.nearness(said, direction, self.directions, competency))

    def answers(self, said: Said, direction: Array, competency: str, question: Asked) -> float:
        """The same where the question is known."""
        return self.asked.probability(self.both(said, direction, competency, question))

    def nearness(self, said: Said, direction: Array, library: Mapping[str, Array], competency: str) -> Array:
        """How near an answer lies to `direction`, as a whole and in its clearest clauses, (2,), in standard deviations over
        those in `library` that belong to other competencies."""
        others = library[said.language][[name != competency for name in self.ids]]
        told = said.told + _EMPTY
        whole = unit(told / told.sum() @ said.vectors @ self.whitening)
        each = said.vectors @ self.whitening
        rest, rest_clearest = others @ whole, _clearest(each @ others.T)
        return np.array([
            (float(whole @ direction) - rest.mean()) / rest.std(),
            (float(_clearest(each @ direction)) - rest_clearest.mean()) / rest_clearest.std(),
        ])  # fmt: skip

    def both(self, said: Said, direction: Array, competency: str, question: Asked) -> Array:
        """Nearness to the competency, to the question, and to whichever of the two is nearer, (6,)."""
        near = self.nearness(said, direction, self.directions, competency)
        asked = self.nearness(said, question, self.questions, competency)
        return np.concatenate([near, asked, np.maximum(near, asked)])

    def asked_question(self, question: str, language: Language, encoder: SentenceEncoder) -> Asked:
        """Where a question lies: whitened unit vector (d,)."""
        vector = encoder.encode([question])[0].astype(np.float64)
        return unit(unit(vector - self.question_centres[language]) @ self.whitening)


@dataclass(frozen=True, slots=True)
class Said:
    """An answer: centred unit vectors (n, d) of its clauses, and how much each tells of a case (n,)."""

    language: Language
    vectors: Array
    told: Array


def reference_texts(dimension: Dimension, language: Language) -> tuple[str, ...]:
    """What a dimension says of itself in `language`: definition, indicators, questions and anchors of level 3 and up.

    Name and keywords where it says nothing else, in the other language where it has nothing in this one.
    """
    found = _own_texts(dimension, language) or _own_texts(dimension, "en" if language == "zh" else "zh")
    return found or (dimension.name.get(language),)


def _own_texts(dimension: Dimension, language: Language) -> tuple[str, ...]:
    def of(text: Text) -> str:
        return text.zh if language == "zh" else text.en

    texts = [
        of(dimension.definition),
        *(text for i in dimension.indicators for text in (of(i.description), *i.examples.get(language))),
        *(of(question.text) for question in dimension.questions),
        *(of(dimension.anchors[level]) for level in (3, 4, 5)),
    ]
    return tuple(text for text in texts if text) or tuple(
        keyword for i in dimension.indicators for keyword in i.keywords.get(language)
    )


def directions_of(texts: Sequence[Array], centre: Array, whitening: Array) -> tuple[Array, Array]:
    """Directions (k, d) of competencies from the vectors (n, d) of their texts, and the middle that was taken off."""
    means = np.stack([unit(vectors - centre).mean(axis=0) for vectors in texts])
    middle = means.mean(axis=0)
    return unit((means - middle) @ whitening), middle


def _clearest(values: Array) -> Array:
    return np.asarray(np.sort(values, axis=0)[-_CLEAREST:].mean(axis=0))
