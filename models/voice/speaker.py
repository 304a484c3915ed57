"""Speaker embeddings: what a voice sounds like, as a unit vector, whatever it says and however loud.

The network is CAM++ (Wang et al. 2023, "CAM++: A fast and efficient network for speaker verification using
context-aware masking") as 3D-Speaker trained it on 200,000 people who speak Chinese and English: convolutions over 80
mel bands every 10 ms, then dense time-delay layers, each masked by what its surroundings sound like, and the mean and
standard deviation over time. Only the data file is used, none of its code.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from interview_analysis.models.networks.checkpoint import Tensors, read_checkpoint
from interview_analysis.models.networks.graph import Graph
from interview_analysis.models.networks.session import open_session
from interview_analysis.types import AudioSource, Interval

RATE_HZ = 16_000
DIMENSIONS = 192
WINDOW_S = 3.0  # of speech at a time; more tells little more
MIN_WINDOW_S = 0.5  # less tells little
_FRAME_SAMPLES, _STEP_SAMPLES, _FFT_SAMPLES, _BANDS = 400, 160, 512, 80
_LOW_HZ, _PRE_EMPHASIS, _POVEY = 20.0, 0.97, 0.85  # of Kaldi's filter banks
_SILENT_RMS = 1e-6  # -120 dB: digital silence, of which no voice can be told
_BLOCKS = ((12, 1), (24, 2), (16, 2))  # layers and dilation
_MASKED_FRAMES = 100  # that share a mask
_HEAD_CHANNELS = 320


class SpeakerEncoder:
    """CAM++ on the CPU.

    Parameters
    ----------
    weights : Path
        The file of weights (`ModelStore.path("campplus-zh-en")`); its hash was checked there.
    num_threads : int
    """

    def __init__(self, weights: Path, num_threads: int = 1) -> None:
        self.weights = weights
        self._num_threads = num_threads

    def load(self) -> None:
        """Load the network now; otherwise the first samples do."""
        _ = self._session

    def embed(self, samples: NDArray[np.floating]) -> NDArray[np.float32]:
        """The voice in samples at 16 kHz, shape (n,) -> (192,) and unit length; NaN where they are digital silence.

        Raises ValueError for less than 25 ms.
        """
        if samples.ndim != 1 or len(samples) < _FRAME_SAMPLES:
            raise ValueError(
                f"expected {_FRAME_SAMPLES} samples or more, got an array of shape {samples.shape}"
            )
        if np.sqrt(np.mean(np.square(samples, dtype=np.float64))) <= _SILENT_RMS:
            return np.full(DIMENSIONS, np.nan, dtype=np.float32)
        power = _power(samples)
        parts, part = _masked_parts(len(power))
        heard = {"power": power[None], "parts": parts, "part": part}
        return unit(self._session.run(None, heard)[0][0, :, 0])

    def embed_voice(self, audio: AudioSource, regions: Sequence[Interval]) -> NDArray[np.float32]:
        """One voice over all its regions of speech, shape (192,) and unit length; NaN without any speech.

        The mean over windows that follow each other, weighted by their length.
        """
        total = np.zeros(DIMENSIONS)
        for region in regions:
            count = int(np.ceil(region.duration_s / WINDOW_S))
            for start_s, end_s in zip(*_edges(region, count), strict=True):
                if end_s - start_s >= MIN_WINDOW_S:
                    vector = self.embed(read(audio, Interval(start_s, end_s)))
                    total += np.nan_to_num(vector) * (end_s - start_s)
        return unit(total)

    @cached_property
    def _session(self) -> Any:
        return open_session(_Network(read_checkpoint(self.weights)).model(), self._num_threads)


def _power(samples: NDArray[np.floating]) -> NDArray[np.float32]:
    """The power spectrum of each 25 ms, every 10 ms, as Kaldi takes it, shape (frames, bins)."""
    scaled = samples.astype(np.float32) * np.float32(32768.0)  # Kaldi counts in 16 bits
    framed = np.lib.stride_tricks.sliding_window_view(scaled, _FRAME_SAMPLES)[::_STEP_SAMPLES]
    framed = framed - framed.mean(axis=1, keepdims=True)
    before = np.concatenate([framed[:, :1], framed[:, :-1]], axis=1)
    window = (np.hanning(_FRAME_SAMPLES) ** _POVEY).astype(np.float32)
    spectrum = np.fft.rfft((framed - np.float32(_PRE_EMPHASIS) * before) * window, _FFT_SAMPLES)
    return np.square(spectrum.real) + np.square(spectrum.imag)


def _masked_parts(heard_frames: int) -> tuple[NDArray[np.float32], NDArray[np.int64]]:
    """What shares a mask: weights, shape (frames, parts), that give the mean of each part and add that of all; the part
    of each frame. There are half as many frames as in the spectrum."""
    frames = (heard_frames + 1) // 2
    part = np.arange(frames, dtype=np.int64) // _MASKED_FRAMES
    own = part[:, None] == np.arange(part[-1] + 1)
    return (own / own.sum(axis=0) + 1 / frames).astype(np.float32), part


class _Network:
    """CAM++ by the names of its weights, as an ONNX model: the power spectrum, shape (1, frames, bins), and what
    `_masked_parts` says of it -> the voice, shape (1, 192, 1)."""

    def __init__(self, weights: Tensors) -> None:
        self._weights = weights
        self._graph = Graph({
            "power": ("float32", (1, "power_frames", _FFT_SAMPLES // 2 + 1)),
            "parts": ("float32", ("frames", "parts")),
            "part": ("int64", ("frames",)),
        })  # fmt: skip

    def model(self) -> bytes:
        add = self._graph.add
        x = self._head(add("Unsqueeze", self._mel("power"), np.array([1])))
        x = self._conv(x, "xvector.tdnn.linear", strides=[2], pads=[2, 2])
        x = self._active(x, "xvector.tdnn.nonlinear.batchnorm")
        for number, (layers, dilation) in enumerate(_BLOCKS, start=1):
            for layer in range(1, layers + 1):
                x = add("Concat", x, self._dense(x, f"xvector.block{number}.tdnnd{layer}.", dilation), axis=1)
            name = f"xvector.transit{number}."
            x = self._conv(self._active(x, name + "nonlinear.batchnorm"), name + "linear")
        x = self._pooled(self._active(x, "xvector.out_nonlinear.batchnorm"))
        x = self._normal(self._conv(x, "xvector.dense.linear"), "xvector.dense.nonlinear.batchnorm")
        return self._graph.model(x, (1, DIMENSIONS, 1))

    def _mel(self, power: str) -> str:
        """Logarithmic power in mel bands as Kaldi defines them, less its mean over time, (1, t, bins) -> (1, bands, t)."""
        add = self._graph.add
        bands = add("MatMul", power, _mel_bands())
        x = add("Log", add("Max", bands, np.array(np.finfo(np.float32).eps)))
        return add("Transpose", add("Sub", x, add("ReduceMean", x, axes=[1])), perm=[0, 2, 1])

    def _head(self, x: str) -> str:
        """Residual convolutions over bands and time, which leave an eighth of the bands; (1, 1, 80, t) -> (1, 320, t)."""
        add, around = self._graph.add, [1, 1, 1, 1]
        x = self._active(self._conv(x, "head.conv1", pads=around), "head.bn1")
        for name, stride in (("1.0", 2), ("1.1", 1), ("2.0", 2), ("2.1", 1)):
            name = f"head.layer{name}."
            y = self._conv(x, name + "conv1", strides=[stride, 1], pads=around)
            y = self._conv(self._active(y, name + "bn1"), name + "conv2", pads=around)
            if stride > 1:
                x = self._conv(x, name + "shortcut.0", strides=[stride, 1])
                x = self._normal(x, name + "shortcut.1")
            x = add("Relu", add("Add", self._normal(y, name + "bn2"), x))
        x = self._active(self._conv(x, "head.conv2", strides=[2, 1], pads=around), "head.bn2")
        return add("Reshape", x, np.array([1, _HEAD_CHANNELS, -1]))

    def _dense(self, x: str, name: str, dilation: int) -> str:
        """What a layer adds, masked by the mean of its surroundings and of all."""
        add = self._graph.add
        x = self._conv(self._active(x, name + "nonlinear1.batchnorm"), name + "linear1")
        x = self._active(x, name + "nonlinear2.batchnorm")
        name += "cam_layer."
        local = self._conv(x, name + "linear_local", pads=[dilation, dilation], dilations=[dilation])
        around = add("Relu", self._conv(add("MatMul", x, "parts"), name + "linear1"))
        mask = add("Sigmoid", self._conv(around, name + "linear2"))
        return add("Mul", local, add("Gather", mask, "part", axis=2))

    def _pooled(self, x: str) -> str:
        """Mean and standard deviation over time, (1, c, t) -> (1, 2 c, 1); no deviation where there is one frame."""
        add, one = self._graph.add, np.array([1])
        mean = add("ReduceMean", x, axes=[2])
        beside = add("Sub", x, mean)
        frames = add("Gather", add("Shape", x), np.array([2]))
        others = add("Cast", add("Max", add("Sub", frames, one), one), to=1)  # to float32
        variance = add("Div", add("ReduceSum", add("Mul", beside, beside), np.array([2])), others)
        return add("Concat", mean, add("Sqrt", variance), axis=1)

    def _conv(self, x: str, name: str, **attributes: list[int]) -> str:
        given = [
            self._weights[f"{name}.{part}"]
            for part in ("weight", "bias")
            if f"{name}.{part}" in self._weights
        ]
        return self._graph.add("Conv", x, *given, **attributes)

    def _active(self, x: str, name: str) -> str:
        return self._graph.add("Relu", self._normal(x, name))

    def _normal(self, x: str, name: str) -> str:
        variance = self._weights[f"{name}.running_var"]
        plain = {"weight": np.ones_like(variance), "bias": np.zeros_like(variance)}
        weight, bias = (self._weights.get(f"{name}.{part}", plain[part]) for part in plain)
        return self._graph.add(
            "BatchNormalization", x, weight, bias, self._weights[f"{name}.running_mean"], variance
        )


def _mel_bands() -> NDArray[np.float32]:
    """Triangles on the mel scale, 1127 ln(1 + f / 700 Hz), from 20 Hz to 8 kHz, shape (bins, bands), as Kaldi has them."""

    def mel(hz: Any) -> Any:
        return 1127 * np.log1p(np.asarray(hz) / 700)

    edges = np.linspace(mel(_LOW_HZ), mel(RATE_HZ / 2), _BANDS + 2)
    bins = mel(np.arange(_FFT_SAMPLES // 2) * RATE_HZ / _FFT_SAMPLES)[:, None]
    low, middle, high = edges[:-2], edges[1:-1], edges[2:]
    bands = np.maximum(0, np.minimum((bins - low) / (middle - low), (high - bins) / (high - middle)))
    return np.pad(bands, ((0, 1), (0, 0))).astype(np.float32)  # the highest bin is in no band


def _edges(region: Interval, count: int) -> tuple[list[float], list[float]]:
    edges = np.linspace(region.start_s, region.end_s, count + 1).tolist()
    return edges[:-1], edges[1:]


def read(audio: AudioSource, window: Interval) -> NDArray[np.float32]:
    """The samples of a window, silence where the audio ends before it."""
    start, stop = round(window.start_s * RATE_HZ), round(window.end_s * RATE_HZ)
    samples = audio.read(start, stop)
    return np.pad(samples, (0, max(_FRAME_SAMPLES, stop - start) - len(samples)))


def unit(vector: NDArray[np.floating]) -> NDArray[np.float32]:
    """The vector at length 1, NaN where it is 0."""
    length = float(np.linalg.norm(vector))
    return np.asarray(vector / length if length > 0 else np.full_like(vector, np.nan), dtype=np.float32)
