"""How much the loudness of the voice varies. Its level says more of the microphone than of the speaker."""

from __future__ import annotations

import numpy as np

from interview_analysis.features.extractor import COVERAGE, Extractor, FeatureSpec
from interview_analysis.features.speech_units import coverage, frames_s, speech_frames
from interview_analysis.types import Interval, Observations

MIN_SPEECH_S = 1.0

_SOURCE = "Praat intensity (Boersma & Weenink); eGeMAPS loudness range (Eyben et al. 2016)"

SPECS = (
    FeatureSpec("intensity_sd_db", "dB", "standard deviation of the intensity of speech", 0, 60, _SOURCE),
    FeatureSpec(
        "intensity_range_p10_p90_db",
        "dB",
        "10th to 90th percentile of the intensity of speech",
        0,
        120,
        _SOURCE,
    ),
    FeatureSpec(
        "voiced_intensity_sd_db",
        "dB",
        "standard deviation of the intensity of voiced speech, which background noise moves less",
        0,
        60,
        _SOURCE,
    ),
    FeatureSpec(
        "intensity_shift_db",
        "dB",
        "median intensity of the window's speech above that of the whole recording's",
        -120,
        120,
        _SOURCE,
    ),
)


def compute(observations: Observations, window: Interval) -> dict[str, float]:
    """Intensity statistics over the speech in `window`; coverage is the share of it that holds speech."""
    track = observations.acoustics
    if track is None:
        return {COVERAGE: 0.0}
    everything = Interval(float("-inf"), float("inf"))
    heard = speech_frames(track, observations.speech, everything) & np.isfinite(track.intensity_db)
    speech = heard & (track.time_s >= window.start_s) & (track.time_s < window.end_s)
    speech_s = frames_s(speech)
    values = {COVERAGE: coverage(speech_s, window)}
    if speech_s < MIN_SPEECH_S:
        return values
    level = track.intensity_db[speech]
    p10, p50, p90 = np.percentile(level, (10, 50, 90))
    values |= {
        "intensity_sd_db": float(np.std(level)),
        "intensity_range_p10_p90_db": float(p90 - p10),
        "intensity_shift_db": float(p50 - np.median(track.intensity_db[heard])),
    }
    voiced = speech & np.isfinite(track.f0_hz)
    if frames_s(voiced) >= MIN_SPEECH_S:
        values["voiced_intensity_sd_db"] = float(np.std(track.intensity_db[voiced]))
    return values


EXTRACTOR = Extractor("intensity", 1, "voice", SPECS, compute)
