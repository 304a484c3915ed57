"""From several scorecards to one final rating, and how human and machine ratings are put side by side.

The initial ratings stay as they are. The consensus opens once everybody who is assigned has submitted.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from django.core.cache import cache
from django.db import transaction
from django.db.models import Count, Max

from interview_analysis import __version__
from interview_analysis.errors import InterviewAnalysisError
from interview_analysis.scoring.learning.agreement import Agreement, agreement
from interview_analysis.scoring.profile import JobProfile
from interview_analysis.scoring.report.report import DimensionScore, Report
from interview_analysis.web.hiring.models import Job
from interview_analysis.web.hiring.profiles import profile_of
from interview_analysis.web.interviews.models import Assignment, Interview
from interview_analysis.web.people.models import STAFF, User
from interview_analysis.web.privacy.trail import record
from interview_analysis.web.review.models import Consensus, Rating, Scorecard
from interview_analysis.web.review.result import basis

_REMEMBERED_S = 24 * 3600
USUAL_CUTS = (20.0, 40.0, 60.0, 80.0)


class ConsensusError(InterviewAnalysisError):
    """A final rating that may not be entered; `code` is for the page's own words."""

    def __init__(self, message: str, code: str) -> None:
        super().__init__(message)
        self.code = code


def latest_submitted(cards: Iterable[Scorecard]) -> list[Scorecard]:
    """Of all scorecards of an interview the latest submitted one of each rater."""
    found: dict[int, Scorecard] = {}
    for card in sorted(cards, key=lambda c: c.version):
        if card.submitted_at is not None:
            found[card.rater_id] = card
    return list(found.values())


def all_rated(raters: Collection[int], cards: Collection[Scorecard]) -> bool:
    """Whether all who are assigned have submitted, and nobody has a change open."""
    done = {card.rater_id for card in latest_submitted(cards)}
    return bool(raters) and set(raters) <= done and all(card.submitted_at is not None for card in cards)


def submitted(interview: Interview) -> list[Scorecard]:
    """The latest submitted scorecard of each rater."""
    return latest_submitted(interview.scorecards.select_related("rater").prefetch_related("ratings"))


def is_ready(interview: Interview) -> bool:
    """Whether all who are assigned have submitted, and nobody has a change open."""
    raters = list(interview.assignments.values_list("rater", flat=True))
    return all_rated(raters, list(interview.scorecards.all()))


def open_to(user: User, job: Job) -> bool:
    """Staff, and raters whom the job shows others' ratings; of interviews that `user` may see and all have rated."""
    return user.may(*STAFF) or job.others_shown != Job.Shown.NEVER


def may_see(user: User, interview: Interview) -> bool:
    """Whoever may see the interview, as the job allows it, once all have rated."""
    visible = Interview.objects.visible_to(user).filter(pk=interview.pk).exists()
    return visible and is_ready(interview) and open_to(user, interview.application.job)


def may_enter(user: User, interview: Interview) -> bool:
    """The one whom the job names, a recruiter or administrator by default."""
    named = interview.application.job.final_rater_id
    if named is not None:
        return user.pk == named
    return user.may(*STAFF)


@dataclass(frozen=True, slots=True)
class Row:
    """One competency: each rater's level (None: not observed), how far apart they are, and the machine's."""

    dimension: str
    levels: tuple[int | None, ...]
    notes: tuple[str, ...]
    spread: int | None  # none where fewer than two observed it
    mean: float | None
    machine: DimensionScore | None


def grid(interview: Interview, report: Report | None) -> tuple[list[Scorecard], list[Row]]:
    """A row a competency of the profile that was rated by, a column a rater."""
    cards = submitted(interview)
    return cards, rows_of(cards, profile_of(cards[-1].profile), report) if cards else []


