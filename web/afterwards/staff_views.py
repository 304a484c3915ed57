from __future__ import annotations

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _

from interview_analysis.web.afterwards.models import Request
from interview_analysis.web.afterwards.requests import RequestError, answer
from interview_analysis.web.people.models import STAFF
from interview_analysis.web.privacy.trail import record
from interview_analysis.web.site.permissions import for_roles, signed_in

PAGE = 50


@for_roles(*STAFF)
def requests(request: HttpRequest) -> HttpResponse:
    """What candidates object to or ask for; those without an answer first, the oldest of them first."""
    found = Request.objects.visible_to(signed_in(request)).select_related(
        "interview__application__candidate", "interview__application__job"
    )
    waiting = found.filter(answered_at=None).order_by("made_at")
    answered = Paginator(found.filter(answered_at__isnull=False), PAGE).get_page(request.GET.get("page"))
    return render(request, "afterwards/requests.html", {"waiting": waiting, "page": answered})


@for_roles(*STAFF)
def request(request: HttpRequest, pk: int) -> HttpResponse:
    user = signed_in(request)
    asked = get_object_or_404(
        Request.objects.visible_to(user).select_related(
            "interview__application__candidate", "interview__application__job", "answered_by"
        ),
        pk=pk,
    )
    if request.method == "POST":
        try:
            answer(asked, user, request.POST.get("text", ""))
        except RequestError as error:
            told = {
                "text": _("Write an answer."),
                "answered": _("Somebody else has answered in the meantime; your text was not sent."),
            }
            messages.error(request, told[error.code])
            asked.refresh_from_db()
            context = {"asked": asked, "text": request.POST.get("text", "")}
            return render(request, "afterwards/request.html", context, status=409)
        messages.success(request, _("Answered. The candidate sees it on the page of the interview."))
        return redirect("afterwards:requests")
    record(user, "request.seen", asked, interview=asked.interview_id)
    return render(request, "afterwards/request.html", {"asked": asked, "text": ""})
