"""One audio track of a container to 16 kHz mono on the recording's clock."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from interview_analysis.pipeline.media.audio_spool import SAMPLE_RATE_HZ, AudioSpool
from interview_analysis.pipeline.media.channel_levels import ChannelMeter, by_channel, unit_scaled
from interview_analysis.pipeline.media.signal_facts import LoudnessMeter, SnrMeter

if TYPE_CHECKING:
    from av import AudioFrame, AudioResampler, AudioStream, Packet

# Container clocks jitter by less, and words may be this much off before anything shows it.
_GAP_S = 0.05
# A timestamp this far off is a fault of the file, not a pause: the audio is taken as continuous.
_MAX_GAP_S = 3600.0
_MAX_OVERLAP_S = 1.0
_FULL_SCALE = 0.999
_NO_POSITION = "NONE"  # FFmpeg's name of a channel whose loudspeaker the file does not tell
# Samples are measured and written in batches: a codec's frames of 20 ms cost more in calls than in work.
_BATCH_SAMPLES = SAMPLE_RATE_HZ // 2


class AudioTrack:
    """Decodes, resamples and appends to a spool; measures on the way.

    Timestamps decide where samples go: a late start and gaps become silence, what overlaps or lies before the
    recording's start is dropped, so that sample n is n / 16000 s after the start.
    """

    def __init__(self, stream: AudioStream, origin_s: float, spool: AudioSpool) -> None:
        self._stream = stream
        self._origin_s = origin_s
        self._spool = spool
        self._resampler: AudioResampler | None = None
        self._source: tuple[str, str, int] | None = None
        self._next_s = math.nan  # where the next frame belongs if it follows the last one
        self._excess_samples = 0  # still to be dropped from what comes out of the resampler
        self._pending: list[NDArray[np.float32]] = []
        self._placed_samples = spool.samples  # written and pending
        self._loudness = LoudnessMeter(SAMPLE_RATE_HZ)
        self._snr = SnrMeter(SAMPLE_RATE_HZ)
        self._channels = ChannelMeter()
        self._values = self._clipped = 0
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
            self._add(frame)

    def finish(self) -> None:
        """Append what is still held back."""
        self._drain()
        self._write()

    @property
    def loudness_lufs(self) -> float:
        return self._loudness.loudness_lufs

    @property
    def snr_db(self) -> float:
        return self._snr.snr_db

    @property
    def channel_levels(self) -> NDArray[np.float32] | None:
        """See `ChannelMeter.levels`."""
        return self._channels.levels

    @property
    def clipping_ratio(self) -> float:
        """Share of the source's samples, over all channels, at or above 0.999 of full scale."""
        return self._clipped / self._values if self._values else math.nan

    def _add(self, frame: AudioFrame) -> None:
        if not frame.samples or not frame.sample_rate:
            return
        duration_s = frame.samples / frame.sample_rate
        time_s = self._place(frame)
        values = frame.to_ndarray()
        self._count_clipped(values)
        self._channels.add(frame, values, time_s)
        self._append(self._resampled(_even_mix(frame, values)))
        self._next_s = time_s + duration_s
        self.end_s = max(self.end_s, self._next_s)

    def _place(self, frame: AudioFrame) -> float:
        """The frame's time, after making the spool meet it."""
        first = math.isnan(self._next_s)
        expected_s = 0.0 if first else self._next_s
        if frame.time is None:
            return expected_s
        jump_s = frame.time - self._origin_s - expected_s
        if (abs(jump_s) <= _GAP_S and not first) or not -_MAX_OVERLAP_S <= jump_s <= _MAX_GAP_S:
            return expected_s
        self._drain()
        offset = round((expected_s + jump_s) * SAMPLE_RATE_HZ) - self._placed_samples
        self._excess_samples = max(0, -offset)
        while offset > 0:
            self._append(np.zeros(min(offset, SAMPLE_RATE_HZ), dtype=np.float32))
            offset -= SAMPLE_RATE_HZ
        return expected_s + jump_s

    def _resampled(self, frame: AudioFrame) -> NDArray[np.float32]:
        from av import AudioResampler

        source = (frame.format.name, frame.layout.name, frame.sample_rate)
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
        if self._placed_samples - self._spool.samples >= _BATCH_SAMPLES:
            self._write()

    def _write(self) -> None:
        if not self._pending:
            return
        samples = np.concatenate(self._pending)
        self._pending.clear()
        # A damaged float stream can hold NaN or infinity, which no model downstream survives.
        samples = np.clip(np.nan_to_num(samples), -1, 1)
        self._spool.append(samples)
        self._loudness.add(samples)
        self._snr.add(samples)

    def _count_clipped(self, values: NDArray[Any]) -> None:
        low, high = -_FULL_SCALE, _FULL_SCALE
        if values.dtype.kind in "iu":
            limits = np.iinfo(values.dtype)
            middle = (float(limits.max) + limits.min + 1) / 2
            low = middle - _FULL_SCALE * (middle - limits.min)
            high = middle + _FULL_SCALE * (limits.max - middle)
        self._values += values.size
        self._clipped += int(np.count_nonzero((values >= high) | (values <= low)))


def _even_mix(frame: AudioFrame, values: NDArray[Any]) -> AudioFrame:
    """The frame as it is, or where three or more channels have no positions, the mean of them all.

    swresample takes those for the speakers of a cinema: of six it leaves out the fourth, of three the last, for a bass
    and for nobody, and for nine or 32 there is no such cinema. Each may be the microphone of a person.
    """
    from av import AudioFrame

    channels = frame.layout.channels
    if len(channels) < 3 or any(channel.name != _NO_POSITION for channel in channels):
        return frame
    mean = unit_scaled(by_channel(frame, values)).mean(axis=1).astype(np.float32)
    mixed = AudioFrame.from_ndarray(mean[None], format="flt", layout="mono")
    mixed.sample_rate, mixed.time_base = frame.sample_rate, frame.time_base
    return mixed


def _joined(frames: list[AudioFrame]) -> NDArray[np.float32]:
    arrays = [frame.to_ndarray()[0] for frame in frames]
    return np.concatenate(arrays) if arrays else np.empty(0, dtype=np.float32)
