"""What is written to candidates about an invitation, when, and whether it still holds when its time has come."""

from __future__ import annotations

import hmac
from datetime import UTC, datetime, timedelta

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import get_language, gettext
from django.utils.translation import gettext_lazy as _

from interview_analysis.web.candidate.access import link_of
from interview_analysis.web.candidate.course import door_to, how_it_goes, looked_at
from interview_analysis.web.candidate.models import Code, InterviewRules, Invitation
from interview_analysis.web.messages import calendars, outbox, reminders
from interview_analysis.web.messages.kinds import Attachment, Kind, register
from interview_analysis.web.messages.models import Message
from interview_analysis.web.messages.times import told, told_span
from interview_analysis.web.people.models import User
from interview_analysis.web.privacy.models import Entry
from interview_analysis.web.privacy.observed import described
from interview_analysis.web.reports.models import Feedback


def moment(invitation: Invitation) -> datetime:
    """What reminders look ahead to: the start of an appointment, else the end of the time to answer, or to pick a time."""
    return invitation.opens_at if is_appointment(invitation) else invitation.closes_at


def is_appointment(invitation: Invitation) -> bool:
    """Whether it begins at a fixed time, instead of whenever it suits the candidate."""
    fixed = invitation.kind == Invitation.Kind.LIVE or invitation.slot_id is not None
    return fixed and not invitation.to_be_picked


def invite(invitation: Invitation, by: User | None) -> None:
    """The invitation, and what follows it."""
    outbox.withdraw(invitation, "invitation")
    _put("invitation", invitation, by, useful_until=invitation.closes_at)
    plan(invitation)


def move(invitation: Invitation, by: User | None) -> None:
    """The time was changed, by whomever; an invitation that did not go yet tells the new one itself."""
    if not outbox.about(invitation).filter(kind="invitation", state=Message.State.WAITING).exists():
        outbox.withdraw(invitation, "moved")
        _put("moved", invitation, by, useful_until=invitation.closes_at)
    plan(invitation)


def plan(invitation: Invitation) -> None:
    """Reminders by the job's rules, and one more message where nobody confirms; an appointment for the calendar."""
    rules, at = InterviewRules.of(invitation.interview.application.job), moment(invitation)
    candidate = invitation.interview.application.candidate
    reminders.forget(invitation)  # the job's rules may be others now
    reminders.plan(candidate, invitation, at, spans=rules.reminders)
    if invitation.confirmed_at is None and invitation.started_at is None and rules.unconfirmed_h != 0:
        after = timedelta(hours=rules.unconfirmed_h) if rules.unconfirmed_h else None
        reminders.plan_unconfirmed(candidate, invitation, timezone.now(), at, after=after)
    if is_appointment(invitation):
        calendars.appoint(invitation, invitation.opens_at, invitation.closes_at)
    else:
        calendars.cancel(invitation)


def confirmed(invitation: Invitation) -> None:
    outbox.withdraw(invitation, reminders.UNCONFIRMED)


def extend(invitation: Invitation, by: User) -> None:
    outbox.withdraw(invitation, "extended")
    _put("extended", invitation, by, useful_until=invitation.closes_at)


def call_off(invitation: Invitation, by: User) -> None:
    """Take back what waits; whoever knows of the interview hears that it is off."""
    outbox.withdraw(invitation)
    calendars.cancel(invitation)
    if outbox.about(invitation).exclude(state=Message.State.DROPPED).exists():
        _put("cancelled", invitation, by, useful_until=None)


def thank(invitation: Invitation) -> None:
    """Once, after handing in: thanks, and what comes next."""
    reminders.forget(invitation)
    if not outbox.about(invitation).filter(kind="thanks").exists():
        _put("thanks", invitation, None, useful_until=None)


def tell_feedback(told: Feedback) -> None:
    """That it can be read, to whoever has a link that leads there."""
    invitation = Invitation.objects.filter(interview=told.interview_id).first()
    if invitation is not None and invitation.may_enter:
        outbox.withdraw(invitation, "feedback")  # of an earlier release
        outbox.put(
            "feedback", invitation.interview.application.candidate, invitation, data={"feedback": told.pk},
            by=told.released_by,
        )  # fmt: skip


def told_by_the_trail(entry: Entry, subject: models.Model, **kwargs: object) -> None:
    """Thank whoever has handed in, and tell of feedback that was released, wherever that was done."""
    if entry.action == "invitation.finished" and isinstance(subject, Invitation):
        thank(subject)
    elif entry.action == "feedback.released" and isinstance(subject, Feedback):
        tell_feedback(subject)


def send_code(invitation: Invitation, code: Code) -> None:
    outbox.withdraw(invitation, "code")
    outbox.put(
        "code", invitation.interview.application.candidate, invitation,
        useful_until=code.expires_at, data={"code": code.pk},
    )  # fmt: skip


