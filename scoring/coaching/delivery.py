"""How an answer is told: its pace against the norms in use, the time that it takes, and words that take certainty away."""

from __future__ import annotations

import math

from interview_analysis.features.content import hedges
from interview_analysis.features.language.lexicons import spans
from interview_analysis.features.language.sentences import locate
from interview_analysis.features.voice import speech_rate
from interview_analysis.scoring.coaching.findings import Finding, Said, quoted
from interview_analysis.scoring.norms import Norm, Norms
from interview_analysis.types import Interval, Observations, Word

# Of 210 spoken answers of real interviews one in twelve has more: there it is the listener who notices.
MIN_HEDGES = 3
MIN_HEDGES_PER_100 = 2.0
SHORT_SHARE = 1 / 3  # of the time to answer; said only where something is missing
RATES = {"en": "speech_rate.speaking_rate_wpm", "zh": "speech_rate.speaking_rate_cpm"}


def pace_norm(norms: Norms, language: str) -> Norm | None:
    """The norm of the speaking rate of a language; its `best` is the range that guide and advice name."""
    wanted = RATES.get(language)
    return next((norm for norm in norms.channels.get("voice", ()) if norm.feature == wanted), None)


def about_pace(seen: Observations, norms: Norms, facts: dict[str, float]) -> list[Finding]:
    """Where the rate lies outside of the range in which the norms have nothing to say against it."""
    language = seen.transcript.language if seen.transcript else ""
    norm = pace_norm(norms, language)
    if norm is None:
        return []
    measured = speech_rate.compute(seen, Interval(0.0, seen.facts.duration_s))
    rate = measured.get(norm.feature.partition(".")[2], math.nan)
    if math.isnan(rate):
        return []
    low, high = norm.best
    numbers: dict[str, float] = {"rate": round(rate), "low": round(low), "high": round(high)}
    facts |= numbers
    if low <= numbers["rate"] <= high:
        return []
    return [Finding(kind="slow" if rate < low else "fast", numbers=numbers)]


def about_time(used_s: float, given_s: float, *, incomplete: bool, facts: dict[str, float]) -> list[Finding]:
    """An answer that leaves something out although there was time, or that went on beyond it."""
    facts |= {"used_s": round(used_s), "given_s": round(given_s)}
    numbers: dict[str, float] = {"used_s": round(used_s), "given_s": round(given_s)}
    if used_s > given_s + 1:
        return [Finding(kind="over_time", numbers=numbers)]
    if incomplete and used_s < SHORT_SHARE * given_s:
        return [Finding(kind="time_left", numbers=numbers)]
    return []


def about_hedges(seen: Observations, said: Said) -> list[Finding]:
    """Many words such as "maybe" and "kind of", with the sentences that hold the most of them."""
    measured = hedges.EXTRACTOR.compute(seen, Interval(0.0, seen.facts.duration_s))
    count = measured.get("hedges_count", 0)
    if count < MIN_HEDGES or measured["hedges_per_100"] < MIN_HEDGES_PER_100:
        return []
    held = {sentence: _hedges(sentence.words, said.language) for sentence in said.sentences}
    most = sorted((s for s in said.sentences if held[s]), key=lambda s: -len(held[s]))[:3]
    names = dict.fromkeys(word for sentence in said.sentences for word in held[sentence])
    return [
        Finding(
            kind="hedges",
            quotes=tuple(quoted(sentence) for sentence in sorted(most, key=lambda s: s.start_s)),
            numbers={"count": count},
            names=tuple(names)[:6],
        )
    ]


def _hedges(words: tuple[Word, ...], language: str) -> list[str]:
    text = locate(words, language).text
    return [text[start:end] for start, end in spans("hedges", "hedges", text, language)]
