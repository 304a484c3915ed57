"""Batches in this process: the command line without a Python of its own, and an executor without workers."""

from __future__ import annotations

import subprocess
from collections import deque
from collections.abc import Callable, Sequence
from types import TracebackType
from typing import Any, Self

import pytest
from click.testing import CliRunner

from interview_analysis.pipeline.batch.workers import local
from interview_analysis.pipeline.batch.workers.executor import Outcome, Stages, Start, Task, no_tick
from interview_analysis.pipeline.batch.workers.worker import perform, started
from interview_analysis.pipeline.cli.main import main


class Here:
    """An `Executor` that does a task when it is waited for, as a worker does it: what comes back was pickled."""

    workers = 1

    def __init__(self, start: Start, *_: Any, **__: Any) -> None:
        self._start = start
        self._stages: Stages = {}
        self._tasks: deque[Task] = deque()

    def __enter__(self) -> Self:
        self._stages, reply = started(self._start)
        if reply.error is not None:
            raise reply.error
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    @property
    def room(self) -> int:
        return 2 - len(self._tasks)

    def submit(self, task: Task) -> None:
        self._tasks.append(task)

    def wait(self, tick: Callable[[], None] = no_tick) -> Outcome:
        tick()
        task = self._tasks.popleft()
        return perform(self._stages[task.stage], task.argument).outcome(task)

    def stop(self) -> None:
        self._tasks.clear()


def run_here(command: Sequence[str]) -> subprocess.CompletedProcess[str]:
    """What `command`, a Python with ``-m interview_analysis.pipeline`` and arguments, says and ends with."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(local, "LocalExecutor", Here)
        done = CliRunner().invoke(main, command[3:], catch_exceptions=False)
    return subprocess.CompletedProcess(command, done.exit_code, done.stdout, done.stderr)


def run_apart(command: Sequence[str]) -> subprocess.CompletedProcess[str]:
    """The same by a process, which starts workers."""
    return subprocess.run(command, capture_output=True, text=True, timeout=300, check=False)
