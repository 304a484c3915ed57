"""How loud each channel is, on the recording's clock, whatever the sample format."""

from __future__ import annotations

from pathlib import Path

import av
import numpy as np
import pytest
from numpy.typing import NDArray

from interview_analysis.pipeline.media.audio_spool import AudioSpool
from interview_analysis.pipeline.media.channel_levels import ChannelMeter
from interview_analysis.pipeline.media.decoding import Decoder

RATE_HZ = 48_000


def _write(path: Path, samples: NDArray[np.floating], codec: str, layout: str) -> Path:
    """Samples of shape (n, channels)."""
    with av.open(str(path), "w") as out:
        stream = out.add_stream(codec, rate=RATE_HZ, layout=layout)
        frame = av.AudioFrame.from_ndarray(
            np.ascontiguousarray(samples.T, dtype=np.float32), format="fltp", layout=layout
        )
        frame.rate = RATE_HZ
        size = stream.codec_context.frame_size or 1000
        resampler = av.AudioResampler(stream.format, layout, RATE_HZ, frame_size=size)
        for part in (*resampler.resample(frame), *resampler.resample(None)):
            out.mux(stream.encode(part))
        out.mux(stream.encode(None))
    return path


def _levels(path: Path) -> NDArray[np.float32] | None:
    with AudioSpool() as spool, Decoder(path) as decoder:
        assert decoder.channel_levels is None
        for _ in decoder.frames(spool):
            pass
        return decoder.channel_levels


@pytest.mark.parametrize(
    ("name", "codec"),
    [
        ("a.wav", "pcm_s16le"),
        ("a.wav", "pcm_u8"),
        ("a.wav", "pcm_f32le"),
        ("a.flac", "flac"),
        ("a.m4a", "aac"),
    ],
)
def test_levels_are_those_of_each_channel_every_10_ms(name: str, codec: str, tmp_path: Path) -> None:
    time_s = np.arange(2 * RATE_HZ) / RATE_HZ
    sine = np.sin(2 * np.pi * 500 * time_s)
    samples = np.column_stack([0.5 * sine * (time_s < 1), 0.25 * sine * (time_s >= 1)])
    levels = _levels(_write(tmp_path / name, samples, codec, "stereo"))
    assert levels is not None
    assert levels.shape[1] == 2
    assert len(levels) == pytest.approx(200, abs=3)  # AAC is padded to whole frames
    # The mean square of a sine is half its amplitude squared.
    np.testing.assert_allclose(levels[10:90], [[0.125, 0.0]] * 80, rtol=0.02, atol=1e-3)
    np.testing.assert_allclose(levels[110:190], [[0.0, 0.03125]] * 80, rtol=0.02, atol=1e-3)


def test_mono_and_too_many_channels_have_none(tmp_path: Path) -> None:
    sound = np.full((RATE_HZ, 1), 0.1)
    assert _levels(_write(tmp_path / "mono.wav", sound, "pcm_s16le", "mono")) is None
    many = av.AudioFrame(format="s16", layout="hexadecagonal", samples=160)
    many.sample_rate = RATE_HZ
    meter = ChannelMeter()
    meter.add(many, np.full((1, 16 * 160), 3000, np.int16), 0.0)
    assert meter.levels is None
