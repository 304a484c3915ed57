"""How much the loudness of the voice varies. Its level says more of the microphone than of the speaker."""

from __future__ import annotations

import numpy as np

from interview_analysis.features.core.extractor import COVERAGE, Extractor, FeatureSpec
from interview_analysis.features.core.memory import once
from interview_analysis.features.voice.speech_units import coverage, frames_in, frames_s, heard_frames
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


@once
def usual_level_db(observations: Observations) -> float:
    """Median intensity of the recording's speech, NaN without any."""
    track = observations.acoustics
    level = track.intensity_db[heard_frames(observations)] if track is not None else np.empty(0)
    level = level[np.isfinite(level)]
    return float(np.median(level)) if level.size else float("nan")


def compute(observations: Observations, window: Interval) -> dict[str, float]:
    """Intensity statistics over the speech in `window`; coverage is the share of it that holds speech."""
    track = observations.acoustics
    if track is None:
        return {COVERAGE: 0.0}
    part = frames_in(track, window)
    intensity_db = track.intensity_db[part]
    speech = heard_frames(observations)[part] & np.isfinite(intensity_db)
    speech_s = frames_s(speech)
    values = {COVERAGE: coverage(speech_s, window)}
    if speech_s < MIN_SPEECH_S:
        return values
    level = intensity_db[speech]
    p10, p50, p90 = np.percentile(level, (10, 50, 90))
    values |= {
        "intensity_sd_db": float(np.std(level)),
        "intensity_range_p10_p90_db": float(p90 - p10),
        "intensity_shift_db": float(p50) - usual_level_db(observations),
    }
    voiced = speech & np.isfinite(track.f0_hz[part])
    if frames_s(voiced) >= MIN_SPEECH_S:
        values["voiced_intensity_sd_db"] = float(np.std(intensity_db[voiced]))
    return values


EXTRACTOR = Extractor("intensity", 2, "voice", SPECS, compute)
