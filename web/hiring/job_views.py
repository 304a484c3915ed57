from __future__ import annotations

from functools import cache

from django.contrib import messages
from django.core.paginator import Paginator
from django.db import transaction
from django.db.models import Count, Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _

from interview_analysis.errors import InterviewAnalysisError
from interview_analysis.pipeline.job.parser import load_library
from interview_analysis.scoring.profile import JobProfile
from interview_analysis.web.hiring.editing import edited
from interview_analysis.web.hiring.forms import NewJobForm, RulesForm, StageForm
from interview_analysis.web.hiring.models import Application, Job, Stage
from interview_analysis.web.hiring.profiles import (
    OutdatedError,
    parse_description,
    profile_of,
    read_profile,
    save_version,
)
from interview_analysis.web.hiring.stages import add_usual_stages
from interview_analysis.web.hiring.templatetags.hiring import own
from interview_analysis.web.hiring.words import description_fault
from interview_analysis.web.people.models import STAFF, Role
from interview_analysis.web.privacy.trail import record
from interview_analysis.web.site.permissions import for_roles, signed_in

PAGE = 50


_library = cache(load_library)


@for_roles(*STAFF, Role.DATA_SCIENTIST)
def jobs(request: HttpRequest) -> HttpResponse:
    found = Job.objects.visible_to(signed_in(request))
    words = request.GET.get("q", "").strip()
    if words:
        found = found.filter(name__icontains=words)
    found = found.annotate(
        active=Count("applications", filter=Q(applications__state=Application.State.ACTIVE))
    ).order_by("-open", "-created_at")
    page = Paginator(found, PAGE).get_page(request.GET.get("page"))
    return render(
        request, "hiring/jobs.html", {"page": page, "q": words, "query": f"q={words}&" if words else ""}
    )


@for_roles(*STAFF)
def new(request: HttpRequest) -> HttpResponse:
    """A job from a description, or from a profile in YAML; the editor follows."""
    form = NewJobForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        file, text = form.cleaned_data["file"], form.cleaned_data["text"]
        content, name = (file.read(), file.name) if file else (text.encode(), "description.txt")
        try:
            parsed = (
                read_profile(content.decode("utf-8", "replace"), name)
                if name.lower().endswith((".yaml", ".yml"))
                else parse_description(content, name)
            )
        except InterviewAnalysisError as error:
            form.add_error("file" if file else "text", description_fault(error))
        else:
            description = "" if file else text
            return redirect("hiring:profile", _make_job(request, parsed, description).pk)
    return render(request, "hiring/new_job.html", {"form": form})


@transaction.atomic
def _make_job(request: HttpRequest, parsed: JobProfile, description: str) -> Job:
    user = signed_in(request)
    job = Job.objects.create(name=(parsed.name.zh or parsed.name.en or parsed.id)[:200], created_by=user)
    add_usual_stages(job)
    record(user, "job.made", job)
    save_version(job, parsed, user, description=description)
    return job


@for_roles(*STAFF, Role.DATA_SCIENTIST)
def job(request: HttpRequest, pk: int) -> HttpResponse:
    """A job with its profile, stages and, for staff, its applications."""
    user = signed_in(request)
    found = get_object_or_404(Job.objects.visible_to(user), pk=pk)
    applications = Application.objects.visible_to(user).filter(job=found).select_related("candidate", "stage")
    page = Paginator(applications, PAGE).get_page(request.GET.get("page"))
    latest = found.profile
    return render(
        request,
        "hiring/job.html",
        {
            "job": found,
            "page": page,
            "staff": user.may(*STAFF),
            "stages": found.stages.all(),
            "versions": found.profiles.select_related("created_by")[:20],
            "profile": profile_of(latest) if latest else None,
        },
    )


@for_roles(*STAFF)
def rules(request: HttpRequest, pk: int) -> HttpResponse:
    """Who sees what when, and how scores are merged."""
    user = signed_in(request)
    found = get_object_or_404(Job.objects.visible_to(user), pk=pk)
    form = RulesForm(request.POST or None, instance=found)
    if request.method == "POST" and form.is_valid():
        with transaction.atomic():
            form.save()
            record(user, "job.rules_changed", found, fields=form.changed_data)
        messages.success(request, _("Saved."))
        return redirect("hiring:job", found.pk)
    return render(request, "hiring/rules.html", {"form": form, "job": found})


