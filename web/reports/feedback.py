"""Feedback to a candidate: a draft that a recruiter edits and releases; a released text is locked."""

from __future__ import annotations

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from interview_analysis.errors import InterviewAnalysisError
from interview_analysis.web.analysis.models import Analysis
from interview_analysis.web.hiring.profiles import profile_of
from interview_analysis.web.interviews.models import Interview
from interview_analysis.web.people.models import User
from interview_analysis.web.privacy.trail import record
from interview_analysis.web.reports.advice import Draft, draft
from interview_analysis.web.reports.models import Feedback
from interview_analysis.web.review.blind import machine_visible
from interview_analysis.web.review.result import Saved, current_analysis

MAX_TEXT = 20_000


class FeedbackError(InterviewAnalysisError):
    """A feedback that cannot be saved or released; `code` is for the page's own words."""

    def __init__(self, message: str, code: str) -> None:
        super().__init__(message)
        self.code = code


def latest(interview: Interview) -> Feedback | None:
    return interview.feedback.select_related("edited_by", "released_by").first()


def by_people_alone(interview: Interview) -> bool:
    """Whether the candidate goes without the machine, so that the text is a person's from the first word."""
    return interview.consent is not None and not interview.consent.analysis


def proposed(interview: Interview, found: Saved | None) -> Feedback:
    """The next one as it would be drafted now, empty without a result; it is not kept before it is saved."""
    last = latest(interview)
    language = interview.application.candidate.language
    text = Draft("", "")
    if found is not None:
        text = draft(found.report, language, profile_of(found.analysis.profile))
    return Feedback(
        interview=interview, number=last.number + 1 if last else 1, language=language, strengths=text.strengths,
        advice=text.advice, drafted_from=_result_of(found.analysis if found is not None else None),
    )  # fmt: skip


def is_stale(told: Feedback) -> bool:
    """Whether the machine's result is another one than the draft was made of."""
    return not _rests_on(told.interview, told.drafted_from)


def _result_of(analysis: Analysis | None) -> str:
    """The hash of a result; empty without one."""
    return analysis.report_sha256 if analysis is not None else ""


def _rests_on(interview: Interview, result: str) -> bool:
    """Whether `result` is what there is: the machine's present one, or none where the candidate goes without."""
    present = _result_of(current_analysis(interview))
    return result == present and (present != "" or by_people_alone(interview))


@transaction.atomic
def save(
    interview: Interview, by: User, text: Draft, *, number: int, language: str, seen: str, drafted_from: str
) -> Feedback:
    """Keep the open feedback `number` in `language`, which was drafted from the report of hash `drafted_from`.

    `seen` is the version that was edited, as `version_of` names it. Raises FeedbackError where somebody saved or released
    another one in the meantime, or where there is no result that `by` may see.
    """
    if not machine_visible(by, interview):
        raise FeedbackError("there is no result that this person may see", "hidden")
    Interview.objects.select_for_update().get(pk=interview.pk)
    last = latest(interview)
    open_one = last if last is not None and last.released_at is None else None
    expected = open_one.number if open_one else (last.number + 1 if last else 1)
    if number < expected:
        raise FeedbackError("this text was released and is locked; a change is a new release", "released")
    if number != expected or seen != version_of(open_one):
        raise FeedbackError("somebody else saved it in the meantime", "outdated")
    known = interview.analyses.filter(report_sha256=drafted_from).exclude(report_sha256="").exists()
    if not known and not _rests_on(interview, drafted_from):
        raise FeedbackError("expected the hash of a report of this interview", "result")
    if language not in dict(settings.LANGUAGES):
        raise FeedbackError(f"expected one of the languages {', '.join(dict(settings.LANGUAGES))}", "result")
    made = open_one or Feedback(interview=interview, number=number)
    made.language = language
    made.strengths, made.advice = text.strengths.strip()[:MAX_TEXT], text.advice.strip()[:MAX_TEXT]
    made.edited_by, made.drafted_from = by, drafted_from
    made.save()
    record(by, "feedback.saved", made, interview=interview.pk, number=made.number)
    return made


@transaction.atomic
def release(told: Feedback, by: User, result_seen: str) -> None:
    """Lock it. Releasing twice changes nothing.

    `result_seen` is the hash of the result that the page spoke of. Raises FeedbackError where the result is another one by
    now, and for a text that is empty.
    """
    locked = Feedback.objects.select_for_update().get(pk=told.pk)
    if locked.released_at is not None:
        return
    if not locked.strengths and not locked.advice:
        raise FeedbackError("there is no text to release", "empty")
    if not _rests_on(locked.interview, result_seen):
        raise FeedbackError("the result changed in the meantime", "result_changed")
    locked.released_by, locked.released_at = by, timezone.now()
    locked.save()
    record(
        by, "feedback.released", locked,
        interview=locked.interview_id, number=locked.number, language=locked.language,
        drafted_from=locked.drafted_from, result=result_seen,
    )  # fmt: skip


def version_of(told: Feedback | None) -> str:
    """Names the state of an open feedback that somebody edits; empty for one that was not saved yet."""
    return told.edited_at.isoformat() if told is not None and told.pk else ""
