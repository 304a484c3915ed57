from __future__ import annotations

from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render

from interview_analysis.web.exchange import exports
from interview_analysis.web.hiring.models import Job
from interview_analysis.web.people.models import STAFF, Role
from interview_analysis.web.privacy.trail import record
from interview_analysis.web.site.permissions import for_roles, signed_in

_MAY = (*STAFF, Role.DATA_SCIENTIST)


@for_roles(*_MAY)
def page(request: HttpRequest, pk: int) -> HttpResponse:
    """The tables of a job that can be taken away."""
    user = signed_in(request)
    job = get_object_or_404(Job.objects.visible_to(user), pk=pk)
    context = {"job": job, "tables": exports.TABLES, "formats": exports.FORMATS}
    return render(request, "exchange/exports.html", context | {"named": exports.with_names(user)})


@for_roles(*_MAY)
def export(request: HttpRequest, pk: int, name: str, kind: str) -> HttpResponse:
    """A table as a file: with names for staff, with pseudonyms for data scientists."""
    user = signed_in(request)
    job = get_object_or_404(Job.objects.visible_to(user), pk=pk)
    if name not in exports.TABLES or kind not in exports.FORMATS:
        raise Http404
    with transaction.atomic():
        found = exports.table(name, job, user)
        named = exports.with_names(user)
        record(user, "job.exported", job, table=name, format=kind, rows=len(found), names=named)
    answer = HttpResponse(exports.file_of(found, kind), content_type=exports.FORMATS[kind])
    answer["Content-Disposition"] = f'attachment; filename="job-{job.pk}-{name}.{kind}"'
    answer["Cache-Control"] = "private, no-store"
    return answer
