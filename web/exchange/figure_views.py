from __future__ import annotations

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from interview_analysis.errors import OutputError
from interview_analysis.web.exchange.figures import champions
from interview_analysis.web.hiring.models import Job
from interview_analysis.web.people.models import STAFF, Role
from interview_analysis.web.review.consensus import agreements
from interview_analysis.web.review.models import Scorecard
from interview_analysis.web.site.permissions import for_roles, signed_in

PAGE = 10


@for_roles(*STAFF, Role.DATA_SCIENTIST)
def figures(request: HttpRequest) -> HttpResponse:
    """The agreement of raters of each job that has scorecards, and a place for the champion's figures."""
    rated = Scorecard.objects.filter(submitted_at__isnull=False).values("interview__application__job")
    jobs = Job.objects.visible_to(signed_in(request)).filter(pk__in=rated)
    page = Paginator(jobs, PAGE).get_page(request.GET.get("page"))
    agreed = agreements(list(page))
    context = {"page": page, "rows": [(j, agreed[j.pk]) for j in page]}
    return render(request, "exchange/figures.html", context)


@for_roles(*STAFF, Role.DATA_SCIENTIST)
def champions_figures(request: HttpRequest) -> HttpResponse:
    """The champion's figures, for the page of figures, which does not wait for MLflow."""
    fault = ""
    try:
        found = champions()
    except OutputError as error:
        found, fault = (), str(error)
    return render(request, "exchange/_champions.html", {"champions": found, "fault": fault})
