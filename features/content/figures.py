"""Concrete figures in what is said: numbers, shares, money, dates and durations.

Ordinals, approximate counts (几十, "hundreds of"), idioms (一下, "one of") and counts of a speaker's own points
("two reasons", 三点) are no figures.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache

from interview_analysis.features.core.extractor import COVERAGE, Extractor, FeatureSpec
from interview_analysis.features.language.lexicons import phrases, readable
from interview_analysis.features.language.sentences import (
    counts_characters,
    join_words,
    locate,
    unit_count,
    words_in,
)
from interview_analysis.types import Event, Interval, Observations

_SMALL = (
    "two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|thirteen|fourteen|fifteen|sixteen|seventeen|"
    "eighteen|nineteen|twenty|thirty|forty|fifty|sixty|seventy|eighty|ninety"
)
_SCALE = "hundred|thousand|million|billion"
_DIGITS = r"(?<![\w.-])[$€£¥]?\d[\d,]*(?:\.\d+)?(?:k|m|bn|x|s|万|亿)?(?![\w])"
_CN = "零〇一二两三四五六七八九十百千万亿"


def figure_spans(text: str, language: str) -> list[tuple[int, int]]:
    """Character spans of the figures in normalised `text`, in order, not overlapping."""
    pattern = _chinese() if counts_characters(language) else _english()
    return [match.span("hit") for match in pattern.finditer(text) if match.group("hit")]


@cache
def _english() -> re.Pattern[str]:
    units = _alternatives("units", "en")
    discourse = rf"(?!\s+(?:\w+\s+)?(?:{_alternatives('discourse', 'en')})\b)"
    number = rf"(?:(?:{_SMALL}|a(?=\s+(?:{_SCALE})\b)|one(?=\s+(?:{_SCALE}|{units})\b))\b|{_DIGITS})"
    more = rf"(?:[\s-]+(?:and\s+)?(?:{_SMALL}|one|point|{_SCALE}|{_DIGITS})\b)*"
    unit = rf"(?:\s*%|\s+(?:{units})\b)*"
    fraction = rf"\b(?:{_alternatives('fractions', 'en')})\b"
    barred = rf"(?:\b(?:one|two)[\s-]+on[\s-]+(?:one|two)\b|\b(?:one|two|three) of\b(?=\s+(?:us|them|my|the))|{fraction}(?=\s+sudden))"
    return re.compile(rf"{barred}|(?P<hit>(?<![\w-])(?:{number}{more}{unit}{discourse}|{fraction}))")


@cache
def _chinese() -> re.Pattern[str]:
    units = _alternatives("units", "zh")
    discourse = rf"(?:个)?(?:{_alternatives('discourse', 'zh')})"
    digits = rf"(?<![a-z\d.\-])[$€£¥]?\d[\d,]*(?:\.\d+)?(?![\da-z])(?:[十百千万亿]*)(?:%|多?(?:{units}))?"
    share = rf"[百千万]分之[{_CN}点\d.]+"
    spoken_year = r"[一二][零〇九][零〇一二三四五六七八九]{2}年"
    several = rf"(?:[{_CN}]+点[{_CN}]+|[一二两三四五六七八九十百千]*[十百千万亿]+[{_CN}]+|[二两三四五六七八九十百千万亿]+|一[百千万亿][{_CN}]*)"
    spoken = rf"{several}多?(?!{discourse})(?:{units}|[百千万亿])(?:半)?"
    single = rf"(?<!有)(?<!每)(?<!这)(?<!那)一(?:{_alternatives('units_of_one', 'zh')})(?!到晚)"
    half = r"(?<![一大多])(?:半年|半个月|半个?小时|一半|过半)"
    barred = r"第[一二三四五六七八九十百\d]+|[几数][十百千万亿]+|万一|千万|百分百|一点|三心二意|乱七八糟|七嘴八舌|十分|百姓|\d+(?=点(?:来说|是|,))"
    return re.compile(rf"{barred}|(?P<hit>{share}|{spoken_year}|{digits}(?<!第)|{spoken}|{single}|{half})")


def _alternatives(name: str, language: str) -> str:
    items = sorted(phrases("figures", name, language), key=lambda item: (-len(item), item))
    return "|".join(re.escape(item) for item in items)


def _compute(observations: Observations, window: Interval) -> Mapping[str, float]:
    transcript = readable(observations.transcript)
    words = words_in(transcript, window)
    if transcript is None or not words:
        return {COVERAGE: 0.0}
    count = len(figure_spans(locate(words, transcript.language).text, transcript.language))
    units = unit_count(join_words(words, transcript.language), transcript.language)
    return {
        "figures_count": count,
        "figures_per_100": 100 * count / units if units else float("nan"),
        COVERAGE: 1.0,
    }


def _events(observations: Observations) -> tuple[Event, ...]:
    transcript = readable(observations.transcript)
    if transcript is None:
        return ()
    words = transcript.words
    located = locate(words, transcript.language)
    events = []
    for start, end in figure_spans(located.text, transcript.language):
        first, last = located.words(start, end)
        events.append(
            Event("figure", words[first].start_s, words[last].end_s, label=located.text[start:end].strip())
        )
    return tuple(events)


EXTRACTOR = Extractor(
    name="figures",
    version=1,
    channel="content",
    specs=(
        FeatureSpec(
            "figures_count", "count", "concrete figures: numbers, shares, money, dates, durations", low=0
        ),
        FeatureSpec(
            "figures_per_100", "per 100 words (en) or characters (zh)", "concrete figures by length", 0
        ),
    ),
    compute=_compute,
    events=_events,
)
