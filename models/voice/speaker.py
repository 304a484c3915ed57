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

from interview_analysis.models.torch_threads import inference
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
        _ = self._network, self._filters

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
        with inference(self._num_threads):
            return unit(self._network(self._mel(samples)[None]).numpy())

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

    def _mel(self, samples: NDArray[np.floating]) -> Any:
        """Logarithmic power in mel bands as Kaldi defines them, less its mean over time, shape (80, frames)."""
        import torch

        scaled = torch.from_numpy(samples.astype(np.float32)) * 32768.0  # Kaldi counts in 16 bits
        framed = scaled.unfold(0, _FRAME_SAMPLES, _STEP_SAMPLES)
        framed = framed - framed.mean(dim=1, keepdim=True)
        before = torch.cat([framed[:, :1], framed[:, :-1]], dim=1)
        window, bands = self._filters
        spectrum = torch.fft.rfft((framed - _PRE_EMPHASIS * before) * window, _FFT_SAMPLES)
        mel = (spectrum.abs().square() @ bands).clamp(min=float(np.finfo(np.float32).eps)).log()
        return (mel - mel.mean(dim=0)).T

    @cached_property
    def _filters(self) -> tuple[Any, Any]:
        import torch

        window = np.hanning(_FRAME_SAMPLES) ** _POVEY
        return torch.from_numpy(window.astype(np.float32)), torch.from_numpy(_mel_bands())

    @cached_property
    def _network(self) -> _Network:
        import torch

        # weights_only: tensors and plain containers alone are read, no code is run.
        return _Network(torch.load(self.weights, map_location="cpu", weights_only=True))


class _Network:
    """CAM++ by the names of its weights: mel bands, shape (1, 80, frames) -> the voice, shape (192,)."""

    def __init__(self, state: dict[str, Any]) -> None:
        self._state = state

    def __call__(self, mel: Any) -> Any:
        import torch
        from torch.nn.functional import conv1d, relu

        x = self._head(mel[:, None])
        x = conv1d(x, self._state["xvector.tdnn.linear.weight"], stride=2, padding=2)
        x = relu(self._normal(x, "xvector.tdnn.nonlinear.batchnorm"))
        for number, (layers, dilation) in enumerate(_BLOCKS, start=1):
            for layer in range(1, layers + 1):
                name = f"xvector.block{number}.tdnnd{layer}."
                x = torch.cat([x, self._dense(x, name, dilation)], dim=1)
            name = f"xvector.transit{number}."
            x = relu(self._normal(x, name + "nonlinear.batchnorm"))
            x = conv1d(x, self._state[name + "linear.weight"])
        x = relu(self._normal(x, "xvector.out_nonlinear.batchnorm"))
        spread = x.std(dim=-1) if x.shape[-1] > 1 else torch.zeros_like(x[..., 0])
        x = conv1d(
            torch.cat([x.mean(dim=-1), spread], dim=1)[..., None], self._state["xvector.dense.linear.weight"]
        )
        return self._normal(x, "xvector.dense.nonlinear.batchnorm")[0, :, 0]

    def _head(self, x: Any) -> Any:
        """Residual convolutions over bands and time, which leave an eighth of the bands; (1, 1, 80, t) -> (1, 320, t)."""
        from torch.nn.functional import conv2d, relu

        x = relu(self._normal(conv2d(x, self._state["head.conv1.weight"], padding=1), "head.bn1"))
        for name, stride in (("1.0", 2), ("1.1", 1), ("2.0", 2), ("2.1", 1)):
            name = f"head.layer{name}."
            y = conv2d(x, self._state[name + "conv1.weight"], stride=(stride, 1), padding=1)
            y = conv2d(relu(self._normal(y, name + "bn1")), self._state[name + "conv2.weight"], padding=1)
            if stride > 1:
                x = conv2d(x, self._state[name + "shortcut.0.weight"], stride=(stride, 1))
                x = self._normal(x, name + "shortcut.1")
            x = relu(self._normal(y, name + "bn2") + x)
        x = conv2d(x, self._state["head.conv2.weight"], stride=(2, 1), padding=1)
        return relu(self._normal(x, "head.bn2")).flatten(1, 2)

    def _dense(self, x: Any, name: str, dilation: int) -> Any:
        """What a layer adds, masked by the mean of its surroundings and of all."""
        from torch.nn.functional import avg_pool1d, conv1d, relu

        x = conv1d(relu(self._normal(x, name + "nonlinear1.batchnorm")), self._state[name + "linear1.weight"])
        x = relu(self._normal(x, name + "nonlinear2.batchnorm"))
        name += "cam_layer."
        local = conv1d(x, self._state[name + "linear_local.weight"], padding=dilation, dilation=dilation)
        near = avg_pool1d(x, _MASKED_FRAMES, _MASKED_FRAMES, ceil_mode=True)
        around = (
            x.mean(dim=-1, keepdim=True) + near.repeat_interleave(_MASKED_FRAMES, dim=-1)[..., : x.shape[-1]]
        )
        around = relu(
            conv1d(around, self._state[name + "linear1.weight"], self._state[name + "linear1.bias"])
        )
        mask = conv1d(around, self._state[name + "linear2.weight"], self._state[name + "linear2.bias"])
        return local * mask.sigmoid()

    def _normal(self, x: Any, name: str) -> Any:
        from torch.nn.functional import batch_norm

        mean, variance, weight, bias = (
            self._state.get(f"{name}.{part}") for part in ("running_mean", "running_var", "weight", "bias")
        )
        return batch_norm(x, mean, variance, weight, bias)


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
