"""Progress in four stages, feedback with its sources, requests that reach the recruiters, and a review of one's own."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from interview_analysis.scoring.content.words import PART_NAMES
from interview_analysis.scoring.report.report import Evidence, Report
from interview_analysis.web.afterwards import own_review, requests
from interview_analysis.web.afterwards.models import OwnReview, Request
from interview_analysis.web.afterwards.progress import stages
from interview_analysis.web.afterwards.sources import sources
from interview_analysis.web.analysis.models import Analysis
from interview_analysis.web.candidate.models import Invitation
from interview_analysis.web.hiring.models import Application
from interview_analysis.web.interviews.models import Assignment
from interview_analysis.web.people.models import User
from interview_analysis.web.privacy.models import Entry
from interview_analysis.web.reports.models import Feedback
from tests.web.conftest import Company
from tests.web.reports.conftest import answer, with_answers
from tests.web.results import keep_result
from tests.web.review.conftest import rate


def test_the_stages_follow_what_happens(company: Company, invitation: Invitation):
    def done() -> list[bool]:
        invitation.interview.application.refresh_from_db()
        return [stage.done for stage in stages(invitation)]

    assert done() == [False, False, False, False]
    invitation.finished_at = timezone.now()
    assert done() == [True, False, False, False]
    Analysis.objects.create(
        interview=invitation.interview,
        profile=company.profile,
        state=Analysis.State.DONE,
        finished_at=timezone.now(),
    )
    for rater in (company.interviewer, company.other):
        Assignment.objects.create(interview=invitation.interview, rater=rater, assigned_by=company.recruiter)
    rate(invitation.interview, company.interviewer, 3)
    assert done() == [True, True, False, False]  # one of two has rated
    rate(invitation.interview, company.other, 3)
    assert done() == [True, True, True, False]
    Application.objects.update(state=Application.State.REJECTED)
    assert done() == [True, True, True, True]


@pytest.fixture
def told(answered: Invitation, company: Company, report: Report) -> Feedback:
    """A released feedback that quotes what was said."""
    quote = next(e.quote for d in report.dimensions for e in d.evidence if e.quote and e.start_s is not None)
    analysis = answered.interview.analyses.get()
    return Feedback.objects.create(
        interview=answered.interview, language="en", strengths=f"You said: “{quote.strip()}”", advice="Name the size.",
        drafted_from=analysis.report_sha256, edited_by=company.recruiter, released_by=company.recruiter,
        released_at=timezone.now(),
    )  # fmt: skip


def test_feedback_is_read_with_its_sources(told: Feedback, device: Client):
    page = device.get(reverse("afterwards:feedback")).content.decode()
    assert "Name the size." in page
    assert told.strengths.partition("“")[2].rstrip("”")[:20] in page


def in_writing(answered: Invitation, quote: str) -> Report:
    """The result of an interview of which the only answer was typed."""
    said = Evidence(
        kind="part", id="deeds", name=PART_NAMES["deeds"], weight=0.0, quote=quote, start_s=4.0, end_s=9.0
    )
    typed = answer(1, "Tell us about a product.", {})
    told = typed.dimensions[0].model_copy(update={"evidence": (said,)})
    typed = typed.model_copy(update={"source": "written", "dimensions": (told,)})
    return keep_result(answered.interview.analyses.get(), with_answers(typed))


def test_the_words_of_a_text_have_no_second(answered: Invitation, company: Company, device: Client):
    report = in_writing(answered, "I called thirty users")
    Feedback.objects.create(
        interview=answered.interview, language="en", strengths="“I called thirty users”", advice="",
        drafted_from=answered.interview.analyses.get().report_sha256, edited_by=company.recruiter,
        released_by=company.recruiter, released_at=timezone.now(),
    )  # fmt: skip
    assert report.is_written(4.0)
    for language, told in (("en", "written answer <q>"), ("zh-hans", "书面回答 <q>")):
        device.post(reverse("candidate:language"), {"language": language, "next": "/c/"})
        page = device.get(reverse("afterwards:feedback")).content.decode()
        assert f"{told}I called thirty users" in page
        assert "00:04" not in page


def test_the_own_review_of_an_interview_alone_asks_nothing_of_an_interviewer(
    answered: Invitation, device: Client
):
    in_writing(answered, "I called thirty users")
    asks = ("interrupted", "asked_again", "relation")
    page = device.get(reverse("afterwards:own_review")).content.decode()
    assert "written answer, 80 words" in page
    assert "00:00" not in page
    assert not [name for name in asks if f'name="{name}' in page]
    device.post(reverse("candidate:language"), {"language": "zh-hans", "next": "/c/"})
    assert "书面回答，80 词" in device.get(reverse("afterwards:own_review")).content.decode()
    Invitation.objects.update(kind=Invitation.Kind.LIVE)
    page = device.get(reverse("afterwards:own_review")).content.decode()
    assert [name for name in asks if f'name="{name}' in page] == list(asks)


def test_a_draft_is_not_shown(told: Feedback, device: Client):
    Feedback.objects.update(released_at=None)
    page = device.get(reverse("afterwards:feedback")).content.decode()
    assert "Name the size." not in page
    assert "Nothing has been released yet" in page
    assert device.get(reverse("afterwards:feedback_pdf", args=[told.number])).status_code == 404


def test_sources_are_gone_where_the_result_is(told: Feedback):
    Analysis.objects.all().delete()
    assert sources(told) == []


def test_only_the_own_recording_is_played(company: Company, answered: Invitation, device: Client):
    own = answered.interview.recordings.get()
    assert device.get(reverse("afterwards:play", args=[own.key])).status_code == 200
    assert device.get(reverse("afterwards:play", args=[company.recording.key])).status_code == 404


def test_a_request_reaches_the_list_and_the_trail_and_is_answered_once(
    company: Company, answered: Invitation, device: Client, signed_in: Callable[[User | None], Client]
):
    for _twice in range(2):  # a double click
        device.post(reverse("afterwards:ask"), {"kind": "object", "text": "My microphone <b>failed</b>."})
    asked = Request.objects.get()
    assert Entry.objects.filter(action="request.made", subject=str(asked.pk)).count() == 1
    recruiter = signed_in(company.recruiter)
    assert company.candidate.name in recruiter.get(reverse("afterwards:requests")).content.decode()
    page = recruiter.get(reverse("afterwards:request", args=[asked.pk])).content.decode()
    assert "&lt;b&gt;failed&lt;/b&gt;" in page
    recruiter.post(reverse("afterwards:request", args=[asked.pk]), {"text": "You may record it again."})
    late = recruiter.post(reverse("afterwards:request", args=[asked.pk]), {"text": "No."})
    assert late.status_code == 409
    assert "No." in late.content.decode()
    assert "You may record it again." in device.get(reverse("afterwards:feedback")).content.decode()


def test_too_many_requests_wait(answered: Invitation):
    for number in range(requests.MAX_OPEN):
        requests.ask(answered.interview, "look", f"look again {number}")
    with pytest.raises(requests.RequestError, match="wait for an answer"):
        requests.ask(answered.interview, "look", "and again")


def test_an_own_review_is_prefilled_kept_and_nobody_elses(
    company: Company,
    answered: Invitation,
    report: Report,
    device: Client,
    signed_in: Callable[[User | None], Client],
):
    fresh = own_review.begun(answered)
    expected = [a.question for a in report.answers] or [q.text for q in answered.questions.all()]
    assert [q["question"] for q in fresh.questions] == expected
    sent = {
        "overall": "3",
        "well-0": "the figures",
        "interrupted-0": "on",
        "next_time": "shorter",
        "question-new": "Why us?",
    }
    device.post(reverse("afterwards:own_review"), sent)
    kept = OwnReview.objects.get()
    assert (kept.overall, kept.next_time) == (3, "shorter")
    assert kept.questions[0]["well"] == "the figures"
    assert kept.questions[0]["interrupted"] is True
    assert kept.questions[-1]["question"] == "Why us?"
    text = device.get(reverse("afterwards:own_review_text")).content.decode()
    assert "the figures" in text
    assert "satisfied" in text
    assert "Why us?" in text
    for user in company.people.values():
        assert signed_in(user).get(reverse("afterwards:own_review")).status_code == 404
