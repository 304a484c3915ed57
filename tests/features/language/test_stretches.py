"""Stretches in another language: told apart, and left out of what is measured in the main one."""

from __future__ import annotations

from dataclasses import replace

import pytest

from interview_analysis.features.core.extractor import extractors
from interview_analysis.features.language.lexicons import readable
from interview_analysis.features.language.sentences import join_words, sentences, spoken_length
from interview_analysis.features.language.stretches import (
    in_main_language,
    language_stretches,
    spoken_in_main_language,
)
from interview_analysis.types import Interval, MediaFacts, Observations, SpeechActivity, Transcript, Word
from tests.transcripts import transcript_from_text

ENGLISH = "I led the pricing project last year.\nWe shipped it in six weeks, and churn fell by ten percent."
MANDARIN = "我负责需求分析和用户访谈。\n最后销量增长了三成，团队也很满意。"
FIRST, LAST = ENGLISH.splitlines()


def mixed(*texts: tuple[str, str]) -> Transcript:
    """Texts with their languages, one after the other; the transcript is told by the one that is spoken longest."""
    segments, end_s = [], 0.0
    for text, language in texts:
        own = transcript_from_text(text, language, start_s=end_s)
        segments += [replace(segment, language=language) for segment in own.segments]
        end_s = own.words[-1].end_s + 1.0
    return replace(own, segments=tuple(segments)).led_by_its_main_language()


def observed(transcript: Transcript) -> Observations:
    regions = tuple(Interval(s.start_s, s.end_s) for s in transcript.segments)
    facts = MediaFacts(regions[-1].end_s, has_audio=True, has_video=False)
    return Observations(facts, speech=SpeechActivity(regions), transcript=transcript)


def compute(name: str, seen: Observations) -> dict[str, float]:
    (extractor,) = [e for e in extractors() if e.name == name]
    return dict(extractor.compute(seen, Interval(0.0, seen.facts.duration_s)))


BOTH = mixed((FIRST, "en"), (MANDARIN, "zh"), (LAST, "en"))


def test_the_main_language_is_the_one_that_is_spoken_longest():
    assert BOTH.languages == ("zh", "en")
    assert BOTH.language == "zh"
    assert mixed((ENGLISH, "en"), ("你好。", "zh")).language == "en"
    assert BOTH.in_language("ru").words == ()
    alone = transcript_from_text(ENGLISH, "en")
    assert alone.in_language("en") is alone
    assert in_main_language(alone) is alone
    assert alone.led_by_its_main_language() is alone


def test_variety_is_of_the_words_of_the_main_language():
    """A few English words in a Chinese answer are none of its vocabulary."""
    said = "我负责用户访谈，整理需求，也安排测试，后来又写了报告，并且向团队讲解。" * 8
    beside = mixed((said, "zh"), (ENGLISH, "en"))
    alone = compute("lexical", observed(transcript_from_text(said, "zh")))
    assert compute("lexical", observed(beside)) == pytest.approx(alone)


def test_stretches_are_in_order_and_neighbours_differ():
    found = language_stretches(BOTH)
    assert [stretch.language for stretch in found] == ["en", "zh", "en"]
    assert found[1].interval == Interval(BOTH.segments[1].start_s, BOTH.segments[2].end_s)


def test_a_text_in_two_languages_is_spaced_by_what_stands_side_by_side():
    assert BOTH.text == f"{FIRST} {MANDARIN.replace(chr(10), '')} {LAST}"
    words = [Word(text, 0.0, 0.1, 0.9) for text in ("I", "say", "你", "好", "now")]
    assert join_words(words, "en") == "I say 你好 now"


def test_each_language_is_counted_in_its_own_unit():
    assert spoken_length(mixed(("I led it.", "en"), ("你好。", "zh"))) == 3 + 2


def test_a_sentence_does_not_run_on_over_what_is_said_in_another_language_between():
    bare = mixed(("so I", "en"), (MANDARIN, "zh"), ("went home then", "en"))
    assert [s.text for s in sentences(bare.in_language("en"))] == ["so I", "went home then"]


@pytest.mark.parametrize(
    "name",
    [
        "answer_length", "hedges", "figures", "non_answer", "star", "lexical", "person_words", "sentiment", "speech_rate",
        "fillers",
    ],
)  # fmt: skip
def test_what_is_measured_of_words_is_that_of_the_main_language_by_its_own_lists(name: str):
    """Two English stretches around Mandarin, and the Mandarin by itself."""
    around, alone = compute(name, observed(BOTH)), compute(name, observed(BOTH.in_language("zh")))
    around.pop("coverage_ratio"), alone.pop("coverage_ratio")
    assert around == pytest.approx(alone, nan_ok=True)
    assert alone


def test_a_stretch_in_another_language_is_neither_pause_nor_speaking_time():
    main = spoken_in_main_language(observed(mixed((FIRST, "en"), ("你好，谢谢。", "zh"), (LAST, "en"))))
    assert main.transcript is not None
    assert readable(main.transcript) is main.transcript
    assert main.speech is not None
    assert len(main.speech.regions) == 2
    (moment_s,) = main.speech.others_s
    assert main.speech.regions[0].end_s < moment_s < main.speech.regions[1].start_s
    plain = observed(transcript_from_text(ENGLISH, "en"))
    assert spoken_in_main_language(plain) is plain
