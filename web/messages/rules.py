"""What an operator sets about times of messages, read from the settings and checked when the application starts."""

from __future__ import annotations

import re
from datetime import datetime, time, timedelta, tzinfo

from django.conf import settings

from interview_analysis.errors import ConfigError
from interview_analysis.web.site.zones import zone_of

_SPAN = re.compile(r"([0-9]{1,4})\s*([mhd])")
_UNITS = {"m": "minutes", "h": "hours", "d": "days"}
_HOURS = re.compile(r"([0-9]{1,2}):([0-9]{2})\s*-\s*([0-9]{1,2}):([0-9]{2})")


def reminders() -> tuple[timedelta, ...]:
    """How long before an interview reminders go, the earliest first."""
    return tuple(
        sorted(
            (_span("REMINDERS", part) for part in settings.REMINDERS.split(",") if part.strip()), reverse=True
        )
    )


def unconfirmed_after() -> timedelta | None:
    """How long to wait for a confirmation before asking once more; None: nobody asks."""
    return (
        _span("UNCONFIRMED_AFTER", settings.UNCONFIRMED_AFTER) if settings.UNCONFIRMED_AFTER.strip() else None
    )


def quiet_hours() -> tuple[time, time] | None:
    """From when to when nothing goes out; None: there are no such hours."""
    text = settings.QUIET_HOURS.strip()
    if not text:
        return None
    found = _HOURS.fullmatch(text)
    try:
        if found is None:
            raise ValueError
        begins, ends = time(int(found[1]), int(found[2])), time(int(found[3]), int(found[4]))
    except ValueError as error:
        raise ConfigError(
            f"QUIET_HOURS is {text!r}; expected hours such as 21:00-08:00, or nothing"
        ) from error
    return None if begins == ends else (begins, ends)


def morning(at: datetime, zone: tzinfo, quiet: tuple[time, time] | None) -> datetime | None:
    """When the quiet hours end in which an instant lies, on the clock of the zone; None where it lies in none."""
    if quiet is None:
        return None
    begins, ends = quiet
    local = at.astimezone(zone)
    clock = local.time()
    over_midnight = begins > ends
    if over_midnight:
        if ends <= clock < begins:
            return None
        day = local.date() + timedelta(days=1) if clock >= begins else local.date()
    else:
        if not begins <= clock < ends:
            return None
        day = local.date()
    return datetime.combine(day, ends, zone)


def check() -> None:
    """Raises ConfigError for a setting that cannot be read, with what was expected."""
    reminders()
    unconfirmed_after()
    quiet_hours()
    if zone_of(settings.DEFAULT_ZONE).key != settings.DEFAULT_ZONE:
        raise ConfigError(
            f"DEFAULT_ZONE is {settings.DEFAULT_ZONE!r}; expected an IANA name such as Asia/Shanghai"
        )
    if settings.SMS_FORMAT not in ("json", "form") or settings.SMS_METHOD not in ("GET", "POST", "PUT"):
        raise ConfigError("SMS_FORMAT is json or form, and SMS_METHOD is GET, POST or PUT")
    if settings.SMS_FORMAT == "json" and settings.SMS_METHOD == "GET":
        raise ConfigError("SMS_METHOD=GET sends no body: set SMS_FORMAT=form")


def _span(name: str, text: str) -> timedelta:
    found = _SPAN.fullmatch(text.strip())
    if found is None:
        raise ConfigError(f"{name} holds {text.strip()!r}; expected spans such as 24h, 90m or 2d")
    return timedelta(**{_UNITS[found[2]]: int(found[1])})
