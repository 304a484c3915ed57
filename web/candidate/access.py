"""How a candidate comes in: by a link, on any device, until it is revoked. Candidates are no users.

The link's token is traded for an entry in the browser's session, and the address is left behind, so that it does not
travel on in a referrer or a screenshot. The entry names the token's hash: a new link or a revocation ends it at once.
"""

from __future__ import annotations

import hashlib
import hmac
from base64 import urlsafe_b64encode
from collections.abc import Callable
from functools import wraps
from typing import Any

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponseBase
from django.urls import reverse
from django.utils import timezone

from interview_analysis.web.candidate.models import Invitation
from interview_analysis.web.privacy.trail import record

SESSION_KEY = "invitation"
View = Callable[..., HttpResponseBase]


def link_of(invitation: Invitation) -> str:
    """The address of the link that holds now.

    The token is not stored: it is made anew from the key that lies outside of the database, so that every message and
    reminder has the same link, and a copy of the database opens nothing.
    """
    return f"{settings.PUBLIC_URL}{reverse('candidate:enter', args=[_token(invitation)])}"


def renew(invitation: Invitation) -> None:
    """Give it a new link; the older ones end. The caller saves the invitation."""
    invitation.link_number += 1
    invitation.token_sha256 = _hash(_token(invitation))


def _token(invitation: Invitation) -> str:
    """256 bits that nobody guesses: an HMAC of the invitation's random key."""
    named = f"invitation:{invitation.key.hex}:{invitation.link_number}"
    return (
        urlsafe_b64encode(hmac.digest(settings.SECRET_KEY.encode(), named.encode(), "sha256"))
        .decode()
        .rstrip("=")
    )


def enter(request: HttpRequest, token: str) -> Invitation | None:
    """Let the browser in by a token; None for one that is unknown or revoked."""
    invitation = Invitation.objects.filter(token_sha256=_hash(token), revoked_at=None).first()
    if invitation is None:
        return None
    request.session.cycle_key()
    request.session[SESSION_KEY] = invitation.token_sha256
    if Invitation.objects.filter(pk=invitation.pk, opened_at=None).update(opened_at=timezone.now()):
        record(None, "invitation.opened", invitation)
    return invitation


def invitation_of(request: HttpRequest) -> Invitation | None:
    """The invitation that the browser came in by, where it still holds."""
    known = request.session.get(SESSION_KEY)
    if not known:
        return None
    found = Invitation.objects.select_related(
        "interview__application__candidate", "interview__application__job", "interview__consent", "contact"
    )
    return found.filter(token_sha256=known, revoked_at=None).first()


def invited(view: View) -> View:
    """For whoever came by a link; the view gets the invitation. Anybody else gets 404."""

    @wraps(view)
    def checked(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        invitation = invitation_of(request)
        if invitation is None:
            raise Http404
        return view(request, invitation, *args, **kwargs)

    return checked


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
