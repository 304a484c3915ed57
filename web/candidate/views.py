"""The candidate's pages. Whoever opens them came by a link; see access.py."""

from __future__ import annotations

from django.contrib import messages
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from interview_analysis.web.candidate import access, codes, consents, course, letters, slots
from interview_analysis.web.candidate.access import invited
from interview_analysis.web.candidate.models import LANGUAGES, InterviewRules, Invitation, Slot
from interview_analysis.web.candidate.words import consent_fault, slot_fault
from interview_analysis.web.privacy.notices import paragraphs
from interview_analysis.web.privacy.observed import described
from interview_analysis.web.privacy.trail import record
from interview_analysis.web.site.limits import address_of, used_up


def enter(request: HttpRequest, token: str) -> HttpResponse:
    """Come in by the link, and leave its address behind."""
    if access.too_many_guesses(request):
        return render(request, "candidate/wait.html", status=429)
    if access.enter(request, token) is None:
        return render(request, "candidate/closed.html", status=410)
    return redirect("candidate:home")


def code(request: HttpRequest) -> HttpResponseBase:
    """The second step, where the job asks for it."""
    invitation = access.named_by(request)
    if invitation is None:
        raise Http404
    if not access.code_is_due(request, invitation):
        return redirect("candidate:home")
    return access.in_own_language(request, invitation, _code)


def _code(request: HttpRequest, invitation: Invitation) -> HttpResponse:
    fault = ""
    if request.method == "POST" and "send" in request.POST:
        if used_up("code", address_of(request), 20, 3600) or not codes.send(invitation):
            fault = _(
                "A code was sent several times already. Wait a quarter of an hour, then ask for another one."
            )
        else:
            messages.success(request, _("If we have a mail address of yours, a code is on its way to it."))
            return redirect("candidate:code")
    elif request.method == "POST":
        if codes.holds(invitation, request.POST.get("code", "")):
            access.note_code(request, invitation)
            return redirect("candidate:home")
        fault = _("This is not the code, or it is too old. After five tries a new one is needed.")
    context = {"invitation": invitation, "fault": fault, "sent": codes.is_open(invitation)}
    return render(request, "candidate/code.html", context, status=422 if fault else 200)


@invited
def home(request: HttpRequest, invitation: Invitation) -> HttpResponse:
    """The course of the interview, and the doors to what can be done now."""
    now = timezone.now()
    steps = course.steps(invitation, now)
    return render(
        request,
        "candidate/over.html" if invitation.is_over(now) else "candidate/home.html",
        {
            "invitation": invitation,
            "steps": steps,
            "now": now,
            "progress": course.door_to("afterwards:progress"),
        },
    )


@invited
def details(request: HttpRequest, invitation: Invitation) -> HttpResponse:
    """Everything about the invitation: times, devices, course, advice, what is analysed, whom to ask."""
    return render(
        request,
        "candidate/details.html",
        {
            "invitation": invitation,
            "how_it_goes": course.how_it_goes(invitation),
            "observed": course.looked_at(invitation),
            "described": described(),
            "practice": course.door_to("practice:home"),
            "check": course.door_to("answers:check"),
            "appointment": letters.is_appointment(invitation),
            "rules": InterviewRules.of(invitation.interview.application.job),
        },
    )


@invited
def consent(request: HttpRequest, invitation: Invitation) -> HttpResponse:
    """The notice, and two ways to go on. What was shown is kept with what was chosen."""
    language = access.language_of(request, invitation)
    notice, fault = consents.notice_for(invitation, language), ""
    choice = request.POST.get("choice")
    if request.method == "POST" and choice in ("agree", "without"):
        try:
            consents.agree(
                invitation, notice, seen_sha256=request.POST.get("sha256", ""), analysis=choice == "agree",
                page=request.path,
            )  # fmt: skip
        except consents.ConsentError as error:
            fault = consent_fault(error.code)
        else:
            messages.success(request, _("Thank you. Your choice is on record."))
            return redirect("candidate:home")
    given = invitation.interview.consent if invitation.consented else None
    return render(
        request,
        "candidate/consent.html",
        {
            "invitation": invitation,
            "notice": notice,
            "observed": course.looked_at(invitation),
            "paragraphs": paragraphs(notice.text),
            "given": given,
            "fault": fault,
        },
        status=409 if fault else 200,
    )


@invited
@require_POST
def confirm(request: HttpRequest, invitation: Invitation) -> HttpResponse:
    """ "I will be there"."""
    if course.may_confirm(invitation, timezone.now()):
        mine = Invitation.objects.filter(pk=invitation.pk, confirmed_at=None, revoked_at=None)
        if mine.update(confirmed_at=timezone.now()):
            record(None, "invitation.confirmed", invitation)
            letters.confirmed(invitation)
            messages.success(request, _("Thank you. We look forward to it."))
    return redirect("candidate:home")


@invited
def times(request: HttpRequest, invitation: Invitation) -> HttpResponse:
    """Pick a time, or move to another one."""
    if invitation.slots_until is None:
        raise Http404
    fault = ""
    if request.method == "POST":
        chosen = request.POST.get("slot", "")
        try:
            slots.pick(
                invitation,
                get_object_or_404(_slots_of(invitation), pk=int(chosen) if chosen.isdecimal() else 0),
            )
        except slots.SlotError as error:
            fault = slot_fault(error.code)
        else:
            messages.success(request, _("The time is yours. Until then!"))
            return redirect("candidate:home")
    last = slots.movable_until(invitation)
    return render(
        request,
        "candidate/times.html",
        {
            "invitation": invitation,
            "slots": slots.offered(invitation)[:200],
            "last": last,
            "fixed": last is not None and timezone.now() > last,
            "fault": fault,
        },
        status=409 if fault else 200,
    )


def _slots_of(invitation: Invitation) -> QuerySet[Slot]:
    return Slot.objects.filter(job=invitation.interview.application.job_id)


@invited
def calendar(request: HttpRequest, invitation: Invitation) -> HttpResponse:
    """The appointment for the candidate's calendar."""
    files = letters.calendar_of(invitation) if letters.is_appointment(invitation) else []
    if not files:
        raise Http404
    answer = HttpResponse(files[0].content, content_type=files[0].media_type)
    answer["Content-Disposition"] = f'attachment; filename="{files[0].name}"'
    return answer


@invited
@require_POST
def language(request: HttpRequest, invitation: Invitation) -> HttpResponse:
    """Change the language of the pages in this browser."""
    wanted = request.POST.get("language", "")
    if wanted in dict(LANGUAGES):
        request.session[access.LANGUAGE_KEY] = wanted
    back = request.POST.get("next", "")
    return redirect(
        back if back.startswith("/c/") and "//" not in back and "\\" not in back else "candidate:home"
    )
