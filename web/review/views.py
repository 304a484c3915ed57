from __future__ import annotations

import json
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.template.defaultfilters import date as format_date
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_POST

from interview_analysis.pipeline.common.messages import Messages
from interview_analysis.pipeline.report.html import player_css, render_html, render_parts
from interview_analysis.pipeline.report.transcript_view import speaker_name
from interview_analysis.scoring.report.provenance import Speakers
from interview_analysis.scoring.report.report import Report
from interview_analysis.types import UNSPACED, Transcript
from interview_analysis.web.hiring.profiles import profile_of
from interview_analysis.web.interviews.models import Interview, Recording
from interview_analysis.web.people.models import RATERS, User
from interview_analysis.web.privacy.trail import record
from interview_analysis.web.review import consensus, scorecards
from interview_analysis.web.review.blind import (
    is_rater,
    machine_visible,
    note_machine_seen,
    visible_scorecards,
)
from interview_analysis.web.review.models import Mark, Scorecard
from interview_analysis.web.review.result import ResultDamagedError, current_result
from interview_analysis.web.review.words import result_fault, scorecard_fault
from interview_analysis.web.site.language import reader_language
from interview_analysis.web.site.permissions import for_roles, signed_in


def _interview(request: HttpRequest, pk: int) -> Interview:
    found = Interview.objects.visible_to(signed_in(request)).select_related(
        "application__candidate", "application__job", "consent"
    )
    return get_object_or_404(found, pk=pk)


@for_roles(*RATERS)
def review(request: HttpRequest, pk: int) -> HttpResponse:
    """Media, transcript and chapters in step, own notes and the scorecard; the machine's result only where it may be seen."""
    user, interview = signed_in(request), _interview(request, pk)
    record(user, "interview.seen", interview)
    job = interview.application.job
    fault, found = "", None
    try:
        found = current_result(interview)
    except ResultDamagedError:
        fault = result_fault()
    rating = is_rater(user, interview)
    card = scorecards.latest(interview, user) if rating else None
    visible = found is not None and machine_visible(user, interview)
    if visible:
        note_machine_seen(user, interview)
    version = card.profile if card is not None else job.profile
    profile = profile_of(version) if version is not None else None
    recordings = list(interview.recordings.exclude(kind__in=Recording.WORDS))
    return render(
        request,
        "review/review.html",
        {
            "interview": interview,
            "recordings": recordings,
            "transcript_alone": not recordings
            and interview.recordings.filter(kind=Recording.Kind.TRANSCRIPT).exists(),
            "written": interview.recordings.filter(kind=Recording.Kind.WRITTEN).exists(),
            "profile": profile,
            "is_rater": rating,
            "card": card,
            "ratings": {r.dimension: r for r in card.ratings.all()} if card is not None else {},
            "stale": card is not None and scorecards.is_stale(card),
            "others": visible_scorecards(user, interview),
            "parts": render_parts(found.report, found.transcript, reader_language())
            if visible and found
            else None,
            "has_result": found is not None,
            "hidden": found is not None and not visible,
            "consensus": consensus.may_see(user, interview),
            "fault": fault,
            "page_data": {
                "parts": _parts(recordings, found.report if found else None),
                "lines": _lines(found.transcript, found.report, str(interview.application.candidate))
                if found
                else [],
                "chapters": _chapters(found.report) if found else [],
                "written": [(a.start_s, a.end_s) for a in found.report.answers if a.source == "written"]
                if found
                else [],
                "marks": [_mark(m) for m in interview.marks.filter(author=user).select_related("recording")],
                "language": found.transcript.language if found and found.transcript else "",
            },
        },
    )


def _parts(recordings: list[Recording], report: Report | None) -> list[dict[str, Any]]:
    """Where each recording lies on the interview's clock."""
    starts = {part.sha256: part.start_s for part in report.recordings} if report else {}
    parts, at_s = [], 0.0
    for recording in recordings:
        start_s = starts.get(recording.sha256, at_s)
        parts.append({"id": recording.pk, "start_s": start_s, "duration_s": recording.duration_s or 0.0})
        at_s = start_s + (recording.duration_s or 0.0)
    return parts


def _lines(transcript: Transcript | None, report: Report, candidate: str) -> list[dict[str, Any]]:
    """What was said by whom when, word by word. Nothing of the machine's judgement is in it."""
    if transcript is None:
        return []
    messages, lines = Messages(reader_language()), []
    for segment in transcript.segments:
        voice = report.speakers.voice_of(segment) if report.speakers else None
        role = report.speakers.role_of(voice) if report.speakers else ""
        words = [[round(w.start_s, 2), round(w.end_s, 2), w.text.strip()] for w in segment.words]
        lines.append(
            {
                "start_s": round(segment.start_s, 2),
                "speaker": candidate if role == "candidate" else _called(report.speakers, voice, messages),
                "other": bool(role) and role != "candidate",
                "space": "" if transcript.language_of(segment) in UNSPACED else " ",
                "words": words
                or [[round(segment.start_s, 2), round(segment.end_s, 2), segment.text.strip()]],
            }
        )
    return lines


def _called(speakers: Speakers | None, voice: int | None, messages: Messages) -> str:
    """By the name that a transcript gives, else as the report calls the voice; empty where nobody was told apart."""
    if speakers is None:
        return ""
    return speakers.name_of(voice) or speaker_name(speakers, voice, messages)


