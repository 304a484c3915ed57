"""Level, range and variability of the voice's fundamental frequency (F0)."""

from __future__ import annotations

import numpy as np

from interview_analysis.features.core.extractor import COVERAGE, Extractor, FeatureSpec
from interview_analysis.features.core.memory import once
from interview_analysis.features.voice.speech_units import coverage, frames_in, frames_s, heard_frames
from interview_analysis.types import Interval, Observations

MIN_VOICED_S = 1.0

_SEMITONES = "semitones are relative, so that low and high voices compare"
_SOURCE = "Traunmüller & Eriksson 1995; Hincks 2005 (F0 variation and perceived liveliness)"

SPECS = (
    FeatureSpec("f0_median_hz", "Hz", "median F0 of voiced speech", 40, 1000, "Boersma 1993"),
    FeatureSpec(
        "f0_sd_st", "semitones", f"standard deviation of F0 of voiced speech; {_SEMITONES}", 0, 60, _SOURCE
    ),
    FeatureSpec(
        "f0_range_p10_p90_st", "semitones", "10th to 90th percentile of F0 of voiced speech", 0, 60, _SOURCE
    ),
    FeatureSpec(
        "f0_range_p5_p95_st", "semitones", "5th to 95th percentile of F0 of voiced speech", 0, 60, _SOURCE
    ),
    FeatureSpec(
        "f0_shift_st",
        "semitones",
        "median F0 of the window above that of the whole recording",
        -60,
        60,
        _SOURCE,
    ),
    FeatureSpec("voiced_ratio", "1", "share of the speech time that is voiced", 0, 1, "Boersma 1993"),
)


@once
def usual_f0_hz(observations: Observations) -> float:
    """Median F0 of the recording's voiced speech, NaN without any."""
    track = observations.acoustics
    voiced = track.f0_hz[heard_frames(observations)] if track is not None else np.empty(0)
    voiced = voiced[np.isfinite(voiced)]
    return float(np.median(voiced)) if voiced.size else float("nan")


def compute(observations: Observations, window: Interval) -> dict[str, float]:
    """F0 statistics over the voiced speech in `window`; coverage is the share of it that holds speech."""
    track = observations.acoustics
    if track is None:
        return {COVERAGE: 0.0}
    part = frames_in(track, window)
    f0_hz, speech = track.f0_hz[part], heard_frames(observations)[part]
    speech_s = frames_s(speech)
    values = {COVERAGE: coverage(speech_s, window)}
    voiced = speech & np.isfinite(f0_hz)
    voiced_s = frames_s(voiced)
    if speech_s >= MIN_VOICED_S:
        values["voiced_ratio"] = voiced_s / speech_s
    if voiced_s < MIN_VOICED_S:
        return values
    semitones = 12.0 * np.log2(f0_hz[voiced] / usual_f0_hz(observations))
    p5, p10, p50, p90, p95 = np.percentile(semitones, (5, 10, 50, 90, 95))
    return values | {
        "f0_median_hz": float(np.median(f0_hz[voiced])),
        "f0_sd_st": float(np.std(semitones)),
        "f0_range_p10_p90_st": float(p90 - p10),
        "f0_range_p5_p95_st": float(p95 - p5),
        "f0_shift_st": float(p50),
    }


EXTRACTOR = Extractor("pitch", 2, "voice", SPECS, compute)
