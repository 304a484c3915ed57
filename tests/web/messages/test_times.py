"""Times are told as the wall time of the reader's zone, with the zone and its offset named, over changes of the clock too."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from interview_analysis.web.messages.times import told, told_span

NOON = datetime(2026, 12, 1, 12, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("zone", "language", "expected"),
    [
        ("Asia/Shanghai", "en", "Tuesday, 1 December 2026, 20:00, Beijing time (UTC+8)"),
        ("Asia/Shanghai", "zh-hans", "2026年12月1日（星期二）北京时间20:00（UTC+8）"),
        ("America/St_Johns", "en", "Tuesday, 1 December 2026, 08:30, St Johns time (UTC-3:30)"),
        ("Asia/Kathmandu", "zh-hans", "2026年12月1日（星期二）Kathmandu时间17:45（UTC+5:45）"),
        ("Pacific/Auckland", "en", "Wednesday, 2 December 2026, 01:00, Auckland time (UTC+13)"),
        ("UTC", "en", "Tuesday, 1 December 2026, 12:00, UTC"),
        ("Nowhere/At_all", "zh-hans", "2026年12月1日（星期二）协调世界时12:00"),
        ("", "en", "Tuesday, 1 December 2026, 12:00, UTC"),
        ("Asia", "en", "Tuesday, 1 December 2026, 12:00, UTC"),  # a folder of zones
        ("../../etc/passwd", "en", "Tuesday, 1 December 2026, 12:00, UTC"),
    ],
)
def test_an_instant_is_told_with_its_zone_and_offset(zone: str, language: str, expected: str):
    assert told(NOON, zone, language) == expected


def test_the_clock_changes_between_the_invitation_and_the_interview():
    """Berlin and New York leave summer time in the autumn of 2026, a week apart; the instants stay what they are."""
    invited = datetime(2026, 10, 20, 13, 0, tzinfo=UTC)
    shown = {
        (zone, day): told(invited + timedelta(days=day), zone, "en")
        for zone in ("Europe/Berlin", "America/New_York", "Asia/Shanghai")
        for day in (0, 8, 15)
    }
    assert [shown["Europe/Berlin", d].split(", ", 2)[2] for d in (0, 8, 15)] == [
        "15:00, Berlin time (UTC+2)",
        "14:00, Berlin time (UTC+1)",
        "14:00, Berlin time (UTC+1)",
    ]
    assert [shown["America/New_York", d].split(", ", 2)[2] for d in (0, 8, 15)] == [
        "09:00, New York time (UTC-4)",
        "09:00, New York time (UTC-4)",
        "08:00, New York time (UTC-5)",
    ]
    assert {shown["Asia/Shanghai", d].split(", ", 2)[2] for d in (0, 8, 15)} == {
        "21:00, Beijing time (UTC+8)"
    }


def test_the_hour_that_comes_twice_is_told_apart():
    first = datetime(2026, 10, 25, 0, 30, tzinfo=UTC)  # 02:30 in Berlin, an hour before it is 02:30 again
    assert "02:30, Berlin time (UTC+2)" in told(first, "Europe/Berlin", "en")
    assert "02:30, Berlin time (UTC+1)" in told(first + timedelta(hours=1), "Europe/Berlin", "en")
    span = told_span(first, first + timedelta(hours=1), "Europe/Berlin", "en")
    assert span.count("02:30") == 2
    assert "(UTC+2) to " in span


def test_a_span_names_its_day_once():
    assert told_span(NOON, NOON + timedelta(minutes=45), "Asia/Shanghai", "en") == (
        "Tuesday, 1 December 2026, 20:00–20:45, Beijing time (UTC+8)"
    )
    assert told_span(NOON, NOON + timedelta(minutes=45), "Asia/Shanghai", "zh-hans") == (
        "2026年12月1日（星期二）北京时间20:00–20:45（UTC+8）"
    )
    over_midnight = told_span(NOON, NOON + timedelta(hours=6), "Asia/Shanghai", "zh-hans")
    assert (
        over_midnight
        == "2026年12月1日（星期二）北京时间20:00（UTC+8） 至 2026年12月2日（星期三）北京时间02:00（UTC+8）"
    )
