"""Hand-built observations in which something stands out, for the tests of moments and of the state report."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from interview_analysis.features.core.extractor import sliding_windows, tabulate
from interview_analysis.features.moments.moments import moments
from interview_analysis.features.tables import FeatureTables
from interview_analysis.features.voice.intensity import EXTRACTOR as INTENSITY
from interview_analysis.features.voice.speech_rate import EXTRACTOR as SPEECH_RATE
from interview_analysis.types import (
    AcousticTrack,
    CandidateVoice,
    Conversation,
    Event,
    FloatArray,
    Interval,
    MediaFacts,
    Observations,
    SpeechActivity,
    Turn,
    Word,
    intervals,
)
from tests.transcripts import transcript_of

FACTS = MediaFacts(duration_s=0.0, has_audio=True, has_video=True)


def speaking(
    duration_s: float,
    *,
    language: str = "zh",
    per_min: float = 200.0,
    changes: Sequence[tuple[float, float, float]] = (),
    pauses: Sequence[tuple[float, float]] = (),
) -> Observations:
    """Words without end, at `per_min` but where `changes` (start_s, end_s, per_min) say otherwise, silent in `pauses`."""
    words, time_s = [], 0.0
    silences = sorted(pauses)
    text = "快" if language == "zh" else " so"
    while time_s < duration_s:
        rate = next((rate for start, end, rate in changes if start <= time_s < end), per_min)
        silence = next((p for p in silences if p[0] <= time_s < p[1]), None)
        if silence:
            time_s = silence[1]
            continue
        words.append(Word(text, time_s, time_s + 60.0 / rate, 0.9))
        time_s += 60.0 / rate
    edges = [0.0, *(edge for pause in silences for edge in pause), duration_s]
    regions = intervals([(a, b) for a, b in zip(edges[::2], edges[1::2], strict=True) if b > a])
    return Observations(
        replace(FACTS, duration_s=duration_s),
        speech=SpeechActivity(regions),
        transcript=transcript_of(words, language),
    )


def acoustics(level_db: FloatArray) -> AcousticTrack:
    """A voice of 120 Hz whose level is given every 10 ms."""
    n = len(level_db)
    none = np.empty(0)
    return AcousticTrack(
        (np.arange(n) + 0.5) * 0.01, np.full(n, 120.0), level_db, np.full(n, 15.0), none, none, none, none
    )


def usual_pauses(duration_s: float, seed: int = 1) -> list[tuple[float, float]]:
    """A pause about every five seconds, log-normal around 0.6 s."""
    draw = np.random.default_rng(seed)
    starts = np.arange(4.0, duration_s - 3.0, 5.0)
    return [(float(s), float(s + length)) for s, length in zip(
        starts, np.exp(draw.normal(np.log(0.6), 0.3, len(starts))), strict=True)]  # fmt: skip


def conversation(
    own: Sequence[tuple[float, float]], others: Sequence[tuple[int, float, float]]
) -> Conversation:
    candidate = CandidateVoice(0, "talk_share", 0.9)
    return Conversation(candidate, intervals(own), tuple(Turn(*turn) for turn in others), None)


def found(observations: Observations) -> dict[str, list[Event]]:
    """The moments of an observation by kind."""
    windows = sliding_windows(observations.facts.duration_s, 10.0, 5.0)
    timeline = tabulate(SPEECH_RATE, observations, windows).join(tabulate(INTENSITY, observations, windows))
    by_kind: dict[str, list[Event]] = {}
    for event in moments(observations, timeline):
        by_kind.setdefault(event.kind, []).append(event)
    return by_kind


def moment(kind: str, start_s: float, end_s: float, value: float = 1.0, **given: float | str) -> Event:
    """An event that stands out."""
    return Event(kind, start_s, end_s, value, **{"confidence": 0.8, "baseline": 0.5, **given})  # type: ignore[arg-type]


def tables_of(events: Sequence[Event]) -> FeatureTables:
    """Tables that hold these events and nothing else."""
    frame = tabulate(SPEECH_RATE, Observations(FACTS), [Interval(0.0, 1.0)])
    return FeatureTables(frame, frame, frame, tuple(events))
