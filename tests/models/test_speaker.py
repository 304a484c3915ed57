"""Speaker embeddings: the network is Resemblyzer's, loudness does not matter, and a voice is nearer to itself."""

from __future__ import annotations

import os
import subprocess
import sys
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest

from interview_analysis.models import speaker
from interview_analysis.models.speaker import DIMENSIONS, SpeakerEncoder, windows_of
from interview_analysis.models.weights import ModelStore
from interview_analysis.types import Interval
from tests.models.audio import RATE_HZ, ArrayAudio, load


@pytest.fixture(scope="module")
def encoder(model_store: ModelStore) -> SpeakerEncoder:
    return SpeakerEncoder(model_store.path("resemblyzer-voice-encoder"))


def test_the_mel_bands_are_those_that_the_network_was_trained_on() -> None:
    # librosa's import starts numba, which is why the product does without it.
    code = (
        "import numpy as np, librosa.filters as f; from interview_analysis.models.speaker import _mel_bands;"
        "np.testing.assert_allclose(_mel_bands(), f.mel(sr=16000, n_fft=400, n_mels=40).T, atol=1e-7)"
    )
    subprocess.run([sys.executable, "-c", code], check=True, env=os.environ)


def test_windows_cover_a_region_to_its_end() -> None:
    windows = windows_of(Interval(1.0, 4.0), 0.5)
    assert windows[0].start_s == 1.0
    assert windows[-1].end_s == pytest.approx(4.0)
    assert all(w.duration_s == pytest.approx(speaker.WINDOW_S) for w in windows)
    assert max(b.start_s - a.start_s for a, b in pairwise(windows)) <= 0.5
    assert windows_of(Interval(2.0, 2.4), 0.5) == [Interval(2.0, 2.4)]


def test_loudness_does_not_change_a_voice_and_silence_has_none(
    encoder: SpeakerEncoder, rng: np.random.Generator
) -> None:
    noise = rng.standard_normal(16_000).astype(np.float32) * 0.05
    vectors = encoder.embed(np.stack([noise, noise * 0.01, np.zeros_like(noise)]))
    assert vectors.shape == (3, DIMENSIONS)
    np.testing.assert_allclose(np.linalg.norm(vectors[:2], axis=1), 1, rtol=1e-5)
    assert vectors[0] @ vectors[1] == pytest.approx(1, abs=1e-4)
    assert np.isnan(vectors[2]).all()


def test_windows_that_are_too_short_are_refused(encoder: SpeakerEncoder) -> None:
    with pytest.raises(ValueError, match="got \\(1, 10\\)"):
        encoder.embed(np.zeros((1, 10), np.float32))


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
    assert itself > 0.95  # measured: 0.98
    assert all(voices[same[0]] @ voices[other] < itself - 0.2 for other in others)