def rows_of(cards: Sequence[Scorecard], profile: JobProfile, report: Report | None) -> list[Row]:
    machine = {d.id: d for d in report.dimensions} if report else {}
    rows = []
    for dimension in profile.dimensions:
        ratings = [{r.dimension: r for r in card.ratings.all()}.get(dimension.id) for card in cards]
        levels = tuple(r.level if r else None for r in ratings)
        known = [level for level in levels if level is not None]
        rows.append(
            Row(
                dimension.id,
                levels,
                tuple(r.note if r else "" for r in ratings),
                max(known) - min(known) if len(known) > 1 else None,
                float(np.mean(known)) if known else None,
                machine.get(dimension.id),
            )
        )
    return rows


def agreement_of(job: Job) -> Agreement:
    """How far raters of a job agree, over all interviews that two or more have rated, candidates drawn again."""
    return agreements([job])[job.pk]


def agreements(jobs: Sequence[Job]) -> dict[int, Agreement]:
    """`agreement_of` each job, by its number; remembered until somebody submits, opens a change or is assigned."""
    keys = _stamps(jobs)
    known: dict[str, Agreement] = cache.get_many(keys.values())
    unknown = [job for job in jobs if keys[job.pk] not in known]
    computed = _agreements(unknown) if unknown else {}
    cache.set_many({keys[job]: found for job, found in computed.items()}, _REMEMBERED_S)
    return {job: computed[job] if job in computed else known[key] for job, key in keys.items()}


def _stamps(jobs: Sequence[Job]) -> dict[int, str]:
    """For each job a key of the cache, which every change of its scorecards and assignments changes.

    What was submitted is never edited, so that counts and the latest of each tell.
    """
    told: dict[int, list[object]] = {job.pk: [__version__, job.pk] for job in jobs}
    place = "interview__application__job"
    cards = Scorecard.objects.filter(**{f"{place}__in": jobs}).order_by().values_list(place)
    for job, *stamp in cards.annotate(Count("pk"), Count("submitted_at"), Max("submitted_at"), Max("pk")):
        told[job] += ["scorecards", *stamp]
    assigned = Assignment.objects.filter(**{f"{place}__in": jobs}).order_by().values_list(place)
    for job, *stamp in assigned.annotate(Count("pk"), Max("pk")):
        told[job] += ["assignments", *stamp]
    return {
        job: f"review/agreement/{hashlib.sha256(repr(stamp).encode()).hexdigest()}"
        for job, stamp in told.items()
    }


def _agreements(jobs: Sequence[Job]) -> dict[int, Agreement]:
    cards = Scorecard.objects.latest_submitted().filter(interview__application__job__in=jobs)
    application = "scorecard__interview__application"
    rated = (
        Rating.objects.filter(scorecard__in=cards.values("pk"))
        .order_by("scorecard__interview", "scorecard__rater")
        .values_list(
            f"{application}__job", f"{application}__candidate", "scorecard__interview", "dimension", "level"
        )
    )
    ready = _ready(jobs)
    units: dict[int, dict[tuple[int, int, str], list[float]]] = {job.pk: {} for job in jobs}
    for job, candidate, interview, dimension, level in rated.iterator():
        if interview in ready:
            unit = units[job].setdefault((candidate, interview, dimension), [])
            unit.append(float("nan") if level is None else float(level))
    return {job: agreement(list(own.values()), [str(key[0]) for key in own]) for job, own in units.items()}


def _ready(jobs: Sequence[Job]) -> set[int]:
    """`is_ready` of many: the numbers of the interviews of `jobs` whose raters have all submitted, with no change open."""
    cards = Scorecard.objects.filter(interview__application__job__in=jobs)
    done = set(cards.filter(submitted_at__isnull=False).values_list("interview", "rater"))
    open_ = set(cards.filter(submitted_at=None).values_list("interview", flat=True))
    assigned = set(
        Assignment.objects.filter(interview__application__job__in=jobs).values_list("interview", "rater")
    )
    return {interview for interview, _ in assigned} - open_ - {interview for interview, _ in assigned - done}


