"""How likely an experienced reader would name a competency as one that a description asks for.

A logistic model of the evidence, fitted on labelled descriptions by `make head`; its coefficients stand in
configs/job_relevance.yaml. It decides what becomes a dimension, demand decides how much that weighs.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

from pydantic import Field, ValidationError

from interview_analysis.errors import ConfigError
from interview_analysis.scoring.edges import Model
from interview_analysis.scoring.jobs.matching import How, Match
from interview_analysis.scoring.profile import describe

MAX_COUNTED = 4  # sentences of one kind; more say no more


class Relevance(Model):
    """`intercept` and, in log odds, what each unit of a feature adds; `competencies` is what is added for each of
    them, because readers name some for less evidence than others."""

    intercept: float
    coefficients: dict[str, float]
    competencies: dict[str, float] = Field(default_factory=dict)

    def probability(self, competency: str, features: Mapping[str, float]) -> float:
        """Between 0 and 1. `features` are those of `features_of`."""
        evidence = math.fsum(self.coefficients[name] * features[name] for name in self.coefficients)
        odds = self.intercept + self.competencies.get(competency, 0.0) + evidence
        return 1 / (1 + math.exp(-odds))


def features_of(matches: Sequence[Match], total: float, trade: bool) -> dict[str, float]:
    """The evidence for one competency: `total` is its demand, `trade` whether it is a professional one.

    `meaning` is the chance that any sentence means it, ``1 - prod(1 - p)``; `terms`, `keywords` and `skills` count
    sentences; the features of a trade that the title does not name stand apart, because its words come up in
    other trades too.
    """
    titled = any(m.statement < 0 and m.kind in ("title", "term") for m in matches)
    meaning = 1 - math.prod(1 - m.certainty for m in matches if m.kind == "meaning")
    foreign = float(trade and not titled)
    return {
        "demand": math.log1p(total),
        "meaning": meaning,
        "terms": _sentences(matches, "term"),
        "keywords": _sentences(matches, "keyword"),
        "skills": _sentences(matches, "skill"),
        "title": float(titled),
        "foreign_trade": foreign,
        "foreign_trade_meaning": foreign * meaning,
        "foreign_trade_terms": foreign * _sentences(matches, "term"),
    }


def parse_relevance(data: Any, origin: str) -> Relevance:
    """Validate the contents of job_relevance.yaml. Raises ConfigError that names the wrong key."""
    try:
        relevance = Relevance.model_validate(data)
    except ValidationError as error:
        raise ConfigError(f"{origin}: {describe(error, Relevance)}") from error
    unknown = sorted(set(relevance.coefficients) - set(features_of((), 0.0, False)))
    if unknown:
        raise ConfigError(f"{origin}: '{unknown[0]}' is no feature of the evidence; run `make head`")
    return relevance


def _sentences(matches: Sequence[Match], kind: How) -> float:
    return float(min(MAX_COUNTED, len({m.statement for m in matches if m.kind == kind})))
