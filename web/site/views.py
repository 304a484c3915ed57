from __future__ import annotations

from django.contrib.auth.decorators import login_required
from django.db import connection
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render

from interview_analysis.web.site.context import navigation
from interview_analysis.web.site.permissions import for_roles


@login_required
def home(request: HttpRequest) -> HttpResponse:
    """The first room that the person may enter; a page that says so where there is none."""
    doors = navigation(request)["doors"]
    if isinstance(doors, tuple) and doors:
        return redirect(doors[0].url)
    return render(request, "home.html")


@for_roles()
def own_addresses(request: HttpRequest) -> HttpResponse:
    """In the place of the accounts' library's page, on which people add addresses to sign in by, and to send a new password
    to: an administrator says who signs in."""
    raise Http404


def health(request: HttpRequest) -> JsonResponse:
    """200 while the database answers; for a load balancer."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    return JsonResponse({"status": "ok"})
