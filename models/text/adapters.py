"""The trainable twin of `adapted`: the same network in PyTorch, in which only changes of low rank are learned."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn import functional

from interview_analysis.models.half_precision import half_precision
from interview_analysis.models.text.adapted import EPSILON, MATRICES, Told
from interview_analysis.models.text.packed import PackedEncoder, Weights

_TOKENS = 1600  # of texts that are read together, with what is filled up
_PAD = 1  # any token; what stands there is not looked at
_UNSEEN = -1e9


class AdaptedNetwork(nn.Module):
    """`rank` of the changes; the first `frozen` layers stay as they came. Chance comes from `chance` alone."""

    def __init__(self, base: PackedEncoder, rank: int, frozen: int, chance: torch.Generator) -> None:
        super().__init__()
        self.base, self._frozen = base, frozen
        self._places = torch.tensor(base.tensor("emb.pos", base.longest))
        self._kind = torch.tensor(base.tensor("emb.type").reshape(-1, base.width)[0])
        self._norm = _norm(base, "emb.ln")
        self.layers = nn.ModuleList(
            _Layer(base, number, rank if number >= frozen else 0, chance) for number in range(base.layers)
        )

    def forward(self, ids: Tensor, present: Tensor, dropout: float) -> Tensor:
        """Last states (n, t, width) of token ids (n, t) where `present` (n, t)."""
        seen = torch.where(present, 0.0, _UNSEEN).repeat_interleave(self.base.heads, dim=0)[:, None, :]
        with torch.no_grad():
            words = torch.tensor(self.base.words(ids.numpy().ravel())).view(*ids.shape, -1)
            x: Tensor = self._norm(words + self._places[: ids.shape[1]] + self._kind)
            for layer in self.layers[: self._frozen]:
                x = layer(x, seen, 0.0)
        for layer in self.layers[self._frozen :]:
            x = layer(x, seen, dropout)
        return x

    def states(self, texts: Sequence[Told]) -> list[Weights]:
        """See `adapted.States.states`; quicker and less exactly, for while it is learned. What is asked for together is read
        together, those of about one length in one batch, which moves last digits."""
        found: list[Weights] = [np.empty(0, dtype=np.float32)] * len(texts)
        with torch.inference_mode(), half_precision():
            for rows in together([len(text.ids) for text in texts], _TOKENS):
                ids, present = padded([texts[row].ids for row in rows])
                states = self(ids, present, 0.0).float().numpy()
                for row, own in zip(rows, states, strict=True):
                    found[row] = own[: len(texts[row].ids)]
        return found

    def changes(self) -> dict[str, tuple[Weights, Weights]]:
        """What was learned, as `adapted.AdaptedEncoder` takes it."""
        return {
            f"l{number}.{name}": (
                matrix.down.detach().numpy().copy(),
                matrix.up.detach().numpy() * np.float32(1),
            )
            for number, name, matrix in self._matrices()
            if matrix.rank
        }

    def _matrices(self) -> Iterator[tuple[int, str, _Adapted]]:
        for number, layer in enumerate(self.layers):
            assert isinstance(layer, _Layer)
            for name in MATRICES:
                matrix = layer.matrices[name]
                assert isinstance(matrix, _Adapted)
                yield number, name, matrix


def padded(tokens: Sequence[NDArray[np.int64]]) -> tuple[Tensor, Tensor]:
    """Token ids (n, t), and where there are any (n, t)."""
    longest = max(len(ids) for ids in tokens)
    table = torch.full((len(tokens), longest), _PAD, dtype=torch.long)
    present = torch.zeros_like(table, dtype=torch.bool)
    for row, ids in enumerate(tokens):
        table[row, : len(ids)] = torch.tensor(ids)
        present[row, : len(ids)] = True
    return table, present


def together(lengths: Sequence[int], tokens: int) -> list[list[int]]:
    """Texts by their numbers, those of about one length in one batch of at most `tokens` with what is filled up; `lengths` in tokens."""
    found: list[list[int]] = []
    for number in sorted(range(len(lengths)), key=lengths.__getitem__):
        if not found or lengths[number] * (len(found[-1]) + 1) > tokens:
            found.append([])
        found[-1].append(number)
    return found


class _Adapted(nn.Module):
    """x W' + b + x A' B', of which A (rank, in) and B (out, rank) are learned; B begins at 0."""

    def __init__(self, weight: Weights, bias: Weights, rank: int, chance: torch.Generator) -> None:
        super().__init__()
        self.rank = rank
        self.weight = nn.Parameter(torch.tensor(weight), requires_grad=False)
        self.bias = nn.Parameter(torch.tensor(bias), requires_grad=False)
        if rank:
            wide = weight.shape[1]
            self.down = nn.Parameter(torch.randn(rank, wide, generator=chance) / math.sqrt(wide))
            self.up = nn.Parameter(torch.zeros(weight.shape[0], rank))

    def forward(self, x: Tensor) -> Tensor:
        y = functional.linear(x, self.weight, self.bias)
        return y + functional.linear(functional.linear(x, self.down), self.up) if self.rank else y


class _Layer(nn.Module):
    def __init__(self, base: PackedEncoder, number: int, rank: int, chance: torch.Generator) -> None:
        super().__init__()
        self._heads, self._chance = base.heads, chance
        self.matrices = nn.ModuleDict({
            name: _Adapted(
                base.tensor(f"l{number}.{name}.w", base.inner if name == "fi" else base.width),
                base.tensor(f"l{number}.{name}.b"),
                rank,
                chance,
            )
            for name in MATRICES
        })  # fmt: skip
        self.seen_norm, self.norm = _norm(base, f"l{number}.aln"), _norm(base, f"l{number}.oln")

    def forward(self, x: Tensor, seen: Tensor, dropout: float) -> Tensor:
        own = self.matrices

        def by_head(y: Tensor) -> Tensor:
            return y.view(*y.shape[:2], self._heads, -1).transpose(1, 2).flatten(0, 1)

        query, key, value = (by_head(own[name](x)) for name in ("q", "k", "v"))
        scores = torch.baddbmm(
            seen.to(query.dtype), query, key.transpose(1, 2), alpha=1 / math.sqrt(query.shape[-1])
        )
        found = scores.softmax(dim=-1) @ value  # on CPUs twice as fast as PyTorch's own, backwards
        joined = found.view(len(x), self._heads, *found.shape[1:]).transpose(1, 2).reshape(x.shape)
        x = self.seen_norm(x + own["ao"](joined))
        inner = own["fo"](functional.gelu(own["fi"](x)))
        if dropout and self.training:
            kept = torch.empty_like(inner).bernoulli_(1 - dropout, generator=self._chance)
            inner = inner * kept / (1 - dropout)
        y: Tensor = self.norm(x + inner)
        return y


def _norm(base: PackedEncoder, name: str) -> nn.LayerNorm:
    norm = nn.LayerNorm(base.width, EPSILON)
    norm.weight.data, norm.bias.data = (
        torch.tensor(base.tensor(f"{name}.w")),
        torch.tensor(base.tensor(f"{name}.b")),
    )
    return norm.requires_grad_(False)
