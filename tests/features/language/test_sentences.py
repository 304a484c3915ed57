from __future__ import annotations

import pytest

from interview_analysis.features.language.sentences import locate, normalise, sentences, tokens, unit_count
from interview_analysis.types import Interval, Transcript, Word
from tests.transcripts import transcript_from_text, transcript_of


def _timed(pieces: list[tuple[str, float, float]], language: str) -> Transcript:
    return transcript_of([Word(text, start, end, 0.9) for text, start, end in pieces], language)


def test_final_punctuation_ends_a_sentence_and_decimals_do_not():
    found = sentences(
        transcript_from_text("Churn fell by 3.5 percent. Dr. Lee asked why. So we talked!", "en")
    )
    assert [s.text for s in found] == ["Churn fell by 3.5 percent.", "Dr. Lee asked why.", "So we talked!"]
    assert found[0].start_s == 0.0
    assert found[1].start_s == pytest.approx(5 * 0.4)


def test_words_of_the_sentences_are_those_of_the_transcript():
    transcript = transcript_from_text("我们做了调研。结果很好！后来就上线了", "zh")
    found = sentences(transcript)
    assert [w for s in found for w in s.words] == list(transcript.words)
    assert [s.text for s in found] == ["我们做了调研。", "结果很好！", "后来就上线了"]


def test_chinese_without_punctuation_is_cut_at_pauses():
    first, second = "我们当时做了三十个用户访谈", "然后我把需求拆成了五个功能"
    pieces = [(c, i * 0.2, i * 0.2 + 0.2) for i, c in enumerate(first)]
    offset = len(first) * 0.2 + 0.7
    pieces += [(c, offset + i * 0.2, offset + i * 0.2 + 0.2) for i, c in enumerate(second)]
    assert [s.text for s in sentences(_timed(pieces, "zh"))] == [first, second]


def test_a_pause_after_too_few_words_does_not_cut():
    pieces = [("我", 0.0, 0.2), ("们", 0.2, 0.4)] + [
        (c, 1.5 + i * 0.2, 1.7 + i * 0.2) for i, c in enumerate("做了很多用户访谈的工作")
    ]
    assert len(sentences(_timed(pieces, "zh"))) == 1


@pytest.mark.parametrize(("language", "limit"), [("en", 30), ("zh", 60)])
def test_no_sentence_is_longer_than_the_limit(language, limit):
    text = "word " * 200 if language == "en" else "字" * 400
    found = sentences(transcript_from_text(text, language))
    assert max(unit_count(s.text, language) for s in found) <= limit
    assert sum(unit_count(s.text, language) for s in found) == (200 if language == "en" else 400)


def test_a_long_sentence_is_cut_at_its_comma():
    text = " ".join(["alpha"] * 20) + ", " + " ".join(["beta"] * 15) + "."
    first, second = sentences(transcript_from_text(text, "en"))
    assert first.text.endswith("alpha,")
    assert second.text.startswith("beta")


def test_a_window_takes_words_by_their_midpoint():
    transcript = transcript_from_text("one two three four five", "en", wpm=60)
    assert [s.text for s in sentences(transcript, Interval(0.9, 3.2))] == ["two three"]
    assert sentences(transcript, Interval(90, 99)) == ()


def test_an_empty_transcript_has_no_sentences():
    assert sentences(Transcript("zh", 1.0, (), "synthetic", "text")) == ()


def test_normalise_folds_width_case_and_script():
    cases = [
        ("用戶調研", "用户调研"),
        ("PRD文档", "prd文档"),
        ("Don’t", "don't"),
        ("需求", "需求"),
        ("專案", "专案"),
    ]
    assert [
        (written, folded, found) for written, folded in cases if (found := normalise(written)) != folded
    ] == []


def test_tokens_are_words_without_punctuation():
    assert tokens("We don't A/B-test, ever!", "en") == ["we", "don't", "a", "b", "test", "ever"]
    assert tokens("我們做了用戶調研。", "zh") == ["我们", "做", "了", "用户", "调研"]


def test_latin_words_and_numbers_count_as_one_character():
    assert unit_count("我用Python写了12个脚本", "zh") == 9
    assert unit_count("It's a well-known fact", "en") == 5


def test_located_text_leads_back_to_the_words():
    words = transcript_from_text("We Prioritised the BACKLOG.", "en").words
    located = locate(words, "en")
    start = located.text.index("backlog")
    assert located.words(start, start + len("backlog")) == (3, 3)
    assert located.text == "we prioritised the backlog."
