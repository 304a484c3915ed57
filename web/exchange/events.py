"""What other programs are told of: entries of the trail with these actions, as numbers and addresses, without a name.

A room makes an event known by writing it to the trail, of an interview or of what belongs to one:
`record(user, "feedback.released", feedback)`.
"""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any

from django.db import models
from django.utils import timezone

from interview_analysis.web.analysis.models import Analysis
from interview_analysis.web.exchange.models import Delivery, Webhook
from interview_analysis.web.exchange.schemas import address
from interview_analysis.web.interviews.models import Interview
from interview_analysis.web.privacy.models import Entry

# action: the part of the API that has more about it
EVENTS = {
    "analysis.done": "result",
    "analysis.kept": "result",  # by another version of the profile
    "scorecard.submitted": "scorecards",
    "consensus.entered": "consensus",
    "feedback.released": "interview",
}
TEST = "webhook.test"


def on_entry(sender: object, entry: Entry, subject: models.Model, **_: object) -> None:
    """Put a delivery of the event into the transaction that it tells of, for each address that wants it."""
    if entry.action not in EVENTS or _is_trial(subject):
        return
    interview: int = subject.pk if isinstance(subject, Interview) else subject.interview_id  # type: ignore[attr-defined]
    data = {entry.kind: subject.pk, "interview": interview, "url": address(EVENTS[entry.action], interview)}
    for webhook in Webhook.objects.filter(active=True):
        if entry.action in webhook.events:
            put(webhook, entry.action, data, entry.at)


def _is_trial(subject: models.Model) -> bool:
    """An analysis by another profile that did not take the place of the interview's result."""
    return isinstance(subject, Analysis) and not subject.current


def put(webhook: Webhook, event: str, data: dict[str, Any], at: datetime | None = None) -> Delivery:
    now = timezone.now()
    body = {"type": event, "timestamp": (at or now).isoformat(), "data": data}
    return Delivery.objects.create(webhook=webhook, event=event, body=json.dumps(body), next_at=now)
