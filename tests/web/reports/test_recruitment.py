"""The recruitment report: after everybody has rated, with both sides, and a recommendation that a person enters."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager

import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse

from interview_analysis.scoring.profile import JobProfile
from interview_analysis.scoring.report.report import (
    Abstention,
    AnswerReport,
    DimensionScore,
    MatchedQuestion,
    Reason,
    Report,
)
from interview_analysis.scoring.statistics.ranking import Difference
from interview_analysis.web.hiring.models import Job
from interview_analysis.web.interviews.models import Assignment
from interview_analysis.web.people.models import User
from interview_analysis.web.privacy.models import Entry
from interview_analysis.web.reports import recruitment
from interview_analysis.web.reports.models import Recommendation
from interview_analysis.web.reports.recruitment import Line, RecommendationError, to_ask, unsettled
from interview_analysis.web.review import consensus, scorecards
from interview_analysis.web.review.consensus import Merged, Row
from interview_analysis.web.review.models import Scorecard
from tests.pipeline.sample_report import sample_report
from tests.web.conftest import Company
from tests.web.reports.conftest import answer
from tests.web.results import keep_result
from tests.web.review.conftest import rate

SignedIn = Callable[[User | None], Client]


def url(company: Company, name: str = "recruitment") -> str:
    return f"/interviews/{company.interview.pk}/{name}"


def with_ids(profile: JobProfile) -> Report:
    """A sample whose last dimension abstains, with the ids of the job's."""
    report = sample_report("en")
    named = [
        d.model_copy(update={"id": own.id})
        for d, own in zip(report.dimensions, profile.dimensions, strict=True)
    ]
    gone = {"score": None, "standard_error": None, "level": None}
    named[2] = named[2].model_copy(
        update={**gone, "abstention": Abstention(reason=Reason.TOO_FEW_WORDS, values={"words": 3.0, "limit": 40.0})}
    )  # fmt: skip
    return report.model_copy(update={"dimensions": tuple(named)})


@pytest.fixture
def rated(company: Company, profile: JobProfile) -> Company:
    keep_result(company.analysis, with_ids(profile))
    rate(company.interview, company.interviewer, 4, "clear plan")
    rate(company.interview, company.other, 2, "no figures")
    return company


def test_it_opens_when_all_have_rated(company: Company, signed_in: SignedIn, profile: JobProfile):
    keep_result(company.analysis, with_ids(profile))
    rate(company.interview, company.interviewer, 4)
    for name in ("recruitment", "recruitment.pdf"):
        for user in company.people.values():
            assert signed_in(user).get(url(company, name)).status_code == 404
    posted = {"what": "next", "reason": "good"}
    assert signed_in(company.recruiter).post(url(company), posted).status_code == 404
    with pytest.raises(RecommendationError):
        recruitment.recommend(company.interview, company.recruiter, "next", "good")
    rate(company.interview, company.other, 4)
    for name in ("recruitment", "recruitment.pdf"):
        may = {
            role for role, user in company.people.items()
            if signed_in(user).get(url(company, name)).status_code == 200
        }  # fmt: skip
        assert may == {company.administrator.role, company.recruiter.role}


def test_both_sides_stand_in_it(rated: Company, signed_in: SignedIn):
    page = signed_in(rated.recruiter).get(url(rated)).content.decode()
    for text in ("clear plan", "no figures", "76 ± 8", "50 ± 17", "people only", "levels 4, 2"):
        assert text in page, text
    assert "Too little was said to judge." in page, "why the machine abstained"
    assert "They differ beyond their errors: Requirements analysis." in page
    assert "The margins are too wide to compare people and the machine: Project management." in page
    assert "say the same" not in page


def test_without_any_remark_it_says_so(company: Company, signed_in: SignedIn, profile: JobProfile):
    keep_result(company.analysis, with_ids(profile))
    rate(company.interview, company.interviewer, 4, "")
    rate(company.interview, company.other, 4, "")
    page = signed_in(company.recruiter).get(url(company)).content.decode()
    assert "Nobody has remarked anything." in page
    Scorecard.objects.filter(rater=company.other).update(remark="A calm conversation.")
    assert (
        "Nobody has remarked anything." not in signed_in(company.recruiter).get(url(company)).content.decode()
    )


