"""The candidate's own review: prefilled with what the recording shows, then the candidate's alone.

Its parts are those of a review after an interview as coaches advise it: the whole in four grades, question by question
what went well and, where there was an interviewer, what was interrupted or asked again and the relation with them; whether
the strengths came out, and what to do next time.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.template.loader import render_to_string

from interview_analysis.errors import InterviewAnalysisError
from interview_analysis.scoring.report.report import AnswerReport, Report
from interview_analysis.web.afterwards.models import OwnReview
from interview_analysis.web.candidate.models import Invitation
from interview_analysis.web.review.result import current_result

MAX_TEXT = 5000
MAX_QUESTIONS = 60


def begun(invitation: Invitation) -> OwnReview:
    """What was saved; prefilled and not saved yet where nothing was."""
    known = OwnReview.objects.filter(interview=invitation.interview).first()
    return known or OwnReview(interview=invitation.interview, questions=_prefilled(invitation))


def _prefilled(invitation: Invitation) -> list[dict[str, Any]]:
    """The questions with what is known of them: of an analysed recording the seconds, of a text its length, else those asked."""
    try:
        found = current_result(invitation.interview)
    except InterviewAnalysisError:
        found = None
    if found is not None and found.report.answers:
        return [_entry(a.question, **_known(a, found.report)) for a in found.report.answers[:MAX_QUESTIONS]]
    return [_entry(question.text) for question in invitation.questions.all()]


def _known(answer: AnswerReport, report: Report) -> dict[str, int]:
    if answer.source == "written":
        return {"characters" if report.language == "zh" else "words": answer.words}
    return {"started_s": round(answer.start_s), "seconds": round(answer.end_s - answer.start_s)}


def is_talk(invitation: Invitation) -> bool:
    """Whether somebody may have asked and listened; alone, nobody interrupts."""
    return invitation.kind != Invitation.Kind.ALONE


def _entry(question: str, **known: int) -> dict[str, Any]:
    return {
        "question": question,
        "well": "",
        "interrupted": False,
        "asked_again": False,
        "better": "",
        **known,
    }


def save(invitation: Invitation, posted: Mapping[str, str]) -> OwnReview:
    """Keep what was typed. Fields are `overall`, `relation`, `strengths`, `next_time`, and of question N `well-N` and so on."""
    review = begun(invitation)
    overall = posted.get("overall", "")
    review.overall = int(overall) if overall in ("1", "2", "3", "4") else None
    for name in ("relation", "strengths", "next_time"):
        setattr(review, name, posted.get(name, "").strip()[:MAX_TEXT])
    for number, entry in enumerate(review.questions):
        entry["question"] = posted.get(f"question-{number}", entry["question"]).strip()[:500]
        for name in ("well", "better"):
            entry[name] = posted.get(f"{name}-{number}", "").strip()[:MAX_TEXT]
        for name in ("interrupted", "asked_again"):
            entry[name] = f"{name}-{number}" in posted
    added = posted.get("question-new", "").strip()[:500]
    if added and len(review.questions) < MAX_QUESTIONS:
        review.questions.append(_entry(added))
    review.save()
    return review


def as_text(review: OwnReview) -> str:
    """To take away: plain text in the reader's language."""
    return render_to_string("afterwards/own_review.txt", {"review": review, "interview": review.interview})
