"""One audio track of a container to 16 kHz mono on the recording's clock."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np
from numpy.typing import NDArray

from interview_analysis.pipeline.media.audio_spool import SAMPLE_RATE_HZ
from interview_analysis.pipeline.media.channel_levels import ChannelMeter, by_channel, unit_scaled
from interview_analysis.pipeline.media.polarity import Polarity
from interview_analysis.types import Interval

if TYPE_CHECKING:
    from av import AudioFrame, AudioResampler, AudioStream, Packet

# Container clocks jitter by less, and words may be this much off before anything shows it.
_GAP_S = 0.05
# A time further ahead than anybody records for is a fault of the file: the audio is taken as continuous.
_MAX_GAP_S = 12 * 3600.0
_SURE_GAP_S = (
    10.0  # a longer jump is believed when the next frame bears it out: single frames have wrong times
)
_MAX_OVERLAP_S = 1.0  # a clock that goes further back was set anew: the audio goes on
_FULL_SCALE = 0.999
_NO_POSITION = "NONE"  # FFmpeg's name of a channel whose loudspeaker the file does not tell
# A codec's frames of 20 ms cost more in calls than in work: those that follow each other are taken as one, and samples are
# written in batches.
_PIECE_S = 0.25
_BATCH_SAMPLES = SAMPLE_RATE_HZ // 2


class Sink(Protocol):
    """What takes the samples of a track."""

    def append(self, samples: NDArray[np.float32]) -> None: ...


class AudioTrack:
    """Decodes, resamples and appends to `sink`; keeps what the source alone tells of.

    Timestamps decide where samples go: a late start and gaps become silence, what overlaps or lies before the
    recording's start is dropped, so that sample n is n / 16000 s after the start.
    """

    def __init__(self, stream: AudioStream, origin_s: float, sink: Sink) -> None:
        self._stream = stream
        self._origin_s = origin_s
        self._sink = sink
        self._resampler: AudioResampler | None = None
        self._source: tuple[str, str, int] | None = None
        self._next_s = math.nan  # where the next frame belongs if it follows the last one
        self._doubted: AudioFrame | None = None  # whose time is far ahead, until the next frame comes
        self._held: list[AudioFrame] = []  # that follow each other, until they are a piece
        self._held_s = 0.0
        self._excess_samples = 0  # still to be dropped from what comes out of the resampler
        self._pending: list[NDArray[np.float32]] = []
        self._placed_samples = self._written_samples = 0
        self._channels = ChannelMeter()
        self._polarity = Polarity()
        self._stretches: list[Interval] = []
        self.values = self.clipped = 0  # samples of the source over all channels, and those at full scale
        self.end_s = 0.0
        self.lost_s = 0.0  # packets that could not be decoded

    def decode(self, packet: Packet[AudioStream]) -> None:
        """Append what `packet` holds; an empty packet flushes the decoder."""
        from av.error import FFmpegError

        try:
            frames = packet.decode()
        except FFmpegError:
            self.lost_s += float((packet.duration or 0) * (packet.time_base or 0))
            return
        for frame in frames:
            if frame.samples and frame.sample_rate:
                self._take(frame)

    def finish(self) -> None:
        """Append what is still held back."""
        if self._doubted is not None:
            self._hold(self._doubted, 0.0)
        self._add_held()
        self._drain()
        self._write()

    @property
    def channel_levels(self) -> NDArray[np.float32] | None:
        """See `ChannelMeter.levels`."""
        return self._channels.levels

    @property
    def stretches(self) -> tuple[Interval, ...]:
        """Where the track has samples, silent or not, in order and apart."""
        return tuple(self._stretches)

    def _take(self, frame: AudioFrame) -> None:
        """Add a frame at its time; one that is far ahead waits for the next one to say whether the clock went on there."""
        doubted, self._doubted = self._doubted, None
        if doubted is not None:
            after_s = self._jump_s(frame) - _length_s(doubted)
            self._hold(doubted, self._jump_s(doubted) if after_s > _SURE_GAP_S else 0.0)
        jump_s = self._jump_s(frame)
        if jump_s > _SURE_GAP_S and not math.isnan(self._next_s):
            self._doubted = frame
        else:
            self._hold(frame, jump_s)

    def _hold(self, frame: AudioFrame, jump_s: float) -> None:
        """Add a frame that comes so much after the last one, together with those that follow."""
        if jump_s or (self._held and _kind(frame) != _kind(self._held[0])):
            self._add_held()
            self._jump(jump_s)
        if not self._held:
            self._held_s = self._expected_s
        self._held.append(frame)
        self._next_s = self._expected_s + _length_s(frame)
        if self._next_s - self._held_s >= _PIECE_S:
            self._add_held()

    @property
    def _expected_s(self) -> float:
        """Where the next frame belongs if it follows the last one; the start before the first."""
        return 0.0 if math.isnan(self._next_s) else self._next_s

    def _jump_s(self, frame: AudioFrame) -> float:
        """How much later than the end of the last one a frame begins, 0 where it has no time or an impossible one."""
        if frame.time is None:
            return 0.0
        first = math.isnan(self._next_s)
        jump_s: float = frame.time - self._origin_s - self._expected_s
        if jump_s < -_MAX_OVERLAP_S and not first:
            self._origin_s += jump_s
            return 0.0
        if (abs(jump_s) <= _GAP_S and not first) or not -_MAX_OVERLAP_S <= jump_s <= _MAX_GAP_S:
            return 0.0
        return jump_s

    def _add_held(self) -> None:
        if not self._held:
            return
        frame, values = _as_one(self._held)
        self._held.clear()
        self._count_clipped(values)
        self._channels.add(frame, values, self._held_s)
        self._append(self._resampled(self._even_mix(frame, values)))
        self.end_s = max(self.end_s, self._next_s)
        if self._next_s > 0:
            self._extend(max(0.0, self._held_s), self._next_s)

    def _extend(self, start_s: float, end_s: float) -> None:
        last = self._stretches[-1] if self._stretches else None
        if last is not None and start_s <= last.end_s + _GAP_S:
            self._stretches[-1] = Interval(last.start_s, max(last.end_s, end_s))
        else:
            self._stretches.append(Interval(start_s, end_s))

    def _jump(self, jump_s: float) -> None:
        """Go on so much later than the last frame ended, after making the samples meet it."""
        self._next_s = self._expected_s + jump_s
        if jump_s:
            self._drain()
            offset = round(self._next_s * SAMPLE_RATE_HZ) - self._placed_samples
            self._excess_samples = max(0, -offset)
            while offset > 0:
                self._append(np.zeros(min(offset, SAMPLE_RATE_HZ), dtype=np.float32))
                offset -= SAMPLE_RATE_HZ

    def _resampled(self, frame: AudioFrame) -> NDArray[np.float32]:
        from av import AudioResampler

        source = _kind(frame)
        if self._resampler is None or source != self._source:
            self._drain()
            # Without a limit swresample adds the channels up, and a centred voice clips.
            self._resampler = AudioResampler(
                format="flt", layout="mono", rate=SAMPLE_RATE_HZ, options={"rematrix_maxval": "1.0"}
            )
            self._source = source
        frame.pts = None  # the place was decided above
        return _joined(self._resampler.resample(frame))

    def _drain(self) -> None:
        if self._resampler is not None:
            rest = _joined(self._resampler.resample(None))
            self._resampler = None
            self._append(rest)

    def _append(self, samples: NDArray[np.float32]) -> None:
        dropped = min(self._excess_samples, len(samples))
        self._excess_samples -= dropped
        self._pending.append(samples[dropped:])
        self._placed_samples += len(samples) - dropped
        if self._placed_samples - self._written_samples >= _BATCH_SAMPLES:
            self._write()

    def _write(self) -> None:
        if not self._pending:
            return
        samples = np.concatenate(self._pending)
        self._pending.clear()
        self._written_samples += len(samples)
        # A damaged float stream can hold NaN or infinity, which no model downstream survives.
        self._sink.append(np.clip(np.nan_to_num(samples), -1, 1))

    def _count_clipped(self, values: NDArray[Any]) -> None:
        low, high = -_FULL_SCALE, _FULL_SCALE
        if values.dtype.kind in "iu":
            limits = np.iinfo(values.dtype)
            middle = (float(limits.max) + limits.min + 1) / 2
            low = middle - _FULL_SCALE * (middle - limits.min)
            high = middle + _FULL_SCALE * (limits.max - middle)
        self.values += values.size
        self.clipped += int(np.count_nonzero((values >= high) | (values <= low)))

    def _even_mix(self, frame: AudioFrame, values: NDArray[Any]) -> AudioFrame:
        """The frame as it is, or the mean of its channels where swresample would lose some of them.

        It assigns cinema layouts to three or more channels without positions, and drops the subwoofer: the fourth of 5.1, the
        last of 2.1. It has no layout for 9 or 32 channels. Here each channel may be the microphone of a person. And it mixes two
        channels of opposite phase to silence.
        """
        channels = frame.layout.channels
        if len(channels) == 2:
            samples = unit_scaled(by_channel(frame, values))
            if self._polarity.opposed(samples, frame.sample_rate):
                return _mono(frame, (samples[:, 0] - samples[:, 1]) / 2)
        elif len(channels) > 2 and all(channel.name == _NO_POSITION for channel in channels):
            return _mono(frame, unit_scaled(by_channel(frame, values)).mean(axis=1))
        return frame


def _kind(frame: AudioFrame) -> tuple[str, str, int]:
    return frame.format.name, frame.layout.name, frame.sample_rate


def _as_one(frames: list[AudioFrame]) -> tuple[AudioFrame, NDArray[Any]]:
    """Frames of one kind that follow each other as a frame, and its values."""
    if len(frames) == 1:
        return frames[0], frames[0].to_ndarray()
    from av import AudioFrame

    first, values = frames[0], np.concatenate([frame.to_ndarray() for frame in frames], axis=1)
    joined = AudioFrame.from_ndarray(values, format=first.format.name, layout=first.layout.name)
    joined.sample_rate, joined.time_base = first.sample_rate, first.time_base
    return joined, values


def _length_s(frame: AudioFrame) -> float:
    return float(frame.samples / frame.sample_rate)


def _mono(frame: AudioFrame, samples: NDArray[np.float64]) -> AudioFrame:
    from av import AudioFrame

    mixed = AudioFrame.from_ndarray(samples.astype(np.float32)[None], format="flt", layout="mono")
    mixed.sample_rate, mixed.time_base = frame.sample_rate, frame.time_base
    return mixed


def _joined(frames: list[AudioFrame]) -> NDArray[np.float32]:
    arrays = [frame.to_ndarray()[0] for frame in frames]
    return np.concatenate(arrays) if arrays else np.empty(0, dtype=np.float32)