def digits_of(code: Code) -> str:
    """The six digits, made anew from the row and the key outside of the database."""
    digest = hmac.digest(settings.SECRET_KEY.encode(), f"code:{code.key.hex}".encode(), "sha256")
    return f"{int.from_bytes(digest[:8], 'big') % 10**6:06}"


def _put(
    kind: str,
    invitation: Invitation,
    by: User | None,
    *,
    due_at: datetime | None = None,
    useful_until: datetime | None,
) -> None:
    outbox.put(
        kind, invitation.interview.application.candidate, invitation, due_at=due_at, useful_until=useful_until,
        data={"at": moment(invitation).astimezone(UTC).isoformat()}, by=by,
    )  # fmt: skip


def _invitation(message: Message) -> Invitation | None:
    found = Invitation.objects.select_related(
        "interview__application__candidate", "interview__application__job", "contact", "slot"
    )
    return found.filter(pk=message.subject_id).first()


def _open(message: Message) -> Invitation | None:
    """The invitation, where it is still on and its time is the one that the message was put for."""
    found = _invitation(message)
    if found is None or not found.may_enter or found.finished_at is not None:
        return None
    return found if reminders.fits(message, moment(found)) else None


def _is_open(message: Message) -> bool:
    return _open(message) is not None


def _is_reminded(message: Message) -> bool:
    found = _open(message)
    return found is not None and timezone.now() < moment(found)


def _is_unconfirmed(message: Message) -> bool:
    found = _invitation(message)
    if found is None or not found.may_enter or timezone.now() >= moment(found):
        return False
    return found.confirmed_at is None and found.started_at is None and found.finished_at is None


def _is_off(message: Message) -> bool:
    found = _invitation(message)
    return found is not None and found.revoked_at is not None


def _is_handed_in(message: Message) -> bool:
    found = _invitation(message)
    return found is not None and found.may_enter and found.finished_at is not None


def _is_readable(message: Message) -> bool:
    """Whether feedback is there to be read, and the link leads to it."""
    found = _invitation(message)
    return (
        found is not None
        and found.may_enter
        and found.interview.feedback.filter(released_at__isnull=False).exists()
    )


def _code_holds(message: Message) -> bool:
    code = Code.objects.filter(pk=message.data.get("code"), used_at=None).first()
    return code is not None and code.expires_at > timezone.now() and _invitation(message) is not None


def _context(message: Message) -> dict[str, object]:
    """What the texts fill in; times in the candidate's zone and language."""
    invitation = _invitation(message)
    assert invitation is not None
    language = get_language() or "en"
    application = invitation.interview.application
    at, practice = moment(invitation), door_to("practice:home")
    return {
        "invitation": invitation,
        "name": application.candidate.name,
        "job": application.job.name,
        "window": told_span(invitation.opens_at, invitation.closes_at, invitation.zone, language),
        "moment": told(at, invitation.zone, language),
        "fixed": at == invitation.opens_at,
        "link": link_of(invitation) if invitation.revoked_at is None else "",
        "how_it_goes": how_it_goes(invitation),
        "observed": looked_at(invitation),
        "described": described(),
        "practice": f"{settings.PUBLIC_URL}{practice}" if practice else "",
        "contact": invitation.contact,
        "heard_days": InterviewRules.of(application.job).heard_days,
    }


def _code_context(message: Message) -> dict[str, object]:
    """The code; dots where recruiters look at how the message will be."""
    code = Code.objects.filter(pk=message.data.get("code")).first()
    return _context(message) | {"code": digits_of(code) if code is not None else "······"}


def _calendar(message: Message) -> list[Attachment]:
    """The appointment as a file that calendars take, move or take away."""
    invitation = _invitation(message)
    return [] if invitation is None else calendar_of(invitation)


def calendar_of(invitation: Invitation) -> list[Attachment]:
    appointment = calendars.appointment_of(invitation)
    if appointment is None:
        return []
    application = invitation.interview.application
    link = "" if appointment.cancelled else link_of(invitation)
    return [
        calendars.calendar_file(
            appointment, title=gettext("Interview: %(job)s") % {"job": application.job.name},
            text="\n\n".join(filter(None, (invitation.note, link))), attendee=application.candidate.email, place=link,
        )
    ]  # fmt: skip


def register_kinds() -> None:
    for kind in (
        Kind("invitation", _("Invitation"), _is_open, _context, _calendar),
        Kind("reminder", _("Reminder"), _is_reminded, _context),
        Kind("unconfirmed", _("Not confirmed yet"), _is_unconfirmed, _context),
        Kind("moved", _("Another time"), _is_open, _context, _calendar),
        Kind("extended", _("More time"), _is_open, _context),
        Kind("cancelled", _("Called off"), _is_off, _context, _calendar, necessary=True),
        Kind("thanks", _("Thanks"), _is_handed_in, _context),
        Kind("feedback", _("Feedback to read"), _is_readable, _context),
        Kind("code", _("Code"), _code_holds, _code_context, necessary=True, urgent=True, secret=True),
    ):
        register(kind)
