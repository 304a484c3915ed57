"""The candidate's pages: what is next, in their language and zone, and nothing of the staff's."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone, translation

from interview_analysis.pipeline.common.config import BUILT_IN
from interview_analysis.web.candidate import course
from interview_analysis.web.candidate.access import link_of
from interview_analysis.web.candidate.models import GRACE, Invitation
from interview_analysis.web.hiring.models import Application, Candidate, ProfileVersion
from interview_analysis.web.hiring.templatetags.hiring import share
from interview_analysis.web.interviews.models import Interview
from interview_analysis.web.messages import outbox
from interview_analysis.web.messages.kinds import kind_of
from interview_analysis.web.messages.letters import write
from interview_analysis.web.messages.models import Message
from interview_analysis.web.people.models import User
from tests.web.conftest import Company

HOME, DETAILS = reverse("candidate:home"), reverse("candidate:details")


def entered(invitation: Invitation, browser: Client | None = None) -> Client:
    browser = browser or Client()
    browser.get(link_of(invitation))
    return browser


def next_step(invitation: Invitation) -> str:
    found = [step.title for step in course.steps(Invitation.objects.get(pk=invitation.pk)) if step.is_next]
    return found[0] if found else ""


def test_one_step_after_the_other(company: Company, invitation: Invitation):
    interview = Interview.objects.filter(pk=invitation.interview_id)
    consent = interview.get().consent
    interview.update(consent=None)
    assert next_step(invitation) == "Read and agree"
    interview.update(consent=consent)
    assert next_step(invitation) == "Confirm"
    Invitation.objects.update(slots_until=invitation.closes_at)
    assert next_step(invitation) == "Pick a time"
    Invitation.objects.update(slots_until=None, confirmed_at=timezone.now())
    assert next_step(invitation) == "Answer the questions"
    Invitation.objects.update(finished_at=timezone.now())
    assert next_step(invitation) == "Hear from us"


def test_no_navigation_of_staff_even_where_they_are_signed_in(
    company: Company, invitation: Invitation, signed_in: Callable[[User | None], Client]
):
    browser = entered(invitation, signed_in(company.administrator))
    for url in (HOME, DETAILS, reverse("candidate:consent")):
        page = browser.get(url).content.decode()
        for staffs in ("/jobs/", "/candidates/", "Sign out", "/people/me", company.administrator.email):
            assert staffs not in page


def test_the_candidates_language_then_their_choice(
    company: Company, invitation: Invitation, signed_in: Callable[[User | None], Client]
):
    invitation.language = "zh-hans"
    invitation.save()
    User.objects.update(language="en", zone="America/New_York")
    browser = entered(invitation, signed_in(company.recruiter))
    page = browser.get(HOME)
    assert 'lang="zh-CN"' in page.content.decode()
    assert page.headers["Content-Language"] == "zh-hans"
    assert "北京时间" in page.content.decode()
    answer = browser.post(reverse("candidate:language"), {"language": "en", "next": DETAILS})
    assert answer.headers["Location"] == DETAILS
    assert 'lang="en"' in browser.get(HOME).content.decode()
    assert 'lang="zh-CN"' in entered(invitation).get(HOME).content.decode(), "on another device"
    for outside in ("https://example.com/", "//example.com", "/c//example.com", "/c/\\example.com", "/jobs/"):
        answer = browser.post(reverse("candidate:language"), {"language": "xx", "next": outside})
        assert answer.headers["Location"] == HOME


def test_after_the_end_and_a_grace_the_page_says_so_and_whom_to_ask(company: Company, invitation: Invitation):
    browser = entered(invitation)
    now = timezone.now()
    Invitation.objects.update(closes_at=now - GRACE + timedelta(minutes=5))
    assert "The time is over" not in browser.get(HOME).content.decode()
    Invitation.objects.update(closes_at=now - GRACE - timedelta(minutes=5))
    page = entered(invitation).get(HOME).content.decode()
    assert "The time is over" in page
    assert company.recruiter.email in page
    Invitation.objects.update(finished_at=now)
    assert "The time is over" not in browser.get(HOME).content.decode()


def test_the_link_ends_with_the_day_until_which_the_data_are_kept(company: Company, invitation: Invitation):
    today = timezone.localdate()
    for day, status in ((today + timedelta(days=1), 302), (today - timedelta(days=2), 410)):
        Candidate.objects.update(keep_until=day)
        assert Client().get(link_of(invitation)).status_code == status


def test_i_will_be_there_counts_once_and_stops_asking(invitation: Invitation):
    candidate = invitation.interview.application.candidate
    candidate.email = "a@example.com"
    candidate.save()
    outbox.put("unconfirmed", candidate, invitation, due_at=timezone.now() + timedelta(hours=5))
    browser = entered(invitation)
    browser.post(reverse("candidate:confirm"))
    first = Invitation.objects.get().confirmed_at
    browser.post(reverse("candidate:confirm"))
    assert first is not None
    assert Invitation.objects.get().confirmed_at == first
    assert not Message.objects.filter(kind="unconfirmed", state=Message.State.WAITING).exists()
    assert "I will be there" not in browser.get(HOME).content.decode()


NAMES = (
    "<script>alert(1)</script>",
    "Anna & 'Bob' \"C\" {{ 7|add:7 }} {% now 'Y' %}",
    "名" * 150,
    "👩‍👩‍👧‍👦 علي بن محمد",
    "\u202eevil\u202c name",
)


@pytest.mark.parametrize("name", NAMES, ids=("markup", "quotes", "long", "family", "direction"))
def test_names_are_text(invitation: Invitation, name: str):
    Candidate.objects.update(name=name)
    Interview.objects.filter(pk=invitation.interview_id).update(title=name[:200])
    Invitation.objects.update(note=name * 2)
    browser = entered(invitation)
    for url in (HOME, DETAILS, reverse("candidate:consent")):
        page = browser.get(url)
        assert page.status_code == 200
        assert "<script>alert" not in page.content.decode()
        assert "14 2" not in page.content.decode()


@pytest.mark.parametrize("language", ["en", "zh-hans"])
def test_what_is_told_of_the_analysis_is_what_the_profile_weighs(
    company: Company, invitation: Invitation, language: str
):
    """The same list, with the weights of the job, on the page of the consent, in the details, in the guide and in the mail."""
    yaml = (BUILT_IN / "jobs" / "customer-success-manager.yaml").read_text(encoding="utf-8")
    ProfileVersion.objects.update(yaml=yaml)
    Invitation.objects.update(language=language)
    invitation = Invitation.objects.get()
    with translation.override(language):
        told = course.looked_at(invitation)
    letter = write(
        Message(kind="invitation", channel="mail", candidate=company.candidate, subject=invitation, data={}),
        kind_of("invitation"),  # type: ignore[arg-type]
    )
    browser = entered(invitation)
    pages = [
        browser.get(url).content.decode()
        for url in (DETAILS, reverse("candidate:consent"), reverse("guide:guide"))
    ]
    for text in (*pages, letter.text, letter.html):
        for one in told:
            assert one.share
            assert one.words in text
            assert share(one.share) in text
        assert "as a description" not in text
        assert "仅作描述" not in text


def test_what_carries_no_weight_in_the_job_is_said_to_be_described_only(invitation: Invitation):
    page = entered(invitation).get(DETAILS).content.decode()
    assert "smiles" in page
    assert page.count("only described, no weight in this job") == 3


@pytest.mark.parametrize(
    ("state", "said"),
    [("hired", "A person has decided"), ("rejected", "A person has decided"), ("withdrawn", "was withdrawn")],
)
def test_after_the_decision_nobody_is_left_waiting_for_a_review(
    company: Company, invitation: Invitation, state: str, said: str
):
    Invitation.objects.update(finished_at=timezone.now())
    Application.objects.update(state=state)
    step = course.steps(Invitation.objects.get())[-1]
    assert (step.done, step.is_next) == (True, False)
    assert said in step.text
    browser = entered(invitation)
    for url in (HOME, reverse("afterwards:progress")):
        page = browser.get(url).content.decode()
        assert said in page
        assert "People review your interview, and a person decides" not in page


def test_the_button_to_confirm_stands_in_its_step(invitation: Invitation):
    page = entered(invitation).get(HOME).content.decode()
    assert (
        page.index("<h2>Confirm")
        < page.index(reverse("candidate:confirm"))
        < page.index("I will be there</button>")
    )
    assert page.index("I will be there</button>") < page.index("<h2>Answer the questions")


def test_times_are_told_by_the_clock_of_the_server_and_the_zone_at_that_day(invitation: Invitation):
    Invitation.objects.update(
        opens_at=datetime(2027, 3, 27, 8, tzinfo=UTC), closes_at=datetime(2027, 3, 29, 8, tzinfo=UTC),
        zone="Europe/Berlin",
    )  # fmt: skip
    page = entered(invitation).get(HOME).content.decode()
    assert "27 March 2027, 09:00, Berlin time (UTC+1)" in page
    assert "29 March 2027, 10:00, Berlin time (UTC+2)" in page
    assert "By our clock it is" in page
    Invitation.objects.update(zone="Asia/Shanghai")
    assert "27 March 2027, 16:00, Beijing time (UTC+8)" in entered(invitation).get(HOME).content.decode()
