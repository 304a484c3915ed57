"""What a request is answered that the application could not serve: 503 while the database or the store is away, else 500."""

from __future__ import annotations

import sys

from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.template import loader
from django.utils import translation
from django.utils.translation import gettext as _

from interview_analysis.web.site.store import StoreAwayError

AWAY = (
    OperationalError,
    InterfaceError,
)  # what Django raises while a database restarts, or is busy for too long
RETRY_AFTER_S = 5


def fault(request: HttpRequest) -> HttpResponse:
    """One sentence in the reader's language, asked of nothing that may be away itself; JSON for programs."""
    error = sys.exc_info()[1]
    away = isinstance(error, (*AWAY, StoreAwayError))
    with translation.override(translation.get_language_from_request(request)):
        told = _told(error)
        status = 503 if away else 500
        if "text/html" in request.headers.get("Accept", ""):
            page = loader.render_to_string("fault.html", {"told": told})
            answer = HttpResponse(page, status=status)
        else:
            code = "fault" if not away else getattr(error, "code", "database")
            answer = JsonResponse({"error": told, "detail": told, "code": code}, status=status)
    if away:
        answer["Retry-After"] = str(RETRY_AFTER_S)
    return answer


def _told(error: BaseException | None) -> str:
    if isinstance(error, StoreAwayError):
        return _(
            "The files cannot be reached at the moment. What you just sent may not be saved; try again soon."
        )
    if isinstance(error, AWAY):
        return _(
            "The database cannot be reached at the moment. What you just sent may not be saved; try again soon."
        )
    return _("A fault of the program. It is in the log; go back and try again, or report it.")