def _chapters(report: Report) -> list[dict[str, Any]]:
    return [
        {
            "number": a.number,
            "question": a.question,
            "start_s": a.asked_s if a.asked_s is not None else a.start_s,
        }
        for a in report.answers
    ]


def _mark(mark: Mark) -> dict[str, object]:
    return {"id": mark.pk, "recording": mark.recording_id, "at_s": mark.at_s, "text": mark.text}


@for_roles(*RATERS)
def report(request: HttpRequest, pk: int) -> HttpResponse:
    """The whole report of the current analysis, in the reader's language. 404 while it may not be seen."""
    user, interview = signed_in(request), _interview(request, pk)
    if not machine_visible(user, interview):
        raise Http404
    try:
        found = current_result(interview)
    except ResultDamagedError:
        return render(
            request, "review/damaged.html", {"interview": interview, "fault": result_fault()}, status=409
        )
    if found is None:
        raise Http404
    note_machine_seen(user, interview)
    page = HttpResponse(
        render_html(found.report, found.transcript, reader_language())
    )  # its texts are escaped there
    page._csp_exempt = True  # type: ignore[attr-defined]  # the report carries a closed policy of its own
    page["X-Frame-Options"] = "SAMEORIGIN"
    return page


@cache_control(public=True, max_age=300)
def report_css(request: HttpRequest) -> HttpResponse:
    """The style sheet of the report's parts on the review page. Nothing of a report is in it."""
    return HttpResponse(player_css(), content_type="text/css; charset=utf-8")


@for_roles(*RATERS)
def scorecard(request: HttpRequest, pk: int) -> HttpResponse:
    """GET gives one's own scorecard, PUT saves the draft while it is typed."""
    user, interview = signed_in(request), _interview(request, pk)
    if request.method == "GET":
        card = scorecards.latest(interview, user)
        if card is None:
            raise Http404
        return JsonResponse(_card(card))
    try:
        sent = json.loads(request.body)
        if not isinstance(sent, dict):
            raise ValueError("no object")
        card = scorecards.draft(interview, user)
        scorecards.save(card, sent)
    except ValueError:
        return JsonResponse({"error": "expected JSON", "code": "form"}, status=400)
    except scorecards.ScorecardError as error:
        return _fault(error)
    card.refresh_from_db()
    return JsonResponse({"saved": format_date(card.saved_at, "H:i:s"), "unrated": _unrated(card)})


def _unrated(card: Scorecard) -> list[str]:
    return scorecards.unrated(card, profile_of(card.profile))


def _card(card: Scorecard) -> dict[str, Any]:
    return {
        "version": card.version,
        "submitted": card.submitted_at is not None,
        "remark": card.remark,
        "ratings": {
            r.dimension: {"level": r.level, "observed": r.observed, "note": r.note, "quotes": r.quotes}
            for r in card.ratings.all()
        },
    }


@for_roles(*RATERS)
@require_POST
def submit(request: HttpRequest, pk: int) -> HttpResponse:
    user, interview = signed_in(request), _interview(request, pk)
    try:
        card = scorecards.latest(interview, user) or scorecards.draft(interview, user)
        scorecards.submit(card)
    except scorecards.ScorecardError as error:
        return _fault(error)
    return JsonResponse({"submitted": True})


@for_roles(*RATERS)
@require_POST
def change(request: HttpRequest, pk: int) -> HttpResponse:
    """Open a new version of a submitted scorecard, with the reason."""
    user, interview = signed_in(request), _interview(request, pk)
    try:
        scorecards.amend(interview, user, request.POST.get("reason", ""))
    except scorecards.ScorecardError as error:
        return _fault(error)
    return redirect("review:review", pk)


def _fault(error: scorecards.ScorecardError) -> HttpResponse:
    status = {"not_assigned": 404, "submitted": 409}.get(error.code, 422)
    return JsonResponse({"error": scorecard_fault(error.code, str(error)), "code": error.code}, status=status)


@for_roles(*RATERS)
@require_POST
def marks(request: HttpRequest, pk: int) -> HttpResponse:
    """Keep one's own note at a moment of a recording."""
    user, interview = signed_in(request), _interview(request, pk)
    try:
        sent = json.loads(request.body)
        recording = interview.recordings.get(pk=int(sent["recording"]))
        at_s, text = float(sent["at_s"]), str(sent["text"]).strip()[:2000]
    except (ValueError, KeyError, TypeError, Recording.DoesNotExist):
        return JsonResponse({"error": "expected recording, at_s and text", "code": "form"}, status=400)
    if not text or not 0 <= at_s <= (recording.duration_s or at_s) + 1:
        return JsonResponse(
            {"error": "expected a text and a moment of the recording", "code": "form"}, status=422
        )
    made = Mark.objects.create(interview=interview, recording=recording, author=user, at_s=at_s, text=text)
    return JsonResponse(_mark(made), status=201)


@for_roles(*RATERS)
@require_POST
def remove_mark(request: HttpRequest, pk: int) -> HttpResponse:
    user: User = signed_in(request)
    get_object_or_404(Mark, pk=pk, author=user).delete()
    return HttpResponse(status=204)
