"""Sound and picture quality in constant memory: loudness, signal-to-noise ratio, brightness, frame timing.

Every meter takes its signal in pieces of any size and gives the same result as for the whole.
"""

from __future__ import annotations

import heapq
import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from interview_analysis.types import Interval, MediaFacts

_Array = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class QualityLimits:
    """Beyond these a recording gets a flag. Each default says where it comes from."""

    # ANSI/ASA S12.60 asks for speech 15 dB above the noise for speech to be understood without effort.
    min_snr_db: float = 15.0
    # One sample in a thousand at full scale: single peaks pass, a microphone driven too hot does not.
    max_clipping_ratio: float = 0.001
    # 12 LU below the -23 LUFS of EBU R 128: quiet consonants come near the noise of 16-bit consumer hardware.
    min_loudness_lufs: float = -35.0
    # A telephone line ends at 3.4 kHz (ITU-T G.712), narrow-band codecs at 4; what resampling blurs reaches 4.5.
    min_bandwidth_hz: float = 5000.0
    # What is missing of the sound for longer may hold a word.
    max_missing_sound_s: float = 1.0
    # A well-lit face and room average 80 to 160; below 40 the face has a few dozen grey levels left.
    min_luma: float = 40.0
    # Shorter side. A seated speaker's face takes about a quarter of it: 60 px, a third of what a model sees.
    min_side_px: int = 240
    # A blink lasts 0.1 to 0.4 s, a nod 0.3 s or more: at under 10 frames a second they fall between frames.
    min_fps: float = 10.0
    # Rates a minute and pause statistics rest on a handful of events below this.
    min_duration_s: float = 10.0


def quality_flags(facts: MediaFacts, limits: QualityLimits | None = None) -> tuple[str, ...]:
    """Names of what is poor about a recording. What is NaN, and so unknown, raises no flag."""
    limits = limits or QualityLimits()
    side_px = min(facts.width_px, facts.height_px)
    checks = {
        "short": facts.duration_s < limits.min_duration_s,
        "low_snr": facts.snr_db < limits.min_snr_db,
        "clipped": facts.clipping_ratio > limits.max_clipping_ratio,
        "quiet": facts.loudness_lufs < limits.min_loudness_lufs,
        "narrow_band": facts.bandwidth_hz < limits.min_bandwidth_hz,
        "sound_missing": sum(hole.duration_s for hole in facts.sound_holes) > limits.max_missing_sound_s,
        "dark_video": facts.luma_median < limits.min_luma,
        "low_resolution": facts.has_video and side_px < limits.min_side_px,
        "low_frame_rate": facts.fps < limits.min_fps,
        "variable_frame_rate": facts.variable_frame_rate,
    }
    return tuple(name for name, poor in checks.items() if poor)


def k_weighting(sample_rate_hz: float) -> _Array:
    """The two biquads of ITU-R BS.1770-4 Annex 1 for any sample rate, shape (2, 6), as second-order sections.

    The standard tabulates 48 kHz only. The analogue prototypes behind its table are those of De Man (2014,
    "Evaluation of implementations of the EBU R128 loudness measurement"); at 48 kHz they give the table.
    """
    gain_db, q, centre_hz = 3.999843853973347, 0.7071752369554196, 1681.974450955533
    k = math.tan(math.pi * centre_hz / sample_rate_hz)
    high = 10 ** (gain_db / 20)
    band = high**0.4996667741545416
    a0 = 1 + k / q + k * k
    shelf = [
        (high + band * k / q + k * k) / a0,
        2 * (k * k - high) / a0,
        (high - band * k / q + k * k) / a0,
        1,
        2 * (k * k - 1) / a0,
        (1 - k / q + k * k) / a0,
    ]
    q, centre_hz = 0.5003270373238773, 38.13547087602444
    k = math.tan(math.pi * centre_hz / sample_rate_hz)
    a0 = 1 + k / q + k * k
    high_pass = [1, -2, 1, 1, 2 * (k * k - 1) / a0, (1 - k / q + k * k) / a0]
    return np.array([shelf, high_pass])


def _impulse_response(sections: _Array, length: int) -> _Array:
    """What the sections, one after the other, make of a single 1, shape (length,)."""
    response = np.zeros(length)
    response[0] = 1.0
    for b0, b1, b2, _, a1, a2 in sections.tolist():
        first = second = 0.0  # the transposed second direct form
        for i, value in enumerate(response.tolist()):
            response[i] = out = b0 * value + first
            first, second = b1 * value - a1 * out + second, b2 * value - a2 * out
    return response


def _power_gain(sections: _Array, cycles_per_sample: float) -> float:
    delays = np.exp(-2j * np.pi * cycles_per_sample * np.arange(3))
    return float(np.prod(np.abs((sections[:, :3] @ delays) / (sections[:, 3:] @ delays)) ** 2))


