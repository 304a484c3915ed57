"""The arithmetic of the benchmark; what it measures is measured by `make bench`."""

from __future__ import annotations

import pytest

from interview_analysis.pipeline.dev.batch_benchmark import straight_line
from interview_analysis.pipeline.dev.stage_costs import Pair, Spent, costs_of

A_MINUTE = {"decode": 8.0, "voice": 0.5, "features": 0.25, "evidence": 0.125, "write": 0.125}
FIXED_S = 3.0


def spent(minutes: int, *, face: float = 4.0, pose: float = 2.0, sound_only: bool = False) -> Spent:
    """A recording whose recogniser takes ten seconds a minute in threads that no stage sees."""
    stages = {name: minutes * value for name, value in A_MINUTE.items()}
    seen = 0.0 if sound_only else minutes * (face + pose)
    stages["decode"] *= 0.125 if sound_only else 1.0
    cpu_s = FIXED_S + sum(stages.values()) + 10.0 * minutes + seen
    return Spent(
        cpu_s, stages, cache_bytes=5_000 + 700_000 * minutes, report_bytes=300_000 + 40_000 * minutes
    )


def pair(**options: float | bool) -> Pair:
    return Pair(spent(1, **options), spent(2, **options))


def test_stages_that_share_threads_are_told_apart_by_differences() -> None:
    costs = costs_of(pair(), pair(sound_only=True), pair(pose=1.0), "a machine", "made up")
    assert costs.core_s_per_minute == pytest.approx(
        {"decode": 8.0, "transcribe": 10.0, "voice": 0.5, "face": 4.0, "pose": 2.0, "features": 0.25, "score": 0.25}
    )  # fmt: skip
    assert costs.core_s_per_interview == pytest.approx(FIXED_S)
    assert (costs.cache_bytes_per_minute, costs.cache_bytes_per_interview) == (700_000, 5_000)
    assert (costs.report_bytes_per_minute, costs.report_bytes_per_interview) == (40_000, 300_000)


def test_the_line_through_seconds_and_its_fit() -> None:
    assert straight_line([50, 500, 5000], [3.0, 12.0, 102.0]) == pytest.approx((0.02, 2.0, 1.0))
    slope, offset, fit = straight_line([1, 2, 3], [1.0, 2.0, 5.0])
    assert (slope, offset) == pytest.approx((2.0, -4 / 3))
    assert fit == pytest.approx(
        1 - (2 / 3) / (26 / 3)
    )  # residuals 1/3, -2/3, 1/3; around the mean 8/3: 25/9, 4/9, 49/9
