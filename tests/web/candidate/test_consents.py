"""What a candidate agrees to is on record as it was shown; without consent to it there is no analysis, and reviewing goes on."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from interview_analysis.web.analysis import queue
from interview_analysis.web.candidate.access import link_of
from interview_analysis.web.candidate.models import Invitation
from interview_analysis.web.interviews.models import Interview, Recording
from interview_analysis.web.people.models import User
from interview_analysis.web.privacy import notices
from interview_analysis.web.privacy.models import Consent, Entry, Notice
from tests.web.conftest import Company

CONSENT = reverse("candidate:consent")


@pytest.fixture
def browser(invitation: Invitation) -> Client:
    Interview.objects.filter(pk=invitation.interview_id).update(consent=None)
    client = Client()
    client.get(link_of(invitation))
    return client


def choose(browser: Client, choice: str):  # type: ignore[no-untyped-def]
    shown = browser.get(CONSENT).context["notice"].sha256
    return browser.post(CONSENT, {"choice": choice, "sha256": shown})


def given(invitation: Invitation) -> Consent:
    consent = Interview.objects.get(pk=invitation.interview_id).consent
    assert consent is not None
    return consent


def test_the_record_says_what_was_agreed_to_and_how_it_was_shown(invitation: Invitation, browser: Client):
    browser.post(reverse("candidate:language"), {"language": "zh-hans", "next": CONSENT})
    page = browser.get(CONSENT).content.decode()
    assert "同意" in page
    choose(browser, "agree")
    consent = given(invitation)
    assert (consent.recording, consent.analysis, consent.how, consent.entered_by) == (
        True,
        True,
        "online",
        None,
    )
    notice = consent.notice
    assert notice is not None
    assert (notice.language, notice.text) == ("zh-hans", notices._text("zh"))
    assert consent.shown == {"page": CONSENT, "language": "zh-hans", "version": 1, "sha256": notice.sha256}
    entry = Entry.objects.get(action="consent.given")
    assert entry.details["sha256"] == notice.sha256
    choose(browser, "agree")  # the button once more
    assert Consent.objects.filter(how="online").count() == 1


def test_without_analysis_none_runs_and_the_review_goes_on(
    company: Company, invitation: Invitation, browser: Client, signed_in: Callable[[User | None], Client]
):
    choose(browser, "without")
    interview = Interview.objects.get(pk=invitation.interview_id)
    Recording.objects.create(
        interview=interview, name="a.mp4", kind=Recording.Kind.VIDEO, sha256="2" * 64, size_bytes=1000,
        duration_s=60.0, original="first.mp4", playable="first.mp4",
    )  # fmt: skip
    with pytest.raises(queue.NotAllowedError, match="consent"):
        queue.request(interview, company.recruiter)
    interview.assignments.create(rater=company.interviewer, assigned_by=company.recruiter)
    page = signed_in(company.interviewer).get(reverse("review:review", args=[interview.pk]))
    assert page.status_code == 200
    assert "without automated analysis" in page.content.decode()
    assert 'id="scorecard"' in page.content.decode()


def test_an_analysis_that_waits_does_not_run_once_the_choice_was_changed(
    company: Company, invitation: Invitation, browser: Client
):
    company.analysis.delete()
    choose(browser, "agree")
    interview = Interview.objects.get(pk=invitation.interview_id)
    Recording.objects.create(
        interview=interview, name="a.mp4", kind=Recording.Kind.VIDEO, sha256="2" * 64, size_bytes=1000,
        original="first.mp4",
    )  # fmt: skip
    waiting = queue.request(interview, None)
    choose(browser, "without")
    assert queue.take("a worker") is None
    waiting.refresh_from_db()
    assert waiting.state == "cancelled"
    assert not queue.retry(waiting, company.recruiter)


def test_a_text_that_was_changed_meanwhile_is_read_again(
    company: Company, invitation: Invitation, browser: Client
):
    shown = browser.get(CONSENT).context["notice"].sha256
    notices.save_version(company.job.pk, "en", "## New\nOther words", "I agree", "Without", company.recruiter)
    answer = browser.post(CONSENT, {"choice": "agree", "sha256": shown})
    assert answer.status_code == 409
    assert "Other words" in answer.content.decode()
    assert Interview.objects.get(pk=invitation.interview_id).consent is None
    choose(browser, "agree")
    assert given(invitation).notice == Notice.objects.get(job=company.job)


def test_after_handing_in_the_choice_stands(invitation: Invitation, browser: Client):
    choose(browser, "without")
    Invitation.objects.update(finished_at=timezone.now())
    assert choose(browser, "agree").status_code == 409
    assert not given(invitation).analysis


def test_a_job_has_its_own_text_else_the_companys_else_the_shipped_one(company: Company):
    shipped = notices.current(company.job.pk, "en")
    assert shipped._state.adding
    own = notices.save_version(None, "en", "Company", "Yes", "Without", company.recruiter)
    assert notices.current(company.job.pk, "en") == own
    first = notices.save_version(company.job.pk, "en", "Job\r\n", "Yes", "Without", company.recruiter)
    again = notices.save_version(company.job.pk, "en", "Job", "Yes", "Without", company.recruiter)
    assert first == again
    second = notices.save_version(company.job.pk, "en", "Job <b>", "Yes", "Without", company.recruiter)
    assert (notices.current(company.job.pk, "en"), second.number) == (second, 2)
    assert notices.current(company.job.pk, "zh-hans")._state.adding, "the other language is its own"


def test_both_languages_say_the_same_things():
    english, chinese = (notices.paragraphs(notices._text(language)) for language in ("en", "zh"))
    assert [kind for kind, _ in english] == [kind for kind, _ in chinese]


def test_recruiters_save_versions_and_markup_in_them_is_text(
    company: Company, browser: Client, signed_in: Callable[[User | None], Client]
):
    staff, url = signed_in(company.recruiter), reverse("candidate:notice", args=[company.job.pk, "en"])
    sent = {"text": "## Why\n<script>alert(1)</script>", "agree": "Yes", "without": "Without"}
    assert staff.post(url, sent).status_code == 302
    page = browser.get(CONSENT).content.decode()
    assert "<h2>Why</h2>" in page
    assert "&lt;script&gt;" in page
    assert staff.post(url, sent | {"agree": ""}).status_code == 200
    assert Notice.objects.count() == 1
    assert staff.get(reverse("candidate:company_notice", args=["fr"])).status_code == 404
