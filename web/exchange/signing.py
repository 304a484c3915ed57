"""Signatures of webhooks, as https://www.standardwebhooks.com says."""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets
from datetime import datetime

from interview_analysis.web.exchange.models import KEPT_BESIDE, Webhook

_PREFIX = "whsec_"


def new_secret() -> str:
    return _PREFIX + base64.b64encode(secrets.token_bytes(32)).decode()


def signature(secret: str, identifier: str, timestamp: int, body: bytes) -> str:
    """ "v1,<base64 of HMAC-SHA256 over id.timestamp.body>"."""
    key = base64.b64decode(secret.removeprefix(_PREFIX))
    signed = f"{identifier}.{timestamp}.".encode() + body
    return "v1," + base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()


def headers(webhook: Webhook, identifier: str, at: datetime, body: bytes) -> dict[str, str]:
    """The three headers of the standard; while a secret is rotated, with a signature of each, the newer first."""
    timestamp = int(at.timestamp())
    known = [webhook.secret]
    if webhook.previous_secret and webhook.previous_until is not None and at < webhook.previous_until:
        known.append(webhook.previous_secret)
    return {
        "webhook-id": identifier,
        "webhook-timestamp": str(timestamp),
        "webhook-signature": " ".join(signature(secret, identifier, timestamp, body) for secret in known),
    }


def rotate(webhook: Webhook, now: datetime) -> str:
    """Give it a new secret; the old one signs beside it for a day."""
    webhook.previous_secret, webhook.previous_until = webhook.secret, now + KEPT_BESIDE
    webhook.secret = new_secret()
    webhook.save()
    return webhook.secret
