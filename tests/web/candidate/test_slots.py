"""Times to pick from: within what was given, until some time before, and never one place for two."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from functools import partial
from pathlib import Path

import pytest
from django.db import connection, connections
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from interview_analysis.web.candidate import slots
from interview_analysis.web.candidate.access import link_of, renew
from interview_analysis.web.candidate.models import InterviewRules, Invitation, Slot
from interview_analysis.web.hiring.models import Application, Candidate
from interview_analysis.web.interviews.models import Interview
from interview_analysis.web.people.models import User
from tests.web.conftest import Company

HOURS = timedelta(hours=1)


def slot(company: Company, hours: float, **fields: object) -> Slot:
    return Slot.objects.create(
        job=company.job, starts_at=timezone.now() + hours * HOURS, zone="Asia/Shanghai",
        created_by=company.recruiter, **fields,
    )  # fmt: skip


def picking(company: Company, name: str) -> Invitation:
    """Somebody who is to pick a time of the next ten days."""
    person = Candidate.objects.create(
        name=name, keep_until=(timezone.now() + timedelta(days=90)).date(), created_by=company.recruiter
    )
    application = Application.objects.create(candidate=person, job=company.job)
    interview = Interview.objects.create(application=application, title="Live", created_by=company.recruiter)
    until = timezone.now() + timedelta(days=10)
    made = Invitation(
        interview=interview, kind=Invitation.Kind.LIVE, language="en", opens_at=timezone.now(), closes_at=until,
        slots_until=until, zone="Asia/Shanghai", created_by=company.recruiter,
    )  # fmt: skip
    renew(made)
    made.save()
    return made


def test_only_free_times_far_enough_ahead_and_within_the_window_are_offered(company: Company):
    person = picking(company, "A")
    free = slot(company, 48)
    for gone in (slot(company, 0.5), slot(company, 24 * 11), slot(company, 30, places=1, taken=1)):
        with pytest.raises(slots.SlotError, match="free"):
            slots.pick(person, gone)
    assert list(slots.offered(person)) == [free]


def test_moving_gives_the_place_back_and_sets_the_time_of_the_interview(company: Company):
    person = picking(company, "A")
    first, second = slot(company, 48, minutes=30), slot(company, 72)
    slots.pick(person, first)
    now = slots.pick(Invitation.objects.get(pk=person.pk), second)
    assert list(Slot.objects.order_by("starts_at").values_list("taken", flat=True)) == [0, 1]
    assert (now.opens_at, now.closes_at) == (second.starts_at, second.ends_at)
    assert Interview.objects.get(pk=now.interview_id).held_at == second.starts_at
    slots.pick(now, second)  # the button once more
    second.refresh_from_db()
    assert second.taken == 1


def test_after_the_stated_time_the_earlier_one_holds(company: Company):
    InterviewRules.objects.create(job=company.job, move_until_h=24)
    person = picking(company, "A")
    soon, later = slot(company, 30), slot(company, 90)
    now = slots.pick(person, soon)
    with pytest.raises(slots.SlotError) as told:
        slots.pick(now, later, timezone.now() + timedelta(hours=7))
    assert told.value.code == "late"
    soon.refresh_from_db()
    later.refresh_from_db()
    assert (soon.taken, later.taken, Invitation.objects.get(pk=person.pk).slot) == (1, 0, soon)


def test_whoever_comes_second_is_told_on_the_page(company: Company):
    only = slot(company, 48)
    slots.pick(picking(company, "A"), only)
    second = picking(company, "B")
    browser = Client()
    browser.get(link_of(second))
    answer = browser.post(reverse("candidate:times"), {"slot": only.pk})
    assert answer.status_code == 409
    assert "Somebody else took this time" in answer.content.decode()
    assert browser.post(reverse("candidate:times"), {"slot": "x"}).status_code == 404


_of_threads: dict[str, str] = {}  # settings of the database that threads have in the place of the tests' own


@pytest.fixture
def shared_by_threads(
    company: Company, transactional_db: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Callable[[], None]:
    """Call it once the rows are there: then threads work on them, each by its own connection, as the server's do."""

    def share() -> None:
        if (
            connection.vendor == "sqlite"
        ):  # the database of tests lies in memory, where nobody waits for a lock
            copy = sqlite3.connect(tmp_path / "copy.sqlite3")
            connection.connection.backup(copy)
            copy.execute(
                "PRAGMA journal_mode=WAL"
            )  # as migrating leaves it; to change it, a connection waits for nobody
            copy.close()
            monkeypatch.setitem(_of_threads, "NAME", str(tmp_path / "copy.sqlite3"))

    return share


def in_a_thread_each(*calls: Callable[[], object]) -> list[object]:
    """What the calls gave, which began at the same moment."""
    together = threading.Barrier(len(calls))

    def run(call: Callable[[], object]) -> object:
        # Only here: the connection of the tests' own thread keeps the database in memory alive.
        usual = connections["default"]
        connections["default"] = type(usual)(usual.settings_dict | _of_threads, "default")
        together.wait()
        try:
            return call()
        finally:
            connections.close_all()

    with ThreadPoolExecutor(len(calls)) as pool:
        return list(pool.map(run, calls))


def test_of_eight_at_once_two_get_the_two_places_of_a_time(
    company: Company, shared_by_threads: Callable[[], None]
):
    wanted = slot(company, 48, places=2)
    people = [picking(company, str(number)) for number in range(8)]
    shared_by_threads()

    def pick(invitation: Invitation) -> str:
        try:
            slots.pick(invitation, wanted)
        except slots.SlotError as error:
            return error.code
        return "got it"

    told = in_a_thread_each(*(partial(pick, person) for person in people))
    assert sorted(map(str, told)) == ["got it"] * 2 + ["taken"] * 6
    counts = in_a_thread_each(
        lambda: Slot.objects.get(pk=wanted.pk).taken, Invitation.objects.filter(slot=wanted).count
    )
    assert counts == [2, 2]


def test_recruiters_add_times_over_a_change_of_the_clocks_and_keep_those_that_are_taken(
    company: Company, signed_in: Callable[[User | None], Client]
):
    browser, url = signed_in(company.recruiter), reverse("candidate:slots", args=[company.job.pk])
    year = timezone.now().year + 1
    sent = {
        "do": "add", "start": f"{year}-03-26T09:00", "zone": "Europe/Berlin", "minutes": 45, "places": 1, "days": 2,
    }  # fmt: skip
    assert browser.post(url, sent).status_code == 302
    walls = [s.starts_at.hour for s in Slot.objects.all()]
    assert len(walls) == 2
    assert {*walls} <= {7, 8}
    for wrong in ({"start": "2020-01-01T09:00"}, {"minutes": 2}, {"places": 0}, {"zone": "Nowhere"}):
        assert browser.post(url, sent | wrong).status_code == 422
    taken, free = Slot.objects.all()
    Slot.objects.filter(pk=taken.pk).update(taken=1)
    for one in (taken, free):
        browser.post(url, {"do": "remove", "slot": one.pk})
    assert list(Slot.objects.all()) == [taken]
