"""Silent pauses between stretches of speech."""

from __future__ import annotations

from interview_analysis.features.core.extractor import COVERAGE, Extractor, FeatureSpec
from interview_analysis.features.voice.speech_units import coverage, joint_silences, overlap_s, silent_pauses
from interview_analysis.types import Event, Interval, Observations

LONG_PAUSE_S = 1.0
MIN_SPAN_S = 1.0

_SOURCE = "Goldman-Eisler 1968 (250 ms); de Jong & Bosker 2013"
_PAUSE = "silent pauses (no speech for at least 250 ms, between stretches of speech)"
_MIDPOINT = "whose middle lies in the window"

SPECS = (
    FeatureSpec("pause_count", "1", f"{_PAUSE} {_MIDPOINT}", 0, source=_SOURCE),
    FeatureSpec(
        "pause_per_min", "1/min", f"{_PAUSE} per minute of speaking time, pauses included", 0, source=_SOURCE
    ),
    FeatureSpec("pause_ratio", "1", f"share of the speaking time that is spent in {_PAUSE}", 0, 1, _SOURCE),
    FeatureSpec("pause_mean_s", "s", f"mean length of {_PAUSE} {_MIDPOINT}", 0.25, source=_SOURCE),
    FeatureSpec(
        "pause_longest_s",
        "s",
        f"length of the longest of {_PAUSE} {_MIDPOINT}; 0 without any",
        0,
        source=_SOURCE,
    ),
    FeatureSpec(
        "long_pause_per_min",
        "1/min",
        "the same for pauses of at least 1 s per minute of speaking time",
        0,
        source=_SOURCE,
    ),
)


def compute(observations: Observations, window: Interval) -> dict[str, float]:
    """Pauses in `window`. Speaking time lies between the first and the last speech of the recording.

    Where several recordings are joined, the silence around a joint is neither a pause nor speaking time.
    """
    speech = observations.speech
    if speech is None or not speech.regions:
        return {COVERAGE: 0.0}
    speaking_s = Interval(speech.regions[0].start_s, speech.regions[-1].end_s).overlap_s(window)
    speaking_s -= overlap_s(joint_silences(speech), window)
    values = {COVERAGE: coverage(speaking_s, window)}
    if speaking_s < MIN_SPAN_S:
        return values
    pauses = silent_pauses(speech)
    lengths = [p.duration_s for p in pauses if window.start_s <= (p.start_s + p.end_s) / 2 < window.end_s]
    per_min = 60.0 / speaking_s
    values |= {
        "pause_count": float(len(lengths)),
        "pause_per_min": len(lengths) * per_min,
        "pause_ratio": min(1.0, overlap_s(pauses, window) / speaking_s),
        "pause_longest_s": max(lengths, default=0.0),
        "long_pause_per_min": sum(length >= LONG_PAUSE_S for length in lengths) * per_min,
    }
    if lengths:
        values["pause_mean_s"] = sum(lengths) / len(lengths)
    return values


def events(observations: Observations) -> tuple[Event, ...]:
    """Pauses of at least 1 s; the value is the length in seconds."""
    if observations.speech is None:
        return ()
    pauses = silent_pauses(observations.speech, LONG_PAUSE_S)
    return tuple(Event("pause", p.start_s, p.end_s, p.duration_s) for p in pauses)


EXTRACTOR = Extractor("pauses", 2, "voice", SPECS, compute, events)
