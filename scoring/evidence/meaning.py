"""Indicators found by meaning: how far a sentence stands above unrelated speech, in standard deviations.

Raw cosines of sentence encoders are not comparable between languages, texts or indicators. So every vector is
centred on the mean of neutral speech in the same language, and the similarity to an indicator is expressed
against the similarities of that neutral speech to the same indicator.
"""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from statistics import NormalDist
from typing import Generic, TypeVar

import numpy as np
from numpy.typing import NDArray

from interview_analysis.models.text.encoder import SentenceEncoder

Key = TypeVar("Key", bound=Hashable)
Array = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class MeaningModel(Generic[Key]):
    """Indicators as directions, fitted on neutral speech of one language.

    `centre` has shape (d,), `directions` (k, d) with rows of length 1, `means` and `deviations` (k,): the
    neutral speech's similarity to each direction.
    """

    keys: tuple[Key, ...]
    centre: Array
    directions: Array
    means: Array
    deviations: Array

    def similarities(self, vectors: NDArray[np.float32]) -> Array:
        """Similarity of sentence vectors (n, d) to each indicator, (n, k), in SD above neutral speech."""
        if not len(vectors):
            return np.empty((0, len(self.keys)))
        cosines = _unit(vectors.astype(np.float64) - self.centre) @ self.directions.T
        return np.asarray((cosines - self.means) / self.deviations)


def fit(
    texts: Mapping[Key, Sequence[str]], encoder: SentenceEncoder, background: Sequence[str]
) -> MeaningModel[Key] | None:
    """Directions from the description and examples of each indicator; None without texts or background.

    An indicator's direction is the mean of its centred unit vectors, so that no single example decides.
    """
    keys = tuple(sorted((key for key, items in texts.items() if items), key=repr))
    if not keys or len(background) < 2:
        return None
    neutral = encoder.encode(background).astype(np.float64)
    centre = neutral.mean(axis=0)
    rows = [_unit(encoder.encode(texts[key]).astype(np.float64) - centre).mean(axis=0) for key in keys]
    directions = _unit(np.stack(rows))
    cosines = _unit(neutral - centre) @ directions.T
    return MeaningModel(keys, centre, directions, cosines.mean(axis=0), cosines.std(axis=0, ddof=1))


@cache
def threshold(sentence_count: int, floor: float, alpha: float) -> float:
    """Standard deviations that a sentence must reach when `sentence_count` different ones are tried.

    Šidák's correction: each is tested at ``1 - (1 - alpha) ** (1 / n)``, so that the chance of any false hit
    stays at `alpha` however long somebody talks. Never below `floor`, because the tail of real speech is
    heavier than the normal one (Šidák 1967, J. American Statistical Association 62).
    """
    if sentence_count < 1:
        return floor
    tail = 1 - (1 - alpha) ** (1 / sentence_count)
    return max(floor, NormalDist().inv_cdf(1 - tail))


def hits(similarities: Array, limit: float, margin: float) -> NDArray[np.bool_]:
    """Which sentence speaks for which indicator, (n, k).

    A sentence counts for the one indicator that it is closest to, when it reaches `limit` and stands `margin`
    above the median of the others: talk that is near to all indicators alike is about the trade, not about
    one of them. With fewer than two others there is nothing to compare with and `limit` alone decides.
    """
    n, k = similarities.shape
    found = np.zeros((n, k), dtype=bool)
    for row, values in zip(found, similarities, strict=True):
        best = int(np.argmax(values))
        others = np.delete(values, best)
        clear = k < 3 or values[best] - np.median(others) >= margin
        row[best] = values[best] >= limit and clear
    return found


def _unit(vectors: Array) -> Array:
    lengths = np.linalg.norm(vectors, axis=-1, keepdims=True)
    return np.asarray(vectors / np.maximum(lengths, 1e-12))
