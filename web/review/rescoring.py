"""Scoring the interviews of a job again with another version of its profile, and what that changes, before it is kept.

Both results of an interview rest on the same recordings, so their errors move together: the change of one score is shown
and not tested. The order of candidates is compared by what can be told of it before and after, each time by its own errors.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import combinations

from django.db.models import QuerySet

from interview_analysis.errors import InterviewAnalysisError
from interview_analysis.scoring.edges import Text
from interview_analysis.scoring.report.report import DimensionScore, Report
from interview_analysis.scoring.statistics.ranking import Difference, difference
from interview_analysis.web.analysis import queue
from interview_analysis.web.analysis.models import Analysis
from interview_analysis.web.hiring.models import ProfileVersion
from interview_analysis.web.interviews.models import Interview
from interview_analysis.web.people.models import User
from interview_analysis.web.review.blind import machine_visible_among
from interview_analysis.web.review.result import saved

MAX_ORDERED = 60  # candidates whose order is compared pair by pair
State, Trial = Analysis.State, Analysis.Trial
UNDER_WAY = (State.WAITING, State.RUNNING)


@dataclass(frozen=True, slots=True)
class Started:
    """How many trials are `asked` for, how many interviews have the version's `same` result, and why others are `refused`."""

    asked: int
    same: int
    refused: Counter[str]


@dataclass(frozen=True, slots=True)
class Change:
    """A dimension before and after; None where a version does not have it."""

    name: Text
    before: DimensionScore | None
    after: DimensionScore | None

    @property
    def by(self) -> float | None:
        return _by(self.before, self.after)

    @property
    def level_changed(self) -> bool:
        return bool(self.before and self.after) and _level(self.before) != _level(self.after)

    @property
    def weight_changed(self) -> bool:
        return (
            self.before is not None
            and self.after is not None
            and abs(self.before.weight - self.after.weight) > 5e-4
        )


@dataclass(frozen=True, slots=True)
class Rescored:
    """An interview with its trial. Reports and changes are there once it is done, and where the user may see them.

    `hidden`: the user is to rate it first. `outdated`: its result changed since. `fault`: what is wrong with a report's files.
    """

    trial: Analysis
    hidden: bool
    outdated: bool
    before: Report | None = None
    after: Report | None = None
    changes: tuple[Change, ...] = ()
    fault: str = ""

    @property
    def by(self) -> float | None:
        return _by(self.before.overall, self.after.overall) if self.before and self.after else None


@dataclass(frozen=True, slots=True)
class Pair:
    """Two interviews of which an order can be told before or after, and not the same one: `first` was or is the higher one."""

    first: Interview
    second: Interview
    before: Difference
    after: Difference

    @property
    def kind(self) -> str:
        if self.before.beyond_error and self.after.beyond_error:
            return "turned"
        return "lost" if self.before.beyond_error else "found"


@dataclass(frozen=True, slots=True)
class Order:
    """`compared` candidates, the pairs of which the order changes, and how many `told` there are before and after."""

    compared: int
    pairs: tuple[Pair, ...]
    told_before: int
    told_after: int
    left_out: int  # candidates beyond MAX_ORDERED


def _level(scored: DimensionScore | None) -> int | None:
    return scored.level if scored is not None and scored.score is not None else None


def _by(before: object, after: object) -> float | None:
    old, new = getattr(before, "score", None), getattr(after, "score", None)
    return None if old is None or new is None else new - old


def open_trials(user: User, version: ProfileVersion, only: Interview | None = None) -> QuerySet[Analysis]:
    """Trials by `version` that are neither kept nor dropped, by name of the candidate."""
    found = Analysis.objects.visible_to(user).filter(
        profile=version, trial=Trial.OPEN, interview__application__job=version.job
    )
    if only is not None:
        found = found.filter(interview=only)
    return found.select_related(
        "interview__application__candidate", "interview__application__job", "against__profile", "profile"
    ).order_by("interview__application__candidate__name", "interview")


def start(user: User, version: ProfileVersion, only: Interview | None = None) -> Started:
    """Ask for a trial of every interview of the job that has a result by another version. Pressed twice it asks once."""
    interviews = Interview.objects.visible_to(user).filter(application__job=version.job)
    if only is not None:
        interviews = interviews.filter(pk=only.pk)
    results = {
        a.interview_id: a
        for a in Analysis.objects.filter(interview__in=interviews, current=True, state=State.DONE)
    }
    known = {t.interview_id: t for t in open_trials(user, version)}
    asked = same = 0
    refused: Counter[str] = Counter()
    for interview in interviews.filter(pk__in=results).select_related("consent", "application__job"):
        result, trial = results[interview.pk], known.get(interview.pk)
        if result.profile_id == version.pk:
            same += 1
            continue
        if trial is not None and trial.against_id == result.pk and trial.state in (*UNDER_WAY, State.DONE):
            asked += 1
            continue
        if trial is not None:
            queue.drop(trial, user)
        try:
            queue.request(interview, user, version, trial=True)
            asked += 1
        except queue.NotAllowedError as error:
            refused[error.code] += 1
    return Started(asked, same, refused)


