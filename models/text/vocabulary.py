"""The pieces of a vocabulary by the hash of their bytes: a quarter of a million of them in 5 MiB instead of 60."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

_Words = NDArray[np.uint64]
_BASE = np.uint64(0x9E3779B97F4A7C15)  # odd, so that it has an inverse among numbers of 64 bits
_INVERSE = np.uint64(pow(int(_BASE), -1, 1 << 64))
_BYTES: _Words = np.random.default_rng(20261130).integers(1 << 64, size=256, dtype=np.uint64)
_AT_ONCE = 1 << 15  # pieces


class Vocabulary:
    """Piece n is ``blob[ends[n]:ends[n + 1]]``, UTF-8; of equal ones the first counts, and empty ones are none.

    Pieces are told apart by a polynomial hash of 64 bits (Karp & Rabin 1987) and their length in bytes. That one of the
    thousands of stretches of an answer is taken for a piece that it is not has a chance of 1 in a thousand million.
    """

    def __init__(self, blob: bytes, ends: NDArray[np.uint32]) -> None:
        hashes = np.concatenate([
            _of_pieces(blob, ends[first : first + _AT_ONCE + 1]) for first in range(0, len(ends) - 1, _AT_ONCE)
        ])  # fmt: skip
        self._numbers = np.argsort(hashes, kind="stable").astype(np.int32)
        self._hashes = hashes[self._numbers]
        self._lengths = np.diff(ends).astype(np.uint16)

    @cached_property
    def _longest(self) -> int:
        """Of any piece, in bytes."""
        return int(self._lengths.max())

    def in_text(self, text: str) -> Iterator[list[tuple[int, int]]]:
        """For each character of `text` the pieces that begin there: where they end, in characters, and their numbers."""
        letters = text.encode("utf-8", "surrogatepass")
        starts = np.concatenate([[0], np.cumsum([len(c.encode("utf-8", "surrogatepass")) for c in text])])
        prefix, inverse = _prefixes(letters), _powers(_INVERSE, len(letters) + 1)
        found: list[list[tuple[int, int]]] = [[] for _ in text]
        for reach in range(1, len(text) + 1):  # characters
            begin, end = starts[:-reach], starts[reach:]
            if (end - begin).min() > self._longest:
                break
            hashes = (prefix[end] - prefix[begin]) * inverse[begin]
            place = np.minimum(np.searchsorted(self._hashes, hashes), len(self._hashes) - 1)
            numbers = self._numbers[place]
            same = (self._hashes[place] == hashes) & (self._lengths[numbers] == end - begin)
            for at in np.flatnonzero(same).tolist():
                found[at].append((at + reach, int(numbers[at])))
        return iter(found)


def _of_pieces(blob: bytes, ends: NDArray[np.uint32]) -> _Words:
    first = int(ends[0])
    at = ends.astype(np.int64) - first
    prefix = _prefixes(blob[first : int(ends[-1])])
    inverse = _powers(_INVERSE, int(at[-1]) + 1)
    return np.asarray((prefix[at[1:]] - prefix[at[:-1]]) * inverse[at[:-1]])


def _prefixes(letters: bytes) -> _Words:
    """Hashes of the first 0, 1, 2, ... bytes, not divided by where they begin."""
    values = _BYTES[np.frombuffer(letters, np.uint8)] * _powers(_BASE, len(letters))
    return np.concatenate([np.zeros(1, np.uint64), np.cumsum(values, dtype=np.uint64)])


def _powers(base: np.uint64, count: int) -> _Words:
    factors = np.full(count, base)
    factors[:1] = 1
    return np.cumprod(factors, dtype=np.uint64)
