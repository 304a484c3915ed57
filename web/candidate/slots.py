"""Times that a candidate picks from. A place is taken by a conditional update: of two at once, one is told."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import F, Q, QuerySet
from django.utils import timezone

from interview_analysis.errors import InterviewAnalysisError
from interview_analysis.web.candidate import letters
from interview_analysis.web.candidate.models import InterviewRules, Invitation, Slot
from interview_analysis.web.privacy.trail import record

LEAD = timedelta(hours=1)  # so long before it a time may be picked


class SlotError(InterviewAnalysisError):
    """A time that cannot be had; `code` is for the page's own words."""

    def __init__(self, message: str, code: str) -> None:
        super().__init__(message)
        self.code = code


def offered(invitation: Invitation, now: datetime | None = None) -> QuerySet[Slot]:
    """What the candidate may pick: free, far enough ahead, before the last one that the invitation names."""
    if invitation.slots_until is None:
        return Slot.objects.none()
    now = now or timezone.now()
    return Slot.objects.filter(
        Q(taken__lt=F("places")) | Q(pk=invitation.slot_id),
        job=invitation.interview.application.job_id,
        starts_at__gt=now + LEAD,
        starts_at__lt=invitation.slots_until,
    )


def movable_until(invitation: Invitation) -> datetime | None:
    """Until when the candidate may move to another time; none while none is picked."""
    if invitation.slot is None:
        return None
    rules = InterviewRules.of(invitation.interview.application.job)
    return invitation.slot.starts_at - timedelta(hours=rules.move_until_h)


@transaction.atomic
def pick(invitation: Invitation, slot: Slot, now: datetime | None = None) -> Invitation:
    """Take a place, and give the one before back. Raises SlotError; the earlier time holds then."""
    now = now or timezone.now()
    invitation = (
        Invitation.objects.select_for_update(of=("self",))
        .select_related("slot", "interview__application__job")
        .get(pk=invitation.pk)
    )
    if invitation.slot_id == slot.pk:
        return invitation
    if invitation.revoked_at or invitation.started_at or invitation.finished_at:
        raise SlotError("the interview has begun, or is called off", "begun")
    last = movable_until(invitation)
    if last is not None and now > last:
        raise SlotError(f"times may be changed until {last.isoformat()}", "late")
    if not offered(invitation, now).filter(pk=slot.pk).exists():
        raise SlotError("this time is not free any more", "taken")
    moved, before = invitation.slot is not None, invitation.slot_id
    if (
        before is not None and before < slot.pk
    ):  # always in the order of their numbers, so that two never wait for each other
        give_back(invitation)
    if not Slot.objects.filter(pk=slot.pk, taken__lt=F("places")).update(taken=F("taken") + 1):
        raise SlotError("somebody else took this time a moment ago", "taken")
    give_back(invitation)
    slot.refresh_from_db()
    invitation.slot = slot
    invitation.opens_at, invitation.closes_at = slot.starts_at, slot.ends_at
    invitation.confirmed_at = now  # whoever picks a time says that they come
    invitation.save()
    _hold(invitation)
    letters.move(invitation, None)
    record(None, "invitation.time_moved" if moved else "invitation.time_picked", invitation, slot=slot.pk)
    return invitation


def give_back(invitation: Invitation) -> None:
    """Free the place; the caller saves the invitation."""
    if invitation.slot_id is not None:
        Slot.objects.filter(pk=invitation.slot_id, taken__gt=0).update(taken=F("taken") - 1)
        invitation.slot = None


def _hold(invitation: Invitation) -> None:
    invitation.interview.held_at = invitation.opens_at
    invitation.interview.save(update_fields=["held_at"])
