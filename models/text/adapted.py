"""A sentence encoder that was taught something: its weights as they came, and small changes to them that were learned.

The network is BERT's encoder (Devlin et al. 2019). The changes are of low rank (LoRA, Hu et al. 2022): a matrix W becomes
W + B A. Runs in float32 on the CPU by numpy alone, so that reading an answer needs no deep learning library.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from interview_analysis.models.text.packed import PackedEncoder, Weights
from interview_analysis.models.text.unigram import Span

MATRICES = ("q", "k", "v", "ao", "fi", "fo")  # of a layer: query, key, value, attention out, inner, outer
EPSILON = 1e-12
PREFIX = "query: "
_LONGEST_QUESTION = 128  # tokens
_AT_ONCE = 1000  # tokens; 25 MiB in the widest place


@dataclass(frozen=True)
class Told:
    """A text in tokens, behind the question that it answers: `ids` of both, and of the text's own tokens where they begin
    and what they stand for in it."""

    ids: NDArray[np.int64]
    begins: int
    spans: tuple[Span, ...]

    @property
    def own(self) -> slice:
        """Where the text's own tokens are among `ids`."""
        return slice(self.begins, self.begins + len(self.spans))


def told(encoder: PackedEncoder, question: str, text: str) -> Told:
    """A question and what was said to it, in tokens; the end of what is too long is left out."""
    asked, _ = encoder.tokenizer.encode(PREFIX + question)
    asked = asked[:_LONGEST_QUESTION]
    said, spans = encoder.tokenizer.encode(text)
    room = encoder.longest - len(asked) - 3
    ids = [encoder.first, *asked, encoder.last, *said[:room], encoder.last]
    return Told(np.array(ids, dtype=np.int64), len(asked) + 2, tuple(spans[:room]))


class States(Protocol):
    """A network that reads texts token by token."""

    @property
    def base(self) -> PackedEncoder: ...

    def states(self, texts: Sequence[Told]) -> list[Weights]:
        """The last states of all tokens of each text, (t, width) each, the question's among them."""
        ...


@dataclass(frozen=True)
class AdaptedEncoder:
    """`changes` by name of the matrix ("l4.q", layer and matrix): A (r, in) and B (out, r)."""

    base: PackedEncoder
    changes: Mapping[str, tuple[Weights, Weights]]

    def states(self, texts: Sequence[Told]) -> list[Weights]:
        """See `States.states`."""
        return [states for together in _batches(texts) for states in self._read(together)]

    def _read(self, texts: Sequence[Told]) -> list[Weights]:
        ends = np.cumsum([len(text.ids) for text in texts])
        x = self._embedded(texts)
        for layer in self._layers:
            x = layer.forward(x, ends, self.base.heads)
        return np.split(x, ends[:-1])

    def _embedded(self, texts: Sequence[Told]) -> Weights:
        base = self.base
        words = base.words(np.concatenate([text.ids for text in texts]))
        places = base.tensor("emb.pos", base.longest)
        own = np.concatenate([places[: len(text.ids)] for text in texts])
        kind = base.tensor("emb.type").reshape(-1, base.width)[0]
        return _normed(words + own + kind, base.tensor("emb.ln.w"), base.tensor("emb.ln.b"))

    @cached_property
    def _layers(self) -> list[_Layer]:
        return [_Layer.of(self.base, number, self.changes) for number in range(self.base.layers)]


@dataclass(frozen=True)
class _Layer:
    matrices: Mapping[str, Weights]  # (in, out)
    rest: Mapping[str, Weights]

    @staticmethod
    def of(base: PackedEncoder, number: int, changes: Mapping[str, tuple[Weights, Weights]]) -> _Layer:
        matrices = {}
        for name in MATRICES:
            weights = base.tensor(f"l{number}.{name}.w", base.inner if name == "fi" else base.width)
            if f"l{number}.{name}" in changes:
                down, up = changes[f"l{number}.{name}"]
                weights = weights + up @ down
            matrices[name] = np.ascontiguousarray(weights.T)
        rest = [*(f"{name}.b" for name in MATRICES), "aln.w", "aln.b", "oln.w", "oln.b"]
        return _Layer(matrices, {name: base.tensor(f"l{number}.{name}") for name in rest})

    def forward(self, x: Weights, ends: NDArray[np.int64], heads: int) -> Weights:
        query, key, value = (self._linear(name, x) for name in ("q", "k", "v"))
        seen = np.concatenate([
            _attention(q, k, v, heads)
            for q, k, v in zip(*(np.split(each, ends[:-1]) for each in (query, key, value)), strict=True)
        ])  # fmt: skip
        x = _normed(x + self._linear("ao", seen), self.rest["aln.w"], self.rest["aln.b"])
        inner = self._linear("fo", _gelu(self._linear("fi", x)))
        return _normed(x + inner, self.rest["oln.w"], self.rest["oln.b"])

    def _linear(self, name: str, x: Weights) -> Weights:
        return np.asarray(x @ self.matrices[name] + self.rest[f"{name}.b"])


def _batches(texts: Sequence[Told]) -> list[list[Told]]:
    """Texts in their order, few enough at once that the memory does not grow with their number."""
    found: list[list[Told]] = []
    tokens = 0
    for text in texts:
        if not found or tokens + len(text.ids) > _AT_ONCE:
            found.append([])
            tokens = 0
        found[-1].append(text)
        tokens += len(text.ids)
    return found


def _attention(query: Weights, key: Weights, value: Weights, heads: int) -> Weights:
    """Scaled dot products of one text's tokens, all (t, width)."""

    def by_head(x: Weights) -> Weights:
        return x.reshape(len(x), heads, -1).transpose(1, 0, 2)

    scores = by_head(query) @ by_head(key).transpose(0, 2, 1)
    scores /= np.float32(np.sqrt(query.shape[1] // heads))
    scores = np.exp(scores - scores.max(axis=-1, keepdims=True))
    scores /= scores.sum(axis=-1, keepdims=True)
    return np.asarray(scores @ by_head(value)).transpose(1, 0, 2).reshape(query.shape)


def _normed(x: Weights, weight: Weights, bias: Weights) -> Weights:
    x = x - x.mean(axis=-1, keepdims=True)
    return np.asarray(x / np.sqrt((x * x).mean(axis=-1, keepdims=True) + EPSILON) * weight + bias)


def _gelu(x: Weights) -> Weights:
    from scipy.special import erf

    return np.asarray(0.5 * x * (1 + erf(x / np.float32(np.sqrt(2)))))
