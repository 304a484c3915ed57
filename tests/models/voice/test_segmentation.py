"""Who of three people speaks: nobody in silence, one in one person's speech, two where two are mixed."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest

from interview_analysis.models.voice.segmentation import SpeakerSegmenter, _band_passes, local_speech
from interview_analysis.models.weights.store import ModelStore
from interview_analysis.types import Interval, SpeechActivity
from tests.models.audio import RATE_HZ, ArrayAudio, load
from tests.models.voice.torch_networks import torch_classes

NOBODY, PAIRS = 0, slice(4, 7)


@pytest.fixture(scope="module")
def segmenter(model_store: ModelStore) -> SpeakerSegmenter:
    return SpeakerSegmenter(model_store.path("pyannote-segmentation"))


def test_the_filters_let_their_band_pass() -> None:
    times = 2 * np.pi * np.arange(-125.0, 0.0)[None] / RATE_HZ
    made = {
        "low_hz": np.array([[250.0], [1950.0]]),
        "band_hz": np.array([[350.0], [950.0]]),
        "window": 0.54 - 0.46 * np.cos(2 * np.pi * np.arange(125) / 251),
        "n": times,
    }
    bank = _band_passes({f"sincnet.conv1d.0.filterbank.{name}_": value for name, value in made.items()})[:, 0]
    assert bank.shape == (4, 251)
    np.testing.assert_allclose(bank[:2], bank[:2, ::-1], atol=1e-7)  # even, then odd
    np.testing.assert_allclose(bank[2:], -bank[2:, ::-1], atol=1e-7)
    response = np.abs(np.fft.rfft(bank, 4096, axis=1))
    hz = np.fft.rfftfreq(4096, 1 / RATE_HZ)
    for row, (low, high) in enumerate([(300, 700), (2000, 3000)] * 2):
        inside = (hz > low + 60) & (hz < high - 60)
        outside = (hz < low - 120) | (hz > high + 120)
        assert response[row, inside].min() > 10 * response[row, outside].max()


def test_classes_are_those_that_pytorch_gives(segmenter: SpeakerSegmenter, rng: np.random.Generator) -> None:
    pulses = (np.arange(10 * RATE_HZ) % 130 < 8) * np.sin(np.arange(10 * RATE_HZ) / 9000) ** 2
    samples = (0.1 * pulses + 0.003 * rng.standard_normal(10 * RATE_HZ)).astype(np.float32)
    expected = torch_classes(segmenter.weights, samples)
    np.testing.assert_allclose(segmenter.classes(samples), expected, atol=2e-3)


def test_silence_is_nobody_and_speech_is_one(segmenter: SpeakerSegmenter, shared_data: Path) -> None:
    silent = segmenter.classes(np.zeros(10 * RATE_HZ, np.float32))
    np.testing.assert_allclose(silent.sum(axis=1), 1, atol=1e-5)
    assert (silent.argmax(axis=1) == NOBODY).all()
    one = segmenter.classes(load(shared_data / "audio_en" / "azure_en-training_audio1.wav")[: 10 * RATE_HZ])
    heard = one.argmax(axis=1)
    assert len(set(heard[heard != NOBODY].tolist())) == 1
    assert one[:, PAIRS].sum(axis=1).max() < 0.5


def test_two_voices_at_once_are_a_pair(segmenter: SpeakerSegmenter, shared_data: Path) -> None:
    one = load(shared_data / "audio_en" / "azure_aboutSpeechSdk.wav")[: 10 * RATE_HZ]
    other = load(shared_data / "audio_en" / "librispeech_198-209-0000.ogg")[: 10 * RATE_HZ]
    pairs = segmenter.classes(one + other)[:, PAIRS].sum(axis=1)
    assert np.mean(pairs > 0.5) > 0.3
    again = segmenter.classes(one + other)[:, PAIRS].sum(axis=1)
    np.testing.assert_array_equal(again, pairs)


def test_all_speech_is_somebody_s_and_nothing_else_is(segmenter: SpeakerSegmenter, shared_data: Path) -> None:
    audio = ArrayAudio(load(shared_data / "audio_en" / "azure_aboutSpeechSdk.wav")[: 33 * RATE_HZ])
    speech = SpeechActivity((Interval(1.0, 9.0), Interval(12.5, 12.9), Interval(14.0, 32.98)))
    found = list(local_speech(audio, speech, segmenter))
    assert [a.start_s for a in found] == sorted(a.start_s for a in found)
    assert all(a.end_s <= b.start_s + 1e-6 for a, b in pairwise(found))
    for region in speech.regions:
        inside_s = sum(region.overlap_s(Interval(part.start_s, part.end_s)) for part in found)
        assert inside_s == pytest.approx(region.duration_s, abs=0.04)
    assert sum(part.duration_s for part in found) == pytest.approx(speech.speech_s, abs=0.1)
    assert not list(local_speech(audio, SpeechActivity(()), segmenter))
