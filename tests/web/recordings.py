"""Small recordings for the tests of the web application."""

from __future__ import annotations

import wave
from pathlib import Path

import numpy as np


def write_wav(path: Path, seconds: float, rate_hz: int = 16_000) -> Path:
    """A quiet tone."""
    samples = 2000 * np.sin(2 * np.pi * 220 * np.arange(round(seconds * rate_hz)) / rate_hz)
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(rate_hz)
        file.writeframes(samples.astype("<i2").tobytes())
    return path


def write_clip(path: Path, seconds: float, fps: int = 25) -> Path:
    """A moving grey square with a tone: H.264 and AAC in mp4."""
    import av

    with av.open(str(path), "w", options={"movflags": "+faststart"}) as file:
        video = file.add_stream("libx264", rate=fps)
        video.width, video.height, video.pix_fmt = 320, 240, "yuv420p"
        sound = file.add_stream("aac", rate=16_000, layout="mono")
        for number in range(round(seconds * fps)):
            picture = np.full((240, 320, 3), 90, np.uint8)
            picture[80:160, 2 * number % 240 : 2 * number % 240 + 80] = 200
            file.mux(video.encode(av.VideoFrame.from_ndarray(picture, format="rgb24")))
        tone = 0.1 * np.sin(2 * np.pi * 220 * np.arange(round(seconds * 16_000)) / 16_000)
        for start in range(0, len(tone), 1024):
            piece = tone[None, start : start + 1024].astype("<f4")
            frame = av.AudioFrame.from_ndarray(piece, format="fltp", layout="mono")
            frame.sample_rate, frame.pts = 16_000, start
            file.mux(sound.encode(frame))
        for stream in (video, sound):
            file.mux(stream.encode(None))
    return path


def write_webm(path: Path, sound: np.ndarray, fps: int = 25) -> Path:
    """As browsers record: VP8 and Opus in webm, a moving grey square with `sound` (16 kHz, -1 to 1)."""
    import av

    with av.open(str(path), "w") as file:
        video = file.add_stream("libvpx", rate=fps)
        video.width, video.height, video.pix_fmt = 320, 240, "yuv420p"
        video.options = {"deadline": "realtime", "cpu-used": "8"}
        voice = file.add_stream("libopus", rate=48_000, layout="mono")
        samples = np.interp(np.arange(3 * len(sound)) / 3, np.arange(len(sound)), sound).astype("<f4")
        for number in range(round(len(sound) / 16_000 * fps)):
            picture = np.full((240, 320, 3), 90, np.uint8)
            picture[80:160, 2 * number % 240 : 2 * number % 240 + 80] = 200
            file.mux(video.encode(av.VideoFrame.from_ndarray(picture, format="rgb24")))
            frame = av.AudioFrame.from_ndarray(
                samples[None, 1920 * number : 1920 * (number + 1)], format="flt", layout="mono"
            )
            frame.sample_rate, frame.pts = 48_000, 1920 * number
            file.mux(voice.encode(frame))
        for stream in (video, voice):
            file.mux(stream.encode(None))
    return path
