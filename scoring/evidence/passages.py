"""Sentences with what decides on their worth as evidence: doing, outcome, denial, and bare lists of keywords."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from interview_analysis.features.content.figures import figure_spans
from interview_analysis.features.content.non_answer import text_declines
from interview_analysis.features.content.star import has_action, has_result
from interview_analysis.features.language.lexicons import spans as phrase_spans
from interview_analysis.features.language.sentences import Located, counts_characters, locate, unit_count
from interview_analysis.scoring.evidence.literal import KeywordMatcher, KeywordSpan
from interview_analysis.types import Sentence

Key = tuple[str, str]
# A denial reaches to the end of its clause and no further than this.
_REACH = {True: 16, False: 70}  # characters; key: counted in characters
_TURN_EN = re.compile(
    r"[;.!?]|\b(?:but|however|instead|although|though|because|so)\b|,\s*(?=(?:i|we|then|at)\b)|\band (?=(?:i|we)\b)"
)
_TURN_ZH = re.compile(r"[;。!?]|但是|但|不过|可是|而是|因为|所以|,(?=我|后来|主要|只|当时|之前|现在)")


class ListLimits(Protocol):
    """The settings that decide what a bare list is."""

    @property
    def bare_density(self) -> float: ...
    @property
    def list_density_en(self) -> float: ...
    @property
    def list_density_zh(self) -> float: ...
    @property
    def list_min_keywords(self) -> int: ...


@dataclass(frozen=True, slots=True)
class Passage:
    """A sentence, its keywords, and what it tells. `length` and `keyword_length` are words, in Chinese characters."""

    sentence: Sentence
    located: Located
    spans: tuple[KeywordSpan[Key], ...]
    length: int
    keyword_length: int
    action: bool
    outcome: bool
    figure: bool
    declined: bool
    denies: bool

    @property
    def density(self) -> float:
        return self.keyword_length / self.length if self.length else 0.0


def passages(units: Sequence[Sentence], language: str, matcher: KeywordMatcher[Key]) -> tuple[Passage, ...]:
    """One passage a sentence."""
    return tuple(_passage(unit, language, matcher) for unit in units)


def _passage(unit: Sentence, language: str, matcher: KeywordMatcher[Key]) -> Passage:
    located = locate(unit.words, language)
    text = located.text
    spans = matcher.find(located)
    return Passage(
        sentence=unit,
        located=located,
        spans=spans,
        length=unit_count(text, language),
        keyword_length=sum(
            unit_count(text[a:b], language) for a, b in sorted({(s.start, s.end) for s in spans})
        ),
        action=has_action(text, language),
        outcome=has_result(text, language),
        figure=bool(figure_spans(text, language)),
        declined=text_declines(text, language),
        denies=next(phrase_spans("denials", "before", text, language), None) is not None,
    )


def listed_passages(spoken: Sequence[Passage], language: str, limits: ListLimits) -> frozenset[int]:
    """Indices of the sentences that recite keywords.

    A sentence that is keywords and little else is bare. A run of neighbouring sentences that tell of no doing
    and no outcome is a list when it names enough different keywords at a high density.
    """
    limit = limits.list_density_zh if counts_characters(language) else limits.list_density_en
    listed = {i for i, p in enumerate(spoken) if p.spans and p.density >= limits.bare_density}
    run: list[int] = []
    for i, passage in enumerate([*spoken, None]):
        idle = passage is not None and not (
            passage.action or passage.outcome or passage.denies or passage.declined
        )
        if passage is not None and passage.spans and (i in listed or idle):
            run.append(i)
            continue
        length = sum(spoken[j].length for j in run)
        keywords = {s.keyword for j in run for s in spoken[j].spans}
        dense = bool(length) and sum(spoken[j].keyword_length for j in run) / length >= limit
        if dense and len(keywords) >= limits.list_min_keywords:
            listed.update(run)
        run = []
    return frozenset(listed)


def supporters(
    spoken: Sequence[Passage], index: int, listed: frozenset[int], gap_s: float
) -> tuple[int, ...]:
    """Indices of the sentences that demonstrate what sentence `index` mentions: itself, or one next to it.

    The sentence itself needs a doing, an outcome or a figure; a neighbour a doing or an outcome, because a
    figure alone may be about anything.
    """
    if index in listed:
        return ()
    here = spoken[index]
    found = [index] if here.action or here.outcome or here.figure else []
    for other in (index - 1, index + 1):
        if not 0 <= other < len(spoken) or other in listed:
            continue
        first, second = sorted((index, other))
        near = spoken[second].sentence.start_s - spoken[first].sentence.end_s <= gap_s
        if near and (spoken[other].action or spoken[other].outcome) and not spoken[other].denies:
            found.append(other)
    return tuple(sorted(found))


def denied(spoken: Sequence[Passage], index: int, span: KeywordSpan[Key], language: str) -> bool:
    """Whether the speaker denies what a keyword stands for, or declines in the same breath."""
    passage = spoken[index]
    if passage.declined:
        return True
    text = passage.located.text
    start, end = _clause(text, span, language)
    reach = _REACH[counts_characters(language)]
    before = [b for _, b in phrase_spans("denials", "before", text, language) if start <= b <= span.start]
    if any(span.start - b <= reach for b in before):
        return True
    # "Gantt charts, I have never used them": what was named first is denied, unless a doing was told of it.
    after = [a for a, _ in phrase_spans("denials", "after", text, language) if 0 <= a - span.end <= reach]
    if any(a < end or not has_action(text[:a], language) for a in after):
        return True
    following = spoken[index + 1] if index + 1 < len(spoken) else None
    bare = not (passage.action or passage.outcome or passage.figure)
    return bare and following is not None and following.declined and not following.spans


def _clause(text: str, span: KeywordSpan[Key], language: str) -> tuple[int, int]:
    turns = _TURN_ZH if counts_characters(language) else _TURN_EN
    start, end = 0, len(text)
    for turn in turns.finditer(text):
        if turn.end() <= span.start:
            start = turn.end()
        elif turn.start() >= span.end:
            end = turn.start()
            break
    return start, end
