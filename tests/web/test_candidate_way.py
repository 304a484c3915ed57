"""The whole way of a candidate over the addresses that browsers use: invited, agreed, recorded, analysed, rated, told, gone."""

from __future__ import annotations

import email
import email.policy
import re
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from interview_analysis.web.analysis.models import Analysis
from interview_analysis.web.answers import settling
from interview_analysis.web.candidate.models import Invitation
from interview_analysis.web.hiring.models import Candidate
from interview_analysis.web.interviews.models import Assignment
from interview_analysis.web.messages.sending import send_due
from interview_analysis.web.people.models import User
from interview_analysis.web.privacy import trail
from interview_analysis.web.privacy.models import Entry, Erasure
from tests.web.answers.media import webm
from tests.web.answers.test_taking import answered, post
from tests.web.candidate.test_inviting import invite
from tests.web.conftest import Company
from tests.web.results import keep_result
from tests.web.review.conftest import rate

SignedIn = Callable[[User | None], Client]


def mailed_link() -> str:
    """The link in the mail that a fresh installation writes as a file."""
    (path,) = [p for p in settings.HOME.mail.iterdir() if b"invited to an interview" in p.read_bytes()]
    mail = email.message_from_bytes(path.read_bytes(), policy=email.policy.default)
    body = mail.get_body(("plain",))
    assert body is not None
    found = re.search(r"https?://[^/\s]+(/c/[\w-]{20,}/)", body.get_content())
    assert found is not None
    return found[1]


@pytest.mark.django_db(transaction=True)
def test_from_the_invitation_to_the_receipt(company: Company, signed_in: SignedIn):
    Candidate.objects.update(email="chen.yu@example.com", name="Chen Yu")
    recruiter = signed_in(company.recruiter)
    now = timezone.localtime()
    window = {
        "window-zone": "UTC", "window-opens": now.strftime("%Y-%m-%dT%H:%M"),
        "window-closes": (now + timedelta(days=3)).strftime("%Y-%m-%dT%H:%M"),
    }  # fmt: skip
    assert invite(recruiter, company, **window).status_code == 302
    send_due()

    device = Client()
    assert device.get(mailed_link()).headers["Location"] == reverse("candidate:home")
    assert device.get("/c/answer").headers["Location"] == reverse("candidate:home")  # not before agreeing
    notice = device.get(reverse("candidate:consent"))
    device.post(reverse("candidate:consent"), {"choice": "agree", "sha256": notice.context["notice"].sha256})
    assert device.get(reverse("guide:guide")).status_code == 200
    invitation = Invitation.objects.get()
    for _question in invitation.questions.all():
        answered(device, invitation, webm(1.0))
    assert post(device, "/c/answer/hand-in").status_code == 200
    assert settling.settle_due()
    interview = Invitation.objects.get().interview
    assert interview.recordings.count() == invitation.questions.count()

    analysis = Analysis.objects.get(interview=interview)
    keep_result(analysis)
    Analysis.objects.filter(pk=analysis.pk).update(current=True, finished_at=timezone.now())
    Assignment.objects.create(interview=interview, rater=company.interviewer, assigned_by=company.recruiter)
    rate(interview, company.interviewer, 4)
    page = recruiter.get(reverse("reports:feedback", args=[interview.pk]))
    told = page.context["told"]
    recruiter.post(
        reverse("reports:feedback", args=[interview.pk]),
        {
            "number": told.number, "language": told.language, "seen": "", "drafted_from": told.drafted_from,
            "result": page.context["result"], "strengths": "You told it clearly.", "advice": "Name the size.", "do": "release",
        },
    )  # fmt: skip
    progress = device.get(reverse("afterwards:progress"))
    assert [stage.done for stage in progress.context["stages"]] == [True, True, True, False]
    assert "Name the size." in device.get(reverse("afterwards:feedback")).content.decode()

    gone = device.post(reverse("afterwards:withdraw"), {"sure": "yes"})
    erased = Erasure.objects.get()
    assert device.get(gone.headers["Location"]).status_code == 200
    assert {name for name, count in erased.found.items() if count} >= {
        *("person", "applications", "messages", "interviews", "recordings", "analyses", "scorecards"),
        *("feedback", "invitations", "takes", "consents"),
    }
    assert set(erased.left.values()) == {0}
    assert erased.files == []
    assert list(settings.HOME.mail.iterdir()) == []
    assert trail.check().broken is None
    assert not [e for e in Entry.objects.all() if "Chen" in str(e.details) or "chen.yu" in str(e.details)]
