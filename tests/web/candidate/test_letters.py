"""What is written to candidates: in their language and zone, with the link and the calendar file, and only while it holds."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from html import unescape

import pytest
from django.conf import LazySettings
from django.core.cache import cache
from django.urls import reverse
from django.utils import timezone, translation

from interview_analysis.web.candidate import codes, course, inviting, letters, slots
from interview_analysis.web.candidate.access import link_of
from interview_analysis.web.candidate.letters import digits_of
from interview_analysis.web.candidate.models import Code, InterviewRules, Invitation, Slot
from interview_analysis.web.hiring.models import Candidate, Job
from interview_analysis.web.messages import sending
from interview_analysis.web.messages.kinds import kind_of
from interview_analysis.web.messages.letters import Letter, write
from interview_analysis.web.messages.models import Message
from interview_analysis.web.privacy.trail import record
from interview_analysis.web.reports.models import Feedback
from tests.web.conftest import Company

DAY = timedelta(days=1)
KINDS = (
    "invitation",
    "reminder",
    "unconfirmed",
    "moved",
    "extended",
    "cancelled",
    "thanks",
    "feedback",
    "code",
)


@pytest.fixture(autouse=True)
def by_day(settings: LazySettings) -> None:
    settings.QUIET_HOURS = ""
    cache.clear()


@pytest.fixture
def sent(company: Company, invitation: Invitation) -> Invitation:
    Candidate.objects.update(email="chen.yu@example.com")
    inviting.send(invitation, company.recruiter)
    return Invitation.objects.get()


def written(invitation: Invitation, kind: str) -> Letter:
    known = kind_of(kind)
    assert known is not None
    message = Message(
        kind=kind, channel="mail", candidate=invitation.interview.application.candidate, subject=invitation,
        data={}, due_at=timezone.now(),
    )  # fmt: skip
    return write(message, known)


def waiting(*kinds: str) -> list[Message]:
    return list(Message.objects.filter(state=Message.State.WAITING, kind__in=kinds or KINDS))


def sent_by_now() -> dict[str, str]:
    """What became of everything that is due."""
    sending.send_due()
    return {m.kind: m.state for m in Message.objects.exclude(state=Message.State.WAITING)}


def test_the_invitation_holds_all_that_a_candidate_needs(company: Company, sent: Invitation):
    Invitation.objects.update(
        opens_at=datetime(2027, 3, 27, 8, tzinfo=UTC), closes_at=datetime(2027, 3, 29, 8, tzinfo=UTC),
        zone="Europe/Berlin", note="Gate 3 & ask for <Ann>",
    )  # fmt: skip
    letter = written(Invitation.objects.get(), "invitation")
    for text in (letter.text, letter.html):
        for part in (
            link_of(sent), "27 March 2027, 09:00, Berlin time (UTC+1)", "29 March 2027, 10:00, Berlin time (UTC+2)",
            "camera and microphone", "Never emotions", "no disadvantage", company.recruiter.email, "quiet room",
        ):  # fmt: skip
            assert part in text
    assert "Gate 3 & ask for <Ann>" in letter.text
    assert "Gate 3 &amp; ask for &lt;Ann&gt;" in letter.html


@pytest.mark.parametrize("language", ["en", "zh-hans"])
@pytest.mark.parametrize("kind", list(Invitation.Kind))
def test_the_walk_through_is_that_of_the_kind_of_interview(sent: Invitation, kind: str, language: str):
    """In the mail as on the page, in words of one's own language."""
    Invitation.objects.update(kind=kind, language=language, note="")
    invitation = Invitation.objects.get()
    with translation.override(language):
        steps = course.how_it_goes(invitation)
    letter = written(invitation, "invitation")
    assert len(steps) == {"alone": 7, "live": 3, "upload": 2}[kind]
    for number, step in enumerate(steps, 1):
        assert f"{number}. {step}\n" in letter.text
        assert f"<li>{step}</li>" in unescape(letter.html)
    if language != "en":
        assert not re.search("[A-Za-z]{2}", " ".join(steps)), steps
    assert ("3:00" in letter.text) == (kind == "alone")
    assert letter.attachments == ()


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_is_written_in_both_languages(company: Company, sent: Invitation, kind: str):
    english = written(sent, kind)
    Invitation.objects.update(language="zh-hans", revoked_at=timezone.now() if kind == "cancelled" else None)
    chinese = written(Invitation.objects.get(), kind)
    assert english.title
    assert english.title != chinese.title
    assert "您好" in chinese.text
    assert "您好" in chinese.html
    if kind in ("invitation", "moved", "unconfirmed", "extended"):
        assert "北京时间" in chinese.text


@pytest.mark.parametrize("name", ["<b>Ann</b>", "名" * 150, "علي 👩‍👩‍👧", "a\r\nBcc: everybody@example.com"])
def test_names_are_text_and_start_no_header(company: Company, sent: Invitation, name: str):
    Candidate.objects.update(name=name)
    Job.objects.update(name=(name + " job")[:200])
    letter = written(Invitation.objects.get(), "invitation")
    assert "\n" not in letter.title
    assert "<b>Ann" not in letter.html
    assert sent_by_now()["invitation"] == Message.State.SENT


