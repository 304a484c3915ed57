"""The draft says what the report holds and nothing else, in both languages."""

from __future__ import annotations

import re
from itertools import product
from typing import Any

import pytest

from interview_analysis.pipeline.common.config import load_profile
from interview_analysis.scoring.edges import Text
from interview_analysis.web.reports.advice import ADVICE, STRENGTHS, Draft, draft, missing
from tests.pipeline.sample_report import abstained_report, sample_report
from tests.web.reports.conftest import answer, content, parts, with_answers

LANGUAGES = ("en", "zh-hans")
PROFILE = load_profile("product-manager")
QUOTES = {
    "example": "last year we lost orders", "setting": "in March at the shop", "difficulty": "nobody had the data",
    "deeds": "I called thirty users", "result": "complaints fell", "seen": "from eighty to twelve a week",
    "reasoning": "because calls are quicker", "reflection": "I call users first now",
}  # fmt: skip


def advice_for(
    heard: dict[str, str | None], language: str = "en", *, unanswered: bool = False, **gates: float
) -> Draft:
    one = answer(1, "Tell me of a need.", heard, gates, unanswered=unanswered)
    return draft(with_answers(one), language, PROFILE)


def test_what_was_heard_is_praised_with_its_words_and_what_was_not_is_advised():
    told = advice_for(QUOTES | {"seen": None, "reflection": None})
    assert "you told what you did yourself: “I called thirty users”" in told.strengths
    assert told.strengths.startswith("In your answer to “Tell me of a need.”:\n- ")
    assert "no measured result was clearly heard: name its size" in told.advice
    assert "what you learned" in told.advice
    assert told.advice.count("\n- ") == 2


def test_a_part_that_was_heard_faintly_is_not_told_to_be_missing():
    one = answer(1, "Tell me of a need.", QUOTES | {"result": None, "seen": None})
    faint = {"result": 24.0, "seen": 7.0}
    lines = tuple(
        line.model_copy(update={"score": faint.get(line.id)}) for line in one.dimensions[0].evidence
    )
    dimension = one.dimensions[0].model_copy(update={"evidence": lines})
    told = draft(with_answers(one.model_copy(update={"dimensions": (dimension,)})), "en", PROFILE)
    assert "no measured result was clearly heard" in told.advice
    assert "no result was clearly heard" not in told.advice


def test_chinese_is_chinese():
    told = advice_for(
        {k: "我打了三十个电话" if k in ("example", "deeds") else None for k in QUOTES}, "zh-hans"
    )
    assert "我打了三十个电话" in told.strengths
    own_words = (told.strengths + told.advice).replace("Tell me of a need.", "")
    assert not re.search("[A-Za-z]", own_words), own_words


@pytest.mark.parametrize("language", LANGUAGES)
def test_each_sentence_follows_from_a_line_of_the_report(language: str):
    """Every pattern of parts heard, absent and not spoken of: no advice without an absent line, no praise without a quote."""
    single = {name: advice_for({name: None}, language).advice.split("\n- ")[1] for name in ADVICE}
    praised = {
        name: advice_for({"example": "E", name: "Q"}, language).strengths.split("\n- ")[1].split("Q")[0]
        for name in STRENGTHS
    }
    assert len(set(single.values())) == len(ADVICE)
    assert len(set(praised.values())) == len(STRENGTHS)
    names = list(ADVICE)
    for states in product(("heard", "absent", None), repeat=4):
        for chosen in (names[:4], names[4:]):
            heard = {
                name: QUOTES[name] if state == "heard" else None
                for name, state in zip(chosen, states, strict=True)
                if state is not None
            }
            told = advice_for(heard, language)
            said = {name for name, line in single.items() if line in told.advice}
            assert said <= {name for name, quote in heard.items() if quote is None}
            assert set(told.advice.split("\n- ")[1:]) <= set(single.values())
            quoted = {name for name, line in praised.items() if line in told.strengths}
            assert quoted <= {name for name, quote in heard.items() if quote is not None}
            for quote in re.findall("“([^”]*)”", told.strengths):
                assert quote in {*heard.values(), "Tell me of a need.", "I"}


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("failed", [{"own": 0.2}, {"done": 0.2}, {"unanswered": True}], ids=str)
def test_what_is_not_ones_own_done_and_to_the_point_is_no_strength(failed: dict[str, Any], language: str):
    told = advice_for(dict(QUOTES), language, **failed)
    assert told.strengths == ""
    assert told.advice.count("\n- ") == 1
    assert advice_for(dict(QUOTES), language).advice == ""


