"""What a language model may propose for a profile: the schema, and how a message is read by it.

The schema has no place for weights, pass scores, seniority, anchors, deletions or dimensions in free text.
"""

from __future__ import annotations

import json
import re
import unicodedata
from dataclasses import dataclass
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, Field, StringConstraints, ValidationError, model_validator

from interview_analysis.errors import ProfileError
from interview_analysis.features.language.lexicons import phrases
from interview_analysis.features.language.sentences import tokens
from interview_analysis.scoring.edges import Model
from interview_analysis.scoring.profile import UNKNOWN_KEY

MAX_ITEMS = 20  # of each kind in one message
_CHINESE = re.compile(r"[一-鿿]")
_ADDRESS = re.compile(r"://|(?<![a-z])www\.|\S@\S", re.IGNORECASE)
_FENCE = re.compile(r"```[a-zA-Z]*+(.*?)```", re.DOTALL)
_THOUGHTS = re.compile(r"^\s*<think>.*?</think>", re.DOTALL)


def _plain(text: str) -> str:
    if any(unicodedata.category(c) in ("Cc", "Cf", "Co", "Cn", "Zl", "Zp") for c in text):
        raise ValueError("holds control characters")
    if _ADDRESS.search(text):
        raise ValueError("holds an address")
    return text


def _telling(keyword: str) -> str:
    """Small words would be found in every answer."""
    language = "zh" if _CHINESE.search(keyword) else "en"
    small = phrases("function_words", "function_words", language)
    if not any(len(token) > 1 and token not in small for token in tokens(keyword, language)):
        raise ValueError("is too common a word to be a keyword")
    return keyword


def _line(longest: int) -> StringConstraints:
    return StringConstraints(strip_whitespace=True, min_length=1, max_length=longest)


Id = Annotated[str, StringConstraints(pattern="^[a-z0-9_]{1,60}$")]
Short = Annotated[str, _line(80), AfterValidator(_plain)]
Long = Annotated[str, _line(300), AfterValidator(_plain)]
Keyword = Annotated[str, _line(40), AfterValidator(_plain), AfterValidator(_telling)]
Quote = Annotated[str, _line(500)]


class _Bilingual(Model):
    zh: str
    en: str

    @model_validator(mode="after")
    def _is_in_both(self) -> _Bilingual:
        if not _CHINESE.search(self.zh) or _CHINESE.search(self.en):
            raise ValueError("needs a text in Chinese as 'zh' and one in English as 'en'")
        return self


class Name(_Bilingual):
    zh: Short
    en: Short


class Wording(_Bilingual):
    zh: Long
    en: Long


class Keywords(Model):
    zh: tuple[Keyword, ...] = Field(min_length=1, max_length=12)
    en: tuple[Keyword, ...] = Field(min_length=1, max_length=12)


class Examples(Model):
    zh: tuple[Long, ...] = Field(default=(), max_length=6)
    en: tuple[Long, ...] = Field(default=(), max_length=6)


class ProposedIndicator(Model):
    """A further indicator of the dimension with the id `dimension`."""

    dimension: Id
    id: Id
    name: Name
    description: Wording
    keywords: Keywords
    examples: Examples = Examples()
    quote: Quote


class ProposedQuestion(Model):
    """A further question of the dimension with the id `dimension`."""

    dimension: Id
    kind: Literal["past", "situational"]
    text: Wording


class ProposedDimension(Model):
    """A competency of the library that the profile lacks."""

    competency: Id
    quote: Quote


class Proposal(Model):
    """All that a language model may say about a profile."""

    indicators: tuple[ProposedIndicator, ...] = Field(default=(), max_length=MAX_ITEMS)
    questions: tuple[ProposedQuestion, ...] = Field(default=(), max_length=MAX_ITEMS)
    dimensions: tuple[ProposedDimension, ...] = Field(default=(), max_length=MAX_ITEMS)


_KINDS: dict[str, type[Model]] = {
    "indicators": ProposedIndicator,
    "questions": ProposedQuestion,
    "dimensions": ProposedDimension,
}


@dataclass(frozen=True, slots=True)
class Refusal:
    """A proposal that was left out; neither text quotes the description or the model."""

    what: str
    reason: str


def read_proposal(content: str) -> tuple[Proposal, tuple[Refusal, ...]]:
    """What a model's message proposes, and the items that are not as the schema wants them.

    Raises ProfileError when it holds no JSON object with at least one of the three lists.
    """
    data = _json(content)
    known = [key for key in _KINDS if isinstance(data, dict) and key in data]
    if not known or not all(isinstance(data[key], list) for key in known):
        raise ProfileError(
            f"the language model answered without the lists {', '.join(_KINDS)}; try another --llm-model, or leave "
            "--llm-url out"
        )
    refusals = [Refusal(_key(key), "cannot be proposed") for key in data if key not in _KINDS]
    kept: dict[str, list[Model]] = {key: [] for key in known}
    for key in known:
        for number, item in enumerate(data[key], 1):
            what = f"{key.removesuffix('s')} {number}"
            if number > MAX_ITEMS:
                refusals.append(Refusal(what, f"more than {MAX_ITEMS} of them"))
                continue
            try:
                kept[key].append(_KINDS[key].model_validate(item))
            except ValidationError as error:
                refusals.append(Refusal(what, _fault(error)))
    return Proposal.model_validate(kept), tuple(refusals)


def _json(content: str) -> Any:
    text = _THOUGHTS.sub("", content).strip()
    fenced = None if text.startswith("{") else _FENCE.search(text)
    try:
        return json.loads(fenced.group(1) if fenced else text)
    except (ValueError, RecursionError):
        raise ProfileError(
            f"the language model answered with {len(content):,} characters that are no JSON; try another "
            "--llm-model, or leave --llm-url out"
        ) from None


def _fault(error: ValidationError) -> str:
    """The first fault in words. A key that the model made up is named only when it looks like one."""
    faults = error.errors(include_url=False)
    fault = next((f for f in faults if f["type"] in UNKNOWN_KEY), faults[0])
    *parents, last = fault["loc"] or ("",)
    if fault["type"] in UNKNOWN_KEY:
        return f"unknown {_key(str(last))}"
    where = ".".join(map(str, (*parents, last)))
    if fault["type"] == "missing":
        return f"missing '{where}'"
    message = fault["msg"].removeprefix("Value error, ")
    return f"{where}: {message}" if where else message


def _key(name: str) -> str:
    return f"key '{name}'" if re.fullmatch("[a-z_]{1,30}", name) else "key"
