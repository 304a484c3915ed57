"""A network as an ONNX model, written node by node.

An ONNX model is a message of Protocol Buffers. The few of its fields that a network needs are written here (see onnx.proto,
whose field numbers these are), so that nothing has to be installed that only writes, and the same network is the same bytes.
"""

from __future__ import annotations

import struct
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

_IR_VERSION, _OPSET = 8, 17
_ELEMENT_TYPES = {"float32": 1, "int64": 7}
_FLOAT, _INT, _STRING, _INTS = 1, 2, 3, 7  # kinds of attributes

Attribute = int | float | str | Sequence[int]
Shape = Sequence[int | str]  # a name is a length that may differ from one run to the next


class Graph:
    """A network that is being written. What a node makes has a name, by which others take it."""

    def __init__(self, inputs: Mapping[str, tuple[str, Shape]]) -> None:
        """`inputs` are the element type and the shape of each."""
        self._inputs = [_value(name, kind, shape) for name, (kind, shape) in inputs.items()]
        self._nodes: list[bytes] = []
        self._constants: list[tuple[bytes, NDArray[Any]]] = []

    def constant(self, values: NDArray[Any]) -> str:
        name = f"c{len(self._constants)}"
        dims = b"".join(_integer(1, length) for length in values.shape)
        kind = _integer(2, _ELEMENT_TYPES[values.dtype.name])
        self._constants.append((dims + kind + _text(8, name) + _head(9, values.nbytes), values))
        return name

    def add(self, operator: str, *inputs: str | NDArray[Any], **attributes: Attribute) -> str:
        """Add a node and return what it makes. An array among the `inputs` becomes a constant."""
        names = [value if isinstance(value, str) else self.constant(value) for value in inputs]
        made = f"n{len(self._nodes)}"
        self._nodes.append(
            b"".join(_text(1, name) for name in names)
            + _text(2, made)
            + _text(4, operator)
            + b"".join(_bytes(5, _attribute(name, value)) for name, value in attributes.items())
        )
        return made

    def model(self, output: str, shape: Shape) -> bytes:
        """The model, which gives `output`, of float32."""
        before = b"".join(_bytes(1, node) for node in self._nodes) + _text(2, "network")
        after = b"".join(_bytes(11, value) for value in self._inputs)
        after += _bytes(12, _value(output, "float32", shape))
        parts: list[Any] = [before]
        for head, values in self._constants:
            parts += [_head(5, len(head) + values.nbytes), head, np.ascontiguousarray(values).data]
        parts.append(after)
        graph = sum(memoryview(part).nbytes for part in parts)
        # Joined once: the weights are most of it, and each copy of them would be seen in the peak of memory.
        return b"".join([_integer(1, _IR_VERSION), _bytes(8, _integer(2, _OPSET)), _head(7, graph), *parts])


def _attribute(name: str, value: Attribute) -> bytes:
    if isinstance(value, str):
        return _text(1, name) + _text(4, value) + _integer(20, _STRING)
    if isinstance(value, int):
        return _text(1, name) + _integer(3, value) + _integer(20, _INT)
    if isinstance(value, float):
        return _text(1, name) + _varint(2 << 3 | 5) + struct.pack("<f", value) + _integer(20, _FLOAT)
    return _text(1, name) + b"".join(_integer(8, number) for number in value) + _integer(20, _INTS)


def _value(name: str, kind: str, shape: Shape) -> bytes:
    dims = (_text(2, length) if isinstance(length, str) else _integer(1, length) for length in shape)
    tensor = _integer(1, _ELEMENT_TYPES[kind]) + _bytes(2, b"".join(_bytes(1, dim) for dim in dims))
    return _text(1, name) + _bytes(2, _bytes(1, tensor))


def _integer(field: int, value: int) -> bytes:
    return _varint(field << 3) + _varint(value)


def _text(field: int, value: str) -> bytes:
    return _bytes(field, value.encode())


def _bytes(field: int, value: bytes) -> bytes:
    return _head(field, len(value)) + value


def _head(field: int, length: int) -> bytes:
    """What goes before so many bytes of a field."""
    return _varint(field << 3 | 2) + _varint(length)


def _varint(value: int) -> bytes:
    """Seven bits a byte, the lowest first; a negative number is its two's complement of 64 bits."""
    value &= (1 << 64) - 1
    made = bytearray()
    while value > 0x7F:
        made.append(value & 0x7F | 0x80)
        value >>= 7
    return bytes([*made, value])