@for_roles(*STAFF)
def stages(request: HttpRequest, pk: int) -> HttpResponse:
    """Rename, add, move and remove the stages of a job. One that applications stand in stays."""
    user = signed_in(request)
    found = get_object_or_404(Job.objects.visible_to(user), pk=pk)
    form = StageForm(request.POST if request.POST.get("do") == "add" else None)
    if request.method == "POST":
        with transaction.atomic():
            if request.POST.get("do") == "add":
                if form.is_valid():
                    form.instance.job = found
                    form.instance.order = found.stages.count() + 1
                    form.save()
            else:
                _change_stage(request, found)
            if not form.errors:
                record(user, "job.stages_changed", found)
                return redirect("hiring:stages", found.pk)
    return render(request, "hiring/stages.html", {"form": form, "job": found, "stages": found.stages.all()})


def _change_stage(request: HttpRequest, job: Job) -> None:
    stage = get_object_or_404(Stage, job=job, pk=request.POST.get("stage") or 0)
    what = request.POST.get("do")
    if what == "rename":
        edit = StageForm(request.POST, instance=stage)
        if edit.is_valid():
            edit.save()
        else:
            messages.error(request, _("A stage needs a name in both languages."))
    elif what == "remove":
        if stage.applications.exists():
            messages.error(request, _("Applications stand in this stage; move them first."))
        else:
            stage.delete()
    elif what == "up":
        before = job.stages.filter(order__lt=stage.order).last()
        if before is not None:
            before.order, stage.order = stage.order, before.order
            before.save()
            stage.save()


@for_roles(*STAFF)
def profile(request: HttpRequest, pk: int) -> HttpResponse:
    """The editor. Saving makes a new version; nothing is lost where somebody else saved one in the meantime."""
    user = signed_in(request)
    found = get_object_or_404(Job.objects.visible_to(user), pk=pk)
    latest = found.profile
    based_on = latest
    if request.method == "POST" and str(request.POST.get("based_on", "")).isdigit():
        based_on = found.profiles.filter(number=int(request.POST["based_on"])).first() or latest
    shown = profile_of(based_on) if based_on else None
    fault, conflict, status = "", None, 200
    if request.method == "POST" and based_on is not None and shown is not None:
        try:
            changed = edited(shown, request.POST)
            expected = None if "take_mine" in request.POST else based_on.number
            version = save_version(
                found, changed, user, request.POST.get("note", "")[:200], based_on=expected
            )
        except OutdatedError as outdated:
            conflict, shown, status = outdated.latest, changed, 409
        except InterviewAnalysisError as error:
            fault, status = str(error), 422
        else:
            if version.number == based_on.number:
                messages.info(
                    request, _("Nothing was changed; version %(number)s stays.") % {"number": version.number}
                )
            else:
                messages.success(request, _("Saved as version %(number)s.") % {"number": version.number})
            return redirect("hiring:profile" if request.POST.get("add") else "hiring:job", found.pk)
    taken = {d.id for d in shown.dimensions} if shown else set()
    return render(
        request,
        "hiring/profile.html",
        {
            "job": found,
            "profile": shown,
            "posted": request.POST if fault else {},
            "based_on": based_on,
            "fault": fault,
            "conflict": conflict,
            "library": sorted(
                (c for c in _library() if c.id not in taken), key=lambda c: _as_read(own(c.name))
            ),
        },
        status=status,
    )


def _as_read(name: str) -> bytes:
    """Sorts names as readers look for them: GB18030 has the common Chinese characters by their sound."""
    return name.casefold().encode("gb18030", "replace")


@for_roles(*STAFF)
def profile_yaml(request: HttpRequest, pk: int, number: int) -> HttpResponse:
    """A version as a file for the command line."""
    found = get_object_or_404(Job.objects.visible_to(signed_in(request)), pk=pk)
    version = get_object_or_404(found.profiles, number=number)
    answer = HttpResponse(version.yaml, content_type="application/yaml; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="job-{found.pk}-v{number}.yaml"'
    return answer
