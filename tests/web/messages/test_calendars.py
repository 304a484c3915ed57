"""Calendar files: however often an appointment moves, a calendar holds one event, and none after it is cancelled."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.conf import LazySettings

from interview_analysis.web.messages import calendars
from interview_analysis.web.messages.models import Appointment
from tests.web.conftest import Company

AT = datetime(2027, 3, 1, 6, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)


def read(content: bytes) -> dict[str, str]:
    """The lines of a file's event by their names, unfolded, and those around it."""
    assert b"\n" not in content.replace(b"\r\n", b"")
    assert all(len(line) <= 75 for line in content.split(b"\r\n"))
    lines = content.replace(b"\r\n ", b"").decode().split("\r\n")
    assert lines[0] == "BEGIN:VCALENDAR"
    assert lines[-2:] == ["END:VCALENDAR", ""]
    alarm = lines.index("BEGIN:VALARM") if "BEGIN:VALARM" in lines else len(lines)
    return {line.partition(":")[0].partition(";")[0]: line for line in lines[:alarm] if line}


def value(line: str) -> str:
    return line.partition(":")[2]


@dataclass
class Diary:
    """A calendar as RFC 5546 has it: an event is known by its UID, and an older sequence changes nothing."""

    events: dict[str, tuple[int, str]] = field(default_factory=dict)

    def take(self, content: bytes) -> None:
        found = read(content)
        uid, sequence = value(found["UID"]), int(value(found["SEQUENCE"]))
        if uid in self.events and sequence < self.events[uid][0]:
            return
        if value(found["METHOD"]) == "CANCEL":
            assert value(found["STATUS"]) == "CANCELLED"
            self.events[uid] = (sequence, "")
        else:
            self.events[uid] = (sequence, value(found["DTSTART"]))

    @property
    def held(self) -> list[str]:
        return [starts for _, starts in self.events.values() if starts]


def file(appointment: Appointment, **more: str) -> bytes:
    told = {"title": "Interview", "text": "Come", "attendee": "chen.yu@example.com", **more}
    return calendars.calendar_file(appointment, **told).content


def test_three_moves_and_a_cancellation_leave_one_event_and_then_none(company: Company):
    diary, subject, files = Diary(), company.interview, []
    for moved in range(4):
        found = calendars.appoint(subject, AT + moved * 24 * HOUR, AT + (moved * 24 + 1) * HOUR)
        assert found.sequence == moved
        files.append(file(found))
        diary.take(files[-1])
        assert diary.held == [f"202703{1 + moved:02d}T060000Z"]
    diary.take(files[1])  # an old mail that is opened late
    assert diary.held == ["20270304T060000Z"]
    cancelled = calendars.cancel(subject)
    assert cancelled is not None
    diary.take(file(cancelled))
    assert (len(diary.events), diary.held) == (1, [])
    diary.take(files[3])
    assert diary.held == []
    diary.take(file(calendars.appoint(subject, AT, AT + HOUR)))
    assert (len(diary.events), diary.held) == (1, ["20270301T060000Z"])
    assert Appointment.objects.count() == 1


def test_the_same_time_again_is_no_change(company: Company):
    first = calendars.appoint(company.interview, AT, AT + HOUR)
    same = calendars.appoint(company.interview, AT.astimezone(ZoneInfo("Asia/Shanghai")), AT + HOUR)
    assert (same.uid, same.sequence) == (first.uid, 0)
    calendars.cancel(company.interview)
    assert calendars.cancel(company.interview).sequence == 1  # type: ignore[union-attr]
    assert calendars.cancel(company.job) is None


def test_an_end_before_the_start_is_refused(company: Company):
    with pytest.raises(ValueError, match="ends after it starts"):
        calendars.appoint(company.interview, AT, AT)


def test_the_instant_is_the_same_in_whatever_zone_it_was_given(company: Company):
    """02:30 comes twice in Berlin on that night; UTC tells which one is meant."""
    second = datetime(2026, 10, 25, 2, 30, tzinfo=ZoneInfo("Europe/Berlin"), fold=1)
    found = read(file(calendars.appoint(company.interview, second, second.astimezone(UTC) + HOUR)))
    assert value(found["DTSTART"]) == "20261025T013000Z"
    assert value(found["DTEND"]) == "20261025T023000Z"
    assert not any("TZID" in line for line in found.values())


def test_no_text_gets_out_of_its_line(company: Company, settings: LazySettings):
    settings.COMPANY_NAME, settings.DEFAULT_FROM_EMAIL = 'A "B"; C\r\nX:1', "HR <hr@example.com>"
    title = "面试, 第一轮; \\ 张三\r\nATTENDEE:mailto:x@example.com 👩🏽‍💻" + "长" * 100
    found = read(file(
        calendars.appoint(company.interview, AT, AT + HOUR), title=title, text="one\ntwo", place="https://hr.example.com/c/",
        attendee="a@example.com\r\nX-EVIL:1",
    ))  # fmt: skip
    assert value(found["SUMMARY"]).startswith(
        "面试\\, 第一轮\\; \\\\ 张三\\nATTENDEE:mailto:x@example.com 👩🏽‍💻长"
    )
    assert value(found["DESCRIPTION"]) == "one\\ntwo"
    assert found["ORGANIZER"] == 'ORGANIZER;CN="A B; CX:1":mailto:hr@example.com'
    assert found["ATTENDEE"].endswith(":mailto:a@example.comX-EVIL:1")
    assert "X-EVIL" not in found
    assert "X" not in found


def test_an_alarm_is_set_and_gone_with_the_event(company: Company):
    held = file(calendars.appoint(company.interview, AT, AT + HOUR))
    assert b"TRIGGER:-PT60M" in held
    cancelled = calendars.cancel(company.interview)
    assert cancelled is not None
    assert b"VALARM" not in file(cancelled)


def test_icalendar_reads_it(company: Company):
    icalendar = pytest.importorskip("icalendar", reason="SKIPPED: icalendar, the reference, is not installed")
    title = "面试, 第一轮; \\ 张三\nnext 👩🏽‍💻" + "长" * 100
    read_back = icalendar.Calendar.from_ical(
        file(calendars.appoint(company.interview, AT, AT + HOUR), title=title)
    )
    (event,) = read_back.walk("VEVENT")
    assert str(event["SUMMARY"]) == title
    assert event["DTSTART"].dt == AT
    assert event["DTEND"].dt == AT + HOUR
    assert event["SEQUENCE"] == 0
    assert str(event["ATTENDEE"]) == "mailto:chen.yu@example.com"
    (alarm,) = event.walk("VALARM")
    assert alarm["TRIGGER"].dt == -HOUR
