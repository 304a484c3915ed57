"""Writing and verifying the trail: each entry carries a hash over itself and the one before.

A change or removal anywhere breaks every hash behind it. Entries hold numbers instead of names, so that a person
can be erased and the chain still verifies.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from django.db import models, transaction
from django.dispatch import Signal
from django.utils import timezone

from interview_analysis.web.people.models import User
from interview_analysis.web.privacy.models import Entry, Head

FIRST = "0" * 64
recorded = Signal()  # entry, subject: sent in the transaction of each entry


@transaction.atomic
def record(actor: User | None, action: str, subject: models.Model, **details: Any) -> Entry:
    """Append an entry, in the transaction of what it tells of. `details` are JSON and hold no personal value."""
    now = timezone.now()
    head, _ = Head.objects.select_for_update().get_or_create(pk=1)
    entry = Entry(
        number=head.number + 1,
        at=now.replace(microsecond=now.microsecond // 1000 * 1000),  # a copy as JSON keeps no more
        actor=actor.pk if actor is not None else None,
        action=action,
        kind=subject._meta.model_name or "",
        subject=str(subject.pk),
        details=details,
        previous=head.sha256,
    )
    entry.sha256 = entry_sha256(entry)
    entry.save(force_insert=True)
    head.number, head.sha256 = entry.number, entry.sha256
    head.save()
    recorded.send(Entry, entry=entry, subject=subject)
    return entry


def entry_sha256(entry: Entry) -> str:
    """Over everything that the entry says, as canonical JSON."""
    told = [
        entry.number,
        _instant(entry.at),
        entry.actor,
        entry.action,
        entry.kind,
        entry.subject,
        entry.details,
        entry.previous,
    ]
    text = json.dumps(told, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def _instant(at: datetime) -> str:
    return at.astimezone(UTC).isoformat(timespec="microseconds")


@dataclass(frozen=True, slots=True)
class Checked:
    """`broken` is the number of the first entry that does not fit, none where the chain holds."""

    entries: int
    broken: int | None
    head: str


def check() -> Checked:
    """Walk the whole chain, from the oldest entry that is kept to the head."""
    previous: str | None = None
    number = count = 0
    for entry in Entry.objects.order_by("number").iterator(chunk_size=2000):
        fits = entry.sha256 == entry_sha256(entry)
        if previous is not None:
            fits = fits and entry.previous == previous and entry.number == number + 1
        if not fits:
            return Checked(count, entry.number, previous or FIRST)
        previous, number, count = entry.sha256, entry.number, count + 1
    head = Head.objects.filter(pk=1).first()
    if head is not None and (head.number, head.sha256) != (number, previous or FIRST):
        return Checked(count, number + 1, head.sha256)
    return Checked(count, None, previous or FIRST)
