"""What each sentence of an answer does, by name.

The functions follow the parts of a behavioural answer (Janz, Hellervik & Gilmore 1986) and of an oral
narrative (Labov & Waletzky 1967), with what else people say when they are asked for one.
"""

from __future__ import annotations

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


def softmax(logits: Array) -> Array:
    """Rows that add up to 1."""
    grown = np.exp(logits - logits.max(axis=-1, keepdims=True))
    return np.asarray(grown / grown.sum(axis=-1, keepdims=True))


def unit(vectors: Array) -> Array:
    """Rows of length 1; a row of zeros stays."""
    return np.asarray(vectors / np.maximum(np.linalg.norm(vectors, axis=-1, keepdims=True), 1e-12))
