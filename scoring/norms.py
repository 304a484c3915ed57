"""Norms: how a measurement becomes a score, and where there is too little to go by. All of it is data.

A norm is a curve through ``points`` (measurement, score), linear between them and flat beyond the ends. Its
`direction` is checked: a "higher" curve never falls, a "lower" one never rises, a "band" rises and then falls.
"""

from __future__ import annotations

from itertools import pairwise
from typing import Any, Literal

import numpy as np
from pydantic import Field, ValidationError, model_validator

from interview_analysis.errors import ConfigError
from interview_analysis.scoring.edges import Model, Text
from interview_analysis.scoring.evidence.indicators import EvidenceSettings
from interview_analysis.scoring.profile import Language, describe
from interview_analysis.scoring.report.report import ChannelName


class Norm(Model):
    """The curve of one measurement, with its unit, its plausible range, its reason and its source."""

    feature: str = Field(pattern=r"^[a-z0-9_]+\.[a-z0-9_]+$")  # a feature column, or "content.mean_level"
    name: Text
    unit: str
    range: tuple[float, float]  # what is plausible; a value outside is clamped to it
    direction: Literal["higher", "lower", "band"]
    points: tuple[tuple[float, float], ...] = Field(min_length=2)
    weight: float = Field(ge=0)  # among the measures of its channel
    languages: tuple[Language, ...] = ("zh", "en")
    window_sd: float = Field(
        ge=0
    )  # typical SD between ten-second windows; used where there are too few to tell
    standard_error: float = Field(ge=0)  # of the curve itself, in points of score
    why: Text
    source: str = Field(min_length=8)

    @model_validator(mode="after")
    def _is_what_it_says(self) -> Norm:
        xs, ys = zip(*self.points, strict=True)
        if any(b <= a for a, b in pairwise(xs)):
            raise ValueError(f"points of '{self.feature}' must rise in their first number, got {xs}")
        if min(ys) < 0 or max(ys) > 100:
            raise ValueError(f"scores of '{self.feature}' must lie between 0 and 100, got {ys}")
        steps = np.diff(ys)
        peak = int(np.argmax(ys))
        fits = {
            "higher": bool((steps >= 0).all()),
            "lower": bool((steps <= 0).all()),
            "band": bool((steps[:peak] >= 0).all() and (steps[peak:] <= 0).all()),
        }
        if not fits[self.direction]:
            raise ValueError(f"points of '{self.feature}' do not make a '{self.direction}' curve: {ys}")
        return self

    @property
    def best(self) -> tuple[float, float]:
        """From where to where the curve is at its highest."""
        top = max(score for _, score in self.points)
        reached = [value for value, score in self.points if score == top]
        return reached[0], reached[-1]

    def score(self, value: float) -> float:
        """0 to 100 for a measurement in the norm's unit."""
        xs, ys = zip(*self.points, strict=True)
        return float(np.interp(np.clip(value, *self.range), xs, ys))

    def score_error(self, value: float, error: float) -> float:
        """Standard error of `score(value)`.

        The mean of the changes for one standard error of the value to either side, and the curve's own error, added
        as variances. The mean instead of a slope, because a slope at the top of a band would be 0.
        """
        here = self.score(value)
        moved = (abs(self.score(value + error) - here) + abs(self.score(value - error) - here)) / 2
        return float(np.hypot(moved, self.standard_error))


class Limits(Model):
    """Below these there is no score but an abstention. `why` gives the reason of each."""

    min_words: int = Field(gt=0)  # English
    min_characters: int = Field(gt=0)  # Chinese
    min_speech_s: float
    min_snr_db: float
    min_word_probability: float
    min_face_ratio: float
    min_face_s: float
    min_upper_body_ratio: float
    min_luma: float
    min_measured_share: float  # of a channel's weights, of a dimension's mix, of the overall weights
    min_coverage_ratio: float  # of a window, for its value to count
    why: dict[str, str]

    @model_validator(mode="after")
    def _every_limit_has_a_reason(self) -> Limits:
        missing = set(type(self).model_fields) - {"why"} - set(self.why)
        if missing:
            raise ValueError(f"limits without a reason in 'why': {', '.join(sorted(missing))}")
        return self


class StateRules(Model):
    """When moments on several channels are told as a stretch."""

    join_gap_s: float = Field(ge=0)
    max_chance_share: float = Field(gt=0, le=1)
    max_stretches: int = Field(ge=0)
    why: dict[str, str]


class AnswerSettings(Model):
    """How answers are told apart and added up. `why` gives the reason of each."""

    match_similarity: float = Field(ge=0, le=1)  # an asked question is the profile's from here on
    target_standard_error: float = Field(gt=0)  # that the D-study asks the number of questions for
    why: dict[str, str]


class Norms(Model):
    """Everything between a measurement and a score."""

    schema_version: Literal["1.0"] = "1.0"
    origin: Text
    level_cuts: tuple[float, float, float, float]
    level_why: str
    error_correlation: float = Field(ge=0, le=1)
    error_correlation_why: str
    block_s: float = Field(gt=0)
    limits: Limits
    evidence: EvidenceSettings
    state: StateRules
    answers: AnswerSettings
    channels: dict[ChannelName, tuple[Norm, ...]]

    def level(self, score: float) -> int:
        """1 to 5: one more than the number of cuts at or below the score."""
        return 1 + sum(score >= cut for cut in self.level_cuts)


def parse_norms(data: Any, origin: str) -> Norms:
    """Validate the contents of a norms file. Raises ConfigError that names the wrong key."""
    try:
        return Norms.model_validate(data)
    except ValidationError as error:
        raise ConfigError(f"{origin}: {describe(error, Norms)}") from error
