"""The outbox: at most one message goes out, whoever sends and whatever is killed; what is due and still wanted goes."""

from __future__ import annotations

import threading
from datetime import UTC, datetime, timedelta

import pytest
from django.conf import LazySettings
from django.db import connection, transaction
from django.utils import timezone

from interview_analysis.web.analysis.worker import Worker
from interview_analysis.web.messages import kinds, outbox, reach, sending
from interview_analysis.web.messages.channels import SendingError, Sent
from interview_analysis.web.messages.letters import Letter
from interview_analysis.web.messages.models import Channel, Message, Preference
from interview_analysis.web.privacy.models import Entry
from tests.web.conftest import Company
from tests.web.messages.conftest import Put, Visit, now_again


@pytest.fixture
def sent(monkeypatch: pytest.MonkeyPatch) -> list[Letter]:
    """What went out, from a channel that always takes it."""
    letters: list[Letter] = []

    def send(letter: Letter) -> Sent:
        letters.append(letter)
        return Sent()

    monkeypatch.setattr(sending.channels, "send", send)
    return letters


def failing(monkeypatch: pytest.MonkeyPatch, error: Exception) -> None:
    def send(letter: Letter) -> Sent:
        raise error

    monkeypatch.setattr(sending.channels, "send", send)


def due_now() -> None:
    Message.objects.filter(next_at__isnull=False).update(next_at=timezone.now())


def test_what_did_not_happen_is_not_told(put: Put, sent: list[Letter]):
    with transaction.atomic():
        put()
        transaction.set_rollback(True)
    assert not sending.send_due()
    assert sent == []


def test_a_message_goes_on_every_channel_that_leads_to_the_candidate(
    put: Put, sent: list[Letter], company: Company, settings: LazySettings
):
    settings.SMS_URL = "http://127.0.0.1:9"
    settings.WECOM_CORP_ID, settings.WECOM_AGENT_ID, settings.WECOM_SECRET = "c", "1", "s"
    settings.WECOM_GROUP_URL = "http://127.0.0.1:9"
    company.candidate.phone = "+86 138 0000 0000"
    Preference.objects.create(candidate=company.candidate, wecom="chenyu")
    assert [m.channel for m in put()] == ["mail", "sms", "wecom", "group"]
    assert [m.channel for m in put("reminder")] == ["mail", "sms", "wecom"], (
        "a group gets what has a text for it"
    )
    assert {m.application for m in Message.objects.all()} == {company.application}
    assert sending.send_due()
    assert len(sent) == 7


def test_a_kind_that_nobody_registered_is_an_error(put: Put):
    with pytest.raises(KeyError, match="no room has registered"):
        put("nothing")


def test_two_kinds_of_one_name_are_an_error(visit: Visit):
    kinds.register(visit.kind("visit"))
    with pytest.raises(ValueError, match="choose another name"):
        kinds.register(visit.kind("visit", urgent=True))


def test_its_reason_is_asked_again_right_before_it_goes(put: Put, sent: list[Letter], visit: Visit):
    (message,) = put()
    visit.wanted = False
    sending.send_due()
    assert sent == []
    assert (now_again(message).state, now_again(message).fault) == ("dropped", "unwanted")
    assert visit.asked == 1


def test_what_it_is_about_may_be_gone(put: Put, sent: list[Letter], company: Company):
    (message,) = put()
    Message.objects.update(subject_id=10**9)
    sending.send_due()
    assert sent == []
    assert now_again(message).fault == "unwanted"


def test_withdrawn_is_what_waits_and_of_that_kind(put: Put, sent: list[Letter], company: Company):
    put()
    sending.send_due()
    put()
    put("reminder")
    assert outbox.withdraw(company.interview, "reminder") == 1
    assert outbox.withdraw(company.interview, "reminder") == 0
    sending.send_due()
    assert [m.state for m in Message.objects.order_by("pk")] == ["sent", "sent", "dropped"]


def test_a_failure_is_tried_again_after_growing_pauses_and_then_given_up(
    put: Put, monkeypatch: pytest.MonkeyPatch
):
    failing(monkeypatch, SendingError("later", Message.Fault.CONNECTION, "7"))
    (message,) = put()
    pauses = []
    for _ in range(len(sending.PAUSES_S)):
        due_now()
        before = timezone.now()
        assert sending.send_one()
        assert not sending.send_one(), "nothing is due before its pause is over"
        pauses.append((now_again(message).next_at - before).total_seconds())  # type: ignore[operator]
    assert pauses == sorted(pauses)
    assert all(p >= s and p <= 1.2 * s + 60 for p, s in zip(pauses, sending.PAUSES_S, strict=True))
    due_now()
    sending.send_one()
    found = now_again(message)
    assert (found.state, found.fault, found.detail, found.next_at) == ("failed", "connection", "7", None)


