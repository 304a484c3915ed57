"""Which competency a sentence of a description asks for by its meaning, learned from sentences that are known.

Sentence vectors are centred on the mean of their language, because raw vectors of one language lie closer to
each other than to their own translations; then a linear discriminant with a shrunk covariance (Ledoit & Wolf
2004, J. Multivariate Analysis 88) tells the competencies and "none of them" apart. Shrinkage is what makes a
covariance of 384 dimensions usable with some thousand sentences.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from pydantic import Field, TypeAdapter, ValidationError

from interview_analysis.errors import ConfigError
from interview_analysis.models.text.encoder import SentenceEncoder
from interview_analysis.scoring.edges import Model
from interview_analysis.scoring.jobs.library import Competency
from interview_analysis.scoring.profile import Language, describe

Array = NDArray[np.float64]
NONE = ""  # the class of sentences that ask for no competency
LANGUAGES: tuple[Language, ...] = ("zh", "en")
Known = dict[Language, list[tuple[str, str]]]  # language -> pairs of class and sentence


class LabelledSentence(Model):
    """A sentence of a description and the competencies that it asks for."""

    text: str = Field(min_length=2)
    asks: tuple[str, ...]


Labelled = Mapping[Language, Sequence[LabelledSentence]]


@dataclass(frozen=True, slots=True)
class MeaningHead:
    """A fitted head: `coefficients` (k, d), `intercepts` (k,), and the centre (d,) of each language."""

    classes: tuple[str, ...]
    coefficients: Array
    intercepts: Array
    centres: Mapping[Language, Array]

    def scores(self, vectors: NDArray[np.float32], language: Language) -> Array:
        """Log posteriors but for a constant a row, (n, k), of sentence vectors (n, d); columns as `classes`."""
        return np.asarray(
            (vectors.astype(np.float64) - self.centres[language]) @ self.coefficients.T + self.intercepts
        )


def parse_sentences(data: Any, library: Sequence[Competency], origin: str) -> tuple[LabelledSentence, ...]:
    """Validate a file of labelled sentences. Raises ConfigError that names the entry and what is wrong with it."""
    try:
        sentences = TypeAdapter(tuple[LabelledSentence, ...]).validate_python(data)
    except ValidationError as error:
        raise ConfigError(f"{origin}: {describe(error, LabelledSentence)}") from error
    known = {competency.id for competency in library}
    for sentence in sentences:
        unknown = sorted(set(sentence.asks) - known)
        if unknown:
            raise ConfigError(
                f"{origin}: '{sentence.text[:40]}' asks for '{unknown[0]}', which is not in the library"
            )
    return sentences


def reference_sentences(competency: Competency, language: Language) -> tuple[str, ...]:
    """The sentences that stand for a competency in one language: as descriptions and as the library put it."""
    described = [competency.definition, *(i.description for i in competency.indicators)]
    texts = [t.zh if language == "zh" else t.en for t in described]
    return tuple(dict.fromkeys((*competency.statements.get(language), *texts)))


def known_sentences(
    library: Sequence[Competency],
    neutral: Mapping[Language, Sequence[str]],
    labelled: Labelled,
) -> Known:
    """What the head learns from, in an order that depends on its arguments alone."""
    return {
        language: [
            *((c.id, text) for c in library for text in reference_sentences(c, language)),
            *((NONE, text) for text in neutral[language]),
            *((asked, s.text) for s in labelled[language] for asked in (s.asks or (NONE,))),
        ]
        for language in LANGUAGES
    }


def fingerprint(known: Known, encoder: SentenceEncoder) -> str:
    """SHA-256 of all that a head is fitted on: equal for equal sentences, classes and encoder."""
    digest = hashlib.sha256(encoder.id.encode())
    for language in LANGUAGES:
        for pair in known[language]:
            digest.update("\0".join(("", language, *pair)).encode())
    return digest.hexdigest()


def fit_meaning(known: Known, encoder: SentenceEncoder) -> MeaningHead:
    """Learn the head from known sentences."""
    from sklearn.discriminant_analysis import LinearDiscriminantAnalysis

    rows: list[Array] = []
    labels: list[str] = []
    centres: dict[Language, Array] = {}
    for language, pairs in known.items():
        vectors = encoder.encode([text for _, text in pairs]).astype(np.float64)
        centres[language] = vectors.mean(axis=0)
        rows.append(vectors - centres[language])
        labels.extend(label for label, _ in pairs)
    priors = np.full(len(set(labels)), 1 / len(set(labels)))
    model = LinearDiscriminantAnalysis(solver="lsqr", shrinkage="auto", priors=priors)
    model.fit(np.concatenate(rows), labels)
    classes = tuple(str(name) for name in model.classes_)
    return MeaningHead(classes, model.coef_, model.intercept_, centres)
