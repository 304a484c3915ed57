"""Keep a worker running beside the pages, in a process of its own: they import nothing of what it works with."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable


def supervise(start: Callable[[], int], ends: threading.Event) -> None:
    """Start a worker again whenever it ends, with growing pauses, until `ends` is set. `start` gives its exit code."""
    pause_s = 1.0
    while not ends.is_set():
        began = time.monotonic()
        start()
        pause_s = 1.0 if time.monotonic() - began > 60 else min(60.0, pause_s * 2)
        ends.wait(pause_s)
