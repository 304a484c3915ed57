"""Keywords found by their literal form: inflections in English, words of Chinese text, longest match first.

Nothing is matched inside another word: "art" is not in "start", and 会员 is not in 大会员工.
"""

from __future__ import annotations

import re
from collections.abc import Hashable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Generic, TypeVar

from interview_analysis.features.language.lexicons import phrases
from interview_analysis.features.language.sentences import Located, normalise, segmenter

Owner = TypeVar("Owner", bound=Hashable)

_CJK = r"㐀-䶿一-鿿豈-﫿"
_HAS_CJK = re.compile(rf"[{_CJK}]")
_LATIN_TOKEN = re.compile(rf"[^\W_{_CJK}]+(?:'[^\W_{_CJK}]+)*")
_JOINT = re.compile(r"[\s\-/&'.·]*")  # what may stand between the words of one phrase
_VOWEL = re.compile(r"[aeiouy]")
_SHORT_WITH_E = re.compile(r"[^aeiou][aeiou][^aeiouwxy]")  # "rating" is of "rate", not of "rat"
_MAX_FILLERS = 2
_SURE_LENGTH = 4  # a Chinese keyword of this length is not met by chance across word borders


@dataclass(frozen=True, slots=True)
class KeywordSpan(Generic[Owner]):
    """A keyword in a normalised text: characters ``start..end``; `owner` is whom the keyword belongs to."""

    owner: Owner
    keyword: str
    start: int
    end: int


@cache
def _irregular() -> Mapping[str, str]:
    rows = (line.split() for line in phrases("inflection", "irregular", "en"))
    return {form: forms[0] for forms in rows for form in forms}


@cache
def stem(token: str) -> str:
    """What the inflections and spellings of an English word have in common.

    "prioritise", "prioritized", "prioritisation" give one stem, "user" and "use" two. A key for comparison,
    not a word. Verbs of doing are not led back further than to their base: "renewal" is not "renew".
    """
    word = token.removesuffix("'s").strip("'")
    base = _irregular().get(word)
    if base is not None:
        return base
    if len(word) <= 3 or not word.isalpha():
        return (
            word.removesuffix("s") if len(word) > 2 and word.endswith("s") and word[:-1].isalnum() else word
        )
    word = _singular(re.sub(r"(?<=\w{3})our(?=(?:s|ed|ing|al)?$)", "or", word))
    word = re.sub(r"i[sz]ations?$", "iz", word)
    word = re.sub(r"(?<=\w{4}at)ion$", "", word)
    for suffix in ("ing", "ed"):
        rest = word.removesuffix(suffix)
        if rest != word and len(rest) >= 3 and _VOWEL.search(rest):
            word = f"{rest}e" if _SHORT_WITH_E.fullmatch(rest) else rest
            break
    word = re.sub(r"([bdfgklmnprtz])\1$", r"\1", word)
    word = word.removesuffix("e") if len(word) > 4 else word
    word = re.sub(r"(?<=\w{3})y$", "i", word)
    return re.sub(r"(?<=\w{3})is$", "iz", word)


def _singular(word: str) -> str:
    if word.endswith("ies") and len(word) > 4:
        return word[:-3] + "y"
    if word.endswith(("sses", "xes", "ches", "shes", "zzes")):
        return word[:-2]
    if word.endswith("s") and not word.endswith(("ss", "us", "is") if len(word) > 4 else "ss"):
        return word[:-1]
    return word


@cache  # a batch looks for the same keywords in every interview
def _folded(keyword: str) -> str:
    return normalise(keyword)


