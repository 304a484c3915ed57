"""What recruiters set for a whole job: rules of interviews, times to pick from, what candidates are told and agree to."""

from __future__ import annotations

from django.contrib import messages
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _

from interview_analysis.web.candidate.forms import NoticeForm, RulesForm, SlotForm
from interview_analysis.web.candidate.models import LANGUAGES, InterviewRules, Slot
from interview_analysis.web.hiring.models import Job
from interview_analysis.web.people.models import STAFF, User
from interview_analysis.web.privacy import notices
from interview_analysis.web.privacy.trail import record
from interview_analysis.web.site.permissions import for_roles, signed_in


@for_roles(*STAFF)
def rules(request: HttpRequest, pk: int) -> HttpResponse:
    """Times, retakes and reminders of a job's interviews, each with why it starts as it does."""
    user = signed_in(request)
    job = get_object_or_404(Job.objects.visible_to(user), pk=pk)
    form = RulesForm(request.POST or None, instance=InterviewRules.of(job))
    if request.method == "POST" and form.is_valid():
        with transaction.atomic():
            form.save()
            record(user, "job.interview_rules_changed", job, fields=form.changed_data)
        messages.success(request, _("Saved. Invitations that were made before keep theirs."))
        return redirect("hiring:job", job.pk)
    return render(request, "candidate/rules.html", {"job": job, "form": form})


@for_roles(*STAFF)
def slots(request: HttpRequest, pk: int) -> HttpResponse:
    """Times of the job that candidates pick from."""
    user = signed_in(request)
    job = get_object_or_404(Job.objects.visible_to(user), pk=pk)
    adding = request.POST.get("do") == "add"
    form = SlotForm(job, user, request.POST if adding else None)
    if adding and form.is_valid():
        with transaction.atomic():
            _add(form, job, user)
        return redirect("candidate:slots", job.pk)
    if request.POST.get("do") == "remove":
        chosen = request.POST.get("slot", "")
        slot = get_object_or_404(
            Slot.objects.visible_to(user).filter(job=job), pk=int(chosen) if chosen.isdecimal() else 0
        )
        with transaction.atomic():
            removed, _rows = Slot.objects.filter(pk=slot.pk, taken=0).delete()
            if removed:
                record(user, "slot.removed", slot, job=job.pk)
            else:
                messages.error(request, _("Somebody picked this time. Change that invitation first."))
        return redirect("candidate:slots", job.pk)
    ahead = (
        Slot.objects.visible_to(user)
        .filter(job=job, starts_at__gt=timezone.now())
        .select_related("interviewer")
    )
    ahead = ahead.prefetch_related("invitations__interview__application__candidate")
    return render(
        request, "candidate/slots.html", {"job": job, "form": form, "slots": ahead[:500]},
        status=422 if adding else 200,
    )  # fmt: skip


def _add(form: SlotForm, job: Job, user: User) -> None:
    data = form.cleaned_data
    made = Slot.objects.bulk_create(
        Slot(
            job=job, interviewer=data["interviewer"], starts_at=start, minutes=data["minutes"], zone=data["zone"],
            places=data["places"], created_by=user,
        )
        for start in data["starts"]
    )  # fmt: skip
    record(user, "slots.added", job, count=len(made))


@for_roles(*STAFF)
def company_notice(request: HttpRequest, language: str) -> HttpResponse:
    """The company's own text, for jobs without one."""
    return _notice(request, None, language)


@for_roles(*STAFF)
def notice(request: HttpRequest, pk: int, language: str) -> HttpResponse:
    """The text of one job."""
    return _notice(request, get_object_or_404(Job.objects.visible_to(signed_in(request)), pk=pk), language)


def _notice(request: HttpRequest, job: Job | None, language: str) -> HttpResponse:
    if language not in dict(LANGUAGES):
        raise Http404
    user, job_id = signed_in(request), job.pk if job is not None else None
    now = notices.current(job_id, language)
    form = NoticeForm(
        request.POST or None, initial={"text": now.text, "agree": now.agree, "without": now.without}
    )
    if request.method == "POST" and form.is_valid():
        saved = notices.save_version(job_id, language, **form.cleaned_data, by=user)
        messages.success(request, _("Saved as version %(number)s.") % {"number": saved.number})
        return redirect(request.path)
    return render(
        request,
        "candidate/notice.html",
        {
            "job": job,
            "language": language,
            "languages": LANGUAGES,
            "form": form,
            "now": now,
            "inherited": job is not None and now.job_id is None,
            "versions": notices.versions(job_id, language),
        },
    )
