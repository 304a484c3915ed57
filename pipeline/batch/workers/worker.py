"""What runs inside a worker, whoever started it: stages by their name, and a watch over parent and memory."""

from __future__ import annotations

import os
import sys
import threading
import time
import traceback
from collections.abc import Callable
from dataclasses import dataclass
from multiprocessing.reduction import ForkingPickler
from pathlib import Path
from typing import Any, TypeVar

from interview_analysis.errors import InterviewAnalysisError
from interview_analysis.pipeline.batch.workers.executor import Failure, Outcome, Stages, Start, Task

OVER_MEMORY = 86  # exit code
WATCH_EVERY_S = 0.5
_SIGKILL, _SET_PARENT_DEATH_SIGNAL = 9, 1
Given = TypeVar("Given")


class StageError(Exception):
    """Stands for an error or a value of a stage that cannot be pickled."""


@dataclass(frozen=True, slots=True)
class Reply:
    """What a call in a worker gave: a value or an error, both certain to survive pickling."""

    value: Any = None
    error: BaseException | None = None
    reason: str = ""

    def outcome(self, task: Task) -> Outcome:
        """As the outcome of `task`."""
        if self.error is None:
            return Outcome(task, self.value)
        return Outcome(task, failure=Failure("error", self.reason, self.error))


def perform(function: Callable[[Given], Any], argument: Given) -> Reply:
    """Call a function; whatever it raises or returns comes back and leaves the worker alive."""
    try:
        return Reply(_travelled(function(argument)))
    except (Exception, SystemExit) as error:  # noqa: BLE001 - whatever it was, the driver is told
        return Reply(error=_sendable(error), reason=_reason(error))


def started(start: Start) -> tuple[Stages, Reply]:
    """The stages of a worker, and for the driver whether they could be loaded."""
    stages: Stages = {}

    def load(_: None) -> None:
        nonlocal stages
        stages = start()

    reply = perform(load, None)
    return stages, reply


def watch(parent: int | None, memory_limit_bytes: int | None) -> None:
    """End this process, from a thread of its own, when the process `parent` is gone or memory has passed its limit."""
    if parent is not None:
        _die_with_parent()
    threading.Thread(target=_watch, args=(parent, memory_limit_bytes), daemon=True, name="watch").start()


def resident_bytes() -> int:
    """The memory that this process occupies now."""
    import psutil

    return int(psutil.Process().memory_info().rss)


def _watch(parent: int | None, memory_limit_bytes: int | None) -> None:
    while True:
        if parent is not None and os.getppid() != parent:
            os._exit(1)
        if memory_limit_bytes is not None and resident_bytes() > memory_limit_bytes:
            os._exit(OVER_MEMORY)
        time.sleep(WATCH_EVERY_S)


def _die_with_parent() -> None:
    """Linux ends a process with the thread that started it, even one whose native code lets no other thread run."""
    if sys.platform == "linux":
        import ctypes

        ctypes.CDLL(None).prctl(_SET_PARENT_DEATH_SIGNAL, _SIGKILL)


def _travelled(value: Any) -> Any:
    """`value` as it arrives. Raises StageError here, not in the channel between processes, where it would be fatal."""
    try:
        return ForkingPickler.loads(ForkingPickler.dumps(value))
    except Exception as error:  # pickling runs whatever code the objects bring
        message = f"the result ({type(value).__name__}) cannot be sent to the driver: {error}"
        raise StageError(message) from error


def _sendable(error: BaseException) -> BaseException:
    try:
        same = _travelled(error)
    except StageError:
        return StageError(f"{type(error).__name__}: {error}")
    return error if type(same) is type(error) else StageError(f"{type(error).__name__}: {error}")


def _reason(error: BaseException) -> str:
    if isinstance(error, (InterviewAnalysisError, StageError)):
        return str(error)
    frames = traceback.extract_tb(error.__traceback__)
    place = f" in {Path(frames[-1].filename).name}:{frames[-1].lineno}" if frames else ""
    return f"unexpected {type(error).__name__}{place}: {error}"
