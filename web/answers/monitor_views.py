"""The recruiter's side: who is answering now, and what came of it."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from interview_analysis.web.answers import presence, taking
from interview_analysis.web.candidate import inviting
from interview_analysis.web.candidate.models import Invitation
from interview_analysis.web.interviews.models import Interview
from interview_analysis.web.people.models import STAFF, Role
from interview_analysis.web.privacy.trail import record
from interview_analysis.web.site.permissions import for_roles, signed_in


@for_roles(*STAFF)
def monitor(request: HttpRequest) -> HttpResponse:
    """Everybody who is invited to answer alone; the rows come anew every three seconds."""
    rows, left_out = presence.rows(signed_in(request))
    template = "answers/_rows.html" if request.headers.get("HX-Request") else "answers/monitor.html"
    return render(request, template, {"rows": rows, "left_out": left_out})


@for_roles(*STAFF)
def watched(request: HttpRequest, pk: int) -> HttpResponse:
    """One candidate: tell something, give more time, take what there is."""
    user, invitation = signed_in(request), _invitation(request, pk)
    row = presence.row_of(invitation, timezone.now())
    if request.headers.get("HX-Request"):
        return render(request, "answers/_rows.html", {"rows": [row], "one": True})
    return render(
        request,
        "answers/watched.html",
        {"invitation": invitation, "rows": [row], "one": True, "said": invitation.words.all(), "rates": inviting.rates(user, invitation)},
    )  # fmt: skip


@for_roles(*STAFF)
@require_POST
def say(request: HttpRequest, pk: int) -> HttpResponse:
    presence.say(_invitation(request, pk), signed_in(request), request.POST.get("text", ""))
    return redirect("answers:watched", pk)


@for_roles(*STAFF)
@require_POST
def accept(request: HttpRequest, pk: int) -> HttpResponse:
    """Do not wait for what has not come; also where the candidate did not hand in."""
    try:
        taking.hand_in(_invitation(request, pk), signed_in(request), as_it_is=True)
    except taking.TakeError:
        messages.error(request, _("There is no answer yet."))
    return redirect("answers:watched", pk)


def _invitation(request: HttpRequest, pk: int) -> Invitation:
    found = Invitation.objects.visible_to(signed_in(request)).filter(kind=Invitation.Kind.ALONE)
    return get_object_or_404(found.select_related("interview__application__candidate"), pk=pk)


@for_roles(*STAFF, Role.INTERVIEWER)
def of_interview(request: HttpRequest, pk: int) -> HttpResponse:
    """How the answers were given. Raters see no times: these would tell of extra time that somebody was given."""
    user = signed_in(request)
    interview = get_object_or_404(Interview.objects.visible_to(user), pk=pk)
    invitation = get_object_or_404(Invitation.objects.visible_to(user), interview=interview)
    record(user, "answers.seen", interview)
    questions = invitation.questions.filter(takes__isnull=False).distinct().prefetch_related("takes")
    return render(
        request,
        "answers/of_interview.html",
        {
            "interview": interview,
            "invitation": invitation,
            "staff": user.may(*STAFF),
            "handed": getattr(invitation, "handed_in", None),
            "answers": [
                {
                    "question": question,
                    "take": next((take for take in question.takes.all() if take.given), None),
                    "takes": len(question.takes.all()),
                    "recordings": interview.recordings.filter(order=question.order, uploaded_by=None),
                    "notes": _given(question),
                }
                for question in questions
            ],
        },
    )


def _given(question: object) -> list[tuple[str, str]]:
    """The notes that the candidate gave with the answer."""
    notes = getattr(question, "notes", None)
    if notes is None or not notes.given:
        return []
    titles = {
        "scratch": _("Scratch pad"), "conclusion": _("Conclusion"), "situation": _("Situation"), "task": _("Task"),
        "action": _("Action"), "result": _("Result"),
    }  # fmt: skip
    return [(title, notes.texts[name]) for name, title in titles.items() if notes.texts.get(name)]
