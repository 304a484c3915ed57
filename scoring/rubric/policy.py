"""What a deployment lets the product look at and say. docs/policies.md says why there is a choice."""

from __future__ import annotations

import re
from typing import Any, Literal

from pydantic import Field, ValidationError, model_validator

from interview_analysis.errors import ConfigError
from interview_analysis.scoring.edges import Model, Text
from interview_analysis.scoring.profile import describe

# Words that name a state of mind. A policy may allow those of tension and none of the others.
TENSION_WORDS = re.compile(r"\b(?:tens(?:e|ely|eness|ion))\b|紧张", re.IGNORECASE)
EMOTION_WORDS = re.compile(
    r"\b(?:tens(?:e|ely|eness|ion)|nervous(?:ly|ness)?|anxi(?:ous|ously|ety)|stress(?:ed|ful)?|afraid|fear(?:s|ful)?"
    r"|scared|worr(?:y|ied)|happ(?:y|ily|iness)|joy(?:ful)?|sad(?:ly|ness)?|ang(?:er|ry|rily)|disgust(?:ed)?"
    r"|frustrat(?:ed|ion)|embarrass(?:ed|ment)|asham(?:ed)?|shame|guilt(?:y)?|excite(?:d|ment)|enthusias(?:m|tic)"
    r"|bored(?:om)?|confiden(?:t|tly)|insecure|uneas(?:e|y)|uncomfortable|upset|calm(?:ly|ness)?|relaxed|emotion(?:s|al)?"
    r"|mood(?:s)?|l(?:ying|iar)|deceptive|deceit|dishonest)\b"
    r"|紧张|焦虑|不安|害怕|恐惧|担心|开心|高兴|快乐|难过|悲伤|愤怒|生气|厌恶|沮丧|尴尬|羞愧|内疚|兴奋|激动|无聊"
    r"|自信|自卑|放松|平静|心虚|撒谎|说谎|欺骗|压力大",
    re.IGNORECASE,
)


class Policy(Model):
    """`reading` is what a stretch of the state report may be called, `caveat` what stands beside it wherever it does."""

    schema_version: Literal["1.0"]
    id: str = Field(pattern=r"^[\w.-]{1,64}$")
    name: Text
    about: Text
    face_and_body: bool
    reading: Text | None
    caveat: Text | None

    @model_validator(mode="after")
    def _says_nothing_more(self) -> Policy:
        if (self.reading is None) != (self.caveat is None):
            raise ValueError("a reading needs a caveat, and a caveat a reading; give both or neither")
        for name in ("name", "about", "reading", "caveat"):
            text: Text | None = getattr(self, name)
            if text is None:
                continue
            if not (text.zh.strip() and text.en.strip()):
                raise ValueError(f"'{name}' lacks a language; give zh and en")
            for said in EMOTION_WORDS.findall(text.zh + " " + text.en):
                if self.reading is None or not TENSION_WORDS.fullmatch(said):
                    raise ValueError(
                        f"'{name}' names a state of mind ('{said}'); a policy may speak of tension in a reading with "
                        "a caveat, and of no other"
                    )
        return self


def parse_policy(data: Any, origin: str) -> Policy:
    """Validate the contents of a policy file. Raises ConfigError that names the wrong key."""
    try:
        return Policy.model_validate(data)
    except ValidationError as error:
        raise ConfigError(f"{origin}: {describe(error, Policy)}") from error
