"""Recordings as browsers write them, in chunks."""

from __future__ import annotations

import io

import av
import numpy as np


def webm(seconds: float, *, begins_s: float = 0.0, width: int = 64, sound: bool = True) -> bytes:
    """As Chromium: VP8 and Opus without length and index."""
    return _written("webm", "libvpx", "libopus", {"live": "1"}, seconds, begins_s, width, sound)


def mp4(seconds: float, *, sound: bool = True) -> bytes:
    """As Safari: H.264 and AAC in fragments."""
    options = {"movflags": "frag_keyframe+empty_moov+default_base_moof"}
    return _written("mp4", "libx264", "aac", options, seconds, 0.0, 64, sound)


def _written(form, picture, sound_codec, options, seconds, begins_s, width, sound) -> bytes:  # type: ignore[no-untyped-def]
    file = io.BytesIO()
    with av.open(file, "w", format=form, options=options) as out:
        video = out.add_stream(
            picture, rate=25, options={"g": "12", "bf": "0"} if picture == "libx264" else {"g": "25"}
        )
        video.width, video.height, video.pix_fmt = width, 64, "yuv420p"
        audio = out.add_stream(sound_codec, rate=48_000, layout="mono") if sound else None
        for number in range(max(1, round(seconds * 25))):
            frame = av.VideoFrame.from_ndarray(
                np.full((64, width, 3), number * 7 % 256, np.uint8), format="rgb24"
            )
            frame.pts = number + round(begins_s * 25)
            out.mux(video.encode(frame))
            if audio is not None:
                step = 1920
                tone = 0.2 * np.sin(2 * np.pi * 300 * np.arange(number * step, (number + 1) * step) / 48_000)
                piece = av.AudioFrame.from_ndarray(tone[None].astype("<f4"), format="fltp", layout="mono")
                piece.sample_rate, piece.pts = 48_000, number * step + round(begins_s * 48_000)
                out.mux(audio.encode(piece))
        for stream in filter(None, (video, audio)):
            out.mux(stream.encode(None))
    return file.getvalue()


def pieces(content: bytes, count: int) -> list[bytes]:
    """Cut anywhere, as a recorder does."""
    size = -(-len(content) // count)
    return [content[at : at + size] for at in range(0, len(content), size)]