class KeywordMatcher(Generic[Owner]):
    """Finds the keywords of many owners in one text.

    `keywords` maps an owner to its keywords in any language; Chinese ones are looked for among characters,
    others among words, whatever the language of the text, because the two are mixed in speech.
    """

    def __init__(self, keywords: Mapping[Owner, Iterable[str]]) -> None:
        self._phrases: dict[str, list[tuple[tuple[str, ...], str, Owner]]] = {}
        self._chinese: list[tuple[str, str, Owner]] = []
        for owner, items in keywords.items():
            for keyword in dict.fromkeys(items):
                folded = _folded(keyword)
                if _HAS_CJK.search(folded):
                    self._chinese.append((folded, keyword, owner))
                    continue
                stems = tuple(stem(t) for t in _LATIN_TOKEN.findall(folded))
                if stems:
                    self._phrases.setdefault(stems[0], []).append((stems, keyword, owner))

    def find(self, located: Located) -> tuple[KeywordSpan[Owner], ...]:
        """All hits in order of time. Of hits that overlap the longest stays; equally long ones stay together."""
        return longest([*self._find_phrases(located.text), *self._find_chinese(located)])

    def _find_phrases(self, text: str) -> Iterator[KeywordSpan[Owner]]:
        matches = list(_LATIN_TOKEN.finditer(text))
        stems = [stem(m.group()) for m in matches]
        for i, first in enumerate(stems):
            for wanted, keyword, owner in self._phrases.get(first, ()):
                last = _phrase_end(text, matches, stems, i, wanted)
                if last is not None:
                    yield KeywordSpan(owner, keyword, matches[i].start(), matches[last].end())

    def _find_chinese(self, located: Located) -> Iterator[KeywordSpan[Owner]]:
        if not self._chinese or not _HAS_CJK.search(located.text):
            return
        present = {" ", *located.text}
        borders = _borders(located.text)
        for folded, keyword, owner in self._chinese:
            if not present.issuperset(folded):
                continue  # spares most patterns, thousands of them, from ever being made
            # A word that jieba does not know is never cut out by it, so its borders would say nothing.
            unguarded = len(keyword) >= _SURE_LENGTH or not segmenter().FREQ.get(folded)
            for match in _chinese_pattern(folded).finditer(located.text):
                start, end = match.span()
                if unguarded or (start in borders and end in borders):
                    yield KeywordSpan(owner, keyword, start, end)


def longest(spans: Iterable[KeywordSpan[Owner]]) -> tuple[KeywordSpan[Owner], ...]:
    """Of spans that overlap the longest, in order of the text; equally long ones at one place stay together."""
    kept: list[KeywordSpan[Owner]] = []
    seen: set[tuple[Owner, int, int]] = set()
    for span in sorted(spans, key=lambda s: (s.start - s.end, s.start, s.keyword, repr(s.owner))):
        clash = any(
            span.start < k.end and k.start < span.end and (span.start, span.end) != (k.start, k.end)
            for k in kept
        )
        if not clash and (span.owner, span.start, span.end) not in seen:
            kept.append(span)
            seen.add((span.owner, span.start, span.end))
    return tuple(sorted(kept, key=lambda s: (s.start, s.end, repr(s.owner))))


def _phrase_end(
    text: str, matches: list[re.Match[str]], stems: list[str], start: int, wanted: tuple[str, ...]
) -> int | None:
    """Index of the last word of a phrase that starts at word `start`; small words may stand in between."""
    fillers = _fillers()
    at = start
    for target in wanted[1:]:
        skipped = 0
        while True:
            at += 1
            if at >= len(stems) or not _JOINT.fullmatch(text, matches[at - 1].end(), matches[at].start()):
                return None
            if stems[at] == target:
                break
            skipped += 1
            if skipped > _MAX_FILLERS or matches[at].group() not in fillers:
                return None
    return at


@cache
def _fillers() -> frozenset[str]:
    return frozenset(phrases("function_words", "fillers", "en"))


@cache
def _chinese_pattern(keyword: str) -> re.Pattern[str]:
    """`keyword`, with a particle allowed between its words: 用户痛点 is also met as 用户的痛点."""
    fillers = "|".join(phrases("function_words", "fillers", "zh"))
    parts = [re.escape(p) for p in segmenter().lcut(keyword, HMM=False) if p.strip()]
    body = rf"(?:\s|{fillers})?".join(parts)
    left = r"(?<![a-z0-9])" if keyword[0].isascii() else ""
    right = r"(?![a-z0-9])" if keyword[-1].isascii() else ""
    return re.compile(left + body + right)


def _borders(text: str) -> frozenset[int]:
    borders, at = {0}, 0
    for word in segmenter().lcut(text, HMM=False):
        at += len(word)
        borders.add(at)
    return frozenset(borders)
