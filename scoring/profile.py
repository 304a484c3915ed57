"""Job profiles: the dimensions that a recording is scored on, with weights, indicators, anchors and channels."""

from __future__ import annotations

import difflib
import math
from collections.abc import Sequence
from typing import Any, Literal

from pydantic import Field, ValidationError, model_validator

from interview_analysis.errors import ProfileError
from interview_analysis.scoring.edges import Model, Text
from interview_analysis.scoring.report.report import ChannelName

Language = Literal["zh", "en"]
Level = Literal[1, 2, 3, 4, 5]
Seniority = Literal["junior", "middle", "senior", "lead"]
Section = Literal[
    "title", "duty", "must", "nice", "unmarked"
]  # parts of a job description that ask for something
Origin = Literal["person", "library", "description", "model"]  # who wrote it; "model" is a language model
WEIGHT_TOLERANCE = 1e-3
UNKNOWN_KEY = (
    "extra_forbidden",
    "unexpected_keyword_argument",
)  # as pydantic calls it in models and dataclasses


class Words(Model):
    """Lists of words or sentences in each language."""

    zh: tuple[str, ...] = ()
    en: tuple[str, ...] = ()

    def get(self, language: str) -> tuple[str, ...]:
        return self.zh if language == "zh" else self.en


class Source(Model):
    """A sentence of a job description that asks for something, and the part it plays in a weight.

    `match` are the words that were recognised, empty where the sentence was recognised by its meaning.
    `demand` is how strongly the sentence asks, before repetition is discounted.
    """

    quote: str
    section: Section
    by: Literal["title", "term", "skill", "meaning"]
    match: str = ""
    demand: float = Field(ge=0)


class Question(Model):
    """A question to ask: about something done (`past`), or what one would do (`situational`)."""

    kind: Literal["past", "situational"]
    text: Text
    origin: Origin = "person"


class Indicator(Model):
    """What to look for in an answer: by literal form (`keywords`) and by meaning (`description`, `examples`).

    `source` is the sentence of the job description that asks for it, empty where none does so on its own.
    """

    id: str = Field(pattern="^[a-z0-9_]+$")
    name: Text
    description: Text = Text()
    keywords: Words = Words()
    examples: Words = Words()  # sentences that a candidate who shows this might say
    weight: float = Field(1.0, gt=0)
    source: str = ""
    origin: Origin = "person"

    def can_be_found_in(self, language: Language) -> bool:
        """Whether there is anything to look for in answers in `language`."""
        described = self.description.zh if language == "zh" else self.description.en
        return bool(described or self.keywords.get(language))


class Dimension(Model):
    """A competency. `channels` is the mix that its score is made of and adds up to 1.

    `competency` is its id in the library, `expected_level` the level of the anchors that the job asks for,
    `reason` says how the weight came about and `sources` from which sentences.
    """

    id: str = Field(pattern="^[a-z0-9_]+$")
    name: Text
    weight: float = Field(gt=0, le=1)
    indicators: tuple[Indicator, ...] = Field(min_length=1)
    anchors: dict[Level, Text]
    channels: dict[ChannelName, float]
    definition: Text = Text()
    questions: tuple[Question, ...] = ()
    training: tuple[Text, ...] = ()
    competency: str = ""
    expected_level: Level | None = None
    reason: Text = Text()
    sources: tuple[Source, ...] = ()
    origin: Origin = "person"

    @model_validator(mode="after")
    def _adds_up(self) -> Dimension:
        if set(self.anchors) != {1, 2, 3, 4, 5}:
            raise ValueError(
                f"dimension '{self.id}' needs an anchor for each level 1 to 5, has {sorted(self.anchors)}"
            )
        check_mix(self.channels, self.id)
        _check_unique([i.id for i in self.indicators], f"indicator in dimension '{self.id}'")
        return self


class Description(Model):
    """The job description that a profile was parsed from, and what parsed it."""

    name: str
    sha256: str = Field(pattern="^[0-9a-f]{64}$")
    language: Language
    parser: str  # version of the product, the library and the encoder
    model: str = ""  # the language model that was asked to add to it, empty where none was


