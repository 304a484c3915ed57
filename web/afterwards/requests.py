"""Objections, and the wish that a person looks again: they reach the recruiters' list and the trail."""

from __future__ import annotations

from django.db import transaction
from django.utils import timezone

from interview_analysis.errors import InterviewAnalysisError
from interview_analysis.web.afterwards.models import Request
from interview_analysis.web.interviews.models import Interview
from interview_analysis.web.people.models import User
from interview_analysis.web.privacy.trail import record

MAX_TEXT = 5000
MAX_OPEN = 5  # of one interview


class RequestError(InterviewAnalysisError):
    """A request that cannot be kept; `code` is for the page's own words."""

    def __init__(self, message: str, code: str) -> None:
        super().__init__(message)
        self.code = code


@transaction.atomic
def ask(interview: Interview, kind: str, text: str) -> Request:
    """Keep what a candidate asks for; sent twice, it is kept once. Raises RequestError without a text, and for too many."""
    text = text.strip()[:MAX_TEXT]
    if kind not in Request.Kind.values:
        raise RequestError(f"expected one of {', '.join(Request.Kind.values)}", "kind")
    if not text:
        raise RequestError("say in a sentence what it is about", "text")
    waiting = interview.requests.filter(answered_at=None)
    known = waiting.filter(kind=kind, text=text).first()
    if known is not None:
        return known
    if waiting.count() >= MAX_OPEN:
        raise RequestError(f"{MAX_OPEN} of your requests wait for an answer already", "many")
    made = Request.objects.create(interview=interview, kind=kind, text=text)
    record(None, "request.made", made, interview=interview.pk, what=kind)
    return made


@transaction.atomic
def answer(asked: Request, by: User, text: str) -> None:
    """Answer it, once. Raises RequestError without a text, or where somebody else has answered."""
    text = text.strip()[:MAX_TEXT]
    if not text:
        raise RequestError("write an answer", "text")
    mine = Request.objects.filter(pk=asked.pk, answered_at=None)
    if not mine.update(answer=text, answered_by=by, answered_at=timezone.now()):
        raise RequestError("it was answered in the meantime", "answered")
    record(by, "request.answered", asked, interview=asked.interview_id)
