"""Reading an answer as a whole, with its question before it: what each clause does, and whether it answers.

A sentence encoder that was taught on labelled answers (`fit_reader`) sees the question and the answer together, token by
token, so that a clause is told by what stands around it and an answer by what was asked.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from interview_analysis.models.text.adapted import States, Told, told
from interview_analysis.models.text.unigram import Span
from interview_analysis.scoring.content.functions import FUNCTIONS, Array, softmax

BETWEEN = {"en": " ", "zh": ""}  # clauses
_ROOM = 360  # tokens of an answer that are read together; a longer one is read in pieces
_STRETCH = 5  # tokens in a row that are enough to say something: three or four words, six or seven characters


@dataclass(frozen=True, slots=True)
class Readout:
    """`functions` (n, F) are shares of each clause, `clearest` (n, F) those of the few words in it that show a function the most:
    whoever tells in one breath when it was, what was hard and what he did about it has said all three. `answers` is the logit
    that the question is answered.
    """

    functions: Array
    clearest: Array
    answers: float


@dataclass(frozen=True, slots=True)
class Heads:
    """What is told from states of width d: `functions` (F, d) with intercepts (F,) of each token; `pool` (d,) weighs the
    answer's tokens for `answers` (2 d,), which sees the first token's state as well, with the intercept `offset`, ()."""

    functions: Array
    intercepts: Array
    pool: Array
    answers: Array
    offset: Array


@dataclass(frozen=True, slots=True)
class Reader:
    network: States
    heads: Heads

    def read(self, question: str, clauses: Sequence[str], language: str) -> Readout:
        """Read the clauses of one answer, in order; `question` is empty where it is not known."""
        return self.read_all([(question, clauses, language)])[0]

    def read_all(self, answers: Sequence[tuple[str, Sequence[str], str]]) -> list[Readout]:
        """Read several answers together: question, clauses and language of each."""
        pieces = [
            [
                (clause_spans(own, language), self._told(question, own, language))
                for own in self._windows(clauses, language)
            ]
            for question, clauses, language in answers
        ]
        states = iter(self.network.states([text for own in pieces for _, text in own]))
        return [
            _joined([self._readout(next(states).astype(np.float64), text, spans) for spans, text in own],
                    [len(text.spans) for _, text in own])
            for own in pieces
        ]  # fmt: skip

    def _told(self, question: str, clauses: Sequence[str], language: str) -> Told:
        return told(self.network.base, question, BETWEEN[language].join(clauses))

    def _windows(self, clauses: Sequence[str], language: str) -> list[Sequence[str]]:
        if not clauses:
            return []
        counts = [len(self.network.base.tokenizer.encode(clause)[0]) for clause in clauses]
        number = max(1, -(-sum(counts) // _ROOM))
        middles = np.cumsum(counts) - np.array(counts) / 2
        piece = np.minimum((middles * number // max(1, sum(counts))).astype(int), number - 1)
        return [
            [c for c, p in zip(clauses, piece, strict=True) if p == k] for k in range(number) if k in piece
        ]

    def _readout(self, states: Array, text: Told, spans: Sequence[Span]) -> Readout:
        heads, own = self.heads, states[text.own]
        if not len(own):
            unknown = np.full((len(spans), len(FUNCTIONS)), 1 / len(FUNCTIONS))
            return Readout(unknown, unknown, 0.0)
        of_tokens = softmax(own @ heads.functions.T + heads.intercepts)
        pooled = softmax((own @ heads.pool)[None])[0] @ own
        answers = np.concatenate([pooled, states[0]]) @ heads.answers + heads.offset
        clauses = [of_tokens[rows] for rows in tokens_of(text, spans)]
        return Readout(
            np.stack([clause.mean(axis=0) for clause in clauses]),
            np.stack([_clearest(clause) for clause in clauses]),
            float(answers),
        )


def _clearest(shares: Array) -> Array:
    """Of shares of tokens in a row (t, F), the highest mean over `_STRETCH` of them, (F,); of all where there are fewer."""
    width = min(_STRETCH, len(shares))
    sums = np.cumsum(np.pad(shares, ((1, 0), (0, 0))), axis=0)
    return np.asarray((sums[width:] - sums[:-width]).max(axis=0) / width)


def _joined(pieces: Sequence[Readout], sizes: Sequence[int]) -> Readout:
    """The pieces of one answer, `sizes` in tokens."""
    if not pieces:
        nothing = np.empty((0, len(FUNCTIONS)))
        return Readout(nothing, nothing, 0.0)
    return Readout(
        np.concatenate([one.functions for one in pieces]),
        np.concatenate([one.clearest for one in pieces]),
        float(np.average([one.answers for one in pieces], weights=np.maximum(sizes, 1e-9))),
    )


def clause_spans(clauses: Sequence[str], language: str) -> list[Span]:
    """From where to where each clause goes in all of them joined (characters), with what stands behind it."""
    ends = np.cumsum([len(clause) + len(BETWEEN[language]) for clause in clauses]).tolist()
    return list(zip([0, *ends[:-1]], ends, strict=True))


def tokens_of(text: Told, spans: Sequence[Span]) -> list[NDArray[np.int64]]:
    """Which tokens lie in each span, by their last characters (a blank goes with the word behind it); the nearest one where
    none does."""
    lasts = np.array([end - 1 for _, end in text.spans])
    found = []
    for start, end in spans:
        inside = np.flatnonzero((lasts >= start) & (lasts < end))
        nearest = np.abs(lasts - (start + end - 1) / 2).argmin()
        found.append(inside if len(inside) else np.array([nearest]))
    return found
