"""How good the learned scorer is, from MLflow."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings
from django.core.cache import cache

_KEPT_S = 300
_CHAMPIONS = "exchange/champions"
_SQLITE = "sqlite:///"


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
