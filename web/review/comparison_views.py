from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render

from interview_analysis.scoring.statistics import ranking
from interview_analysis.web.hiring.models import Application, Job
from interview_analysis.web.people.models import STAFF
from interview_analysis.web.privacy.trail import record
from interview_analysis.web.review.comparison import MAX_COMPARED, compare, in_order, rated
from interview_analysis.web.site.permissions import for_roles, signed_in

LISTED = 200


@for_roles(*STAFF)
def comparison(request: HttpRequest, pk: int) -> HttpResponse:
    """The candidates of a job side by side. Who has no final rating yet is listed without numbers."""
    user = signed_in(request)
    job = get_object_or_404(Job.objects.visible_to(user), pk=pk)
    applications = Application.objects.visible_to(user).filter(job=job).select_related("candidate", "stage")
    stage, state = request.GET.get("stage", ""), request.GET.get("state", Application.State.ACTIVE)
    if _is_number(stage):
        applications = applications.filter(stage=int(stage))
    if state in Application.State.values:
        applications = applications.filter(state=state)
    chosen = [int(one) for one in request.GET.getlist("who")[:LISTED] if _is_number(one)]
    found = compare(user, job, applications.filter(pk__in=chosen) if chosen else applications)
    compared = list(found.compared) if found else []
    choice = rated(applications)
    without = applications.exclude(pk__in=choice.values("pk")).order_by("candidate__name")
    sort = request.GET.get("sort", "")
    record(user, "comparison.seen", job, interviews=[one.standing.interview.pk for one in compared])
    return render(
        request,
        "review/compare.html",
        {
            "job": job,
            "found": found,
            "compared": in_order(compared, sort),
            "places": range(1, sum(1 for one in compared if one.shares) + 1),
            "choice": choice[:LISTED],
            "chosen": chosen or [one.application.pk for one in compared],
            "without": without[:LISTED],
            "without_count": without.count(),
            "stages": job.stages.all(),
            "states": Application.State.choices,
            "stage": stage,
            "state": state,
            "sort": sort,
            "most": MAX_COMPARED,
            "holds": round(100 * ranking.HOLDS),
            "draws": ranking.DRAWS,
            "concentration": round(ranking.CONCENTRATION),
        },
    )


def _is_number(sent: str) -> bool:
    """Whether it is one that a database takes."""
    return sent.isdecimal() and len(sent) < 19
