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
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone, translation

from interview_analysis.web.candidate.models import LANGUAGES, Invitation
from interview_analysis.web.privacy.trail import record
from interview_analysis.web.site.limits import address_of, is_used_up, used_up
from interview_analysis.web.site.zones import zone_of

SESSION_KEY, CODE_KEY, LANGUAGE_KEY = "invitation", "invitation_code", "invitation_language"
GUESSES, GUESSES_S = 30, 600  # links that lead nowhere, from one address
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


def too_many_guesses(request: HttpRequest) -> bool:
    """Whether this address tried so many links that lead nowhere that it has to wait."""
    return is_used_up("link", address_of(request), GUESSES)


def enter(request: HttpRequest, token: str) -> Invitation | None:
    """Let the browser in by a token; None for one that is unknown, revoked or expired."""
    found = Invitation.objects.select_related("interview__application__candidate")
    invitation = found.filter(token_sha256=_hash(token)).first()
    if invitation is None or not invitation.may_enter:
        used_up("link", address_of(request), GUESSES, GUESSES_S)
        return None
    request.session.cycle_key()
    if request.session.get(SESSION_KEY) != invitation.token_sha256:
        for key in (CODE_KEY, LANGUAGE_KEY):
            request.session.pop(key, None)
    request.session[SESSION_KEY] = invitation.token_sha256
    if not invitation.code_asked:
        note_opened(invitation)
    return invitation


def note_opened(invitation: Invitation) -> None:
    if Invitation.objects.filter(pk=invitation.pk, opened_at=None).update(opened_at=timezone.now()):
        record(None, "invitation.opened", invitation)


def named_by(request: HttpRequest) -> Invitation | None:
    """The invitation of the link that the browser came by, the code still to be entered or not."""
    known = request.session.get(SESSION_KEY)
    if not known:
        return None
    found = Invitation.objects.select_related(
        "interview__application__candidate",
        "interview__application__job",
        "interview__consent",
        "contact",
        "slot",
    )
    invitation = found.filter(token_sha256=known).first()
    return invitation if invitation is not None and invitation.may_enter else None


def code_is_due(request: HttpRequest, invitation: Invitation) -> bool:
    return invitation.code_asked and request.session.get(CODE_KEY) != invitation.token_sha256


def note_code(request: HttpRequest, invitation: Invitation) -> None:
    """The right code was entered in this browser."""
    request.session.cycle_key()
    request.session[CODE_KEY] = invitation.token_sha256
    note_opened(invitation)


def invitation_of(request: HttpRequest) -> Invitation | None:
    """The invitation that the browser came in by, where it still holds and its code was entered."""
    invitation = named_by(request)
    return None if invitation is None or code_is_due(request, invitation) else invitation


def language_of(request: HttpRequest, invitation: Invitation) -> str:
    """What the candidate chose in this browser; the invitation's before."""
    chosen = request.session.get(LANGUAGE_KEY)
    return chosen if chosen in dict(LANGUAGES) else invitation.language


def invited(view: View) -> View:
    """For whoever came by a link; the view gets the invitation. Anybody else gets 404.

    Pages are in the candidate's language and zone, whoever else is signed in in the same browser.
    """

    @wraps(view)
    def checked(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        invitation = named_by(request)
        if invitation is None:
            raise Http404
        if code_is_due(request, invitation):
            return redirect("candidate:code")
        return in_own_language(request, invitation, view, *args, **kwargs)

    return checked


def in_own_language(
    request: HttpRequest, invitation: Invitation, view: View, *args: Any, **kwargs: Any
) -> HttpResponseBase:
    """Call the view in the candidate's language and zone."""
    language = language_of(request, invitation)
    with translation.override(language), timezone.override(zone_of(invitation.zone)):
        request.LANGUAGE_CODE = language
        request.invitation = invitation  # type: ignore[attr-defined]  # for the base page
        response = view(request, invitation, *args, **kwargs)
        response.headers.setdefault("Content-Language", language)
    return response


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
