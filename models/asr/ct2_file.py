"""CTranslate2's ``model.bin``: read, written, and with its matrices in 8 bits.

The file is plain data (names, shapes, bytes); nothing is unpickled.
"""

from __future__ import annotations

import mmap
import struct
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from interview_analysis.errors import WeightsError

_BINARY_VERSION = 6
_DTYPES = {0: np.float32, 1: np.int8, 2: np.int16, 3: np.int32, 4: np.float16}
_NUMBERS = {np.dtype(dtype): number for number, dtype in _DTYPES.items()}
_LARGEST = 127.0  # of 8 bits, without the one that has no opposite

Tensors = dict[str, NDArray[Any]]


@dataclass(frozen=True, slots=True)
class Ct2File:
    """`specification` and `revision` are CTranslate2's, `aliases` are other names of `tensors`."""

    specification: str
    revision: int
    tensors: Tensors
    aliases: Mapping[str, str]

    def named(self) -> Tensors:
        """The tensors by all their names."""
        return self.tensors | {alias: self.tensors[name] for alias, name in self.aliases.items()}

    def in_eight_bits(self) -> Ct2File:
        """Each matrix of weights as CTranslate2 makes it when it loads one in int8: by rows, the largest of which is 127."""
        found: Tensors = {}
        for name, tensor in self.tensors.items():
            if not name.endswith("/weight") or tensor.ndim != 2 or tensor.dtype.kind != "f":
                found[name] = tensor
                continue
            largest = np.abs(tensor).max(axis=1).astype(np.float32)
            scale = np.where(largest > 0, np.float32(_LARGEST) / np.maximum(largest, 1e-30), np.float32(1))
            found[name] = np.rint(tensor.astype(np.float32) * scale[:, None]).astype(np.int8)
            found[f"{name}_scale"] = scale.astype(np.float32)
        return replace(self, tensors=found)


def read_ct2(path: Path) -> Ct2File:
    """A ``model.bin`` of binary version 6. Its tensors lie in the file until they are used.

    Layout, little-endian: version u32; name of the specification; revision u32; count u32; then for each tensor
    its name, rank u8, dimensions u32, type u8, size in bytes u32, data; then the count u32 of aliases and for
    each its name and target. A string is its length u16 with the final zero, then its bytes. Raises WeightsError
    where it is anything else.
    """
    try:
        with path.open("rb") as stream:
            return _read(mmap.mmap(stream.fileno(), 0, access=mmap.ACCESS_READ))
    except (struct.error, ValueError, KeyError) as error:
        raise WeightsError(f"{path} is no CTranslate2 model of binary version 6 ({error})") from error


def _read(data: mmap.mmap) -> Ct2File:
    at = 0

    def number(code: str) -> int:
        nonlocal at
        at += struct.calcsize(code)
        return int(struct.unpack_from("<" + code, data, at - struct.calcsize(code))[0])

    def string() -> str:
        nonlocal at
        size = number("H")
        at += size
        return data[at - size : at].rstrip(b"\0").decode()

    def tensor() -> NDArray[Any]:
        nonlocal at
        shape = tuple(number("I") for _ in range(number("B")))
        dtype = np.dtype(_DTYPES[number("B")])
        size = number("I")
        at += size
        return np.frombuffer(data, dtype, size // dtype.itemsize, at - size).reshape(shape)

    version = number("I")
    if version != _BINARY_VERSION:
        raise ValueError(f"binary version {version}")
    specification, revision = string(), number("I")
    tensors = {string(): tensor() for _ in range(number("I"))}
    aliases = {string(): string() for _ in range(number("I"))}
    if missing := sorted(set(aliases.values()) - set(tensors)):
        raise ValueError(f"no tensor {missing[0]}")
    return Ct2File(specification, revision, tensors, aliases)


def write_ct2(file: Ct2File, path: Path) -> None:
    """The inverse of `read_ct2`."""

    def string(text: str) -> bytes:
        coded = text.encode() + b"\0"
        return struct.pack("<H", len(coded)) + coded

    with path.open("xb") as stream:
        stream.write(struct.pack("<I", _BINARY_VERSION) + string(file.specification))
        stream.write(struct.pack("<II", file.revision, len(file.tensors)))
        for name, tensor in file.tensors.items():
            shape = struct.pack(f"<B{tensor.ndim}I", tensor.ndim, *tensor.shape)
            kind = struct.pack("<BI", _NUMBERS[tensor.dtype], tensor.nbytes)
            stream.write(string(name) + shape + kind + tensor.tobytes())
        stream.write(struct.pack("<I", len(file.aliases)))
        for alias, name in file.aliases.items():
            stream.write(string(alias) + string(name))
