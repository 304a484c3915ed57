from __future__ import annotations

import numpy as np
import pytest

from interview_analysis.features.voice.voice_quality import compute, weighted_median
from interview_analysis.types import (
    AcousticTrack,
    Interval,
    MediaFacts,
    Observations,
    SpeechActivity,
    intervals,
)
from tests.features.voice.test_pitch import observe
from tests.models.voice.test_praat import buzz


def test_a_noisier_voice_scores_worse_on_all_three(rng: np.random.Generator) -> None:
    wave = buzz(140.0, 4)
    noise = rng.standard_normal(wave.size) * wave.std()
    clean, rough = (compute(observe(wave + level * noise), Interval(0, 4)) for level in (0.03, 0.2))
    assert clean["hnr_db"] == pytest.approx(30, abs=2)
    assert rough["hnr_db"] == pytest.approx(14, abs=1)
    assert clean["jitter_ratio"] < rough["jitter_ratio"]
    assert clean["shimmer_ratio"] < rough["shimmer_ratio"]


def test_segments_count_by_their_length_and_only_in_speech() -> None:
    """Three segments; the longest sets the median, and the last lies outside the speech."""
    time_s = np.arange(600) * 0.01 + 0.005
    track = AcousticTrack(
        time_s=time_s,
        f0_hz=np.full(600, 100.0),
        intensity_db=np.full(600, 60.0),
        hnr_db=np.where(time_s < 4, 10.0, 30.0),
        segment_start_s=np.array([0.0, 1.0, 4.0]),
        segment_end_s=np.array([1.0, 4.0, 6.0]),
        jitter_ratio=np.array([0.01, 0.02, 0.5]),
        shimmer_ratio=np.array([0.3, 0.1, 0.9]),
    )
    speech = SpeechActivity(intervals([(0.0, 4.0)]))
    observations = Observations(MediaFacts(6.0, True, False), speech, None, track)
    assert compute(observations, Interval(0, 6)) == pytest.approx(
        {"coverage_ratio": 4 / 6, "hnr_db": 10.0, "jitter_ratio": 0.02, "shimmer_ratio": 0.1}
    )


def test_missing_is_left_out() -> None:
    assert compute(observe(np.zeros(48_000), (0.0, 3.0)), Interval(0, 3)) == {"coverage_ratio": 1.0}
    assert compute(Observations(MediaFacts(3, False, True)), Interval(0, 3)) == {"coverage_ratio": 0.0}


def test_weighted_median() -> None:
    assert weighted_median(np.array([3.0, 1.0, 2.0]), np.array([1.0, 1.0, 1.0])) == 2.0
    assert weighted_median(np.array([3.0, 1.0, 2.0]), np.array([5.0, 1.0, 1.0])) == 3.0
