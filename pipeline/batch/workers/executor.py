"""What the driver of a batch and those who run its tasks agree on.

Workers are built by a picklable `start`, called once in each of them: it loads the models and gives a function for
each stage. Tasks go in by `submit` while there is `room`, and each comes out of `wait` once, in any order.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import TracebackType
from typing import Any, Literal, Protocol, Self

from interview_analysis.errors import MediaError

Stages = Mapping[str, Callable[[Any], Any]]
Start = Callable[[], Stages]
Kind = Literal["error", "time_limit", "worker_lost", "out_of_memory"]
START_TRIES = 3  # in a row; a worker that dies so often while it starts is given up
TICK_S = 1.0


def no_tick() -> None:
    """For who has nothing to do while a batch waits."""


@dataclass(frozen=True, slots=True)
class Task:
    """One call of a stage. `argument` is pickled: give paths and settings, not recordings.

    The time limit counts from when a worker takes the task, not from when it was submitted.
    """

    id: str
    stage: str
    argument: Any
    time_limit_s: float


@dataclass(frozen=True, slots=True)
class Failure:
    """Why a task has no value. `error` is what the stage raised; None where the worker did not live to tell."""

    kind: Kind
    reason: str
    error: BaseException | None = None

    @property
    def code(self) -> str:
        """The kind of reason, empty where it is of no known kind."""
        if self.kind != "error":
            return self.kind
        return self.error.code if isinstance(self.error, MediaError) else ""


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a task ended: with a value, or with a failure."""

    task: Task
    value: Any = None
    failure: Failure | None = None


class Executor(Protocol):
    """Runs tasks in workers. To be used from one thread, in a ``with`` block that ends in `stop`."""

    def __enter__(self) -> Self: ...

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None: ...

    @property
    def workers(self) -> int:
        """How many tasks can run at once."""
        ...

    @property
    def room(self) -> int:
        """How many more tasks are worth submitting now."""
        ...

    def submit(self, task: Task) -> None:
        """Take a task on. Returns at once."""
        ...

    def wait(self, tick: Callable[[], None] = no_tick) -> Outcome:
        """The next task that ends; `tick` is called about once a second until then.

        Raises what `start` raised in a worker, WorkerError where no worker can be kept alive, and ValueError
        where no task is under way.
        """
        ...

    def stop(self) -> None:
        """End all workers within seconds, whatever they are doing. What is under way has no outcome."""
        ...


@dataclass(slots=True)
class Attempt:
    """A task under way, and how often its worker was lost."""

    task: Task
    lost: int = 0
    nodes_lost: int = 0


def lost(attempt: Attempt, kind: Kind, reason: str) -> Outcome:
    """The outcome of a task whose last worker was lost."""
    again = f" ({attempt.lost} times)" if attempt.lost > 1 else ""
    return Outcome(attempt.task, failure=Failure(kind, f"{reason}{again}"))


def overdue(task: Task) -> Outcome:
    """The outcome of a task that has used up its time."""
    reason = f"the {task.stage} stage took longer than its limit of {task.time_limit_s:g} s"
    return Outcome(task, failure=Failure("time_limit", reason))


def over_memory(limit_bytes: int) -> str:
    """Why a worker was ended that took too much."""
    return f"the worker was ended when it took more than its limit of {limit_bytes / 2**30:.2f} GiB of memory"
