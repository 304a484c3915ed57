"""Who may open a page. What of it they see is decided in the query, by `visible_to` of each model."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any
from urllib.parse import urlsplit

from django.contrib.auth.views import redirect_to_login
from django.http import Http404, HttpRequest, HttpResponseBase
from django.utils.http import url_has_allowed_host_and_scheme

from interview_analysis.web.people.models import Role, User

View = Callable[..., HttpResponseBase]


def signed_in(request: HttpRequest) -> User:
    """Who is signed in, where the page is for people who are."""
    assert isinstance(request.user, User)
    return request.user


def for_roles(*roles: Role) -> Callable[[View], View]:
    """Only these roles; anybody else who is signed in gets 404, as for a page that does not exist.

    Whoever is not signed in signs in first, and then comes to this page, or to the one with the form that was sent.
    """

    def decorate(view: View) -> View:
        @wraps(view)
        def checked(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            if not request.user.is_authenticated:
                return redirect_to_login(_back(request))
            if not signed_in(request).may(*roles):
                raise Http404
            return view(request, *args, **kwargs)

        checked.roles = roles  # type: ignore[attr-defined]
        return checked

    return decorate


def _back(request: HttpRequest) -> str:
    """Many forms are sent to addresses that are no pages; a reader comes back to the form."""
    came_from = request.headers.get("Referer", "")
    if request.method != "GET" and url_has_allowed_host_and_scheme(came_from, {request.get_host()}):
        parts = urlsplit(came_from)
        return f"{parts.path}?{parts.query}" if parts.query else parts.path
    return request.get_full_path()
