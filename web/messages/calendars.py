"""Calendar files (RFC 5545): one event for one appointment, however often it moves, and gone when it is cancelled.

Calendars know an event by its UID and take a newer SEQUENCE over an older one. Both stand in the database with the
appointment, so that a message that is written later tells the latest. Times are written in UTC, which every calendar shows in
its reader's zone; no time zone has to be described in the file.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from email.utils import parseaddr

from django.conf import settings
from django.contrib.contenttypes.models import ContentType
from django.db import models, transaction
from django.utils import timezone

from interview_analysis.web.messages.kinds import Attachment
from interview_analysis.web.messages.models import Appointment

ALARM = timedelta(hours=1)
_FOLD_BYTES = 75


@transaction.atomic
def appoint(subject: models.Model, starts_at: datetime, ends_at: datetime) -> Appointment:
    """The appointment of `subject` at that time: made, moved, or set again after it was cancelled.

    Its sequence grows when it changes. Raises ValueError where it ends before it starts.
    """
    if ends_at <= starts_at:
        raise ValueError(
            f"an appointment ends after it starts, and this one is from {starts_at} to {ends_at}"
        )
    found = _of(subject)
    if found is None:
        return Appointment.objects.create(
            subject=subject, starts_at=starts_at, ends_at=ends_at, changed_at=timezone.now()
        )
    if found.cancelled or (found.starts_at, found.ends_at) != (starts_at, ends_at):
        found.starts_at, found.ends_at, found.cancelled = starts_at, ends_at, False
        _grow(found)
    return found


@transaction.atomic
def cancel(subject: models.Model) -> Appointment | None:
    """Cancel the appointment of `subject`; None where it has none."""
    found = _of(subject)
    if found is not None and not found.cancelled:
        found.cancelled = True
        _grow(found)
    return found


def appointment_of(subject: models.Model) -> Appointment | None:
    kind = ContentType.objects.get_for_model(subject)
    return Appointment.objects.filter(subject_type=kind, subject_id=subject.pk).first()


def calendar_file(
    appointment: Appointment,
    *,
    title: str,
    text: str,
    attendee: str,
    place: str = "",
    alarm: timedelta = ALARM,
) -> Attachment:
    """The file that puts the appointment into a calendar, moves it there, or takes it away.

    `attendee` is a mail address, `place` an address to go to, the link of the interview say.
    """
    method = "CANCEL" if appointment.cancelled else "REQUEST"
    name, address = parseaddr(settings.DEFAULT_FROM_EMAIL)
    company = settings.COMPANY_NAME or name or address
    lines = [
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        "PRODID:-//interview-analysis//messages//EN",
        f"METHOD:{method}",
        "BEGIN:VEVENT",
        f"UID:{appointment.uid}@interview-analysis",
        f"SEQUENCE:{appointment.sequence}",
        f"DTSTAMP:{_utc(timezone.now())}",
        f"LAST-MODIFIED:{_utc(appointment.changed_at)}",
        f"DTSTART:{_utc(appointment.starts_at)}",
        f"DTEND:{_utc(appointment.ends_at)}",
        f"SUMMARY:{_text(title)}",
        f"DESCRIPTION:{_text(text)}",
        *([f"LOCATION:{_text(place)}"] if place else []),
        f"STATUS:{'CANCELLED' if appointment.cancelled else 'CONFIRMED'}",
        f"ORGANIZER;CN={_parameter(company)}:mailto:{_address(address)}",
        f"ATTENDEE;ROLE=REQ-PARTICIPANT;PARTSTAT=NEEDS-ACTION;RSVP=FALSE:mailto:{_address(attendee)}",
    ]
    if not appointment.cancelled and alarm:
        minutes = round(alarm.total_seconds() / 60)
        lines += [
            "BEGIN:VALARM",
            "ACTION:DISPLAY",
            f"TRIGGER:-PT{minutes}M",
            f"DESCRIPTION:{_text(title)}",
            "END:VALARM",
        ]
    lines += ["END:VEVENT", "END:VCALENDAR"]
    content = "".join(f"{_folded(line)}\r\n" for line in lines).encode()
    return Attachment("interview.ics", content, f"text/calendar; method={method}")


def _of(subject: models.Model) -> Appointment | None:
    kind = ContentType.objects.get_for_model(subject)
    found = Appointment.objects.select_for_update().filter(subject_type=kind, subject_id=subject.pk)
    return found.first()


def _grow(appointment: Appointment) -> None:
    appointment.sequence += 1
    appointment.changed_at = timezone.now()
    appointment.save()


def _utc(at: datetime) -> str:
    return f"{at.astimezone(UTC):%Y%m%dT%H%M%SZ}"


def _text(value: str) -> str:
    """A value of the type TEXT: commas, semicolons, backslashes and line ends are escaped, other control characters left out."""
    lines = value.replace("\r\n", "\n").replace("\r", "\n")
    for plain, escaped in (("\\", "\\\\"), (";", "\\;"), (",", "\\,"), ("\n", "\\n")):
        lines = lines.replace(plain, escaped)
    return "".join(letter for letter in lines if letter >= " " and letter != "\x7f")


def _parameter(value: str) -> str:
    """A quoted parameter: quotes and line ends have no place in it."""
    bare = "".join(letter for letter in value if letter >= " " and letter not in '"\x7f')
    return f'"{bare}"'


def _address(value: str) -> str:
    """An address without what would end the line."""
    return "".join(letter for letter in value if letter > " " and letter != "\x7f")


def _folded(line: str) -> str:
    """Lines of at most 75 bytes; a character of several bytes is not cut in two."""
    parts, part, room = [], "", _FOLD_BYTES
    for letter in line:
        length = len(letter.encode())
        if length > room:
            parts.append(part)
            part, room = "", _FOLD_BYTES - 1  # a space begins what is continued
        part += letter
        room -= length
    return "\r\n ".join([*parts, part])
