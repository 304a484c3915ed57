"""What recruiters do with one candidate's invitation."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.contrib import messages
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import override
from django.views.decorators.http import require_POST

from interview_analysis.scoring.profile import JobProfile
from interview_analysis.web.candidate import inviting, questions
from interview_analysis.web.candidate.access import link_of
from interview_analysis.web.candidate.forms import (
    ExtraForm,
    InvitationForm,
    WindowForm,
    WordsForm,
    faults,
    usual_window,
    window_of,
)
from interview_analysis.web.candidate.models import LANGUAGES, Invitation, Question
from interview_analysis.web.candidate.questions import QuestionError, media_type
from interview_analysis.web.candidate.words import invitation_fault, question_fault
from interview_analysis.web.hiring.models import Application, Job
from interview_analysis.web.hiring.profiles import profile_of
from interview_analysis.web.messages.reach import preference
from interview_analysis.web.people.models import STAFF, User
from interview_analysis.web.privacy.trail import record
from interview_analysis.web.site.files import file_response
from interview_analysis.web.site.permissions import for_roles, signed_in


def _found(request: HttpRequest, pk: int) -> Invitation:
    seen = Invitation.objects.visible_to(signed_in(request)).select_related(
        "interview__application__candidate",
        "interview__application__job",
        "interview__consent",
        "contact",
        "slot",
    )
    return get_object_or_404(seen, pk=pk)


def _profile(job: Job) -> JobProfile | None:
    version = job.profile
    return profile_of(version) if version is not None else None


@for_roles(*STAFF)
def invite(request: HttpRequest, pk: int) -> HttpResponse:
    """Everything on one page: kind, questions, window, rules, whom to ask."""
    user = signed_in(request)
    application = get_object_or_404(
        Application.objects.visible_to(user).select_related("candidate", "job", "stage"), pk=pk
    )
    profile = _profile(application.job)
    data = request.POST if request.method == "POST" else None
    form = InvitationForm(
        application,
        data,
        initial={"title": _title(application, application.candidate.language), "contact": user.pk},
    )
    window = WindowForm(user, data, prefix="window", initial=usual_window(_zone(application, user)))
    fault, fault_at = "", "q0-text"
    if request.method == "POST":
        language = request.POST.get("language", application.candidate.language)
        rows = questions.posted(request.POST, request.FILES, {}, _names(profile, language))
        if form.is_valid() and window.is_valid():
            made = form.save(commit=False)
            times = window.cleaned_data
            made.opens_at, made.closes_at, made.zone = times["opens_at"], times["closes_at"], times["zone"]
            made.slots_until = made.closes_at if times["picks"] else None
            try:
                chosen = questions.chosen(rows)
                if made.kind == Invitation.Kind.ALONE and not chosen:
                    fault = _("An interview that is recorded alone needs a question.")
                else:
                    made = inviting.make(
                        application,
                        user,
                        made,
                        form.cleaned_data["title"],
                        chosen,
                        send_now="send" in request.POST,
                    )
                    return redirect("candidate:invitation", made.pk)
            except QuestionError as error:
                fault, fault_at = question_fault(error), f"q{error.row}-text"
        rows = questions.with_proposals(rows, profile)
    else:
        rows = questions.proposed(profile, application.candidate.language)
    context = {
        "application": application, "form": form, "window": window, "rows": rows, "fault": fault, "faults": faults(form, window),
        "fault_at": fault_at, "titles": {code: _title(application, code) for code, _name in LANGUAGES},
    }  # fmt: skip
    wrong = request.method == "POST"
    return render(request, "candidate/invite.html", context, status=422 if wrong else 200)


def _title(application: Application, language: str) -> str:
    """The stage's name in the language of the invitation, as the candidate reads it."""
    stage = application.stage
    if stage is not None:
        return stage.name_zh if language.startswith("zh") else stage.name_en
    with override(language):
        return _("Interview")


def _zone(application: Application, user: User) -> str:
    """The candidate's own where it is known, that of the last invitation, the recruiter's, else the company's."""
    known = preference(application.candidate).zone
    if known:
        return known
    last = Invitation.objects.filter(interview__application__candidate=application.candidate_id).first()
    if last is not None:
        return last.zone
    return user.zone if user.zone != "UTC" else str(settings.DEFAULT_ZONE)


def _names(profile: JobProfile | None, language: str) -> dict[str, str]:
    return {d.id: questions.own(d.name, language) for d in (profile.dimensions if profile else ())}


