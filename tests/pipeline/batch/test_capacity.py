"""Plans that can be checked by hand, and the queue against one that is simulated event by event."""

from __future__ import annotations

import heapq

import numpy as np
import pytest

from interview_analysis.errors import ConfigError
from interview_analysis.pipeline.dev.capacity import (
    Demand,
    Fleet,
    Prices,
    StageCosts,
    Storage,
    arrivals,
    core_seconds,
    cores_needed,
    gpu_seconds,
    load_costs,
    simulate,
    storage_cost,
    storage_tb,
    turnaround_s,
)
from tests.conftest import ROOT

COSTS = StageCosts(
    machine="made up", how="by hand", core_s_per_minute={"decode": 10.0, "transcribe": 20.0},
    core_s_per_interview=60.0, cache_bytes_per_minute=1e6, cache_bytes_per_interview=5e6,
    report_bytes_per_minute=0.0, report_bytes_per_interview=1e6,
)  # fmt: skip
EVEN = Demand(
    interviews_per_month=3000,
    median_min=20,
    length_sd_log=0,
    hour_weights=(1.0,) * 24,
    day_weights=(1.0,) * 7,
)
OFFICE = EVEN.model_copy(update={"hour_weights": (0.0,) * 9 + (1.0,) * 8 + (0.0,) * 7, "day_weights": (1.0,) * 5 + (0.0,) * 2})  # fmt: skip
PRICES = Prices(core_hour=0.05, gpu_hour=1.0, gb_month=0.02)


def _exact(time_s, work_s, cores):
    """Turnaround with one interview a core, first come first served, event by event."""
    free, ended = [0.0] * cores, []
    for time, work in zip(time_s, work_s, strict=True):
        end = max(time, heapq.heappop(free)) + work
        heapq.heappush(free, end)
        ended.append(end - time)
    return np.asarray(ended)


@pytest.mark.parametrize("cores", [40, 50, 80])
def test_the_queue_is_close_to_the_exact_one(cores, rng):
    time_s = np.sort(rng.uniform(0, 36_000, 3000))
    work_s = 600 * np.exp(0.5 * rng.standard_normal(3000))
    ours, exact = turnaround_s(time_s, work_s, cores, 1), _exact(time_s, work_s, cores)
    for share in (0.5, 0.95):
        assert np.quantile(ours, share) == pytest.approx(
            np.quantile(exact, share), abs=work_s.mean(), rel=0.02
        )


def test_an_interview_that_comes_to_an_empty_queue_takes_its_own_time():
    time_s, work_s = np.asarray([0.0, 1000.0, 1000.0]), np.asarray([600.0, 600.0, 600.0])
    assert turnaround_s(time_s, work_s, 2.0, 1).tolist() == [600.0, 600.0, 900.0]
    assert turnaround_s(time_s, work_s, 2.0, 2).tolist() == [300.0, 300.0, 600.0]


def test_the_fewest_cores_are_just_enough(rng):
    time_s = np.sort(rng.uniform(0, 86_400, 2000))
    work_s = np.full(2000, 900.0)
    cores = cores_needed(time_s, work_s, 3600.0, 0.95, 2)
    assert cores % 2 == 0
    assert np.quantile(turnaround_s(time_s, work_s, cores, 2), 0.95) <= 3600
    assert np.quantile(turnaround_s(time_s, work_s, cores - 2, 2), 0.95) > 3600


def test_no_number_of_cores_makes_one_interview_faster():
    with pytest.raises(ConfigError, match="more cores per worker"):
        cores_needed(np.asarray([0.0]), np.asarray([7200.0]), 3600.0, 0.95, 1)


def test_a_plan_by_hand():
    plan = simulate(COSTS, EVEN, Fleet(efficiency=0.5), PRICES, turnaround_h=24)
    each_s = (60 + 30 * 20) / 0.5
    assert plan.recorded_hours == pytest.approx(1000)
    assert plan.core_hours == pytest.approx(3000 * each_s / 3600)
    assert plan.used_cost_per_interview == pytest.approx(each_s / 3600 * 0.05)
    assert plan.reserved_cost == pytest.approx(plan.cores * 720 * 0.05)
    assert plan.gpu_hours == 0
    assert plan.busy_share == pytest.approx(plan.core_hours / (720 * plan.cores))


def test_peaks_and_haste_cost_cores():
    fleet = Fleet(efficiency=1.0)
    slow, fast = (simulate(COSTS, OFFICE, fleet, PRICES, turnaround_h=h).cores for h in (24, 0.5))
    even = simulate(COSTS, EVEN, fleet, PRICES, turnaround_h=0.5).cores
    assert slow < fast
    assert even < fast
    assert simulate(COSTS, EVEN, fleet, PRICES, turnaround_h=24).core_hours == pytest.approx(550)


def test_a_stage_on_a_gpu_leaves_the_cores():
    fleet = Fleet(efficiency=1.0, gpu_speedup={"transcribe": 10.0})
    lengths = np.asarray([10.0])
    assert core_seconds(COSTS, fleet, lengths).tolist() == [160.0]
    assert gpu_seconds(COSTS, fleet, lengths).tolist() == [20.0]


def test_arrivals_follow_their_weights():
    time_s, length_min = arrivals(OFFICE.model_copy(update={"length_sd_log": 0.5}), np.random.default_rng(1))
    hour, day = time_s / 3600 % 24, time_s // 86_400
    assert ((hour >= 9) & (hour < 17)).all()
    assert not np.isin(day % 7, [5, 6]).any()
    assert (np.diff(time_s) >= 0).all()
    assert np.median(length_min) == pytest.approx(20, rel=0.05)
    assert length_min.max() <= OFFICE.longest_min


def test_the_same_seed_gives_the_same_plan():
    plans = [simulate(COSTS, OFFICE, Fleet(), PRICES, turnaround_h=4, seed=s) for s in (3, 3, 4)]
    assert plans[0] == plans[1] != plans[2]


def test_storage_grows_until_it_is_as_old_as_it_is_kept():
    plan = simulate(COSTS, EVEN, Fleet(), PRICES, turnaround_h=24)
    kept = Storage(recording_bytes_per_minute=1e7, recordings_months=2, cache_months=3, reports_months=12)
    found = storage_tb(COSTS, kept, plan, 4)
    assert found["recordings"] == pytest.approx([0.6, 1.2, 1.2, 1.2])
    assert found["cache"] == pytest.approx([0.075, 0.15, 0.225, 0.225])
    assert found["reports"] == pytest.approx([0.003, 0.006, 0.009, 0.012])
    assert storage_cost(found["reports"], PRICES)[-1] == pytest.approx(0.24)


def test_measured_costs_are_read_and_wrong_ones_told(tmp_path):
    costs = load_costs(ROOT / "notebooks" / "stage_costs.json")
    assert set(costs.core_s_per_minute) == {
        "decode",
        "transcribe",
        "voice",
        "face",
        "pose",
        "features",
        "score",
    }
    with pytest.raises(ConfigError, match="--costs"):
        load_costs(tmp_path / "none.json")
    (tmp_path / "wrong.json").write_text('{"machine": "x"}')
    with pytest.raises(ConfigError, match="how"):
        load_costs(tmp_path / "wrong.json")
