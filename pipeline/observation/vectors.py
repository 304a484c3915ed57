"""The vectors of sentences between runs: files of a cache, by the encoder and the texts of one call."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import AbstractContextManager, nullcontext, suppress
from dataclasses import dataclass
from pathlib import Path

from interview_analysis.errors import OutputError
from interview_analysis.models.text.encoder import Vectors
from interview_analysis.pipeline.observation.cache import Cache, ObservationCache, cache_key
from interview_analysis.pipeline.observation.file import SentenceVectors
from interview_analysis.pipeline.storage.places import Folder


@dataclass(frozen=True, slots=True)
class SentenceStore:
    """A `VectorStore`.

    With `optional`, a folder that cannot be read or written costs time and nothing else; without, it is an error.
    """

    cache: Cache
    optional: bool = False

    @classmethod
    def beside_models(cls, weights: Path) -> SentenceStore:
        """Where reference texts are kept, which no recording is behind: beside the folder of the weights."""
        return cls(ObservationCache(Folder(weights.parent / "vectors")), optional=True)

    def read(self, encoder: str, texts: Sequence[str]) -> Vectors | None:
        """See `VectorStore.read`."""
        kept = None
        with self._excused():
            kept = self.cache.read("vectors", _key(encoder, texts))
        return kept.vectors if isinstance(kept, SentenceVectors) and kept.texts == tuple(texts) else None

    def write(self, encoder: str, texts: Sequence[str], vectors: Vectors) -> None:
        """See `VectorStore.write`."""
        with self._excused():
            self.cache.write("vectors", _key(encoder, texts), SentenceVectors(tuple(texts), vectors))

    def _excused(self) -> AbstractContextManager[None]:
        return suppress(OutputError) if self.optional else nullcontext()


def _key(encoder: str, texts: Sequence[str]) -> str:
    return cache_key("vectors", encoder, list(texts))
