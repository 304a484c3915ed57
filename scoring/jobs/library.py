"""The competency library: what a job may ask for, how descriptions ask for it, and how it shows in an answer.

One YAML file of configs/competencies is one competency; adding a file adds it to the parser.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any, Literal

from pydantic import Field, ValidationError, model_validator

from interview_analysis.errors import ConfigError
from interview_analysis.scoring.edges import Model, Text
from interview_analysis.scoring.profile import Indicator, Level, Question, Words, check_mix, describe
from interview_analysis.scoring.report.report import ChannelName

Kind = Literal["behavioural", "professional"]
MIN_STATEMENTS, MIN_QUESTIONS, MIN_INDICATORS, MIN_KEYWORDS, MIN_EXAMPLES = 6, 4, 3, 6, 3
_CHINESE = re.compile(r"[\u4e00-\u9fff]")


class Competency(Model):
    """One entry of the library.

    `asked_for` are the terms by which descriptions ask for it and `statements` sentences that do so in other
    words (matched by meaning); `titles` are job titles whose work turns on it. The rest is what a dimension of
    a profile takes over.
    """

    id: str = Field(pattern="^[a-z0-9_]+$")
    kind: Kind
    name: Text
    definition: Text
    channels: dict[ChannelName, float]
    asked_for: Words
    titles: Words = Words()
    statements: Words
    indicators: tuple[Indicator, ...] = Field(min_length=MIN_INDICATORS)
    anchors: dict[Level, Text]
    questions: tuple[Question, ...] = Field(min_length=MIN_QUESTIONS)
    training: tuple[Text, ...] = Field(min_length=2)
    source: str = Field(min_length=20)

    @model_validator(mode="after")
    def _is_whole(self) -> Competency:
        check_mix(self.channels, self.id)
        if set(self.anchors) != {1, 2, 3, 4, 5}:
            raise ValueError(f"needs an anchor for each level 1 to 5, has {sorted(self.anchors)}")
        if {q.kind for q in self.questions} != {"past", "situational"}:
            raise ValueError("needs questions of both kinds, past and situational")
        for what, text in self._texts():
            if not _CHINESE.search(text.zh) or not text.en.strip() or _CHINESE.search(text.en):
                raise ValueError(
                    f"{what} needs a text in Chinese and one in English, got {text.model_dump()}"
                )
        lists = [("statements", self.statements, MIN_STATEMENTS), ("asked_for", self.asked_for, 3)]
        for indicator in self.indicators:
            lists.append((f"keywords of '{indicator.id}'", indicator.keywords, MIN_KEYWORDS))
            lists.append((f"examples of '{indicator.id}'", indicator.examples, MIN_EXAMPLES))
        for what, words, least in lists:
            for language in ("zh", "en"):
                items = words.get(language)
                if len(items) < least or len(set(items)) < len(items):
                    raise ValueError(
                        f"{what} needs {least} different entries or more in '{language}', has {len(items)}"
                    )
        return self

    def _texts(self) -> Iterable[tuple[str, Text]]:
        yield from (("name", self.name), ("definition", self.definition))
        yield from ((f"anchor {level}", text) for level, text in self.anchors.items())
        yield from (("a question", question.text) for question in self.questions)
        yield from (("a training topic", topic) for topic in self.training)
        for indicator in self.indicators:
            yield from ((f"'{indicator.id}'", indicator.name), (f"'{indicator.id}'", indicator.description))


def parse_competency(data: Any, origin: str) -> Competency:
    """Validate the contents of a library file.

    Raises ConfigError that names the file, the first wrong key and the nearest valid one.
    """
    if not isinstance(data, dict):
        raise ConfigError(f"{origin}: expected a competency, got {type(data).__name__}")
    try:
        return Competency.model_validate(data)
    except ValidationError as error:
        raise ConfigError(f"{origin}: {describe(error, Competency)}") from error
