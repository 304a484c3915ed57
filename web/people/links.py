"""Links that sign a person in once."""

from __future__ import annotations

import hashlib
import secrets
from datetime import timedelta

from django.conf import settings
from django.db.models import QuerySet
from django.urls import reverse
from django.utils import timezone

from interview_analysis.web.people.models import SignInLink, User

VALID_FOR = timedelta(days=3)


def new_link(user: User, valid_for: timedelta = VALID_FOR) -> str:
    """The address of a new link. Its token stands nowhere else."""
    token = secrets.token_urlsafe(32)
    SignInLink.objects.create(user=user, token_sha256=_hash(token), expires_at=timezone.now() + valid_for)
    return f"{settings.PUBLIC_URL}{reverse('people:enter', args=[token])}"


def known(token: str) -> User | None:
    """Whose link it is; None for one that is unknown, used or too old."""
    found = _open(token).select_related("user").first()
    return found.user if found else None


def used(token: str) -> bool:
    """Mark a link as used; False where it was not open any more. Of two at once only one gets True."""
    return bool(_open(token).update(used_at=timezone.now()) == 1)


def _open(token: str) -> QuerySet[SignInLink]:
    return SignInLink.objects.filter(
        token_sha256=_hash(token), used_at=None, expires_at__gt=timezone.now(), user__is_active=True
    )


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
