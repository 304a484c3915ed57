from __future__ import annotations

import numpy as np
import pytest

from interview_analysis.features.voice.pauses import compute, events
from interview_analysis.features.voice.speech_units import runs
from interview_analysis.models.voice.praat import FRAME_S, acoustics
from interview_analysis.types import Event, Interval, MediaFacts, Observations, SpeechActivity, intervals
from tests.models.voice.test_praat import RATE_HZ, HeldAudio, buzz


def observe(*regions: tuple[float, float]) -> Observations:
    return Observations(MediaFacts(60.0, True, False), speech=SpeechActivity(intervals(regions)))


def test_counts_shares_and_lengths() -> None:
    """Speaking from 5 to 25 s with pauses of 0.5 and 1.5 s and a gap of 0.2 s."""
    observations = observe((5, 10), (10.5, 15), (15.2, 20), (21.5, 25))
    values = compute(observations, Interval(0, 30))
    assert values == pytest.approx(
        {
            "coverage_ratio": 20 / 30,
            "pause_count": 2,
            "pause_per_min": 6,
            "pause_ratio": 0.1,
            "pause_mean_s": 1.0,
            "pause_longest_s": 1.5,
            "long_pause_per_min": 3,
        }
    )
    assert events(observations) == (Event("pause", 20, 21.5, 1.5),)


def test_windows_add_up() -> None:
    observations = observe((0, 4), (6, 9), (9.5, 14), (17, 20))
    halves = [compute(observations, window) for window in intervals([(0, 5), (5, 10), (10, 20)])]
    whole = compute(observations, Interval(0, 20))
    assert [half["pause_count"] for half in halves] == [0, 2, 1]
    assert sum(half["pause_count"] for half in halves) == whole["pause_count"]
    shares = [half["pause_ratio"] * length for half, length in zip(halves, (5, 5, 10), strict=True)]
    assert sum(shares) == pytest.approx(whole["pause_ratio"] * 20)


def test_no_pause_is_zero_but_has_no_mean() -> None:
    values = compute(observe((0, 10)), Interval(0, 10))
    assert values["pause_count"] == values["pause_ratio"] == values["pause_longest_s"] == 0
    assert "pause_mean_s" not in values


def test_nobody_speaking_is_not_observed() -> None:
    assert compute(observe(), Interval(0, 10)) == {"coverage_ratio": 0.0}
    assert compute(Observations(MediaFacts(10, False, True)), Interval(0, 10)) == {"coverage_ratio": 0.0}
    assert compute(observe((0, 10)), Interval(20, 30)) == {"coverage_ratio": 0.0}
    assert events(observe()) == events(Observations(MediaFacts(10, False, True))) == ()


def test_tone_bursts_give_the_exact_count() -> None:
    """Eight bursts; gaps of 0.6 s but for one of 0.15 s, which is no pause, and one of 1.2 s, which is long."""
    gaps = [0.6, 0.6, 0.15, 0.6, 1.2, 0.6, 0.6]
    wave = [np.zeros(RATE_HZ)]
    for gap in [*gaps, 1.0]:
        wave += [buzz(150.0, 0.5), np.zeros(int(gap * RATE_HZ))]
    track = acoustics(HeldAudio(np.concatenate(wave)))
    bursts = [
        (first * FRAME_S, last * FRAME_S) for first, last in runs(np.isfinite(track.f0_hz), track.time_s)
    ]
    observations = observe(*bursts)
    values = compute(observations, Interval(0, 20))
    assert values["pause_count"] == 6
    assert values["pause_longest_s"] == pytest.approx(1.2, abs=0.05)
    assert len(events(observations)) == 1
