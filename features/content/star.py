"""The STAR parts of an answer (situation, task, action, result), by cues in each sentence.

Method: behaviour description interviewing (Janz, Hellervik & Gilmore 1986). An action is a first person with
a verb of doing; a result is an outcome cue with a change or a figure. Cue lists: configs/lexicons/star.yaml.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache
from typing import Literal

from interview_analysis.features.content.figures import figure_spans
from interview_analysis.features.core.extractor import COVERAGE, Extractor, FeatureSpec
from interview_analysis.features.language.lexicons import found, phrases, readable, spans
from interview_analysis.features.language.sentences import counts_characters, locate, sentences
from interview_analysis.types import Event, Interval, Observations, Sentence

Part = Literal["situation", "task", "action", "result"]
PARTS: tuple[Part, ...] = ("situation", "task", "action", "result")


def star_parts(sentence: Sentence, language: str) -> frozenset[Part]:
    """The STAR parts that the cues of one sentence speak for."""
    text = locate(sentence.words, language).text
    return parts_of_text(text, language)


def parts_of_text(text: str, language: str) -> frozenset[Part]:
    """As `star_parts`, for normalised text."""
    parts: set[Part] = set()
    if found("star", "situation", text, language):
        parts.add("situation")
    if found("star", "task", text, language):
        parts.add("task")
    if has_action(text, language):
        parts.add("action")
    if has_result(text, language):
        parts.add("result")
    return frozenset(parts)


def has_action(text: str, language: str) -> bool:
    """Whether normalised `text` tells of something that the speaker did."""
    return bool(_chinese_action(text) if counts_characters(language) else _english_action(text))


def has_result(text: str, language: str) -> bool:
    """Whether normalised `text` tells of an outcome: two of an outcome cue, a change and a figure."""
    if found("star", "strong_outcome", text, language):
        return True
    # "to reduce churn" is an aim, not a change.
    changed = any(not text[:start].endswith("to ") for start, _ in spans("star", "change", text, language))
    return changed and (found("star", "outcome", text, language) or bool(figure_spans(text, language)))


@cache
def _english_pattern() -> re.Pattern[str]:
    stative = "|".join(p.removeprefix("re:") for p in phrases("star", "stative_past", "en"))
    irregular = "|".join(phrases("star", "irregular_past", "en"))
    present = "|".join(p.replace(" ", r"\s+") for p in phrases("star", "present_action", "en"))
    now = "|".join(phrases("star", "present_in_ed", "en"))
    past = rf"(?!(?:{stative}|{now})\b)(?:{irregular}|[a-z-]{{2,}}ed)\b"
    adverbs = r"(?:(?:\w+ly|then|also|first|just|even|always|still|basically|all|both|together|myself|ourselves|soon)\s+){0,3}"
    subject = r"\b(?:i|we|my team|our team|my team and i|(?:\w+\s+){0,2}and i)\b(?:'ve|'d|\s+have|\s+had)?\s+"
    duty = r"\b(?:i|we)\s+(?:was|were|am|are)\s+(?:\w+ly\s+)?(?:leading|running|building|managing|doing|in charge|responsible|working on|testing|interviewing|designing)\b"
    habit = rf"\b(?:i|we)(?:'d)?\s+(?:(?:\w+ly|always|often|then|first|also)\s+){{0,2}}(?:{present})\b"
    done = rf"{subject}{adverbs}{past}"
    return re.compile(rf"(?:{done}|{duty}|{habit})")


def _english_action(text: str) -> bool:
    return _english_pattern().search(text) is not None


@cache
def _chinese_patterns() -> tuple[re.Pattern[str], re.Pattern[str], re.Pattern[str]]:
    verbs = "|".join(sorted(phrases("star", "action", "zh"), key=lambda v: (-len(v), v)))
    person = "|".join(sorted(phrases("star", "first_person", "zh"), key=lambda v: (-len(v), v)))
    aspect = "|".join(phrases("star", "aspect", "zh"))
    negated = r"(?<!没)(?<!没有)(?<!没怎么)(?<!没有怎么)(?<!不)(?<!不会)(?<!不能)(?<!未)"
    with_person = rf"(?:{person})[^,。!?]{{0,10}}?{negated}(?:{verbs})"
    with_aspect = rf"{negated}(?:{verbs})(?:{aspect})(?!解)"
    stative = "|".join(sorted(phrases("star", "stative", "zh"), key=lambda v: (-len(v), v)))
    return re.compile(with_person), re.compile(with_aspect), re.compile(rf"(?:{stative})[^,。!?]*")


def _chinese_action(text: str) -> bool:
    with_person, with_aspect, stative = _chinese_patterns()
    # A clause of wanting or being ("I like doing research") is taken out before the doing is looked for.
    doing = stative.sub("", text)
    return with_person.search(doing) is not None or with_aspect.search(doing) is not None


def _compute(observations: Observations, window: Interval) -> Mapping[str, float]:
    transcript = readable(observations.transcript)
    units = sentences(transcript, window) if transcript is not None else ()
    if transcript is None or not units:
        return {COVERAGE: 0.0}
    present = frozenset[Part]().union(*(star_parts(s, transcript.language) for s in units))
    values = {f"{part}_ratio": float(part in present) for part in PARTS}
    return {**values, "parts_ratio": len(present) / len(PARTS), COVERAGE: 1.0}


def _events(observations: Observations) -> tuple[Event, ...]:
    transcript = readable(observations.transcript)
    if transcript is None:
        return ()
    return tuple(
        Event(f"star_{part}", sentence.start_s, sentence.end_s, label=sentence.text)
        for sentence in sentences(transcript)
        for part in PARTS
        if part in star_parts(sentence, transcript.language)
    )


EXTRACTOR = Extractor(
    name="star",
    version=2,
    channel="content",
    specs=(
        FeatureSpec("situation_ratio", "0 or 1", "a past time or setting is told", 0, 1),
        FeatureSpec("task_ratio", "0 or 1", "a goal or responsibility is told", 0, 1),
        FeatureSpec("action_ratio", "0 or 1", "the speaker's own doing is told", 0, 1),
        FeatureSpec("result_ratio", "0 or 1", "an outcome is told, by a change or a figure", 0, 1),
        FeatureSpec(
            "parts_ratio", "ratio", "share of the four parts present", 0, 1, "Janz, Hellervik & Gilmore 1986"
        ),
    ),
    compute=_compute,
    events=_events,
)
