"""The candidates of a job side by side: by dimension with errors, what differs beyond them, and how far an order holds.

Compared are those with a final rating, by the job's rule; a candidate of whom something is not known is compared on the rest.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from django.db.models import QuerySet

from interview_analysis.scoring.profile import Dimension, JobProfile
from interview_analysis.scoring.statistics.ranking import Difference, Stability, difference, stability
from interview_analysis.web.hiring.models import Application, Job
from interview_analysis.web.hiring.profiles import profile_of
from interview_analysis.web.interviews.models import Interview
from interview_analysis.web.people.models import User
from interview_analysis.web.review.consensus import Merged, merged_overall
from interview_analysis.web.review.standing import Standing, standings

MAX_COMPARED = 12  # more cannot be read side by side
NONE = Merged(None, None, "")


@dataclass(frozen=True, slots=True)
class Compared:
    """One candidate by the latest interview with a final rating; `place` from 1, none where it cannot be told."""

    application: Application
    standing: Standing
    parts: Mapping[str, Merged]
    overall: Merged
    place: int | None = None
    shares: tuple[float, ...] = ()  # of the draws, place by place; empty without a whole score


@dataclass(frozen=True, slots=True)
class Apart:
    """Whom `higher` lies above by more than their errors, and by how much; on `dimension`, none for the whole."""

    dimension: Dimension | None
    higher: Compared
    over: tuple[tuple[Compared, Difference], ...]


@dataclass(frozen=True, slots=True)
class Comparison:
    """`dimensions` and their weights are those of the job's latest profile. `order_share` is that of the best order."""

    profile: JobProfile
    compared: tuple[Compared, ...]
    apart: tuple[Apart, ...]
    order_share: float
    settled: bool
    closed: tuple[Application, ...]  # their consensus was opened again, or is not for the user to see
    left_out: int  # with a final rating, beyond MAX_COMPARED


def rated(applications: QuerySet[Application]) -> QuerySet[Application]:
    """Those with a final rating, by name."""
    found = Interview.objects.filter(consensus__isnull=False).values("application")
    return applications.filter(pk__in=found).order_by("candidate__name", "pk")


def compare(user: User, job: Job, applications: QuerySet[Application]) -> Comparison | None:
    """Those of the job's `applications` whose numbers `user` may see, the first MAX_COMPARED by name; None without a profile."""
    version = job.profile
    if version is None:
        return None
    profile = profile_of(version)
    candidates = rated(applications.filter(job=job))
    chosen = list(candidates[:MAX_COMPARED])
    found = [_compared(one, profile) for one in _latest(user, chosen)]
    stable = _stability(found, profile)
    placed = [
        Compared(
            one.application, one.standing, one.parts, one.overall,
            stable.place(i), tuple(stable.shares[i]) if np.isfinite(stable.shares[i]).all() else (),
        )
        for i, one in enumerate(found)
    ]  # fmt: skip
    shown = {one.application.pk for one in found}
    return Comparison(
        profile, tuple(placed), tuple(_apart(placed, profile)), stable.order_share, stable.settled,
        tuple(a for a in chosen if a.pk not in shown), max(0, candidates.count() - MAX_COMPARED),
    )  # fmt: skip


def _latest(user: User, applications: Collection[Application]) -> list[Standing]:
    """One interview each: the latest one with a final rating that is open to `user`."""
    interviews = Interview.objects.filter(application__in=applications, consensus__isnull=False)
    found: dict[int, Standing] = {}
    for one in standings(user, interviews.order_by("created_at", "pk")):
        found[one.interview.application_id] = one
    return [found[a.pk] for a in applications if a.pk in found]


def _compared(one: Standing, profile: JobProfile) -> Compared:
    parts = {d.id: one.merged.get(d.id, NONE) for d in profile.dimensions}
    return Compared(one.interview.application, one, parts, merged_overall(profile, parts))


def _stability(found: list[Compared], profile: JobProfile) -> Stability:
    nan = np.nan  # one object: equal to itself in a key
    cells = [[one.parts[d.id] for d in profile.dimensions] for one in found]
    return _drawn(
        tuple(tuple(nan if c.score is None else c.score for c in row) for row in cells),
        tuple(tuple(nan if c.standard_error is None else c.standard_error for c in row) for row in cells),
        tuple(d.weight for d in profile.dimensions),
    )


@lru_cache(maxsize=64)
def _drawn(
    scores: tuple[tuple[float, ...], ...], errors: tuple[tuple[float, ...], ...], weights: tuple[float, ...]
) -> Stability:
    """The same scores are drawn once, not at each look at the page."""
    return stability(scores, errors, weights)


def _apart(found: list[Compared], profile: JobProfile) -> list[Apart]:
    told = []
    for dimension in (None, *profile.dimensions):
        for one in in_order(found, dimension.id if dimension else "overall"):
            over = tuple(
                (other, between)
                for other in found
                if (between := _between(_score(one, dimension), _score(other, dimension))) is not None
                and between.value > 0
                and between.beyond_error
            )
            if over:
                told.append(Apart(dimension, one, over))
    return told


def _score(one: Compared, dimension: Dimension | None) -> Merged:
    return one.overall if dimension is None else one.parts[dimension.id]


def _between(a: Merged, b: Merged) -> Difference | None:
    """None where one of them is not known."""
    if a.score is None or b.score is None or a.standard_error is None or b.standard_error is None:
        return None
    return difference(a.score, a.standard_error, b.score, b.standard_error)


def in_order(found: Collection[Compared], by: str) -> list[Compared]:
    """By "overall" or a dimension, the highest first and what is not known last; by name otherwise."""

    def score(one: Compared) -> float | None:
        return one.overall.score if by == "overall" else one.parts.get(by, NONE).score

    names = sorted(found, key=lambda one: one.application.candidate.name)
    return sorted(names, key=lambda one: (score(one) is None, -(score(one) or 0.0)))
