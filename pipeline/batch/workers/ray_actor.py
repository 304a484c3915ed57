"""A Ray actor: what runs in it, and what the driver knows of it."""

from __future__ import annotations

import math
import time
from typing import Any

from interview_analysis.pipeline.batch.settings import StageResources
from interview_analysis.pipeline.batch.workers.executor import Attempt, Stages, Start
from interview_analysis.pipeline.batch.workers.worker import (
    WATCH_EVERY_S,
    Reply,
    perform,
    resident_bytes,
    started,
)


class StageWorker:
    """The actor itself. Ray gives `overflow` a thread of its own, and ends the process when the driver is gone."""

    def __init__(self) -> None:
        self._stages: Stages = {}

    def here(self) -> None:
        """Answers once the actor has a place."""

    def load(self, start: Start) -> Reply:
        self._stages, reply = started(start)
        return reply

    def run(self, stage: str, argument: Any) -> Reply:
        return perform(lambda given: self._stages[stage](given), argument)

    def overflow(self, memory_limit_bytes: int) -> None:
        """Answers when resident memory has passed the limit."""
        while resident_bytes() <= memory_limit_bytes:
            time.sleep(WATCH_EVERY_S)


class Actor:
    """The driver's side of an actor: waits for a place, then loads, then takes one task after the other."""

    def __init__(self, handle: Any, node: str, group: StageResources) -> None:
        self.handle = handle
        self.node = node
        self.group = group
        self.placed = False
        self.loaded = False
        self.attempt: Attempt | None = None
        self.deadline_s = math.inf
        self.overflow: Any = None  # refs, None where nothing is awaited
        self._answer: Any = handle.here.remote()

    @property
    def place(self) -> tuple[str, StageResources]:
        return self.node, self.group

    @property
    def idle(self) -> bool:
        return self.loaded and self.attempt is None

    @property
    def refs(self) -> list[Any]:
        """What is awaited from it."""
        return [ref for ref in (self._answer, self.overflow) if ref is not None]

    def load(self, start: Start, limit_s: float, memory_limit_bytes: int | None) -> None:
        self.placed = True
        self.deadline_s = time.monotonic() + limit_s
        if memory_limit_bytes is not None:
            watching = self.handle.overflow.options(concurrency_group="watch")
            self.overflow = watching.remote(memory_limit_bytes)
        self._answer = self.handle.load.remote(start)

    def take(self, attempt: Attempt) -> None:
        self.attempt = attempt
        self.deadline_s = time.monotonic() + attempt.task.time_limit_s
        self._answer = self.handle.run.remote(attempt.task.stage, attempt.task.argument)

    def finish(self) -> Attempt | None:
        """The answer has come: what it was the answer to, None for loading."""
        attempt, self.attempt = self.attempt, None
        self.loaded = True
        self.deadline_s = math.inf
        self._answer = None
        return attempt
