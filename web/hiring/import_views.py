from __future__ import annotations

import base64

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from interview_analysis.web.hiring import candidate_import
from interview_analysis.web.hiring.csv_lists import ListForm
from interview_analysis.web.hiring.models import Job
from interview_analysis.web.people.models import STAFF
from interview_analysis.web.site.permissions import for_roles, signed_in

_SHOWN = 200


class ImportForm(ListForm):
    job = forms.ModelChoiceField(
        Job.objects.none(),
        label=gettext_lazy("Job of those whose row names none"),
        required=False,
        empty_label="—",
    )


@for_roles(*STAFF)
def import_candidates(request: HttpRequest) -> HttpResponse:
    """A preview of what a file would make, with every mistake; a second step makes it."""
    user = signed_in(request)
    form = ImportForm(request.POST or None, request.FILES or None)
    form.fields["job"].queryset = Job.objects.visible_to(user).filter(open=True)  # type: ignore[attr-defined]
    context: dict[str, object] = {"form": form, "columns": candidate_import.COLUMNS}
    if request.method != "POST" or not form.is_valid():
        return render(request, "hiring/import.html", context)
    sent = form.data_of()
    if sent is None:
        form.add_error("file", _("Choose a file."))
        return render(request, "hiring/import.html", context)
    plan = candidate_import.read(*sent, form.cleaned_data["job"], user)
    if "make" in request.POST and not plan.mistakes:
        try:
            people, applications = candidate_import.make(plan, user)
        except candidate_import.ImportedBeforeError:
            messages.warning(request, _("This file was imported before; nothing was made again."))
        else:
            text = _("Made: %(people)s candidates, %(applications)s applications.")
            messages.success(request, text % {"people": people, "applications": applications})
        return redirect("hiring:candidates")
    context |= {
        "plan": plan,
        "rows": plan.rows[:_SHOWN],
        "content": base64.b64encode(sent[0]).decode() if not plan.mistakes else "",
        "job": form.cleaned_data["job"],
    }
    return render(request, "hiring/import.html", context, status=422 if plan.mistakes else 200)