class JobProfile(Model):
    """A job's dimensions. Weights add up to 1; `languages` are those that answers are scored in.

    `pass_score` (0 to 100) is the overall score that the job asks for, and follows from `seniority` and
    `years` of experience unless a person sets it.
    """

    schema_version: Literal["1.0"] = "1.0"
    id: str = Field(pattern="^[a-z0-9][a-z0-9_-]*$")
    name: Text
    languages: tuple[Language, ...] = ("zh", "en")
    seniority: Seniority | None = None
    years: float | None = Field(None, ge=0, le=60)
    pass_score: float | None = Field(None, ge=0, le=100)
    description: Description | None = None
    dimensions: tuple[Dimension, ...] = Field(min_length=1)

    @model_validator(mode="after")
    def _adds_up(self) -> JobProfile:
        total = sum(dimension.weight for dimension in self.dimensions)
        if not _is_one(total):
            raise ValueError(f"weights of the dimensions must add up to 1, got {total:.4g}")
        _check_unique([d.id for d in self.dimensions], "dimension")
        for indicator in (i for d in self.dimensions for i in d.indicators):
            for language in self.languages:
                if not indicator.can_be_found_in(language):
                    raise ValueError(
                        f"indicator '{indicator.id}' has neither keywords nor a description in '{language}', which is "
                        "in the profile's languages; add some, or take it out of languages"
                    )
        return self


def check_mix(channels: dict[ChannelName, float], owner: str) -> None:
    """Raises ValueError unless the shares of the channels add up to 1."""
    if any(share < 0 for share in channels.values()) or not _is_one(sum(channels.values())):
        raise ValueError(f"channels of dimension '{owner}' must be shares that add up to 1, got {channels}")


def _is_one(total: float) -> bool:
    return math.isclose(total, 1.0, abs_tol=WEIGHT_TOLERANCE)


def _check_unique(ids: list[str], what: str) -> None:
    repeated = sorted({i for i in ids if ids.count(i) > 1})
    if repeated:
        raise ValueError(f"{what} ids must be unique, repeated: {', '.join(repeated)}")


def parse_profile(data: Any, origin: str) -> JobProfile:
    """Validate the contents of a profile file.

    Raises ProfileError that names the first wrong key, where it stands, and the nearest valid key.
    """
    if not isinstance(data, dict):
        raise ProfileError(
            f"{origin}: expected a mapping with the key 'dimensions', got {type(data).__name__}", "profile"
        )
    try:
        return JobProfile.model_validate(data)
    except ValidationError as error:
        raise ProfileError(f"{origin}: {describe(error, JobProfile)}", "profile") from error


def describe(error: ValidationError, model: type[Model]) -> str:
    """The first fault of a validation error in one line, with the nearest valid key for a misspelt one."""
    faults = error.errors(include_url=False)
    # A misspelt key also makes a required one "missing": name the misspelt one first.
    fault = next((f for f in faults if f["type"] in UNKNOWN_KEY), faults[0])
    *parents, key = fault["loc"] or ("",)
    place = f" in {_spelt(parents)}" if parents else ""
    more = f" (and {len(faults) - 1} more)" if len(faults) > 1 else ""
    if fault["type"] in UNKNOWN_KEY:
        close = difflib.get_close_matches(str(key), _all_keys(model), n=1, cutoff=0.5)
        hint = f"; did you mean '{close[0]}'?" if close else ""
        return f"unknown key '{key}'{place}{hint}{more}"
    if fault["type"] == "missing":
        return f"missing key '{key}'{place}{more}"
    message, given = fault["msg"].removeprefix("Value error, "), fault["input"]
    got = f", got {given!r}" if message.startswith("Input ") and isinstance(given, str | int | float) else ""
    name = f"{_spelt((*parents, key))}: " if isinstance(key, int) else f"'{key}'{place}: " if key else ""
    return f"{name}{message}{got}{more}"


def _spelt(place: Sequence[str | int]) -> str:
    """Where a key stands, counted from 1 as people do: "dimensions, number 1, channels"."""
    return ", ".join(f"number {part + 1}" if isinstance(part, int) else part for part in place)


def _all_keys(model: type[Model]) -> list[str]:
    schema = model.model_json_schema()
    objects = [schema, *schema.get("$defs", {}).values()]
    return sorted({key for part in objects for key in part.get("properties", {})})
