"""What is written to candidates about an invitation, when, and whether it still holds when its time has come."""

from __future__ import annotations

import hmac
from datetime import datetime, timedelta

from django.conf import settings
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from interview_analysis.web.candidate.access import link_of
from interview_analysis.web.candidate.course import door_to
from interview_analysis.web.candidate.models import Code, InterviewRules, Invitation
from interview_analysis.web.messages import outbox
from interview_analysis.web.messages.kinds import Kind, register
from interview_analysis.web.messages.models import Message
from interview_analysis.web.messages.times import told, told_span
from interview_analysis.web.people.models import User

PLANNED = ("reminder", "unconfirmed")  # that wait for their time


def moment(invitation: Invitation) -> datetime:
    """What reminders look ahead to: the start of an appointment, else the end of the time to answer, or to pick a time."""
    fixed = invitation.kind == Invitation.Kind.LIVE or invitation.slot_id is not None
    return invitation.opens_at if fixed and not invitation.to_be_picked else invitation.closes_at


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
    """Reminders, and one more message where nobody confirms; those that were planned before are taken back."""
    outbox.withdraw(invitation, *PLANNED)
    rules, at, now = (
        InterviewRules.of(invitation.interview.application.job),
        moment(invitation),
        timezone.now(),
    )
    for before in rules.reminders:
        if at - before > now:
            _put("reminder", invitation, None, due_at=at - before, useful_until=at)
    ask_at = now + timedelta(hours=rules.unconfirmed_h)
    if rules.unconfirmed_h and invitation.confirmed_at is None and ask_at < at:
        _put("unconfirmed", invitation, None, due_at=ask_at, useful_until=at)


def confirmed(invitation: Invitation) -> None:
    outbox.withdraw(invitation, "unconfirmed")


def extend(invitation: Invitation, by: User) -> None:
    outbox.withdraw(invitation, "extended")
    _put("extended", invitation, by, useful_until=invitation.closes_at)


def call_off(invitation: Invitation, by: User) -> None:
    """Take back what waits; whoever knows of the interview hears that it is off."""
    outbox.withdraw(invitation)
    if outbox.about(invitation).exclude(state=Message.State.DROPPED).exists():
        _put("cancelled", invitation, by, useful_until=None)


def thank(invitation: Invitation) -> None:
    """Once, after handing in: thanks, and what comes next."""
    outbox.withdraw(invitation, *PLANNED)
    if not outbox.about(invitation).filter(kind="thanks").exists():
        _put("thanks", invitation, None, useful_until=None)


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
        data={"at": moment(invitation).isoformat()}, by=by,
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
    return found if message.data.get("at") == moment(found).isoformat() else None


def _is_open(message: Message) -> bool:
    return _open(message) is not None


def _is_reminded(message: Message) -> bool:
    found = _open(message)
    return found is not None and timezone.now() < moment(found)


def _is_unconfirmed(message: Message) -> bool:
    found = _open(message)
    return found is not None and found.confirmed_at is None and found.started_at is None


def _is_off(message: Message) -> bool:
    found = _invitation(message)
    return found is not None and found.revoked_at is not None


def _is_handed_in(message: Message) -> bool:
    found = _invitation(message)
    return found is not None and found.may_enter and found.finished_at is not None


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
        "practice": f"{settings.PUBLIC_URL}{practice}" if practice else "",
        "contact": invitation.contact,
        "heard_days": InterviewRules.of(application.job).heard_days,
    }


def _code_context(message: Message) -> dict[str, object]:
    code = Code.objects.get(pk=message.data["code"])
    return _context(message) | {"code": digits_of(code)}


def register_kinds() -> None:
    for kind in (
        Kind("invitation", _("Invitation"), _is_open, _context),
        Kind("reminder", _("Reminder"), _is_reminded, _context),
        Kind("unconfirmed", _("Not confirmed yet"), _is_unconfirmed, _context),
        Kind("moved", _("Another time"), _is_open, _context),
        Kind("extended", _("More time"), _is_open, _context),
        Kind("cancelled", _("Called off"), _is_off, _context, necessary=True),
        Kind("thanks", _("Thanks"), _is_handed_in, _context),
        Kind("code", _("Code"), _code_holds, _code_context, necessary=True, urgent=True, secret=True),
    ):
        register(kind)
