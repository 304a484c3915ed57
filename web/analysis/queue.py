"""The queue of analyses. Each row of `Analysis` is its own place in it.

A worker takes one by a conditional update, so that only one of several gets it, and writes a heartbeat while it works.
An analysis whose worker has been silent for a minute goes back to the queue, three times at most. There is no second
table of tasks: state, stage, progress and cancelling are shown on pages and would have to be kept twice.
"""

from __future__ import annotations

from datetime import timedelta

from django.db import transaction
from django.db.models import F, Q
from django.utils import timezone

from interview_analysis.errors import InterviewAnalysisError
from interview_analysis.web.analysis.models import Analysis
from interview_analysis.web.hiring.models import ProfileVersion
from interview_analysis.web.interviews.models import Interview
from interview_analysis.web.people.models import User
from interview_analysis.web.privacy.trail import record

SILENT_FOR = timedelta(seconds=60)
MAX_ATTEMPTS = 3
State = Analysis.State


class NotAllowedError(InterviewAnalysisError):
    """An analysis that may not run; `code` is for the page's own words."""

    def __init__(self, message: str, code: str) -> None:
        super().__init__(message)
        self.code = code


@transaction.atomic
def request(
    interview: Interview, by: User | None, profile: ProfileVersion | None = None, *, trial: bool = False
) -> Analysis:
    """Put an interview into the queue; one that waits or runs by the same profile is given instead.

    A `trial` by another profile takes the place of the current result only once somebody keeps it. Raises NotAllowedError without consent to an
    analysis, without a recording, or without a profile.
    """
    if not allowed(interview):
        raise NotAllowedError(
            "the candidate's consent to an analysis is not on record; enter it first", "consent"
        )
    if not interview.recordings.exists():
        raise NotAllowedError("there is no recording yet; upload one first", "no_recording")
    profile = profile or interview.application.job.profile
    if profile is None:
        raise NotAllowedError("the job has no profile yet; make one first", "no_profile")
    kind = Analysis.Trial.OPEN if trial else ""
    waiting = interview.analyses.filter(profile=profile, trial=kind, state__in=(State.WAITING, State.RUNNING))
    under_way = waiting.first()
    if under_way is not None:
        return under_way
    made = Analysis.objects.create(
        interview=interview, profile=profile, requested_by=by, current=False, trial=kind,
        against=interview.analyses.filter(current=True, state=State.DONE).first() if trial else None,
    )  # fmt: skip
    record(by, "analysis.requested", made, interview=interview.pk, profile=profile.pk, trial=trial)
    if not trial:
        Analysis.objects.filter(pk=made.pk).update(current=True)
    return made


def allowed(interview: Interview) -> bool:
    """Whether a consent to an analysis is on record and not withdrawn."""
    consent = interview.consent
    return consent is not None and consent.analysis and consent.withdrawn_at is None


def take(worker: str) -> Analysis | None:
    """The analysis that has waited longest, which is this worker's from now on; None where none waits.

    One that is not allowed any more is cancelled in its place.
    """
    give_back_abandoned()
    waits = Analysis.objects.filter(state=State.WAITING).select_related("interview__consent")
    for waiting in waits.order_by("requested_at")[:5]:
        if not allowed(waiting.interview):
            cancel(waiting, None)
            continue
        now = timezone.now()
        taken = Analysis.objects.filter(pk=waiting.pk, state=State.WAITING).update(
            state=State.RUNNING, worker=worker, started_at=now, beat_at=now, attempts=F("attempts") + 1,
            stage="", at_s=None, of_s=None, error="", error_code="",
        )  # fmt: skip
        if taken:
            return Analysis.objects.get(pk=waiting.pk)
    return None


def beat(analysis: Analysis, stage: str, at_s: float | None, of_s: float | None) -> bool:
    """Say that the worker lives and how far it is. False where the analysis is its own no longer, as after a cancel."""
    mine = Analysis.objects.filter(pk=analysis.pk, state=State.RUNNING, worker=analysis.worker)
    return bool(mine.update(beat_at=timezone.now(), stage=stage, at_s=at_s, of_s=of_s))


