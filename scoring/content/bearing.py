"""Whether what is said is about a competency: how near it lies to what others tell about it, and to its own texts.

A well-told story of something else is no evidence. Nearness is a cosine of centred sentence vectors in which what differs
between answers about one and the same competency counts less (a within-class whitening, as in linear discriminants), held
against how near the same words lie to the other competencies of the library, because raw cosines mean nothing by
themselves, and against how near what is certainly about the competency lies to it, because some competencies are told in
many ways. Where the question is known, nearness to it counts as well.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from interview_analysis.models.text.encoder import SentenceEncoder
from interview_analysis.scoring.content.functions import Array, unit
from interview_analysis.scoring.content.logistic import Logistic
from interview_analysis.scoring.edges import Text
from interview_analysis.scoring.profile import Dimension, Language

_CLEAREST = 5  # clauses that speak for what the whole answer is about
_EMPTY = 0.05  # weight of a clause that tells nothing, against 1 of one that does


@dataclass(frozen=True, slots=True)
class Asked:
    """Where a question lies, a whitened unit vector (d,), and the logit that it is answered, as the reader tells it."""

    direction: Array
    answers: float


@dataclass(frozen=True, slots=True)
class Directions:
    """Where competencies lie: unit vectors (k, d) by language, one for each of `ids`."""

    ids: tuple[str, ...]
    by_language: Mapping[str, Array]

    def of(self, competency: str, language: str) -> Array:
        """Unit vector (d,)."""
        return np.asarray(self.by_language[language][self.ids.index(competency)])

    def nearness(self, said: Said, direction: Array, competency: str, whitening: Array) -> Array:
        """How near an answer lies to `direction`, as a whole and in its clearest clauses, (2,), in standard deviations over
        the directions of other competencies."""
        others = self.by_language[said.language][[name != competency for name in self.ids]]
        told = said.told + _EMPTY
        whole = unit(told / told.sum() @ said.vectors @ whitening)
        each = said.vectors @ whitening
        rest, rest_clearest = others @ whole, _clearest(each @ others.T)
        return np.array([
            (float(whole @ direction) - rest.mean()) / rest.std(),
            (float(_clearest(each @ direction)) - rest_clearest.mean()) / rest_clearest.std(),
        ])  # fmt: skip


@dataclass(frozen=True, slots=True)
class Near:
    """How near an answer lies to what it is held against, over what is usual, as a whole and in its clearest clauses, (2,)
    each. `stories` is None where none are known, `asked` (3,) where the question is not; its last is the logit that it is answered."""

    texts: Array
    stories: Array | None
    asked: Array | None

    def features(self, with_stories: bool, with_question: bool) -> Array:
        """Each nearness, and with a question also whichever is nearer, it or the other."""
        own = [self.texts, *([self.stories] if with_stories and self.stories is not None else [])]
        if not with_question or self.asked is None:
            return np.concatenate(own)
        return np.concatenate([self.asked, *own, *(np.maximum(self.asked[:2], one) for one in own)])


@dataclass(frozen=True, slots=True)
class Bears:
    """When an answer is about something: by the texts and the stories of a competency, or by texts alone, which is for
    dimensions that users make; and where the question is known or not."""

    by_stories: Logistic
    by_stories_asked: Logistic
    by_texts: Logistic
    by_texts_asked: Logistic

    def probability(self, near: Near) -> float:
        """That what was said is about what it was held against."""
        told, asked = near.stories is not None, near.asked is not None
        if told:
            learned = self.by_stories_asked if asked else self.by_stories
        else:
            learned = self.by_texts_asked if asked else self.by_texts
        return learned.probability(near.features(told, asked))


@dataclass(frozen=True, slots=True)
class BearingModel:
    """`centres` (d,) and `middles` (d,), by language, are taken off the texts of competencies before and after they are
    averaged, `question_centres` (d,) off questions. `whitening` (d, d) is applied to centred unit vectors of answers and
    texts alike.

    `texts` are the directions of what competencies say of themselves, `questions` of the questions about them, `stories`
    of what is told about them. `usual` (k, 6), in the order of `stories`, is how near a story about a competency lies to
    its texts, other stories about it and its questions, each as a whole and in its clearest clauses.
    """

    texts: Directions
    stories: Directions
    questions: Directions
    usual: Mapping[str, Array]
    centres: Mapping[str, Array]
    middles: Mapping[str, Array]
    question_centres: Mapping[str, Array]
    whitening: Array
    bears: Bears

    def direction(self, dimension: Dimension, language: Language, encoder: SentenceEncoder) -> Array:
        """Unit vector (d,): the library's own where the dimension is one of its competencies, else by its texts."""
        if dimension.competency in self.texts.ids:
            return self.texts.of(dimension.competency, language)
        vectors = encoder.encode(reference_texts(dimension, language)).astype(np.float64)
        mean = unit(vectors - self.centres[language]).mean(axis=0)
        return unit((mean - self.middles[language]) @ self.whitening)

    def probability(
        self, said: Said, direction: Array, competency: str, question: Asked | None = None
    ) -> float:
        """That an answer, to `question` where that is known, is about a dimension."""
        return self.bears.probability(self.near(said, direction, competency, question))

    def near(self, said: Said, direction: Array, competency: str, question: Asked | None = None) -> Near:
        """How near an answer lies to the texts of a competency, which lie in `direction`, to the stories about it and to
        the question."""
        told = competency in self.stories.ids
        table = self.usual[said.language]
        usual = table[self.stories.ids.index(competency)] if told else table.mean(axis=0)

        def over_usual(library: Directions, own: Array, columns: slice) -> Array:
            return np.asarray(library.nearness(said, own, competency, self.whitening) - usual[columns])

        return Near(
            over_usual(self.texts, direction, slice(0, 2)),
            over_usual(self.stories, self.stories.of(competency, said.language), slice(2, 4))
            if told
            else None,
            None
            if question is None
            else np.append(over_usual(self.questions, question.direction, slice(4, 6)), question.answers),
        )

    def asked_question(self, question: str, language: Language, encoder: SentenceEncoder) -> Array:
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
