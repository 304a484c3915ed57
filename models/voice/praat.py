"""Praat's view of the voice: F0, intensity, harmonicity and cycle-to-cycle perturbation.

Two passes over the recording in fixed blocks, so that memory does not grow with its length and the result
does not depend on how fast the audio arrives:

1. a coarse pass over a wide range (50 to 500 Hz, every 50 ms) finds the speaker's F0 range and speech level;
2. the real pass uses that range: floor ``0.7 * q25``, ceiling ``1.5 * q75`` of the coarse F0 (after De Looze
   & Hirst 2008, see `_FLOOR_FACTOR`), which removes most octave errors, and one silence level for all blocks, where Praat would
   take the level of each block for itself.

Rumble below 40 Hz is removed first (zero phase). F0 is Praat's autocorrelation method (Boersma 1993).
Harmonicity is read off the same analysis: with ``r`` the normalised autocorrelation at the period,
HNR = 10 log10(r / (1 - r)) dB; it saturates between 20 and 30 dB.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from interview_analysis.models.voice.nuclei import syllable_nuclei
from interview_analysis.types import AcousticTrack, AudioSource

if TYPE_CHECKING:
    import parselmouth

FRAME_S = 0.01  # frame i is centred on (i + 0.5) * FRAME_S
BLOCK_S = 60.0
_SETTLE_FRAMES = 100  # analysed on either side of a block for the pitch path to settle, then dropped
_MARGIN_S = 1.5  # read on either side of a block: the settling frames, half a window and the filter's tail

_WIDE_RANGE_HZ = (50.0, 500.0)
# De Looze & Hirst take 0.75 and 1.5. With a floor of 0.7 the window holds 4.3 periods of a voice at q25, without
# which the harmonicity of a clean voice comes out up to 8 dB too low.
_FLOOR_FACTOR, _CEILING_FACTOR = 0.7, 1.5
_DEFAULT_RANGE_HZ = (75.0, 500.0)  # where too little voice was found to adapt to
_COARSE_STEP_S = 0.05
_MIN_COARSE_FRAMES = 10
_COARSE_MIN_STRENGTH = 0.6
_COARSE_MIN_LEVEL = 0.05  # of the reference peak, -26 dB
_SILENCE_RATIO = 0.03  # Praat's default silence threshold
_REFERENCE_PERCENTILE = 99.0  # of the 10 ms peaks: a click or a cough does not set it

_INTENSITY_FLOOR_HZ = 75.0  # 85 ms window
_PITCH_PERIODS = 3.0  # Praat's analysis window of the autocorrelation method
_INTENSITY_PERIODS = 6.4
_QUIETEST_DB = 0.0  # RMS of 2e-5 of full scale, below one step of 16-bit audio: digital silence

_SHORTEST_PERIOD_S, _LONGEST_PERIOD_S = 0.0001, 0.02
_PERIOD_FACTOR, _AMPLITUDE_FACTOR = 1.3, 1.6

Array = NDArray[np.float64]
Progress = Callable[[float], None]


@dataclass(frozen=True, slots=True)
class VoiceRange:
    """What the coarse pass found: F0 search range, reference peak of the speech (0..1), and the length."""

    floor_hz: float
    ceiling_hz: float
    reference_peak: float
    length_samples: int


def acoustics(
    audio: AudioSource, on_progress: Progress | None = None, block_s: float = BLOCK_S
) -> AcousticTrack:
    """Analyse the voice of a recording that may still be arriving.

    Parameters
    ----------
    audio : mono samples in -1..1; 16 kHz is what the rest of the pipeline uses, any rate works.
    on_progress : called with the seconds of audio that are done, from 0 up to its duration.
    block_s : length of a block in seconds, a multiple of 0.01.

    Returns
    -------
    AcousticTrack with a frame every 10 ms, the first centred on 5 ms. `f0_hz` and `hnr_db` are NaN where
    unvoiced, `intensity_db` (dB re 2e-5 of full scale, so a full-scale sine is 90.97 dB) where digitally
    silent. `nucleus_s` are the syllables (see `models.voice.nuclei`). A voiced segment is a run of voiced frames; one that crosses the seam of two blocks counts as
    two. Jitter and shimmer are Praat's local ones (shortest period 0.1 ms, longest 20 ms, period factor
    1.3, amplitude factor 1.6), and segments with too few periods for either are left out.
    """
    voice = find_voice_range(audio, block_s)
    rate = audio.sample_rate_hz
    parts = []
    frames = round(block_s / FRAME_S)
    total = int(voice.length_samples / rate / FRAME_S + 1e-6)
    for first in range(0, total, frames):
        last = min(first + frames, total)
        parts.append(_analyse_block(audio, voice, first, last))
        if on_progress is not None:
            on_progress(last * FRAME_S)
    return _join(parts)


def find_voice_range(audio: AudioSource, block_s: float = BLOCK_S) -> VoiceRange:
    """The coarse pass: waits for the audio as it arrives and returns the speaker's F0 range and speech level.

    The range pools everyone who is heard; with two speakers it covers the quartiles of both together.
    """
    f0, level, peaks = [], [], []
    for samples in _arriving_blocks(audio, block_s):
        sound = _sound(samples, audio.sample_rate_hz, 0.0)
        block_peaks = _frame_peaks(sound.values[0], audio.sample_rate_hz)
        peaks.append(block_peaks)
        if (
            block_peaks.size == 0
            or block_peaks.max() <= 0
            or sound.duration < _PITCH_PERIODS / _WIDE_RANGE_HZ[0]
        ):
            continue
        floor, ceiling = _WIDE_RANGE_HZ
        pitch = sound.to_pitch_ac(time_step=_COARSE_STEP_S, pitch_floor=floor, pitch_ceiling=ceiling)
        selected = pitch.selected_array
        strong = (selected["frequency"] > 0) & (selected["strength"] >= _COARSE_MIN_STRENGTH)
        index = np.minimum((pitch.xs()[strong] / FRAME_S).astype(int), block_peaks.size - 1)
        f0.append(selected["frequency"][strong])
        level.append(block_peaks[index])
    length = audio.wait(np.iinfo(np.int64).max)
    heard = np.concatenate([*peaks, np.empty(0)])
    heard = heard[heard > 0]
    reference = float(np.percentile(heard, _REFERENCE_PERCENTILE)) if heard.size else 0.0
    voiced = np.concatenate([*f0, np.empty(0)])[
        np.concatenate([*level, np.empty(0)]) >= reference * _COARSE_MIN_LEVEL
    ]
    return VoiceRange(*_adapt(voiced), reference_peak=reference, length_samples=length)


def _adapt(f0_hz: Array) -> tuple[float, float]:
    """Floor and ceiling from the quartiles of the coarse F0."""
    if f0_hz.size < _MIN_COARSE_FRAMES:
        return _DEFAULT_RANGE_HZ
    q25, q75 = np.percentile(f0_hz, (25, 75))
    return max(_WIDE_RANGE_HZ[0], float(_FLOOR_FACTOR * q25)), float(_CEILING_FACTOR * q75)


def _arriving_blocks(audio: AudioSource, block_s: float) -> Iterator[Array]:
    size = round(block_s * audio.sample_rate_hz)
    start = 0
    while (available := audio.wait(start + size)) > start:
        stop = min(start + size, available)
        yield audio.read(start, stop).astype(np.float64)
        start = stop


def _frame_peaks(samples: Array, rate_hz: int) -> Array:
    """Largest magnitude in each 10 ms."""
    size = round(FRAME_S * rate_hz)
    peaks: Array = np.abs(samples[: samples.size // size * size]).reshape(-1, size).max(axis=1, initial=0.0)
    return peaks


def _sound(samples: Array, rate_hz: int, start_s: float) -> parselmouth.Sound:
    """A Praat sound without rumble; silence stays exactly silent."""
    import parselmouth
    from parselmouth.praat import call

    sound = parselmouth.Sound(samples, rate_hz, start_s)
    if not np.any(samples):
        return sound
    low = _WIDE_RANGE_HZ[0]
    filtered: parselmouth.Sound = call(sound, "Filter (stop Hann band)", 0.0, low - 10.0, 10.0)
    return filtered


@dataclass(frozen=True, slots=True)
class _Part:
    f0_hz: Array
    intensity_db: Array
    hnr_db: Array
    segments: Array  # (m, 4): start_s, end_s, jitter, shimmer
    nucleus_s: Array  # (k,)


def _analyse_block(audio: AudioSource, voice: VoiceRange, first: int, last: int) -> _Part:
    """Frames `first` to `last`, from the audio around them."""
    rate = audio.sample_rate_hz
    start = round((first * FRAME_S - _MARGIN_S) * rate)
    stop = round((last * FRAME_S + _MARGIN_S) * rate)
    samples = audio.read(max(start, 0), min(stop, voice.length_samples)).astype(np.float64)
    count = last - first
    if not np.any(samples):
        missing = np.full(count, np.nan)
        return _Part(missing, missing, missing, np.empty((0, 4)), np.empty(0))
    samples = np.pad(samples, (max(-start, 0), max(stop - voice.length_samples, 0)), mode="edge")
    sound = _sound(samples, rate, start / rate)

    around = _cut(sound, first - _SETTLE_FRAMES, last + _SETTLE_FRAMES, _PITCH_PERIODS / voice.floor_hz)
    pitch = _pitch(around, voice)
    kept = slice(_SETTLE_FRAMES, _SETTLE_FRAMES + count)
    f0 = pitch.selected_array["frequency"][kept]
    strength = np.clip(pitch.selected_array["strength"][kept], 1e-6, 1 - 1e-6)
    voiced = f0 > 0
    near = _cut(sound, first, last, _INTENSITY_PERIODS / _INTENSITY_FLOOR_HZ)
    intensity = near.to_intensity(_INTENSITY_FLOOR_HZ, FRAME_S, subtract_mean=True).values[0]
    return _Part(
        f0_hz=np.where(voiced, f0, np.nan),
        intensity_db=np.where(intensity >= _QUIETEST_DB, intensity, np.nan),
        hnr_db=np.where(voiced, 10.0 * np.log10(strength / (1.0 - strength)), np.nan),
        segments=_perturbation(around, pitch, voiced, first * FRAME_S),
        nucleus_s=_nuclei(samples, rate, start, first, voiced),
    )


def _nuclei(samples: Array, rate_hz: int, start: int, first: int, voiced: NDArray[np.bool_]) -> Array:
    """When the syllables of a block are at their loudest; `samples` begin at sample `start` of the recording."""
    own = samples[round(first * FRAME_S * rate_hz) - start :]
    return np.asarray((first + 0.5 + syllable_nuclei(own, rate_hz, voiced)) * FRAME_S, dtype=np.float64)


def _cut(sound: parselmouth.Sound, first: int, last: int, window_s: float) -> parselmouth.Sound:
    """The part of `sound` for which Praat places its frames exactly on frames `first` to `last`.

    Praat fits as many windows as it can, symmetric about the middle: half a window and a quarter step beyond
    the outermost frame centres leaves room for those frames and no others.
    """
    import parselmouth

    beyond = window_s / 2 + FRAME_S / 4
    rate = sound.sampling_frequency
    start = round(((first + 0.5) * FRAME_S - beyond - sound.xmin) * rate)
    stop = round(((last - 0.5) * FRAME_S + beyond - sound.xmin) * rate)
    return parselmouth.Sound(sound.values[0, start:stop], rate, sound.xmin + start / rate)


def _pitch(sound: parselmouth.Sound, voice: VoiceRange) -> parselmouth.Pitch:
    """Praat's autocorrelation F0 with the silence level of the whole recording."""
    values = sound.values[0]
    block_peak = float(np.abs(values - values.mean()).max())
    silence = _SILENCE_RATIO * voice.reference_peak / max(block_peak, 1e-12)
    return sound.to_pitch_ac(
        time_step=FRAME_S,
        pitch_floor=voice.floor_hz,
        pitch_ceiling=voice.ceiling_hz,
        silence_threshold=silence,
    )


