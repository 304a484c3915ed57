"""Whether the machine may hear what somebody practises, and when it goes."""

from __future__ import annotations

import hashlib
from datetime import datetime
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.db.models import Q
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from interview_analysis.web.answers import streams
from interview_analysis.web.answers.models import Stream
from interview_analysis.web.candidate.models import Invitation
from interview_analysis.web.practice.models import Attempt, Practice, Round
from interview_analysis.web.privacy.trail import record
from interview_analysis.web.site import store

PURPOSE = "practice"


def notice() -> str:
    """The words that the button agrees to, in the language of the page."""
    return _(
        "A machine hears and sees the answers that you practise, and tells you what you could do better. Nobody at the "
        "company sees or hears them or what the machine says of them, they play no part in your application, and they are "
        "deleted once you have handed in the interview, or whenever you want."
    )


def practice_of(invitation: Invitation) -> Practice:
    return Practice.objects.get_or_create(invitation=invitation)[0]


def may_hear(invitation: Invitation) -> bool:
    """By the consent to an analysis, or by the button of practice alone."""
    consent = invitation.interview.consent
    if consent is not None and consent.analysis and consent.withdrawn_at is None:
        return True
    return Practice.objects.filter(invitation=invitation, agreed_at__isnull=False).exists()


def is_open(invitation: Invitation, at: datetime | None = None) -> bool:
    """Whether practice is possible: until the interview is handed in, or its time is over."""
    now = at or timezone.now()
    return invitation.may_enter and invitation.finished_at is None and now < invitation.closes_at


@transaction.atomic
def agree(invitation: Invitation) -> None:
    """Keep that the button was pressed, and under which words. Twice is once."""
    practice = practice_of(invitation)
    if practice.agreed_at is None:
        with translation.override(invitation.language):
            words = notice()
        practice.agreed_at, practice.agreed_to = timezone.now(), hashlib.sha256(words.encode()).hexdigest()
        practice.save()
        record(None, "practice.agreed", invitation, words=practice.agreed_to)


def may_begin(invitation: Invitation, group: UUID) -> str:
    """Why no recording may begin for an attempt, as a code for the store of chunks; "" where it may."""
    attempt = Attempt.objects.filter(key=group, task__round__practice__invitation=invitation).first()
    if attempt is None or attempt.state != Attempt.State.OPEN:
        return "closed"
    return "" if is_open(invitation) and may_hear(invitation) else "closed"


def attempts_of(invitation: Invitation) -> list[Attempt]:
    found = Attempt.objects.filter(task__round__practice__invitation=invitation)
    return list(found.select_related("task__round__practice__invitation"))


@transaction.atomic
def remove(attempt: Attempt) -> None:
    """The recording, its chunks and what was told of it. A session that still hears it ends."""
    for stream in streams.segments(attempt.key):
        drop_stream(stream)
    remove_files(attempt.recordings)
    attempt.delete()


def remove_files(names: list[str]) -> None:
    store.delete(*(settings.HOME.files / name for name in names))


def drop_stream(stream: Stream) -> None:
    streams.drop(stream)
    stream.delete()


@transaction.atomic
def remove_all(invitation: Invitation, why: str) -> int:
    """All that was practised; that it was agreed to stays. The number of answers that are gone."""
    attempts = attempts_of(invitation)
    for attempt in attempts:
        remove(attempt)
    rounds, _counts = Round.objects.filter(practice__invitation=invitation).delete()
    if attempts or rounds:
        record(None, "practice.removed", invitation, answers=len(attempts), why=why)
    return len(attempts)


def remove_due() -> bool:
    """What should be gone: once the interview is handed in, at the end of the window, after a revocation or a withdrawal."""
    now = timezone.now()
    over = Q(closes_at__lte=now) | Q(revoked_at__isnull=False)
    handed_in = Q(finished_at__isnull=False, practice__kept=False)
    withdrawn = Q(interview__consent__withdrawn_at__isnull=False, practice__agreed_at=None)
    due = Invitation.objects.filter(practice__rounds__isnull=False).filter(over | handed_in | withdrawn)
    invitations = list(due.distinct())
    for invitation in invitations:
        remove_all(invitation, "due")
    return bool(invitations)
