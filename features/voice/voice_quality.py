"""Jitter, shimmer and harmonicity: how regular the voice is from cycle to cycle."""

from __future__ import annotations

import numpy as np

from interview_analysis.features.core.extractor import COVERAGE, Extractor, FeatureSpec
from interview_analysis.features.voice.speech_units import coverage, frames_in, frames_s, heard_frames, inside
from interview_analysis.types import FloatArray, Interval, Observations

MIN_VOICED_S = 1.0

_CAVEAT = (
    "shown only: clinical norms hold for sustained vowels; continuous speech, noise, low voices and "
    "audio compression all worsen it"
)
_MEDIAN = "median over voiced segments by their length"
_SOURCE = "Praat, local (Boersma & Weenink); Maryn et al. 2009 on continuous speech"

SPECS = (
    FeatureSpec(
        "jitter_ratio",
        "1",
        f"mean difference of consecutive periods over the mean period, {_MEDIAN}; {_CAVEAT}",
        0,
        1,
        _SOURCE,
    ),
    FeatureSpec(
        "shimmer_ratio",
        "1",
        f"mean difference of consecutive periods' amplitudes over the mean amplitude, {_MEDIAN}; {_CAVEAT}",
        0,
        2,
        _SOURCE,
    ),
    FeatureSpec(
        "hnr_db",
        "dB",
        f"harmonics-to-noise ratio, median over voiced speech (higher is more regular); {_CAVEAT}",
        source="Boersma 1993",
    ),
)


def compute(observations: Observations, window: Interval) -> dict[str, float]:
    """Medians over the voiced speech in `window`; coverage is the share of it that holds speech."""
    track = observations.acoustics
    if track is None:
        return {COVERAGE: 0.0}
    part = frames_in(track, window)
    hnr_db, speech = track.hnr_db[part], heard_frames(observations)[part]
    values = {COVERAGE: coverage(frames_s(speech), window)}
    voiced = speech & np.isfinite(hnr_db)
    if frames_s(voiced) < MIN_VOICED_S:
        return values
    values["hnr_db"] = float(np.median(hnr_db[voiced]))
    middle = (track.segment_start_s + track.segment_end_s) / 2
    kept = (middle >= window.start_s) & (middle < window.end_s)
    if observations.speech is not None:
        kept &= inside(middle, observations.speech.regions)
    lengths = (track.segment_end_s - track.segment_start_s)[kept]
    if lengths.sum() >= MIN_VOICED_S:
        values["jitter_ratio"] = weighted_median(track.jitter_ratio[kept], lengths)
        values["shimmer_ratio"] = weighted_median(track.shimmer_ratio[kept], lengths)
    return values


def weighted_median(values: FloatArray, weights: FloatArray) -> float:
    """The value that half of the weight lies at or below; both of shape (m,), m >= 1."""
    order = np.argsort(values, kind="stable")
    total = np.cumsum(weights[order])
    return float(values[order][np.searchsorted(total, total[-1] / 2)])


EXTRACTOR = Extractor("voice_quality", 2, "voice", SPECS, compute)
