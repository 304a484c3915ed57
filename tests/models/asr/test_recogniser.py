"""What stands around the recogniser's engine: what is tried again, dropped, held to the speech and put in order."""

from __future__ import annotations

import struct
import threading
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from interview_analysis.errors import WeightsError
from interview_analysis.models.asr.chunks import Chunk
from interview_analysis.models.asr.ct2_file import read_ct2
from interview_analysis.models.asr.decoding import RecognisedSegment
from interview_analysis.models.asr.languages import Probabilities
from interview_analysis.models.asr.recogniser import (
    AsrSettings,
    _in_script,
    _on_recording,
    _recognise,
    _side_by_side,
    load_detector,
    load_engine,
    transcribe,
)
from interview_analysis.models.weights.store import ModelStore
from interview_analysis.types import Interval, Segment, Transcript, Word
from tests.models.audio import RATE_HZ, ArrayAudio, load


class Scripted:
    """An engine whose faults are chosen; only the policy around it is under test."""

    name, model = "scripted", "none"

    def __init__(self, *answers: RecognisedSegment | None) -> None:
        self.answers = list(answers)
        self.lengths_s: list[float] = []

    def languages(self, samples: NDArray[np.float32], spans: Sequence[Interval]) -> list[Probabilities]:
        return [{"en": 0.9} for _ in spans]

    def recognise(self, samples: NDArray[np.float32], language: str) -> tuple[RecognisedSegment, ...]:
        self.lengths_s.append(len(samples) / RATE_HZ)
        answer = self.answers.pop(0)
        return () if answer is None else (answer,)


def segment(
    start_s: float, end_s: float, log_probability: float = -0.2, no_speech: float = 0.1, ratio: float = 1.2
) -> RecognisedSegment:
    return RecognisedSegment("word", (Word("word", start_s, end_s, 0.9),), log_probability, no_speech, ratio)


