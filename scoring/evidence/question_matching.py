"""Which of the job's questions an asked one is, by meaning.

Any two questions are alike in being questions. So every vector is centred on the mean of interview questions of all
kinds in the same language (configs/background/questions-*.txt), and what is left is what they ask about. A question
is held against the profile's text in its own language, or the other one where that is missing, and against the first
sentence of it: that names the case, and what follows it (how did you find out, what came of it) may be left out.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from interview_analysis.features.language.lexicons import LANGUAGES, background
from interview_analysis.features.language.questions import language_of
from interview_analysis.models.text.encoder import SentenceEncoder
from interview_analysis.scoring.edges import Text
from interview_analysis.scoring.profile import JobProfile

_FIRST_SENTENCE = re.compile(r".+?(?:[.?!](?=\s)|[。？！])")


@dataclass(frozen=True, slots=True)
class Match:
    """A question of the profile's `dimension_id` that was asked; `similarity` is the cosine of the centred vectors."""

    dimension_id: str
    question: Text
    similarity: float


def reference_questions(profile: JobProfile) -> tuple[str, ...]:
    """All texts that asked questions are held against; they may be encoded ahead."""
    texts = [text for d in profile.dimensions for q in d.questions for text in (q.text.en, q.text.zh)]
    own = [wording for text in texts if text for wording in (text, _case(text))]
    general = (text for language in LANGUAGES for text in background(f"questions-{language}"))
    return (*general, *dict.fromkeys(own))


def match_questions(
    asked: Sequence[Sequence[str]], profile: JobProfile, encoder: SentenceEncoder, limit: float
) -> tuple[tuple[Match, ...], ...]:
    """For each asked question, given in one or more wordings or parts, the profile's questions that it puts.

    Each part stands for the one question that it is closest to, where it reaches `limit`; a dimension is named once.
    """
    listed = [(d.id, q.text) for d in profile.dimensions for q in d.questions]
    texts = list(dict.fromkeys(part for parts in asked for part in parts))
    if not listed or not texts:
        return tuple(() for _ in asked)

    def vectors(some: Sequence[str]) -> NDArray[np.float64]:
        return _vectors(some, encoder)

    whole = {code: [text.get(code) for _, text in listed] for code in LANGUAGES}
    held = {code: (vectors(own), vectors([_case(text) for text in own])) for code, own in whole.items()}
    spoken = dict(zip(texts, vectors(texts), strict=True))

    def similarities(part: str) -> NDArray[np.float64]:
        complete, case = held[language_of(part)]
        alike: NDArray[np.float64] = np.maximum(complete @ spoken[part], case @ spoken[part])
        return alike

    return tuple(_best([similarities(part) for part in parts], listed, limit) for parts in asked)


def alike(some: Sequence[str], others: Sequence[str], encoder: SentenceEncoder) -> NDArray[np.float64]:
    """How alike questions are, shape (n, m): of the whole texts and of their first sentences, the larger."""
    whole, case = _vectors(some, encoder), _vectors([_case(text) for text in some], encoder)
    held, held_case = _vectors(others, encoder), _vectors([_case(text) for text in others], encoder)
    pairs = [a @ b.T for a in (whole, case) for b in (held, held_case)]
    return np.asarray(np.max(pairs, axis=0))


def _vectors(some: Sequence[str], encoder: SentenceEncoder) -> NDArray[np.float64]:
    """Unit vectors of questions, centred on the mean of questions of all kinds in their language."""
    centre = {code: encoder.encode(background(f"questions-{code}")).mean(axis=0) for code in LANGUAGES}
    rows = encoder.encode(some) - np.stack([centre[language_of(text)] for text in some])
    unit = rows / np.maximum(np.linalg.norm(rows, axis=1, keepdims=True), 1e-12)
    return np.asarray(unit, dtype=np.float64)


def _case(text: str) -> str:
    """The first sentence; all of a text that has one."""
    first = _FIRST_SENTENCE.match(text)
    return first[0] if first else text


def _best(
    similarities: Sequence[NDArray[np.float64]], listed: Sequence[tuple[str, Text]], limit: float
) -> tuple[Match, ...]:
    found: dict[str, Match] = {}
    for row in similarities:
        best = int(np.argmax(row))
        dimension_id, question = listed[best]
        match = Match(dimension_id, question, float(row[best]))
        if row[best] >= limit and match.similarity > getattr(found.get(dimension_id), "similarity", -1.0):
            found[dimension_id] = match
    return tuple(sorted(found.values(), key=lambda match: -match.similarity))
