"""How fast the candidate speaks, in words (English) or characters (Chinese) a minute.

Words of a transcript that was handed in are placed by where its passages begin and end. With the sound that gives
rates, not how they vary; without it, or where only starts are given, no rate.
"""

from __future__ import annotations

from itertools import pairwise

import numpy as np

from interview_analysis.features.core.extractor import COVERAGE, Extractor, FeatureSpec
from interview_analysis.features.language.sentences import words_touching
from interview_analysis.features.language.stretches import spoken_in_main_language
from interview_analysis.features.voice.speech_units import (
    MIN_PAUSE_S,
    coverage,
    joint_silences,
    overlap_s,
    rate_unit,
    silent_pauses,
    spans_are_known,
    speaking_span,
    units_in,
)
from interview_analysis.types import Interval, Observations, Transcript

MIN_UNITS = 5.0
MIN_SPAN_S = 1.0
SUBWINDOW_S = 10.0
MIN_SUBWINDOWS = 3
_MIN_SUBWINDOW_SPAN_S = 5.0

_SPEAKING = "per minute from the first to the last word of the window, pauses included"
_ARTICULATION = "per minute of articulation: as the speaking rate, with pauses of 250 ms and more taken out"
_RATE_SOURCE = "Goldman-Eisler 1968; de Jong & Wempe 2009"
_ZH_UNIT = "characters (digits one each, a Latin word its syllables)"

SPECS = (
    FeatureSpec("speaking_rate_wpm", "words/min", f"words {_SPEAKING}; English only", 0, source=_RATE_SOURCE),
    FeatureSpec(
        "articulation_rate_wpm", "words/min", f"words {_ARTICULATION}; English only", 0, source=_RATE_SOURCE
    ),
    FeatureSpec(
        "speaking_rate_cpm", "characters/min", f"{_ZH_UNIT} {_SPEAKING}; Chinese only", 0, source=_RATE_SOURCE
    ),
    FeatureSpec(
        "articulation_rate_cpm",
        "characters/min",
        f"{_ZH_UNIT} {_ARTICULATION}; Chinese only",
        0,
        source=_RATE_SOURCE,
    ),
    FeatureSpec("unit_count", "1", "words (English) or characters (Chinese) spoken in the window", 0),
    FeatureSpec(
        "rate_cv_ratio",
        "1",
        "coefficient of variation of the articulation rate over the window's 10 s parts, three or more",
        0,
        source="Miller, Grosjean & Lomanto 1984 (variation of articulation rate within a speaker)",
    ),
)


def compute(observations: Observations, window: Interval) -> dict[str, float]:
    """Rates of the transcript's language; the others, and all of too short a stretch, are left out."""
    observations = spoken_in_main_language(observations)
    transcript = observations.transcript
    unit = rate_unit(transcript.language) if transcript is not None else None
    span = speaking_span(transcript, window) if transcript is not None and unit is not None else None
    if transcript is None or unit is None or span is None:
        return {COVERAGE: 0.0}
    pauses, joints = _pauses(observations, transcript), joint_silences(observations.speech)
    speaking_s = span.duration_s - overlap_s(joints, span)
    count = units_in(words_touching(transcript, window), transcript.language, window)
    values = {"unit_count": count, COVERAGE: coverage(speaking_s, window)}
    articulation = speaking_s - overlap_s(pauses, span)
    if count < MIN_UNITS or min(speaking_s, articulation) < MIN_SPAN_S or not spans_are_known(observations):
        return values
    values[f"speaking_rate_{unit}"] = 60.0 * count / speaking_s
    values[f"articulation_rate_{unit}"] = 60.0 * count / articulation
    if transcript.word_times == "recognised":
        values["rate_cv_ratio"] = _variation(transcript, (*pauses, *joints), span)
    return values


def _pauses(observations: Observations, transcript: Transcript) -> tuple[Interval, ...]:
    """Silent pauses by the speech detector; without one, gaps between words."""
    if observations.speech is not None:
        return silent_pauses(observations.speech)
    words = transcript.words
    gaps = (Interval(a.end_s, b.start_s) for a, b in pairwise(words))
    return tuple(gap for gap in gaps if gap.duration_s >= MIN_PAUSE_S)


def _variation(transcript: Transcript, pauses: tuple[Interval, ...], span: Interval) -> float:
    """Coefficient of variation of the articulation rate over the span's 10 s parts, NaN if too few."""
    rates = []
    for index in range(int(span.duration_s / SUBWINDOW_S + 1e-9)):
        start = span.start_s + index * SUBWINDOW_S
        part = Interval(start, start + SUBWINDOW_S)
        articulation = SUBWINDOW_S - overlap_s(pauses, part)
        if articulation >= _MIN_SUBWINDOW_SPAN_S:
            rates.append(units_in(words_touching(transcript, part), transcript.language, part) / articulation)
    if len(rates) < MIN_SUBWINDOWS or np.mean(rates) <= 0:
        return float("nan")
    return float(np.std(rates, ddof=1) / np.mean(rates))


EXTRACTOR = Extractor("speech_rate", 3, "voice", SPECS, compute)
