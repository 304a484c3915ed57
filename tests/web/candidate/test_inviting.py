"""Recruiters invite: questions of the profile, a window in the right zone, rules of the job, and changes to all of it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from html import unescape

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from interview_analysis.web.candidate import inviting
from interview_analysis.web.candidate.access import link_of
from interview_analysis.web.candidate.models import InterviewRules, Invitation, Slot
from interview_analysis.web.hiring.profiles import profile_of
from interview_analysis.web.messages.models import Message
from interview_analysis.web.people.models import User
from interview_analysis.web.privacy import notices
from interview_analysis.web.privacy.models import Consent, Entry
from tests.web.conftest import Company
from tests.web.recordings import write_clip

SignedIn = Callable[[User | None], Client]
YEAR = timezone.now().year + 1


def fields(client: Client, company: Company, **changed: str) -> dict[str, str]:
    """The form as it is shown, filled in."""
    page = client.get(reverse("candidate:invite", args=[company.application.pk]))
    form, rows = page.context["form"], page.context["rows"]
    filled = {
        name: str(form[name].value() or "") for name in form.fields if form[name].value() not in (False, None)
    }
    filled |= {"rows": str(len(rows)), "send": "1"}
    for row in rows:
        key = f"q{row.number}."
        filled |= {f"{key}text": row.text, f"{key}order": row.order, f"{key}dimension": row.dimension}
        if row.used:
            filled[f"{key}use"] = "on"
    filled |= {
        "window-zone": "Asia/Shanghai", "window-typed_in": "candidate",
        "window-opens": f"{YEAR}-05-04T09:00", "window-closes": f"{YEAR}-05-08T18:30",
    }  # fmt: skip
    return filled | changed


def invite(client: Client, company: Company, **changed: object):  # type: ignore[no-untyped-def]
    sent = fields(client, company) | changed
    return client.post(reverse("candidate:invite", args=[company.application.pk]), sent)


@pytest.fixture
def recruiter(company: Company, signed_in: SignedIn) -> Client:
    company.candidate.email = "chen.yu@example.com"
    company.candidate.save()
    return signed_in(company.recruiter)


def test_an_invitation_has_one_question_of_each_dimension_and_the_rules_of_the_job(
    company: Company, recruiter: Client
):
    InterviewRules.objects.create(job=company.job, think_s=45, retakes=2, code_asked=True)
    assert invite(recruiter, company).status_code == 302
    made = Invitation.objects.get()
    asked = list(made.questions.values_list("dimension", flat=True))
    dimensions = sorted(profile_of(company.profile).dimensions, key=lambda d: -d.weight)
    assert asked == [d.id for d in dimensions if d.questions][:5]
    assert (made.think_s, made.answer_s, made.retakes, made.code_asked) == (45, 180, 2, True)
    assert (made.contact, made.interview.application, made.sent_at is not None) == (
        company.recruiter, company.application, True,
    )  # fmt: skip
    assert {m.kind for m in Message.objects.all()} == {"invitation", "reminder", "unconfirmed"}


def test_times_are_wall_times_of_the_zone_that_was_chosen(company: Company, recruiter: Client):
    invite(recruiter, company)
    assert Invitation.objects.get().opens_at == datetime(YEAR, 5, 4, 1, 0, tzinfo=UTC)
    User.objects.update(zone="Europe/Berlin")
    invite(recruiter, company, **{"window-typed_in": "own"})
    later = Invitation.objects.first()
    assert later is not None
    assert (later.opens_at, later.zone) == (datetime(YEAR, 5, 4, 7, 0, tzinfo=UTC), "Asia/Shanghai")


def test_a_window_over_a_change_of_the_clocks_keeps_its_wall_times(company: Company, recruiter: Client):
    invite(
        recruiter, company,
        **{"window-zone": "Europe/Berlin", "window-opens": "2027-03-27T09:00", "window-closes": "2027-03-29T09:00"},
    )  # fmt: skip
    made = Invitation.objects.get()
    assert made.closes_at - made.opens_at == timedelta(hours=47)
    page = recruiter.get(reverse("candidate:invitation", args=[made.pk])).content.decode()
    assert "27 March 2027, 09:00, Berlin time (UTC+1)" in page
    assert "29 March 2027, 09:00, Berlin time (UTC+2)" in page


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"window-zone": "Europe/Berlin", "window-opens": "2027-03-28T02:30"}, "set forward"),
        ({"window-closes": f"{YEAR}-05-04T08:59"}, "before the beginning"),
        ({"window-opens": "2020-01-01T09:00", "window-closes": "2020-01-02T09:00"}, "has passed"),
        ({"window-closes": f"{YEAR + 1}-05-08T18:30"}, "180 days"),
        ({"window-zone": "Mars/Olympus"}, "Select a valid choice"),
        ({"window-opens": "soon"}, "Enter a valid date"),
        ({"kind": "live", "note": "  "}, "how the candidate joins"),
        ({"answer_s": "3"}, "from 15 to 3600"),
        ({"q0.text": ""}, "needs a text"),
        ({"q0.text": "x" * 1001}, "1000 characters"),
        ({"q0.think": "-5"}, "5 to 3600 seconds"),
        ({"contact": ""}, "required"),
    ],
)
def test_what_cannot_be_is_said_and_nothing_is_made(
    company: Company, recruiter: Client, changed: dict[str, str], said: str
):
    answer = invite(recruiter, company, **changed)
    assert answer.status_code == 422
    assert said in answer.content.decode()
    assert not Invitation.objects.exists()
    assert not Message.objects.exists()


def test_what_is_missing_is_said_at_the_top_with_a_way_to_the_field(company: Company, recruiter: Client):
    page = invite(recruiter, company, kind="live", note="").content.decode()
    top = page[: page.index('<form method="post" enctype')]
    assert "Nobody is invited yet" in top
    assert '<a href="#id_note">' in top
    assert "Write how the candidate joins the live interview" in top
    assert 'id="id_note"' in page
    again = invite(recruiter, company, **{"window-closes": f"{YEAR}-05-04T08:59"}).content.decode()
    assert '<a href="#id_window-closes">' in again
    assert 'id="id_window-closes"' in again
    question = invite(recruiter, company, **{"q2.use": "on", "q2.text": ""}).content.decode()
    assert '<a href="#q2-text">' in question
    assert 'id="q2-text"' in question


def test_proposals_are_on_the_page_in_both_languages(company: Company, recruiter: Client):
    """So that they follow the language that is chosen; what was changed by hand stays, see invite.js."""
    dimension = max(profile_of(company.profile).dimensions, key=lambda d: d.weight)
    question = dimension.questions[0].text
    for page in (
        recruiter.get(reverse("candidate:invite", args=[company.application.pk])),
        invite(recruiter, company, kind="live", note=""),
    ):
        text = unescape(page.content.decode())
        assert f'data-en="{question.en}" data-zh-hans="{question.zh}"' in text
        assert f'data-en="{dimension.name.en}" data-zh-hans="{dimension.name.zh}"' in text
        assert 'data-en="Professional interview" data-zh-hans="专业面试"' in text
    own = invite(recruiter, company, kind="live", note="", **{"q0.text": "My own words"})
    assert own.context["rows"][0].also == {}


def test_the_language_of_the_agreed_text_is_named_in_words(
    company: Company, recruiter: Client, invitation: Invitation
):
    notice = notices.keep(notices.current(company.job.pk, "zh-hans"))
    Consent.objects.update(notice=notice)
    url = reverse("candidate:invitation", args=[invitation.pk])
    assert "version 1, Simplified Chinese" in recruiter.get(url).content.decode()
    recruiter.post("/people/language", {"language": "zh-hans", "next": "/"})
    assert "zh-hans<" not in recruiter.get(url).content.decode().split("</dl>")[0]


def test_no_code_is_asked_of_somebody_whom_it_cannot_reach(company: Company, recruiter: Client):
    company.candidate.email = ""
    company.candidate.save()
    answer = invite(recruiter, company, code_asked="on")
    assert answer.status_code == 422
    assert "no code could reach them" in answer.content.decode()


def test_own_questions_in_an_own_order(company: Company, recruiter: Client):
    sent = fields(recruiter, company)
    for name in [name for name in sent if name.endswith(".use")]:
        del sent[name]
    last = int(sent["rows"]) - 1
    sent |= {
        f"q{last}.text": "Was <b>ist</b> مرحبا 🙂?",
        f"q{last}.order": "1",
        "q0.use": "on",
        "q0.order": "2",
    }
    recruiter.post(reverse("candidate:invite", args=[company.application.pk]), sent)
    made = Invitation.objects.get()
    assert [q.text for q in made.questions.all()] == ["Was <b>ist</b> مرحبا 🙂?", sent["q0.text"]]
    page = recruiter.get(reverse("candidate:invitation", args=[made.pk])).content.decode()
    assert "Was &lt;b&gt;ist&lt;/b&gt; مرحبا 🙂?" in page


def test_a_spoken_question_has_captions_even_without_any(
    company: Company, recruiter: Client, invitation: Invitation, tmp_path
):
    clip = write_clip(tmp_path / "asked.mp4", seconds=2.0).read_bytes()
    first = invitation.questions.all()[0]
    sent = {"rows": "2", "q0.of": str(first.pk), "q0.text": first.text, "q0.use": "on", "q0.order": "1"}
    wrong = sent | {"q0.file": SimpleUploadedFile("asked.mp4", b"<script>alert(1)</script>")}
    url = reverse("candidate:questions", args=[invitation.pk])
    assert recruiter.post(url, wrong).status_code == 422
    assert recruiter.post(url, sent | {"q0.file": SimpleUploadedFile("asked.mp4", clip)}).status_code == 302
    kept = invitation.questions.get()
    assert kept.spoken.startswith("question-")
    assert kept.captions.startswith("WEBVTT\n\n00:00:00.000 --> 00:00:0")
    assert first.text in kept.captions
    assert recruiter.get(reverse("candidate:staff_spoken", args=[kept.pk])).status_code == 200


def test_questions_stay_once_they_were_seen(company: Company, recruiter: Client, invitation: Invitation):
    Invitation.objects.update(started_at=timezone.now())
    before = list(invitation.questions.values_list("text", flat=True))
    sent = {"rows": "1", "q0.text": "Another one?", "q0.use": "on"}
    answer = recruiter.post(reverse("candidate:questions", args=[invitation.pk]), sent)
    assert answer.status_code == 422
    assert list(invitation.questions.values_list("text", flat=True)) == before


def test_another_time_asks_for_another_confirmation_and_is_told(company: Company, recruiter: Client):
    invite(recruiter, company)
    Message.objects.update(state=Message.State.SENT)
    made = Invitation.objects.get()
    Invitation.objects.update(confirmed_at=timezone.now())
    sent = {
        "window-zone": "America/New_York", "window-typed_in": "candidate",
        "window-opens": f"{YEAR}-06-01T09:00", "window-closes": f"{YEAR}-06-02T09:00",
    }  # fmt: skip
    url = reverse("candidate:window", args=[made.pk])
    assert recruiter.post(url, sent).status_code == 302
    recruiter.post(url, sent)  # the button once more
    made.refresh_from_db()
    assert (made.confirmed_at, made.zone, made.opens_at.hour) == (None, "America/New_York", 13)
    assert Message.objects.filter(kind="moved").count() == 1


def test_extra_time_may_be_given_during_the_interview_and_no_rater_sees_it(
    company: Company, recruiter: Client, invitation: Invitation, signed_in: SignedIn
):
    Invitation.objects.update(started_at=timezone.now(), sent_at=timezone.now())
    url = reverse("candidate:extra", args=[invitation.pk])
    assert recruiter.post(url, {"per_cent": "50", "tell": "on"}).status_code == 302
    question = Invitation.objects.get().questions.all()[0]
    assert (question.thinking_s, question.answering_s) == (135, 270)
    assert Message.objects.filter(kind="extended").count() == 1
    interview = invitation.interview
    interview.assignments.create(rater=company.interviewer, assigned_by=company.recruiter)
    interview.assignments.create(rater=company.administrator, assigned_by=company.recruiter)
    rater = signed_in(company.interviewer)
    page = rater.get(reverse("review:review", args=[interview.pk])).content.decode()
    assert "1:30 to think" in page
    assert "2:15" not in page
    assert "50 %" not in page
    assert signed_in(company.administrator).get(url).status_code == 404
    assert "50" not in str(Entry.objects.filter(action="invitation.extra_time").values("details"))


def test_calling_off_ends_the_link_and_tells_only_whoever_knew(company: Company, recruiter: Client):
    sent = fields(recruiter, company)
    del sent["send"]
    recruiter.post(reverse("candidate:invite", args=[company.application.pk]), sent)
    kept = Invitation.objects.get()
    assert (kept.sent_at, Message.objects.count()) == (None, 0)
    recruiter.post(reverse("candidate:act", args=[kept.pk]), {"do": "revoke"})
    assert Client().get(link_of(kept)).status_code == 410
    assert not Message.objects.exists()
    invite(recruiter, company)
    told = Invitation.objects.get(revoked_at=None)
    Message.objects.filter(kind="invitation").update(state=Message.State.SENT)
    recruiter.post(reverse("candidate:act", args=[told.pk]), {"do": "revoke"})
    waiting = Message.objects.filter(state=Message.State.WAITING)
    assert [m.kind for m in waiting] == ["cancelled"]
    answer = recruiter.post(reverse("candidate:act", args=[told.pk]), {"do": "send"}, follow=True)
    assert "called off" in answer.content.decode()


def test_a_new_link_goes_out_and_the_old_one_ends(company: Company, recruiter: Client):
    invite(recruiter, company)
    made = Invitation.objects.get()
    old = link_of(made)
    recruiter.post(reverse("candidate:act", args=[made.pk]), {"do": "renew"})
    made.refresh_from_db()
    assert Client().get(old).status_code == 410
    assert Client().get(link_of(made)).status_code == 302


def test_a_slot_that_was_taken_is_free_again_after_calling_off(company: Company, invitation: Invitation):
    from interview_analysis.web.candidate.slots import pick

    start = timezone.now() + timedelta(days=2)
    slot = Slot.objects.create(job=company.job, starts_at=start, zone="UTC", created_by=company.recruiter)
    Invitation.objects.update(slots_until=start + timedelta(days=1))
    pick(Invitation.objects.get(), slot)
    inviting.revoke(Invitation.objects.get(), company.recruiter)
    slot.refresh_from_db()
    assert slot.taken == 0


def test_rules_of_a_job_say_why_and_refuse_what_cannot_be(company: Company, recruiter: Client):
    url = reverse("candidate:rules", args=[company.job.pk])
    assert "Basch et al. 2021" in recruiter.get(url).content.decode()
    sent = {"think_s": 60, "answer_s": 120, "retakes": 0, "move_until_h": 12, "heard_days": 7}
    for wrong in ("soon", "0.1", "1,2,3,4,5,6"):
        recruiter.post(url, sent | {"remind_h": wrong})
        assert not InterviewRules.objects.exists()
    recruiter.post(url, sent | {"remind_h": "1，48", "unconfirmed_h": 0})
    rules = InterviewRules.objects.get()
    assert (rules.remind_h, rules.reminders) == ("48, 1", [timedelta(hours=48), timedelta(hours=1)])