def test_a_person_sends_again_what_failed_and_nothing_else(
    put: Put, monkeypatch: pytest.MonkeyPatch, company: Company
):
    failing(monkeypatch, SendingError("never", Message.Fault.REFUSED))
    (message,) = put()
    assert not outbox.send_again(message, company.recruiter)
    sending.send_one()
    assert now_again(message).state == "failed"
    monkeypatch.setattr(sending.channels, "send", lambda letter: Sent())
    assert outbox.send_again(message, company.recruiter)
    assert not outbox.send_again(message, company.recruiter), "once for one click"
    sending.send_due()
    assert (now_again(message).state, now_again(message).fault) == ("sent", "")
    assert not outbox.send_again(message, company.recruiter)


def test_a_fault_in_a_text_costs_one_message(
    put: Put, sent: list[Letter], visit: Visit, monkeypatch: pytest.MonkeyPatch, company: Company
):
    (bad,) = put()
    broken = kinds.Kind("visit", "Visit", visit.still_wanted, lambda m: {}["x"])
    monkeypatch.setitem(kinds._KINDS, "visit", broken)
    put("reminder")
    sending.send_due()
    assert (now_again(bad).state, now_again(bad).fault) == ("failed", "text")
    assert len(sent) == 1


def test_a_fault_of_a_channel_leaves_it_unknown(put: Put, monkeypatch: pytest.MonkeyPatch):
    failing(monkeypatch, ZeroDivisionError())
    (message,) = put()
    sending.send_due()
    assert now_again(message).state == "unknown"


def test_after_its_use_has_ended_it_is_not_sent(put: Put, sent: list[Letter]):
    now = timezone.now()
    (message,) = put(due_at=now - timedelta(hours=2), useful_until=now - timedelta(hours=1))
    sending.send_due()
    assert sent == []
    assert (now_again(message).state, now_again(message).fault) == ("dropped", "late")


