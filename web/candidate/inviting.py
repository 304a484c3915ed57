"""What recruiters do with invitations: make, send, change, call off. Each tells the candidate and the trail."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction
from django.utils import timezone

from interview_analysis.errors import InterviewAnalysisError
from interview_analysis.web.candidate import letters, questions
from interview_analysis.web.candidate.access import renew
from interview_analysis.web.candidate.models import Invitation
from interview_analysis.web.candidate.questions import Row
from interview_analysis.web.candidate.slots import give_back
from interview_analysis.web.hiring.models import Application
from interview_analysis.web.interviews.models import Interview
from interview_analysis.web.people.models import User
from interview_analysis.web.privacy.trail import record


class InvitationError(InterviewAnalysisError):
    """A change that is not possible any more; `code` is for the page's own words."""

    def __init__(self, message: str, code: str) -> None:
        super().__init__(message)
        self.code = code


@transaction.atomic
def make(
    application: Application,
    by: User,
    invitation: Invitation,
    title: str,
    rows: Sequence[Row],
    *,
    send_now: bool,
) -> Invitation:
    """Keep a new invitation with its interview and questions, and send it where asked to. Raises QuestionError."""
    invitation.interview = Interview.objects.create(
        application=application,
        stage=application.stage,
        title=title,
        created_by=by,
        held_at=_held(invitation),
    )
    invitation.created_by = by
    renew(invitation)
    invitation.save()
    questions.save(invitation, rows)
    record(by, "interview.made", invitation.interview, application=application.pk)
    record(
        by, "invitation.made", invitation, interview=invitation.interview.pk, kind=invitation.kind,
        questions=len(rows), window=_window(invitation), zone=invitation.zone,
    )  # fmt: skip
    if send_now:
        send(invitation, by)
    return invitation


@transaction.atomic
def send(invitation: Invitation, by: User) -> None:
    """Send it, or send it again: the same link."""
    invitation = _locked(invitation)
    _check_open(invitation)
    again = invitation.sent_at is not None
    if not again:
        invitation.sent_at = timezone.now()
        invitation.save(update_fields=["sent_at"])
    letters.invite(invitation, by)
    record(by, "invitation.sent_again" if again else "invitation.sent", invitation)


@transaction.atomic
def change_window(
    invitation: Invitation, by: User, opens_at: datetime, closes_at: datetime, zone: str, *, picks: bool
) -> None:
    """Another time, or other times to pick from. The confirmation has to be given anew, and reminders follow."""
    invitation = _locked(invitation)
    _check_open(invitation)
    if invitation.started_at is not None and opens_at > timezone.now():
        raise InvitationError("the interview has begun; only its end can be moved", "begun")
    slots_until = closes_at if picks else None
    now = (
        invitation.opens_at,
        invitation.slots_until or invitation.closes_at,
        invitation.slots_until,
        invitation.zone,
    )
    if now == (opens_at, closes_at, slots_until, zone):
        return
    same_time = now[:3] == (opens_at, closes_at, slots_until)
    if not same_time:
        give_back(invitation)
        if invitation.started_at is None:
            invitation.confirmed_at = None
    invitation.opens_at, invitation.closes_at, invitation.slots_until = opens_at, closes_at, slots_until
    invitation.zone = zone
    invitation.save()
    Interview.objects.filter(pk=invitation.interview_id).update(held_at=_held(invitation))
    record(by, "invitation.window_changed", invitation, window=_window(invitation), zone=zone)
    if invitation.sent_at is not None:
        letters.move(invitation, by)


@transaction.atomic
def change_questions(invitation: Invitation, by: User, rows: Sequence[Row]) -> None:
    """Other questions, as long as none has been shown. Raises InvitationError and QuestionError."""
    invitation = _locked(invitation)
    _check_open(invitation)
    if invitation.started_at is not None:
        raise InvitationError("the candidate has seen questions already", "begun")
    questions.save(invitation, rows)
    record(by, "invitation.questions_changed", invitation, questions=len(rows))


def rates(user: User, invitation: Invitation) -> bool:
    """Raters never learn of extra time, staff who rate neither."""
    return invitation.interview.assignments.filter(rater=user).exists()


@transaction.atomic
def give_extra(invitation: Invitation, by: User, share: float, *, tell: bool) -> None:
    """Extra time for one person, before or during the interview. The trail says that it was given, not how much."""
    invitation = _locked(invitation)
    _check_open(invitation)
    if invitation.extra_share == share:
        return
    invitation.extra_share = share
    invitation.save(update_fields=["extra_share"])
    record(by, "invitation.extra_time", invitation)
    if tell and invitation.sent_at is not None:
        letters.extend(invitation, by)


@transaction.atomic
def revoke(invitation: Invitation, by: User) -> None:
    """Call it off: the link ends, the time is free again, what waits to be sent is not sent."""
    invitation = _locked(invitation)
    if invitation.revoked_at is not None:
        return
    if invitation.finished_at is not None:
        raise InvitationError("the interview was handed in", "finished")
    give_back(invitation)
    invitation.revoked_at = timezone.now()
    invitation.save()
    record(by, "invitation.revoked", invitation)
    letters.call_off(invitation, by)


@transaction.atomic
def new_link(invitation: Invitation, by: User) -> None:
    """A new link, sent at once; the old one and whoever came in by it are out."""
    invitation = _locked(invitation)
    if invitation.revoked_at is not None:
        raise InvitationError("the invitation is called off", "revoked")
    renew(invitation)
    invitation.save()
    record(by, "invitation.link_renewed", invitation)
    if invitation.sent_at is not None:
        letters.invite(invitation, by)


def _locked(invitation: Invitation) -> Invitation:
    found = Invitation.objects.select_for_update(of=("self",)).select_related(
        "interview__application__candidate", "interview__application__job", "contact", "slot"
    )
    return found.get(pk=invitation.pk)


def _check_open(invitation: Invitation) -> None:
    if invitation.revoked_at is not None:
        raise InvitationError("the invitation is called off", "revoked")
    if invitation.finished_at is not None:
        raise InvitationError("the interview was handed in", "finished")


def _held(invitation: Invitation) -> datetime | None:
    return (
        invitation.opens_at
        if invitation.kind == Invitation.Kind.LIVE and not invitation.slots_until
        else None
    )


def _window(invitation: Invitation) -> list[str]:
    return [invitation.opens_at.isoformat(), invitation.closes_at.isoformat()]
