"""How good the learned scorer is, from MLflow, and how far raters agree."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings
from django.core.cache import cache
from django.db.models import Count, Max

from interview_analysis.scoring.learning.agreement import Agreement
from interview_analysis.web.hiring.models import Job
from interview_analysis.web.interviews.models import Assignment
from interview_analysis.web.review.consensus import agreements
from interview_analysis.web.review.models import Scorecard

_KEPT_S = 300
_AGREEMENT_KEPT_S = 24 * 3600
_CHAMPIONS = "exchange/champions"
_SQLITE = "sqlite:///"


def agreements_of(jobs: Sequence[Job]) -> dict[int, Agreement]:
    """How far the raters of each job agree, computed again once something of it has changed."""
    keys = _keys(jobs)
    known: dict[str, Agreement] = cache.get_many(keys.values())
    computed = agreements([job for job in jobs if keys[job.pk] not in known])
    cache.set_many({keys[number]: found for number, found in computed.items()}, _AGREEMENT_KEPT_S)
    return {job.pk: computed.get(job.pk) or known[keys[job.pk]] for job in jobs}


def _keys(jobs: Sequence[Job]) -> dict[int, str]:
    """A key of the cache for each job, which any change of its scorecards and assignments changes."""
    place = "interview__application__job"
    told: dict[int, list[object]] = {job.pk: [] for job in jobs}
    cards = Scorecard.objects.filter(**{f"{place}__in": jobs}).order_by().values_list(place)
    for job, *stamp in cards.annotate(Count("pk"), Count("submitted_at"), Max("saved_at")):
        told[job] += stamp
    assigned = Assignment.objects.filter(**{f"{place}__in": jobs}).order_by().values_list(place)
    for job, *stamp in assigned.annotate(Count("pk"), Max("pk")):
        told[job] += stamp
    return {
        job: f"exchange/agreement/{job}/{hashlib.sha256(repr(stamp).encode()).hexdigest()}"
        for job, stamp in told.items()
    }


@dataclass(frozen=True, slots=True)
class Target:
    """How well one rating is predicted for persons who were left out; what is not defined is None.

    `r` is Pearson's correlation with its interval of 95 %, `rmse` is in the ratings' unit. `trust` are further figures.
    """

    name: str
    r: float | None
    low: float | None
    high: float | None
    rmse: float | None
    auc: float | None
    trust: tuple[tuple[str, float], ...]


@dataclass(frozen=True, slots=True)
class Champion:
    name: str
    number: str
    learner: str
    interviews: str
    persons: str
    decision: str
    targets: tuple[Target, ...]


def champions() -> tuple[Champion, ...]:
    """Those of the MLflow store, remembered for five minutes. Raises OutputError where it cannot be reached."""
    uri = settings.MLFLOW_URI
    if uri.startswith(_SQLITE) and not Path(uri.removeprefix(_SQLITE)).is_file():
        return ()  # MLflow would make one
    known: tuple[Champion, ...] | None = cache.get(_CHAMPIONS)
    if known is None:
        known = _read(uri)
        cache.set(_CHAMPIONS, known, _KEPT_S)
    return known


def _read(uri: str) -> tuple[Champion, ...]:
    from interview_analysis.pipeline.learning.registry import Registry

    os.environ.setdefault("MLFLOW_HTTP_REQUEST_MAX_RETRIES", "0")  # a page waits for the answer
    os.environ.setdefault("MLFLOW_HTTP_REQUEST_TIMEOUT", "5")
    found = []
    for recorded in Registry(uri).champions():
        told = recorded.parameters
        learner = told.get("learner", "")
        names = [name for name in told.get("targets", "").split(", ") if name]
        targets = tuple(_target(name, learner, dict(recorded.metrics)) for name in names)
        version = recorded.version
        found.append(
            Champion(
                version.name, version.number, learner, told.get("interviews", ""), told.get("persons", ""),
                recorded.decision, targets,
            )
        )  # fmt: skip
    return tuple(found)


def _target(name: str, learner: str, metrics: dict[str, float]) -> Target:
    own = {n: metrics.get(f"{name}/{learner}.{n}") for n in ("r", "low", "high", "rmse", "auc")}
    trust = [
        (key.removeprefix(f"{name}/"), value)
        for key, value in sorted(metrics.items())
        if key.startswith(f"{name}/") and "." not in key.removeprefix(f"{name}/")
    ]
    return Target(name, own["r"], own["low"], own["high"], own["rmse"], own["auc"], tuple(trust))