@for_roles(*STAFF)
def invitation(request: HttpRequest, pk: int) -> HttpResponse:
    """How far it is, and what can be done with it."""
    user, found = signed_in(request), _found(request, pk)
    return render(
        request,
        "candidate/invitation.html",
        {
            "invitation": found,
            "application": found.interview.application,
            "consent": found.interview.consent,
            "questions": found.questions.all(),
            "link": link_of(found),
            "words": WordsForm(instance=found),
            "rates": inviting.rates(user, found),
            "open": found.revoked_at is None and found.finished_at is None,
        },
    )


@for_roles(*STAFF)
@require_POST
def act(request: HttpRequest, pk: int) -> HttpResponse:
    """Send, call off, make a new link, change the contact and words."""
    user, found = signed_in(request), _found(request, pk)
    what = request.POST.get("do")
    try:
        if what == "send":
            inviting.send(found, user)
        elif what == "revoke":
            inviting.revoke(found, user)
        elif what == "renew":
            inviting.new_link(found, user)
        elif what == "words":
            _save_words(request, found, user)
        else:
            raise Http404
    except inviting.InvitationError as error:
        messages.error(request, invitation_fault(error.code))
    else:
        messages.success(request, _("Done."))
    return redirect("candidate:invitation", found.pk)


def _save_words(request: HttpRequest, found: Invitation, user: User) -> None:
    form = WordsForm(request.POST, instance=found)
    if form.is_valid() and form.has_changed():
        with transaction.atomic():
            Invitation.objects.filter(pk=found.pk).update(**form.cleaned_data)
            record(user, "invitation.words_changed", found, fields=form.changed_data)


@for_roles(*STAFF)
def window(request: HttpRequest, pk: int) -> HttpResponse:
    user, found = signed_in(request), _found(request, pk)
    form = WindowForm(user, request.POST or None, prefix="window", initial=window_of(found))
    fault = ""
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        try:
            inviting.change_window(
                found, user, data["opens_at"], data["closes_at"], data["zone"], picks=data["picks"]
            )
        except inviting.InvitationError as error:
            fault = invitation_fault(error.code)
        else:
            messages.success(request, _("Saved."))
            return redirect("candidate:invitation", found.pk)
    return render(request, "candidate/window.html", {"invitation": found, "window": form, "fault": fault})


@for_roles(*STAFF)
def change_questions(request: HttpRequest, pk: int) -> HttpResponse:
    user, found = signed_in(request), _found(request, pk)
    profile = _profile(found.interview.application.job)
    fault, rows = "", questions.kept(found, profile)
    if request.method == "POST":
        known = {q.pk: q for q in found.questions.all()}
        rows = questions.posted(request.POST, request.FILES, known, _names(profile, found.language))
        try:
            chosen = questions.chosen(rows)
            if found.kind == Invitation.Kind.ALONE and not chosen:
                fault = _("An interview that is recorded alone needs a question.")
            else:
                inviting.change_questions(found, user, chosen)
                messages.success(request, _("Saved."))
                return redirect("candidate:invitation", found.pk)
        except QuestionError as error:
            fault = question_fault(error)
        except inviting.InvitationError as error:
            fault = invitation_fault(error.code)
    context: dict[str, Any] = {"invitation": found, "rows": rows, "fault": fault}
    return render(request, "candidate/change_questions.html", context, status=422 if fault else 200)


@for_roles(*STAFF)
def extra(request: HttpRequest, pk: int) -> HttpResponse:
    """Extra time for one person. Not for whoever rates the interview."""
    user, found = signed_in(request), _found(request, pk)
    if inviting.rates(user, found):
        raise Http404
    form = ExtraForm(request.POST or None, initial={"per_cent": round(found.extra_share * 100)})
    fault = ""
    if request.method == "POST" and form.is_valid():
        try:
            inviting.give_extra(
                found, user, form.cleaned_data["per_cent"] / 100, tell=form.cleaned_data["tell"]
            )
        except inviting.InvitationError as error:
            fault = invitation_fault(error.code)
        else:
            messages.success(request, _("Saved."))
            return redirect("candidate:invitation", found.pk)
    return render(request, "candidate/extra.html", {"invitation": found, "form": form, "fault": fault})


@for_roles(*STAFF)
def spoken(request: HttpRequest, pk: int) -> HttpResponse:
    """The recording of a question, for whoever invites."""
    seen = Invitation.objects.visible_to(signed_in(request))
    question = get_object_or_404(Question.objects.filter(invitation__in=seen).exclude(spoken=""), pk=pk)
    return file_response(question.spoken, media_type(question))
