"""How many workers a machine can carry, and with how many threads each."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Literal, NamedTuple

from interview_analysis.errors import ConfigError

if TYPE_CHECKING:
    from interview_analysis.pipeline.common.config import RunConfig

# The libraries below us read these once, when first loaded.
THREAD_VARIABLES = (
    "OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "NUMEXPR_NUM_THREADS", "VECLIB_MAXIMUM_THREADS",
)  # fmt: skip
# The recogniser's idle threads sleep instead of spinning on cores that others need: with two threads and both cores busy
# a recording of 20 s took 8.8 instead of 16.9 seconds of processor time.
WAITING = {"OMP_WAIT_POLICY": "PASSIVE"}
GIB = 2**30
# Version 2 and 1 of control groups: folder below the mount, limit, usage, cache that the system can take back.
_CGROUPS = (
    ("", "memory.max", "memory.current", "inactive_file"),
    ("memory", "memory.limit_in_bytes", "memory.usage_in_bytes", "total_inactive_file"),
)


class WorkerCount(NamedTuple):
    """How many workers to start, and one line on why they are fewer than asked for, or nothing."""

    workers: int
    note: str = ""


def worker_count(
    asked: Literal["auto"] | int, cores: int, available_memory: int, per_worker_bytes: int
) -> WorkerCount:
    """As many workers as asked for, or as there are cores, but no more than fit into memory; at least one.

    Sizes in bytes. Raises ConfigError where less than one worker was asked for.
    """
    if asked != "auto" and asked < 1:
        raise ConfigError(f"--workers {asked}: expected auto or a number from 1 on")
    wanted = max(1, cores) if asked == "auto" else asked
    fit = available_memory // per_worker_bytes
    if fit >= wanted:
        return WorkerCount(wanted)
    sizes = (
        f"{available_memory / GIB:.1f} GiB of memory are free and one takes {per_worker_bytes / GIB:.1f} GiB"
    )
    if fit >= 1:
        return WorkerCount(fit, f"{fit} of {wanted} workers: {sizes}")
    return WorkerCount(1, f"one worker, which may run out of memory: {sizes}")


def core_count() -> int:
    """Cores that this process may use: its affinity and its container's quota are honoured."""
    from joblib import cpu_count

    return int(cpu_count())


def available_memory(
    membership: Path = Path("/proc/self/cgroup"), mount: Path = Path("/sys/fs/cgroup")
) -> int:
    """Bytes that can be had without swapping: those free in the system, and in each control group around us."""
    import psutil

    free = [int(psutil.virtual_memory().available)]
    for path in _group_paths(membership):
        for folder, limit, usage, cache in _CGROUPS:
            group = mount / folder / path
            rest = _rest(group / limit, group / usage, group / "memory.stat", cache)
            free += [] if rest is None else [rest]
    return min(free)


def thread_count(cores: int, workers: int) -> int:
    """Threads for each worker, so that workers x threads do not exceed the cores."""
    return max(1, cores // workers)


def thread_environment(threads: int) -> dict[str, str]:
    """What the environment of a worker says to the libraries that bring threads of their own."""
    return {**dict.fromkeys(THREAD_VARIABLES, str(threads)), **WAITING}


def with_threads(config: RunConfig, threads: int) -> RunConfig:
    """The same configuration with `threads` for the recogniser and the encoder. The scores do not depend on it."""
    return config.model_copy(
        update={
            "asr": replace(config.asr, cpu_threads=threads),
            "encoder": config.encoder.model_copy(update={"threads": threads}),
        }
    )


def _group_paths(membership: Path) -> set[str]:
    """Our groups and those around them, relative to the mount; inside a container the mount itself is ours."""
    paths = {""}
    try:
        lines = membership.read_text().splitlines()
    except OSError:  # no Linux
        return paths
    for line in lines:
        own = Path(line.split(":", 2)[-1].lstrip("/"))
        paths |= {os.fspath(path) for path in (own, *own.parents)}
    return paths


def _rest(limit: Path, usage: Path, statistics: Path, cache: str) -> int | None:
    """Bytes up to a group's limit; None where there is no such group or it has no limit."""
    try:
        allowed, used = limit.read_text().strip(), int(usage.read_text())
        counted = dict(line.split() for line in statistics.read_text().splitlines())
    except (OSError, ValueError):
        return None
    if allowed == "max":
        return None
    return max(0, int(allowed) - used + int(counted.get(cache, 0)))
