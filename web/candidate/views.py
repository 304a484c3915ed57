from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from interview_analysis.web.candidate import access
from interview_analysis.web.candidate.access import invited
from interview_analysis.web.candidate.models import Invitation


def enter(request: HttpRequest, token: str) -> HttpResponse:
    """Come in by the link, and leave its address behind."""
    if access.enter(request, token) is None:
        return render(request, "candidate/closed.html", status=410)
    return redirect("candidate:home")


@invited
def home(request: HttpRequest, invitation: Invitation) -> HttpResponse:
    """The course of the interview, and the doors to what can be done now."""
    return render(request, "candidate/home.html", {"invitation": invitation})
