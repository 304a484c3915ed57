"""The pages of messages: what recruiters see and do, and the page on which candidates choose channels."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.conf import LazySettings
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from interview_analysis.web.hiring.models import Candidate
from interview_analysis.web.messages import kinds, letters, outbox, reach, sending
from interview_analysis.web.messages.models import Message, Preference
from interview_analysis.web.people.models import User
from interview_analysis.web.privacy.models import Entry
from tests.web.conftest import Company
from tests.web.messages.conftest import LINK, Put, Visit, now_again
from tests.web.messages.servers import MailServer

SignedIn = Callable[[User | None], Client]
LATER = timedelta(days=1)


def page_of(message: Message) -> str:
    return reverse("outbox:message", args=[message.key])


def text(client: Client, url: str) -> str:
    answer = client.get(url)
    assert answer.status_code == 200
    return answer.content.decode()


@pytest.fixture
def recruiter(company: Company, signed_in: SignedIn) -> Client:
    return signed_in(company.recruiter)


def test_where_the_mails_lie_is_told_and_the_link_is_found(
    put: Put, recruiter: Client, settings: LazySettings
):
    (message,) = put()
    sending.send_due()
    listed = text(recruiter, reverse("outbox:list"))
    assert str(settings.HOME.mail) in listed
    assert page_of(message) in listed
    shown = text(recruiter, page_of(message))
    assert f'href="{LINK}"' in shown
    assert f"{message.key.hex}.eml" in shown
    settings.EMAIL_CONFIG = "smtp://x"
    assert str(settings.HOME.mail) not in text(recruiter, reverse("outbox:list"))


def test_a_file_that_was_taken_away_leaves_what_was_kept(put: Put, recruiter: Client, settings: LazySettings):
    (message,) = put()
    sending.send_due()
    (settings.HOME.mail / now_again(message).file).unlink()
    shown = text(recruiter, page_of(message))
    assert "Dear Chen Yu" in shown
    assert LINK not in shown


def test_what_was_sent_by_a_server_is_shown_without_its_links(
    put: Put, recruiter: Client, mail_server: MailServer
):
    (message,) = put()
    sending.send_due()
    shown = text(recruiter, page_of(message))
    assert "Dear Chen Yu" in shown
    assert LINK not in shown
    assert "Links are not kept" in shown


@pytest.mark.django_db(transaction=True)
def test_with_a_candidate_go_their_messages_and_the_files(put: Put, company: Company, settings: LazySettings):
    (message,) = put()
    sending.send_due()
    path = settings.HOME.mail / now_again(message).file
    assert path.exists()
    company.analysis.delete()
    company.application.delete()
    assert not Message.objects.exists()
    assert not path.exists()


def test_before_it_goes_each_channel_is_shown_as_it_will_be(
    put: Put, recruiter: Client, company: Company, mail_server: MailServer, settings: LazySettings
):
    settings.SMS_URL, settings.COMPANY_NAME = "http://127.0.0.1:9", "Acme"
    Candidate.objects.update(name="<b>Chen</b>", phone="13800000000")
    url = reverse("outbox:preview", args=["visit", "interviews.interview", company.interview.pk])
    shown = text(recruiter, url)
    assert "Nothing has been sent" in shown
    for part in ("&lt;b&gt;Chen&lt;/b&gt;", LINK, "[Acme]", "parts", "text message", "WeCom group"):
        assert part in shown
    assert "<b>Chen</b>" not in shown
    assert re.search(r"<iframe[^>]* sandbox src=\"[^\"]*/html\"", shown)
    frame = recruiter.get(f"{url}html")
    policy = frame.headers["Content-Security-Policy"]
    assert policy.startswith("sandbox; default-src 'none'; style-src 'unsafe-inline'")
    assert frame.headers["X-Frame-Options"] == "SAMEORIGIN"
    assert "&lt;b&gt;Chen&lt;/b&gt;" in frame.content.decode()
    assert not Message.objects.exists()

    company.candidate.refresh_from_db()
    put()
    sending.send_one()
    sent = mail_server.mails[0].decode()
    previewed = letters.write(Message.objects.filter(channel="mail").get(), kinds._KINDS["visit"])
    assert previewed.title.split(":")[0] in sent


@pytest.mark.parametrize(
    "args",
    [
        ("nothing", "interviews.interview", 1),
        ("visit", "interviews.nothing", 1),
        ("visit", "nonsense", 1),
        ("visit", "people.signinlink", 1),
        ("visit", "interviews.interview", 10**9),
        ("visit", "hiring.job", 1),
    ],
)
def test_what_cannot_be_previewed_is_not_found(put: Put, recruiter: Client, args: tuple[object, ...]):
    assert recruiter.get(reverse("outbox:preview", args=args)).status_code == 404


def test_nobody_but_staff_reads_messages(put: Put, company: Company, signed_in: SignedIn):
    (message,) = put()
    preview = reverse("outbox:preview", args=["visit", "interviews.interview", company.interview.pk])
    urls = [page_of(message), f"{page_of(message)}html", preview, f"{preview}html"]
    staff = (company.administrator, company.recruiter)
    for user in (*company.people.values(), company.outsider):
        expected = 200 if user in staff else 404
        assert [signed_in(user).get(url).status_code for url in urls] == [expected] * 4
        answer = signed_in(user).post(f"{page_of(message)}do", {"do": "nothing"})
        assert answer.status_code == 404
    assert {signed_in(None).get(url).status_code for url in urls} == {302}
    assert signed_in(company.recruiter).get(f"{page_of(message)}do").status_code == 405
    for user in company.people.values():
        visible = Message.objects.visible_to(user)
        assert visible.exists() == (user in staff)


def test_a_recruiter_sends_now_takes_back_and_sends_again(put: Put, recruiter: Client, company: Company):
    (first,), (second,) = put(due_at=timezone.now() + LATER), put(due_at=timezone.now() + LATER)
    sending.send_due()
    assert {m.state for m in Message.objects.all()} == {"waiting"}
    recruiter.post(f"{page_of(first)}do", {"do": "now"})
    recruiter.post(f"{page_of(second)}do", {"do": "drop"})
    sending.send_due()
    assert (now_again(first).state, now_again(second).state) == ("sent", "dropped")
    Message.objects.filter(pk=first.pk).update(state="unknown", fault="stopped")
    assert "Nobody knows" in text(recruiter, page_of(first))
    answer = recruiter.post(f"{page_of(first)}do", {"do": "again"}, follow=True)
    assert "It goes out now." in answer.content.decode()
    answer = recruiter.post(f"{page_of(first)}do", {"do": "again"}, follow=True)
    assert "changed in the meantime" in answer.content.decode()
    sending.send_due()
    assert now_again(first).attempts == 1


def test_failures_are_listed_and_counted(
    put: Put, recruiter: Client, company: Company, settings: LazySettings
):
    for _ in range(2):
        put()
    Message.objects.filter(pk=Message.objects.first().pk).update(
        state="bounced", fault="refused", detail="5.1.1"
    )  # type: ignore[union-attr]
    listed = text(recruiter, reverse("outbox:list"))
    assert "1 message did not go" in listed
    assert "refused by the other side (5.1.1)" in listed
    only = text(recruiter, f"{reverse('outbox:list')}?state=attention")
    assert only.count("<tr>") == 2, "the head, and one row"
    for odd in ("?state=x&candidate=-1", "?candidate=99999999999999999999999", "?page=x", "?candidate=²"):
        text(recruiter, f"{reverse('outbox:list')}{odd}")
    of_application = text(recruiter, reverse("outbox:of_application", args=[company.application.pk]))
    assert "came back" in of_application


def test_the_page_of_an_application_brings_its_messages(put: Put, recruiter: Client, company: Company):
    shown = text(recruiter, reverse("hiring:application", args=[company.application.pk]))
    assert f'hx-get="{reverse("outbox:of_application", args=[company.application.pk])}"' in shown


def test_a_kind_that_is_gone_is_still_listed(put: Put, recruiter: Client, monkeypatch: pytest.MonkeyPatch):
    (message,) = put()
    monkeypatch.delitem(kinds._KINDS, "visit")
    assert "visit" in text(recruiter, reverse("outbox:list"))
    assert "Its text cannot be shown" in text(recruiter, page_of(message))


def test_quiet_hours_are_told(put: Put, recruiter: Client, mail_server: MailServer, settings: LazySettings):
    settings.QUIET_HOURS = "00:00-23:59"
    (message,) = put()
    assert "quiet hours" in text(recruiter, page_of(message))


def test_account_and_zone_of_a_candidate(recruiter: Client, company: Company):
    url = reverse("outbox:channels", args=[company.candidate.pk])
    for wrong in ("Mars/Olympus", "../../etc/passwd", "\0"):
        assert recruiter.post(url, {"zone": wrong}).status_code == 200
    assert not Preference.objects.exists()
    assert recruiter.post(url, {"wecom": "chenyu", "zone": "Asia/Shanghai"}).status_code == 302
    kept = reach.preference(company.candidate)
    assert (kept.wecom, kept.zone) == ("chenyu", "Asia/Shanghai")
    entry = Entry.objects.get(action="candidate.channels_changed")
    assert "chenyu" not in str(entry.details)


# the candidate's page


@pytest.fixture
def link(put: Put, company: Company) -> str:
    return letters.opt_out_link(company.candidate).removeprefix("http://localhost:8000")


def test_a_candidate_refuses_a_channel_and_takes_it_back(link: str, put: Put, company: Company):
    browser = Client()
    assert "checked" in text(browser, link)
    assert not Preference.objects.exists(), "looking changes nothing"
    assert browser.post(link, {}).status_code == 302
    assert reach.preference(company.candidate).refused == ["mail"]
    assert "checked" not in text(browser, link)
    assert put() == []
    browser.post(link, {"channel": ["mail", "group", "nonsense"]})
    assert reach.preference(company.candidate).refused == []
    assert len(put()) == 1
    told = Entry.objects.filter(action="candidate.channels_chosen").order_by("number")
    assert [(e.actor, e.details) for e in told] == [(None, {"refused": ["mail"]}), (None, {"refused": []})]


def test_a_channel_that_is_not_offered_stays_as_it_was(link: str, company: Company):
    Preference.objects.create(candidate=company.candidate, refused=["sms"])
    Client().post(link, {"channel": ["mail"]})
    assert reach.preference(company.candidate).refused == ["sms"]


def test_what_comes_in_any_case_is_named(link: str, visit: Visit, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(kinds, "_KINDS", {"visit": visit.kind("visit")})
    assert "in any case" not in text(Client(), link)
    monkeypatch.setitem(kinds._KINDS, "visit", visit.kind("visit", necessary=True))
    assert "<li>Visit</li>" in text(Client(), link)


def test_the_page_is_in_the_candidate_s_language(link: str):
    Candidate.objects.update(language="zh-hans")
    assert 'lang="zh-CN"' in text(Client(), link)
    assert "接收消息的方式" in text(Client(), link)


def test_a_guessed_link_opens_nothing(link: str, company: Company):
    signed = link.rstrip("/").rpartition("/")[2]
    other = Candidate.objects.create(
        name="Other", keep_until=timezone.localdate(), created_by=company.recruiter
    )
    wrong = [
        str(company.candidate.pk), f"{company.candidate.pk}-", f"{other.pk}-{signed.partition('-')[2]}",
        f"{signed}x", signed[:-1], "-", "²-x", "9" * 40, f"{'9' * 18}-{'x' * 16}",
    ]  # fmt: skip
    for guess in wrong:
        for method in ("get", "post"):
            answer = getattr(Client(), method)(reverse("outbox:opt_out", args=[guess]))
            assert answer.status_code == 404, guess
    assert letters.candidate_of(letters._signed(10**17)) is None, "a person who is gone"


def test_each_channel_s_message_has_the_link(put: Put, company: Company, link: str, settings: LazySettings):
    settings.SMS_URL = "http://127.0.0.1:9"
    company.candidate.phone = "13800000000"
    for message in put():
        assert link in letters.write(message, kinds._KINDS["visit"]).text


def test_a_reminder_that_waits_is_told_on_a_page_about_its_subject(put: Put, company: Company):
    from interview_analysis.web.messages.templatetags.outbox import messages_about

    put()
    assert outbox.about(company.interview).count() == 1
    assert "Visit" in messages_about(company.recruiter, company.interview)
    assert "Visit" not in messages_about(company.outsider, company.interview)


def test_lists_are_in_the_order_of_the_times_that_they_show(put: Put, recruiter: Client, company: Company):
    now = timezone.now()
    for days in (1, 7, 6):
        put(due_at=now + timedelta(days=days))
    for url in (reverse("outbox:list"), reverse("outbox:of_application", args=[company.application.pk])):
        shown = text(recruiter, url)
        places = [shown.index(page_of(m)) for m in Message.objects.order_by("-next_at")]
        assert places == sorted(places)
