"""Speaker embeddings: loudness does not matter, and a voice is nearer to itself than to others."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from interview_analysis.models.voice import speaker
from interview_analysis.models.voice.speaker import DIMENSIONS, SpeakerEncoder
from interview_analysis.models.weights.store import ModelStore
from interview_analysis.types import Interval
from tests.models.audio import RATE_HZ, ArrayAudio, load
from tests.models.voice.torch_networks import torch_embedding


@pytest.fixture(scope="module")
def encoder(model_store: ModelStore) -> SpeakerEncoder:
    return SpeakerEncoder(model_store.path("campplus-zh-en"))


def test_the_mel_bands_are_triangles_that_meet() -> None:
    bands = speaker._mel_bands()
    assert bands.shape == (257, 80)
    peaks_hz = bands.argmax(axis=0) * RATE_HZ / 512
    assert (np.diff(peaks_hz) >= 0).all()
    inside = slice(1, int(peaks_hz[-1] * 512 / RATE_HZ))
    np.testing.assert_allclose(
        bands[inside].sum(axis=1)[1:], 1, atol=1e-5
    )  # each bin lies in two bands, which share it
    assert not bands[-1].any()


@pytest.mark.parametrize("count", [400, 560, 24_000, 64_000])
def test_a_vector_is_the_one_that_pytorch_gives(
    encoder: SpeakerEncoder, rng: np.random.Generator, count: int
) -> None:
    samples = (rng.standard_normal(count) * np.linspace(0.01, 0.2, count)).astype(np.float32)
    expected = torch_embedding(encoder.weights, samples)
    np.testing.assert_allclose(encoder.embed(samples), expected, atol=1e-4)


def test_loudness_does_not_change_a_voice_and_silence_has_none(
    encoder: SpeakerEncoder, rng: np.random.Generator
) -> None:
    noise = rng.standard_normal(16_000).astype(np.float32) * 0.05
    loud, quiet = encoder.embed(noise), encoder.embed(noise * 0.1)
    assert loud.shape == (DIMENSIONS,)
    assert np.linalg.norm(loud) == pytest.approx(1, rel=1e-5)
    assert loud @ quiet == pytest.approx(1, abs=1e-3)
    np.testing.assert_array_equal(encoder.embed(noise), loud)
    assert np.isnan(encoder.embed(np.zeros_like(noise))).all()


def test_samples_that_are_too_few_are_refused(encoder: SpeakerEncoder) -> None:
    with pytest.raises(ValueError, match="got an array of shape \\(10,\\)"):
        encoder.embed(np.zeros(10, np.float32))


def test_a_moment_is_enough_for_a_vector(encoder: SpeakerEncoder, rng: np.random.Generator) -> None:
    for samples in (400, 560, 4_000):
        assert np.isfinite(encoder.embed(rng.standard_normal(samples).astype(np.float32) * 0.05)).all()


def test_nobody_is_heard_in_no_speech(encoder: SpeakerEncoder) -> None:
    assert np.isnan(encoder.embed_voice(ArrayAudio(np.zeros(16_000, np.float32)), [Interval(0, 1)])).all()
    assert np.isnan(encoder.embed_voice(ArrayAudio(np.zeros(0, np.float32)), [])).all()


def test_a_voice_is_nearer_to_itself_than_to_others(encoder: SpeakerEncoder, shared_data: Path) -> None:
    same = ["azure_en-training_audio1.wav", "azure_en-training_audio2.wav"]
    others = ["azure_aboutSpeechSdk.wav", "librispeech_198-209-0000.ogg", "jfk.flac"]
    voices = {}
    for name in same + others:
        audio = load(shared_data / "audio_en" / name)
        whole = Interval(0, len(audio) / RATE_HZ)
        voices[name] = encoder.embed_voice(ArrayAudio(audio), [whole])
    itself = voices[same[0]] @ voices[same[1]]
    assert itself > 0.9  # measured: 0.95
    assert all(voices[same[0]] @ voices[other] < 0.4 for other in others)
