from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from interview_analysis.web.demo import company
from interview_analysis.web.people.models import Role
from interview_analysis.web.site.permissions import for_roles, signed_in


@for_roles(Role.ADMINISTRATOR)
def state(request: HttpRequest) -> HttpResponse:
    """A part of the page of people: a button that removes the company, where it is there."""
    return render(request, "demo/state.html", {"there": bool(company.people())})


@for_roles(Role.ADMINISTRATOR)
@require_POST
def remove(request: HttpRequest) -> HttpResponse:
    company.remove(signed_in(request))
    messages.success(request, _("The made-up company is gone, with all that its people made."))
    return redirect("people:list")
