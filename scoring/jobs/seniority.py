"""Seniority and years of experience that a description asks for."""

from __future__ import annotations

import re
from functools import cache, lru_cache

from interview_analysis.features.language.lexicons import LANGUAGES, found, phrases
from interview_analysis.features.language.sentences import normalise
from interview_analysis.scoring.jobs.headings import LEXICON
from interview_analysis.scoring.jobs.sections import Outline
from interview_analysis.scoring.jobs.settings import SenioritySettings
from interview_analysis.scoring.profile import Seniority

_CHINESE_DIGITS = dict(zip("一二两三四五六七八九十", (1, 2, 2, 3, 4, 5, 6, 7, 8, 9, 10), strict=True))
_ENGLISH_NUMBERS = {
    word: number
    for number, word in enumerate(
        ["one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten"], 1
    )
} | {"twelve": 12, "fifteen": 15}
_MAX_YEARS = 40.0
_ORDER: tuple[Seniority, ...] = (
    "lead",
    "senior",
    "junior",
    "middle",
)  # "senior lead" leads, "senior assistant" is senior


@lru_cache(maxsize=4096)
def years_in(text: str) -> tuple[float, ...]:
    """Years of experience that a normalised text asks for, the lower end of each range."""
    if any(found(LEXICON, "no_years", text, language) for language in LANGUAGES):
        return ()
    hits = {m.start("low"): _number(m.group("low")) for p in _year_patterns() for m in p.finditer(text)}
    return tuple(hits[at] for at in sorted(hits) if 0 < hits[at] <= _MAX_YEARS)


def years_asked(outline: Outline) -> float | None:
    """The most years that a sentence which must be met asks for; None where none does.

    "Five years in sales, two of them abroad" asks for five.
    """
    asked = [
        years
        for statement in outline.statements
        if statement.part in ("must", "duty", "unmarked", "other")
        for years in years_in(normalise(statement.text))
    ]
    return max(asked, default=None)


def seniority_of(outline: Outline, years: float | None, settings: SenioritySettings) -> Seniority | None:
    """From the words of the title, else from the years that are asked for; None where neither says."""
    named = _named(own_title(outline.title))
    if named:
        return named
    if years is not None:
        return max(
            (s for s in settings.from_years if years >= settings.from_years[s]),
            key=settings.from_years.__getitem__,
        )
    return None


def own_title(title: str) -> str:
    """A normalised title without whom it serves: "assistant to the director" directs nobody, nor does 总裁助理."""
    return re.sub(
        r"\bto (?:the |our )?.*|(?:副?总经理|副?总裁|总监|ceo|董事长|院长|校长|老板|高管)(?=助理|秘书)",
        "",
        normalise(title),
    )


def _named(text: str) -> Seniority | None:
    for seniority in _ORDER:
        if any(found(LEXICON, f"{seniority}_words", text, language) for language in LANGUAGES):
            return seniority
    return None


@cache
def _year_patterns() -> tuple[re.Pattern[str], ...]:
    return tuple(
        re.compile(phrase.removeprefix("re:"))
        for language in LANGUAGES
        for phrase in phrases(LEXICON, "years", language)
    )


def _number(text: str) -> float:
    if text in _ENGLISH_NUMBERS:
        return float(_ENGLISH_NUMBERS[text])
    if text[0] in _CHINESE_DIGITS:
        tens, _, rest = text.rpartition("十")
        if "十" not in text:
            return float(_CHINESE_DIGITS[text[-1]])
        return 10.0 * (_CHINESE_DIGITS[tens] if tens else 1) + (_CHINESE_DIGITS[rest] if rest else 0)
    return float(text)
