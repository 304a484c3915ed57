"""Where two people speak at once: the network hears ten seconds and says of each moment who of three speaks.

The network is PyanNet (Bredin & Laurent 2021, "End-to-end speaker segmentation for overlap-aware resegmentation")
with the weights of pyannote's segmentation-3.0 (Plaquet & Bredin 2023, "Powerset multi-class cross entropy loss for
neural speaker diarization"): learned band-pass filters (SincNet, Ravanelli & Bengio 2018), four LSTM layers in both
directions, and a class for silence, for each of three people and for each pair of them. Who they are differs from one
ten seconds to the next; how many speak does not. So who is who is used within one of them alone. Only the data file is used, none of its code.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from interview_analysis.models.networks.checkpoint import Tensors, read_checkpoint
from interview_analysis.models.networks.graph import Graph
from interview_analysis.models.networks.session import open_session
from interview_analysis.types import AudioSource, SpeechActivity

RATE_HZ = 16_000
WINDOW_SAMPLES = 160_000  # ten seconds, which the network was trained on
FRAME_SAMPLES = 270  # from one frame to the next
_FIRST_MIDDLE = 495  # the sample in the middle of the first frame
_FRAMES = 589  # of a window
_HOP_FRAMES = 296  # windows begin every five seconds, and each is believed in its middle
_STRIDE = 10  # of the first filters
_LSTM_LAYERS, _HIDDEN = 4, 128
_DIRECTIONS = ("", "_reverse")
_LEAK = 0.01
_MIN_HZ = 50.0
_PEOPLE = 3  # that the network tells apart
# Of the classes: silence, one of three people, two of them.
_WHO = np.array([[0, 0, 0], [1, 0, 0], [0, 1, 0], [0, 0, 1], [1, 1, 0], [1, 0, 1], [0, 1, 1]], dtype=bool)


@dataclass(frozen=True, slots=True)
class LocalSpeech:
    """Speech of one person, or of several at once, as far as the segmenter can tell.

    `local` numbers the people of a window; people of different windows never share a number, even if they are the
    same. `others` are those who speak at the same time.
    """

    start_s: float
    end_s: float
    local: int
    others: tuple[int, ...] = ()

    @property
    def window(self) -> int:
        """The number of the ten seconds whose people `local` numbers."""
        return self.local // _PEOPLE

    @property
    def duration_s(self) -> float:
        return self.end_s - self.start_s


class SpeakerSegmenter:
    """segmentation-3.0 on the CPU.

    Parameters
    ----------
    weights : Path
        The file of weights (`ModelStore.path("pyannote-segmentation")`); its hash was checked there.
    num_threads : int
    """

    def __init__(self, weights: Path, num_threads: int = 1) -> None:
        self.weights = weights
        self._num_threads = num_threads

    def load(self) -> None:
        """Load the network now; otherwise the first window does."""
        _ = self._session

    def classes(self, window: NDArray[np.floating]) -> NDArray[np.float32]:
        """How probable each class is, shape (samples,) at 16 kHz -> (frames, 7), each row of sum 1."""
        heard = np.asarray(window, dtype=np.float32)[None, None]
        found: NDArray[np.float32] = self._session.run(None, {"samples": heard})[0][:, 0]
        return found

    @cached_property
    def _session(self) -> Any:
        return open_session(_network(read_checkpoint(self.weights)), self._num_threads)


def _network(weights: Tensors) -> bytes:
    """PyanNet as an ONNX model: samples, shape (1, 1, samples) -> classes, shape (frames, 1, 7)."""
    graph = Graph({"samples": ("float32", (1, 1, "samples"))})
    x = _normal(graph, "samples", weights, "sincnet.wav_norm1d")
    for layer in range(3):
        if layer == 0:
            x = graph.add("Abs", graph.add("Conv", x, _band_passes(weights), strides=[_STRIDE]))
        else:
            name = f"sincnet.conv1d.{layer}"
            x = graph.add("Conv", x, weights[f"{name}.weight"], weights[f"{name}.bias"])
        x = graph.add("MaxPool", x, kernel_shape=[3], strides=[3])
        x = graph.add("LeakyRelu", _normal(graph, x, weights, f"sincnet.norm1d.{layer}"), alpha=_LEAK)
    x = graph.add("Transpose", x, perm=[2, 0, 1])
    for layer in range(_LSTM_LAYERS):
        x = graph.add("LSTM", x, *_lstm(weights, layer), direction="bidirectional", hidden_size=_HIDDEN)
        x = graph.add("Transpose", x, perm=[0, 2, 1, 3])  # frames, directions, 1, values
        x = graph.add("Reshape", x, np.array([0, 1, 2 * _HIDDEN]))
    for name in ("linear.0", "linear.1"):
        x = graph.add("LeakyRelu", _linear(graph, x, weights, name), alpha=_LEAK)
    x = graph.add("Softmax", _linear(graph, x, weights, "classifier"), axis=-1)
    return graph.model(x, ("frames", 1, len(_WHO)))


def _normal(graph: Graph, x: str, weights: Tensors, name: str) -> str:
    return graph.add("InstanceNormalization", x, weights[f"{name}.weight"], weights[f"{name}.bias"])


def _linear(graph: Graph, x: str, weights: Tensors, name: str) -> str:
    return graph.add("Add", graph.add("MatMul", x, weights[f"{name}.weight"].T), weights[f"{name}.bias"])


def _lstm(weights: Tensors, layer: int) -> tuple[NDArray[np.float32], ...]:
    """What ONNX's LSTM takes: of both directions the weights of the input, those of the state, and both biases."""

    def gates(part: str, direction: str) -> NDArray[np.float32]:
        entrance, forget, cell, way_out = np.split(weights[f"lstm.{part}_l{layer}{direction}"], 4)
        return np.concatenate([entrance, way_out, forget, cell])  # PyTorch's order -> ONNX's

    return (
        np.stack([gates("weight_ih", direction) for direction in _DIRECTIONS]),
        np.stack([gates("weight_hh", direction) for direction in _DIRECTIONS]),
        np.stack([np.r_[gates("bias_ih", way), gates("bias_hh", way)] for way in _DIRECTIONS]),
    )


