"""Who may open a page. What of it they see is decided in the query, by `visible_to` of each model."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponseBase

from interview_analysis.web.people.models import Role, User

View = Callable[..., HttpResponseBase]


def signed_in(request: HttpRequest) -> User:
    """Who is signed in, where the page is for people who are."""
    assert isinstance(request.user, User)
    return request.user


def for_roles(*roles: Role) -> Callable[[View], View]:
    """Only these roles; anybody else who is signed in gets 404, as for a page that does not exist."""

    def decorate(view: View) -> View:
        @login_required
        @wraps(view)
        def checked(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            if not signed_in(request).may(*roles):
                raise Http404
            return view(request, *args, **kwargs)

        checked.roles = roles  # type: ignore[attr-defined]
        return checked

    return decorate
