"""Word lists of configs/lexicons and the background sentences, read once from the package's own data.

A lexicon file has, for each language, named lists of phrases. In a phrase ``...`` stands for a gap of up to
four words (eight characters in Chinese), ``*`` at the end of a word for any ending, and a phrase that starts
with ``re:`` is a regular expression. A list called ``<name>_except`` holds longer phrases in which an entry
of ``<name>`` does not count ("not possible" in a list with "possible").
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from importlib.resources import files

import yaml

from interview_analysis.errors import ConfigError
from interview_analysis.features.language.sentences import counts_characters, normalise
from interview_analysis.features.language.stretches import in_main_language
from interview_analysis.types import Transcript

LANGUAGES = ("en", "zh")


def readable(transcript: Transcript | None) -> Transcript | None:
    """What is said in the transcript's main language, or None where there are no lists of it: nothing found would not mean
    nothing said."""
    return (
        in_main_language(transcript) if transcript is not None and transcript.language in LANGUAGES else None
    )


@cache
def phrases(lexicon: str, name: str, language: str) -> tuple[str, ...]:
    """The phrases of one list; of English where the language has none.

    Raises ConfigError when the file has no such list.
    """
    content = _load(lexicon)
    lists = content.get("zh" if counts_characters(language) else "en", {})
    if name not in lists:
        raise ConfigError(f"lexicon '{lexicon}' has no list '{name}', it has: {', '.join(sorted(lists))}")
    return tuple(str(phrase) for phrase in lists[name])


@cache
def pattern(lexicon: str, name: str, language: str) -> re.Pattern[str]:
    """A pattern over normalised text that matches the phrases of one list; of an empty list, nothing."""
    by_character = counts_characters(language)
    items = sorted(phrases(lexicon, name, language), key=lambda p: (-len(p), p))
    body = "|".join(_as_regex(p, by_character) for p in items) or r"(?!)"
    return re.compile(body if by_character else rf"(?<![\w'])(?:{body})(?![\w'])")


def spans(lexicon: str, name: str, text: str, language: str) -> Iterator[tuple[int, int]]:
    """Where phrases of a list stand in normalised `text`, as character spans in order, not overlapping."""
    barred: list[tuple[int, int]] = []
    if has_list(lexicon, f"{name}_except", language):
        barred = [m.span() for m in pattern(lexicon, f"{name}_except", language).finditer(text)]
    for match in pattern(lexicon, name, language).finditer(text):
        start, end = match.span()
        if not any(start < b and a < end for a, b in barred):
            yield start, end


def has_list(lexicon: str, name: str, language: str) -> bool:
    """Whether a lexicon has the list `name` for `language`."""
    return name in _load(lexicon)["zh" if counts_characters(language) else "en"]


def found(lexicon: str, name: str, text: str, language: str) -> bool:
    """Whether any phrase of a list stands in normalised `text`."""
    return next(spans(lexicon, name, text, language), None) is not None


@cache
def background(name: str) -> tuple[str, ...]:
    """Neutral sentences that meaning is measured against: of speech by its language ("zh"), of descriptions as
    "job-zh"; empty where there are none.
    """
    file = files("interview_analysis") / "configs" / "background" / f"{name}.txt"
    if not file.is_file():
        return ()
    lines = (line.strip() for line in file.read_text(encoding="utf-8").splitlines())
    return tuple(line for line in lines if line and not line.startswith("#"))


@cache
def _load(lexicon: str) -> dict[str, dict[str, list[str]]]:
    file = files("interview_analysis") / "configs" / "lexicons" / f"{lexicon}.yaml"
    if not file.is_file():
        raise ConfigError(f"no lexicon '{lexicon}' in the package's configs/lexicons")
    content: dict[str, dict[str, list[str]]] = yaml.safe_load(file.read_text(encoding="utf-8"))
    return content


def _as_regex(phrase: str, by_character: bool) -> str:
    if phrase.startswith("re:"):
        return phrase.removeprefix("re:")
    gap = r"[^。!?!?]{0,8}?" if by_character else r"(?:[\w'-]+,?\s+){0,4}?"
    parts = [re.escape(normalise(part.strip())).replace(r"\*", r"\w*") for part in phrase.split("...")]
    joined = (gap if by_character else rf"\s+{gap}").join(parts)
    return joined if by_character else joined.replace(r"\ ", r",?\s+")
