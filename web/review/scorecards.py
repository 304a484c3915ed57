"""Scorecards: drafts that are saved while typing, submitting, and changing afterwards with a reason."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.utils import timezone

from interview_analysis.errors import InterviewAnalysisError
from interview_analysis.scoring.profile import JobProfile
from interview_analysis.web.hiring.profiles import profile_of
from interview_analysis.web.interviews.models import Interview
from interview_analysis.web.people.models import User
from interview_analysis.web.privacy.trail import record
from interview_analysis.web.review.blind import is_rater
from interview_analysis.web.review.models import Rating, Scorecard
from interview_analysis.web.review.result import basis

MAX_QUOTES, MAX_TEXT = 20, 5000


class ScorecardError(InterviewAnalysisError):
    """A scorecard that cannot be saved or submitted; `code` is for the page's own words."""

    def __init__(self, message: str, code: str) -> None:
        super().__init__(message)
        self.code = code


def latest(interview: Interview, rater: User) -> Scorecard | None:
    return interview.scorecards.filter(rater=rater).order_by("-version").first()


@transaction.atomic
def draft(interview: Interview, rater: User) -> Scorecard:
    """The rater's open scorecard, a new one where there is none. Raises ScorecardError for who is no rater, or has submitted."""
    if not is_rater(rater, interview):
        raise ScorecardError("only raters who are assigned to an interview may rate it", "not_assigned")
    Interview.objects.select_for_update().get(pk=interview.pk)
    known = latest(interview, rater)
    if known is not None:
        if known.submitted_at is not None:
            raise ScorecardError(
                "this scorecard was submitted; a change is a new version with a reason", "submitted"
            )
        return known
    profile = interview.application.job.profile
    if profile is None:
        raise ScorecardError("the job has no profile to rate by yet", "no_profile")
    return Scorecard.objects.create(interview=interview, rater=rater, profile=profile)


@transaction.atomic
def save(card: Scorecard, content: dict[str, Any]) -> None:
    """Take over what a page sends: {"remark", "ratings": {dimension: {"level", "observed", "note", "quotes"}}}.

    What it does not name stays. Raises ScorecardError for a submitted card and for values that are none.
    """
    locked = Scorecard.objects.select_for_update().get(pk=card.pk)
    if locked.submitted_at is not None:
        raise ScorecardError(
            "this scorecard was submitted; a change is a new version with a reason", "submitted"
        )
    known = {d.id for d in profile_of(card.profile).dimensions}
    if "remark" in content:
        locked.remark = _text(content["remark"])
    ratings = content.get("ratings", {})
    if not isinstance(ratings, dict):
        raise ScorecardError('expected "ratings" to map dimensions to ratings', "form")
    for dimension, sent in ratings.items():
        if dimension not in known or not isinstance(sent, dict):
            raise ScorecardError(f"there is no dimension '{str(dimension)[:40]}' in this profile", "form")
        _save_rating(locked, dimension, sent)
    locked.save()


def _save_rating(card: Scorecard, dimension: str, sent: dict[str, Any]) -> None:
    old = card.ratings.filter(dimension=dimension).first()
    observed = sent.get("observed", old.observed if old else True) is not False
    level = sent.get("level", old.level if old else None) if observed else None
    if level is not None and level not in (1, 2, 3, 4, 5):
        raise ScorecardError(f"a level is a number from 1 to 5, got {str(level)[:20]}", "form")
    note = _text(sent.get("note", old.note if old else ""))
    quotes = _quotes(sent.get("quotes", old.quotes if old else []))
    Rating.objects.update_or_create(
        scorecard=card,
        dimension=dimension,
        defaults={"level": level, "observed": observed, "note": note, "quotes": quotes},
    )


def _text(value: object) -> str:
    return str(value or "")[:MAX_TEXT]


def _quotes(sent: object) -> list[dict[str, object]]:
    if not isinstance(sent, list) or len(sent) > MAX_QUOTES:
        raise ScorecardError(f"expected a list of {MAX_QUOTES} quotes at most", "form")
    try:
        return [
            {"start_s": float(q["start_s"]), "end_s": float(q["end_s"]), "text": _text(q["text"])[:1000]}
            for q in sent
        ]
    except (KeyError, TypeError, ValueError) as error:
        raise ScorecardError("a quote has start_s, end_s and text", "form") from error


def unrated(card: Scorecard, profile: JobProfile) -> list[str]:
    """The dimensions that have neither a level nor "not observed" yet."""
    rated = {r.dimension for r in card.ratings.all() if r.level is not None or not r.observed}
    return [d.id for d in profile.dimensions if d.id not in rated]


@transaction.atomic
def submit(card: Scorecard) -> None:
    """Lock it. Submitting twice changes nothing. Raises ScorecardError while a dimension is not rated."""
    locked = Scorecard.objects.select_for_update().get(pk=card.pk)
    if locked.submitted_at is not None:
        return
    left = unrated(locked, profile_of(card.profile))
    if left:
        raise ScorecardError(f"not rated yet: {', '.join(left)}", "unrated")
    locked.submitted_at, locked.basis = timezone.now(), basis(card.interview)
    locked.save()
    record(
        card.rater, "scorecard.submitted", locked,
        interview=card.interview_id, version=locked.version, machine_seen_first=locked.machine_seen_at is not None,
    )  # fmt: skip


@transaction.atomic
def amend(interview: Interview, rater: User, reason: str) -> Scorecard:
    """A new version of a submitted scorecard, with the old one's ratings to change. Raises ScorecardError without a reason."""
    if not reason.strip():
        raise ScorecardError("say why the scorecard is changed", "reason")
    Interview.objects.select_for_update().get(pk=interview.pk)
    old = latest(interview, rater)
    if old is None:
        return draft(interview, rater)
    if old.submitted_at is None:
        return old
    profile = interview.application.job.profile or old.profile
    new = Scorecard.objects.create(
        interview=interview, rater=rater, version=old.version + 1, reason=reason.strip()[:300], profile=profile,
        machine_seen_at=timezone.now(), remark=old.remark,
    )  # fmt: skip
    known = {d.id for d in profile_of(profile).dimensions}
    for rating in old.ratings.filter(dimension__in=known):
        rating.pk = None
        rating.scorecard = new
        rating.save(force_insert=True)
    record(rater, "scorecard.reopened", new, interview=interview.pk, version=new.version)
    return new


def is_stale(card: Scorecard) -> bool:
    """Whether a recording, the rubric or the machine's result changed since it was submitted."""
    return card.submitted_at is not None and card.basis != basis(card.interview)
