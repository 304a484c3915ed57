"""What a month of interviews takes: cores, GPU hours, storage and money, simulated from measured costs.

Nothing here is a measurement but `StageCosts`; the rest are assumptions that the caller states.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Literal

import numpy as np
from pydantic import Field, ValidationError

from interview_analysis.errors import ConfigError
from interview_analysis.scoring.edges import Model
from interview_analysis.scoring.profile import describe
from interview_analysis.types import FloatArray

Stage = Literal["decode", "transcribe", "voice", "face", "pose", "features", "score"]
HOUR_S = 3600.0
DAY_S = 24 * HOUR_S
WEEK_DAYS = 7
GB, TB = 1e9, 1e12


class StageCosts(Model):
    """Measured on `machine`, one interview at a time with nothing else running; `how` says with what recording.

    `core_s_per_minute` is processor time of each stage for a minute of recording, `core_s_per_interview` what an
    interview takes whatever its length. Bytes grow with the length and have a fixed part.
    """

    schema_version: Literal["1.0"] = "1.0"
    machine: str
    how: str
    core_s_per_minute: dict[Stage, float]
    core_s_per_interview: float = Field(ge=0)
    cache_bytes_per_minute: float = Field(ge=0)
    cache_bytes_per_interview: float = Field(ge=0)
    report_bytes_per_minute: float = Field(ge=0)
    report_bytes_per_interview: float = Field(ge=0)


class Demand(Model):
    """Interviews and when they come. Lengths are lognormal around the median and cut at `longest_min`.

    `hour_weights` are 24 shares of a day's interviews, `day_weights` 7 of a week's; neither need add up to 1. A month
    has 30 days and begins with the first day of the week. Clocks are of one time zone.
    """

    interviews_per_month: int = Field(1_000_000, gt=0)
    days: int = Field(30, gt=0)
    median_min: float = Field(20.0, gt=0)
    length_sd_log: float = Field(0.5, ge=0)
    longest_min: float = Field(120.0, gt=0)
    hour_weights: tuple[float, ...] = Field(min_length=24, max_length=24)
    day_weights: tuple[float, ...] = Field(min_length=WEEK_DAYS, max_length=WEEK_DAYS)


class Fleet(Model):
    """How the work is run. `efficiency` is the share of a core that does what was measured: the rest is lost to
    neighbours, start-up, retries and lost machines. `cores_per_worker` work on one interview.

    Stages in `gpu_speedup` run on a GPU, that many times as fast as on one core.
    """

    cores_per_worker: int = Field(1, gt=0)
    efficiency: float = Field(0.7, gt=0, le=1)
    gpu_speedup: dict[Stage, float] = Field(default_factory=dict)


class Prices(Model):
    """In one currency: an hour of a core and of a GPU, a gigabyte for a month."""

    core_hour: float = Field(ge=0)
    gpu_hour: float = Field(ge=0)
    gb_month: float = Field(ge=0)


class Storage(Model):
    """Months that each kind is kept. `recording_bytes_per_minute` is of what is uploaded."""

    recording_bytes_per_minute: float = Field(ge=0)
    recordings_months: int = Field(ge=0)
    cache_months: int = Field(ge=0)
    reports_months: int = Field(ge=0)


class Plan(Model):
    """A simulated month. `cores` are the fewest with which `share` of the interviews are done within
    `turnaround_h`; `busy_share` of the time they work. Costs are of that month: with the cores reserved for all of
    it, and with core hours paid as they are used.
    """

    interviews: int
    recorded_hours: float
    cores: int
    core_hours: float
    gpu_hours: float
    busy_share: float
    turnaround_h: float
    share: float
    median_turnaround_h: float
    reserved_cost: float
    used_cost: float
    reserved_cost_per_interview: float
    used_cost_per_interview: float


def load_costs(path: str | os.PathLike[str]) -> StageCosts:
    """Read measured costs from JSON. Raises ConfigError where they are missing, unreadable or wrong."""
    try:
        return StageCosts.model_validate_json(Path(path).read_bytes())
    except OSError as error:
        raise ConfigError(
            f"{path}: cannot be read ({error.strerror}); measure with `python -m "
            f"interview_analysis.pipeline.dev.batch_benchmark --costs {path}`"
        ) from error
    except ValidationError as error:
        raise ConfigError(f"{path}: {describe(error, StageCosts)}") from error


def arrivals(demand: Demand, rng: np.random.Generator) -> tuple[FloatArray, FloatArray]:
    """When interviews come, in seconds from the start of the month and in order, and how many minutes they last.

    Both have shape (interviews_per_month,). Each interview draws its day and hour by their weights and comes at any
    moment of that hour.
    """
    count = demand.interviews_per_month
    days = np.asarray([demand.day_weights[day % WEEK_DAYS] for day in range(demand.days)])
    hours = np.asarray(demand.hour_weights)
    day = rng.choice(demand.days, size=count, p=days / days.sum())
    hour = rng.choice(24, size=count, p=hours / hours.sum())
    time_s = np.sort(day * DAY_S + (hour + rng.random(count)) * HOUR_S)
    length_min = demand.median_min * np.exp(demand.length_sd_log * rng.standard_normal(count))
    return time_s, np.minimum(length_min, demand.longest_min)


def core_seconds(costs: StageCosts, fleet: Fleet, length_min: FloatArray) -> FloatArray:
    """What each interview takes of the cores, in seconds of one core; stages on a GPU take none."""
    per_minute = sum(s for stage, s in costs.core_s_per_minute.items() if stage not in fleet.gpu_speedup)
    return (costs.core_s_per_interview + per_minute * length_min) / fleet.efficiency


def gpu_seconds(costs: StageCosts, fleet: Fleet, length_min: FloatArray) -> FloatArray:
    """What each interview takes of a GPU, by the speed-ups that are assumed."""
    speedups = fleet.gpu_speedup.items()
    per_minute = sum(costs.core_s_per_minute.get(stage, 0.0) / speedup for stage, speedup in speedups)
    return per_minute * length_min / fleet.efficiency


def turnaround_s(time_s: FloatArray, work_s: FloatArray, cores: float, cores_per_worker: int) -> FloatArray:
    """Seconds from arrival to report of each interview, first come first served; all arrays have shape (n,).

    An interview waits until the work before it is done by all cores together, then takes its own work's time on
    its worker. The work that an arrival finds is Lindley's recursion, ``V' = max(0, V + work - cores * gap)``, solved
    by cumulative sums. With many workers this is close to the exact queue; with few it waits a little too long,
    by less than one interview's time.
    """
    steps = np.concatenate([[0.0], work_s[:-1] - cores * np.diff(time_s)])
    total = np.cumsum(steps)
    found = total - np.minimum.accumulate(total)
    turnaround: FloatArray = found / cores + work_s / cores_per_worker
    return turnaround


def cores_needed(
    time_s: FloatArray, work_s: FloatArray, within_s: float, share: float, cores_per_worker: int
) -> int:
    """The fewest cores, in whole workers, with which `share` of the interviews are done `within_s`.

    Raises ConfigError where no number of cores can do it: the work of one interview alone takes longer.
    """
    if np.quantile(work_s / cores_per_worker, share) > within_s:
        raise ConfigError(
            f"{share:.0%} of the interviews cannot be done within {within_s / HOUR_S:g} h by any number of cores; allow"
            " more time or more cores per worker"
        )
    low, high = 0, 1  # workers: too few, and maybe enough
    while _reached(time_s, work_s, high * cores_per_worker, cores_per_worker, share) > within_s:
        low, high = high, 2 * high
    while high - low > 1:
        middle = (low + high) // 2
        late = _reached(time_s, work_s, middle * cores_per_worker, cores_per_worker, share) > within_s
        low, high = (middle, high) if late else (low, middle)
    return high * cores_per_worker


def _reached(time_s: FloatArray, work_s: FloatArray, cores: float, per_worker: int, share: float) -> float:
    return float(np.quantile(turnaround_s(time_s, work_s, cores, per_worker), share))


def simulate(
    costs: StageCosts,
    demand: Demand,
    fleet: Fleet,
    prices: Prices,
    *,
    turnaround_h: float,
    share: float = 0.95,
    seed: int = 0,
) -> Plan:
    """Simulate a month and find the cores that it takes. Equal arguments give an equal plan.

    GPUs are taken to be rented as they are used and never to be waited for.
    """
    time_s, length_min = arrivals(demand, np.random.default_rng(seed))
    work_s = core_seconds(costs, fleet, length_min)
    cores = cores_needed(time_s, work_s, turnaround_h * HOUR_S, share, fleet.cores_per_worker)
    month_h = demand.days * DAY_S / HOUR_S
    core_hours = float(work_s.sum()) / HOUR_S
    gpu_hours = float(gpu_seconds(costs, fleet, length_min).sum()) / HOUR_S
    gpu_cost = gpu_hours * prices.gpu_hour
    reserved = cores * month_h * prices.core_hour + gpu_cost
    used = core_hours * prices.core_hour + gpu_cost
    return Plan(
        interviews=len(time_s),
        recorded_hours=float(length_min.sum()) / 60,
        cores=cores,
        core_hours=core_hours,
        gpu_hours=gpu_hours,
        busy_share=core_hours / (cores * month_h),
        turnaround_h=turnaround_h,
        share=share,
        median_turnaround_h=_reached(time_s, work_s, cores, fleet.cores_per_worker, 0.5) / HOUR_S,
        reserved_cost=reserved,
        used_cost=used,
        reserved_cost_per_interview=reserved / len(time_s),
        used_cost_per_interview=used / len(time_s),
    )


def storage_tb(
    costs: StageCosts, storage: Storage, plan: Plan, months: int
) -> dict[Literal["recordings", "cache", "reports"], FloatArray]:
    """Terabytes that are kept at the end of each of `months` equal months, shape (months,) a kind."""
    minutes = 60 * plan.recorded_hours
    a_month = {
        "recordings": storage.recording_bytes_per_minute * minutes,
        "cache": costs.cache_bytes_per_minute * minutes + costs.cache_bytes_per_interview * plan.interviews,
        "reports": costs.report_bytes_per_minute * minutes
        + costs.report_bytes_per_interview * plan.interviews,
    }
    age = np.arange(1, months + 1)
    return {
        "recordings": a_month["recordings"] / TB * np.minimum(age, storage.recordings_months),
        "cache": a_month["cache"] / TB * np.minimum(age, storage.cache_months),
        "reports": a_month["reports"] / TB * np.minimum(age, storage.reports_months),
    }


def storage_cost(kept_tb: FloatArray, prices: Prices) -> FloatArray:
    """What keeping so much costs each month, shape as given."""
    return kept_tb * (TB / GB) * prices.gb_month