@pytest.mark.parametrize(
    ("margin", "told"),
    [
        (19.0, "People and the machine say the same within their errors: "),
        (21.0, "The margins are too wide to compare"),
    ],
)
def test_margins_as_wide_as_a_level_are_no_agreement(
    rated: Company, signed_in: SignedIn, monkeypatch: pytest.MonkeyPatch, margin: float, told: str
):
    monkeypatch.setattr(recruitment, "between", lambda human, machine: Difference(9.0, margin))
    recruiter = signed_in(rated.recruiter)
    page = recruiter.get(url(rated)).content.decode()
    assert told in page
    assert ("alike<br>" in page) == (margin < recruitment.WIDE)
    recruiter.cookies[settings.LANGUAGE_COOKIE_NAME] = "zh-hans"
    page = recruiter.get(url(rated)).content.decode()
    assert ("误差范围过宽，无法比较" in page) == (margin > recruitment.WIDE)


def test_the_difference_by_hand(rated: Company):
    """Raters 4 and 2: 50 points with 12 / sqrt(2); the machine 76.4 with 4.1, and 58.9 with 6.8."""
    from interview_analysis.web.review.standing import standing

    now = standing(rated.recruiter, rated.interview)
    assert now is not None
    first, second, third = recruitment.lines(now)
    assert first.between is not None
    assert first.between.value == pytest.approx(50 - 76.4)
    assert first.between.margin == pytest.approx(1.96 * (72 + 4.1**2) ** 0.5)
    assert first.between.beyond_error
    assert second.between is not None
    assert not second.between.beyond_error
    assert third.between is None, "an abstention differs from nothing"
    assert unsettled(third) == ("abstained", "apart")


def test_the_machine_is_hidden_from_staff_who_rate_where_the_job_says_so(rated: Company, signed_in: SignedIn):
    Job.objects.update(machine_shown=Job.Shown.NEVER)
    Assignment.objects.create(
        interview=rated.interview, rater=rated.recruiter, assigned_by=rated.administrator
    )
    assert signed_in(rated.recruiter).get(url(rated)).status_code == 404, "not submitted"
    rate(rated.interview, rated.recruiter, 3)
    page = signed_in(rated.recruiter).get(url(rated)).content.decode()
    assert "76 ± 8" not in page
    assert "Machine</th>" not in page
    assert "76 ± 8" in signed_in(rated.administrator).get(url(rated)).content.decode()


def test_a_person_recommends_in_their_own_words(rated: Company, signed_in: SignedIn):
    browser = signed_in(rated.recruiter)
    for posted in ({"what": "next", "reason": "  "}, {"what": "hire", "reason": "good"}, {}):
        assert browser.post(url(rated), posted).status_code == 422
    assert not Recommendation.objects.exists()
    for _ in range(2):
        assert browser.post(url(rated), {"what": "next", "reason": "thinks in figures"}).status_code == 302
    made = Recommendation.objects.get()
    assert (made.what, made.by) == ("next", rated.recruiter)
    assert Entry.objects.get(action="recommendation.entered").details == {
        "interview": rated.interview.pk,
        "what": "next",
    }
    page = signed_in(rated.administrator).get(url(rated)).content.decode()
    assert "thinks in figures" in page
    form = page.split('id="recommend"')[1]
    assert "thinks in figures" not in form, "nobody's words prefill it"
    assert " checked" not in form
    signed_in(rated.administrator).post(url(rated), {"what": "more", "reason": "ask for figures"})
    assert [r.what for r in rated.interview.recommendations.all()] == ["more", "next"]


def test_a_recommendation_says_when_what_it_rests_on_has_changed(rated: Company, signed_in: SignedIn):
    browser = signed_in(rated.recruiter)
    browser.post(url(rated), {"what": "next", "reason": "good"})
    assert "has changed" not in browser.get(url(rated)).content.decode()
    rated.recording.sha256 = "2" * 64
    rated.recording.save()
    assert "Since then a recording" in browser.get(url(rated)).content.decode()


