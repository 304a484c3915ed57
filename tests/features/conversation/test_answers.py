"""Which stretch of a recording answers which question."""

from __future__ import annotations

import math
from dataclasses import replace

import pytest

from interview_analysis.features.conversation.answers import AskedStretch, answers
from interview_analysis.features.language.sentences import join_words, words_in
from interview_analysis.types import Interval, Observations
from tests.answers_conversation import GAP_S, conversation, without_conversation

LINES = [
    ("I", "Hi, how are you doing today?"), ("C", "Very well, thank you."),
    ("I", "Great. Tell me about a time you led a team."), ("C", "I led four people and we built a bridge."),
    ("I", "Mm-hmm."), ("C", "It opened in May."),
    ("I", "What happened then?"), ("C", "People used it."),
    ("I", "Okay. Why should we hire you?"), ("C", "Because I am careful."),
    ("I", "Do you have any questions for us?"), ("C", "What does the team look like?"),
]  # fmt: skip


def texts(seen: Observations) -> list[str]:
    assert seen.transcript is not None
    return [
        join_words(words_in(seen.transcript, a.interval), seen.transcript.language) for a in answers(seen)
    ]


def test_answers_are_found_from_what_the_interviewer_says():
    seen = conversation(LINES)
    found = answers(seen)
    assert [a.question for a in found] == ["Tell me about a time you led a team.", "Why should we hire you?"]
    assert texts(seen) == [
        "I led four people and we built a bridge. It opened in May. People used it.", "Because I am careful.",
    ]  # fmt: skip
    first = found[0]
    assert first.source == "conversation"
    assert first.asked is not None
    assert first.asked.end_s < first.interval.start_s
    assert first.latency_s == pytest.approx(GAP_S, abs=0.05)


def test_the_silence_around_the_joint_of_two_recordings_is_no_latency():
    seen = conversation(LINES)
    first, second = answers(seen)
    joint_s = (first.asked.end_s + first.interval.start_s) / 2
    assert seen.speech is not None
    speech = replace(seen.speech, joints_s=(joint_s,))
    across, after = answers(replace(seen, speech=speech))
    assert math.isnan(across.latency_s)
    assert (across.asked, across.interval, after) == (first.asked, first.interval, second)


def test_bare_recogniser_text_gives_the_same_answers():
    bare = [(who, text.lower().replace("?", "").replace(".", "")) for who, text in LINES]
    assert [a.interval for a in answers(conversation(bare))] == [
        a.interval for a in answers(conversation(LINES))
    ]


def test_the_same_in_chinese():
    seen = conversation(
        [("I", "你好，今天过得怎么样？"), ("C", "挺好的，谢谢。"), ("I", "好，请做一下自我介绍。"), ("C", "我做了三年产品。"),
         ("I", "你最大的优点是什么？"), ("C", "我很细心。"), ("I", "你有什么问题想问我们的吗？"), ("C", "团队有多大？")],
        language="zh",
    )  # fmt: skip
    assert texts(seen) == ["我做了三年产品。", "我很细心。"]


def test_a_recording_without_a_conversation_is_not_cut():
    seen = without_conversation(conversation(LINES))
    assert answers(seen) == ()
    assert answers(seen, [AskedStretch("", Interval(0.0, 9.0))]) == ()


def test_what_somebody_wrote_down_goes_before_what_is_found():
    seen = conversation(LINES)
    stretches = [
        AskedStretch("First?", Interval(0.0, 9.0)),
        AskedStretch("First?", Interval(9.0, 12.0)),
        AskedStretch("Second?", Interval(12.0, 15.0)),
        AskedStretch("", Interval(15.0, 18.0)),
    ]
    found = answers(seen, stretches)
    assert [(a.question, a.interval) for a in found] == [
        ("First?", Interval(0.0, 12.0)), ("Second?", Interval(12.0, 15.0)), ("", Interval(15.0, 18.0)),
    ]  # fmt: skip
    assert all(a.source == "recording" and math.isnan(a.latency_s) and a.asked is None for a in found)


def test_nothing_is_cut_where_no_question_is_found():
    assert answers(conversation([("I", "Mm-hmm."), ("C", "So I moved to Leeds."), ("I", "Right.")])) == ()
    assert answers(conversation([("C", "So I moved to Leeds.")])) == ()
    seen = conversation(LINES)
    assert seen.conversation is not None
    unheard = replace(seen, conversation=replace(seen.conversation, other_words=None))
    assert answers(unheard) == ()


def test_a_recording_that_starts_in_an_answer_keeps_it():
    long = "and so we moved the launch because the tests were red and nobody knew why. " * 3
    found = answers(conversation([("C", long), ("I", "Why should we hire you?"), ("C", "I am careful.")]))
    assert [a.question for a in found] == ["", "Why should we hire you?"]
    assert found[0].asked is None
    assert found[0].interval.start_s == pytest.approx(0.5)


def test_two_questions_in_one_turn_have_one_answer():
    (found,) = answers(
        conversation(
            [("I", "Tell me about yourself. And what is your greatest weakness?"), ("C", "I worry.")]
        )
    )
    assert len(found.parts) == 2


def test_the_candidate_may_ask_back():
    seen = conversation(
        [("I", "Tell me about a project."), ("C", "Which one do you mean? The last one?"), ("I", "Any of them."),
         ("C", "We built a bridge."), ("I", "Why should we hire you?"), ("C", "I am careful.")]
    )  # fmt: skip
    assert texts(seen) == ["Which one do you mean? The last one? We built a bridge.", "I am careful."]


def test_a_question_nobody_answered_goes_into_the_next_and_one_at_the_very_end_is_none():
    lines = [
        ("I", "Why should we hire you?"),
        ("C", "Hm."),
        ("I", "Tell me about yourself."),
        ("C", "I build."),
    ]
    seen = conversation(lines)
    talk = seen.conversation
    assert talk is not None
    silent = replace(seen, conversation=replace(talk, own=talk.own[1:]))
    assert [a.question for a in answers(silent)] == ["Why should we hire you? Tell me about yourself."]
    last = conversation([("C", "I am done."), ("I", "Why should we hire you?")])
    cut = replace(last, facts=replace(last.facts, duration_s=last.facts.duration_s - GAP_S))
    assert answers(cut) == ()


def test_a_question_put_into_the_answer_before_ends_it():
    """The interviewer speaks before the candidate's turn is over."""
    seen = conversation(LINES)
    talk = seen.conversation
    assert talk is not None
    found = answers(seen)
    asked = found[1].asked
    assert asked is not None
    own = tuple(
        Interval(turn.start_s, asked.start_s + 0.3) if turn.end_s < asked.start_s < turn.end_s + 1 else turn
        for turn in talk.own
    )
    overlapped = answers(replace(seen, conversation=replace(talk, own=own)))
    assert [a.interval.end_s for a in overlapped] == pytest.approx([asked.start_s, found[1].interval.end_s])
