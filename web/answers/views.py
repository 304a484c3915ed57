"""What a candidate sees: the device check, the questions one by one, handing in, and finishing later."""

from __future__ import annotations

import json
import tempfile
from pathlib import Path
from typing import Any
from uuid import UUID

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from interview_analysis.errors import MediaError
from interview_analysis.web.answers import streams, taking, words
from interview_analysis.web.answers.joining import Source, join
from interview_analysis.web.answers.models import Asked, HandIn, Notes, Presence, Take
from interview_analysis.web.answers.presence import note
from interview_analysis.web.candidate.access import invited
from interview_analysis.web.candidate.models import Invitation, Question
from interview_analysis.web.site.files import file_response


@invited
@require_GET
def check(request: HttpRequest, invitation: Invitation) -> HttpResponse:
    """The device check. It needs no consent to anything: its clip is thrown away at once."""
    return render(
        request, "answers/check.html", {"invitation": invitation, "data": _page(invitation) | {"texts": words.of_check()}}
    )  # fmt: skip


@invited
@require_POST
def clip(request: HttpRequest, invitation: Invitation, key: UUID) -> HttpResponse:
    """Give back the clip of a device check as one file that seeks, and remove it."""
    own = [s for s in streams.segments(key) if s.invitation_id == invitation.pk and s.purpose == "check"]
    if not own:
        raise Http404
    with tempfile.TemporaryDirectory(dir=settings.HOME.uploads, prefix="clip-") as folder:
        sources = []
        for number, stream in enumerate(own):
            path = Path(folder) / f"{number}.raw"
            streams.write_whole(stream, path)
            sources.append(Source(path, 0.0))
            stream.delete()
        try:
            parts = join(sources, lambda number, ending: Path(folder) / f"clip-{number}{ending}").parts
        except MediaError:
            parts = ()
        if not parts:
            return JsonResponse({"code": "empty"}, status=422)
        kind = f"{'video' if parts[0].has_video else 'audio'}/{parts[0].path.suffix[1:]}"
        answer = HttpResponse(parts[0].path.read_bytes(), content_type=kind)
    answer["Cache-Control"] = "private, no-store"
    return answer


@invited
@require_GET
def start(request: HttpRequest, invitation: Invitation) -> HttpResponse:
    """The interview. Its questions come one by one, so that none is read before its time."""
    if invitation.kind != Invitation.Kind.ALONE:
        raise Http404
    if HandIn.objects.filter(invitation=invitation).exists():
        return redirect("answers:later")
    if not invitation.consented:
        return redirect("candidate:home")
    begun = invitation.started_at is not None
    if not begun and not invitation.may_answer():
        early = timezone.now() < invitation.opens_at
        return render(request, "answers/closed.html", {"invitation": invitation, "early": early})
    data = _page(invitation) | {
        "texts": words.of_answer(),
        "may_write": invitation.may_write,
        "hard_end": invitation.hard_end,
    }
    return render(request, "answers/answer.html", {"invitation": invitation, "data": data})


@invited
@require_GET
def later(request: HttpRequest, invitation: Invitation) -> HttpResponse:
    """Thanks after handing in; the page sends what is still in this browser, also after the end."""
    handed = HandIn.objects.filter(invitation=invitation).first()
    return render(
        request,
        "answers/later.html",
        {
            "invitation": invitation,
            "handed": handed,
            "data": _page(invitation) | {"texts": words.of_answer()},
        },
    )


def _page(invitation: Invitation) -> dict[str, Any]:
    return {"name": invitation.key.hex}


@invited
@require_POST
def state(request: HttpRequest, invitation: Invitation) -> HttpResponse:
    """Where the candidate is: the question to answer now, which counts as shown from now on; or all of them at the end."""
    if not invitation.consented:
        return _refused(taking.TakeError("there is no consent to being recorded", "consent"))
    question = taking.next_question(invitation)
    wanted = _asked(request).get("again")
    if wanted is not None:
        question = get_object_or_404(Question, invitation=invitation, order=wanted, asked__isnull=False)
    count = invitation.questions.count()
    if question is None or not (invitation.may_answer() or question.takes.filter(ended_at=None).exists()):
        return JsonResponse({"over": question is not None, "count": count, "answers": _answers(invitation)})
    asked = taking.show(question)
    return JsonResponse({"count": count, "question": _told(question, asked)})


def _told(question: Question, asked: Asked) -> dict[str, Any]:
    invitation = question.invitation
    takes = list(question.takes.all())
    unfinished = next((take for take in takes if take.ended_at is None), None)
    number = unfinished.number if unfinished else len(takes) + 1
    notes = Notes.objects.filter(question=question).first()
    return {
        "order": question.order,
        "text": question.text,
        "spoken": bool(question.spoken),
        "captions": bool(question.captions),
        "think_s": question.thinking_s if not takes else 0,
        "thought_s": (timezone.now() - asked.shown_at).total_seconds(),
        "answer_s": question.answering_s,
        "key": str(taking.take_key(question, number)),
        "number": number,
        "retakes_left": max(0, invitation.retakes + 1 - number),
        "unfinished_s": taking.recorded_s(unfinished) if unfinished else None,
        "notes": notes.texts if notes else {},
        "notes_given": bool(notes and notes.given),
    }


