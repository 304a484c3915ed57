from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from interview_analysis.features.core.extractor import sliding_windows, tabulate
from interview_analysis.features.voice.speech_rate import EXTRACTOR, compute
from interview_analysis.types import (
    Interval,
    MediaFacts,
    Observations,
    SpeechActivity,
    Word,
    intervals,
)
from tests.transcripts import transcript_of


def observe(words: list[Word], language: str, speech: SpeechActivity | None = None) -> Observations:
    facts = MediaFacts(words[-1].end_s, True, False)
    return Observations(facts, speech=speech, transcript=transcript_of(words, language))


def even(text: list[str], per_min: float, start_s: float = 0.0) -> list[Word]:
    """Words that follow each other without a gap, `per_min` of them a minute."""
    step = 60.0 / per_min
    return [Word(t, start_s + i * step, start_s + (i + 1) * step, 0.9) for i, t in enumerate(text)]


def test_chinese_rate_is_in_characters_and_only_that() -> None:
    values = compute(observe(even(["快"] * 100, 200), "zh"), Interval(0, 30))
    assert values["speaking_rate_cpm"] == pytest.approx(200)
    assert values["articulation_rate_cpm"] == pytest.approx(200)
    assert values["unit_count"] == pytest.approx(100)
    assert values["coverage_ratio"] == pytest.approx(1.0)
    assert not any(name.endswith("_wpm") for name in values)


def test_words_of_several_characters_count_each() -> None:
    values = compute(observe(even(["我们", "做了", "三年", "产品"] * 10, 100), "zh"), Interval(0, 24))
    assert values["speaking_rate_cpm"] == pytest.approx(200)


def test_english_rate_is_in_words_and_only_that() -> None:
    values = compute(observe(even(["word"] * 60, 150), "en"), Interval(0, 24))
    assert values["speaking_rate_wpm"] == pytest.approx(150)
    assert not any(name.endswith("_cpm") for name in values)


def test_pauses_slow_speaking_but_not_articulation() -> None:
    """30 words in 10 s, 2 s of silence, 30 words in 10 s; a gap of 0.2 s is no pause."""
    words = even(["word"] * 30, 180) + even(["word"] * 30, 180, start_s=12.0)
    speech = SpeechActivity(intervals([(0, 5), (5.2, 10), (12, 22)]))
    values = compute(observe(words, "en", speech), Interval(0, 22))
    assert values["speaking_rate_wpm"] == pytest.approx(60 * 60 / 22)
    assert values["articulation_rate_wpm"] == pytest.approx(180)
    without_detector = compute(observe(words, "en"), Interval(0, 22))
    assert without_detector["articulation_rate_wpm"] == pytest.approx(180)


def test_silence_around_the_words_does_not_count() -> None:
    values = compute(observe(even(["word"] * 30, 180, start_s=20.0), "en"), Interval(0, 40))
    assert values["speaking_rate_wpm"] == pytest.approx(180)
    assert values["coverage_ratio"] == pytest.approx(0.25)


@pytest.mark.parametrize("length_s", [10.0, 15.0, 20.0])
def test_a_rise_from_180_to_220_characters_is_seen(length_s: float) -> None:
    words = even(["说"] * 180, 180) + even(["说"] * 220, 220, start_s=60.0)
    table = tabulate(EXTRACTOR, observe(words, "zh"), sliding_windows(120.0, length_s, 5.0))
    rates = table["speech_rate.articulation_rate_cpm"]
    ends = table.index.get_level_values("end_s")
    starts = table.index.get_level_values("start_s")
    np.testing.assert_allclose(rates[ends <= 60], 180, rtol=0.01)
    np.testing.assert_allclose(rates[starts >= 60], 220, rtol=0.01)


def test_variation_over_the_parts() -> None:
    """Six parts of 10 s, three at 180 and three at 220: standard deviation 21.9, mean 200."""
    words = even(["说"] * 90, 180) + even(["说"] * 110, 220, start_s=30.0)
    assert compute(observe(words, "zh"), Interval(0, 60))["rate_cv_ratio"] == pytest.approx(0.1095, abs=0.002)
    steady = compute(observe(even(["说"] * 200, 200), "zh"), Interval(0, 60))
    assert steady["rate_cv_ratio"] == pytest.approx(0.0, abs=1e-6)
    assert np.isnan(compute(observe(words, "zh"), Interval(0, 29))["rate_cv_ratio"])


@pytest.mark.parametrize("language", ["ru", ""])
def test_other_languages_have_no_rate(language: str) -> None:
    assert compute(observe(even(["слово"] * 30, 120), language), Interval(0, 15)) == {"coverage_ratio": 0.0}


def test_too_little_has_no_rate() -> None:
    few = compute(observe(even(["yes", "no", "maybe"], 60), "en"), Interval(0, 10))
    assert few.keys() == {"unit_count", "coverage_ratio"}
    observations = observe(even(["word"] * 30, 180), "en")
    assert compute(observations, Interval(50, 60)) == {"coverage_ratio": 0.0}
    assert compute(replace(observations, transcript=None), Interval(0, 10)) == {"coverage_ratio": 0.0}


def test_fast_synthetic_voice_through_the_recogniser(shared_data: Path) -> None:
    """A clip labelled as fast, about 220 words a minute by its text."""
    import librosa

    from interview_analysis.errors import WeightsError
    from interview_analysis.models.asr.recogniser import AsrSettings, load_detector, load_engine, transcribe
    from interview_analysis.models.weights.store import ModelStore
    from tests.models.voice.test_praat import HeldAudio

    settings = AsrSettings(language="en")
    try:
        engine = load_engine(settings, ModelStore())
        detector = load_detector(settings, ModelStore())
    except WeightsError as error:
        pytest.skip(f"SKIPPED: {error}")
    samples, _ = librosa.load(shared_data / "audio_en" / "minicpm_fast-pace.wav", sr=16_000)
    transcript, speech = transcribe(HeldAudio(samples), engine, detector, settings)
    facts = MediaFacts(samples.size / 16_000, True, False)
    values = compute(Observations(facts, speech, transcript), Interval(0, facts.duration_s))
    assert 205 < values["speaking_rate_wpm"] < 245


@pytest.mark.parametrize(("language", "text"), [("en", "2023,"), ("zh", "一" * 100)])
def test_no_transcript_is_too_fast_to_be_tabulated(language: str, text: str) -> None:
    observations = observe(even([text] * 30, 1200), language)
    table = tabulate(EXTRACTOR, observations, [Interval(0, 1.5)])
    rate = table["speech_rate.speaking_rate_wpm" if language == "en" else "speech_rate.speaking_rate_cpm"]
    assert rate.item() == pytest.approx(3600 if language == "en" else 120_000)
