"""What changed between two versions of a job, and which of it candidates have not been asked about."""

from __future__ import annotations

from typing import Any

import pytest

from interview_analysis.scoring.edges import Text
from interview_analysis.scoring.jobs.changes import WEIGHT_STEP, Change, changes
from interview_analysis.scoring.profile import Dimension, Indicator, JobProfile, Question, Words

NAME = Text(zh="沟通", en="Communication")


def indicator(key: str = "listening", **update: Any) -> Indicator:
    made = Indicator(id=key, name=Text(en=key), keywords=Words(zh=("倾听",), en=("listened",)))
    return made.model_copy(update=update)


def dimension(key: str = "communication", **update: Any) -> Dimension:
    made = Dimension(
        id=key,
        name=NAME,
        weight=0.5,
        indicators=(indicator(),),
        anchors={level: Text(en=f"level {level}") for level in (1, 2, 3, 4, 5)},
        channels={"content": 1.0},
        expected_level=3,
    )
    return made.model_copy(update=update)


def job(*dimensions: Dimension, **update: Any) -> JobProfile:
    made = JobProfile(id="job", name=Text(en="Job"), dimensions=(dimension(weight=1.0),))
    return made.model_copy(update={"dimensions": dimensions or made.dimensions} | update)


def found(before: dict[str, Any], after: dict[str, Any]) -> list[Change]:
    return list(changes(job(dimension(**before)), job(dimension(**after))))


def question(text: str) -> Question:
    return Question(kind="past", text=Text(en=text, zh=f"{text}？"))


def test_equal_profiles_have_no_changes() -> None:
    assert changes(job(), job()) == ()


def test_what_no_score_depends_on_is_no_change() -> None:
    assert changes(job(), job(name=Text(en="Another"), id="other")) == ()
    assert found({}, {"reason": Text(en="It was asked for."), "training": (Text(en="Listening"),)}) == []
    moved = indicator(source="Listens well", origin="description")
    assert found({}, {"indicators": (moved,)}) == []


@pytest.mark.parametrize(
    ("field", "before", "after", "ask_again"),
    [
        ("seniority", "junior", "middle", False),
        ("years", None, 3.0, False),
        ("pass_score", 40.0, 50.0, True),
        ("pass_score", 50.0, 40.0, False),
        ("pass_score", None, 50.0, False),
    ],
)
def test_facts_of_the_job(field: Any, before: Any, after: Any, ask_again: bool) -> None:
    expected = (Change(field, None, before, after, ask_again),)
    assert changes(job(**{field: before}), job(**{field: after})) == expected


@pytest.mark.parametrize(
    ("before", "after", "ask_again"), [(3, 4, True), (4, 3, False), (None, 4, False), (4, None, False)]
)
def test_a_raised_level_is_to_be_asked_again(before: int | None, after: int | None, ask_again: bool) -> None:
    expected = [Change("expected_level", NAME, before, after, ask_again)]
    assert found({"expected_level": before}, {"expected_level": after}) == expected


def test_a_new_dimension_is_to_be_asked_again_and_one_that_went_is_not() -> None:
    old, new = job(dimension(), dimension("planning")), job(dimension(), dimension("sales", weight=0.4))
    assert changes(old, new) == (
        Change("dimension", NAME, None, 0.4, True),
        Change("dimension", NAME, 0.5, None, False),
    )


def test_weights_but_for_rounding() -> None:
    assert found({"weight": 0.5}, {"weight": 0.5 + WEIGHT_STEP / 2}) == []
    assert found({"weight": 0.5}, {"weight": 0.4}) == [Change("weight", NAME, 0.5, 0.4, False)]


def test_indicators() -> None:
    both = (indicator(), indicator("speaking"))
    speaking = Text(en="speaking")
    assert found({}, {"indicators": both}) == [Change("indicator", NAME, None, speaking, True)]
    assert found({"indicators": both}, {}) == [Change("indicator", NAME, speaking, None, False)]


@pytest.mark.parametrize(
    "update", [{"keywords": Words(en=("heard",))}, {"weight": 2.0}, {"description": Text(en="Listens.")}]
)
def test_an_indicator_that_looks_for_something_else(update: dict[str, Any]) -> None:
    expected = [Change("indicator_wording", NAME, None, Text(en="listening"), False)]
    assert found({}, {"indicators": (indicator(**update),)}) == expected


def test_questions_anchors_and_channels() -> None:
    old, new = question("Why"), question("How")
    assert found({"questions": (old,)}, {"questions": (new,)}) == [
        Change("question", NAME, None, new.text, False),
        Change("question", NAME, old.text, None, False),
    ]
    anchors = {**dimension().anchors, 3: Text(en="reworded")}
    assert found({}, {"anchors": anchors}) == [Change("anchors", NAME, None, None, False)]
    assert found({}, {"channels": {"content": 0.5, "voice": 0.5}}) == [
        Change("channels", NAME, "content 1", "content 0.5, voice 0.5", False)
    ]


def test_the_job_comes_first_and_then_the_new_order_of_dimensions() -> None:
    old = job(dimension("b"), dimension("a"), seniority="junior")
    new = job(
        dimension("a", weight=0.3), dimension("c", weight=0.3), dimension("b", weight=0.4), seniority="lead"
    )
    assert [change.field for change in changes(old, new)] == ["seniority", "weight", "dimension", "weight"]
    assert [change.after for change in changes(old, new)] == ["lead", 0.3, 0.3, 0.4]
