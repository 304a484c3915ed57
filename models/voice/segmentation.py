"""Where two people speak at once: the network hears ten seconds and says of each moment who of three speaks.

The network is PyanNet (Bredin & Laurent 2021, "End-to-end speaker segmentation for overlap-aware resegmentation")
with the weights of pyannote's segmentation-3.0 (Plaquet & Bredin 2023, "Powerset multi-class cross entropy loss for
neural speaker diarization"): learned band-pass filters (SincNet, Ravanelli & Bengio 2018), four LSTM layers in both
directions, and a class for silence, for each of three people and for each pair of them. Who they are differs from one
ten seconds to the next; how many speak does not, and only that is used. Only the data file is used, none of its code.
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

from interview_analysis.models.torch_threads import inference
from interview_analysis.types import AudioSource, SpeechActivity

RATE_HZ = 16_000
WINDOW_SAMPLES = 160_000  # ten seconds, which the network was trained on
FRAME_SAMPLES = 270  # from one frame to the next
_FIRST_MIDDLE = 495  # the sample in the middle of the first frame
_FRAMES = 589  # of a window
_HOP_FRAMES = 296  # windows begin every five seconds, and each is believed in its middle
_KERNEL, _STRIDE = 251, 10
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
        _ = self._network

    def classes(self, window: NDArray[np.floating]) -> NDArray[np.float32]:
        """How probable each class is, shape (samples,) at 16 kHz -> (frames, 7), each row of sum 1."""
        import torch
        from torch.nn.functional import instance_norm, leaky_relu, max_pool1d

        part = self._network
        with inference(self._num_threads):
            x = torch.from_numpy(np.asarray(window, dtype=np.float32))[None, None]
            x = instance_norm(x, weight=part["wave.weight"], bias=part["wave.bias"])
            for layer in range(3):
                x = part["conv"][layer](x)
                x = max_pool1d(x.abs() if layer == 0 else x, 3)
                x = leaky_relu(instance_norm(x, weight=part["norm"][layer][0], bias=part["norm"][layer][1]))
            x, _ = part["lstm"](x.transpose(1, 2))
            for linear in part["linear"]:
                x = leaky_relu(linear(x))
            found: NDArray[np.float32] = part["classifier"](x).softmax(dim=-1)[0].numpy()
            return found

    @cached_property
    def _network(self) -> dict[str, Any]:
        import torch
        from torch import nn

        # weights_only: tensors and plain containers alone are read, no code is run.
        state = torch.load(self.weights, map_location="cpu", weights_only=True)["state_dict"]

        def filled(module: nn.Module, prefix: str) -> nn.Module:
            part = {k.removeprefix(prefix): v for k, v in state.items() if k.startswith(prefix)}
            module.load_state_dict(part)
            return module.eval()

        bands = nn.Conv1d(1, 80, _KERNEL, stride=_STRIDE, bias=False)
        filters = "sincnet.conv1d.0.filterbank."
        bands.weight = nn.Parameter(
            _band_passes(
                state[filters + "low_hz_"],
                state[filters + "band_hz_"],
                state[filters + "window_"],
                state[filters + "n_"],
            )
        )
        return {
            "wave.weight": state["sincnet.wav_norm1d.weight"],
            "wave.bias": state["sincnet.wav_norm1d.bias"],
            "conv": [
                bands.eval(),
                filled(nn.Conv1d(80, 60, 5), "sincnet.conv1d.1."),
                filled(nn.Conv1d(60, 60, 5), "sincnet.conv1d.2."),
            ],
            "norm": [
                (state[f"sincnet.norm1d.{i}.weight"], state[f"sincnet.norm1d.{i}.bias"]) for i in range(3)
            ],
            "lstm": filled(nn.LSTM(60, 128, num_layers=4, bidirectional=True, batch_first=True), "lstm."),
            "linear": [filled(nn.Linear(256, 128), "linear.0."), filled(nn.Linear(128, 128), "linear.1.")],
            "classifier": filled(nn.Linear(128, 7), "classifier."),
        }


def _band_passes(low_hz: Any, band_hz: Any, window: Any, times: Any) -> Any:
    """The filters of SincNet as asteroid makes them: even ones, then odd ones of the same bands; shape (80, 1, 251).

    A band-pass is the difference of two low-passes, whose impulse response is a sinc; the odd one is its quadrature.
    """
    import torch

    low = _MIN_HZ + low_hz.abs()
    high = torch.clamp(low + _MIN_HZ + band_hz.abs(), _MIN_HZ, RATE_HZ / 2)
    width = high - low
    made = []
    for even in (True, False):
        if even:
            left = (torch.sin(high @ times) - torch.sin(low @ times)) / (times / 2) * window
            middle, right = 2 * width, left.flip(1)
        else:
            left = (torch.cos(low @ times) - torch.cos(high @ times)) / (times / 2) * window
            middle, right = torch.zeros_like(width), -left.flip(1)
        made.append(torch.cat([left, middle, right], dim=1) / (2 * width))
    return torch.cat(made)[:, None]


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