def give_back_abandoned() -> None:
    """Analyses of workers that fell silent wait again; after three attempts they have failed."""
    silent = Q(state=State.RUNNING, beat_at__lt=timezone.now() - SILENT_FOR)
    for lost in Analysis.objects.filter(silent):
        mine = Analysis.objects.filter(silent, pk=lost.pk, worker=lost.worker)
        if lost.attempts < MAX_ATTEMPTS:
            mine.update(state=State.WAITING, worker="", stage="")
        else:
            fail(
                lost,
                "its worker was lost three times; the recording may need more memory than there is",
                "lost",
            )


def give_back_of(dead: set[str]) -> None:
    """Those of workers that are known to be dead wait again at once."""
    Analysis.objects.filter(state=State.RUNNING, worker__in=dead, attempts__lt=MAX_ATTEMPTS).update(
        state=State.WAITING, worker="", stage=""
    )


def fail(analysis: Analysis, error: str, code: str) -> None:
    Analysis.objects.filter(pk=analysis.pk, state=State.RUNNING, worker=analysis.worker).update(
        state=State.FAILED, error=error, error_code=code, finished_at=timezone.now()
    )


@transaction.atomic
def done(analysis: Analysis, **columns: object) -> bool:
    """Put the result in place; the interview's earlier ones are current no longer. False after a cancel."""
    Interview.objects.select_for_update().get(pk=analysis.interview_id)
    mine = Analysis.objects.filter(pk=analysis.pk, state=State.RUNNING, worker=analysis.worker)
    if not mine.update(state=State.DONE, finished_at=timezone.now(), stage="", **columns):
        return False
    if analysis.current:
        Analysis.objects.filter(interview=analysis.interview, current=True).exclude(pk=analysis.pk).update(
            current=False
        )
    record(
        None, "analysis.done", analysis, interview=analysis.interview_id, report=str(columns["report_sha256"])
    )
    return True


@transaction.atomic
def keep(trial: Analysis, by: User) -> bool:
    """Make a trial the interview's result; the one before stays as an earlier one.

    False, and nothing changed, where that is no longer the result that the trial was compared with.
    """
    Interview.objects.select_for_update().get(pk=trial.interview_id)
    replaced = Analysis.objects.filter(pk=trial.against_id or 0, current=True, state=State.DONE)
    kept = Analysis.objects.filter(pk=trial.pk, trial=Analysis.Trial.OPEN, state=State.DONE)
    if not replaced.exists() or not kept.update(trial=Analysis.Trial.KEPT, current=True):
        return False
    replaced.update(current=False)
    trial.refresh_from_db()
    record(
        by, "analysis.kept", trial,
        interview=trial.interview_id, profile=trial.profile_id, replaced=trial.against_id, report=trial.report_sha256,
    )  # fmt: skip
    return True


@transaction.atomic
def drop(trial: Analysis, by: User) -> bool:
    """Leave the interview's result as it is. One that waits or runs is cancelled."""
    dropped = Analysis.objects.filter(pk=trial.pk, trial=Analysis.Trial.OPEN)
    if not dropped.update(trial=Analysis.Trial.DROPPED):
        return False
    cancel(trial, by)
    record(by, "analysis.dropped", trial, interview=trial.interview_id, profile=trial.profile_id)
    return True


@transaction.atomic
def cancel(analysis: Analysis, by: User | None) -> bool:
    stopped = Analysis.objects.filter(pk=analysis.pk, state__in=(State.WAITING, State.RUNNING)).update(
        state=State.CANCELLED, finished_at=timezone.now(), stage=""
    )
    if stopped:
        record(by, "analysis.cancelled", analysis)
    return bool(stopped)


@transaction.atomic
def retry(analysis: Analysis, by: User) -> bool:
    if not allowed(Interview.objects.select_related("consent").get(pk=analysis.interview_id)):
        return False
    stopped = Analysis.objects.filter(pk=analysis.pk, state__in=(State.FAILED, State.CANCELLED))
    again = stopped.exclude(trial=Analysis.Trial.DROPPED).update(
        state=State.WAITING, attempts=0, worker="", error="", error_code="", requested_at=timezone.now()
    )
    if again:
        record(by, "analysis.retried", analysis)
    return bool(again)
