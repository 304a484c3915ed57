"""Reminders of a time: planned when it is set, planned anew when it moves, and never sent twice for the same time."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from django.db import models, transaction
from django.utils import timezone

from interview_analysis.web.hiring.models import Candidate
from interview_analysis.web.messages import outbox, rules
from interview_analysis.web.messages.models import Message
from interview_analysis.web.people.models import User

REMINDER, UNCONFIRMED = "reminder", "unconfirmed"
SHORT = timedelta(hours=4)  # a reminder this close to its time does not wait for morning
State = Message.State
_GONE = (State.SENT, State.SENDING, State.UNKNOWN, State.BOUNCED, State.FAILED)


@transaction.atomic
def plan(
    candidate: Candidate,
    subject: models.Model,
    at: datetime,
    *,
    spans: Sequence[timedelta] | None = None,
    by: User | None = None,
) -> list[Message]:
    """Let reminders of `subject` go before `at`, by `spans` or as the operator set; those of another time are taken back.

    What is new is returned.

    `data` of each holds the time (`at`, as ISO 8601) and how long before it goes (`before_s`).
    """
    now, made = timezone.now(), []
    kept = set()
    for message in outbox.about(subject).filter(kind=REMINDER):
        if message.state == State.WAITING and not fits(message, at):
            outbox.withdraw_one(message)
        elif message.state == State.WAITING or message.state in _GONE:
            kept.add((message.data.get("at"), message.data.get("before_s")))
    for before in rules.reminders() if spans is None else spans:
        before_s = round(before.total_seconds())
        if at - before <= now or (_written(at), before_s) in kept:
            continue
        data = {"at": _written(at), "before_s": before_s, "at_once": before <= SHORT}
        made += outbox.put(
            REMINDER, candidate, subject, due_at=at - before, useful_until=at, data=data, by=by
        )
    return made


@transaction.atomic
def plan_unconfirmed(
    candidate: Candidate,
    subject: models.Model,
    invited_at: datetime,
    until: datetime,
    *,
    after: timedelta | None = None,
    by: User | None = None,
) -> list[Message]:
    """Let one more message go where nobody confirms for `after`, or as long as the operator set; once for one subject,
    however often it is planned."""
    after = rules.unconfirmed_after() if after is None else after
    waiting_or_gone = outbox.about(subject).filter(kind=UNCONFIRMED).exclude(state=State.DROPPED)
    if after is None or invited_at + after >= until or waiting_or_gone.exists():
        return []
    return outbox.put(UNCONFIRMED, candidate, subject, due_at=invited_at + after, useful_until=until, by=by)


def forget(subject: models.Model) -> None:
    """Take back all that would remind of `subject`."""
    outbox.withdraw(subject, REMINDER, UNCONFIRMED)


def fits(message: Message, at: datetime) -> bool:
    """Whether a reminder is of this time: for `still_wanted`."""
    return bool(message.data.get("at") == _written(at))


def _written(at: datetime) -> str:
    """The same for the same instant, in whatever zone it came."""
    return at.astimezone(UTC).isoformat()
