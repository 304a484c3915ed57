"""Opens a recording, or says why it cannot be: which formats are taken, which picture, and how long it claims to be."""

from __future__ import annotations

import math
import stat
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from interview_analysis.errors import MediaError
from interview_analysis.pipeline.media.video import MAX_PIXELS

if TYPE_CHECKING:
    from av import VideoStream
    from av.container import InputContainer
    from av.stream import Stream

# FFmpeg's names of the formats that hold recordings. Left out is what FFmpeg takes for media as well:
# playlists (which open other files and addresses), pictures, subtitles and text.
FORMATS = (
    "mov,mp4,m4a,3gp,3g2,mj2,matroska,webm,avi,wav,w64,mp3,flac,ogg,aac,ac3,eac3,aiff,amr,amrnb,amrwb,ape,asf,au,caf,"
    "dv,flv,gxf,h264,hevc,ivf,m4v,mpeg,mpegts,mpegvideo,mxf,nut,obu,rm,tta,voc,wtv,wv"
)


class Readable(Protocol):
    """Bytes in order, without a way back. `read` waits where more will come, and gives none at the end."""

    def read(self, size: int = -1, /) -> bytes: ...


def open_recording(path: Path) -> InputContainer:
    """Open a container, or say why it cannot be."""
    head = check_file(path)
    # The prefix keeps a name such as "a:b.mp4" from being taken for an address.
    return _opened(f"file:{path.resolve()}", str(path), head)


def open_growing(stream: Readable, name: str) -> InputContainer:
    """Open a recording that is still being made. What has its index at the end, as plain MP4 has, cannot be."""
    return _opened(stream, name, b"")


def _opened(source: Any, name: str, head: bytes) -> InputContainer:
    import av
    from av.error import FFmpegError

    options = {
        "format_whitelist": FORMATS,
        "protocol_whitelist": "file",
        "max_pixels": str(MAX_PIXELS),  # the decoders that look into the streams keep to it, too
    }
    try:
        container: InputContainer = av.open(source, options=options)
    except (FFmpegError, UnicodeError):
        reason, code = _why_unreadable(head)
        raise MediaError(f"{name}: {reason}", code) from None
    return container


def check_file(path: Path) -> bytes:
    """The first bytes of a file; MediaError for what is none, is empty or cannot be read."""
    try:
        kind = path.stat().st_mode
        if not (stat.S_ISREG(kind) or stat.S_ISDIR(kind)):  # to open a pipe would wait for a writer
            raise MediaError(
                f"{path}: is no regular file: save the recording to a file first", "no_recording"
            )
        with path.open("rb") as file:
            head = file.read(16)
    except FileNotFoundError:
        raise MediaError(f"{path}: no such file: check the path", "not_found") from None
    except IsADirectoryError:
        raise MediaError(f"{path}: is a folder: name one recording in it", "no_recording") from None
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else error
        raise MediaError(
            f"{path}: cannot be read ({reason}): check the path and its permissions", "unreadable"
        ) from None
    if not head:
        raise MediaError(f"{path}: is empty (0 bytes): copy it again from where it was recorded", "empty")
    return head


def _why_unreadable(head: bytes) -> tuple[str, str]:
    """The reason with what to do, and its code."""
    if head[4:8] in (b"ftyp", b"mdat", b"moov", b"wide", b"free", b"skip"):
        return (
            "truncated MP4 or MOV (its index is missing, as when a recording or upload was cut off):"
            " copy it again, or export it again from the recorder",
            "damaged",
        )
    if head[:4] in (b"RIFF", b"\x1aE\xdf\xa3", b"fLaC", b"OggS"):
        return (
            "truncated or damaged (its header cannot be read): copy it again, or export it again",
            "damaged",
        )
    return (
        "is no audio or video file that can be read: give a recording such as mp4, mov, mkv, webm, avi, wav,"
        " mp3, m4a, flac or ogg",
        "no_recording",
    )


def video_track(container: InputContainer) -> VideoStream | None:
    """The video track to use: the default one, else the first that can be decoded. Pictures that stand still are none."""
    from av.stream import Disposition

    pictures = Disposition.attached_pic | Disposition.timed_thumbnails | Disposition.still_image
    usable = [
        stream
        for stream in container.streams.video
        if not stream.disposition & pictures and stream.codec_context is not None
    ]
    marked = [stream for stream in usable if stream.disposition & Disposition.default]
    return next(iter(marked or usable), None)


def origin_s(streams: Iterable[Stream]) -> float:
    """The container time at which the recording starts: that of its earliest track, 0 if none is stated."""
    starts = [
        float(stream.start_time * stream.time_base)
        for stream in streams
        if stream.start_time is not None and stream.time_base is not None
    ]
    return min(starts, default=0.0)


def declared_duration_s(container: InputContainer, origin_s: float) -> float:
    if not container.duration or container.duration < 0:
        return math.nan
    if "matroska" in container.format.name:  # counts from 0, other formats from the earliest track
        return max(0.0, container.duration / 1e6 - origin_s)
    start_s = origin_s if container.start_time is None else container.start_time / 1e6
    return start_s + container.duration / 1e6 - origin_s
