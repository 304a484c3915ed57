"""What the job asks for, on the way from the profile to the score."""

from __future__ import annotations

import pytest

from interview_analysis.pipeline.common.config import load_profile
from interview_analysis.scoring.edges import Text
from interview_analysis.scoring.profile import JobProfile, Question, Source
from interview_analysis.scoring.report.report import Abstention, AskedFor, OverallScore, Reason
from interview_analysis.scoring.rubric.job_bar import job_bar
from tests.scoring.rubric.test_score import SUBSTANCE
from tests.scoring.scene import score_text

QUOTE = "负责需求分析，撰写需求文档"


def overall(score: float | None, standard_error: float | None) -> OverallScore:
    gone = Abstention(reason=Reason.NOTHING_SCORED) if score is None else None
    return OverallScore(score=score, standard_error=standard_error, level=None, weight=1.0, abstention=gone)


def asking(**fields: object) -> JobProfile:
    return load_profile("product-manager").model_copy(update=fields)


@pytest.mark.parametrize(
    ("score", "error", "verdict"),
    [
        (70.0, 4.0, "clearly_above"),  # 62 to 78
        (50.0, 4.0, "clearly_below"),  # 42 to 58
        (64.0, 4.0, "too_close"),
        (56.0, 4.0, "too_close"),
        (68.0, 3.9, "too_close"),  # 60.4 to 75.6 reads "between 60 and 76"
        (68.0, 3.5, "clearly_above"),  # from 61.1
        (52.0, 3.9, "too_close"),  # to 59.6, which reads 60
        (60.0, 0.0, "too_close"),
        (None, None, None),
    ],
)
def test_the_verdict_is_that_of_the_margin_of_error_as_it_is_shown(score, error, verdict):
    bar = job_bar(asking(pass_score=60.0), overall(score, error))
    assert bar.verdict == verdict
    assert bar.pass_score == 60.0


def test_no_score_asked_for_gives_no_verdict_and_nothing_asked_for_no_bar():
    assert job_bar(load_profile("product-manager"), overall(90.0, 1.0)) is None
    bar = job_bar(asking(seniority="lead", years=8.0), overall(90.0, 1.0))
    assert (bar.pass_score, bar.verdict, bar.seniority, bar.years) == (None, None, "lead", 8.0)


def test_the_ends_of_the_scale_can_be_asked_for():
    assert job_bar(asking(pass_score=0.0), overall(3.0, 4.0)).verdict == "too_close"
    assert job_bar(asking(pass_score=100.0), overall(99.0, 4.0)).verdict == "too_close"
    assert job_bar(asking(pass_score=100.0), overall(80.0, 4.0)).verdict == "clearly_below"


def parsed_profile() -> JobProfile:
    profile = asking(pass_score=50.0, seniority="middle", years=3.0)
    first, *others = profile.dimensions
    indicator, *rest = first.indicators
    first = first.model_copy(
        update={
            "indicators": (indicator.model_copy(update={"source": QUOTE, "origin": "model"}), *rest),
            "definition": Text(en="Finds needs.", zh="发现需求。"),
            "expected_level": 4,
            "reason": Text(en="required: 1", zh="必备要求中1句"),
            "sources": (Source(quote=QUOTE, section="must", by="term", match="需求分析", demand=1.1),),
            "questions": (
                Question(kind="situational", text=Text(en="What would you do?")),
                Question(kind="past", text=Text(en="What did you do?")),
                Question(kind="past", text=Text(en="What came of it?")),
            ),
            "training": (Text(en="Interviewing users"),),
            "origin": "library",
        }
    )
    return profile.model_copy(update={"dimensions": (first, *others)})


@pytest.mark.parametrize("text", [SUBSTANCE["en"], "I used a Gantt chart."], ids=["scored", "abstained"])
def test_dimensions_carry_what_the_profile_asks_for_whether_or_not_they_could_be_scored(text):
    profile = parsed_profile()
    first, second, *_ = score_text(text, profile=profile)[0].dimensions
    assert first.expected_level == 4
    assert first.expected_anchor == profile.dimensions[0].anchors[4]
    assert first.definition == profile.dimensions[0].definition
    assert first.reason == profile.dimensions[0].reason
    assert first.sources == (AskedFor(quote=QUOTE, section="must", match="需求分析"),)
    assert [q.en for q in first.questions["past"]] == ["What did you do?", "What came of it?"]
    assert [q.en for q in first.questions["situational"]] == ["What would you do?"]
    assert first.training == profile.dimensions[0].training
    assert first.origin == "library"
    assert (second.expected_level, second.definition, second.sources, second.origin) == (
        None,
        None,
        (),
        "person",
    )


@pytest.mark.parametrize("text", [SUBSTANCE["en"], "The weather was nice at the lake. " * 12])
def test_every_line_of_an_indicator_names_the_sentence_that_asks_for_it(text):
    profile = parsed_profile()
    card, _, _ = score_text(text, profile=profile)
    asked = profile.dimensions[0].indicators[0].id
    for line in (e for d in card.dimensions for e in d.evidence):
        expected = (None, None) if line.kind in ("measure", "part") else (None, "person")
        assert (line.source, line.origin) == ((QUOTE, "model") if line.id == asked else expected)
    assert [e for e in card.dimensions[0].evidence if e.id == asked]
    assert card.bar.verdict == job_bar(profile, card.overall).verdict


def test_what_a_job_asks_for_moves_no_score():
    """But for definition and questions: they say what the dimension is, and an answer is held against them."""
    plain = score_text(SUBSTANCE["en"])[0]
    parsed, written = parsed_profile(), load_profile("product-manager").dimensions[0]
    same = {"definition": written.definition, "questions": written.questions}
    first = parsed.dimensions[0].model_copy(update=same)
    profile = parsed.model_copy(update={"dimensions": (first, *parsed.dimensions[1:])})
    asked = score_text(SUBSTANCE["en"], profile=profile)[0]
    assert asked.bar is not None
    assert asked.overall == plain.overall
    assert [d.score for d in asked.dimensions] == [d.score for d in plain.dimensions]
    assert plain.bar is None
