"""Tasks in actors on a Ray cluster, or in one that is started on this machine.

Stages that need the same resources share actors. Each alive node gets as many actors as fit, pinned to it; a node
that joins gets its own, and what ran on a lost one is done elsewhere. An actor has one task at a time, so that a
task's time limit counts its own work.
"""

from __future__ import annotations

import logging
import os
import socket
import time
from collections import Counter, deque
from collections.abc import Callable, Mapping, Sequence
from types import ModuleType, TracebackType
from typing import Any, Self

from interview_analysis.errors import ConfigError, WorkerError
from interview_analysis.pipeline.batch.settings import StageResources
from interview_analysis.pipeline.batch.workers.executor import (
    START_TRIES,
    TICK_S,
    Attempt,
    Kind,
    Outcome,
    Start,
    Task,
    lost,
    no_tick,
    over_memory,
    overdue,
)
from interview_analysis.pipeline.batch.workers.ray_actor import Actor, StageWorker
from interview_analysis.pipeline.batch.workers.resources import GIB

CONNECT_S = 10.0
OBJECT_STORE_BYTES = 128 * 2**20  # arguments and results are small; the rest is for the models


class RayExecutor:
    """An `Executor` of Ray actors.

    Parameters
    ----------
    start : called once in each actor; its module must be installed on the nodes.
    resources : what a task of each stage needs.
    address : of a cluster, or "auto" for the one that this machine belongs to; None starts one on this machine.
    per_worker_bytes : memory that an actor is planned with.
    memory_limit_bytes : an actor whose resident memory passes it is ended; None for no limit.
    retries, node_retries : how often a task is tried again whose actor, and whose node, was lost.
    start_limit_s : how long an actor may take to load its models, once it has a place.
    """

    def __init__(
        self,
        start: Start,
        resources: Mapping[str, StageResources],
        *,
        address: str | None = None,
        per_worker_bytes: int = GIB,
        memory_limit_bytes: int | None = None,
        retries: int = 1,
        node_retries: int = 5,
        start_limit_s: float = 300.0,
    ) -> None:
        self._start = start
        self._resources = dict(resources)
        self._address = address
        self._per_worker_bytes = per_worker_bytes
        self._memory_limit_bytes = memory_limit_bytes
        self._retries, self._node_retries = retries, node_retries
        self._start_limit_s = start_limit_s
        self._ray: Any = None
        self._class: Any = None
        self._owns_connection = False
        self._actors: list[Actor] = []
        self._waiting: deque[Attempt] = deque()
        self._failed_starts: Counter[tuple[str, StageResources]] = Counter()
        self._next_tick_s = 0.0

    def __enter__(self) -> Self:
        self._ray = _import_ray()
        if not self._ray.is_initialized():
            _connect(self._ray, self._address)
            self._owns_connection = True
        self._class = self._ray.remote(concurrency_groups={"watch": 1})(StageWorker)
        try:
            self._fill_nodes()
            self._check_places()
        except BaseException:  # Ctrl-C while nodes start: `with` does not leave what it never entered
            self.stop()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    @property
    def workers(self) -> int:
        """Actors that have a place; where others use the cluster, some may still wait for theirs."""
        return sum(actor.placed for actor in self._actors)

    @property
    def room(self) -> int:
        """One task at work and one waiting for each actor."""
        return 2 * len(self._actors) - self._under_way()

    def submit(self, task: Task) -> None:
        if task.stage not in self._resources:
            raise ConfigError(
                f"no resources are declared for the stage '{task.stage}'; add ray.resources.{task.stage}"
            )
        self._waiting.append(Attempt(task))
        self._hand_out()

    def wait(self, tick: Callable[[], None] = no_tick) -> Outcome:
        if not self._under_way():
            raise ValueError("no task is under way: submit one before waiting")
        while True:
            if time.monotonic() >= self._next_tick_s:
                self._next_tick_s = time.monotonic() + TICK_S
                tick()
                self._fill_nodes()
            self._hand_out()
            outcome = self._next_event()
            if outcome is not None:
                self._hand_out()
                return outcome

    def stop(self) -> None:
        actors, self._actors = self._actors, []
        self._waiting.clear()
        if self._ray is None or not self._ray.is_initialized():
            return
        for actor in actors:
            self._ray.kill(actor.handle)
        if self._owns_connection:
            self._ray.shutdown()

    def _under_way(self) -> int:
        return len(self._waiting) + sum(actor.attempt is not None for actor in self._actors)

    def _group(self, attempt: Attempt) -> StageResources:
        return self._resources[attempt.task.stage]

    def _hand_out(self) -> None:
        idle: dict[StageResources, list[Actor]] = {}
        for actor in self._actors:
            if actor.idle:
                idle.setdefault(actor.group, []).append(actor)
        for attempt in tuple(self._waiting) if idle else ():
            if free := idle.get(self._group(attempt)):
                self._waiting.remove(attempt)
                free.pop().take(attempt)

    def _next_event(self) -> Outcome | None:
        of = {ref: actor for actor in self._actors for ref in actor.refs}
        next_s = min([self._next_tick_s, *(actor.deadline_s for actor in self._actors)])
        pause_s = max(0.0, next_s - time.monotonic())
        ready, _ = self._ray.wait(list(of), timeout=pause_s)
        if ready:  # before any deadline: the driver may have been busy meanwhile
            return self._after(of[ready[0]], ready[0])
        now_s = time.monotonic()
        late = [actor for actor in self._actors if now_s > actor.deadline_s]
        return self._after_deadline(late[0]) if late else None

    def _after(self, actor: Actor, ref: Any) -> Outcome | None:
        try:
            value = self._ray.get(ref)
        except self._ray.exceptions.RayError as error:
            return self._after_loss(actor, *self._ending(actor, error))
        if ref == actor.overflow:
            return self._after_loss(actor, "out_of_memory", over_memory(self._memory_limit_bytes or 0))
        if not actor.placed:
            actor.load(self._start, self._start_limit_s, self._memory_limit_bytes)
            return None
        attempt = actor.finish()
        if attempt is not None:
            outcome: Outcome = value.outcome(attempt.task)
            return outcome
        if value.error is not None:
            raise value.error
        return None

    def _after_deadline(self, actor: Actor) -> Outcome | None:
        if actor.attempt is None:
            reason = f"a worker did not load its models within {self._start_limit_s:g} s"
            return self._after_loss(actor, "time_limit", reason)
        self._replace(actor)
        return overdue(actor.attempt.task)

    def _after_loss(self, actor: Actor, kind: Kind, reason: str, node: bool = False) -> Outcome | None:
        attempt = actor.attempt
        if attempt is None and not actor.loaded and not node:
            self._failed_starts[actor.place] += 1
        self._replace(actor)
        if actor.group not in {other.group for other in self._actors}:
            stages = ", ".join(stage for stage, group in self._resources.items() if group == actor.group)
            raise WorkerError(
                f"no worker is left for {stages}: {reason}; check the nodes of the cluster and their memory"
            )
        if attempt is None:
            return None
        attempt.nodes_lost += node
        attempt.lost += not node
        if attempt.lost > self._retries or attempt.nodes_lost > self._node_retries:
            return lost(attempt, kind, reason)
        self._waiting.appendleft(attempt)
        return None

    def _replace(self, actor: Actor) -> None:
        self._actors.remove(actor)
        self._ray.kill(actor.handle)
        self._fill_nodes()

    def _ending(self, actor: Actor, error: Exception) -> tuple[Kind, str, bool]:
        """Why an actor is lost, and whether its node went with it."""
        if isinstance(error, self._ray.exceptions.OutOfMemoryError):
            return "out_of_memory", "Ray ended the worker as the memory of its node ran out", False
        alive = {node["NodeID"] for node in self._ray.nodes() if node["Alive"]}
        if actor.node not in alive or "node has died" in str(error):
            return "worker_lost", "the node of the worker was lost", True
        return "worker_lost", "the worker ended unexpectedly; Ray's logs on its node say more", False

    def _fill_nodes(self) -> None:
        """Start on each node the actors that fit there and are not there yet."""
        present = Counter(actor.place for actor in self._actors)
        groups = sorted(set(self._resources.values()), key=lambda group: (-group.num_gpus, -group.num_cpus))
        for node in self._ray.nodes():
            if not node["Alive"]:
                continue
            for group, count in plan(node["Resources"], groups, self._per_worker_bytes).items():
                place = (node["NodeID"], group)
                if self._failed_starts[place] < START_TRIES:
                    missing = count - present[place]
                    self._actors += [self._start_actor(*place) for _ in range(missing)]

    def _start_actor(self, node: str, group: StageResources) -> Actor:
        from ray.util.scheduling_strategies import NodeAffinitySchedulingStrategy

        handle = self._class.options(
            num_cpus=group.num_cpus,
            num_gpus=group.num_gpus,
            memory=self._per_worker_bytes,
            max_restarts=0,
            scheduling_strategy=NodeAffinitySchedulingStrategy(node, soft=False),
        ).remote()
        return Actor(handle, node, group)

    def _check_places(self) -> None:
        able = {actor.group for actor in self._actors}
        for stage, needs in self._resources.items():
            if needs not in able:
                raise ConfigError(
                    f"no node of the cluster can run the stage {stage}, which needs {needs.num_cpus:g} CPUs, "
                    f"{needs.num_gpus:g} GPUs and {self._per_worker_bytes / GIB:.1f} GiB of memory; "
                    f"lower ray.resources.{stage} or add such a node"
                )


