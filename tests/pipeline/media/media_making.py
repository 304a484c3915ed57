"""Tiny recordings made on the spot with PyAV: what is in them is known to the sample and the frame."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest
from numpy.typing import NDArray

from interview_analysis.pipeline.media.audio_spool import AudioSpool
from interview_analysis.pipeline.media.decoding import Decoder
from interview_analysis.types import Frame, MediaFacts

VIDEO_CLOCK = Fraction(1, 90_000)


def tone(
    frequency_hz: float, duration_s: float, rate_hz: int = 48_000, amplitude: float = 0.5
) -> NDArray[np.float32]:
    time_s = np.arange(round(duration_s * rate_hz)) / rate_hz
    return (amplitude * np.sin(2 * np.pi * frequency_hz * time_s)).astype(np.float32)


def quadrants(_: float, width: int = 160, height: int = 96) -> NDArray[np.uint8]:
    """Red, green / blue, white: which way is up can be told."""
    image = np.zeros((height, width, 3), dtype=np.uint8)
    image[: height // 2, : width // 2] = (220, 20, 20)
    image[: height // 2, width // 2 :] = (20, 220, 20)
    image[height // 2 :, : width // 2] = (20, 20, 220)
    image[height // 2 :, width // 2 :] = (235, 235, 235)
    return image


def grey_clock(time_s: float, width: int = 160, height: int = 96) -> NDArray[np.uint8]:
    """A grey level that tells the time: 40 grey levels a second from 20 on, for up to 5 s."""
    return np.full((height, width, 3), min(255, 20 + round(40 * time_s)), dtype=np.uint8)


def times(fps: float, duration_s: float, start_s: float = 0.0) -> list[float]:
    return [start_s + i / fps for i in range(round(fps * duration_s))]


def write(
    path: Path,
    *,
    frame_times: Sequence[float] = (),
    image: Callable[[float], NDArray[np.uint8]] = quadrants,
    video_codec: str = "libx264",
    fps: int = 30,
    rotation_deg: int = 0,
    mirrored: bool = False,
    pixel_aspect: Fraction | None = None,
    pixel_format: str = "yuv420p",
    video_options: dict[str, str] | None = None,
    pieces: Sequence[tuple[float, NDArray[np.float32]]] = (),
    audio_codec: str = "aac",
    rate_hz: int = 48_000,
    options: dict[str, str] | None = None,
) -> Path:
    """Write `image` at each of `frame_times` and each of `pieces`, ``(start_s, samples)``, mono or (2, n)."""
    for codec in (video_codec if frame_times else "", audio_codec if pieces else ""):
        if codec and codec not in av.codecs_available:
            pytest.skip(f"SKIPPED: this build of FFmpeg has no encoder {codec}")
    with av.open(str(path), "w", options=options or {}) as container:
        video = audio = None
        if frame_times:
            first = image(frame_times[0])
            video = container.add_stream(video_codec, rate=fps, options=video_options or {})
            video.height, video.width = first.shape[:2]
            video.pix_fmt = pixel_format
            video.codec_context.time_base = VIDEO_CLOCK if video_codec != "mpeg4" else Fraction(1, fps)
            if pixel_aspect:
                video.codec_context.sample_aspect_ratio = pixel_aspect
            if rotation_deg or mirrored:
                video.set_display_rotation(rotation_deg, hflip=mirrored)
        if pieces:
            layout = "stereo" if pieces[0][1].ndim == 2 else "mono"
            audio = container.add_stream(audio_codec, rate=rate_hz, layout=layout)
        packets = []
        if video is not None:
            packets += _encoded_video(video, frame_times, image)
        if audio is not None:
            packets += _encoded_audio(audio, pieces, rate_hz)
        for packet in sorted(packets, key=lambda p: float(p.dts * p.time_base)):
            container.mux(packet)
    return path


def _encoded_video(stream, frame_times, image):
    for time_s in frame_times:
        frame = av.VideoFrame.from_ndarray(image(time_s), format="rgb24")
        clock = stream.codec_context.time_base
        frame.pts, frame.time_base = round(time_s / clock), clock
        yield from stream.encode(frame)
    yield from stream.encode(None)


def _encoded_audio(stream, pieces, rate_hz):
    converter = av.AudioResampler(
        format=stream.codec_context.format, layout=stream.codec_context.layout, rate=rate_hz
    )
    size = 1024
    for start_s, samples in pieces:
        samples = np.atleast_2d(samples)
        for begin in range(0, samples.shape[1], size):
            part = np.ascontiguousarray(samples[:, begin : begin + size])
            frame = av.AudioFrame.from_ndarray(part, format="fltp", layout=stream.codec_context.layout.name)
            frame.sample_rate, frame.time_base = rate_hz, Fraction(1, rate_hz)
            frame.pts = round(start_s * rate_hz) + begin
            for converted in converter.resample(frame):
                yield from stream.encode(converted)
    yield from stream.encode(None)


def decode(path: Path, **settings: float) -> tuple[list[Frame], NDArray[np.float32], MediaFacts]:
    """The frames, samples and facts of a recording."""
    with AudioSpool() as spool, Decoder(path, **settings) as decoder:  # type: ignore[arg-type]
        frames = list(decoder.frames(spool))
        assert spool.finished
        return frames, spool.read(0, spool.samples), decoder.facts
