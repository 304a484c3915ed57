from __future__ import annotations

import pytest

from interview_analysis.features.conversation.answers import answers
from interview_analysis.features.language.sentences import (
    locate,
    normalise,
    sentences,
    text_of,
    tokens,
    unit_count,
)
from interview_analysis.types import (
    CandidateVoice,
    Conversation,
    Interval,
    MediaFacts,
    Observations,
    Segment,
    Transcript,
    Turn,
    Word,
)
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


def segment_of(language: str, words: list[str], start_s: float) -> Segment:
    timed = tuple(Word(text, start_s + 0.3 * i, start_s + 0.3 * (i + 1), 0.9) for i, text in enumerate(words))
    return Segment(" ".join(words), start_s, timed[-1].end_s, timed, language=language)


def test_each_language_is_written_in_its_own_way_whichever_leads():
    chinese, english = ["好，", "请", "说。"], ["So,", "tell", "me."]
    segments = (segment_of("zh", chinese, 0.0), segment_of("en", english, 5.0))
    for main in ("zh", "en"):
        both = Transcript(main, 1.0, segments, "", "")
        assert text_of(both, lambda word: True) == "好，请说。 So, tell me."
        assert text_of(both, lambda word: word.start_s > 5.0) == "tell me."
        assert text_of(both, lambda word: False) == ""


def test_a_question_in_another_language_than_most_of_the_interviewers_words_keeps_its_spaces():
    greeting = [*"今天天气很好谢谢你来参加我们的面", "试。"]
    question = ["So,", "tell", "me", "about", "a", "project", "that", "you", "led."]
    said = Transcript("zh", 1.0, (segment_of("zh", greeting, 0.0), segment_of("en", question, 10.0)), "", "")
    answer = Transcript("zh", 1.0, (segment_of("zh", list("我做过一个项目"), 20.0),), "", "")
    others = (Turn(0, 0.0, 9.0), Turn(0, 10.0, 14.0))
    talk = Conversation(CandidateVoice(1, "talk_share", 1.0), (Interval(20.0, 23.0),), others, said)
    facts = MediaFacts(30.0, has_audio=True, has_video=False)
    (found,) = answers(Observations(facts, transcript=answer, conversation=talk))
    assert found.question == "So, tell me about a project that you led."
