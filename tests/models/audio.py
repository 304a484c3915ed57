"""Audio for the tests: arrays as sources, real clips, and sounds that are no speech."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

RATE_HZ = 16_000


class ArrayAudio:
    """An `AudioSource` that is complete from the start, and keeps account of what is read."""

    sample_rate_hz = RATE_HZ

    def __init__(self, samples: NDArray[np.floating]) -> None:
        self.samples = samples.astype(np.float32)

    def wait(self, stop_sample: int) -> int:
        return len(self.samples)

    def read(self, start_sample: int, stop_sample: int) -> NDArray[np.float32]:
        return self.samples[start_sample:stop_sample]


def load(path: Path) -> NDArray[np.float32]:
    """A recording as 16 kHz mono."""
    from faster_whisper.audio import decode_audio

    return np.asarray(decode_audio(str(path), sampling_rate=RATE_HZ))


def non_speech(kind: str, seconds: float) -> NDArray[np.float64]:
    """Sounds that hold no word."""
    rng = np.random.default_rng(7)
    count = round(seconds * RATE_HZ)
    time_s = np.arange(count) / RATE_HZ
    match kind:
        case "silence":
            return np.zeros(count)
        case "white noise":
            return 0.1 * rng.standard_normal(count)
        case "pink noise":
            spectrum = np.fft.rfft(rng.standard_normal(count))
            spectrum[1:] /= np.sqrt(np.arange(1, len(spectrum)))
            spectrum[0] = 0
            noise = np.fft.irfft(spectrum, count)
            return 0.3 * noise / np.abs(noise).max()
        case "hum":
            return sum(a * np.sin(2 * np.pi * f * time_s) for f, a in ((50, 0.1), (100, 0.05), (150, 0.03)))
        case "music":  # a chord of five partials a note, struck twice a second
            roots_hz = 220 * 2 ** (rng.integers(0, 12, size=int(2 * seconds) + 1) / 12)
            root_hz, beat_s = roots_hz[(2 * time_s).astype(int)], time_s % 0.5
            partials = [(2 ** (step / 12) * n, 1 / n) for step in (0, 4, 7, 12) for n in range(1, 6)]
            chord = sum(a * np.sin(2 * np.pi * ratio * root_hz * beat_s) for ratio, a in partials)
            return 0.04 * chord * np.exp(-3 * beat_s)
    raise ValueError(kind)


NON_SPEECH = ("silence", "white noise", "pink noise", "hum", "music")
