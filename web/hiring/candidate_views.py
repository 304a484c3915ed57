from __future__ import annotations

import mimetypes
import uuid

from django.conf import settings
from django.contrib import messages
from django.core.paginator import Paginator
from django.db import transaction
from django.db.models import Q
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import gettext as _

from interview_analysis.web.hiring.forms import ApplicationForm, CandidateForm, NoteForm
from interview_analysis.web.hiring.models import Application, Candidate
from interview_analysis.web.people.models import STAFF
from interview_analysis.web.privacy.trail import record
from interview_analysis.web.site import store
from interview_analysis.web.site.files import file_response
from interview_analysis.web.site.permissions import for_roles, signed_in

PAGE = 50


@for_roles(*STAFF)
def candidates(request: HttpRequest) -> HttpResponse:
    found = Candidate.objects.visible_to(signed_in(request)).prefetch_related("applications__job")
    overdue = Candidate.objects.visible_to(signed_in(request)).filter(keep_until__lt=timezone.localdate())
    only_overdue = request.GET.get("overdue") == "1"
    if only_overdue:
        found = found.filter(pk__in=overdue)
    words = request.GET.get("q", "").strip()
    if words:
        found = found.filter(Q(name__icontains=words) | Q(email__icontains=words))
    page = Paginator(found, PAGE).get_page(request.GET.get("page"))
    return render(
        request,
        "hiring/candidates.html",
        {
            "page": page,
            "q": words,
            "query": ("overdue=1&" if only_overdue else "")
            + (f"{urlencode({'q': words})}&" if words else ""),
            "overdue": overdue.count(),
            "only_overdue": only_overdue,
        },
    )


@for_roles(*STAFF)
def new(request: HttpRequest) -> HttpResponse:
    """A candidate, with an application where a job is chosen."""
    user = signed_in(request)
    form = CandidateForm(request.POST or None, request.FILES or None)
    apply = ApplicationForm(
        request.POST or None, prefix="apply", use_required_attribute=False,
        initial={"job": request.GET.get("job")},
    )  # fmt: skip
    apply.fields["job"].required = False
    if request.method == "POST" and form.is_valid() and apply.is_valid():
        with transaction.atomic():
            form.instance.created_by = user
            person = form.save()
            _keep_resume(person, form.cleaned_data["resume_file"])
            record(user, "candidate.made", person)
            job = apply.cleaned_data["job"]
            if job is not None:
                made = Application.objects.create(candidate=person, job=job, stage=job.stages.first())
                record(user, "application.made", made, job=job.pk)
        return redirect("hiring:candidate", person.pk)
    return render(request, "hiring/edit_candidate.html", {"form": form, "apply": apply, "person": None})


@for_roles(*STAFF)
def edit(request: HttpRequest, pk: int) -> HttpResponse:
    user = signed_in(request)
    person = get_object_or_404(Candidate.objects.visible_to(user), pk=pk)
    form = CandidateForm(request.POST or None, request.FILES or None, instance=person)
    if request.method == "POST" and form.is_valid():
        with transaction.atomic():
            form.save()
            _keep_resume(person, form.cleaned_data["resume_file"])
            record(user, "candidate.changed", person, fields=form.changed_data)
        return redirect("hiring:candidate", person.pk)
    return render(request, "hiring/edit_candidate.html", {"form": form, "apply": None, "person": person})


def _keep_resume(person: Candidate, file: object) -> None:
    """Under a name that tells nothing; the old one goes once the new one is there."""
    from django.core.files.uploadedfile import UploadedFile

    if not isinstance(file, UploadedFile) or not file.name:
        return
    suffix = "." + file.name.rpartition(".")[2].lower()
    name = f"resume-{uuid.uuid4().hex}{suffix}"
    target = settings.HOME.files / name
    aside = target.with_suffix(".partial")
    with aside.open("wb") as out:
        for chunk in file.chunks():
            out.write(chunk)
    aside.chmod(0o600)
    aside.replace(target)
    store.put(target)
    old, person.resume, person.resume_name = person.resume, name, file.name[:200]
    person.save()
    if old:
        transaction.on_commit(lambda: store.delete(settings.HOME.files / old))


@for_roles(*STAFF)
def resume(request: HttpRequest, pk: int) -> HttpResponseBase:
    """As a download, never shown in the page: what people upload may hold anything."""
    user = signed_in(request)
    person = get_object_or_404(Candidate.objects.visible_to(user), pk=pk)
    path = settings.HOME.files / person.resume
    if not person.resume or not store.exists(path):
        raise Http404
    record(user, "candidate.resume_seen", person)
    kind = mimetypes.guess_type(person.resume)[0] or "application/octet-stream"
    return file_response(person.resume, kind, download_as=person.resume_name)


@for_roles(*STAFF)
def candidate(request: HttpRequest, pk: int) -> HttpResponse:
    """A person with their applications, and one more where a job is chosen."""
    user = signed_in(request)
    person = get_object_or_404(Candidate.objects.visible_to(user), pk=pk)
    form = ApplicationForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        job = form.cleaned_data["job"]
        with transaction.atomic():
            made, is_new = Application.objects.get_or_create(
                candidate=person, job=job, defaults={"stage": job.stages.first()}
            )
            if is_new:
                record(user, "application.made", made, job=job.pk)
        return redirect("hiring:application", made.pk)
    applications = person.applications.select_related("job", "stage")
    return render(
        request, "hiring/candidate.html", {"person": person, "applications": applications, "form": form}
    )


@for_roles(*STAFF)
def application(request: HttpRequest, pk: int) -> HttpResponse:
    """One application: its stage and state, interviews, notes among staff."""
    user = signed_in(request)
    found = get_object_or_404(
        Application.objects.visible_to(user).select_related("candidate", "job", "stage"), pk=pk
    )
    form = NoteForm(request.POST if "text" in request.POST else None)
    if request.method == "POST":
        with transaction.atomic():
            if "text" in request.POST and form.is_valid():
                form.instance.application, form.instance.author = found, user
                form.save()
                record(user, "application.note_added", found)
                return redirect("hiring:application", found.pk)
            if "stage" in request.POST:
                stage = get_object_or_404(found.job.stages, pk=request.POST["stage"] or 0)
                state = request.POST.get("state", found.state)
                if state not in Application.State.values:
                    raise Http404
                before = {"stage": found.stage_id, "state": found.state}
                found.stage, found.state = stage, state
                found.save()
                record(user, "application.moved", found, before=before, stage=stage.pk, state=state)
                messages.success(request, _("Saved."))
                return redirect("hiring:application", found.pk)
    return render(
        request,
        "hiring/application.html",
        {
            "application": found,
            "stages": found.job.stages.all(),
            "states": Application.State.choices,
            "interviews": found.interviews.all(),
            "notes": found.notes.select_related("author"),
            "form": form,
        },
    )