def test_of_a_secret_message_no_text_is_kept(
    put: Put, sent: list[Letter], visit: Visit, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setitem(kinds._KINDS, "visit", visit.kind("visit", secret=True))
    (message,) = put()
    sending.send_due()
    assert len(sent) == 1
    assert (now_again(message).sent_title, now_again(message).sent_text) == ("", "")


# quiet hours


@pytest.mark.parametrize(
    ("zone", "at", "until"),
    [
        ("Asia/Shanghai", "2026-12-01T13:00:00", "2026-12-02T00:00:00"),  # 21:00, from then on
        ("Asia/Shanghai", "2026-12-01T12:59:59", None),
        ("Asia/Shanghai", "2026-12-01T18:00:00", "2026-12-02T00:00:00"),  # 02:00
        ("Asia/Shanghai", "2026-12-02T00:00:00", None),  # 08:00 is morning
        (
            "Europe/Berlin",
            "2026-10-24T22:00:00",
            "2026-10-25T07:00:00",
        ),  # the night in which an hour comes twice
        (
            "Europe/Berlin",
            "2026-03-28T22:00:00",
            "2026-03-29T06:00:00",
        ),  # the night in which an hour is missing
        ("America/New_York", "2026-12-01T13:00:00", None),
    ],
)
def test_what_is_due_in_the_candidate_s_night_waits_for_morning(zone: str, at: str, until: str | None):
    from interview_analysis.web.messages.rules import morning, quiet_hours
    from interview_analysis.web.site.zones import zone_of

    found = morning(datetime.fromisoformat(at).replace(tzinfo=UTC), zone_of(zone), quiet_hours())
    expected = datetime.fromisoformat(until).replace(tzinfo=UTC) if until else None
    assert found == expected


@pytest.fixture
def night(monkeypatch: pytest.MonkeyPatch, settings: LazySettings, put: Put) -> datetime:
    """It is 23:00 in Shanghai, where the candidate is, and a mail server is set."""
    settings.QUIET_HOURS, settings.DEFAULT_ZONE, settings.EMAIL_CONFIG = (
        "21:00-08:00",
        "Asia/Shanghai",
        "smtp://x",
    )
    now = datetime(2026, 12, 1, 15, 0, tzinfo=UTC)
    monkeypatch.setattr(sending.timezone, "now", lambda: now)
    return now


def test_at_night_a_message_waits_and_goes_in_the_morning(
    put: Put, sent: list[Letter], night: datetime, monkeypatch: pytest.MonkeyPatch
):
    (message,) = put()
    assert sending.send_one()
    found = now_again(message)
    morning = datetime(2026, 12, 2, 0, 0, tzinfo=UTC)
    assert (sent, found.state, found.next_at, found.attempts) == ([], "waiting", morning, 0)
    assert not sending.send_one()
    monkeypatch.setattr(sending.timezone, "now", lambda: morning)
    assert sending.send_one()
    assert len(sent) == 1


def test_at_night_goes_what_would_come_too_late_or_is_urgent_or_a_person_sends(
    put: Put,
    sent: list[Letter],
    night: datetime,
    visit: Visit,
    monkeypatch: pytest.MonkeyPatch,
    company: Company,
):
    put(useful_until=night + timedelta(hours=8))  # before morning
    put(data={"at_once": True})
    monkeypatch.setitem(kinds._KINDS, "reminder", visit.kind("reminder", urgent=True))
    put("reminder")
    (waiting,) = put("unconfirmed")
    sending.send_due()
    assert len(sent) == 3
    assert outbox.send_now(now_again(waiting), company.recruiter)
    sending.send_due()
    assert len(sent) == 4


def test_a_file_disturbs_nobody_at_night(
    put: Put, sent: list[Letter], night: datetime, settings: LazySettings
):
    settings.EMAIL_CONFIG = None
    put()
    sending.send_due()
    assert len(sent) == 1


def test_the_zone_of_the_candidate_goes_before_the_company_s(
    put: Put, sent: list[Letter], night: datetime, company: Company
):
    Preference.objects.create(candidate=company.candidate, zone="America/New_York")
    put()
    sending.send_due()
    assert len(sent) == 1, "it is ten in the morning there"


# channels that were refused


def test_a_refused_channel_is_left_out_also_when_it_was_refused_after_putting(
    put: Put, sent: list[Letter], company: Company
):
    (message,) = put()
    Preference.objects.create(candidate=company.candidate, refused=["mail"])
    sending.send_due()
    assert sent == []
    assert now_again(message).fault == "opted_out"
    assert put() == []


def test_what_is_necessary_goes_by_mail_in_any_case_and_by_mail_alone(
    put: Put, sent: list[Letter], company: Company, visit: Visit, monkeypatch: pytest.MonkeyPatch,
    settings: LazySettings,
):  # fmt: skip
    settings.SMS_URL = "http://127.0.0.1:9"
    company.candidate.phone = "13800000000"
    Preference.objects.create(candidate=company.candidate, refused=["mail", "sms"])
    monkeypatch.setitem(kinds._KINDS, "visit", visit.kind("visit", necessary=True))
    assert [m.channel for m in put()] == ["mail"]
    sending.send_due()
    assert [letter.channel for letter in sent] == [Channel.MAIL]


# several senders, and killed ones


def test_a_claim_that_another_sender_has_is_left_alone(put: Put, monkeypatch: pytest.MonkeyPatch):
    put()
    sent = []

    def send(letter: Letter) -> Sent:
        sent.append(letter)
        assert not sending.send_one(), "the other sender finds none"
        return Sent()

    monkeypatch.setattr(sending.channels, "send", send)
    assert sending.send_one()
    assert len(sent) == 1


def test_a_slow_sender_that_comes_back_still_writes_what_became_of_it(
    put: Put, monkeypatch: pytest.MonkeyPatch
):
    (message,) = put()

    def send(letter: Letter) -> Sent:
        Message.objects.update(state="unknown", fault="stopped", next_at=None)  # it took too long
        return Sent()

    monkeypatch.setattr(sending.channels, "send", send)
    sending.send_one()
    assert (now_again(message).state, now_again(message).fault) == ("sent", "")


@pytest.mark.django_db(transaction=True)
def test_the_worker_and_the_thread_beside_the_pages_send(
    put: Put, monkeypatch: pytest.MonkeyPatch, company: Company
):
    company.analysis.delete()
    went: list[str] = []
    ends = threading.Event()

    def send(letter: Letter) -> Sent:
        went.append(letter.key)
        ends.set()
        return Sent()

    monkeypatch.setattr(sending.channels, "send", send)
    put()

    def work() -> None:
        Worker(others=[sending.send_due]).run(until_idle=True)
        connection.close()

    thread = threading.Thread(target=work)
    thread.start()
    thread.join(60)
    assert len(went) == 1
    put()
    ends.clear()
    thread = threading.Thread(target=sending.run, args=(ends,))
    thread.start()
    thread.join(60)
    assert len(went) == 2


def test_the_trail_tells_who_did_what(put: Put, sent: list[Letter], company: Company):
    (message,) = put(due_at=timezone.now() + timedelta(days=1))
    outbox.send_now(message, company.recruiter)
    put(due_at=timezone.now() + timedelta(days=1))
    outbox.drop(Message.objects.latest("pk"), company.recruiter)
    sending.send_due()
    told = Entry.objects.filter(action__startswith="message.").order_by("number")
    assert [(e.action, e.actor) for e in told] == [
        ("message.put", company.recruiter.pk), ("message.sent_now", company.recruiter.pk),
        ("message.put", company.recruiter.pk), ("message.withdrawn", company.recruiter.pk), ("message.sent", None),
    ]  # fmt: skip


def test_templates_of_this_room_are_found():
    reach.has_template.cache_clear()
    assert reach.has_template("outbox/letter.html")
    assert not reach.has_template("outbox/none.html")
