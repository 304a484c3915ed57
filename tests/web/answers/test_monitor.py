"""What a recruiter sees of candidates who are answering, and what they can do for them."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from interview_analysis.web.answers import presence, taking
from interview_analysis.web.answers.models import HandIn, Presence, Take, Word
from interview_analysis.web.candidate.access import link_of, renew
from interview_analysis.web.candidate.models import Invitation
from interview_analysis.web.interviews.models import Assignment, Interview
from interview_analysis.web.privacy.models import Entry


def beat(browser: Client, **told: object) -> dict:
    return browser.post("/c/answer/presence", json.dumps(told), "application/json").json()


@pytest.fixture
def browser(invitation: Invitation) -> Client:
    made = Client()
    made.get(link_of(invitation))
    return made


def state_of(invitation: Invitation, company) -> str:
    return next(row.state for row in presence.rows(company.recruiter)[0] if row.invitation == invitation)


def test_the_states_of_a_candidate(browser, invitation, company):
    assert state_of(invitation, company) == "agreed"
    Invitation.objects.update(confirmed_at=timezone.now())
    assert state_of(invitation, company) == "ready"
    Interview.objects.filter(pk=invitation.interview_id).update(consent=None)
    assert state_of(invitation, company) == "confirmed"
    Invitation.objects.update(confirmed_at=None)
    assert state_of(invitation, company) == "opened"
    taking.show(invitation.questions.first())
    assert state_of(invitation, company) == "started"
    beat(
        browser,
        question=1,
        recording=True,
        level=0.25,
        camera="back",
        microphone="back",
        waiting=1,
        connection="sending",
    )
    row = next(row for row in presence.rows(company.recruiter)[0] if row.invitation == invitation)
    assert (row.state, row.question, row.answered, row.asked, row.level_percent) == ("here", 1, 0, 2, 25)
    beat(browser, question=1, recording=True, waiting=40, connection="offline")
    assert state_of(invitation, company) == "stuck"
    Take.objects.create(
        key=taking.take_key(invitation.questions.first(), 1), question=invitation.questions.first(), number=1,
        begun_at=timezone.now(), ended_at=timezone.now(), allowed_think_s=1, allowed_answer_s=1,
    )  # fmt: skip
    taking.hand_in(invitation)
    assert state_of(invitation, company) == "handed_in"
    HandIn.objects.update(settled_at=timezone.now())
    assert state_of(invitation, company) == "done"
    Invitation.objects.update(finished_at=timezone.now() - timedelta(days=3))
    assert presence.rows(company.recruiter) == ([], 0)


def test_whoever_is_away_is_not_shown_as_here(browser, invitation, company):
    beat(browser, question=1, recording=True)
    Presence.objects.update(at=timezone.now() - timedelta(minutes=1))
    row = presence.rows(company.recruiter)[0][0]
    assert (row.state, row.presence) == ("agreed", None)


def test_those_who_are_here_are_shown_before_the_many_who_are_not(
    browser, invitation, company, monkeypatch, django_assert_max_num_queries
):
    beat(browser, question=1, recording=True)
    others = []
    for number in range(4):
        interview = Interview.objects.create(
            application=invitation.interview.application,
            title=f"Alone {number}",
            created_by=company.recruiter,
        )
        other = Invitation(interview=interview, language="en", opens_at=invitation.opens_at, closes_at=invitation.closes_at,
                           zone="UTC", started_at=timezone.now(), created_by=company.recruiter)  # fmt: skip
        renew(other)
        others.append(other)
    Invitation.objects.bulk_create(others)
    monkeypatch.setattr(presence, "SHOWN", 2)
    with django_assert_max_num_queries(6):
        rows, left_out = presence.rows(company.recruiter)
    assert (rows[0].invitation, rows[0].state) == (invitation, "here")
    assert (len(rows), left_out) == (2, 3)


@pytest.mark.parametrize(
    "told",
    [
        {
            "level": "loud",
            "question": "<b>",
            "waiting": -1,
            "camera": "<script>",
            "connection": 5,
            "recording": "yes",
        },
        {"level": float("inf"), "question": 10**9, "waiting": 10**9, "microphone": ["back"]},
        {},
    ],
)
def test_nonsense_from_a_page_is_not_kept(browser, told):
    assert beat(browser, **told)["words"] == []
    kept = Presence.objects.get()
    assert (kept.question, kept.waiting, kept.camera, kept.microphone, kept.connection, kept.recording) == (
        None, 0, "", "", "", False,
    )  # fmt: skip
    assert kept.level is None or 0 <= kept.level <= 1


def test_a_message_reaches_the_candidate_once_and_extra_time_at_once(browser, invitation, company, signed_in):
    recruiter = signed_in(company.recruiter)
    page = f"/answers/{invitation.pk}/"
    recruiter.post(f"{page}say", {"text": "Take your time,\n we <b>extended</b> it"})
    extra = reverse("candidate:extra", args=[invitation.pk])
    assert extra in recruiter.get(page).content.decode()
    assert recruiter.post(extra, {"per_cent": "50"}).status_code == 302
    told = beat(browser, question=1)
    assert told == {"words": ["Take your time, we <b>extended</b> it"], "think_s": 135, "answer_s": 270}
    assert beat(browser, question=1)["words"] == []
    assert "shown" in recruiter.get(page).content.decode()
    for entry in Entry.objects.filter(action__in=("invitation.told", "invitation.extra_time")):
        assert entry.details == {}, "no words and no share in the trail"
    invitation.interview.assignments.create(rater=company.recruiter, assigned_by=company.administrator)
    assert extra not in recruiter.get(page).content.decode(), "whoever rates is not told of it"


def test_rows_come_alone_for_htmx(invitation, company, signed_in):
    recruiter = signed_in(company.recruiter)
    for url in ("/answers/", f"/answers/{invitation.pk}/"):
        part = recruiter.get(url, headers={"HX-Request": "true"}).content.decode()
        assert "Chen Yu" in part
        assert "<html" not in part


def test_interviewers_and_outsiders_see_no_monitor(invitation, company, signed_in):
    for user in (company.interviewer, company.outsider, None):
        for url in ("/answers/", f"/answers/{invitation.pk}/"):
            assert signed_in(user).get(url).status_code in ((404,) if user else (302,))
        for action in ("say", "accept"):
            answer = signed_in(user).post(f"/answers/{invitation.pk}/{action}", {"text": "x"})
            assert answer.status_code in ((404,) if user else (302,))
    assert not Word.objects.exists()


def test_raters_see_how_it_was_answered_without_times(browser, invitation, company, signed_in):
    question = invitation.questions.first()
    Take.objects.create(
        key=taking.take_key(question, 1), question=question, number=1, begun_at=timezone.now(), thought_s=61.0,
        answered_s=305.0, ended_at=timezone.now(), allowed_think_s=135, allowed_answer_s=270,
    )  # fmt: skip
    taking.hand_in(invitation)
    url = f"/interviews/{invitation.interview_id}/answers"
    assert signed_in(company.interviewer).get(url).status_code == 404
    Assignment.objects.create(
        interview=invitation.interview, rater=company.interviewer, assigned_by=company.recruiter
    )
    seen = signed_in(company.interviewer).get(url).content.decode()
    assert question.text in seen
    assert "04:30" not in seen
    assert "05:05" not in seen
    assert "04:30" in signed_in(company.recruiter).get(url).content.decode()
    assert (
        f'href="{url}"'
        in signed_in(company.recruiter).get(f"/interviews/{invitation.interview_id}/").content.decode()
    )


def test_a_recruiter_takes_what_there_is(invitation, company, signed_in):
    recruiter = signed_in(company.recruiter)
    recruiter.post(f"/answers/{invitation.pk}/accept")
    assert not HandIn.objects.exists(), "there is no answer yet"
    question = invitation.questions.first()
    Take.objects.create(
        key=taking.take_key(question, 1), question=question, number=1, begun_at=timezone.now(), allowed_think_s=1,
        allowed_answer_s=1,
    )  # fmt: skip
    recruiter.post(f"/answers/{invitation.pk}/accept")
    handed = HandIn.objects.get()
    assert (handed.as_it_is, handed.by) == (True, company.recruiter)
