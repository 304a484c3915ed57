"""Cutting text into the pieces of a unigram vocabulary, as SentencePiece does (Kudo 2018, "Subword Regularization")."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from interview_analysis.models.text.vocabulary import Vocabulary

SPACE = "\u2581"  # what stands for a blank in pieces
_UNKNOWN_COSTS = 10.0  # below the least likely piece
Span = tuple[int, int]


@dataclass(frozen=True)
class UnigramTokenizer:
    """The pieces of `vocabulary` with their `scores` (log probabilities) by number, `normalised` characters, and the number of
    what is in no piece."""

    vocabulary: Vocabulary
    scores: NDArray[np.float32]
    normalised: Mapping[str, str]
    unknown: int

    @cached_property
    def _unknown_score(self) -> float:
        return float(self.scores.min()) - _UNKNOWN_COSTS

    def encode(self, text: str) -> tuple[list[int], list[Span]]:
        """The most likely pieces of `text`, and from where to where in it each of them goes (characters)."""
        characters, places = self._prepared(text)
        numbers, starts = self._ways(characters)
        ids, spans, end = [], [], len(characters)
        while end > 0:
            start = starts[end]
            ids.append(numbers[end])
            spans.append((places[start], places[end - 1] + 1))
            end = start
        return ids[::-1], spans[::-1]

    def _prepared(self, text: str) -> tuple[str, list[int]]:
        """Normalised, blanks in a row joined, with one in front; and the place in `text` of each character."""
        found: list[str] = []
        places: list[int] = []
        for place, character in enumerate(text):
            for one in self.normalised.get(character, character):
                if one == " " and found and found[-1] == " ":
                    continue
                found.append(one)
                places.append(place)
        if not found or found[0] != " ":
            found.insert(0, " ")
            places.insert(0, 0)
        return "".join(found).replace(" ", SPACE), places

    def _ways(self, text: str) -> tuple[list[int], list[int]]:
        """Viterbi: for each place the last piece on the likeliest way there, and where that begins."""
        count = len(text)
        best = [0.0] + [float("-inf")] * count
        numbers, starts = [self.unknown] * (count + 1), [0] * (count + 1)
        for start, pieces in enumerate(self.vocabulary.in_text(text)):
            so_far = best[start]
            for end, number in pieces:
                reached = so_far + float(self.scores[number])
                if number != self.unknown and reached > best[end]:
                    best[end], numbers[end], starts[end] = reached, number, start
            if so_far + self._unknown_score > best[start + 1]:
                best[start + 1], numbers[start + 1], starts[start + 1] = (
                    so_far + self._unknown_score,
                    self.unknown,
                    start,
                )
        return numbers, starts
