from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST

from interview_analysis.web.analysis import queue
from interview_analysis.web.analysis.models import Analysis
from interview_analysis.web.analysis.words import refusal
from interview_analysis.web.interviews.models import Interview
from interview_analysis.web.people.models import STAFF
from interview_analysis.web.site.permissions import for_roles, signed_in

PAGE, OFFERED = 50, 5  # analyses on a page; other versions of the profile, the latest first
_OPEN = (Analysis.State.WAITING, Analysis.State.RUNNING)


@for_roles(*STAFF)
def queue_page(request: HttpRequest) -> HttpResponse:
    """All analyses, the latest first; rows that wait or run bring themselves up to date."""
    found = Analysis.objects.visible_to(signed_in(request)).select_related(
        "interview__application__candidate", "interview__application__job", "profile"
    )
    page = Paginator(found, PAGE).get_page(request.GET.get("page"))
    template = "analysis/rows.html" if getattr(request, "htmx", False) else "analysis/queue.html"
    return render(request, template, {"page": page, "moving": any(a.state in _OPEN for a in page)})


@for_roles(*STAFF)
@require_POST
def request_one(request: HttpRequest, pk: int) -> HttpResponse:
    user = signed_in(request)
    interview = get_object_or_404(Interview.objects.visible_to(user), pk=pk)
    try:
        queue.request(interview, user)
    except queue.NotAllowedError as error:
        messages.error(request, refusal(error.code))
    return redirect("interviews:interview", pk)


@for_roles(*STAFF)
def state(request: HttpRequest, pk: int) -> HttpResponse:
    """The analyses of one interview, as a part of its page."""
    found = Interview.objects.visible_to(signed_in(request)).select_related("application__job")
    interview = get_object_or_404(found, pk=pk)
    analyses = list(interview.analyses.select_related("profile"))
    result = next((a for a in analyses if a.current and a.state == Analysis.State.DONE), None)
    others = interview.application.job.profiles.exclude(pk=result.profile_id) if result else ()
    return render(
        request,
        "analysis/of_interview.html",
        {
            "interview": interview,
            "analyses": analyses,
            "other_versions": others[:OFFERED],
            "moving": any(a.state in _OPEN for a in analyses),
        },
    )


@for_roles(*STAFF)
@require_POST
def cancel(request: HttpRequest, key: UUID) -> HttpResponse:
    found = get_object_or_404(Analysis.objects.visible_to(signed_in(request)), key=key)
    queue.cancel(found, signed_in(request))
    return redirect("interviews:interview", found.interview_id)


@for_roles(*STAFF)
@require_POST
def retry(request: HttpRequest, key: UUID) -> HttpResponse:
    found = get_object_or_404(Analysis.objects.visible_to(signed_in(request)), key=key)
    queue.retry(found, signed_in(request))
    return redirect("interviews:interview", found.interview_id)
