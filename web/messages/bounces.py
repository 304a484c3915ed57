"""Mails that came back later: the reports that mail servers send to the sender's address (RFC 3464)."""

from __future__ import annotations

import email
import re
from email import policy
from email.message import EmailMessage
from uuid import UUID

from django.db import transaction

from interview_analysis.web.messages.models import Channel, Message
from interview_analysis.web.privacy.trail import record

MAX_BYTES = 2**20
_ID = re.compile(r"<([0-9a-f]{32})@")
State = Message.State


@transaction.atomic
def take(raw: bytes) -> Message | None:
    """Mark the message that a report of a failed delivery is about as come back; None where it is about none of ours.

    A report is known by the Message-ID of the mail, which holds a random key that only the mail and its receiver know.
    """
    report = email.message_from_bytes(raw[:MAX_BYTES], policy=policy.default)
    key, status = _key_and_status(report)
    if key is None or status is None:
        return None
    found = Message.objects.filter(
        key=key, channel=Channel.MAIL, state__in=(State.SENT, State.UNKNOWN)
    ).first()
    if found is None:
        return None
    found.state, found.fault, found.detail = State.BOUNCED, Message.Fault.REFUSED, status
    found.save(update_fields=["state", "fault", "detail"])
    record(None, "message.bounced", found, kind=found.kind, channel=found.channel)
    return found


def _key_and_status(report: EmailMessage) -> tuple[UUID | None, str | None]:
    """The key of the mail that a report is about, and the status of its failure; None where the parts say nothing of either."""
    key, status = None, None
    for part in report.walk():
        kind = part.get_content_type()
        if kind == "message/delivery-status":
            for block in part.get_payload():
                if (
                    isinstance(block, EmailMessage)
                    and str(block.get("Action", "")).strip().lower() == "failed"
                ):
                    status = re.sub(r"[^0-9.]", "", str(block.get("Status", "")))[:20]
        elif kind == "text/rfc822-headers":
            key = key or _key(str(part.get_payload()))
        elif part is not report and part.get("Message-ID"):
            key = key or _key(str(part["Message-ID"]))
    return key, status


def _key(text: str) -> UUID | None:
    found = _ID.search(text)
    return UUID(hex=found[1]) if found else None
