"""Limits and resources of a batch. `configs/batch.yaml` documents each key."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Literal

from pydantic import Field, ValidationError, model_validator

from interview_analysis.errors import ConfigError
from interview_analysis.pipeline.common.config import BUILT_IN, layered
from interview_analysis.scoring.edges import Model
from interview_analysis.scoring.profile import describe

Stage = Literal["probe", "observe", "score"]
STAGES: tuple[Stage, ...] = ("probe", "observe", "score")
GIB = 2**30


class TimeLimit(Model):
    """`base_s` plus `per_recorded_s` for each second that the recordings of a task last by their own account."""

    base_s: float = Field(gt=0, le=86_400)
    per_recorded_s: float = Field(ge=0, le=1_000)


class TimeLimits(Model):
    probe: TimeLimit
    observe: TimeLimit
    score: TimeLimit
    start_s: float = Field(gt=0, le=86_400)


class Retries(Model):
    worker_lost: int = Field(ge=0, le=10)
    node_lost: int = Field(ge=0, le=100)


class StageResources(Model):
    """What Ray reserves for a task of a stage."""

    num_cpus: float = Field(gt=0)
    num_gpus: float = Field(ge=0)


class Resources(Model):
    probe: StageResources
    observe: StageResources
    score: StageResources


class RaySettings(Model):
    resources: Resources


class BatchSettings(Model):
    """What a batch may take, in time, memory and machines."""

    worker_memory_gib: float = Field(gt=0)
    memory_limit_gib: float = Field(gt=0)
    cache_max_gib: float = Field(gt=0)
    time_limits: TimeLimits
    retries: Retries
    ray: RaySettings

    @model_validator(mode="after")
    def _limit_is_above_the_need(self) -> BatchSettings:
        if self.memory_limit_gib < self.worker_memory_gib:
            raise ValueError(
                f"memory_limit_gib is {self.memory_limit_gib:g}, expected at least worker_memory_gib, "
                f"{self.worker_memory_gib:g}"
            )
        return self

    def time_limit_s(self, stage: Stage, recorded_s: float = 0.0) -> float:
        """How long a task of `stage` may take for recordings that declare `recorded_s` seconds together."""
        limit: TimeLimit = getattr(self.time_limits, stage)
        return limit.base_s + limit.per_recorded_s * recorded_s

    @property
    def worker_memory_bytes(self) -> int:
        return round(self.worker_memory_gib * GIB)

    @property
    def memory_limit_bytes(self) -> int:
        return round(self.memory_limit_gib * GIB)

    @property
    def cache_max_bytes(self) -> int:
        return round(self.cache_max_gib * GIB)

    @property
    def resources(self) -> dict[str, StageResources]:
        """What a task of each stage needs on a Ray cluster."""
        return {stage: getattr(self.ray.resources, stage) for stage in STAGES}


def load_batch_settings(path: Path | None = None, overrides: Sequence[str] = ()) -> BatchSettings:
    """The built-in settings, updated by the file at `path`, then by ``key.sub=value`` overrides.

    Raises ConfigError that names the wrong key and the nearest valid one.
    """
    data = layered(BUILT_IN / "batch.yaml", path, overrides)
    try:
        return BatchSettings.model_validate(data)
    except ValidationError as error:
        raise ConfigError(f"{path or 'batch settings'}: {describe(error, BatchSettings)}") from error