def line(
    profile: JobProfile, levels: tuple[int | None, ...], *, machine: tuple[float, float] | None = (50, 5),
    error: float = 5.0, expected: int | None = None, final: int | None = None, index: int = 0,
) -> Line:  # fmt: skip
    dimension = profile.dimensions[index].model_copy(update={"expected_level": expected})
    known = [level for level in levels if level is not None]
    told = DimensionScore.model_construct(
        id=dimension.id, score=machine[0] if machine else None, standard_error=machine[1] if machine else None
    )
    spread = max(known) - min(known) if known else 0
    mean = sum(known) / len(known) if known else None
    human = Merged(consensus.level_score(3), 6.0, "human") if known else Merged(None, None, "human")
    merged = Merged(50.0, error, "human") if known else Merged(None, None, "human")
    row = Row(dimension.id, levels, ("",) * len(levels), spread, mean, told)
    return Line(dimension, row, human, merged, final, recruitment.between(human, told))


def test_each_reason_to_ask_again(profile: JobProfile):
    assert unsettled(line(profile, (3, 3))) == ()
    assert unsettled(line(profile, (3, 3), machine=None)) == ("abstained",)
    assert unsettled(line(profile, (None, None))) == ("not_observed",)
    assert unsettled(line(profile, (3, 3), error=10.3)) == ("wide",)
    assert unsettled(line(profile, (3, 3), error=10.2)) == (), "1.96 x 10.2 is below a level"
    assert unsettled(line(profile, (2, 4))) == ("apart",)
    assert unsettled(line(profile, (3, 4))) == ()
    assert unsettled(line(profile, (3, 3), machine=(80, 5))) == ("differ",)
    assert unsettled(line(profile, (3, 3), expected=4)) == ("below",)
    assert unsettled(line(profile, (3, 3), expected=4, final=4)) == (), "the final level counts"
    assert unsettled(line(profile, (5, 4), expected=5, final=4)) == ("below",)


def test_past_questions_come_first_and_what_was_asked_is_left_out(profile: JobProfile):
    dimension = profile.dimensions[0]
    told = [
        line(profile, (2, 4)),
        line(profile, (3, 3), index=1),
        line(profile, (2, 4), machine=None, index=2),
    ]
    found = to_ask(told, None)
    assert [a.dimension.id for a in found] == [profile.dimensions[2].id, dimension.id], "most reasons first"
    kinds = [q.kind for q in found[1].questions]
    assert kinds == sorted(kinds, key=lambda kind: kind != "past")
    assert set(found[1].questions) == set(dimension.questions)
    first = found[1].questions[0]
    matched = MatchedQuestion(dimension=dimension.id, question=first.text, similarity=0.9)
    asked: AnswerReport = answer(1, "x", {}).model_copy(update={"matched": (matched,)})
    left = to_ask(told, sample_report("en").model_copy(update={"answers": (asked,)}))
    assert first not in left[1].questions
    assert len(left[1].questions) == len(dimension.questions) - 1


def test_the_pages_are_led_to_from_the_interview(rated: Company, signed_in: SignedIn):
    page = reverse("interviews:interview", args=[rated.interview.pk])
    staff = signed_in(rated.recruiter).get(page).content.decode()
    assert f'href="{url(rated)}"' in staff
    assert f'href="{url(rated, "feedback")}"' in staff
    assert "recruitment" not in signed_in(rated.interviewer).get(page).content.decode()
    scorecards.amend(rated.interview, rated.other, "misheard")
    assert f'href="{url(rated)}"' not in signed_in(rated.recruiter).get(page).content.decode()


def test_few_queries(
    rated: Company,
    signed_in: SignedIn,
    django_assert_max_num_queries: Callable[..., AbstractContextManager[object]],
):
    browser = signed_in(rated.recruiter)
    for name in ("recruitment", "feedback"):
        with django_assert_max_num_queries(40):
            assert browser.get(url(rated, name)).status_code == 200


def test_names_and_words_are_escaped(rated: Company, signed_in: SignedIn):
    rated.candidate.name = "<script>alert(1)</script>"
    rated.candidate.save()
    browser = signed_in(rated.recruiter)
    browser.post(url(rated), {"what": "not", "reason": "<img src=x onerror=alert(1)>"})
    page = browser.get(url(rated)).content.decode()
    assert "<script>alert" not in page
    assert "<img" not in page
