from __future__ import annotations

from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.core.paginator import Paginator
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from interview_analysis.web.hiring.models import Application
from interview_analysis.web.interviews.forms import ConsentForm, InterviewForm, RatersForm
from interview_analysis.web.interviews.models import Assignment, Interview, Recording
from interview_analysis.web.interviews.playing import played
from interview_analysis.web.interviews.transcripts import bare, give
from interview_analysis.web.people.models import RATERS, STAFF
from interview_analysis.web.privacy.trail import record
from interview_analysis.web.site import store
from interview_analysis.web.site.permissions import for_roles, signed_in

PAGE = 50


@for_roles(*RATERS)
def interviews(request: HttpRequest) -> HttpResponse:
    user = signed_in(request)
    found = Interview.objects.visible_to(user).select_related(
        "application__candidate", "application__job", "stage"
    )
    mine = request.GET.get("mine") == "1" or not user.may(*STAFF)
    if mine:
        found = found.filter(assignments__rater=user)
    page = Paginator(found, PAGE).get_page(request.GET.get("page"))
    submitted = set(
        user.scorecards.filter(interview__in=[i.pk for i in page], submitted_at__isnull=False).values_list(
            "interview", flat=True
        )
    )
    return render(
        request,
        "interviews/list.html",
        {
            "page": page,
            "mine": mine,
            "submitted": submitted,
            "staff": user.may(*STAFF),
            "query": "mine=1&" if mine else "",
        },
    )


@for_roles(*STAFF)
def new(request: HttpRequest, pk: int) -> HttpResponse:
    """An interview with the candidate's consent; recordings come next."""
    user = signed_in(request)
    application = get_object_or_404(Application.objects.visible_to(user), pk=pk)
    form = InterviewForm(application, request.POST or None)
    agreed = ConsentForm(request.POST or None)
    if request.method == "POST" and form.is_valid() and agreed.is_valid():
        with transaction.atomic():
            agreed.instance.candidate, agreed.instance.entered_by = application.candidate, user
            given = agreed.save()
            record(user, "consent.entered", given, how=given.how, analysis=given.analysis)
            form.instance.application, form.instance.created_by, form.instance.consent = (
                application,
                user,
                given,
            )
            made = form.save()
            record(user, "interview.made", made, application=application.pk)
        return redirect("interviews:interview", made.pk)
    return render(
        request, "interviews/new.html", {"form": form, "consent": agreed, "application": application}
    )


@for_roles(*RATERS)
def interview(request: HttpRequest, pk: int) -> HttpResponse:
    """Recordings, who rates, and the doors to review and analysis."""
    user = signed_in(request)
    found = get_object_or_404(
        Interview.objects.visible_to(user).select_related(
            "application__candidate", "application__job", "consent"
        ),
        pk=pk,
    )
    return render(
        request,
        "interviews/interview.html",
        {
            "interview": found,
            "recordings": found.recordings.all(),
            "bare": bare(found),
            "assignments": found.assignments.select_related("rater"),
            "is_rater": found.assignments.filter(rater=user).exists(),
            "staff": user.may(*STAFF),
        },
    )


@for_roles(*STAFF)
def consent(request: HttpRequest, pk: int) -> HttpResponse:
    user = signed_in(request)
    found = get_object_or_404(Interview.objects.visible_to(user), pk=pk)
    form = ConsentForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        with transaction.atomic():
            form.instance.candidate, form.instance.entered_by = found.application.candidate, user
            found.consent = form.save()
            found.save()
            record(
                user, "consent.entered", found.consent, how=found.consent.how, analysis=found.consent.analysis
            )
        return redirect("interviews:interview", found.pk)
    return render(request, "interviews/consent.html", {"form": form, "interview": found})


@for_roles(*STAFF)
def raters(request: HttpRequest, pk: int) -> HttpResponse:
    """Who rates. Whoever has submitted a scorecard stays."""
    user = signed_in(request)
    found = get_object_or_404(Interview.objects.visible_to(user), pk=pk)
    now = {a.rater_id for a in found.assignments.all()}
    form = RatersForm(request.POST or None, initial={"raters": list(now)})
    if request.method == "POST" and form.is_valid():
        wanted = {rater.pk for rater in form.cleaned_data["raters"]}
        fixed = set(found.scorecards.filter(submitted_at__isnull=False).values_list("rater", flat=True))
        with transaction.atomic():
            found.assignments.filter(rater__in=now - wanted - fixed).delete()
            Assignment.objects.bulk_create(
                Assignment(interview=found, rater_id=rater, assigned_by=user)
                for rater in sorted(wanted - now)
            )
            record(
                user,
                "interview.raters_changed",
                found,
                added=sorted(wanted - now),
                removed=sorted(now - wanted - fixed),
            )
        if fixed - wanted:
            messages.warning(request, _("Whoever has submitted a scorecard stays."))
        return redirect("interviews:interview", found.pk)
    return render(request, "interviews/raters.html", {"form": form, "interview": found})


@for_roles(*RATERS)
def play(request: HttpRequest, key: UUID) -> HttpResponse:
    """The copy for playing, in ranges. The first look of a person at a recording is written to the trail."""
    user = signed_in(request)
    found = get_object_or_404(Recording.objects.visible_to(user), key=key)
    if request.headers.get("Range", "bytes=0-").startswith("bytes=0-"):
        record(user, "recording.played", found)
    return played(found)


@for_roles(*STAFF)
@require_POST
def give_transcript(request: HttpRequest, key: UUID) -> HttpResponse:
    """Say which recording of the same interview an uploaded transcript is of."""
    user = signed_in(request)
    transcript = get_object_or_404(
        Recording.objects.visible_to(user).filter(kind=Recording.Kind.TRANSCRIPT), key=key
    )
    wanted = request.POST.get("recording", "")
    recording = get_object_or_404(bare(transcript.interview), pk=int(wanted) if wanted.isdecimal() else 0)
    give(recording, transcript, user)
    return redirect("interviews:interview", recording.interview_id)


@for_roles(*STAFF)
@require_POST
def remove(request: HttpRequest, key: UUID) -> HttpResponse:
    """Remove a recording with its files; its number and hash stay in the trail."""
    user = signed_in(request)
    found = get_object_or_404(Recording.objects.visible_to(user), key=key)
    interview_id = found.interview_id
    with transaction.atomic():
        record(user, "recording.removed", found, interview=interview_id, sha256=found.sha256)
        names = [name for name in (found.original, found.playable, found.transcript) if name]
        found.delete()
        transaction.on_commit(lambda: _unlink(names))
    return redirect("interviews:interview", interview_id)


def _unlink(names: list[str]) -> None:
    store.delete(*(settings.HOME.files / name for name in names))