class _Blocks:
    """Cuts a stream into whole blocks of `size` samples; what is left waits for the next piece."""

    def __init__(self, size: int) -> None:
        self._size = size
        self._rest = np.empty(0)

    def cut(self, samples: _Array) -> _Array:
        joined = np.concatenate([self._rest, samples])
        whole = len(joined) // self._size * self._size
        self._rest = joined[whole:].copy()
        return joined[:whole].reshape(-1, self._size)


class LoudnessMeter:
    """Integrated loudness by ITU-R BS.1770-4 of one channel: a full-scale 997 Hz sine reads -3.01 LUFS.

    400 ms blocks with 75 % overlap, gated at -70 LUFS and then at 10 LU below the mean of what is left. Block
    powers are kept in a histogram of 0.01 LU, so that memory does not grow. Media are measured at 16 kHz
    mono: what lies above 8 kHz does not count, and a stereo recording with the same sound on both sides reads
    3 LU less than by the standard, which sums the channels.
    """

    _FLOOR_LUFS, _CEILING_LUFS, _BINS_PER_LU = -70.0, 20.0, 100
    _RESPONSE_S = 0.128  # by then the weighting has faded by 200 dB

    def __init__(self, sample_rate_hz: int = 16_000) -> None:
        sections = k_weighting(sample_rate_hz)
        self._gain = _power_gain(sections, 997 / sample_rate_hz)  # the standard's 0.691 dB at 48 kHz
        self._step = sample_rate_hz // 10
        response = _impulse_response(sections, round(self._RESPONSE_S * sample_rate_hz))
        self._past = np.zeros(len(response) - 1)
        self._size = 1 << (len(response) + self._step).bit_length()
        self._filter = np.fft.rfft(response, self._size)
        self._steps = _Blocks(self._step)
        self._recent: list[float] = []
        bins = int((self._CEILING_LUFS - self._FLOOR_LUFS) * self._BINS_PER_LU)
        self._power = np.zeros(bins)
        self._count = np.zeros(bins)

    def add(self, samples: NDArray[np.floating]) -> None:
        """Measure the next samples, shape (n,)."""
        steps = self._steps.cut(samples.astype(float))
        if not len(steps):
            return
        sound = np.concatenate([self._past, steps.ravel()])
        self._past = sound[len(sound) - len(self._past) :]
        windows = np.lib.stride_tricks.sliding_window_view(sound, len(self._past) + self._step)[:: self._step]
        weighted = np.fft.irfft(np.fft.rfft(windows, self._size) * self._filter, self._size)
        weighted = weighted[:, len(self._past) : windows.shape[1]]
        for step in np.square(weighted).mean(axis=1):
            self._recent = [*self._recent[-3:], float(step)]
            if len(self._recent) == 4:
                self._add_block(sum(self._recent) / 4)

    def _add_block(self, power: float) -> None:
        if power <= 0 or (loudness := self._lufs(power)) <= self._FLOOR_LUFS:
            return
        index = min(int((loudness - self._FLOOR_LUFS) * self._BINS_PER_LU), len(self._count) - 1)
        self._power[index] += power
        self._count[index] += 1

    def _lufs(self, power: float) -> float:
        return 10 * math.log10(power / self._gain)

    @property
    def loudness_lufs(self) -> float:
        """NaN for under 0.4 s of sound and for silence."""
        if not self._count.any():
            return math.nan
        gate_lufs = self._lufs(float(self._power.sum() / self._count.sum())) - 10
        first = max(0, int((gate_lufs - self._FLOOR_LUFS) * self._BINS_PER_LU))
        return self._lufs(float(self._power[first:].sum() / self._count[first:].sum()))


class SnrMeter:
    """Signal-to-noise ratio from how the power of 25 ms frames is spread, in the manner of NIST's stnr (SPQA package).

    The noise is what remains in the pauses: the `NOISE_PERCENTILE` of the frame powers. The speech is the
    mean power of the frames that stand more than `ACTIVE_DB` above it, less the noise. Digital silence (muted
    stretches) is left out. On clean speech with white noise added at a known ratio it is within 3 dB from 5
    to 25 dB, and up to 5 dB too high at 0 dB. Steady sound has no pauses to look into: noise reads below
    0 dB, as does an unbroken tone.
    """

    FRAME_S, NOISE_PERCENTILE, ACTIVE_DB = 0.025, 5.0, 3.0
    _FLOOR_DB, _BINS_PER_DB, _MIN_FRAMES = -140.0, 10, 40

    def __init__(self, sample_rate_hz: int = 16_000) -> None:
        self._frames = _Blocks(round(self.FRAME_S * sample_rate_hz))
        self._count = np.zeros(int((10 - self._FLOOR_DB) * self._BINS_PER_DB))

    def add(self, samples: NDArray[np.floating]) -> None:
        """Measure the next samples, shape (n,)."""
        power = self._frames.cut(samples.astype(float)).var(axis=1)
        level_db = 10 * np.log10(power[power > 10 ** (self._FLOOR_DB / 10)])
        index = ((level_db - self._FLOOR_DB) * self._BINS_PER_DB).astype(int)
        self._count += np.bincount(np.minimum(index, len(self._count) - 1), minlength=len(self._count))

    @property
    def snr_db(self) -> float:
        """NaN for under a second of sound."""
        total = self._count.sum()
        if total < self._MIN_FRAMES:
            return math.nan
        level_db = self._FLOOR_DB + (np.arange(len(self._count)) + 0.5) / self._BINS_PER_DB
        reached = np.cumsum(self._count)
        noise_db = level_db[np.searchsorted(reached, total * self.NOISE_PERCENTILE / 100)]
        above = np.where(level_db > noise_db + self.ACTIVE_DB, self._count, 0)
        if not above.any():  # nothing stands out: what the loudest frames add to the floor
            above = np.where(reached >= total * 0.95, self._count, 0)
        noise, speech = 10 ** (noise_db / 10), np.average(10 ** (level_db / 10), weights=above)
        return float(10 * math.log10(max(speech - noise, 0.01 * noise) / noise))


