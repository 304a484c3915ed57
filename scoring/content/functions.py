"""What each sentence of an answer does: probabilities over discourse functions.

A multinomial logistic model over the sentence's vector, those of its neighbours and of the whole answer, and lexical cues
of the three. The functions follow the parts of a behavioural answer (Janz, Hellervik & Gilmore 1986) and of an oral
narrative (Labov & Waletzky 1967), with what else people say when they are asked for one.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

FUNCTIONS = (
    "situation", "obstacle", "action", "team_action", "other_action", "reasoning", "result", "reflection",
    "generic", "hypothetical", "refusal", "filler", "keyword_list", "parrot", "injection",
)  # fmt: skip
STORY = (
    "situation",
    "obstacle",
    "action",
    "team_action",
    "other_action",
    "reasoning",
    "result",
    "reflection",
)
Array = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class FunctionModel:
    """`centres` (d,) by language, `scale` (m,) and `shift` (m,) of the features, `weights` (F, m), `intercepts` (F,)."""

    centres: Mapping[str, Array]
    shift: Array
    scale: Array
    weights: Array
    intercepts: Array

    def probabilities(self, vectors: NDArray[np.float32], cues: Array, language: str) -> Array:
        """Shape (n, F), of the n sentences of one answer in order, by their vectors (n, d) and cues (n, c)."""
        if not len(vectors):
            return np.empty((0, len(FUNCTIONS)))
        features = sentence_features(vectors - self.centres[language], cues)
        logits = (features - self.shift) / self.scale @ self.weights.T + self.intercepts
        return softmax(logits)


def sentence_features(vectors: Array, cues: Array) -> Array:
    """Features of the sentences of one answer, (n, m): what each says, what stands before and behind, and around it."""
    n = len(vectors)
    own = unit(vectors)
    whole = np.repeat(unit(own.mean(axis=0, keepdims=True)), n, axis=0)
    place = np.arange(n) / max(1, n - 1)
    edges = np.stack([place, np.arange(n) == 0, np.arange(n) == n - 1, np.full(n, np.log(n))], axis=1)
    cues_around = np.repeat(cues.mean(axis=0, keepdims=True), n, axis=0)
    return np.concatenate(
        [own, _before(own), _behind(own), whole, cues, _before(cues), _behind(cues), cues_around, edges],
        axis=1,
    )


def softmax(logits: Array) -> Array:
    """Rows that add up to 1."""
    grown = np.exp(logits - logits.max(axis=-1, keepdims=True))
    return np.asarray(grown / grown.sum(axis=-1, keepdims=True))


def unit(vectors: Array) -> Array:
    """Rows of length 1; a row of zeros stays."""
    return np.asarray(vectors / np.maximum(np.linalg.norm(vectors, axis=-1, keepdims=True), 1e-12))


def _before(rows: Array) -> Array:
    return np.concatenate([np.zeros_like(rows[:1]), rows[:-1]])


def _behind(rows: Array) -> Array:
    return np.concatenate([rows[1:], np.zeros_like(rows[:1])])
