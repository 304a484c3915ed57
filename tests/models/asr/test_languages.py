"""Which language is spoken when: the logic on hand-built probabilities, and recordings in two languages."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from interview_analysis.models.asr.chunks import cut, pack
from interview_analysis.models.asr.languages import LanguageTracker, Probabilities, Span, follow
from interview_analysis.models.asr.recogniser import AsrSettings, load_detector, load_engine, transcribe
from interview_analysis.models.weights.store import ModelStore
from interview_analysis.pipeline.dev.word_errors import character_error_rate, word_error_rate
from interview_analysis.types import Interval, Transcript
from tests.models.audio import RATE_HZ, ArrayAudio, load

EN, ZH = {"en": 0.95, "zh": 0.01}, {"zh": 0.97, "en": 0.01}
UNSURE = {"tl": 0.4, "fi": 0.3, "en": 0.1}


@pytest.mark.parametrize(
    ("heard", "before", "expected"),
    [
        pytest.param([(3.0, EN), (3.0, EN)], "en", "en en", id="nothing changes"),
        pytest.param([(3.0, EN), (4.0, ZH), (4.0, ZH)], "en", "en zh zh", id="a change for good"),
        pytest.param([(4.0, ZH), (4.0, ZH)], "en", "zh zh", id="a change with the chunk"),
        pytest.param([(4.0, EN), (1.2, ZH), (4.0, EN)], "en", "en en en", id="a name in another language"),
        pytest.param(
            [(4.0, EN), (2.0, ZH), (4.0, EN)], "en", "en zh en", id="a short answer in another language"
        ),
        pytest.param([(4.0, EN), (4.0, UNSURE)], "en", "en en", id="a span that tells nothing"),
        pytest.param([(4.0, EN), (5.0, {"ru": 0.9})], "en", "en ru", id="a language that is not scored"),
        pytest.param([(4.0, EN), (2.0, {"tl": 0.9})], "en", "en en", id="noise that sounds like one"),
    ],
)
def test_another_language_needs_seconds_of_clear_speech(
    heard: list[tuple[float, Probabilities]], before: str, expected: str
) -> None:
    spans = [Span(index, seconds, Interval(0.0, seconds), True) for index, (seconds, _) in enumerate(heard)]
    assert " ".join(follow(spans, [one for _, one in heard], before)) == expected


@pytest.mark.parametrize(("seconds", "expected"), [(2.5, "en en en"), (4.0, "en zh en")])
def test_within_a_phrase_it_needs_more(seconds: float, expected: str) -> None:
    spans = [Span(index, s, Interval(0.0, s), False) for index, s in enumerate((4.0, seconds, 4.0))]
    assert " ".join(follow(spans, [EN, ZH, EN], "en")) == expected


class Ear:
    """Hears what is written: a language a region, by when it begins; `alone` is what a part by itself sounds like."""

    def __init__(self, spans: dict[float, Probabilities], alone: Sequence[Probabilities]) -> None:
        self.spans, self.alone = spans, list(alone)

    def languages(self, samples: NDArray[np.float32], spans: Sequence[Interval]) -> list[Probabilities]:
        return [self.alone.pop(0), *(self.spans[round(span.start_s, 1)] for span in spans[1:])]


def parts(ear: Ear, *regions: tuple[float, float]) -> tuple[list[tuple[str, float]], LanguageTracker]:
    """Language and length of speech of the parts of the one chunk that these regions make."""
    (chunk,) = pack([Interval(*region) for region in regions])
    tracker = LanguageTracker(ear)
    found = tracker.parts(chunk, ArrayAudio(np.zeros(30 * RATE_HZ)))
    for part in found:
        assert len(part.samples) == round(part.chunk.duration_s * RATE_HZ)
    return [(p.language, sum(r.duration_s for r in p.chunk.regions)) for p in found], tracker


REGIONS = ((0.0, 4.0), (4.5, 8.0), (9.0, 15.0))


def test_a_chunk_is_cut_where_the_language_changes() -> None:
    ear = Ear({0.0: EN, 4.5: EN, 9.0: ZH}, [EN, ZH])
    found, tracker = parts(ear, *REGIONS)
    assert found == [("en", 7.5), ("zh", 6.0)]
    assert tracker.told == {"en": 0.95, "zh": 0.97}


def test_a_greeting_in_another_language_is_told_from_the_answer() -> None:
    ear = Ear({0.0: EN, 4.5: ZH, 9.0: ZH}, [{"zh": 0.7, "en": 0.3}, EN])
    assert parts(ear, *REGIONS)[0] == [("en", 4.0), ("zh", 9.5)]


def test_a_change_that_the_part_by_itself_does_not_bear_out_is_none() -> None:
    ear = Ear({0.0: EN, 4.5: EN, 9.0: {"tl": 0.9}}, [EN, EN])
    assert parts(ear, *REGIONS)[0] == [("en", 13.5)]
    ear = Ear({0.0: EN, 4.5: EN, 9.0: {"tl": 0.9}}, [EN, UNSURE])
    assert parts(ear, *REGIONS)[0] == [("en", 13.5)]


def test_one_language_is_heard_once_a_chunk_and_carried_on() -> None:
    ear = Ear({0.0: EN, 4.5: UNSURE, 9.0: EN}, [EN, {"cy": 0.5, "en": 0.4}])
    found, tracker = parts(ear, *REGIONS)
    assert (found, tracker.told) == ([("en", 13.5)], {"en": 0.95})
    (chunk,) = pack([Interval(*region) for region in REGIONS])
    (part,) = tracker.parts(chunk, ArrayAudio(np.zeros(30 * RATE_HZ)))
    assert part.language == "en"
    assert part.chunk is chunk


def test_a_chunk_in_another_language_than_those_before_is_heard_in_its_own() -> None:
    ear = Ear({0.0: EN, 4.5: EN, 9.0: EN}, [EN])
    found, tracker = parts(ear, *REGIONS)
    ear.spans, ear.alone = {0.0: ZH, 4.5: ZH, 9.0: ZH}, [ZH, ZH]
    (chunk,) = pack([Interval(*region) for region in REGIONS])
    (part,) = tracker.parts(chunk, ArrayAudio(np.zeros(30 * RATE_HZ)))
    assert ([language for language, _ in found], part.language) == (["en"], "zh")
    assert tracker.told == {"en": 0.95, "zh": 0.97}


def test_parts_of_a_chunk_share_its_silence() -> None:
    (chunk,) = pack([Interval(*region) for region in REGIONS])
    first, second = cut(chunk, [2])
    assert first.regions + second.regions == chunk.regions
    assert (first.pieces[-1].end_s, second.pieces[0].start_s) == (8.5, 8.5)
    assert chunk.from_recording(Interval(9.0, 15.0)) == Interval(9.0, 15.0)
    (gapped,) = pack([Interval(2.0, 4.0), Interval(10.0, 12.0)])
    assert gapped.from_recording(Interval(10.0, 12.0)) == Interval(3.5, 5.5)


def heard(store: ModelStore, samples: NDArray[np.floating], engine: str = "faster-whisper") -> Transcript:
    settings = AsrSettings(engine=engine)  # type: ignore[arg-type]
    return transcribe(ArrayAudio(samples), load_engine(settings, store), load_detector(settings, store))[0]


def joined(shared_data: Path, *clips: str) -> NDArray[np.float32]:
    """Clips of `audio_en` and `audio_zh`, equally loud, 0.3 s apart."""
    pause, parts_of = np.zeros(round(0.3 * RATE_HZ), np.float32), []
    for clip in clips:
        samples = load(shared_data / clip)
        parts_of += [0.06 * samples / np.sqrt(np.mean(samples**2)), pause]
    return np.concatenate(parts_of)


def reference(shared_data: Path, clip: str) -> str:
    return (shared_data / clip).with_suffix(".ref.txt").read_text()


def test_the_second_half_in_another_language_is_heard_as_what_it_is(
    model_store: ModelStore, shared_data: Path
) -> None:
    transcript = heard(model_store, load(shared_data / "failing" / "m08d_en24_zh28.wav"))
    assert transcript.languages == ("zh", "en")
    assert transcript.language == "zh"
    english, mandarin = transcript.in_language("en"), transcript.in_language("zh")
    assert english.words[-1].end_s < 24.4 < mandarin.words[0].end_s
    assert word_error_rate(reference(shared_data, "audio_en/azure_en-training_audio2"), english.text) <= 0.05
    assert (
        character_error_rate(reference(shared_data, "audio_zh/azure_zh-CN-training_audio2"), mandarin.text)
        <= 0.18
    )


@pytest.mark.parametrize("engine", ["faster-whisper", pytest.param("openai-whisper", marks=pytest.mark.slow)])
def test_an_english_greeting_and_a_mandarin_answer(
    model_store: ModelStore, shared_data: Path, engine: str
) -> None:
    greeting, answer = "audio_en/speechbrain_spk1_snt2.wav", "audio_zh/kimi_asr_example.wav"
    transcript = heard(model_store, joined(shared_data, greeting, answer), engine)
    assert transcript.languages == ("zh", "en")
    mandarin = transcript.in_language("zh").text
    assert character_error_rate(reference(shared_data, answer), mandarin) <= 0.15


@pytest.mark.slow
def test_short_answers_in_turn(model_store: ModelStore, shared_data: Path) -> None:
    """Of 48 English words and 42 Mandarin characters: 48 and 11 errors where the first language is taken for all."""
    clips = (
        "audio_en/librispeech_1995-1837-0001.wav",
        "audio_zh/kimi_asr_example.wav",
        "audio_en/librivox_sense_0920.wav",
        "audio_zh/funasr_asr_example.wav",
    )
    transcript = heard(model_store, joined(shared_data, *clips))
    for code, rate, limit in (("en", word_error_rate, 0.05), ("zh", character_error_rate, 0.12)):
        own = " ".join(reference(shared_data, clip) for clip in clips if f"audio_{code}" in clip)
        assert rate(own, transcript.in_language(code).text) <= limit


def test_a_language_that_is_not_scored_is_not_cut(model_store: ModelStore, shared_data: Path) -> None:
    transcript = heard(model_store, load(shared_data / "video_talking" / "latentsync_demo1_ru_seated.mp4"))
    assert transcript.languages == ("ru",)
