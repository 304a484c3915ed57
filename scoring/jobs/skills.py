"""Hard skills, tools, standards and certificates that descriptions name (configs/skills.yaml)."""

from __future__ import annotations

import re
from typing import Any

from pydantic import Field, ValidationError

from interview_analysis.errors import ConfigError
from interview_analysis.scoring.edges import Model, Text
from interview_analysis.scoring.profile import describe


class Skill(Model):
    """`variants` match in any case, `exact` as they are written; `of` are the competencies it belongs to, nearest first."""

    id: str = Field(pattern="^[a-z0-9_]+$")
    name: Text
    variants: tuple[str, ...] = ()
    exact: tuple[str, ...] = ()
    of: tuple[str, ...] = Field(min_length=1)


def parse_skills(data: Any, origin: str) -> tuple[Skill, ...]:
    """Validate the contents of the skills lexicon. Raises ConfigError that names the wrong entry or key."""
    if not isinstance(data, list):
        raise ConfigError(f"{origin}: expected a list of skills, got {type(data).__name__}")
    skills = []
    for index, item in enumerate(data):
        try:
            skills.append(Skill.model_validate(item))
        except ValidationError as error:
            name = item.get("id", f"entry {index + 1}") if isinstance(item, dict) else f"entry {index + 1}"
            raise ConfigError(f"{origin}: {name}: {describe(error, Skill)}") from error
    _check_unique(skills, origin)
    return tuple(skills)


def _check_unique(skills: list[Skill], origin: str) -> None:
    owner: dict[str, str] = {}
    for skill in skills:
        for form in (skill.id, *skill.variants):
            key = form.casefold()
            if owner.setdefault(key, skill.id) != skill.id:
                raise ConfigError(
                    f"{origin}: '{form}' stands under both '{owner[key]}' and '{skill.id}'; keep one"
                )


# C++, C#, .NET: a sign belongs to the name, so that words alone would not tell them from C and net.
_SIGNED = re.compile(r"[+#]|^\.")
_LEFT, _RIGHT = r"(?<![A-Za-z0-9+#&.])", r"(?![A-Za-z0-9+#&-])"
# One letter before Chinese is mostly a kind of something (C端, R角) unless it is said to be a language.
_AFTER_LETTER = r"(?![㐀-鿿])|(?=语言|和|与|及|或|开发|编程)"
# At the head of a sentence "Go", "Excel" and "Express" may be verbs; a list of tools goes on with one of these.
_LIST_GOES_ON = re.compile(
    r"\s*(?:$|[,，、/;；)）(（]|(?:and|or|skills?|developers?|programming|experience)\b|和|与|及|或|语言|开发|编程)"
)


def is_signed(form: str) -> bool:
    """Whether a form has to be found with its signs, and not as words."""
    return bool(_SIGNED.search(form))


class ExactMatcher:
    """Finds forms in their exact case, and signed forms in any; as whole tokens of the text as it stands."""

    def __init__(self, skills: tuple[Skill, ...]) -> None:
        self._owners: dict[str, str] = {}
        for skill in skills:
            for form in skill.exact:
                self._owners[form] = skill.id
            for form in skill.variants:
                if is_signed(form):
                    self._owners[form.casefold()] = skill.id
        exact = self._union({form for skill in skills for form in skill.exact})
        signed = self._union({form for skill in skills for form in skill.variants if is_signed(form)})
        self._exact = re.compile(exact)
        self._signed = re.compile(signed, re.IGNORECASE)

    @staticmethod
    def _union(forms: set[str]) -> str:
        ranked = sorted(forms, key=lambda f: (-len(f), f))
        body = "|".join(re.escape(f) + (f"(?:{_AFTER_LETTER})" if len(f) == 1 else "") for f in ranked)
        return f"{_LEFT}(?:{body}){_RIGHT}" if body else r"(?!)"

    def find(self, text: str) -> list[tuple[str, str, int, int]]:
        """Skill id, form, start and end of every hit in `text`."""
        hits = []
        for match in self._exact.finditer(text):
            if match.start() == 0 and not _LIST_GOES_ON.match(text, match.end()):
                continue
            hits.append((self._owners[match.group()], match.group(), *match.span()))
        for match in self._signed.finditer(text):
            hits.append((self._owners[match.group().casefold()], match.group(), *match.span()))
        return hits
