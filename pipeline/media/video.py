"""One video track of a container to upright, small RGB frames at a steady rate."""

from __future__ import annotations

import math
from collections.abc import Iterator
from fractions import Fraction
from typing import TYPE_CHECKING, cast

import numpy as np
from numpy.typing import NDArray

from interview_analysis.errors import MediaError
from interview_analysis.pipeline.media.display_matrix import Orientation, orientation
from interview_analysis.pipeline.media.signal_facts import PICTURE_GAP_S, FrameClock, LumaMeter
from interview_analysis.types import Frame, Interval

if TYPE_CHECKING:
    from av import Packet, VideoFrame, VideoStream

# A frame this little before its time on the grid counts as on it: Matroska's clock has steps of 1 ms.
_GRID_SLACK_S = 0.0015
MAX_SIDE_PX = 16_384  # the largest picture of H.264's and HEVC's highest levels is 8,192 to 16,888 px wide
MAX_PIXELS = 100_000_000  # three times 8K; a decoder holds several pictures, each of 150 MB at that size
# A clock that goes further back than frames are shuffled was set anew: the picture goes on.
_MAX_BACK_S = 1.0
# Codecs in which a frame that no other needs can be left undecoded, and that say so in the bitstream.
_DROPPABLE_CODECS = frozenset({"h264", "hevc"})


class PictureSizeError(MediaError):
    """A picture larger than any camera records. The message does not name the file."""


class VideoTrack:
    """Decodes what is needed and gives the first frame at or after each time ``k / frames_per_second``.

    Frames that no other frame refers to are half of a typical recording and are decoded only where they may
    be wanted. With a constant frame rate the result is the same as if all were decoded; with a varying one a
    sampled frame may come slightly later than the first possible one, with its true time.
    """

    def __init__(
        self, stream: VideoStream, origin_s: float, frames_per_second: float, max_side_px: int, threads: int
    ) -> None:
        from av.video.reformatter import VideoReformatter

        self._stream = stream
        self._origin_s = origin_s
        self._rate = frames_per_second
        self._max_side_px = max_side_px
        self._next_index = 0
        self._last_s = math.nan
        self._packet_s = math.nan  # when the last packet is decoded
        self._ahead_s = self._packets_ahead_s = 0.0  # what a clock that was set anew is behind
        self._tick_s = float(stream.time_base or 0)
        self._shrink, self._colour = VideoReformatter(), VideoReformatter()
        self._luma = LumaMeter()
        self._clock = FrameClock()
        source_fps = float(stream.average_rate or 0)
        self._source_interval_s = 1 / source_fps if source_fps else math.nan
        self._droppable = (
            stream.codec_context.name in _DROPPABLE_CODECS and source_fps > 2 * frames_per_second
        )
        self.width_px = self.height_px = 0  # as displayed
        self._shown: Orientation | None = None  # of the first frame
        self._turned: tuple[int, Orientation] | None = None  # the last frame's rotation, and how it is shown
        self.end_s = 0.0
        self.lost_s = 0.0  # packets that could not be decoded
        stream.codec_context.options = {"max_pixels": str(MAX_PIXELS)}  # refused before memory is taken
        stream.codec_context.thread_count = threads
        stream.codec_context.thread_type = "AUTO"

    def decode(self, packet: Packet[VideoStream]) -> Iterator[Frame]:
        """Sampled frames that `packet` completes; an empty packet flushes the decoder.

        Raises PictureSizeError where the stream turns to pictures that are too large.
        """
        from av.error import ArgumentError, FFmpegError

        duration_s = (packet.duration or 0) * self._tick_s
        time_s = self._packet_time(packet)
        if self._droppable and packet.size:
            needed = time_s is None or self._may_be_wanted(time_s)
            self._stream.codec_context.skip_frame = "DEFAULT" if needed else "NONREF"
        check_picture(*_claimed_size(self._stream.codec_context.name, packet))
        try:
            frames = packet.decode()
        except FFmpegError as error:
            if isinstance(error, ArgumentError) and not self._stream.codec_context.width:
                raise PictureSizeError(_too_large(f"a picture of more than {MAX_PIXELS:,} pixels")) from None
            self.lost_s += duration_s
            return
        if time_s is not None:
            self._clock.add(time_s)
            # The duration is the time up to the next picture in decoding order, and so holds a gap that lies there.
            shown_s = min(duration_s, PICTURE_GAP_S)
            decoded_s = self._packet_s if packet.dts is not None else time_s
            self.end_s = max(self.end_s, time_s + shown_s, decoded_s + duration_s)
        for frame in frames:
            check_picture(frame.width, frame.height)
            yield from self._sample(frame)

    def finish(self) -> None:
        """All packets have been given."""
        self._clock.finish()

    @property
    def fps(self) -> float:
        """Average over the whole track; NaN for fewer than two frames."""
        return self._clock.fps

    @property
    def variable_frame_rate(self) -> bool:
        return self._clock.variable

    @property
    def rotation_deg(self) -> int:
        """By how much the picture was turned counter-clockwise: 0, 90, 180 or 270."""
        return 90 * self._shown.quarter_turns if self._shown else 0

    @property
    def mirrored(self) -> bool:
        """Whether left and right were exchanged, as the file says that it is to be shown."""
        return self._shown is not None and self._shown.mirrored

    @property
    def stretches(self) -> tuple[Interval, ...]:
        """Where the track has pictures, in order and apart."""
        return self._clock.stretches

    @property
    def luma_median(self) -> float:
        return self._luma.luma_median

    def _may_be_wanted(self, time_s: float) -> bool:
        """Whether a frame at `time_s` can be the first one at or after a time on the grid."""
        past_grid_s = math.fmod(time_s + _GRID_SLACK_S, 1 / self._rate)
        return not past_grid_s > self._source_interval_s

    def _sample(self, frame: VideoFrame) -> Iterator[Frame]:
        time_s = self._time(frame)
        self.end_s = max(self.end_s, time_s)
        index = math.floor((time_s + _GRID_SLACK_S) * self._rate)
        if index < self._next_index:
            return
        self._next_index = index + 1
        image = self._upright(frame)
        self._luma.add(image)
        yield Frame(time_s=max(0.0, time_s), image=image)

    def _packet_time(self, packet: Packet[VideoStream]) -> float | None:
        if packet.dts is not None:
            decoded_s = packet.dts * self._tick_s - self._origin_s + self._packets_ahead_s
            if decoded_s < self._packet_s - _MAX_BACK_S:
                self._packets_ahead_s += self._packet_s - decoded_s
                decoded_s = self._packet_s
            self._packet_s = decoded_s
        return (
            None if packet.pts is None else packet.pts * self._tick_s - self._origin_s + self._packets_ahead_s
        )

    def _time(self, frame: VideoFrame) -> float:
        if frame.pts is not None:
            time_s = frame.pts * float(frame.time_base or self._tick_s) - self._origin_s + self._ahead_s
            if time_s < self._last_s - _MAX_BACK_S:
                self._ahead_s += self._last_s - time_s
                time_s = self._last_s
            self._last_s = time_s
        elif math.isnan(self._last_s):
            self._last_s = 0.0
        else:  # raw streams and some AVI files carry no times
            self._last_s += 0.04 if math.isnan(self._source_interval_s) else self._source_interval_s
        return self._last_s

    def _orientation(self, frame: VideoFrame) -> Orientation:
        """How a frame is to be shown, looked up where its rotation is another than the last one's.

        A frame whose side data was read is held, with the 3 MB of its picture, until Python looks for cycles.
        """
        if self._turned is None or self._turned[0] != frame.rotation:
            self._turned = frame.rotation, orientation(frame)
        return self._turned[1]

    def _upright(self, frame: VideoFrame) -> NDArray[np.uint8]:
        shown = self._orientation(frame)
        width, height = display_size(frame.width, frame.height, self._stream.sample_aspect_ratio)
        if self._shown is None:
            self._shown = shown
            self.width_px, self.height_px = (height, width) if shown.on_its_side else (width, height)
        width, height = fitted_size(width, height, self._max_side_px)
        if (width, height) != (frame.width, frame.height):
            # Shrinking before the colours are converted takes a third of the time of swscale's single step.
            frame = self._shrink.reformat(frame, width, height, interpolation="AREA", threads=1)
        rgb = self._colour.reformat(frame, format="rgb24", interpolation="BILINEAR", threads=1)
        image = cast("NDArray[np.uint8]", rgb.to_ndarray())
        return shown.upright(image)


