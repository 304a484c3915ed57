from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.utils import timezone, translation

from interview_analysis.web.site.zones import zone_of

Handler = Callable[[HttpRequest], HttpResponse]


def own_language_and_zone(get_response: Handler) -> Handler:
    """Pages in the language and times in the zone of the person who reads them."""

    def handle(request: HttpRequest) -> HttpResponse:
        user = request.user
        if not user.is_authenticated:
            return get_response(request)
        if user.language:
            translation.activate(user.language)
            request.LANGUAGE_CODE = translation.get_language() or "en"
        with timezone.override(zone_of(user.zone)):
            return get_response(request)

    return handle