@pytest.fixture
def four_seconds_twice(shared_data: Path) -> ArrayAudio:
    clip = load(shared_data / "audio_en" / "librivox_sense_0880.wav")
    return ArrayAudio(np.concatenate([clip, np.zeros(RATE_HZ // 2, np.float32), clip]))


def run(engine: Scripted, audio: ArrayAudio, store: ModelStore) -> Transcript:
    return transcribe(audio, engine, load_detector(AsrSettings(), store))[0]


def test_repetitive_text_is_tried_again_in_halves_and_dropped_if_it_stays(
    four_seconds_twice: ArrayAudio, model_store: ModelStore
) -> None:
    bad = segment(0.5, 2.0, ratio=9.0)
    engine = Scripted(bad, segment(0.5, 2.8), bad)
    transcript = run(engine, four_seconds_twice, model_store)
    assert len(transcript.words) == 1
    assert len(engine.lengths_s) == 3
    assert max(engine.lengths_s[1:]) < engine.lengths_s[0]


def test_a_guess_about_silence_is_dropped(four_seconds_twice: ArrayAudio, model_store: ModelStore) -> None:
    guess = segment(0.5, 2.8, log_probability=-1.5, no_speech=0.9)
    assert run(Scripted(guess, guess, guess), four_seconds_twice, model_store).words == ()


def test_speech_after_the_last_word_is_heard_again(
    four_seconds_twice: ArrayAudio, model_store: ModelStore
) -> None:
    engine = Scripted(segment(0.2, 2.6), segment(0.3, 2.8))
    transcript = run(engine, four_seconds_twice, model_store)
    assert len(transcript.words) == 2
    assert transcript.words[1].start_s > 3.0


@pytest.fixture
def four_sentences(shared_data: Path) -> ArrayAudio:
    """One clip four times, a second of silence between."""
    clip = load(shared_data / "audio_en" / "librivox_sense_0880.wav")
    return ArrayAudio(np.concatenate([np.append(clip, np.zeros(RATE_HZ, np.float32)) for _ in range(4)]))


def spoken(*words: tuple[float, float]) -> RecognisedSegment:
    return RecognisedSegment(
        " word" * len(words), tuple(Word("word", *w, 0.9) for w in words), -0.2, 0.1, 1.2
    )


@pytest.mark.parametrize("stretched", [True, False])
def test_speech_between_words_is_heard_again(
    stretched: bool, four_sentences: ArrayAudio, model_store: ModelStore
) -> None:
    """The text skips two of four sentences; the word before them may be stretched over both."""
    words = ((0.3, 1.5), (1.5, 10.4 if stretched else 2.8), (10.9, 13.5))
    engine = Scripted(spoken(*words), spoken((0.5, 2.8), (4.1, 6.5)))
    transcript = run(engine, four_sentences, model_store)
    assert len(engine.lengths_s) == 2
    assert 5.0 <= engine.lengths_s[1] <= 9.0
    assert len(transcript.words) == 5
    assert transcript.words[1].end_s - transcript.words[1].start_s <= 1.3


def test_chunks_side_by_side_are_in_order_and_few_are_begun() -> None:
    gate, begun = threading.Event(), list[int]()

    def work(item: int) -> int:
        begun.append(item)
        if item == 0:
            gate.wait(10)
        return 10 * item

    asked = list[int]()
    items = (asked.append(item) or item for item in range(6))
    found = _side_by_side(work, items, 2)
    threading.Timer(0.3, gate.set).start()
    assert next(found) == 0  # the others waited for the first, which was the slowest
    assert asked == [0, 1, 2]
    assert list(found) == [10, 20, 30, 40, 50]
    assert sorted(begun) == list(range(6))


@pytest.mark.parametrize("at_once", [1, 2])
def test_a_chunk_that_fails_fails_the_whole(at_once: int) -> None:
    def work(item: int) -> int:
        if item == 1:
            raise ValueError("no words")
        return item

    with pytest.raises(ValueError, match="no words"):
        list(_side_by_side(work, range(9), at_once))


def test_the_words_do_not_depend_on_how_many_chunks_are_heard_at_once(
    four_sentences: ArrayAudio, model_store: ModelStore
) -> None:
    settings = AsrSettings(cpu_threads=2, chunks_at_once=2)
    engine = load_engine(settings, model_store)
    assert engine.at_once == 2
    long = ArrayAudio(np.concatenate([four_sentences.samples] * 2))
    one, two = (
        transcribe(long, engine, load_detector(settings, model_store), settings, at_once=n) for n in (1, 2)
    )
    assert len(one[0].words) > 40
    assert one == two


def test_chunks_share_the_threads(model_store: ModelStore) -> None:
    assert load_engine(AsrSettings(cpu_threads=1, chunks_at_once=2), model_store).at_once == 1
    assert load_engine(AsrSettings(engine="openai-whisper", chunks_at_once=2), model_store).at_once == 1


def test_missing_weights_are_named(tmp_path: Path) -> None:
    with pytest.raises(WeightsError, match="models fetch whisper-base"):
        load_engine(AsrSettings(), ModelStore(tmp_path))


@pytest.mark.parametrize("data", [b"", b"PK\x03\x04 no model", struct.pack("<I", 5)])
def test_a_file_of_another_kind_is_refused(tmp_path: Path, data: bytes) -> None:
    (tmp_path / "model.bin").write_bytes(data)
    with pytest.raises(WeightsError, match="no CTranslate2 model of binary version 6"):
        read_ct2(tmp_path / "model.bin")


def chunk_of(seconds: float) -> Chunk:
    whole = Interval(0.0, seconds)
    return Chunk((whole,), (whole,))


def test_speech_without_a_pause_is_tried_again_in_halves_where_nothing_of_it_is_believable() -> None:
    audio = ArrayAudio(np.zeros(12 * RATE_HZ, np.float32))
    engine = Scripted(segment(0.5, 11.0, ratio=9.0), *[spoken((0.2, 3.0), (3.0, 5.8))] * 2)
    found = _recognise(chunk_of(12.0), audio, audio.samples, engine, "en")
    assert [round(length_s) for length_s in engine.lengths_s] == [12, 6, 6]
    assert [len(one.words) for one in found] == [2, 2]


@pytest.mark.parametrize(("language", "text"), [("en", "Hello there."), ("zh", "Hellothere.")])
def test_a_word_that_is_dropped_is_in_no_text(language: str, text: str) -> None:
    words = (Word(" Hello", 0.5, 0.9, 0.9), Word(" there.", 0.9, 1.4, 0.9), Word(" Thanks.", 4.0, 4.4, 0.4))
    heard = RecognisedSegment("Hello there. Thanks.", words, -0.2, 0.1, 1.2)
    chunk = Chunk((Interval(0.4, 1.5),), (Interval(0.0, 5.0),))
    assert _on_recording(heard, chunk, language).text == text
    both = RecognisedSegment("Hello there.", words[:2], -0.2, 0.1, 1.2)
    assert _on_recording(both, chunk, language).text == "Hello there."


def test_which_traditional_character_is_meant_is_told_by_its_neighbours() -> None:
    words = tuple(Word(character, i, i + 1.0, 0.9) for i, character in enumerate("他的头发很干净"))
    found = _in_script(Segment("他的头发很干净", 0.0, 7.0, words), "traditional")
    assert "".join(word.text for word in found.words) == found.text == "他的頭髮很乾淨"