def check_picture(width_px: int, height_px: int) -> None:
    """Raise PictureSizeError for a picture beyond `MAX_SIDE_PX` or `MAX_PIXELS`."""
    if max(width_px, height_px) > MAX_SIDE_PX or width_px * height_px > MAX_PIXELS:
        raise PictureSizeError(_too_large(f"pictures of {width_px:,} x {height_px:,} pixels"))


def _claimed_size(codec: str, packet: Packet[VideoStream]) -> tuple[int, int]:
    """Width and height that a PNG or JPEG picture claims, in which each picture may have a size of its own.

    (0, 0) for other codecs; FFmpeg holds them to the limit by itself.
    """
    if codec not in ("png", "mjpeg"):
        return 0, 0
    data = bytes(packet)
    if codec == "png" and data[12:16] == b"IHDR" and len(data) >= 24:
        return int.from_bytes(data[16:20]), int.from_bytes(data[20:24])
    at = 2
    while codec == "mjpeg" and at + 9 <= len(data) and data[at] == 0xFF:
        marker = data[at + 1]
        if 0xC0 <= marker <= 0xCF and marker not in (0xC4, 0xC8, 0xCC):  # start of frame
            return int.from_bytes(data[at + 7 : at + 9]), int.from_bytes(data[at + 5 : at + 7])
        at += 2 + int.from_bytes(data[at + 2 : at + 4])
    return 0, 0


def _too_large(what: str) -> str:
    return (
        f"claims {what}, at most {MAX_SIDE_PX:,} a side and {MAX_PIXELS // 10**6} megapixels are taken:"
        " export it again in the size that it was recorded in"
    )


def display_size(width_px: int, height_px: int, pixel_aspect: Fraction | None) -> tuple[int, int]:
    """Width and height with square pixels; an aspect beyond 1:4 is taken for a fault and ignored."""
    aspect = float(pixel_aspect or 1)
    return (round(width_px * aspect), height_px) if 0.25 <= aspect <= 4 else (width_px, height_px)


def fitted_size(width_px: int, height_px: int, max_side_px: int) -> tuple[int, int]:
    """The size whose longer side is at most `max_side_px`, shape kept; even where it had to shrink."""
    longer = max(width_px, height_px)
    if longer <= max_side_px:
        return width_px, height_px
    scale = max_side_px / longer
    return tuple(max(2, 2 * round(side * scale / 2)) for side in (width_px, height_px))  # type: ignore[return-value]
