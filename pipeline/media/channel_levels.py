"""How loud each channel of a recording is over time, kept while the channels are mixed down to one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from interview_analysis.models.voice.diarization_channels import LEVEL_STEP_S

if TYPE_CHECKING:
    from av import AudioFrame

_GROWTH_STEPS = 60_000  # ten minutes
MAX_CHANNELS = 8  # of what people record in; an hour of two takes 3 MB


class ChannelMeter:
    """Mean squares of each channel every 10 ms, on the recording's clock.

    A recording in mono, with more than `MAX_CHANNELS`, or whose number of channels changes has none.
    """

    def __init__(self) -> None:
        self._sums: NDArray[np.float32] | None = None  # of squares; longer than what is used of it
        self._count = 0
        self._rate_hz = 0
        self._changed = False

    def add(self, frame: AudioFrame, values: NDArray[Any], time_s: float) -> None:
        """`values` are those of the frame, which lies at `time_s`."""
        channels = len(frame.layout.channels)
        if self._sums is None:
            self._sums = np.zeros((_GROWTH_STEPS, channels), dtype=np.float32)
            self._rate_hz = frame.sample_rate
        self._changed |= (channels, frame.sample_rate) != (self._sums.shape[1], self._rate_hz)
        if self._changed or not 2 <= channels <= MAX_CHANNELS:
            return
        columns = by_channel(frame, values)
        steps = ((max(0.0, time_s) + np.arange(len(columns)) / frame.sample_rate) / LEVEL_STEP_S).astype(int)
        starts = np.flatnonzero(np.diff(steps, prepend=-1))
        self._count = max(self._count, int(steps[-1]) + 1)
        if self._count > len(self._sums):
            more = np.zeros((max(self._count, 2 * len(self._sums)), channels), dtype=np.float32)
            more[: len(self._sums)] = self._sums
            self._sums = more
        self._sums[steps[starts]] += np.add.reduceat(np.square(unit_scaled(columns)), starts, axis=0)

    @property
    def levels(self) -> NDArray[np.float32] | None:
        """Mean squares, 1 at full scale, shape (n, channels), 0 where the recording has no sound."""
        if self._sums is None or self._changed or not 2 <= self._sums.shape[1] <= MAX_CHANNELS:
            return None
        return self._sums[: self._count] / np.float32(self._rate_hz * LEVEL_STEP_S)


def by_channel(frame: AudioFrame, values: NDArray[Any]) -> NDArray[Any]:
    """The values of a frame, shape (n, channels)."""
    return values.T if frame.format.is_planar else values.reshape(-1, len(frame.layout.channels))


def unit_scaled(values: NDArray[Any]) -> NDArray[np.float64]:
    """Samples of any format in -1..1; a NaN of a damaged stream is silence."""
    if values.dtype.kind in "iu":
        limits = np.iinfo(values.dtype)
        half = (float(limits.max) - limits.min + 1) / 2
        middle = (float(limits.max) + limits.min + 1) / 2
        scaled: NDArray[np.float64] = (values - middle) / half
        return scaled
    clean: NDArray[np.float64] = np.nan_to_num(np.clip(values, -1, 1)).astype(np.float64)
    return clean
