"""Voices are told apart, one voice stays one, and what is no voice is none."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from interview_analysis.models.diarization import (
    DiarizationSettings,
    SpokenWindows,
    diarize,
    voices_of,
)
from interview_analysis.models.speaker import SpeakerEncoder, windows_of
from interview_analysis.models.vad import SpeechDetector
from interview_analysis.models.weights import ModelStore
from interview_analysis.types import Interval, SpeechActivity, Turn
from tests.models.audio import NON_SPEECH, RATE_HZ, ArrayAudio, load, non_speech

D = 64
SETTINGS = DiarizationSettings()


def _heard(
    turns: list[tuple[int, float, float]], rng: np.random.Generator, noise: float = 0.05
) -> tuple[SpokenWindows, SpeechActivity]:
    """Windows over turns of voices that are at right angles; a window over two voices is a mixture."""
    speech = SpeechActivity(tuple(Interval(start_s, end_s) for _, start_s, end_s in turns))
    stretches: list[Interval] = []
    for region in speech.regions:
        if stretches and region.start_s == stretches[-1].end_s:
            stretches[-1] = Interval(stretches[-1].start_s, region.end_s)
        else:
            stretches.append(region)
    windows = [window for stretch in stretches for window in windows_of(stretch, 0.4)]
    vectors = noise * rng.standard_normal((len(windows), D))
    for row, window in enumerate(windows):
        for voice, start_s, end_s in turns:
            vectors[row, voice] += window.overlap_s(Interval(start_s, end_s)) / window.duration_s
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    return SpokenWindows(tuple(windows), vectors.astype(np.float32)), speech


def test_turns_are_found_to_a_tenth_of_a_second_or_two(rng: np.random.Generator) -> None:
    truth = [(0, 0.0, 6.0), (1, 6.0, 11.3), (0, 11.3, 17.0), (1, 18.0, 22.0)]
    voices = voices_of(*_heard(truth, rng), SETTINGS)
    assert voices.count == 2
    assert [turn.voice for turn in voices.turns] == [voice for voice, _, _ in truth]
    for turn, (_, start_s, end_s) in zip(voices.turns, truth, strict=True):
        assert turn.start_s == pytest.approx(start_s, abs=0.21)
        assert turn.end_s == pytest.approx(end_s, abs=0.21)
    np.testing.assert_allclose(np.linalg.norm(voices.embeddings, axis=1), 1, rtol=1e-5)
    assert voices.embeddings[0] @ voices.embeddings[1] < 0.1


@pytest.mark.parametrize("count", [1, 2, 3, 4, 5, 6])
def test_the_number_of_voices_is_found(count: int, rng: np.random.Generator) -> None:
    turns = [(i % count, 5.0 * i, 5.0 * i + 4.0) for i in range(3 * count)]
    voices = voices_of(*_heard(turns, rng), SETTINGS)
    assert voices.count == count
    assert voices.turns[0].voice == 0
    first = dict.fromkeys(turn.voice for turn in voices.turns)
    assert list(first) == sorted(first)


def test_no_more_voices_are_found_than_the_limit(rng: np.random.Generator) -> None:
    turns = [(i % 9, 5.0 * i, 5.0 * i + 4.0) for i in range(27)]
    assert voices_of(*_heard(turns, rng), SETTINGS).count == SETTINGS.max_voices


def test_a_known_number_of_voices_is_kept_to(rng: np.random.Generator) -> None:
    heard, speech = _heard([(i % 3, 5.0 * i, 5.0 * i + 4.0) for i in range(9)], rng)
    for count in (1, 2, 3):
        assert voices_of(heard, speech, DiarizationSettings(count=count)).count == count
    # Somebody who is not there cannot be found.
    assert voices_of(*_heard([(0, 0.0, 1.0)], rng), DiarizationSettings(count=4)).count == 1


def test_alike_voices_are_one_until_their_number_is_known(rng: np.random.Generator) -> None:
    heard, speech = _heard([(i % 2, 5.0 * i, 5.0 * i + 4.0) for i in range(8)], rng, noise=0.02)
    alike = heard.vectors + 3.5 * np.eye(1, D, 9, dtype=np.float32)
    alike /= np.linalg.norm(alike, axis=1, keepdims=True)
    heard = SpokenWindows(heard.windows, alike)
    assert voices_of(heard, speech, SETTINGS).count == 1
    told = voices_of(heard, speech, DiarizationSettings(count=2))
    assert [turn.voice for turn in told.turns] == [0, 1] * 4


@pytest.mark.parametrize(("noise", "count"), [(0.03, 2), (0.12, 1)])
def test_voices_are_held_against_their_own_spread(noise: float, count: int, rng: np.random.Generator) -> None:
    """Means that are 0.85 alike are two steady voices, and one that varies."""
    heard, speech = _heard([(i % 2, 5.0 * i, 5.0 * i + 4.0) for i in range(8)], rng, noise=0.0)
    shared = heard.vectors + 1.4 * np.eye(1, D, 9, dtype=np.float32)
    varied = shared / np.linalg.norm(shared, axis=1, keepdims=True)
    varied += noise * rng.standard_normal(varied.shape).astype(np.float32)
    varied /= np.linalg.norm(varied, axis=1, keepdims=True)
    voices = voices_of(SpokenWindows(heard.windows, varied), speech, SETTINGS)
    assert voices.count == count


def test_a_cough_is_no_voice(rng: np.random.Generator) -> None:
    voices = voices_of(*_heard([(0, 0.0, 10.0), (1, 12.0, 13.0), (0, 15.0, 25.0)], rng), SETTINGS)
    assert voices.count == 1


def test_hours_are_clustered_on_a_sample(rng: np.random.Generator) -> None:
    turns = [(i % 2, 10.0 * i, 10.0 * i + 9.0) for i in range(400)]
    voices = voices_of(*_heard(turns, rng), SETTINGS)
    assert voices.count == 2
    assert [turn.voice for turn in voices.turns] == [0, 1] * 200


def test_nobody_speaks_where_there_is_no_speech() -> None:
    empty = SpokenWindows((), np.empty((0, D), np.float32))
    voices = voices_of(empty, SpeechActivity(()), SETTINGS)
    assert (voices.count, voices.turns) == (0, ())


@pytest.fixture(scope="module")
def encoder(model_store: ModelStore) -> SpeakerEncoder:
    return SpeakerEncoder(model_store.path("resemblyzer-voice-encoder"))


@pytest.fixture(scope="module")
def detector(model_store: ModelStore) -> SpeechDetector:
    return SpeechDetector(model_store.path("silero-vad"))


@pytest.mark.parametrize("kind", NON_SPEECH)
def test_what_is_no_speech_has_no_voice(kind: str, encoder: SpeakerEncoder, detector: SpeechDetector) -> None:
    audio = ArrayAudio(non_speech(kind, 10))
    assert diarize(audio, detector.detect(audio), encoder).count == 0


def test_half_a_second_is_one_voice(
    encoder: SpeakerEncoder, detector: SpeechDetector, shared_data: Path
) -> None:
    samples = load(shared_data / "audio_en" / "jfk.flac")[8_000:16_000]
    audio = ArrayAudio(samples)
    voices = diarize(audio, detector.detect(audio), encoder)
    assert voices.count <= 1
    # Silence that a detector took for speech has no voice, and is nobody's turn.
    silent = ArrayAudio(np.zeros(RATE_HZ // 2))
    assert diarize(silent, SpeechActivity((Interval(0, 0.5),)), encoder).count == 0


def test_two_real_people_take_turns(
    encoder: SpeakerEncoder, detector: SpeechDetector, shared_data: Path
) -> None:
    audio = ArrayAudio(load(shared_data / "dialogue" / "azure_katiesteve_29s.wav"))
    voices = diarize(audio, detector.detect(audio), encoder)
    assert voices.count == 2
    # Katie, Steve, Katie, Steve (who pauses), Katie, Steve.
    assert [turn.voice for turn in _merged(voices.turns)] == [0, 1, 0, 1, 0, 1]


def test_two_women_who_speak_mandarin_are_two(
    encoder: SpeakerEncoder, detector: SpeechDetector, shared_data: Path
) -> None:
    """Their means are 0.85 alike for this network, more than halves of one lively speaker."""
    one = load(shared_data / "audio_zh" / "azure_zh-CN-training_audio1.wav")
    other = load(shared_data / "audio_zh" / "joyhallo_0_female.wav")
    audio = ArrayAudio(np.concatenate([other[: 8 * RATE_HZ], one, other[8 * RATE_HZ :]]))
    voices = diarize(audio, detector.detect(audio), encoder)
    assert voices.count == 2
    assert [turn.voice for turn in _merged(voices.turns)] == [0, 1, 0]


def _merged(turns: tuple[Turn, ...]) -> list[Turn]:
    return [t for i, t in enumerate(turns) if i == 0 or turns[i - 1].voice != t.voice]


@pytest.mark.parametrize(
    "name",
    ["audio_en/azure_aboutSpeechSdk.wav", "audio_en/mfa_cold_corpus.wav", "audio_zh/joyhallo_0_female.wav"],
)
def test_one_real_person_is_one_voice_however_loud(
    name: str, encoder: SpeakerEncoder, detector: SpeechDetector, shared_data: Path
) -> None:
    samples = load(shared_data / name)
    wave_db = 12 * np.sin(2 * np.pi * np.arange(len(samples)) / (20 * RATE_HZ)) - 12
    for sound in (samples, samples * 10 ** (wave_db / 20)):
        audio = ArrayAudio(sound)
        assert diarize(audio, detector.detect(audio), encoder).count == 1
