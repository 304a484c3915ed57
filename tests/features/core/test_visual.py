from __future__ import annotations

import numpy as np
import pytest

from interview_analysis.features.core.extractor import extractors
from interview_analysis.features.core.visual import Seen, above, bouts, coverage, peak_event
from interview_analysis.types import Event, Interval
from tests.features.tracks import face_track, observe, pose_track

VISUAL = [extractor for extractor in extractors() if extractor.channel in ("face", "posture")]


@pytest.mark.parametrize("extractor", VISUAL, ids=lambda e: e.name)
def test_a_camera_that_stops_covers_what_it_saw(extractor) -> None:
    brief = observe(face_track(10.0), pose_track(10.0))
    assert extractor.compute(brief, Interval(0.0, 10.0))["coverage_ratio"] == pytest.approx(1.0)
    assert extractor.compute(brief, Interval(5.0, 15.0))["coverage_ratio"] == pytest.approx(0.5)
    assert extractor.compute(brief, Interval(0.0, 600.0))["coverage_ratio"] == pytest.approx(10 / 600)


@pytest.mark.parametrize("fps", [2.5, 5.0])
@pytest.mark.parametrize("length_s", [1.0, 2.3, 10.0, 59.9])
@pytest.mark.parametrize("start_s", [0.0, 0.13, 0.39])
def test_a_window_that_was_seen_throughout_is_covered(fps: float, length_s: float, start_s: float) -> None:
    time_s = np.arange(0.05, 60.4, 1.0 / fps)
    seen = np.ones(time_s.size, dtype=bool)
    assert 0.95 <= coverage(seen, time_s, Interval(start_s, start_s + length_s)) <= 1.0


def test_uneven_samples_stand_for_the_time_up_to_the_next() -> None:
    """12 frames a second sampled at 5: two steps of 2 frames, then one of 3, in turn."""
    time_s = np.cumsum(np.tile([2, 2, 3, 2, 3], 20)) / 12
    seen = np.ones(time_s.size, dtype=bool)
    assert coverage(seen, time_s, Interval(0.0, 20.0)) == pytest.approx(1.0, abs=0.02)
    with_gap = np.concatenate([np.arange(0, 5, 0.2), np.arange(15, 20, 0.2)])
    half = coverage(np.ones(50, dtype=bool), with_gap, Interval(0.0, 20.0))
    assert half == pytest.approx(0.5, abs=0.02)


def test_one_sample_is_no_bout_however_long_a_step_is() -> None:
    time_s = np.arange(10) * 0.4
    active = np.isin(np.arange(10), (2, 6, 7))
    assert bouts(time_s, active, 0.4) == ((6, 7),)
    assert bouts(time_s, active) == ((2, 2), (6, 7))


def test_what_is_counted_over_a_window_leaves_out_what_was_not_seen() -> None:
    time_s = np.arange(20) * 0.2
    values = np.where(np.arange(20) % 4 == 3, np.nan, np.arange(20.0))
    seen = Seen.within(Interval(1.0, 3.0), time_s, np.isfinite(values))
    kept = np.array([5, 6, 8, 9, 10, 12, 13, 14])
    assert np.flatnonzero(seen.mask).tolist() == kept.tolist()
    assert (seen.mean(values), seen.spread(values)) == pytest.approx((kept.mean(), kept.std()))
    assert seen.ratio(above(values, 9.5)) == pytest.approx(4 / 8)
    assert seen.per_minute([Event("nod", 1.0, 1.2), Event("nod", 3.0, 3.2)]) == pytest.approx(60 / (8 * 0.2))
    assert not Seen.within(Interval(9.0, 10.0), time_s, np.isfinite(values))


def test_the_event_of_a_run_has_its_highest_value() -> None:
    time_s, values = np.arange(6) * 0.2, np.array([0.0, 0.5, np.nan, 0.9, 0.1, 0.7])
    assert above(values, 0.4).tolist() == [False, True, False, True, False, True]
    event = peak_event("smile", time_s, (1, 3), values)
    assert (event.start_s, event.end_s, event.value) == pytest.approx((0.2, 0.8, 0.9))
