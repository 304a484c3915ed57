"""Putting messages into the outbox, taking them back, and looking after those that did not go.

Rows are written in the transaction of what they tell of; the worker sends them (sending.py).
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.contrib.contenttypes.models import ContentType
from django.db import models, transaction
from django.utils import timezone

from interview_analysis.web.hiring.models import Candidate
from interview_analysis.web.messages import reach
from interview_analysis.web.messages.kinds import kind_of
from interview_analysis.web.messages.models import Message, MessageQuerySet
from interview_analysis.web.people.models import User
from interview_analysis.web.privacy.trail import record

State, Fault = Message.State, Message.Fault
AGAIN = (State.FAILED, State.BOUNCED, State.UNKNOWN)  # what a person may send again


@transaction.atomic
def put(
    kind: str,
    candidate: Candidate,
    subject: models.Model,
    *,
    due_at: datetime | None = None,
    useful_until: datetime | None = None,
    data: dict[str, Any] | None = None,
    by: User | None = None,
) -> list[Message]:
    """A message to the candidate, one row a channel that leads there and that the candidate has not refused.

    It is due at once, or at `due_at`; what is due in the candidate's quiet hours waits till morning, unless that is later
    than `useful_until`. `data` is JSON for the kind's own use and holds no personal value. Raises KeyError for a kind that
    no room has registered.
    """
    known = kind_of(kind)
    if known is None:
        raise KeyError(f"no room has registered messages of the kind {kind!r}")
    due = due_at or timezone.now()
    made = [
        Message.objects.create(
            kind=kind,
            channel=channel,
            candidate=candidate,
            application=reach.application_of(subject),
            subject=subject,
            data=data or {},
            by=by,
            due_at=due,
            next_at=due,
            useful_until=useful_until,
        )
        for channel in reach.channels(candidate, known)
    ]
    for message in made:
        record(by, "message.put", message, kind=kind, channel=message.channel)
    return made


@transaction.atomic
def withdraw(subject: models.Model, *kinds: str) -> int:
    """Take back what waits about `subject`, of these kinds or of all; how many messages that were."""
    waiting = about(subject).filter(state=State.WAITING)
    if kinds:
        waiting = waiting.filter(kind__in=kinds)
    return waiting.update(state=State.DROPPED, fault=Fault.WITHDRAWN, next_at=None)


def withdraw_one(message: Message) -> bool:
    """Take back one message; False where it does not wait any more."""
    waiting = Message.objects.filter(pk=message.pk, state=State.WAITING)
    return bool(waiting.update(state=State.DROPPED, fault=Fault.WITHDRAWN, next_at=None))


def about(subject: models.Model) -> MessageQuerySet:
    """All messages about something."""
    kind = ContentType.objects.get_for_model(subject)
    return Message.objects.filter(subject_type=kind, subject_id=subject.pk)


@transaction.atomic
def send_now(message: Message, by: User) -> bool:
    """Let a waiting message go without waiting for its time; False where it does not wait any more."""
    now = timezone.now()
    waiting = Message.objects.filter(pk=message.pk, state=State.WAITING)
    if not waiting.update(due_at=now, next_at=now, data={**message.data, "at_once": True}):
        return False
    record(by, "message.sent_now", message, kind=message.kind, channel=message.channel)
    return True


@transaction.atomic
def send_again(message: Message, by: User) -> bool:
    """Let a message that failed, came back or may not have gone be sent once more; False where that was done already."""
    now = timezone.now()
    stuck = Message.objects.filter(pk=message.pk, state__in=AGAIN)
    if not stuck.update(state=State.WAITING, attempts=0, next_at=now, fault="", detail="", useful_until=None):
        return False
    record(by, "message.again", message, kind=message.kind, channel=message.channel)
    return True


@transaction.atomic
def drop(message: Message, by: User) -> bool:
    """The same by a person."""
    if not withdraw_one(message):
        return False
    record(by, "message.withdrawn", message, kind=message.kind, channel=message.channel)
    return True