@transaction.atomic
def enter(
    interview: Interview, by: User, levels: dict[str, int | None], notes: dict[str, str], remark: str
) -> Consensus:
    """Keep the final rating. Raises ConsensusError for who may not, too early, and for levels that are none."""
    if not is_ready(interview):
        raise ConsensusError("not everybody who is assigned has submitted yet", "early")
    if not may_enter(by, interview):
        raise ConsensusError("the job names somebody else for the final rating", "not_named")
    cards = submitted(interview)
    profile = profile_of(cards[-1].profile)
    known = {d.id for d in profile.dimensions}
    if set(levels) != known or any(level not in (None, 1, 2, 3, 4, 5) for level in levels.values()):
        raise ConsensusError("a level from 1 to 5, or not observed, is needed for every dimension", "levels")
    made, _ = Consensus.objects.update_or_create(
        interview=interview,
        defaults={
            "levels": levels,
            "notes": {key: text[:2000] for key, text in notes.items() if key in known and text},
            "remark": remark[:5000],
            "entered_by": by,
            "basis": basis(interview),
        },
    )
    record(
        by,
        "consensus.entered",
        made,
        interview=interview.pk,
        levels=levels,
        raters=[c.rater_id for c in cards],
    )
    return made


def level_score(level: int, cuts: Sequence[float] = USUAL_CUTS) -> float:
    """A level on the scale of 0 to 100: the middle between the cuts that bound it."""
    edges = (0.0, *cuts, 100.0)
    return (edges[level - 1] + edges[level]) / 2


@dataclass(frozen=True, slots=True)
class Merged:
    """A dimension's score by the rule that the job states; None where the rule has nothing to go by."""

    score: float | None
    standard_error: float | None
    rule: str


def merged(
    rule: str,
    levels: Sequence[int | None],
    rater_error_levels: float,
    machine: DimensionScore | None,
    cuts: Sequence[float],
) -> Merged:
    """Human ratings of one dimension and the machine's by `rule` of the job.

    `human`: the mean of the raters. `rater`: the machine is one more rater, of equal weight. `precision`: the mean weighted by
    1 / variance (Hedges & Olkin 1985), with the stated error of a single rater. Raters' errors are taken as independent.
    """
    scores = [level_score(level, cuts) for level in levels if level is not None]
    width = 100.0 / 5
    rater_error = rater_error_levels * width
    human = (float(np.mean(scores)), rater_error / np.sqrt(len(scores))) if scores else None
    told = None
    if machine is not None and machine.score is not None and machine.standard_error:
        told = (machine.score, machine.standard_error)
    if rule == Job.Merge.HUMAN or told is None:
        return Merged(human[0], float(human[1]), Job.Merge.HUMAN) if human else Merged(None, None, rule)
    if human is None:
        return Merged(None, None, rule)  # never the machine alone
    if rule == Job.Merge.RATER:
        n = len(scores)
        error = np.sqrt(n * rater_error**2 + told[1] ** 2) / (n + 1)
        return Merged((sum(scores) + told[0]) / (n + 1), float(error), rule)
    weights = np.array([1 / human[1] ** 2, 1 / told[1] ** 2])
    score = float(weights @ np.array([human[0], told[0]]) / weights.sum())
    return Merged(score, float(np.sqrt(1 / weights.sum())), rule)


def merged_overall(profile: JobProfile, parts: dict[str, Merged]) -> Merged:
    """The weighted mean of the dimensions that have a merged score; None below half of the weight."""
    known = [
        (d.weight, parts[d.id]) for d in profile.dimensions if d.id in parts and parts[d.id].score is not None
    ]
    total = sum(weight for weight, _ in known)
    if total < 0.5 - 1e-9:
        return Merged(None, None, "")
    score = sum(weight * (part.score or 0.0) for weight, part in known) / total
    error = (
        float(np.sqrt(sum((weight * (part.standard_error or 0.0)) ** 2 for weight, part in known))) / total
    )
    rules: set[Any] = {part.rule for _, part in known}
    return Merged(score, error, str(rules.pop()) if len(rules) == 1 else "mixed")
