"""How well parsed profiles agree with labelled descriptions.

A label grades competencies: `essential` ones, in order of their expected weight, belong in any sensible profile of
the job; `acceptable` ones may be in it. Dimensions of skills count as acceptable where the label names the skill.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

from pydantic import Field, ValidationError, model_validator

from interview_analysis.errors import ConfigError
from interview_analysis.scoring.edges import Model
from interview_analysis.scoring.profile import JobProfile, Language, Seniority, describe


class Label(Model):
    """What a description should come out as. `file` is relative to the folder of the labels."""

    file: str
    half: Literal["dev", "heldout"]
    family: str
    style: str
    seniority: Seniority | None
    years: float | None
    essential: tuple[str, ...] = Field(min_length=1)
    acceptable: tuple[str, ...]
    skills: tuple[str, ...] = ()

    @model_validator(mode="after")
    def _are_apart(self) -> Label:
        both = sorted(set(self.essential) & set(self.acceptable))
        if both:
            raise ValueError(f"{', '.join(both)} stands under essential and under acceptable")
        return self


class LabelFile(Model):
    labels: tuple[Label, ...] = Field(min_length=1)


@dataclass(frozen=True, slots=True)
class Comparison:
    """One description: the essential dimensions that were found and missed, and those that nobody asked for."""

    label: Label
    language: Language
    found: tuple[str, ...]
    missed: tuple[str, ...]
    wrong: tuple[str, ...]
    dimensions: int
    top_agrees: bool
    rank_correlation: float  # NaN with fewer than two essential dimensions
    seniority_agrees: bool


@dataclass(frozen=True, slots=True)
class Agreement:
    """Figures over several descriptions, each 0 to 1 (`rank_correlation` -1 to 1, mean of those that have one).

    `recall` is the share of essential dimensions that are in the profiles, `precision` the share of the
    profiles' dimensions that are essential or acceptable, both pooled over all descriptions.
    """

    descriptions: int
    recall: float
    precision: float
    top_agreement: float
    rank_correlation: float
    seniority_agreement: float


def parse_labels(data: Any, origin: str) -> tuple[Label, ...]:
    """Validate a file of labels. Raises ConfigError that names the wrong key."""
    try:
        return LabelFile.model_validate({"labels": data}).labels
    except ValidationError as error:
        raise ConfigError(f"{origin}: {describe(error, LabelFile)}") from error


def compare(label: Label, profile: JobProfile | None, language: Language) -> Comparison:
    """Hold one profile against its label; None is a description that was refused."""
    weight = {dimension.id: dimension.weight for dimension in profile.dimensions} if profile else {}
    skills = {f"skill_{_key(skill)}" for skill in label.skills}
    welcome = {*label.essential, *label.acceptable, *skills}
    top = max(weight, key=weight.__getitem__, default="")  # of equal ones the first
    return Comparison(
        label=label,
        language=language,
        found=tuple(c for c in label.essential if c in weight),
        missed=tuple(c for c in label.essential if c not in weight),
        wrong=tuple(c for c in weight if c not in welcome),
        dimensions=len(weight),
        top_agrees=top == label.essential[0],
        rank_correlation=rank_correlation([weight.get(c, 0.0) for c in label.essential]),
        seniority_agrees=profile is not None and profile.seniority == label.seniority,
    )


def agreement(comparisons: Sequence[Comparison]) -> Agreement:
    """Figures over `comparisons`; NaN without any."""
    essential = sum(len(c.label.essential) for c in comparisons)
    dimensions = sum(c.dimensions for c in comparisons)
    correlations = [c.rank_correlation for c in comparisons if not math.isnan(c.rank_correlation)]
    return Agreement(
        descriptions=len(comparisons),
        recall=_ratio(sum(len(c.found) for c in comparisons), essential),
        precision=1 - _ratio(sum(len(c.wrong) for c in comparisons), dimensions),
        top_agreement=_ratio(sum(c.top_agrees for c in comparisons), len(comparisons)),
        rank_correlation=_ratio(math.fsum(correlations), len(correlations)),
        seniority_agreement=_ratio(sum(c.seniority_agrees for c in comparisons), len(comparisons)),
    )


def rank_correlation(weights: Sequence[float]) -> float:
    """Kendall's tau-b between the labelled order and `weights` given in that order; NaN for fewer than two."""
    pairs = [(weights[i], weights[j]) for i in range(len(weights)) for j in range(i + 1, len(weights))]
    if not pairs:
        return math.nan
    balance = sum((a > b) - (a < b) for a, b in pairs)
    untied = sum(a != b for a, b in pairs)
    return balance / math.sqrt(untied * len(pairs)) if untied else 0.0


def _key(skill: str) -> str:
    return "".join(c if c.isalnum() else "_" for c in skill.lower())


def _ratio(part: float, whole: float) -> float:
    return part / whole if whole else math.nan
