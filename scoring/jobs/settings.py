"""Every number that the parser of job descriptions goes by; configs/job_parsing.yaml gives them with their reasons."""

from __future__ import annotations

from typing import Any

from pydantic import Field, ValidationError, model_validator

from interview_analysis.errors import ConfigError
from interview_analysis.scoring.edges import Model
from interview_analysis.scoring.profile import Level, Section, Seniority, describe


class DemandSettings(Model):
    """How strongly a sentence asks. Factors multiply; `decay` discounts each repetition once more."""

    sections: dict[Section, float]
    by_term: float = Field(gt=0)
    by_skill: float = Field(gt=0)
    by_keyword: float = Field(gt=0)
    by_meaning: float = Field(gt=0)
    expert: float = Field(gt=0)
    basic: float = Field(gt=0)
    years: float = Field(gt=0)
    first: float = Field(gt=0)
    last: float = Field(gt=0)
    decay: float = Field(gt=0, lt=1)
    temperature: float = Field(gt=0)
    words_share: float = Field(ge=0, le=1)
    least_posterior: float = Field(gt=0, lt=1)
    least_shown: float = Field(ge=0)


class WeightSettings(Model):
    """Which competencies become dimensions, and the bounds of their weights."""

    least_relevance: float = Field(gt=0, lt=1)
    least_filler: float = Field(gt=0, lt=1)
    min_dimensions: int = Field(ge=1)
    max_dimensions: int = Field(ge=1)
    floor: float = Field(gt=0, lt=1)
    cap: float = Field(gt=0, le=1)
    skill_dimension_demand: float = Field(gt=0)
    defaults: tuple[str, ...]

    @model_validator(mode="after")
    def _can_add_up(self) -> WeightSettings:
        if self.min_dimensions > self.max_dimensions:
            raise ValueError("min_dimensions is above max_dimensions")
        if self.floor * self.max_dimensions > 1 or self.cap * self.min_dimensions < 1:
            raise ValueError(
                "floor times max_dimensions must be 1 or less, cap times min_dimensions 1 or more"
            )
        return self


class SenioritySettings(Model):
    """From years to a seniority, and what a seniority expects of a candidate."""

    from_years: dict[Seniority, float]
    expected_level: dict[Seniority, Level]
    pass_score: dict[Seniority, float]
    assumed: Seniority


class RefusalSettings(Model):
    """What is no job description."""

    max_characters: int = Field(gt=0)
    min_units: int = Field(gt=0)
    min_asking: int = Field(gt=0)
    min_signs: int = Field(ge=1)
    min_listed: int = Field(ge=1)
    min_asking_ratio: float = Field(gt=0, lt=1)
    min_genre_words: int = Field(ge=1)
    max_genre_share: float = Field(gt=0)


class ParserSettings(Model):
    """The contents of job_parsing.yaml."""

    demand: DemandSettings
    weights: WeightSettings
    seniority: SenioritySettings
    refusal: RefusalSettings


def parse_settings(data: Any, origin: str) -> ParserSettings:
    """Validate the contents of job_parsing.yaml. Raises ConfigError that names the wrong key."""
    try:
        return ParserSettings.model_validate(data)
    except ValidationError as error:
        raise ConfigError(f"{origin}: {describe(error, ParserSettings)}") from error
