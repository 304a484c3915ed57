"""Words that judge as good or bad, a negation before one turning it. Lists: configs/lexicons/sentiment.yaml."""

from __future__ import annotations

import re
from collections.abc import Mapping

from interview_analysis.features.core.extractor import COVERAGE, Extractor, FeatureSpec
from interview_analysis.features.language.lexicons import readable, spans
from interview_analysis.features.language.sentences import (
    counts_characters,
    join_words,
    locate,
    unit_count,
    words_in,
)
from interview_analysis.types import Interval, Observations

_REACH_WORDS = 3
_REACH_CHARACTERS = 6
_WORD_START = re.compile(r"\S+")
_CLAUSE_END = re.compile(r"[,.!?;:。!?,;:、]")
_PER_100 = "per 100 words (en) or characters (zh)"
_SOURCE = "Stone et al. 1966, The General Inquirer (the method)"


def judgements(text: str, language: str) -> tuple[int, int]:
    """How many good and bad judgements normalised `text` holds; "not bad" and "not happy" count as the other kind."""
    negations = [end for _, end in spans("sentiment", "negations", text, language)]
    good = bad = 0
    for name in ("positive", "negative"):
        for start, _ in spans("sentiment", name, text, language):
            turned = any(_reaches(text, end, start, language) for end in negations if end <= start)
            if (name == "positive") != turned:
                good += 1
            else:
                bad += 1
    return good, bad


def _reaches(text: str, negation_end: int, start: int, language: str) -> bool:
    between = text[negation_end:start]
    if _CLAUSE_END.search(between):
        return False
    if counts_characters(language):
        return len(between) <= _REACH_CHARACTERS
    return len(_WORD_START.findall(between)) < _REACH_WORDS


def _compute(observations: Observations, window: Interval) -> Mapping[str, float]:
    transcript = readable(observations.transcript)
    words = words_in(transcript, window)
    if transcript is None or not words:
        return {COVERAGE: 0.0}
    language = transcript.language
    good, bad = judgements(locate(words, language).text, language)
    units = unit_count(join_words(words, language), language)
    share = float("nan") if good + bad == 0 else good / (good + bad)
    rate = 100 / units if units else float("nan")
    return {
        "positive_per_100": good * rate,
        "negative_per_100": bad * rate,
        "positive_ratio": share,
        COVERAGE: 1.0,
    }


EXTRACTOR = Extractor(
    name="sentiment",
    version=2,
    channel="content",
    specs=(
        FeatureSpec(
            "positive_per_100", _PER_100, "judgements as good: great, enjoyed, 优秀", 0, source=_SOURCE
        ),
        FeatureSpec(
            "negative_per_100", _PER_100, "judgements as bad: terrible, failed, 糟糕", 0, source=_SOURCE
        ),
        FeatureSpec(
            "positive_ratio", "ratio", "judgements as good among all judgements", 0, 1, source=_SOURCE
        ),
    ),
    compute=_compute,
)
