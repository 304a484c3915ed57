"""Voices are told apart, one voice stays one, and what is no voice is none."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from interview_analysis.models.voice.diarization import (
    DiarizationSettings,
    HeardPieces,
    cut,
    diarize,
    voices_of,
)
from interview_analysis.models.voice.segmentation import LocalSpeech, SpeakerSegmenter
from interview_analysis.models.voice.speaker import SpeakerEncoder
from interview_analysis.models.voice.vad import SpeechDetector
from interview_analysis.models.weights.store import ModelStore
from interview_analysis.types import Interval, SpeechActivity, Turn, Voices
from tests.models.audio import NON_SPEECH, RATE_HZ, ArrayAudio, load, non_speech

D = 64
SETTINGS = DiarizationSettings()
Told = tuple[int, float, float]  # voice, start, end
ToldApart = Callable[[ArrayAudio, SpeechActivity], Voices]


def _heard(turns: list[Told], rng: np.random.Generator, noise: float = 0.05) -> HeardPieces:
    """Pieces of voices that are at right angles, as a segmenter that tells them apart in each ten seconds cuts them."""
    stretches = [LocalSpeech(a, b, 3 * int(a / 10) + voice % 3) for voice, a, b in turns]
    voices = [voice for voice, a, b in turns for _ in cut([LocalSpeech(a, b, 0)])]
    return _sounding(tuple(cut(stretches)), voices, rng, noise)


def _sounding(
    pieces: tuple[LocalSpeech, ...], voices: list[int], rng: np.random.Generator, noise: float
) -> HeardPieces:
    vectors = np.eye(D)[voices] + noise * rng.standard_normal((len(pieces), D))
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    return HeardPieces(pieces, vectors.astype(np.float32))


def test_turns_are_those_of_the_pieces(rng: np.random.Generator) -> None:
    truth = [(0, 0.0, 6.0), (1, 6.0, 11.3), (0, 11.3, 17.0), (1, 18.0, 22.0)]
    voices = voices_of(_heard(truth, rng), SETTINGS)
    assert voices.count == 2
    assert [(t.voice, t.start_s, t.end_s) for t in voices.turns] == truth
    np.testing.assert_allclose(np.linalg.norm(voices.embeddings, axis=1), 1, rtol=1e-5)
    assert voices.embeddings[0] @ voices.embeddings[1] < 0.1


@pytest.mark.parametrize("count", [1, 2, 3, 4, 5, 6])
def test_the_number_of_voices_is_found(count: int, rng: np.random.Generator) -> None:
    turns = [(i % count, 5.0 * i, 5.0 * i + 4.0) for i in range(3 * count)]
    voices = voices_of(_heard(turns, rng), SETTINGS)
    assert voices.count == count
    assert voices.turns[0].voice == 0
    first = dict.fromkeys(turn.voice for turn in voices.turns)
    assert list(first) == sorted(first)


def test_no_more_voices_are_found_than_the_limit(rng: np.random.Generator) -> None:
    turns = [(i % 9, 5.0 * i, 5.0 * i + 4.0) for i in range(27)]
    assert voices_of(_heard(turns, rng), SETTINGS).count == SETTINGS.max_voices


def test_a_known_number_of_voices_is_kept_to(rng: np.random.Generator) -> None:
    heard = _heard([(i % 3, 5.0 * i, 5.0 * i + 4.0) for i in range(9)], rng)
    for count in (1, 2, 3):
        assert voices_of(heard, DiarizationSettings(count=count)).count == count
    # Somebody who is not there cannot be found.
    assert voices_of(_heard([(0, 0.0, 1.0)], rng), DiarizationSettings(count=4)).count == 1


def test_alike_voices_are_one_until_their_number_is_known(rng: np.random.Generator) -> None:
    heard = _heard([(i % 2, 5.0 * i, 5.0 * i + 4.0) for i in range(8)], rng, noise=0.02)
    alike = heard.vectors + 1.5 * np.eye(1, D, 9, dtype=np.float32)
    alike /= np.linalg.norm(alike, axis=1, keepdims=True)
    heard = HeardPieces(heard.pieces, alike)
    assert voices_of(heard, SETTINGS).count == 1
    told = voices_of(heard, DiarizationSettings(count=2))
    assert [turn.voice for turn in told.turns] == [0, 1] * 4


def test_two_whom_the_segmenter_takes_for_one_are_told_apart_by_their_sound(rng: np.random.Generator) -> None:
    pieces = tuple(cut([LocalSpeech(a, a + 2.0, 0) for a in (0.0, 2.4, 4.8, 7.2)]))
    voices = voices_of(_sounding(pieces, [0, 1, 1, 0], rng, 0.05), SETTINGS)
    assert [turn.voice for turn in voices.turns] == [0, 1, 0]


def test_a_moment_goes_with_its_neighbours(rng: np.random.Generator) -> None:
    """What is too short to be heard is whose the segmenter takes it for."""
    pieces = (LocalSpeech(0, 3, 0), LocalSpeech(3.4, 3.6, 0), LocalSpeech(4, 7, 1), LocalSpeech(7.0, 7.2, 0))
    heard = _sounding(pieces, [0, 0, 1, 0], rng, 0.0)
    heard.vectors[[1, 3]] = np.nan
    found = voices_of(heard, SETTINGS)
    assert [(t.voice, t.start_s, t.end_s) for t in found.turns] == [(0, 0, 3.6), (1, 4, 7), (0, 7, 7.2)]


def test_who_speaks_at_once_has_overlapping_turns(rng: np.random.Generator) -> None:
    heard = _sounding(
        (LocalSpeech(0, 5, 0), LocalSpeech(6, 9, 1), LocalSpeech(12, 15, 3)), [0, 1, 1], rng, 0.0
    )
    # The first overlap is of two who are known nearby; of the second one is not, and is the other voice.
    overlaps = (LocalSpeech(5, 6, 0, (1,)), LocalSpeech(15, 15.5, 3, (4,)))
    voices = voices_of(replace(heard, overlaps=overlaps), SETTINGS)
    assert [(t.voice, t.start_s, t.end_s) for t in voices.turns] == [
        (0, 0, 6), (1, 5, 9), (1, 12, 15.5), (0, 15, 15.5),
    ]  # fmt: skip


def test_a_word_in_anothers_pause_ends_no_turn_of_its_own_and_is_no_overlap(rng: np.random.Generator) -> None:
    pieces = (LocalSpeech(0, 3, 0), LocalSpeech(3.1, 3.4, 1), LocalSpeech(3.45, 7, 0), LocalSpeech(8, 12, 1))
    voices = voices_of(_sounding(pieces, [0, 1, 0, 1], rng, 0.0), SETTINGS)
    assert [(t.voice, t.start_s, t.end_s) for t in voices.turns] == [
        (0, 0, 3), (1, 3.1, 3.4), (0, 3.45, 7), (1, 8, 12),
    ]  # fmt: skip


def test_a_cough_is_no_voice(rng: np.random.Generator) -> None:
    voices = voices_of(_heard([(0, 0.0, 10.0), (1, 12.0, 13.0), (0, 15.0, 25.0)], rng), SETTINGS)
    assert voices.count == 1


def test_hours_are_clustered_on_a_sample(rng: np.random.Generator) -> None:
    turns = [(i % 2, 10.0 * i, 10.0 * i + 9.0) for i in range(1000)]
    voices = voices_of(_heard(turns, rng), SETTINGS)
    assert voices.count == 2
    assert [turn.voice for turn in voices.turns] == [0, 1] * 500


def test_pieces_are_of_three_seconds_at_most_and_reach_over_short_pauses() -> None:
    pieces = list(
        cut([LocalSpeech(0, 1, 0), LocalSpeech(1.2, 7, 0), LocalSpeech(7.5, 8, 0), LocalSpeech(8, 9, 1)])
    )
    assert [(p.start_s, p.local) for p in pieces] == [
        (0, 0),
        (pytest.approx(7 / 3), 0),
        (pytest.approx(14 / 3), 0),
        (7.5, 0),
        (8, 1),
    ]
    assert all(p.duration_s <= 3 for p in pieces)


def test_nobody_speaks_where_there_is_no_speech() -> None:
    voices = voices_of(HeardPieces((), np.empty((0, D), np.float32)), SETTINGS)
    assert (voices.count, voices.turns) == (0, ())


@pytest.fixture(scope="module")
def told_apart(model_store: ModelStore) -> ToldApart:
    segmenter = SpeakerSegmenter(model_store.path("pyannote-segmentation"))
    encoder = SpeakerEncoder(model_store.path("campplus-zh-en"))
    return lambda audio, speech: diarize(audio, speech, segmenter, encoder)


@pytest.fixture(scope="module")
def detector(model_store: ModelStore) -> SpeechDetector:
    return SpeechDetector(model_store.path("silero-vad"))


@pytest.mark.parametrize("kind", NON_SPEECH)
def test_what_is_no_speech_has_no_voice(kind: str, told_apart: ToldApart, detector: SpeechDetector) -> None:
    audio = ArrayAudio(non_speech(kind, 10))
    assert told_apart(audio, detector.detect(audio)).count == 0


def test_half_a_second_is_one_voice(
    told_apart: ToldApart, detector: SpeechDetector, shared_data: Path
) -> None:
    samples = load(shared_data / "audio_en" / "jfk.flac")[8_000:16_000]
    audio = ArrayAudio(samples)
    voices = told_apart(audio, detector.detect(audio))
    assert voices.count <= 1
    # Silence that a detector took for speech has no voice, and is nobody's turn.
    silent = ArrayAudio(np.zeros(RATE_HZ // 2))
    assert told_apart(silent, SpeechActivity((Interval(0, 0.5),))).count == 0


def test_two_real_people_take_turns(
    told_apart: ToldApart, detector: SpeechDetector, shared_data: Path
) -> None:
    audio = ArrayAudio(load(shared_data / "dialogue" / "azure_katiesteve_29s.wav"))
    voices = told_apart(audio, detector.detect(audio))
    assert voices.count == 2
    # Katie, Steve, Katie, Steve (who pauses), Katie, Steve.
    assert [turn.voice for turn in _merged(voices.turns)] == [0, 1, 0, 1, 0, 1]


def test_two_women_who_speak_mandarin_are_two(
    told_apart: ToldApart, detector: SpeechDetector, shared_data: Path
) -> None:
    one = load(shared_data / "audio_zh" / "azure_zh-CN-training_audio1.wav")
    other = load(shared_data / "audio_zh" / "joyhallo_0_female.wav")
    audio = ArrayAudio(np.concatenate([other[: 8 * RATE_HZ], one, other[8 * RATE_HZ :]]))
    voices = told_apart(audio, detector.detect(audio))
    assert voices.count == 2
    assert [turn.voice for turn in _merged(voices.turns)] == [0, 1, 0]


def test_a_television_in_the_background_is_another_voice(
    told_apart: ToldApart, detector: SpeechDetector, shared_data: Path
) -> None:
    """Twenty decibels below the speaker it fills the pauses, and no more than that is taken for the speaker."""
    own = load(shared_data / "audio_en" / "azure_aboutSpeechSdk.wav")[: 24 * RATE_HZ]
    pause = np.zeros(3 * RATE_HZ, np.float32)
    room = np.concatenate([piece for part in np.split(own, 4) for piece in (part, pause)])
    film = np.resize(load(shared_data / "audio_en" / "librispeech_198-209-0000.ogg"), len(room))
    audio = ArrayAudio(room + 0.1 * film * own.std() / film.std())
    voices = told_apart(audio, detector.detect(audio))
    assert voices.count == 2
    own_s = detector.detect(ArrayAudio(own)).speech_s
    most_s = max(sum(turn.duration_s for turn in voices.of(voice)) for voice in (0, 1))
    assert most_s == pytest.approx(own_s, rel=0.15)


def test_two_people_who_speak_at_once_are_both_heard(
    told_apart: ToldApart, detector: SpeechDetector, shared_data: Path
) -> None:
    one = load(shared_data / "audio_en" / "azure_aboutSpeechSdk.wav")[: 20 * RATE_HZ]
    other = load(shared_data / "audio_en" / "librispeech_198-209-0000.ogg")[: 8 * RATE_HZ]
    mixed = np.concatenate([one, np.zeros(10 * RATE_HZ, np.float32)])
    mixed[17 * RATE_HZ : 25 * RATE_HZ] += other  # three seconds of both
    audio = ArrayAudio(mixed)
    voices = told_apart(audio, detector.detect(audio))
    assert voices.count == 2
    both_s = sum(
        Interval(t.start_s, t.end_s).overlap_s(u) for t in voices.turns if t.voice == 0 for u in voices.of(1)
    )
    assert 1.5 < both_s < 3.5


def _merged(turns: tuple[Turn, ...]) -> list[Turn]:
    return [t for i, t in enumerate(turns) if i == 0 or turns[i - 1].voice != t.voice]


@pytest.mark.parametrize(
    "name",
    ["audio_en/azure_aboutSpeechSdk.wav", "audio_en/mfa_cold_corpus.wav", "audio_zh/joyhallo_0_female.wav"],
)
def test_one_real_person_is_one_voice_however_loud(
    name: str, told_apart: ToldApart, detector: SpeechDetector, shared_data: Path
) -> None:
    samples = load(shared_data / name)
    wave_db = 12 * np.sin(2 * np.pi * np.arange(len(samples)) / (20 * RATE_HZ)) - 12
    for sound in (samples, samples * 10 ** (wave_db / 20)):
        audio = ArrayAudio(sound)
        assert told_apart(audio, detector.detect(audio)).count == 1
