"""Voice activity: Silero's probability of speech, 32 ms at a time, turned into regions of speech.

The audio is read in blocks at fixed positions, so that memory is constant and the result does not depend on how fast the audio
arrives. Each block is heard twice: with the network's state carried over, and anew from two seconds before it; the higher
probability counts. The cell state grows with all that the network has heard, to 150 after a minute of clear speech, and by it
alone 16 s of a hoarse voice after four clear ones were no speech.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from interview_analysis.models.networks.session import open_session
from interview_analysis.types import AudioSource, Interval, SpeechActivity

RATE_HZ = 16_000
FRAME_SAMPLES = 512
FRAME_S = FRAME_SAMPLES / RATE_HZ
_CONTEXT_SAMPLES = 64
_BLOCK_SAMPLES = 125 * FRAME_SAMPLES  # 4 s
_BEFORE_SAMPLES = 62 * FRAME_SAMPLES  # 2 s


@dataclass(frozen=True, slots=True)
class VadSettings:
    """When speech begins and ends.

    Speech begins where the probability reaches `start_probability` and ends where it stays below
    `end_probability` for `min_silence_s`; both probabilities are Silero's defaults. The silence is short, so
    that every pause of 250 ms, the usual limit of a silent pause (Goldman-Eisler 1968), shows. Regions
    shorter than `min_speech_s` are taken for clicks. Each is widened by `pad_s` on either side, since the probability
    lags soft onsets. A region of `max_region_s` is cut at its least speech-like frame, so that a consumer need
    not wait for its end.
    """

    start_probability: float = 0.5
    end_probability: float = 0.35
    min_speech_s: float = 0.25
    min_silence_s: float = 0.1
    pad_s: float = 0.03
    max_region_s: float = 28.0


class SpeechDetector:
    """Silero VAD on one CPU thread.

    Parameters
    ----------
    weights : Path
        The ONNX file (`ModelStore.path("silero-vad")`).
    settings : VadSettings
    """

    def __init__(self, weights: Path, settings: VadSettings | None = None) -> None:
        self.weights = weights
        self.settings = settings or VadSettings()

    def probabilities(self, audio: AudioSource) -> Iterator[NDArray[np.float32]]:
        """Blocks of speech probability, 0 to 1, one a frame of 32 ms; together shape (ceil(samples / 512),).

        Raises ValueError unless the audio has 16 kHz.
        """
        if audio.sample_rate_hz != RATE_HZ:
            raise ValueError(f"voice activity detection expects {RATE_HZ} Hz, got {audio.sample_rate_hz} Hz")
        silent = carried = {name: np.zeros((1, 1, 128), np.float32) for name in "hc"}
        start = 0
        while True:
            stop = start + _BLOCK_SAMPLES
            ended = audio.wait(stop) < stop
            first = max(0, start - _BEFORE_SAMPLES)
            heard = audio.read(first, stop)
            if heard.size > start - first:
                frames = np.pad(heard, (0, -heard.size % FRAME_SAMPLES)).reshape(-1, FRAME_SAMPLES)
                context = np.zeros((1, _CONTEXT_SAMPLES), np.float32)
                before = np.vstack([context, frames[:-1, -_CONTEXT_SAMPLES:]])
                inputs = np.hstack([before, frames])
                new = (start - first) // FRAME_SAMPLES  # those before it were heard with the last block
                anew, *_ = self._session.run(None, {"input": inputs, **silent})
                on, h, c = self._session.run(None, {"input": inputs[new:], **carried})
                carried = {"h": h, "c": c}
                yield np.maximum(anew.ravel()[new:], on.ravel())
            if ended:
                return
            start = stop

    def regions(
        self, audio: AudioSource, on_progress: Callable[[float], None] | None = None
    ) -> Iterator[Interval]:
        """Regions of speech in order, each as soon as it is certain. Regions may touch, but do not overlap.

        `on_progress` gets the seconds that have been heard so far.
        """

        def heard() -> Iterator[NDArray[np.float32]]:
            frames = 0
            for block in self.probabilities(audio):
                frames += block.size
                yield block
                if on_progress is not None:
                    on_progress(frames * FRAME_S)

        yield from regions_from_probabilities(heard(), self.settings)

    def detect(self, audio: AudioSource) -> SpeechActivity:
        """All speech of a recording."""
        return speech_activity(self.regions(audio))

    @cached_property
    def _session(self) -> Any:
        return open_session(self.weights)


def speech_activity(regions: Iterable[Interval]) -> SpeechActivity:
    """Regions joined where they touch."""
    joined: list[Interval] = []
    for region in regions:
        if joined and region.start_s <= joined[-1].end_s + 1e-6:
            joined[-1] = Interval(joined[-1].start_s, max(joined[-1].end_s, region.end_s))
        else:
            joined.append(region)
    return SpeechActivity(tuple(joined))


def regions_from_probabilities(
    blocks: Iterable[NDArray[np.floating]], settings: VadSettings
) -> Iterator[Interval]:
    """Regions of speech from blocks of speech probability, one a frame of 32 ms, by hysteresis.

    Where two padded regions would overlap they meet in the middle of their gap. The last one is not padded at its end, behind
    which there may be no more sound.
    """
    held: tuple[int, int] | None = None  # waits for the next one, which decides how far it may be padded
    floor_s = 0.0
    for start, stop in _frame_regions(blocks, settings):
        continues = held is not None and start == held[1]  # the rest of a region that was cut for length
        if (stop - start) * FRAME_S < settings.min_speech_s and not continues:
            continue
        if held is not None:
            region = _padded(held, floor_s, start, settings.pad_s)
            floor_s = region.end_s
            yield region
        held = (start, stop)
    if held is not None:
        yield _padded(held, floor_s, held[1], settings.pad_s)


def _padded(frames: tuple[int, int], floor_s: float, next_frame: int, pad_s: float) -> Interval:
    start_s, end_s = frames[0] * FRAME_S, frames[1] * FRAME_S
    gap_s = max(0.0, next_frame * FRAME_S - end_s)
    return Interval(max(floor_s, start_s - pad_s), end_s + min(pad_s, gap_s / 2))


def _frame_regions(
    blocks: Iterable[NDArray[np.floating]], settings: VadSettings
) -> Iterator[tuple[int, int]]:
    """Half-open ranges of frames with speech."""
    silence_frames = max(1, round(settings.min_silence_s / FRAME_S))
    max_frames = max(2, round(settings.max_region_s / FRAME_S))
    frame, start, last_speech = 0, -1, -1
    window: list[float] = []  # probabilities since `start`
    for block in blocks:
        for probability in block.tolist():
            if start < 0:
                if probability >= settings.start_probability:
                    start, last_speech, window = frame, frame, [probability]
            else:
                window.append(probability)
                if probability >= settings.end_probability:
                    last_speech = frame
                if frame - last_speech >= silence_frames:
                    yield start, last_speech + 1
                    start = -1
                elif frame + 1 - start >= max_frames:
                    half = max_frames // 2
                    cut = start + half + int(np.argmin(window[half:]))
                    yield start, cut
                    window = window[cut - start :]
                    start, last_speech = cut, max(cut, last_speech)
            frame += 1
    if start >= 0:
        yield start, last_speech + 1
