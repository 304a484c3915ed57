"""Reminders follow the time: each goes once, and those of a time that is no more never go."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.conf import LazySettings
from django.utils import timezone

from interview_analysis.web.messages import reminders, sending
from interview_analysis.web.messages.channels import Sent
from interview_analysis.web.messages.models import Message
from tests.web.conftest import Company
from tests.web.messages.conftest import Put

HOUR = timedelta(hours=1)
Plan = Callable[[datetime], list[Message]]


@pytest.fixture
def plan(put: Put, company: Company, monkeypatch: pytest.MonkeyPatch) -> Plan:
    monkeypatch.setattr(sending.channels, "send", lambda letter: Sent())
    return lambda at: reminders.plan(company.candidate, company.interview, at)


def due(state: str = "waiting") -> list[datetime]:
    return sorted(Message.objects.filter(kind="reminder", state=state).values_list("due_at", flat=True))


def pass_to(at: datetime, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is that time now, and all that is due goes."""
    monkeypatch.setattr(timezone, "now", lambda: at)
    while sending.send_one():
        pass


def test_a_day_and_an_hour_before(plan: Plan, monkeypatch: pytest.MonkeyPatch):
    at = timezone.now() + 48 * HOUR
    plan(at)
    assert due() == [at - 24 * HOUR, at - HOUR]
    pass_to(at - 24 * HOUR - timedelta(seconds=1), monkeypatch)
    assert due("sent") == []
    pass_to(at - 24 * HOUR, monkeypatch)
    assert due("sent") == [at - 24 * HOUR]
    pass_to(at - HOUR, monkeypatch)
    assert due("sent") == [at - 24 * HOUR, at - HOUR]


def test_when_the_time_moves_the_old_ones_are_taken_back_and_the_new_time_gets_its_own(
    plan: Plan, monkeypatch: pytest.MonkeyPatch
):
    at = timezone.now() + 48 * HOUR
    plan(at)
    pass_to(at - 24 * HOUR, monkeypatch)  # the first has gone
    moved = at + 72 * HOUR
    plan(moved)
    assert due() == [moved - 24 * HOUR, moved - HOUR]
    assert due("dropped") == [at - HOUR]
    pass_to(moved, monkeypatch)
    assert due("sent") == [at - 24 * HOUR, moved - 24 * HOUR, moved - HOUR]


def test_moved_and_moved_back_nothing_goes_twice(plan: Plan, monkeypatch: pytest.MonkeyPatch):
    at = timezone.now() + 48 * HOUR
    plan(at)
    pass_to(at - 24 * HOUR, monkeypatch)
    plan(at + HOUR)
    plan(at)
    pass_to(at - HOUR, monkeypatch)
    assert due("sent") == [at - 24 * HOUR, at - HOUR]


def test_planned_again_nothing_changes(plan: Plan):
    at = timezone.now() + 48 * HOUR
    assert len(plan(at)) == 2
    assert plan(at) == []
    assert plan(at.astimezone(ZoneInfo("Asia/Shanghai"))) == [], "the same instant"
    assert due("dropped") == []


def test_what_is_already_past_is_not_planned(plan: Plan):
    at = timezone.now() + 5 * HOUR
    plan(at)
    assert due() == [at - HOUR]
    plan(timezone.now() + timedelta(minutes=5))
    assert due() == []


def test_a_worker_that_was_down_sends_no_reminder_of_what_is_over(
    plan: Plan, monkeypatch: pytest.MonkeyPatch
):
    at = timezone.now() + 48 * HOUR
    plan(at)
    pass_to(at + timedelta(minutes=1), monkeypatch)
    assert due("sent") == []
    assert set(Message.objects.values_list("fault", flat=True)) == {"late"}


def test_how_long_before_is_set(plan: Plan, settings: LazySettings):
    settings.REMINDERS = "30m, 2d"
    at = timezone.now() + 72 * HOUR
    plan(at)
    assert due() == [at - 48 * HOUR, at - HOUR / 2]
    settings.REMINDERS = ""
    assert plan(at + HOUR) == []


def test_at_night_the_hour_before_goes_and_the_day_before_waits(
    plan: Plan, monkeypatch: pytest.MonkeyPatch, settings: LazySettings
):
    settings.QUIET_HOURS, settings.DEFAULT_ZONE, settings.EMAIL_CONFIG = (
        "21:00-08:00",
        "Asia/Shanghai",
        "smtp://x",
    )
    zone = ZoneInfo("Asia/Shanghai")
    day = timezone.now().astimezone(zone).replace(hour=8, minute=30, second=0, microsecond=0)
    early = day + 72 * HOUR  # half past eight in the morning
    plan(early)
    pass_to(early - 24 * HOUR - timedelta(minutes=1), monkeypatch)
    assert due("sent") == []
    pass_to(early - 24 * HOUR, monkeypatch)
    assert due("sent") == [early - 24 * HOUR], "half past eight is day"
    pass_to(early - HOUR, monkeypatch)
    assert due("sent")[-1] == early - HOUR, "half past seven, and it goes"
    late = early + 96 * HOUR - 2 * HOUR  # half past six
    plan(late)
    pass_to(late - 24 * HOUR, monkeypatch)
    assert late - 24 * HOUR in due(), "it waits"
    pass_to(late - 22 * HOUR, monkeypatch)
    assert late - 24 * HOUR in due("sent"), "and went in the morning"


def test_who_does_not_confirm_is_asked_once_more_and_once(
    put: Put, company: Company, plan: Plan, monkeypatch: pytest.MonkeyPatch
):
    now = timezone.now()

    def again(until: datetime) -> list[Message]:
        return reminders.plan_unconfirmed(company.candidate, company.interview, now, until)

    assert again(now + 12 * HOUR) == [], "it is over before"
    (asked,) = again(now + 72 * HOUR)
    assert asked.due_at == now + 24 * HOUR
    assert again(now + 96 * HOUR) == []
    pass_to(now + 24 * HOUR, monkeypatch)
    assert Message.objects.get(pk=asked.pk).state == "sent"
    assert again(now + 96 * HOUR) == []


def test_what_is_called_off_reminds_of_nothing(plan: Plan, company: Company):
    at = timezone.now() + 48 * HOUR
    plan(at)
    reminders.plan_unconfirmed(company.candidate, company.interview, timezone.now(), at)
    reminders.forget(company.interview)
    assert set(Message.objects.values_list("state", flat=True)) == {"dropped"}


def test_a_reminder_fits_its_time(plan: Plan):
    at = timezone.now() + 48 * HOUR
    message = plan(at)[0]
    assert reminders.fits(message, at)
    assert not reminders.fits(message, at + HOUR)
