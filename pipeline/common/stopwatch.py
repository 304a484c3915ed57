"""Where the time goes: wall and CPU seconds of each stage, several of which run at once."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class StageTime:
    wall_s: float = 0.0
    cpu_s: float = 0.0  # of the stage's own thread; threads that a library starts by itself are not in it


@dataclass(slots=True)
class Stopwatch:
    """Adds up stage times from any thread."""

    stages: dict[str, StageTime] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    @contextmanager
    def stage(self, name: str) -> Iterator[None]:
        wall, cpu = time.perf_counter(), time.thread_time()
        try:
            yield
        finally:
            wall, cpu = time.perf_counter() - wall, time.thread_time() - cpu
            with self._lock:
                before = self.stages.get(name, StageTime())
                self.stages[name] = StageTime(before.wall_s + wall, before.cpu_s + cpu)