class LumaMeter:
    """Median over frames of the mean luma (ITU-R BT.601 weights), 0 black to 255 white, in a histogram."""

    _BINS_PER_LEVEL, _EVERY_PX = 8, 8

    def __init__(self) -> None:
        self._count = np.zeros(256 * self._BINS_PER_LEVEL)

    def add(self, image: NDArray[np.uint8]) -> None:
        """Measure an RGB image, shape (height, width, 3); every eighth pixel is enough for a mean."""
        red, green, blue = image[:: self._EVERY_PX, :: self._EVERY_PX].mean(axis=(0, 1))
        luma = 0.299 * red + 0.587 * green + 0.114 * blue
        self._count[min(round(luma * self._BINS_PER_LEVEL), len(self._count) - 1)] += 1

    @property
    def luma_median(self) -> float:
        """NaN without a frame."""
        if not self._count.any():
            return math.nan
        reached = np.cumsum(self._count)
        return float(np.searchsorted(reached, reached[-1] / 2) / self._BINS_PER_LEVEL)


# Cameras that see nothing move leave frames out, some for a second: a longer gap has no picture.
PICTURE_GAP_S = 2.0


class FrameClock:
    """Average frame rate, whether it varies and where frames are missing, from presentation times in decoding order."""

    _REORDER = 17  # H.264 and HEVC hold back at most 16 frames
    # Container clocks of 1 ms and jitter of a capture card are no variable rate; one late frame in fifty is.
    _TOLERANCE_S, _TOLERANCE_RATIO, _MAX_ODD_SHARE = 0.002, 0.2, 0.02

    def __init__(self) -> None:
        self._held_s: list[float] = []
        self._first_s = self._last_s = math.nan
        self._starts_s: list[float] = []  # of stretches without a gap
        self._ends_s: list[float] = []
        self._intervals = np.zeros(2001)  # counts by whole milliseconds, the last bin for all that is longer

    def add(self, time_s: float) -> None:
        heapq.heappush(self._held_s, time_s)
        if len(self._held_s) > self._REORDER:
            self._next(heapq.heappop(self._held_s))

    def _next(self, time_s: float) -> None:
        if math.isnan(self._first_s):
            self._first_s = time_s
            self._starts_s.append(time_s)
        else:
            if time_s - self._last_s > PICTURE_GAP_S:
                self._ends_s.append(self._last_s)
                self._starts_s.append(time_s)
            interval_ms = round(max(0.0, time_s - self._last_s) * 1000)
            self._intervals[min(interval_ms, len(self._intervals) - 1)] += 1
        self._last_s = time_s

    def finish(self) -> None:
        while self._held_s:
            self._next(heapq.heappop(self._held_s))

    @property
    def stretches(self) -> tuple[Interval, ...]:
        """From the first to the last frame of each stretch without a gap, in order."""
        ends_s = [*self._ends_s, self._last_s]
        return tuple(Interval(max(0.0, a), max(0.0, b)) for a, b in zip(self._starts_s, ends_s, strict=False))

    @property
    def fps(self) -> float:
        """Of the time without gaps, where there is any; NaN for fewer than two frames."""
        gaps, count = len(self._ends_s), float(self._intervals.sum())
        filmed_s = sum(stretch.duration_s for stretch in self.stretches)
        if gaps < count and filmed_s > 0:
            return (count - gaps) / filmed_s
        span_s = self._last_s - self._first_s
        return count / span_s if span_s > 0 else math.nan

    @property
    def variable(self) -> bool:
        total = self._intervals.sum()
        if not total:
            return False
        interval_s = np.arange(len(self._intervals)) / 1000
        median_s = interval_s[np.searchsorted(np.cumsum(self._intervals), total / 2)]
        tolerance_s = max(self._TOLERANCE_S, self._TOLERANCE_RATIO * median_s)
        odd = self._intervals[np.abs(interval_s - median_s) > tolerance_s].sum()
        return bool(odd > self._MAX_ODD_SHARE * total)