def _band_passes(weights: Tensors) -> NDArray[np.float32]:
    """The filters of SincNet as asteroid makes them: even ones, then odd ones of the same bands; shape (80, 1, 251).

    A band-pass is the difference of two low-passes, whose impulse response is a sinc; the odd one is its quadrature.
    """
    low_hz, band_hz, window, times = (
        weights[f"sincnet.conv1d.0.filterbank.{part}_"].astype(np.float64)
        for part in ("low_hz", "band_hz", "window", "n")
    )
    low = _MIN_HZ + np.abs(low_hz)
    high = np.clip(low + _MIN_HZ + np.abs(band_hz), _MIN_HZ, RATE_HZ / 2)
    width = high - low
    even = (np.sin(high @ times) - np.sin(low @ times)) / (times / 2) * window
    odd = (np.cos(low @ times) - np.cos(high @ times)) / (times / 2) * window
    made = np.vstack(
        [np.hstack([even, 2 * width, even[:, ::-1]]), np.hstack([odd, 0 * width, -odd[:, ::-1]])]
    )
    return (made / np.tile(2 * width, (2, 1))).astype(np.float32)[:, None]


def local_speech(
    audio: AudioSource, speech: SpeechActivity, segmenter: SpeakerSegmenter
) -> Iterator[LocalSpeech]:
    """All speech of a recording that is complete, by start, cut where somebody begins or ends and where windows meet.

    Speech in which the segmenter hears nobody goes to whoever it hears next to it.
    """
    hop = _HOP_FRAMES * FRAME_SAMPLES
    total = audio.wait(sys.maxsize)
    count = 1 + max(0, -(-(total - WINDOW_SAMPLES) // hop))
    side = (_FRAMES - _HOP_FRAMES) // 2
    for window in range(count):
        first = 0 if window == 0 else side
        stop = _FRAMES if window == count - 1 else side + _HOP_FRAMES
        start = window * hop
        spoken = _spoken(speech, start)
        if not spoken[first:stop].any():
            continue
        samples = audio.read(start, min(total, start + WINDOW_SAMPLES))
        classes = segmenter.classes(np.pad(samples, (0, WINDOW_SAMPLES - len(samples))))
        active = _held(_WHO[classes.argmax(axis=1)], spoken)[first:stop]
        offset_s = (start + first * FRAME_SAMPLES + _FIRST_MIDDLE - FRAME_SAMPLES / 2) / RATE_HZ
        changes = np.flatnonzero((active[1:] != active[:-1]).any(axis=1)) + 1
        edges = [0, *changes.tolist(), len(active)]
        for a, b in pairwise(edges):
            if active[a].any():
                who = [_PEOPLE * window + int(k) for k in np.flatnonzero(active[a])]
                begin_s, end_s = (offset_s + edge * FRAME_SAMPLES / RATE_HZ for edge in (a, b))
                yield LocalSpeech(max(0.0, begin_s), end_s, who[0], tuple(who[1:]))


def _spoken(speech: SpeechActivity, start: int) -> NDArray[np.bool_]:
    """Which frames of the window that begins with sample `start` lie in speech, shape (frames,)."""
    middles_s = (start + _FIRST_MIDDLE + FRAME_SAMPLES * np.arange(_FRAMES)) / RATE_HZ
    edges_s = np.array([edge for region in speech.regions for edge in (region.start_s, region.end_s)])
    return np.asarray(np.searchsorted(edges_s, middles_s, side="right") % 2 == 1)


def _held(active: NDArray[np.bool_], spoken: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Who is active in speech, and in speech only, shape (frames, 3): where nobody is, who is next to it."""
    anybody = active.sum(axis=1) > 0
    heard = np.flatnonzero(anybody & spoken)
    if not len(heard):
        return np.outer(spoken, [True, False, False])
    frames = np.arange(len(active))
    after = np.minimum(np.searchsorted(heard, frames), len(heard) - 1)
    before = np.maximum(after - 1, 0)
    nearest = np.where(
        np.abs(heard[before] - frames) <= np.abs(heard[after] - frames), heard[before], heard[after]
    )
    alone = np.eye(_PEOPLE, dtype=bool)[active[nearest].argmax(axis=1)]
    return np.where(anybody[:, None], active, alone) & spoken[:, None]
