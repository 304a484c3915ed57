"""A network that pools over the answers of an interview with attention and takes any subset of the channels.

Each channel of each answer is projected to the same width; what is missing is masked out, of a channel and of an answer.
Attention weighs the answers (Ilse, Tomczak & Welling 2018, "Attention-based deep multiple instance learning"),
one linear head a rating reads the pooled vector. A few thousand weights, dropout, channel dropout, weight decay and
early stopping on held-out persons keep it honest on small data.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from interview_analysis.models.ratings.regressor import RatingRegressor
from interview_analysis.models.torch_threads import inference, threads
from interview_analysis.types import FloatArray

HELD_OUT = 0.2  # share of persons that decide when to stop
REACH_SD = 3.0
THREADS = 1  # of the machine's number the weights would depend


class AttentionPoolRegressor(RatingRegressor):
    """See the module. A row of `X` is ``slots`` answers side by side, NaN where nothing was observed.

    The same data and seed give the same weights on any CPU of a kind.

    Parameters
    ----------
    channels : columns of an answer by channel; one channel of all columns by default.
    outputs : how many of the ratings are predicted, from the first; the others only help.
    width, dropout, channel_dropout, weight_decay, rate, epochs, patience : of the network and its training.
    """

    def __init__(
        self,
        channels: Mapping[str, Sequence[int]] | None = None,
        slots: int = 1,
        outputs: int | None = None,
        width: int = 16,
        dropout: float = 0.3,
        channel_dropout: float = 0.2,
        weight_decay: float = 0.05,
        rate: float = 0.01,
        epochs: int = 150,
        patience: int = 20,
        seed: int = 0,
    ) -> None:
        self.channels = channels
        self.slots = slots
        self.outputs = outputs
        self.width = width
        self.dropout = dropout
        self.channel_dropout = channel_dropout
        self.weight_decay = weight_decay
        self.rate = rate
        self.epochs = epochs
        self.patience = patience
        self.seed = seed

    def _fit(self, table: FloatArray, ratings: FloatArray, persons: NDArray[np.str_]) -> None:
        answers = self._answers(table).reshape(-1, table.shape[1] // self.slots)
        seen = np.isfinite(answers)
        counts = np.maximum(seen.sum(axis=0), 1)
        self.mean_ = np.where(seen, answers, 0.0).sum(axis=0) / counts
        variance = np.where(seen, (answers - self.mean_) ** 2, 0.0).sum(axis=0) / counts
        self.scale_ = np.where(variance > 1e-18, np.sqrt(variance), np.inf)
        self.rating_mean_ = ratings.mean(axis=0)
        self.rating_scale_ = np.where(ratings.std(axis=0) > 1e-12, ratings.std(axis=0), 1.0)
        self._train(table, (ratings - self.rating_mean_) / self.rating_scale_, persons)

    def _rated(self, table: FloatArray) -> FloatArray:
        import torch

        network = self._network()
        network.load_state_dict({name: torch.from_numpy(value) for name, value in self.weights_.items()})
        network.eval()
        with inference(THREADS):
            found = network(*self._tensors(table)).numpy().astype(float)
        rated: FloatArray = self.rating_mean_ + found * self.rating_scale_
        return rated[:, : self.outputs]

    def _answers(self, table: FloatArray) -> FloatArray:
        return np.asarray(table, dtype=float).reshape(len(table), self.slots, -1)

    def _columns(self) -> list[list[int]]:
        if self.channels is None:
            return [list(range(self.n_features_in_ // self.slots))]
        return [list(columns) for columns in self.channels.values()]

    def _network(self) -> Any:
        return _build(
            [len(columns) for columns in self._columns()], self.width, len(self.rating_mean_), self.dropout
        )

    def _tensors(self, table: FloatArray) -> tuple[list[Any], Any]:
        """Standardised values by channel, (n, slots, columns), and which channels were observed, (n, slots, channels)."""
        import torch

        answers = self._answers(table)
        scaled = np.clip(np.nan_to_num((answers - self.mean_) / self.scale_), -REACH_SD, REACH_SD)
        there = np.stack([np.isfinite(answers[:, :, c]).any(axis=2) for c in self._columns()], axis=2)
        values = [torch.from_numpy(scaled[:, :, c].astype(np.float32)) for c in self._columns()]
        return values, torch.from_numpy(there)

    def _train(self, table: FloatArray, ratings: FloatArray, persons: NDArray[np.str_]) -> None:
        import torch

        draw = np.random.default_rng(self.seed)
        names = draw.permutation(np.unique(persons))
        held = np.isin(persons, names[: max(1, round(HELD_OUT * len(names)))])
        held = held if 0 < held.sum() < len(held) else np.zeros(len(held), dtype=bool)
        with threads(THREADS), torch.random.fork_rng(devices=[]):
            torch.manual_seed(self.seed)
            network = self._network()
            optimizer = torch.optim.AdamW(network.parameters(), lr=self.rate, weight_decay=self.weight_decay)
            values, there = self._tensors(table)
            truth, kept = torch.from_numpy(ratings.astype(np.float32)), torch.from_numpy(~held)
            best, waited = float("inf"), 0
            for _ in range(self.epochs):
                network.train()
                mask = _drop_channels(there, self.channel_dropout)
                loss = ((network(values, mask) - truth)[kept] ** 2).mean()
                optimizer.zero_grad()
                loss.backward()
                optimizer.step()
                error = _error(network, values, there, truth, ~kept if held.any() else kept)
                waited = 0 if error < best else waited + 1
                if error < best:
                    best = error
                    self.weights_ = {k: v.numpy().copy() for k, v in network.state_dict().items()}
                if waited >= self.patience:
                    break

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.regressor_tags.poor_score = True  # a bounded network on few rows is no interpolator
        return tags


def _error(network: Any, values: list[Any], there: Any, truth: Any, rows: Any) -> float:
    import torch

    network.eval()
    with torch.inference_mode():
        return float(((network(values, there) - truth)[rows] ** 2).mean())


def _drop_channels(there: Any, share: float) -> Any:
    """`there` with channels of whole interviews left out at random, never all of them."""
    import torch

    count = there.shape[2]
    if count < 2 or share <= 0:
        return there
    keep = torch.rand(there.shape[0], 1, count) >= share
    keep |= ~keep.any(dim=2, keepdim=True)
    return there & keep


def _build(sizes: Sequence[int], width: int, outputs: int, dropout: float) -> Any:
    """The network as a torch module; its class is made here so that torch is imported only where it is used."""
    import torch
    from torch import nn

    class AttentionPool(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.project = nn.ModuleList([nn.Linear(size, width) for size in sizes])
            self.attend = nn.Linear(width, 1)
            self.head = nn.Linear(width, outputs)
            self.drop = nn.Dropout(dropout)

        def forward(self, values: list[Any], there: Any) -> Any:
            parts = torch.stack([layer(v) for layer, v in zip(self.project, values, strict=True)], dim=2)
            share = there.float()
            hidden = (parts * share.unsqueeze(-1)).sum(dim=2)
            hidden = self.drop(torch.tanh(hidden / share.sum(dim=2, keepdim=True).clamp(min=1.0)))
            given = there.any(dim=2)
            logits = self.attend(hidden).squeeze(-1).masked_fill(~given, -1e9)
            pooled = (torch.softmax(logits, dim=1).unsqueeze(-1) * hidden).sum(dim=1)
            return self.head(pooled * given.any(dim=1, keepdim=True).float())

    return AttentionPool()
