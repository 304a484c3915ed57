"""Small recordings made on the spot: solid or given pictures, given sound, in a given container."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import av
import numpy as np

RATE_HZ = 16000


def write_recording(
    path: Path,
    *,
    seconds: float,
    sound: np.ndarray | None = None,
    picture: np.ndarray | None = None,
    fps: int = 10,
) -> Path:
    """A recording of `seconds` with mono float `sound` at 16 kHz (none without) and a still `picture` (none without)."""
    with av.open(str(path), "w") as out:
        video = audio = None
        if picture is not None:
            video = out.add_stream("libx264", rate=fps)
            video.height, video.width = picture.shape[:2]
            video.pix_fmt = "yuv420p"
        if sound is not None:
            codec = {".wav": "pcm_s16le", ".flac": "flac"}.get(path.suffix, "aac")
            audio = out.add_stream(codec, rate=RATE_HZ)
            audio.layout = "mono"
        if video is not None:
            for number in range(round(seconds * fps)):
                frame = av.VideoFrame.from_ndarray(picture, format="rgb24")
                frame.pts, frame.time_base = number, Fraction(1, fps)
                out.mux(video.encode(frame))
            out.mux(video.encode(None))
        if audio is not None:
            samples = np.clip(sound[: round(seconds * RATE_HZ)], -1, 1)
            whole = av.AudioFrame.from_ndarray(
                (samples * 32767).astype(np.int16)[None], format="s16", layout="mono"
            )
            whole.rate, whole.pts, whole.time_base = RATE_HZ, 0, Fraction(1, RATE_HZ)
            size = audio.codec_context.frame_size or 1024
            resampler = av.AudioResampler(format=audio.format, layout="mono", rate=RATE_HZ, frame_size=size)
            for part in (*resampler.resample(whole), *resampler.resample(None)):
                out.mux(audio.encode(part))
            out.mux(audio.encode(None))
    return path


def silence(seconds: float) -> np.ndarray:
    return np.zeros(round(seconds * RATE_HZ), dtype=np.float32)


def noise(seconds: float, rng: np.random.Generator, level: float = 0.1) -> np.ndarray:
    return (level * rng.standard_normal(round(seconds * RATE_HZ))).astype(np.float32)


def grey(level: int = 128, width: int = 320, height: int = 240) -> np.ndarray:
    return np.full((height, width, 3), level, dtype=np.uint8)