def _perturbation(
    sound: parselmouth.Sound, pitch: parselmouth.Pitch, voiced: NDArray[np.bool_], start_s: float
) -> Array:
    """Local jitter and shimmer of each run of voiced frames: rows of start_s, end_s, jitter, shimmer."""
    from parselmouth.praat import call

    edges = np.flatnonzero(np.diff(np.concatenate(([False], voiced, [False])).astype(np.int8)))
    if edges.size == 0:
        return np.empty((0, 4))
    pulses = call([sound, pitch], "To PointProcess (cc)")
    limits = (_SHORTEST_PERIOD_S, _LONGEST_PERIOD_S, _PERIOD_FACTOR)
    rows = []
    for begin, end in start_s + edges.reshape(-1, 2) * FRAME_S:
        jitter: Any = call(pulses, "Get jitter (local)", begin, end, *limits)
        shimmer: Any = call([sound, pulses], "Get shimmer (local)", begin, end, *limits, _AMPLITUDE_FACTOR)
        if np.isfinite(jitter) and np.isfinite(shimmer):
            rows.append((begin, end, jitter, shimmer))
    return np.array(rows, dtype=np.float64).reshape(-1, 4)


def _join(parts: list[_Part]) -> AcousticTrack:
    f0 = np.concatenate([*(part.f0_hz for part in parts), np.empty(0)])
    segments = np.concatenate([*(part.segments for part in parts), np.empty((0, 4))])
    return AcousticTrack(
        time_s=(np.arange(f0.size) + 0.5) * FRAME_S,
        f0_hz=f0,
        intensity_db=np.concatenate([*(part.intensity_db for part in parts), np.empty(0)]),
        hnr_db=np.concatenate([*(part.hnr_db for part in parts), np.empty(0)]),
        segment_start_s=segments[:, 0],
        segment_end_s=segments[:, 1],
        jitter_ratio=segments[:, 2],
        shimmer_ratio=segments[:, 3],
        nucleus_s=np.concatenate([*(part.nucleus_s for part in parts), np.empty(0)]),
    )
