"""Recordings in: what a file holds, its sound as 16 kHz mono, its picture as sampled frames.

`Decoder` reads a file once, from front to back, in memory that does not depend on its length.
"""

from __future__ import annotations

import math
import os
from collections.abc import Callable, Generator, Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, cast

from interview_analysis.errors import MediaError
from interview_analysis.features.core.turns import common, holes
from interview_analysis.pipeline.media.audio_spool import AudioSpool
from interview_analysis.pipeline.media.audio_tracks import decodable, silent, track_facts
from interview_analysis.pipeline.media.opening import (
    Readable,
    declared_duration_s,
    open_growing,
    open_recording,
    origin_s,
    video_track,
)
from interview_analysis.pipeline.media.signal_facts import QualityLimits, quality_flags
from interview_analysis.pipeline.media.soundtrack import Soundtrack
from interview_analysis.pipeline.media.video import PictureSizeError, VideoTrack, check_picture
from interview_analysis.types import Frame, Interval, MediaFacts

if TYPE_CHECKING:
    import numpy as np
    from av import AudioStream, Packet, VideoStream
    from av.stream import Stream
    from numpy.typing import NDArray

# Formats whose header states the length, so that it can be held against what is there.
_STATES_DURATION = frozenset({"mov", "matroska", "avi", "wav", "w64", "flac", "asf", "aiff", "caf", "flv"})
_MAX_MISSING_RATIO = 0.02
_MIN_MISSING_S = 0.25  # the last frame of a short clip is more than 2 % of it
_PROGRESS_S = 0.5
# Sound that is missing for less is silence that was not sent: while nobody speaks, Opus sends a packet every 400 ms
# (RFC 6716, 2.1.9), and tracks begin and end some tenths of a second apart.
MIN_HOLE_S = 0.5
# An interview lasts an hour or two; a working day with breaks is the longest that anybody would score as one. A header
# that claims more is a fault, and to believe it would fill the temporary folder: 12 h of sound take 2.8 GB there.
MAX_DURATION_S = 12 * 3600.0
_RIFF_UNKNOWN = 0x7FFF0000  # from here on: written to a pipe, where the size could not be filled in


