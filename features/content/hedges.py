"""Hedges: words that make a claim less certain (Lakoff 1973; Hyland 1998), listed in configs/lexicons/hedges.yaml."""

from __future__ import annotations

from collections.abc import Mapping

from interview_analysis.features.core.extractor import COVERAGE, Extractor, FeatureSpec
from interview_analysis.features.language.lexicons import readable, spans
from interview_analysis.features.language.sentences import join_words, locate, unit_count, words_in
from interview_analysis.types import Event, Interval, Observations


def _compute(observations: Observations, window: Interval) -> Mapping[str, float]:
    transcript = readable(observations.transcript)
    words = words_in(transcript, window)
    if transcript is None or not words:
        return {COVERAGE: 0.0}
    language = transcript.language
    count = sum(1 for _ in spans("hedges", "hedges", locate(words, language).text, language))
    units = unit_count(join_words(words, language), language)
    return {
        "hedges_count": count,
        "hedges_per_100": 100 * count / units if units else float("nan"),
        COVERAGE: 1.0,
    }


def _events(observations: Observations) -> tuple[Event, ...]:
    transcript = readable(observations.transcript)
    if transcript is None:
        return ()
    words = transcript.words
    located = locate(words, transcript.language)
    events = []
    for start, end in spans("hedges", "hedges", located.text, transcript.language):
        first, last = located.words(start, end)
        events.append(Event("hedge", words[first].start_s, words[last].end_s, label=located.text[start:end]))
    return tuple(events)


EXTRACTOR = Extractor(
    name="hedges",
    version=1,
    channel="content",
    specs=(
        FeatureSpec("hedges_count", "count", "hedges such as 'maybe', 'kind of', 可能, 大概", low=0),
        FeatureSpec(
            "hedges_per_100",
            "per 100 words (en) or characters (zh)",
            "hedges by length",
            low=0,
            source="Lakoff 1973; Hyland 1998",
        ),
    ),
    compute=_compute,
    events=_events,
)