def plan(
    node: Mapping[str, float], groups: Sequence[StageResources], per_worker_bytes: int
) -> dict[StageResources, int]:
    """How many actors of each group fit on a node together, given in turn, the first group first."""
    cpus, gpus = node.get("CPU", 0.0), node.get("GPU", 0.0)
    memory = node.get("memory", 0.0)
    counts = dict.fromkeys(groups, 0)
    fits = True
    while fits:
        fits = False
        for group in groups:
            if group.num_cpus <= cpus and group.num_gpus <= gpus and per_worker_bytes <= memory:
                cpus, gpus, memory = cpus - group.num_cpus, gpus - group.num_gpus, memory - per_worker_bytes
                counts[group] += 1
                fits = True
    return counts


def _import_ray() -> ModuleType:
    os.environ.setdefault("RAY_USAGE_STATS_ENABLED", "0")  # else it sends usage statistics to its maker
    try:
        import ray
    except ImportError as error:
        raise ConfigError(
            "--executor ray needs Ray, which is not installed: pip install 'interview-analysis[ray]'"
        ) from error
    return ray


def _connect(ray: Any, address: str | None) -> None:
    host, _, port = (address or "").rpartition(":")
    quiet: dict[str, Any] = {"log_to_driver": False, "logging_level": logging.ERROR}
    try:
        if address is None:
            ray.init("local", include_dashboard=False, object_store_memory=OBJECT_STORE_BYTES, **quiet)
            return
        if port.isdigit() and "/" not in host:  # Ray itself tries for minutes
            socket.create_connection((host, int(port)), timeout=CONNECT_S).close()
        ray.init(address, **quiet)
    except (OSError, ValueError, RuntimeError) as error:  # a ConnectionError is an OSError
        first = str(error).strip().splitlines()[0]
        raise ConfigError(
            f"cannot reach a Ray cluster at '{address or 'local'}': {first}; check --ray-address and that Ray runs there"
        ) from error