def visible_among(user: User, trials: QuerySet[Analysis]) -> set[int]:
    """The numbers of the trials' interviews of which `user` may see the machine's result."""
    shown = machine_visible_among(user, Interview.objects.filter(pk__in=trials.values("interview")))
    return set(shown.values_list("pk", flat=True))


def rescored(trials: Sequence[Analysis], visible: set[int]) -> list[Rescored]:
    return [_rescored(trial, trial.interview_id in visible) for trial in trials]


def _rescored(trial: Analysis, visible: bool) -> Rescored:
    if not visible or not _fits(trial) or trial.against is None or trial.state != State.DONE:
        return Rescored(trial, not visible, not _fits(trial))
    try:
        before, after = saved(trial.against).report, saved(trial).report
    except InterviewAnalysisError as error:
        return Rescored(trial, False, False, fault=str(error))
    return Rescored(trial, False, False, before, after, tuple(changes(before, after)))


def _fits(trial: Analysis) -> bool:
    """Whether what it is compared with is still the interview's result."""
    return trial.against is not None and trial.against.current


def changes(before: Report, after: Report) -> list[Change]:
    """By dimension, in the order of the new version; those that it no longer has last."""
    old = {d.id: d for d in before.dimensions}
    kept = [Change(d.name, old.pop(d.id, None), d) for d in after.dimensions]
    return [*kept, *(Change(d.name, d, None) for d in old.values())]


def order(trials: Sequence[Analysis], visible: set[int]) -> Order:
    """Of the candidates with a score before and after, each by the latest interview, as far as the errors tell an order."""
    latest: dict[int, Analysis] = {}
    for trial in trials:
        if trial.interview_id in visible and trial.state == State.DONE and _scored(trial):
            held = latest.get(trial.interview.application_id)
            if held is None or held.interview_id < trial.interview_id:
                latest[trial.interview.application_id] = trial
    chosen = list(latest.values())[:MAX_ORDERED]
    pairs, told_before, told_after = [], 0, 0
    for one, other in combinations(chosen, 2):
        before, after = _apart(one.against, other.against), _apart(one, other)
        told_before += before.beyond_error
        told_after += after.beyond_error
        if _sign(before) == _sign(after):
            continue
        if (_sign(before) or _sign(after)) < 0:
            one, other = other, one
            before, after = Difference(-before.value, before.margin), Difference(-after.value, after.margin)
        pairs.append(Pair(one.interview, other.interview, before, after))
    pairs.sort(key=lambda pair: (("turned", "lost", "found").index(pair.kind), -abs(pair.after.value)))
    return Order(len(chosen), tuple(pairs), told_before, told_after, len(latest) - len(chosen))


def _scored(trial: Analysis) -> bool:
    told = (trial, trial.against)
    known = all(a is not None and a.overall is not None and a.standard_error is not None for a in told)
    return known and _fits(trial)


def _apart(one: Analysis | None, other: Analysis | None) -> Difference:
    assert one is not None
    assert other is not None
    return difference(
        one.overall or 0.0, one.standard_error or 0.0, other.overall or 0.0, other.standard_error or 0.0
    )


def _sign(between: Difference) -> int:
    """Which of two is the higher one; 0 where that cannot be told."""
    return (1 if between.value > 0 else -1) if between.beyond_error else 0


def keepable(trials: Iterable[Analysis], visible: set[int]) -> list[Analysis]:
    return [t for t in trials if t.state == State.DONE and t.interview_id in visible and _fits(t)]


def keep(user: User, trials: Sequence[Analysis], visible: set[int]) -> tuple[int, int]:
    """Make those that are done, and that `user` may see, the interviews' results. How many were kept, and how many were not
    because the interview's result had changed."""
    done = [trial for trial in trials if trial.state == State.DONE and trial.interview_id in visible]
    kept = sum(queue.keep(trial, user) for trial in done)
    return kept, len(done) - kept


def drop(user: User, trials: Sequence[Analysis]) -> int:
    return sum(queue.drop(trial, user) for trial in trials)
