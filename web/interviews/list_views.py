from __future__ import annotations

import base64

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _

from interview_analysis.web.hiring.csv_lists import ListForm
from interview_analysis.web.interviews import recording_list
from interview_analysis.web.people.models import STAFF
from interview_analysis.web.site.permissions import for_roles, signed_in


@for_roles(*STAFF)
def recordings_with_a_list(request: HttpRequest) -> HttpResponse:
    """A preview of what a list would make, with every mistake; then the interviews, and the place to drop all files on."""
    user = signed_in(request)
    form = ListForm(request.POST or None, request.FILES or None)
    context: dict[str, object] = {"form": form, "columns": recording_list.COLUMNS}
    sent = form.data_of() if request.method == "POST" and form.is_valid() else None
    if sent is None:
        if form.is_bound:
            form.add_error("file", _("Choose a file."))
        return render(request, "interviews/with_a_list.html", context)
    plan = recording_list.read(*sent, user)
    context |= {"plan": plan, "content": base64.b64encode(sent[0]).decode() if not plan.mistakes else ""}
    if "make" in request.POST and not plan.mistakes:
        recording_list.make(plan, user)
        context["targets"] = {
            row.file: reverse("interviews:begin_upload", args=[row.interview.pk]) for row in plan.rows if row.interview
        }  # fmt: skip
    return render(request, "interviews/with_a_list.html", context, status=422 if plan.mistakes else 200)