def test_an_appointment_is_one_event_that_moves_and_goes(company: Company, sent: Invitation):
    start = timezone.now() + 3 * DAY
    first, second = (
        Slot.objects.create(job=company.job, starts_at=at, zone="UTC", created_by=company.recruiter)
        for at in (start, start + DAY)
    )
    Invitation.objects.update(slots_until=start + 5 * DAY)
    files = []
    for slot in (first, second):
        slots.pick(Invitation.objects.get(), slot)
        files.append(
            written(Invitation.objects.get(), "moved").attachments[0].content.decode().replace("\r\n ", "")
        )
    inviting.revoke(Invitation.objects.get(), company.recruiter)
    files.append(written(Invitation.objects.get(), "cancelled").attachments[0].content.decode())
    values = [dict(line.split(":", 1) for line in file.splitlines() if ":" in line) for file in files]
    assert len({v["UID"] for v in values}) == 1
    assert [v["SEQUENCE"] for v in values] == ["0", "1", "2"]
    assert [v["METHOD"] for v in values] == ["REQUEST", "REQUEST", "CANCEL"]
    assert values[1]["DTSTART"] == f"{second.starts_at:%Y%m%dT%H%M%SZ}"
    assert values[0]["LOCATION"] == link_of(sent)


def test_the_calendar_file_can_be_fetched_on_the_page(company: Company, sent: Invitation):
    from django.test import Client

    browser = Client()
    browser.get(link_of(sent))
    assert browser.get(reverse("candidate:calendar")).status_code == 404, (
        "whenever it suits is no appointment"
    )
    Invitation.objects.update(kind="live", opens_at=timezone.now() + DAY)
    letters.plan(Invitation.objects.get())
    answer = browser.get(reverse("candidate:calendar"))
    assert answer.content.startswith(b"BEGIN:VCALENDAR")


def test_reminders_look_ahead_to_the_start_or_to_the_end(company: Company, sent: Invitation):
    assert [m.due_at for m in waiting("reminder")][::-1] == [sent.closes_at - DAY, sent.closes_at - DAY / 24]
    Invitation.objects.update(kind="live", opens_at=timezone.now() + 2 * DAY)
    InterviewRules.objects.create(job=company.job, remind_h="36, 2")
    live = Invitation.objects.get()
    letters.plan(live)
    assert [m.due_at for m in waiting("reminder")][::-1] == [
        live.opens_at - 1.5 * DAY,
        live.opens_at - DAY / 12,
    ]
    InterviewRules.objects.update(remind_h="0")
    letters.plan(Invitation.objects.get())
    assert waiting("reminder") == []


def test_a_reminder_of_a_time_that_moved_is_not_sent(company: Company, sent: Invitation):
    Message.objects.filter(kind="reminder").update(next_at=timezone.now() - DAY / 24)
    Invitation.objects.update(closes_at=sent.closes_at + DAY)
    assert sent_by_now()["reminder"] == Message.State.DROPPED


def test_whoever_confirmed_is_not_asked_again(company: Company, sent: Invitation):
    assert len(waiting("unconfirmed")) == 1
    Message.objects.filter(kind="unconfirmed").update(next_at=timezone.now() - DAY / 24)
    Invitation.objects.update(confirmed_at=timezone.now())
    assert sent_by_now()["unconfirmed"] == Message.State.DROPPED


def test_what_is_called_off_is_told_once_and_nothing_else_goes(company: Company, sent: Invitation):
    assert sent_by_now()["invitation"] == Message.State.SENT
    inviting.revoke(sent, company.recruiter)
    inviting.revoke(sent, company.recruiter)
    assert [m.kind for m in waiting()] == ["cancelled"]
    assert sent_by_now()["cancelled"] == Message.State.SENT
    told = _mail(Message.objects.get(kind="cancelled"))
    assert link_of(sent) not in told
    assert "called off" in told


def test_thanks_go_once(company: Company, sent: Invitation):
    Invitation.objects.update(finished_at=timezone.now())
    done = Invitation.objects.get()
    for _ in range(2):
        record(None, "invitation.finished", done)
    assert sorted(m.kind for m in waiting()) == ["invitation", "thanks"]
    became = sent_by_now()
    assert (became["invitation"], became["thanks"]) == (Message.State.DROPPED, Message.State.SENT)


def test_a_code_is_sent_and_nothing_of_it_is_kept(company: Company, sent: Invitation):
    assert codes.send(sent)
    digits = digits_of(Code.objects.get())
    assert sent_by_now()["code"] == Message.State.SENT
    message = Message.objects.get(kind="code")
    assert digits in (letter_file := _mail(message))
    assert letter_file.count("Subject:") == 1
    assert digits not in str(Message.objects.filter(pk=message.pk).values_list()[0])


def _mail(message: Message) -> str:
    from django.conf import settings

    return (settings.HOME.mail / message.file).read_text(encoding="utf-8")


def test_recruiters_see_how_a_letter_will_be(company: Company, sent: Invitation, signed_in):
    for kind in KINDS:
        url = reverse("outbox:preview", args=[kind, "candidate.Invitation", sent.pk])
        assert signed_in(company.recruiter).get(url).status_code == 200, kind
        assert signed_in(company.interviewer).get(url).status_code == 404


def test_released_feedback_is_told_once_for_each_release(company: Company, sent: Invitation):
    def release(number: int) -> Feedback:
        told = Feedback.objects.create(
            interview=sent.interview, number=number, language="en", strengths="Well told.", advice="",
            edited_by=company.recruiter, released_by=company.recruiter, released_at=timezone.now(),
        )  # fmt: skip
        record(company.recruiter, "feedback.released", told, interview=sent.interview_id)
        return told

    release(1)
    second = release(2)
    (message,) = waiting("feedback")  # that of the first, which did not go yet, was taken back
    assert message.data == {"feedback": second.pk}
    letter = written(sent, "feedback")
    assert link_of(sent) in letter.text
    assert "Well told" not in letter.text, "what it says stands behind the link"
    sending.send_due()
    message.refresh_from_db()
    assert message.state == "sent"
    Invitation.objects.update(revoked_at=timezone.now())
    release(3)
    assert waiting("feedback") == []