def test_an_answer_to_another_question_gets_no_advice_on_its_parts():
    told = advice_for({"deeds": None, "result": None}, unanswered=True)
    assert "the question was not clearly taken up" in told.advice
    assert "clearly heard" not in told.advice
    aside = advice_for(dict(QUOTES), about=0.1)
    assert "something other than “Requirements analysis”" in aside.advice


def test_a_low_gate_alone_does_not_say_that_a_question_was_left_alone():
    told = advice_for({"example": "E", "deeds": "I called thirty users", "result": None}, takes_up=0.1)
    assert "taken up" not in told.advice
    assert "no result was clearly heard" in told.advice
    assert "I called thirty users" in told.strengths


@pytest.mark.parametrize("language", LANGUAGES)
def test_without_an_own_example_no_case_is_praised(language: str):
    """A manual that is read out has a place, steps and a result, and is nobody's story."""
    told = advice_for(QUOTES | {"example": None}, language)
    assert [q for q in QUOTES.values() if q in told.strengths] == [QUOTES["reasoning"], QUOTES["reflection"]]


def test_an_own_example_comes_before_everything_else():
    assert missing({"example": (), "deeds": (), "result": ()}) == ["example"]
    assert missing({"example": ("x",), "deeds": ("x",), "result": (), "seen": ()}) == ["result"]
    assert missing({"deeds": ("x",)}) == [], "what the report does not speak of"


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_score_level_or_internal_reason_gets_into_it(language: str):
    report = with_answers(
        answer(1, "First?", {"deeds": "I did", "result": None}), answer(2, "", {"deeds": None})
    )
    told = draft(report, language, PROFILE)
    text = told.strengths + told.advice
    assert not re.search(r"\d", text.replace("answer 2", "").replace("第 2 ", "")), text
    for word in ("internal", "内部", "level", "score", "分数", "级"):
        assert word not in text


def test_a_recording_that_was_not_cut_is_spoken_of_as_a_whole():
    whole = sample_report("en")
    first = whole.dimensions[0].model_copy(
        update={
            "content": (content(),),
            "evidence": parts({"example": "E", "deeds": "I did it", "result": None}),
        }
    )
    told = draft(whole.model_copy(update={"dimensions": (first, *whole.dimensions[1:])}), "en", PROFILE)
    assert told.strengths == "In the interview:\n- you told what you did yourself: “I did it”"
    assert told.advice.startswith("In the interview:\n- no result was clearly heard")


@pytest.mark.parametrize("language", LANGUAGES)
def test_nothing_heard_gives_nothing_to_say(language: str):
    assert draft(abstained_report(), language, PROFILE) == Draft("", "")
    assert draft(sample_report("en"), language, PROFILE) == Draft("", "")


def test_topics_are_named_where_the_level_lies_below_the_one_asked_for():
    report = sample_report("en")
    below = report.dimensions[1].model_copy(
        update={
            "id": "project_management", "level": 2, "expected_level": 3, "training": (Text(en="Planning", zh="计划"), Text(en="Risks", zh="风险")),
        }
    )  # fmt: skip
    reached = below.model_copy(update={"level": 4})
    changed = report.model_copy(update={"dimensions": (report.dimensions[0], below)})
    assert draft(changed, "en", PROFILE).advice == (
        "Project management:\n- this job looks for: Gives a clear plan, prepared for risks, coordination across teams, and how "
        "delivery went against the date.\n- topics that help: Planning, Risks"
    )
    assert draft(changed, "zh-hans", PROFILE).advice.endswith("计划、风险")
    assert draft(report.model_copy(update={"dimensions": (reached,)}), "en", PROFILE).advice == ""


@pytest.mark.parametrize(
    ("level", "expected", "shown"), [(1, 2, 4), (1, 3, 4), (2, 5, 4), (3, 4, 4), (4, 5, 5)]
)
@pytest.mark.parametrize("language", LANGUAGES)
def test_what_a_low_level_lacks_is_not_what_the_job_looks_for(
    level: int, expected: int, shown: int, language: str
):
    report = sample_report("en")
    told_of = {"id": "project_management", "level": level, "expected_level": expected}
    below = report.dimensions[1].model_copy(update=told_of)
    told = draft(report.model_copy(update={"dimensions": (below,)}), language, PROFILE).advice
    anchors = next(d.anchors for d in PROFILE.dimensions if d.id == below.id)
    named = [
        n for n, anchor in anchors.items() if anchor.get("zh" if language == "zh-hans" else "en") in told
    ]
    assert named == [shown]
