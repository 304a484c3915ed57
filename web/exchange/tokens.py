"""Tokens by which other programs read as a person. Only a hash of each is kept."""

from __future__ import annotations

import hashlib
import secrets
from datetime import timedelta

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from interview_analysis.web.exchange.models import Token
from interview_analysis.web.people.models import User
from interview_analysis.web.privacy.trail import record

PREFIX = "ia_"  # so that scanners of leaked secrets know one
_USE_TOLD_EVERY = timedelta(minutes=1)


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


@transaction.atomic
def new_token(user: User, name: str, lasts: timedelta | None = None) -> tuple[Token, str]:
    """A token and its text, which nobody can show again. Without `lasts` it is good until it is revoked."""
    text = PREFIX + secrets.token_urlsafe(32)
    until = timezone.now() + lasts if lasts is not None else None
    made = Token.objects.create(user=user, name=name[:80], sha256=_hash(text), expires_at=until)
    record(user, "token.made", made)
    return made, text


@transaction.atomic
def revoke(token: Token) -> None:
    record(token.user, "token.revoked", token)
    token.delete()


def known(text: str) -> Token | None:
    """The token of that text, where it is still good and its person may still sign in."""
    now = timezone.now()
    lasting = Q(expires_at=None) | Q(expires_at__gt=now)
    found = Token.objects.filter(lasting, sha256=_hash(text), user__is_active=True).select_related("user")
    token = found.first()
    if token is not None and (token.used_at is None or now - token.used_at > _USE_TOLD_EVERY):
        Token.objects.filter(pk=token.pk).update(used_at=now)
    return token
