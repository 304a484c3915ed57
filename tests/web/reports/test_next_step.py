"""What the page of an interview says stands next."""

from __future__ import annotations

from django.urls import reverse

from interview_analysis.web.analysis.models import Analysis
from interview_analysis.web.reports import recruitment
from interview_analysis.web.reports.next_step import next_step
from interview_analysis.web.review import consensus, scorecards
from tests.web.conftest import Company
from tests.web.results import keep_result
from tests.web.review.conftest import rate


def test_it_leads_from_consent_to_the_recommendation(company: Company):
    interview, recruiter = company.interview, company.recruiter

    def address() -> str:
        step = next_step(recruiter, interview)
        return step.url if step else ""

    agreed, interview.consent = interview.consent, None
    assert address() == reverse("interviews:consent", args=[interview.pk])
    interview.consent = agreed
    company.recording.delete()
    assert address() == "#drop"
    company.recording.save()
    Analysis.objects.update(state=Analysis.State.CANCELLED)
    assert address() == "#analyses"
    keep_result(company.analysis)
    assigned = list(interview.assignments.all())
    interview.assignments.all().delete()
    assert address() == reverse("interviews:raters", args=[interview.pk])
    for one in assigned:
        one.save()
    rate(interview, company.interviewer, 3)
    waiting = next_step(recruiter, interview)
    assert waiting is not None
    assert waiting.text == "Wait for the raters: 1 of 2 have submitted"
    rate(interview, company.other, 3)
    changed = scorecards.amend(interview, company.other, "misheard")
    waiting = next_step(recruiter, interview)
    assert waiting is not None
    assert waiting.text == "Wait for a rater who is changing a scorecard"
    scorecards.submit(changed)
    assert address() == reverse("review:consensus", args=[interview.pk])
    levels = {r.dimension: r.level for r in interview.scorecards.first().ratings.all()}
    consensus.enter(interview, recruiter, levels, {}, "")
    assert address() == reverse("reports:recruitment", args=[interview.pk])
    recruitment.recommend(interview, recruiter, "next", "Solid.")
    assert next_step(recruiter, interview) is None


def test_a_rater_is_led_to_the_review_until_it_is_done(company: Company):
    step = next_step(company.interviewer, company.interview)
    assert step is not None
    assert step.url == reverse("review:review", args=[company.interview.pk])
    rate(company.interview, company.interviewer, 3)
    assert next_step(company.interviewer, company.interview) is None
    assert next_step(company.outsider, company.interview) is None
