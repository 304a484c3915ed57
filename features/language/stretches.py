"""Stretches of a recording in which another language than its main one is spoken.

Word lists, rates and models are of one language: what is measured of words is measured of the main language, and the
rest is left out of it.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from interview_analysis.features.core.memory import once
from interview_analysis.types import Interval, Observations, SpeechActivity, Transcript


@dataclass(frozen=True, slots=True)
class LanguageStretch:
    """From the first to the last word of consecutive segments in one language."""

    language: str
    interval: Interval


def language_stretches(transcript: Transcript) -> tuple[LanguageStretch, ...]:
    """Which language is spoken when, in order; neighbours differ."""
    found: list[LanguageStretch] = []
    for segment in transcript.segments:
        language = transcript.language_of(segment)
        if found and found[-1].language == language:
            found[-1] = LanguageStretch(language, Interval(found[-1].interval.start_s, segment.end_s))
        else:
            found.append(LanguageStretch(language, Interval(segment.start_s, segment.end_s)))
    return tuple(found)


@once
def in_main_language(transcript: Transcript) -> Transcript:
    """What is said in the transcript's main language; itself where everything is."""
    return transcript.in_language(transcript.language)


@once
def spoken_in_main_language(observations: Observations) -> Observations:
    """With the words and the speech of the main language alone, as if somebody else spoke the rest; itself where all is.

    Regions of speech are cut around the other stretches, which are nobody's pause (`SpeechActivity.others_s`).
    """
    transcript, speech = observations.transcript, observations.speech
    if transcript is None or in_main_language(transcript) is transcript:
        return observations
    others = [s.interval for s in language_stretches(transcript) if s.language != transcript.language]
    return replace(
        observations,
        transcript=in_main_language(transcript),
        speech=None if speech is None else _without(speech, others),
    )


def _without(speech: SpeechActivity, others: list[Interval]) -> SpeechActivity:
    regions = list(speech.regions)
    for other in others:
        regions = [part for region in regions for part in _outside(region, other)]
    middles = [(other.start_s + other.end_s) / 2 for other in others]
    return SpeechActivity(tuple(regions), speech.joints_s, tuple(sorted([*speech.others_s, *middles])))


def _outside(region: Interval, other: Interval) -> list[Interval]:
    before = Interval(region.start_s, min(region.end_s, other.start_s))
    after = Interval(max(region.start_s, other.end_s), region.end_s)
    return [part for part in (before, after) if part.end_s > part.start_s]