class Decoder:
    """One recording, opened and probed.

    Raises MediaError, with what is wrong and what to do, for a path that is missing or cannot be read, a
    folder, an empty file, a file that is no recording, one without an audio or video track, a truncated one.

    Parameters
    ----------
    path: any file that FFmpeg reads, see `opening.FORMATS`.
    frames_per_second: rate at which the video is sampled.
    max_side_px: longer side of the frames; larger video is shrunk, smaller is left.
    threads: decoding threads of the video. More than one finish sooner in the same processor time.
    limits: thresholds of the quality flags.
    stream: where to read from instead, for a recording that is still being made; `path` is then what it is called.
    on_progress: called with the seconds decoded so far, about twice a second of the recording.
    with_video: without, the picture is passed over, if there is one, and there are no frames.
    """

    def __init__(
        self,
        path: str | os.PathLike[str],
        frames_per_second: float = 5.0,
        max_side_px: int = 720,
        *,
        threads: int = 2,
        limits: QualityLimits | None = None,
        stream: Readable | None = None,
        on_progress: Callable[[float], None] | None = None,
        with_video: bool = True,
    ) -> None:
        if frames_per_second <= 0 or max_side_px < 2:
            raise ValueError(f"expected a rate and a size above 0, got {frames_per_second} and {max_side_px}")
        self._path = Path(path)
        self._frames_per_second = frames_per_second
        self._max_side_px = max_side_px
        self._threads = threads
        self._limits = limits or QualityLimits()
        self._on_progress = on_progress
        self._facts: MediaFacts | None = None
        self._channel_levels: NDArray[np.float32] | None = None
        self._tracks: Mapping[int, AudioSpool] = {}
        self._open = ExitStack()
        self._damaged = False
        self._grows = stream is not None
        self._container = (
            open_growing(stream, str(path)) if stream is not None else open_recording(self._path)
        )
        self._audio, self._video = decodable(self._container), video_track(self._container)
        if not self._audio and self._video is None:
            self.close()
            raise MediaError(
                f"{self._path}: no audio and no video track: choose a recording that has one", "no_tracks"
            )
        self._whole = with_video or self._video is None
        if not with_video:
            self._video = None
        self._origin_s = origin_s(self._streams)
        self._declared_duration_s = declared_duration_s(self._container, self._origin_s)
        if not self._grows:
            self._check_size()
        self._check_limits()

    @property
    def _streams(self) -> list[Stream]:
        return [*self._audio.values(), *([self._video] if self._video else [])]

    @property
    def has_audio(self) -> bool:
        return bool(self._audio)

    @property
    def has_video(self) -> bool:
        return self._video is not None

    @property
    def declared_duration_s(self) -> float:
        """What the container says, for progress bars; NaN where it says nothing."""
        return self._declared_duration_s

    def told_duration_s(self) -> float:
        """What the container says, else when the last packet ends, 0 where packets have no times.

        Packets are read and not decoded, and no frames can be taken afterwards. Raises MediaError beyond the limit.
        """
        if not math.isnan(self.declared_duration_s):
            return self.declared_duration_s
        end_s = 0.0
        for packet in self._packets():
            if packet.pts is not None:
                end_ticks = packet.pts + (packet.duration or 0)
                end_s = max(end_s, float(end_ticks * packet.time_base) - self._origin_s)
                self._check_length(end_s, "holds")
        return end_s

    @property
    def facts(self) -> MediaFacts:
        """What was measured; there once `frames` is exhausted, RuntimeError before."""
        if self._facts is None:
            raise RuntimeError("media facts are there once all frames were taken")
        return self._facts

    @property
    def channel_levels(self) -> NDArray[np.float32] | None:
        """How loud each channel is, see `ChannelMeter.levels`; there once the audio is finished."""
        return self._channel_levels

    @property
    def several_tracks(self) -> bool:
        """Whether there is more than one audio track, though all but one may be silent."""
        return len(self._audio) > 1

    @property
    def tracks(self) -> Mapping[int, AudioSpool]:
        """The sound of each of several audio tracks that are heard, by its number from 0; empty where one is.

        There once the audio is finished, until `close`; `channel_levels` are those of each.
        """
        return self._tracks

    def frames(self, spool: AudioSpool) -> Generator[Frame]:
        """Decode the recording: sampled frames come out, the audio goes to `spool` as it is met.

        Frames are upright RGB, uint8, shape (height, width, 3), the first at or after each time ``k / rate``.
        A recording without video gives none, but has to be iterated all the same. The spool is finished at
        the end; when decoding fails or is given up, its readers get the error. Raises MediaError for a
        truncated or undecodable recording. Can be run once.
        """
        try:
            yield from self._run(spool)
            spool.finish()
        except GeneratorExit:
            spool.fail(MediaError(f"{self._path}: decoding was given up before its end"))
            raise
        except BaseException as error:  # readers in other threads would wait for ever, after Ctrl-C as well
            spool.fail(error)
            raise
        finally:
            self._container.close()

    def close(self) -> None:
        """Close the file, and give back what was kept of it. Safe to repeat."""
        self._container.close()
        self._open.close()

    def __enter__(self) -> Decoder:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _run(self, spool: AudioSpool) -> Iterator[Frame]:
        left_silent = frozenset() if self._grows else silent(self._path, self._audio)
        heard = {number: stream for number, stream in self._audio.items() if number not in left_silent}
        audio = Soundtrack(heard, self._origin_s, spool) if heard else None
        if audio is not None:
            self._open.callback(audio.close)
        video = None
        if self._video:
            video = VideoTrack(
                self._video, self._origin_s, self._frames_per_second, self._max_side_px, self._threads
            )
        for packet in self._packets():
            if video is not None and packet.stream is self._video:
                yield from self._pictures(video, cast("Packet[VideoStream]", packet))
            elif audio is not None:
                audio.decode(cast("Packet[AudioStream]", packet))
                self._check_length(audio.end_s, "holds")
        for track in (audio, video):
            if track is not None:
                track.finish()
        self._facts = replace(
            self._measured(audio, video), audio_tracks=track_facts(self._container, left_silent)
        )
        if audio is not None:
            self._channel_levels, self._tracks = audio.channel_levels, audio.tracks

    def _pictures(self, video: VideoTrack, packet: Packet[VideoStream]) -> Iterator[Frame]:
        try:
            yield from video.decode(packet)
        except PictureSizeError as error:
            raise MediaError(f"{self._path}: {error}") from None
        self._check_length(video.end_s, "holds")

    def _packets(self) -> Iterator[Packet[Stream]]:
        from av.error import FFmpegError

        told_s = 0.0
        packets = self._container.demux(*self._streams)
        while True:
            try:
                packet = next(packets)
            except StopIteration:
                return
            except FFmpegError:  # what could be read is held against the stated length at the end
                self._damaged = True
                return
            yield packet
            if self._on_progress and packet.dts is not None:
                time_s = float(packet.dts * packet.time_base) - self._origin_s
                if time_s >= told_s + _PROGRESS_S:
                    told_s = time_s
                    self._on_progress(time_s)

    def _measured(self, audio: Soundtrack | None, video: VideoTrack | None) -> MediaFacts:
        end_s = max((track.end_s for track in (audio, video) if track is not None), default=0.0)
        has_video = video is not None and video.width_px > 0
        has_audio = audio is not None and audio.end_s > 0
        if not has_audio and not has_video:
            raise MediaError(
                f"{self._path}: holds no sound and no picture (zero length): record or export it again",
                "empty",
            )
        damage = self._check_complete(audio, video, end_s)
        nan = math.nan
        first = next(iter(self._audio.values()), None)
        sound_holes = self._holes(audio.stretches if audio else (), end_s) if has_audio else ()
        facts = MediaFacts(
            duration_s=end_s,
            has_audio=has_audio,
            has_video=has_video,
            container=self._container.format.name,
            width_px=video.width_px if video else 0,
            height_px=video.height_px if video else 0,
            fps=video.fps if video else nan,
            variable_frame_rate=video.variable_frame_rate if video else False,
            rotation_deg=video.rotation_deg if video else 0,
            mirrored=video.mirrored if video else False,
            video_codec=self._video.codec_context.name if self._video else "",
            audio_codec=first.codec_context.name if first else "",
            audio_rate_hz=first.codec_context.sample_rate if first else 0,
            loudness_lufs=audio.sound.loudness_lufs if audio else nan,
            clipping_ratio=audio.clipping_ratio if audio else nan,
            snr_db=audio.sound.snr_db if audio else nan,
            bandwidth_hz=audio.sound.bandwidth_hz if audio else nan,
            luma_median=video.luma_median if video else nan,
            sound_holes=sound_holes,
            holes=tuple(common(sound_holes, self._holes(video.stretches, end_s))) if video else sound_holes,
        )
        return replace(facts, flags=(*quality_flags(facts, self._limits), *damage))

    @staticmethod
    def _holes(stretches: Sequence[Interval], end_s: float) -> tuple[Interval, ...]:
        return tuple(hole for hole in holes(stretches, end_s) if hole.duration_s >= MIN_HOLE_S)

    def _check_size(self) -> None:
        """Fail at once where an MP4's index, or the header of a WAV or AVI, tells of more than the file holds."""
        size = self._path.stat().st_size
        with self._path.open("rb") as file:
            head = file.read(8)
        riff_size = int.from_bytes(head[4:], "little")
        if head[:4] == b"RIFF" and size / (1 - _MAX_MISSING_RATIO) < riff_size < _RIFF_UNKNOWN:
            self.close()
            raise MediaError(
                f"{self._path}: truncated: its header says {riff_size / 1e6:.1f} MB but the file has only"
                f" {size / 1e6:.1f} MB: copy it again from where it was recorded, or export it again",
                "damaged",
            )
        for stream in self._streams:
            if not len(entries := stream.index_entries):
                continue
            if entries[-1].pos + entries[-1].size > size:
                first = next(entry for entry in entries if entry.pos + entry.size > size)
                have_s = max(0.0, float(first.timestamp * (stream.time_base or 0)) - self._origin_s)
                self.close()
                raise self._truncated(self.declared_duration_s, have_s)

    def _check_limits(self) -> None:
        """Fail at once where a header claims pictures or a length that nobody recorded."""
        try:
            if self._video is not None:
                check_picture(self._video.codec_context.width, self._video.codec_context.height)
            self._check_length(self.declared_duration_s, "claims")
        except PictureSizeError as error:
            self.close()
            raise MediaError(f"{self._path}: {error}", "too_large") from None
        except MediaError:
            self.close()
            raise

    def _check_length(self, duration_s: float, says: str) -> None:
        if duration_s > MAX_DURATION_S:  # NaN is not
            raise MediaError(
                f"{self._path}: {says} {duration_s / 3600:,.1f} hours, at most {MAX_DURATION_S / 3600:.0f} are taken:"
                " cut out the interview, or export the recording again if it is shorter than that",
                "too_long",
            )

    def _check_complete(
        self, audio: Soundtrack | None, video: VideoTrack | None, end_s: float
    ) -> tuple[str, ...]:
        """Hold what was decoded against what the container states; flags for a little that is missing."""
        stated = (
            self._whole and not self._grows and self._container.format.name.split(",")[0] in _STATES_DURATION
        )
        if not stated or math.isnan(stated_s := self.declared_duration_s):
            stated_s = end_s
        lost_s = max((track.lost_s for track in (audio, video) if track is not None), default=0.0)
        missing_s = max(0.0, stated_s - end_s)
        if missing_s + lost_s > max(_MIN_MISSING_S, _MAX_MISSING_RATIO * stated_s):
            raise self._truncated(stated_s, end_s - lost_s)
        if self._damaged and not stated:
            raise MediaError(
                f"{self._path}: cannot be read beyond {end_s:.1f} s: copy it again, or export it again as MP4",
                "damaged",
            )
        flags = {"truncated": missing_s > _MIN_MISSING_S, "decode_errors": lost_s > 0 or self._damaged}
        return tuple(name for name, raised in flags.items() if raised)

    def _truncated(self, stated_s: float, have_s: float) -> MediaError:
        return MediaError(
            f"{self._path}: truncated or damaged: the container says {stated_s:.1f} s but only {have_s:.1f} s"
            " could be decoded: copy it again from where it was recorded, or export it again",
            "damaged",
        )
