"""Sending what is due: claimed by a conditional update, its reason asked again, then sent, so that at most one goes out.

A sender that is killed between claiming and sending leaves a row that nobody takes up: nobody knows whether it went. After a
few minutes it is shown as such, and a person may send it again.
"""

from __future__ import annotations

import logging
import random
import threading
import time
from datetime import datetime, timedelta

from django.conf import settings
from django.db import close_old_connections, connection, transaction
from django.db.models import F
from django.utils import timezone

from interview_analysis.web.messages import channels, letters, reach, rules
from interview_analysis.web.messages.channels import SendingError
from interview_analysis.web.messages.kinds import Kind, kind_of
from interview_analysis.web.messages.letters import Letter
from interview_analysis.web.messages.models import Channel, Message
from interview_analysis.web.privacy.trail import record
from interview_analysis.web.site.zones import zone_of

PAUSES_S = (60, 300, 1800, 7200, 21_600)  # before the second attempt, the third …
JITTER = 0.2
CLAIMED_FOR = timedelta(minutes=5)  # longer than any channel's limit
IDLE_S = 1.0
State, Fault = Message.State, Message.Fault
log = logging.getLogger(__name__)


def send_due(for_s: float = 10.0) -> bool:
    """Send what is due, the longest due first, for about `for_s` seconds; False where nothing was."""
    give_up_silent()
    ends_at, found = time.monotonic() + for_s, False
    while time.monotonic() < ends_at and send_one():
        found = True
    return found


def run(ends: threading.Event) -> None:
    """Send what is due until `ends` is set. Beside the pages, so that a code does not wait for an analysis to end."""
    while not ends.is_set():
        close_old_connections()
        try:
            busy = send_due()
        except Exception:  # the database is away, say: what is due stays due
            log.exception("the outbox could not be looked at")
            busy = False
        if not busy:
            ends.wait(IDLE_S)
    connection.close()


def give_up_silent() -> int:
    """Mark what was claimed long ago, by a sender that is gone, as unknown; how many that are."""
    silent = Message.objects.filter(  # by the index of next_at, which is none for all that is done
        next_at__isnull=False, state=State.SENDING, claimed_at__lt=timezone.now() - CLAIMED_FOR
    )
    if not silent.exists():  # so that looking every second writes nothing
        return 0
    return silent.update(state=State.UNKNOWN, fault=Fault.STOPPED, next_at=None)


def send_one() -> bool:
    """Claim and send the message that is due longest; False where none is."""
    now = timezone.now()
    due = Message.objects.filter(state=State.WAITING, next_at__lte=now).order_by("next_at", "pk").first()
    if due is None:
        return False
    mine = Message.objects.filter(pk=due.pk, state=State.WAITING, next_at=due.next_at, attempts=due.attempts)
    if not mine.update(state=State.SENDING, attempts=F("attempts") + 1, claimed_at=now):
        return True  # another sender has it
    claimed = Message.objects.select_related("candidate", "application", "by").get(pk=due.pk)
    letter = _letter(claimed, now)
    if letter is not None:
        _send(claimed, letter)
    return True


def _letter(message: Message, now: datetime) -> Letter | None:
    """What is to go out now; None where nothing is, and what became of the message is written down."""
    try:
        kind = kind_of(message.kind)
        reason = _against(message, kind, now)
        if kind is None or reason:
            _settle(message, state=State.DROPPED, fault=reason, next_at=None)
            return None
        morning = waits_until(message, kind, now)
        if morning is not None:
            _settle(message, state=State.WAITING, next_at=morning, attempts=message.attempts - 1)
            return None
        return letters.write(message, kind)
    except Exception:  # a fault in a kind's templates or questions costs one message
        log.exception("message %s could not be written", message.key)
        _settle(message, state=State.FAILED, fault=Fault.TEXT, next_at=None)
        return None


def _send(message: Message, letter: Letter) -> None:
    try:
        sent = channels.send(letter)
    except SendingError as error:
        _failed(message, error)
        return
    except Exception:  # a fault of a channel: nobody knows how far it came
        log.exception("message %s may not have been sent", message.key)
        _settle(message, state=State.UNKNOWN, fault=Fault.STOPPED, next_at=None)
        return
    kind = kind_of(message.kind)
    kept = kind is not None and not kind.secret
    _settle(
        message, state=State.SENT, fault="", detail="", next_at=None, sent_at=timezone.now(),
        sent_to=letter.to[:254], file=sent.file,
        sent_title=letters.without_tokens(letter.title) if kept else "", sent_text=letter.kept_text if kept else "",
    )  # fmt: skip


def _against(message: Message, kind: Kind | None, now: datetime) -> str:
    """Why a message that is due is not sent; empty where nothing is against it."""
    if kind is None or message.subject is None or not kind.still_wanted(message):
        return Fault.UNWANTED
    if message.useful_until is not None and now > message.useful_until:
        return Fault.LATE
    channel = Channel(message.channel)
    if channel in reach.preference(message.candidate).refused and not reach.forced(kind, channel):
        return Fault.OPTED_OUT
    return ""


def waits_until(message: Message, kind: Kind, now: datetime) -> datetime | None:
    """The end of the candidate's quiet hours, where the message waits for it. A file disturbs nobody, nor does a group."""
    channel = Channel(message.channel)
    wakes = channel in reach.PERSONAL and not (channel == Channel.MAIL and not settings.EMAIL_CONFIG)
    if not wakes or kind.urgent or message.data.get("at_once"):
        return None
    morning = rules.morning(now, zone_of(reach.zone_of(message)), rules.quiet_hours())
    if morning is None or (message.useful_until is not None and morning >= message.useful_until):
        return None
    return morning


def pause_after(attempt: int) -> timedelta | None:
    """How long to wait after that attempt, of 1; None after the last. Up to a fifth longer, by chance."""
    if attempt > len(PAUSES_S):
        return None
    return timedelta(seconds=PAUSES_S[attempt - 1] * random.uniform(1, 1 + JITTER))


def _failed(message: Message, error: SendingError) -> None:
    pause = pause_after(message.attempts) if error.fate == "later" else None
    next_at = timezone.now() + pause if pause is not None else None
    state = State.UNKNOWN if error.fate == "unknown" else State.WAITING if next_at else State.FAILED
    _settle(message, state=state, fault=error.fault, detail=error.detail[:80], next_at=next_at)


@transaction.atomic
def _settle(message: Message, **fields: object) -> None:
    """Write what became of a claimed message, unless a person decided otherwise in the meantime."""
    ours = Message.objects.filter(
        pk=message.pk, state__in=(State.SENDING, State.UNKNOWN), claimed_at=message.claimed_at
    )
    if ours.update(**fields) and fields["state"] != State.WAITING:
        record(
            None, f"message.{fields['state']}", message, kind=message.kind, channel=message.channel,
            fault=str(fields.get("fault", "")),
        )  # fmt: skip
