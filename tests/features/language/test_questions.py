"""Which question is asked: by form, in both languages, with punctuation and without."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from interview_analysis.features.language.questions import Exchange, Said, exchanges, language_of, questions
from interview_analysis.pipeline.dev.question_evaluation import unpunctuated
from tests.conftest import ROOT

CHINESE = yaml.safe_load(
    (Path(__file__).parent / "data" / "interviewer_turns_zh.yaml").read_text(encoding="utf-8")
)
MAIN = (
    "So, tell me about yourself.", "What would you say is your greatest strength?", "Why should we hire you?",
    "Great. Can you tell me about a time you worked in a team and faced a challenge?",
    "Where do you see yourself in five years?", "If you could change one thing about your last job, what would it be?",
    "Do you consider yourself a leader?", "How do you handle conflicting priorities?",
    "Walk me through your resume.", "Which programming languages do you use every day?",
)  # fmt: skip
FOLLOW_UP = (
    "Can you be more specific about that?", "What happened then?", "And how did they react?", "Why is that?",
    "Can you give me an example?", "Was that your idea?", "Tell me more about that.", "And you fixed it?",
)  # fmt: skip
NEITHER = (
    "Hi, how are you doing today?", "Mm-hmm.", "Right.", "Great, okay.", "Can you hear me?", "I went there myself.",
    "Oh wow, that is really interesting.", "Are you ready to start?", "No worries, take your time.",
)  # fmt: skip
CLOSING = (
    "Do you have any questions for us?", "Well, thank you for coming today.", "你有什么问题想问我们的吗？",
    "好，谢谢你今天的时间，面试就到这里。",
)  # fmt: skip


def candidate(text: str) -> Said:
    return Said(text, "candidate")


def interviewer(*texts: str) -> list[Said]:
    return [Said(text, "interviewer") for text in texts]


def kinds(text: str) -> set[str | None]:
    """What a turn is taken for, with its punctuation and without."""
    turns = interviewer(text)
    found = [questions(turns), questions(unpunctuated(turns))]
    return {asked[0].kind if asked else None for asked in found}


@pytest.mark.parametrize("text", MAIN)
def test_a_question_is_known_with_punctuation_and_without(text):
    assert kinds(text) == {"main"}


@pytest.mark.parametrize("text", FOLLOW_UP)
def test_a_follow_up_belongs_to_the_question_before(text):
    assert "main" not in kinds(text)
    assert [question.kind for question in questions(interviewer(text))] == ["follow_up"]


@pytest.mark.parametrize("text", NEITHER)
def test_small_talk_and_back_channels_ask_nothing(text):
    assert kinds(text) == {None}


@pytest.mark.parametrize("text", CLOSING)
def test_a_closing_is_no_interview_question(text):
    assert kinds(text) == {"closing"}


@pytest.mark.parametrize(("half", "least_found", "most_false"), [("dev", 20, 0), ("held_out", 19, 1)])
def test_questions_in_chinese(half, least_found, most_false):
    def main(kind: str) -> list[int]:
        turns = interviewer(*CHINESE[half][kind])
        found = [questions(turns), questions(unpunctuated(turns))]
        return [sum(question.kind == "main" for question in asked) for asked in found]

    assert min(main("main")) >= least_found
    assert max(main("follow_up")) + max(main("none")) <= most_false


def test_the_questions_of_the_library_are_known():
    library = (ROOT / "configs" / "competencies").glob("*.yaml")
    asked = [
        q["text"] for f in sorted(library) for q in yaml.safe_load(f.read_text(encoding="utf-8"))["questions"]
    ]
    for language in ("en", "zh"):
        turns = interviewer(*(text[language] for text in asked))
        for said in (turns, unpunctuated(turns)):
            assert sum(question.kind == "main" for question in questions(said)) >= 0.97 * len(turns)


def test_the_text_is_what_was_asked_and_both_of_two_questions_are_kept():
    turns = interviewer("Okay, great. Tell me about yourself. And what is your greatest weakness?")
    (question,) = questions(turns)
    assert question.text == "Tell me about yourself. And what is your greatest weakness?"
    assert question.parts == ("Tell me about yourself.", "And what is your greatest weakness?")


@pytest.mark.parametrize(
    ("text", "kind", "asked"),
    [
        (
            "好的谢谢你的分享 tell me about a time you led a team",
            "main",
            "tell me about a time you led a team",
        ),
        ("我们换成英文 Why do you want to work for us?", "main", "Why do you want to work for us?"),
        ("好的谢谢 was that your own idea", "follow_up", "was that your own idea"),
        ("我们开始吧 tell me about yourself 可以慢慢说", "main", "tell me about yourself"),
        (
            "okay thank you very much 请介绍一下你负责的项目",
            "main",
            "okay thank you very much 请介绍一下你负责的项目",
        ),
        (
            "你用过 Amazon Web Services Lambda 做什么项目",
            "main",
            "你用过 Amazon Web Services Lambda 做什么项目",
        ),
        ("你觉得 how to win friends 这本书讲了什么", "main", "你觉得 how to win friends 这本书讲了什么"),
    ],
)
def test_an_english_question_is_found_behind_unpunctuated_chinese(text, kind, asked):
    (question,) = questions(interviewer(text))
    assert (question.kind, question.text) == (kind, asked)


def test_a_question_in_each_language_is_a_part_of_its_own():
    (question,) = questions(interviewer("请谈谈你做过的项目 what is your greatest weakness"))
    assert question.parts == ("请谈谈你做过的项目", "what is your greatest weakness")


def test_answers_follow_their_questions_and_take_follow_ups_with_them():
    turns = [
        *interviewer("How are you today?"), candidate("Fine, thanks."),
        *interviewer("Good. Tell me about yourself."), candidate("I build bridges."),
        *interviewer("Mm-hmm."), candidate("In Leeds."),
        *interviewer("What happened then?"), candidate("We finished."),
        *interviewer("Why should we hire you?"), *interviewer("Why do you think you should get the job?"),
        candidate("I am careful."),
        *interviewer("Do you have any questions for us?"), candidate("What does your team look like?"),
    ]  # fmt: skip
    found = exchanges(turns, questions(turns))
    assert [exchange.turns for exchange in found] == [(3, 5, 7), (10,)]
    assert [question.turn for question in found[0].follow_ups] == [6]
    assert found[1].question is not None
    assert len(found[1].question.parts) == 2


def test_what_the_candidate_asks_back_is_no_question():
    turns = [*interviewer("Tell me about yourself."), candidate("What would you like to hear?"),
             *interviewer("Anything."), candidate("I build bridges.")]  # fmt: skip
    found = exchanges(turns, questions(turns))
    assert [exchange.turns for exchange in found] == [(1, 3)]


def test_a_recording_that_starts_in_an_answer_keeps_it_without_a_question():
    long = candidate("and so we moved the launch because the tests were red " * 4)
    turns = [long, *interviewer("Why should we hire you?"), candidate("I am careful.")]
    found = exchanges(turns, questions(turns))
    assert found[0] == Exchange(None, (0,))
    greeted = [*interviewer("How are you doing?"), long, *turns[1:]]
    assert [e.question is None for e in exchanges(greeted, questions(greeted))] == [False]
    hello = [candidate("Hello, thanks for having me."), *turns[1:]]
    assert len(exchanges(hello, questions(hello))) == 1


def test_no_question_is_found_where_none_is_asked():
    turns = [*interviewer("Mm-hmm."), candidate("Yes."), *interviewer("", "...")]
    assert questions(turns) == ()
    assert exchanges(turns, ()) == ()


@pytest.mark.parametrize(
    ("text", "language"), [("tell me", "en"), ("請介紹一下", "zh"), ("用 SQL 吗", "zh"), ("", "en")]
)
def test_word_lists_are_chosen_by_the_script(text, language):
    assert language_of(text) == language


def test_traditional_characters_ask_as_well():
    (question,) = questions(interviewer("請你談談為什麼想加入我們公司？"))
    assert question.kind == "main"
