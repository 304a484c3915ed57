from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import translation
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from interview_analysis.web.afterwards import own_review as own_reviews
from interview_analysis.web.afterwards import requests
from interview_analysis.web.afterwards.models import OwnReview, Request
from interview_analysis.web.afterwards.progress import stages
from interview_analysis.web.afterwards.sources import sources
from interview_analysis.web.candidate.access import invited
from interview_analysis.web.candidate.models import Invitation
from interview_analysis.web.interviews.models import Recording
from interview_analysis.web.interviews.playing import played
from interview_analysis.web.privacy.trail import record
from interview_analysis.web.reports.models import Feedback
from interview_analysis.web.reports.pdf import PdfUnavailableError, render_pdf


@invited
def progress(request: HttpRequest, invitation: Invitation) -> HttpResponse:
    """Received, analysed, reviewed by a person, decided; and what the candidate may ask for."""
    return render(
        request,
        "afterwards/progress.html",
        {
            "invitation": invitation,
            "stages": stages(invitation),
            "told": _released(invitation).first(),
            "asked": invitation.interview.requests.all(),
        },
    )


def _released(invitation: Invitation) -> QuerySet[Feedback]:
    return invitation.interview.feedback.filter(released_at__isnull=False)


@invited
def feedback(request: HttpRequest, invitation: Invitation) -> HttpResponse:
    """The released feedback, what it rests on, and a way to object."""
    told = _released(invitation).first()
    if told is not None:
        record(None, "feedback.read", told, interview=invitation.interview_id)
    return render(
        request,
        "afterwards/feedback.html",
        {
            "invitation": invitation,
            "interview": invitation.interview,
            "told": told,
            "earlier": _released(invitation)[1:],
            "sources": sources(told) if told is not None else [],
            "asked": invitation.interview.requests.all(),
            "kinds": Request.Kind.choices,
        },
    )


@invited
def feedback_pdf(request: HttpRequest, invitation: Invitation, number: int) -> HttpResponse:
    told = get_object_or_404(_released(invitation), number=number)
    try:
        with translation.override(told.language):
            made = render_pdf(
                "reports/feedback_document.html", {"told": told, "interview": invitation.interview}
            )
    except PdfUnavailableError:
        messages.error(
            request, _("A PDF cannot be made here at the moment. Print the page from the browser.")
        )
        return redirect("afterwards:feedback")
    return HttpResponse(
        made,
        content_type="application/pdf",
        headers={
            "Content-Disposition": 'attachment; filename="feedback.pdf"',
            "Cache-Control": "private, no-store",
        },
    )


@invited
def play(request: HttpRequest, invitation: Invitation, key: UUID) -> HttpResponse:
    """One's own recording."""
    return played(get_object_or_404(Recording, interview=invitation.interview_id, key=key))


@invited
@require_POST
def ask(request: HttpRequest, invitation: Invitation) -> HttpResponse:
    try:
        requests.ask(invitation.interview, request.POST.get("kind", ""), request.POST.get("text", ""))
    except requests.RequestError as error:
        told = {
            "kind": _("Choose what you ask for."),
            "text": _("Say in a sentence what it is about."),
            "many": _("Some of your requests wait for an answer already. They are not forgotten."),
        }
        messages.error(request, told[error.code])
    else:
        messages.success(
            request, _("It has reached the people who decide. You find the answer on this page.")
        )
    return redirect("afterwards:feedback")


@invited
def own_review(request: HttpRequest, invitation: Invitation) -> HttpResponse:
    """The candidate's own look back, which nobody else sees."""
    if request.method == "POST":
        own_reviews.save(invitation, request.POST)
        messages.success(request, _("Saved. Only you can see it."))
        return redirect("afterwards:own_review")
    return render(
        request,
        "afterwards/own_review.html",
        {
            "invitation": invitation,
            "review": own_reviews.begun(invitation),
            "grades": OwnReview.Overall.choices,
            "talk": own_reviews.is_talk(invitation),
        },
    )


@invited
def own_review_text(request: HttpRequest, invitation: Invitation) -> HttpResponse:
    """To take away, as plain text."""
    return HttpResponse(
        own_reviews.as_text(own_reviews.begun(invitation)),
        content_type="text/plain; charset=utf-8",
        headers={
            "Content-Disposition": 'attachment; filename="interview-review.txt"',
            "Cache-Control": "private, no-store",
        },
    )
