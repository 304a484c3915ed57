"""A copy of a recording that every browser plays and seeks in.

What browsers write (WebM without length and index) and what they cannot play (HEVC, MPEG-1, AVI) is mended: where the
codecs are fine the streams are copied into a container with an index, which takes milliseconds; else they are encoded
as H.264 and AAC. Only the copy is ever played; the original is kept untouched.
"""

from __future__ import annotations

import os
from fractions import Fraction
from pathlib import Path

import av
from av.audio.stream import AudioStream
from av.container import InputContainer, OutputContainer
from av.error import FFmpegError
from av.video.frame import PictureType
from av.video.stream import VideoStream

from interview_analysis.errors import MediaError
from interview_analysis.pipeline.media.audio_tracks import decodable, silent
from interview_analysis.pipeline.media.opening import open_recording, video_track
from interview_analysis.pipeline.media.video import MAX_PIXELS

_IN_MP4 = {"h264", "aac", "mp3", "mp3float", "opus", "libopus", "flac", "av1", "libdav1d"}
_IN_WEBM = {"vp8", "vp9", "libvpx", "libvpx-vp9", "opus", "libopus", "vorbis", "av1", "libdav1d"}
_MAX_SIDE_PX = 960
_MS = Fraction(1, 1000)


def make_playable(source: Path, target_stem: Path) -> Path:
    """Write the copy beside `target_stem`; gives its path, .mp4 or .webm. Raises MediaError."""
    with open_recording(source) as container:
        streams = [stream for stream in _tracks(source, container) if stream is not None]
        codecs = {stream.codec_context.name for stream in streams}
    for suffix, codecs_of in ((".mp4", _IN_MP4), (".webm", _IN_WEBM)):
        if codecs <= codecs_of:
            target = target_stem.with_suffix(suffix)
            try:
                return _written(source, target, copy=True)
            except (FFmpegError, ValueError):
                break  # broken time stamps: encode
    try:
        return _written(source, target_stem.with_suffix(".mp4"), copy=False)
    except FFmpegError as error:
        raise MediaError(
            f"{source.name}: no copy for playing can be made of it: {error}", "damaged"
        ) from error


def _written(source: Path, target: Path, *, copy: bool) -> Path:
    aside = target.with_name(f".{target.stem}.{os.getpid()}.partial{target.suffix}")
    try:
        (_copy if copy else _encode)(source, aside)
        aside.chmod(0o600)
        aside.replace(target)
    finally:
        aside.unlink(missing_ok=True)
    return target


def _options(target: Path, read: InputContainer) -> dict[str, str]:
    """With the index before the pictures, so that seeking needs no second request."""
    if target.suffix == ".mp4":
        return {"movflags": "+faststart"}
    index_bytes = 50_000 + 40 * round((read.duration or 3_600_000_000) / 1e6)
    return {"reserve_index_space": str(index_bytes), "cues_to_front": "1"}


def _copy(source: Path, target: Path) -> None:
    with open_recording(source) as read, av.open(str(target), "w", options=_options(target, read)) as write:
        streams = [stream for stream in _tracks(source, read) if stream is not None]
        out = {stream.index: write.add_stream_from_template(stream) for stream in streams}
        last: dict[int, int] = {}
        for packet in read.demux(*streams):
            index = packet.stream.index
            if packet.dts is None or packet.dts <= last.get(index, packet.dts - 1):
                continue  # no time, or one that goes back; the original keeps it
            last[index] = packet.dts
            packet.stream = out[index]
            write.mux(packet)


def _encode(source: Path, target: Path) -> None:
    with open_recording(source) as read, av.open(str(target), "w", options=_options(target, read)) as write:
        audio, video = _tracks(source, read)
        pictures = _pictures(write, video) if video is not None else None
        sound = write.add_stream("aac", rate=48000, layout="stereo") if audio is not None else None
        resampler = av.AudioResampler(format="fltp", layout="stereo", rate=48000)
        last_ms = -1
        for frame in read.decode(*[stream for stream in (audio, video) if stream is not None]):
            if isinstance(frame, av.VideoFrame) and pictures is not None:
                at_ms = -1 if frame.time is None else round(frame.time * 1000)
                if at_ms <= last_ms:
                    continue
                last_ms = at_ms
                picture = frame.reformat(pictures.width, pictures.height, "yuv420p")
                picture.pts, picture.time_base, picture.pict_type = at_ms, _MS, PictureType.NONE
                write.mux(pictures.encode(picture))
            elif isinstance(frame, av.AudioFrame) and sound is not None:
                for part in resampler.resample(frame):
                    write.mux(sound.encode(part))
        for stream in (pictures, sound):
            if stream is not None:
                write.mux(stream.encode(None))


def _pictures(write: OutputContainer, video: VideoStream) -> VideoStream:
    """A stream of H.264 with the pictures' own times, no larger than a page shows them."""
    width, height = video.codec_context.width, video.codec_context.height
    scale = min(1.0, _MAX_SIDE_PX / max(width, height, 1))
    stream = write.add_stream("libx264", rate=30, options={"preset": "ultrafast", "crf": "26", "g": "60"})
    stream.width, stream.height = (max(2, int(side * scale) // 2 * 2) for side in (width, height))
    stream.pix_fmt = "yuv420p"
    stream.codec_context.time_base = stream.time_base = _MS
    return stream


def _tracks(source: Path, container: InputContainer) -> tuple[AudioStream | None, VideoStream | None]:
    """What is played: the first audio track with sound on it, and the video track that is analysed."""
    audio = decodable(container)
    quiet = silent(source, audio) if len(audio) > 1 else frozenset()
    heard = [stream for index, stream in audio.items() if index not in quiet] or list(audio.values())
    video = video_track(container)
    if video is not None:
        video.codec_context.options = {"max_pixels": str(MAX_PIXELS)}  # refused before memory is taken
    return (heard[0] if heard else None), video


def checked(path: Path, duration_s: float | None) -> Path:
    """The copy, once it was opened again and is as long as the original to a second. Raises MediaError."""
    with open_recording(path) as container:
        told_s = (container.duration or 0) / 1e6
    if duration_s and abs(told_s - duration_s) > max(1.0, 0.02 * duration_s):
        raise MediaError(
            f"{path.name}: the copy for playing lasts {told_s:.1f} s instead of {duration_s:.1f} s", "damaged"
        )
    return path