def _answers(invitation: Invitation) -> list[dict[str, Any]]:
    return [
        {
            "order": question.order,
            "text": question.text,
            "again": question.takes.count() <= invitation.retakes and invitation.may_answer(),
            "takes": [
                {
                    "key": str(take.key), "number": take.number, "way": take.way, "given": take.given,
                    "answered_s": take.answered_s, "length": words.text_length(take.text) if take.text else "",
                }
                for take in question.takes.all()
            ],
        }
        for question in invitation.questions.filter(asked__isnull=False)
    ]  # fmt: skip


@invited
@require_POST
def begin_take(request: HttpRequest, invitation: Invitation, key: UUID) -> HttpResponse:
    """{"way"}: the candidate begins to answer."""
    way = str(_asked(request).get("way", ""))
    if way == Take.Way.WRITTEN and not invitation.may_write:
        return _refused(taking.TakeError("answers are not given in writing here", "written"))
    try:
        taking.begin(invitation, key, way if way in Take.Way.values else Take.Way.VIDEO)
    except taking.TakeError as error:
        return _refused(error)
    return JsonResponse({})


@invited
@require_POST
def end_take(request: HttpRequest, invitation: Invitation, key: UUID) -> HttpResponse:
    """{"way", "answered_s", "text"}: the answer is finished, though not yet handed in."""
    asked = _asked(request)
    try:
        take = taking.begin(invitation, key, Take.Way.VIDEO, late=True)
        if asked.get("way") == Take.Way.WRITTEN and not invitation.may_write:
            raise taking.TakeError("answers are not given in writing here", "written")
        taking.end(
            take,
            str(asked.get("way", "")),
            float(asked.get("answered_s") or 0.0),
            str(asked.get("text") or ""),
        )
    except (taking.TakeError, TypeError, ValueError) as error:
        return _refused(error)
    return JsonResponse({})


@invited
@require_POST
def give_take(request: HttpRequest, invitation: Invitation, key: UUID) -> HttpResponse:
    """Choose this take of its question."""
    take = get_object_or_404(Take, key=key, question__invitation=invitation)
    try:
        taking.give(take)
    except taking.TakeError as error:
        return _refused(error)
    return JsonResponse({})


@invited
@require_POST
def notes(request: HttpRequest, invitation: Invitation, order: int) -> HttpResponse:
    """Keep the scratch pad and the keywords of a question."""
    question = get_object_or_404(Question, invitation=invitation, order=order, asked__isnull=False)
    if HandIn.objects.filter(invitation=invitation).exists():
        return _refused(taking.TakeError("it was handed in", "handed_in"))
    asked = _asked(request)
    texts = asked.get("texts")
    taking.keep_notes(question, texts if isinstance(texts, dict) else {}, given=asked.get("given") is True)
    return JsonResponse({})


@invited
@require_POST
def hand_in(request: HttpRequest, invitation: Invitation) -> HttpResponse:
    try:
        taking.hand_in(invitation)
    except taking.TakeError as error:
        return _refused(error)
    return JsonResponse({})


@invited
@require_GET
def spoken(request: HttpRequest, invitation: Invitation, order: int) -> HttpResponse:
    """The question as a recording, once it is its turn."""
    question = get_object_or_404(Question, invitation=invitation, order=order, asked__isnull=False)
    kinds = {
        "mp4": "video/mp4",
        "webm": "video/webm",
        "mp3": "audio/mpeg",
        "m4a": "audio/mp4",
        "wav": "audio/wav",
    }
    return file_response(
        question.spoken, kinds.get(question.spoken.rpartition(".")[2], "application/octet-stream")
    )


@invited
@require_GET
def captions(request: HttpRequest, invitation: Invitation, order: int) -> HttpResponse:
    question = get_object_or_404(Question, invitation=invitation, order=order, asked__isnull=False)
    return HttpResponse(question.captions, content_type="text/vtt; charset=utf-8")


@invited
@require_POST
def presence(request: HttpRequest, invitation: Invitation) -> HttpResponse:
    """What the page says about itself; the answer has what a recruiter says, and the times that hold now."""
    kept: Presence = note(invitation, _asked(request))
    said = list(invitation.words.filter(seen_at=None))
    invitation.words.filter(pk__in=[word.pk for word in said]).update(seen_at=timezone.now())
    question = invitation.questions.filter(order=kept.question).first() if kept.question else None
    return JsonResponse(
        {
            "words": [word.text for word in said],
            "think_s": question.thinking_s if question else None,
            "answer_s": question.answering_s if question else None,
        }
    )


def _asked(request: HttpRequest) -> dict[str, Any]:
    try:
        asked = json.loads(request.body or b"{}")
    except ValueError:
        return {}
    return asked if isinstance(asked, dict) else {}


def _refused(error: Exception) -> HttpResponse:
    return JsonResponse({"error": str(error), "code": getattr(error, "code", "form")}, status=409)
