"""All audio tracks of a recording as one sound: a voice is heard on whichever of them it is."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from interview_analysis.features.core.turns import united
from interview_analysis.models.voice.diarization_channels import LEVEL_STEP_S
from interview_analysis.pipeline.media.audio import AudioTrack
from interview_analysis.pipeline.media.audio_spool import SAMPLE_RATE_HZ, AudioSpool
from interview_analysis.pipeline.media.channel_levels import MAX_CHANNELS
from interview_analysis.pipeline.media.sound import Sound
from interview_analysis.types import Interval

if TYPE_CHECKING:
    from av import AudioStream, Packet

_STEP_SAMPLES = round(LEVEL_STEP_S * SAMPLE_RATE_HZ)
_PIECE_SAMPLES = 500 * _STEP_SAMPLES  # 5 s in memory for each track


class Soundtrack:
    """Decodes audio tracks into one sound in `spool`: the only one as it is, of several their mean.

    Each of several is a channel of its own. They need not lie side by side in the file: each waits in a spool of its
    own until all have got as far.

    Parameters
    ----------
    streams : the tracks that are heard, by their number from 0.
    origin_s : container time at which the recording starts.
    """

    def __init__(self, streams: dict[int, AudioStream], origin_s: float, spool: AudioSpool) -> None:
        self.sound = Sound(spool)
        self._open = ExitStack()
        self._parts: dict[int, AudioSpool] = {}
        self._levels: list[NDArray[np.float32]] = []
        self._mixed_samples = 0
        if len(streams) > 1:
            self._parts = {number: self._open.enter_context(AudioSpool()) for number in streams}
        self._tracks = {
            stream.index: AudioTrack(stream, origin_s, self._parts.get(number, self.sound))
            for number, stream in streams.items()
        }

    def decode(self, packet: Packet[AudioStream]) -> None:
        """Append what a packet of one of the tracks holds; one of another track is left alone."""
        track = self._tracks.get(packet.stream.index)
        if track is not None:
            track.decode(packet)
            self._mix(min((part.samples for part in self._parts.values()), default=0))

    def finish(self) -> None:
        """Append what is still held back."""
        for track in self._tracks.values():
            track.finish()
        self._mix(max((part.samples for part in self._parts.values()), default=0), last=True)
        for part in self._parts.values():
            part.finish()

    def close(self) -> None:
        """Give temporary files back. Safe to repeat."""
        self._open.close()

    @property
    def tracks(self) -> Mapping[int, AudioSpool]:
        """The sound of each of several tracks by its number, until `close`; empty where there is one."""
        return self._parts

    @property
    def end_s(self) -> float:
        return max(track.end_s for track in self._tracks.values())

    @property
    def lost_s(self) -> float:
        """Seconds that could not be decoded, of the track that lost most."""
        return max(track.lost_s for track in self._tracks.values())

    @property
    def stretches(self) -> tuple[Interval, ...]:
        """Where any track has samples, silent or not, in order and apart."""
        each = (stretch for track in self._tracks.values() for stretch in track.stretches)
        return united(sorted(each, key=lambda stretch: stretch.start_s))

    @property
    def clipping_ratio(self) -> float:
        """Share of the source's samples, over all channels, at or above 0.999 of full scale."""
        values = sum(track.values for track in self._tracks.values())
        return sum(track.clipped for track in self._tracks.values()) / values if values else math.nan

    @property
    def channel_levels(self) -> NDArray[np.float32] | None:
        """See `ChannelMeter.levels`: of the channels of one track, else of the tracks, by their number."""
        if not self._parts:
            return next(iter(self._tracks.values())).channel_levels
        return np.concatenate(self._levels) if self._levels and max(self._parts) < MAX_CHANNELS else None

    def _mix(self, stop_sample: int, *, last: bool = False) -> None:
        """Add up to `stop_sample` samples, whole steps of the levels unless they are the last."""
        while stop_sample - self._mixed_samples >= (1 if last else _STEP_SAMPLES):
            count = min(stop_sample - self._mixed_samples, _PIECE_SAMPLES)
            count -= 0 if last else count % _STEP_SAMPLES
            samples = [self._read(part, count) for part in self._parts.values()]
            self._measure(samples)
            self.sound.append(np.mean(samples, axis=0, dtype=np.float32))
            self._mixed_samples += count

    def _read(self, part: AudioSpool, count: int) -> NDArray[np.float32]:
        found = part.read(self._mixed_samples, self._mixed_samples + count)
        return np.pad(found, (0, count - len(found)))  # a track may end before the others

    def _measure(self, samples: Sequence[NDArray[np.float32]]) -> None:
        padded = np.pad(np.square(samples), ((0, 0), (0, -len(samples[0]) % _STEP_SAMPLES)))
        steps = padded.reshape(len(samples), -1, _STEP_SAMPLES).mean(axis=2)
        levels = np.zeros((steps.shape[1], max(self._parts) + 1), dtype=np.float32)
        levels[:, list(self._parts)] = steps.T
        self._levels.append(levels)
