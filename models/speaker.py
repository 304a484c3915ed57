"""Speaker embeddings: what a voice sounds like, as a unit vector, whatever it says and however loud.

The network is GE2E (Wan et al. 2018, "Generalized end-to-end loss for speaker verification") with Resemblyzer's
weights: three LSTM layers over 40 mel bands every 10 ms. Only its data file is used, none of its code.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from interview_analysis.types import AudioSource, Interval

RATE_HZ = 16_000
DIMENSIONS = 256
WINDOW_S = 1.6  # the network was trained on this much speech at a time
_FFT_SAMPLES, _STEP_SAMPLES, _BANDS = 400, 160, 40
_RMS = 10 ** (-30 / 20)  # the level of its training data
_SILENT_RMS = 1e-6  # -120 dB: digital silence, of which no voice can be told
_BATCH = 32  # more are no faster


class SpeakerEncoder:
    """GE2E on the CPU.

    Parameters
    ----------
    weights : Path
        The file of weights (`ModelStore.path("resemblyzer-voice-encoder")`); its hash was checked there.
    num_threads : int
        Embeddings are the same bit for bit with 1 and 2.
    """

    def __init__(self, weights: Path, num_threads: int = 1) -> None:
        self.weights = weights
        self._num_threads = num_threads

    def load(self) -> None:
        """Load the network now; otherwise the first windows do."""
        _ = self._network, self._filters

    def embed(self, windows: NDArray[np.floating]) -> NDArray[np.float32]:
        """The voice in each window of 16 kHz samples, shape (n, samples) -> (n, 256), each row of unit length.

        Each window is brought to one level. A row is NaN where its window is digital silence. Windows of `WINDOW_S`
        tell voices apart best; raises ValueError for windows shorter than 25 ms.
        """
        if windows.ndim != 2 or windows.shape[1] < _FFT_SAMPLES:
            raise ValueError(
                f"expected windows of shape (n, {_FFT_SAMPLES} samples or more), got {windows.shape}"
            )
        found = np.full((len(windows), DIMENSIONS), np.nan, dtype=np.float32)
        rms = np.sqrt(np.mean(np.square(windows, dtype=np.float64), axis=1))
        (loud,) = np.nonzero(rms > _SILENT_RMS)
        for start in range(0, len(loud), _BATCH):
            rows = loud[start : start + _BATCH]
            level = windows[rows] * (_RMS / rms[rows, None])
            found[rows] = self._run(self._mel(level.astype(np.float32)))
        return found

    def embed_voice(self, audio: AudioSource, regions: Sequence[Interval]) -> NDArray[np.float32]:
        """One voice over all its regions of speech, shape (256,) and unit length; NaN without any speech.

        The mean over windows half a window apart, at least 0.4 s long, and weighted by their length.
        """
        total = np.zeros(DIMENSIONS)
        for region in regions:
            for window in windows_of(region, WINDOW_S / 2):
                if window.duration_s >= WINDOW_S / 4:
                    vector = self.embed(read(audio, window)[None])[0]
                    total += np.nan_to_num(vector) * window.duration_s
        return unit(total)

    def _run(self, mel: NDArray[np.float32]) -> NDArray[np.float32]:
        import torch

        before = torch.get_num_threads()
        torch.set_num_threads(self._num_threads)
        lstm, linear = self._network
        try:
            with torch.inference_mode():
                _, (hidden, _) = lstm(torch.from_numpy(mel))
                vectors = torch.relu(linear(hidden[-1]))
                found: NDArray[np.float32] = torch.nn.functional.normalize(vectors, dim=1).numpy()
                return found
        finally:
            torch.set_num_threads(before)

    def _mel(self, samples: NDArray[np.float32]) -> NDArray[np.float32]:
        """Power in mel bands, shape (n, frames, 40); frames are centred, with silence beyond the edges."""
        from scipy.fft import rfft

        edge = _FFT_SAMPLES // 2
        framed = np.lib.stride_tricks.sliding_window_view(
            np.pad(samples, ((0, 0), (edge, edge))), _FFT_SAMPLES, axis=1
        )[:, ::_STEP_SAMPLES]
        window, bands = self._filters
        spectrum = rfft(framed * window, axis=-1)
        mel: NDArray[np.float32] = (spectrum.real**2 + spectrum.imag**2) @ bands
        return mel

    @cached_property
    def _filters(self) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        from scipy.signal.windows import hann

        return hann(_FFT_SAMPLES, sym=False).astype(np.float32), _mel_bands()

    @cached_property
    def _network(self) -> tuple[Any, Any]:
        import torch

        # weights_only: tensors and plain containers alone are read, no code is run.
        state = torch.load(self.weights, map_location="cpu", weights_only=True)["model_state"]
        lstm = torch.nn.LSTM(_BANDS, DIMENSIONS, num_layers=3, batch_first=True)
        linear = torch.nn.Linear(DIMENSIONS, DIMENSIONS)
        for name, module in (("lstm.", lstm), ("linear.", linear)):
            part = {k.removeprefix(name): v for k, v in state.items() if k.startswith(name)}
            module.load_state_dict(part)
        return lstm.eval(), linear.eval()


def _mel_bands() -> NDArray[np.float32]:
    """Triangles of equal area on Slaney's mel scale, shape (bins, bands): librosa's, without its slow import.

    The scale is linear to 1 kHz, 66.7 Hz a mel, and logarithmic above, 27 mel for a factor of 6.4.
    """
    mel_step_hz, knee_hz, log_step = 200 / 3, 1000.0, np.log(6.4) / 27
    knee = knee_hz / mel_step_hz
    top = knee + np.log(RATE_HZ / 2 / knee_hz) / log_step
    mels = np.linspace(0, top, _BANDS + 2)
    edges_hz = np.where(mels < knee, mels * mel_step_hz, knee_hz * np.exp(log_step * (mels - knee)))
    bins_hz = np.fft.rfftfreq(_FFT_SAMPLES, 1 / RATE_HZ)[:, None]
    low, middle, high = edges_hz[:-2], edges_hz[1:-1], edges_hz[2:]
    rising, falling = (bins_hz - low) / (middle - low), (high - bins_hz) / (high - middle)
    bands = np.maximum(0, np.minimum(rising, falling)) * 2 / (high - low)
    return np.ascontiguousarray(bands, dtype=np.float32)


def windows_of(region: Interval, hop_s: float) -> list[Interval]:
    """Windows of `WINDOW_S` every `hop_s` that cover a region, the last one flush with its end.

    A region that is shorter is one window.
    """
    spare_s = region.duration_s - WINDOW_S
    if spare_s <= 0:
        return [region]
    starts_s = np.linspace(region.start_s, region.start_s + spare_s, 1 + int(np.ceil(spare_s / hop_s)))
    return [Interval(float(start_s), float(start_s) + WINDOW_S) for start_s in starts_s]


def read(audio: AudioSource, window: Interval) -> NDArray[np.float32]:
    """The samples of a window, silence where the audio ends before it."""
    start, stop = round(window.start_s * RATE_HZ), round(window.end_s * RATE_HZ)
    samples = audio.read(start, stop)
    return np.pad(samples, (0, max(_FFT_SAMPLES, stop - start) - len(samples)))


def unit(vector: NDArray[np.floating]) -> NDArray[np.float32]:
    """The vector at length 1, NaN where it is 0."""
    length = float(np.linalg.norm(vector))
    return np.asarray(vector / length if length > 0 else np.full_like(vector, np.nan), dtype=np.float32)
