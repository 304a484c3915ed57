"""Deliveries of events to webhooks: at least once, tried again with growing pauses for two days and a half.

A worker claims one by a conditional update, for a minute; a worker that is killed loses nothing, and whoever receives one
twice knows it by its `webhook-id`.
"""

from __future__ import annotations

import random
import time
from datetime import timedelta

from django.conf import settings
from django.db.models import F
from django.utils import timezone

from interview_analysis.web.exchange import signing
from interview_analysis.web.exchange.models import Delivery, Webhook
from interview_analysis.web.exchange.sending import SendingError, post

# Before the second attempt, the third …; the schedule that Standard Webhooks proposes.
PAUSES_S = (5, 300, 1800, 7200, 18_000, 36_000, 36_000, 50_400, 72_000)
JITTER = 0.2
CLAIMED_FOR = timedelta(seconds=60)
KEPT_FOR = timedelta(days=30)
_GONE = 410


def deliver_due(for_s: float = 10.0) -> bool:
    """Send what is due, longest first, for about `for_s` seconds; False where nothing is."""
    ends_at = time.monotonic() + for_s
    found = False
    while time.monotonic() < ends_at and deliver_one():
        found = True
    return found


def deliver_one() -> bool:
    """Send the delivery that is due longest; False where none is."""
    now = timezone.now()
    due = Delivery.objects.filter(next_at__lte=now).select_related("webhook").order_by("next_at").first()
    if due is None:
        return False
    mine = Delivery.objects.filter(pk=due.pk, next_at=due.next_at, attempts=due.attempts)
    if mine.update(attempts=F("attempts") + 1, next_at=now + CLAIMED_FOR):
        _send(due, due.attempts + 1)
    return True


def remove_done() -> int:
    """Remove what arrived or was given up, once it is older than KEPT_FOR; how many they were. The trail keeps the events."""
    done = Delivery.objects.filter(next_at=None, created_at__lt=timezone.now() - KEPT_FOR)
    return done.delete()[0]


def pause_after(attempt: int) -> timedelta | None:
    """How long to wait after that attempt, of 1; None after the last. Up to a fifth longer, by chance, so that many do not come at once."""
    if attempt > len(PAUSES_S):
        return None
    return timedelta(seconds=PAUSES_S[attempt - 1] * random.uniform(1, 1 + JITTER))


def _send(delivery: Delivery, attempt: int) -> None:
    """Once. Whatever a webhook that was switched off still waits for is dropped."""
    webhook, told = delivery.webhook, Delivery.objects.filter(pk=delivery.pk)
    if not webhook.active:
        told.update(next_at=None)
        return
    body, now = delivery.body.encode(), timezone.now()
    headers = signing.headers(webhook, f"msg_{delivery.key.hex}", now, body)
    headers |= {"Content-Type": "application/json", "User-Agent": "interview-analysis"}
    status, fault = None, ""
    try:
        status = post(webhook.url, body, headers, private=settings.WEBHOOKS_TO_PRIVATE)
    except SendingError as error:
        fault = error.fault
    if status is not None and 200 <= status < 300:
        told.update(status=status, fault="", next_at=None, delivered_at=timezone.now())
    elif status == _GONE:
        told.update(status=status, fault=Delivery.Fault.GONE, next_at=None)
        Webhook.objects.filter(pk=webhook.pk).update(active=False)
        webhook.deliveries.filter(next_at__isnull=False).update(next_at=None)
    else:
        pause = pause_after(attempt)
        told.update(
            status=status,
            fault=fault or Delivery.Fault.STATUS,
            next_at=timezone.now() + pause if pause is not None else None,
        )
