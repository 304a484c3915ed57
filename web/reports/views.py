from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import translation
from django.utils.translation import gettext as _

from interview_analysis.web.interviews.models import Interview
from interview_analysis.web.messages import outbox
from interview_analysis.web.messages.models import Message
from interview_analysis.web.people.models import STAFF
from interview_analysis.web.privacy.trail import record
from interview_analysis.web.reports import feedback as feedbacks
from interview_analysis.web.reports import recruitment as recruiting
from interview_analysis.web.reports.advice import Draft
from interview_analysis.web.reports.models import Feedback, Recommendation
from interview_analysis.web.reports.pdf import PdfUnavailableError, render_pdf
from interview_analysis.web.reports.words import feedback_fault, recommendation_fault
from interview_analysis.web.review.blind import machine_visible, note_machine_seen
from interview_analysis.web.review.result import ResultDamagedError, Saved, basis, current_result
from interview_analysis.web.review.standing import Standing, standing
from interview_analysis.web.review.words import result_fault
from interview_analysis.web.site.permissions import for_roles, signed_in


def _interview(request: HttpRequest, pk: int) -> Interview:
    found = Interview.objects.visible_to(signed_in(request)).select_related(
        "application__candidate", "application__job", "consent"
    )
    return get_object_or_404(found, pk=pk)


def _standing(request: HttpRequest, interview: Interview) -> Standing:
    now = standing(signed_in(request), interview)
    if now is None:
        raise Http404
    return now


@for_roles(*STAFF)
def recruitment(request: HttpRequest, pk: int) -> HttpResponse:
    """What people and the machine say, and what a person recommends. 404 until everybody has rated."""
    user, interview = signed_in(request), _interview(request, pk)
    context = _recruitment(_standing(request, interview))
    status = 200
    if request.method == "POST":
        try:
            recruiting.recommend(
                interview, user, request.POST.get("what", ""), request.POST.get("reason", "")
            )
        except recruiting.RecommendationError as error:
            messages.error(request, recommendation_fault(error.code))
            status = 422
        else:
            messages.success(request, _("Saved."))
            return redirect("reports:recruitment", pk)
    else:
        record(user, "recruitment_report.seen", interview)
    context |= {"choices": Recommendation.What.choices, "posted": request.POST}
    return render(request, "reports/recruitment.html", context, status=status)


def _recruitment(now: Standing) -> dict[str, Any]:
    told = recruiting.lines(now)
    recommendations = list(now.interview.recommendations.select_related("by"))
    current = basis(now.interview)
    return {
        "interview": now.interview,
        "now": now,
        "lines": told,
        "alike": [one for one in told if one.compared == "alike"],
        "differing": [one for one in told if one.compared == "differ"],
        "too_wide": [one for one in told if one.compared == "wide"],
        "to_ask": recruiting.to_ask(told, now.report),
        "recommendation": recommendations[0] if recommendations else None,
        "earlier": recommendations[1:],
        "outdated": bool(recommendations) and recommendations[0].basis != current,
        "final_outdated": now.final is not None and now.final.basis != current,
        "any_remark": recruiting.any_remark(now, told),
        "machine_first": [card for card in now.cards if card.machine_seen_at is not None],
    }


@for_roles(*STAFF)
def recruitment_pdf(request: HttpRequest, pk: int) -> HttpResponse:
    """The report as PDF, in the reader's language."""
    interview = _interview(request, pk)
    context = _recruitment(_standing(request, interview))
    try:
        made = render_pdf("reports/recruitment_document.html", context)
    except PdfUnavailableError:
        return _without_pdf(request, "reports:recruitment", pk)
    record(signed_in(request), "recruitment_report.exported", interview, form="pdf")
    return _pdf(made, f"recruitment-report-{pk}.pdf")


@for_roles(*STAFF)
def feedback(request: HttpRequest, pk: int) -> HttpResponse:
    """What the candidate is told: drafted, edited, released. 404 for whoever may not see the machine's result."""
    user, interview = signed_in(request), _interview(request, pk)
    found, fault = _result(request, interview)
    last, refused = feedbacks.latest(interview), ""
    if request.method == "POST":
        try:
            return _changed(request, interview)
        except feedbacks.FeedbackError as error:
            refused = error.code
            messages.error(request, feedback_fault(refused))
            last = feedbacks.latest(interview)
            shown: Feedback | None = _posted(request, interview)
    else:
        shown = _shown(request, interview, found, last)
        if found is not None:
            note_machine_seen(user, interview)
    open_one = last if last is not None and last.released_at is None else None
    context = {
        "interview": interview,
        "told": shown,
        "saved": open_one,
        "version": feedbacks.version_of(open_one),
        "locked": shown is not None and shown.released_at is not None,
        "stale": shown is not None and feedbacks.is_stale(shown),
        "result": found.analysis.report_sha256 if found else "",
        "released": interview.feedback.filter(released_at__isnull=False).select_related("released_by"),
        "told_by_message": _told_by_message(interview, last),
        "fault": fault,
        "conflict": refused == "outdated",
    }
    return render(request, "reports/feedback.html", context, status=409 if refused else 200)


