"""How a picture is to be turned and mirrored before it is shown: the display matrix of MP4, MOV and H.264."""

from __future__ import annotations

import struct
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from av import VideoFrame

_FIXED_POINT = 1 << 16


@dataclass(frozen=True, slots=True)
class Orientation:
    """Quarter turns counter-clockwise, 0 to 3, after which left and right are exchanged where it is mirrored."""

    quarter_turns: int = 0
    mirrored: bool = False

    @property
    def on_its_side(self) -> bool:
        return bool(self.quarter_turns % 2)

    def upright(self, image: NDArray[np.uint8]) -> NDArray[np.uint8]:
        """An image as it is to be shown, shape (height, width, 3)."""
        turned = np.rot90(image, self.quarter_turns)
        return np.ascontiguousarray(np.fliplr(turned) if self.mirrored else turned)


def orientation(frame: VideoFrame) -> Orientation:
    """The nearest one to what a frame's display matrix says; upright where there is none or it has no size."""
    from av.sidedata.sidedata import Type

    sides: Any = frame.side_data  # a mapping by number, of which the stubs make one by name
    data = bytes(sides[Type.DISPLAYMATRIX]) if Type.DISPLAYMATRIX in sides else b""
    if len(data) < 20:
        return Orientation()
    a, b, _, c, d = (value / _FIXED_POINT for value in struct.unpack("=5i", data[:20]))
    return from_matrix(a, b, c, d)


def from_matrix(a: float, b: float, c: float, d: float) -> Orientation:
    """Of the point (x, y), y downwards, the matrix makes (a x + c y, b x + d y) (ISO/IEC 14496-12, 6.2.2)."""
    if not a * d - b * c:
        return Orientation()
    mirrored = a * d - b * c < 0
    if mirrored:  # what it does before left and right are exchanged
        a, c = -a, -c
    if abs(a) + abs(d) >= abs(b) + abs(c):
        return Orientation(0 if a + d > 0 else 2, mirrored)
    return Orientation(3 if b - c > 0 else 1, mirrored)