def _told_by_message(interview: Interview, last: Feedback | None) -> bool:
    """Whether a message about the latest release went to the candidate, or is about to."""
    invitation = getattr(interview, "invitation", None)
    if invitation is None or last is None:
        return False
    put = outbox.about(invitation).filter(kind="feedback", data__feedback=last.pk)
    return put.exclude(state=Message.State.DROPPED).exists()


def _shown(
    request: HttpRequest, interview: Interview, found: Saved | None, last: Feedback | None
) -> Feedback | None:
    """What is saved; drafted from the present result where nothing is, or `again` asks for it; to be changed with `change`."""
    is_open = last is not None and last.released_at is None
    draws = found is not None or feedbacks.by_people_alone(interview)
    if draws and (last is None or (found is not None and "again" in request.GET)):
        drafted = feedbacks.proposed(interview, found)
        if last is not None and is_open:
            drafted.number = last.number  # what is saved stays until this is saved over it
        return drafted
    if last is not None and not is_open and "change" in request.GET:
        return Feedback(
            interview=interview, number=last.number + 1, language=last.language, strengths=last.strengths,
            advice=last.advice, drafted_from=last.drafted_from,
        )  # fmt: skip
    return last


def _result(request: HttpRequest, interview: Interview) -> tuple[Saved | None, str]:
    """The current result, or why it cannot be read. 404 where it may not be seen."""
    if not machine_visible(signed_in(request), interview):
        raise Http404
    try:
        return current_result(interview), ""
    except ResultDamagedError:
        return None, result_fault()


def _number(request: HttpRequest) -> int:
    posted = request.POST.get("number", "")
    return int(posted) if posted.isdecimal() and len(posted) < 6 else 0


def _text(request: HttpRequest) -> Draft:
    return Draft(request.POST.get("strengths", ""), request.POST.get("advice", ""))


def _changed(request: HttpRequest, interview: Interview) -> HttpResponse:
    """Save what was posted, and release it where that was asked for. Raises FeedbackError."""
    user, number = signed_in(request), _number(request)
    told = interview.feedback.filter(number=number, released_at__isnull=False).first()
    releasing = request.POST.get("do") == "release"
    if told is None or not releasing:  # a second click on "release" finds it released
        told = feedbacks.save(
            interview, user, _text(request), number=number, language=request.POST.get("language", ""),
            seen=request.POST.get("seen", ""), drafted_from=request.POST.get("drafted_from", ""),
        )  # fmt: skip
    if releasing:
        feedbacks.release(told, user, request.POST.get("result", ""))
        messages.success(request, _("Released."))
    else:
        messages.success(request, _("Saved."))
    return redirect("reports:feedback", interview.pk)


def _posted(request: HttpRequest, interview: Interview) -> Feedback:
    """What was typed, as the next open one, so that nothing is lost."""
    last, text = feedbacks.latest(interview), _text(request)
    number = 1 if last is None else last.number + (last.released_at is not None)
    return Feedback(
        interview=interview, number=number, language=request.POST.get("language", "")[:10],
        strengths=text.strengths, advice=text.advice, drafted_from=request.POST.get("drafted_from", "")[:64],
    )  # fmt: skip


@for_roles(*STAFF)
def feedback_pdf(request: HttpRequest, pk: int, number: int) -> HttpResponse:
    """A feedback as PDF, in the candidate's language; one that was not released says that it is a draft."""
    user, interview = signed_in(request), _interview(request, pk)
    told = get_object_or_404(Feedback.objects.visible_to(user), interview=interview, number=number)
    with translation.override(told.language):
        try:
            made = render_pdf("reports/feedback_document.html", {"told": told, "interview": interview})
        except PdfUnavailableError:
            made = b""
    if not made:
        return _without_pdf(request, "reports:feedback", pk)
    record(user, "feedback.exported", told, interview=pk, number=number, form="pdf")
    return _pdf(made, f"feedback-{pk}-{number}.pdf")


def _pdf(content: bytes, name: str) -> HttpResponse:
    return HttpResponse(
        content,
        content_type="application/pdf",
        headers={"Content-Disposition": f'inline; filename="{name}"', "Cache-Control": "private, no-store"},
    )


def _without_pdf(request: HttpRequest, page: str, pk: int) -> HttpResponse:
    messages.error(
        request,
        _(
            "This machine cannot make PDF files: the system library libpango is missing. Whoever runs it can install it "
            "(Debian, Ubuntu: apt-get install libpango-1.0-0 libpangoft2-1.0-0). Until then, print the page from the browser."
        ),
    )
    return redirect(page, pk)
