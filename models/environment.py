"""The environment of the process, which belongs to whoever calls us."""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager

_ONE_AT_A_TIME = threading.RLock()


@contextmanager
def kept() -> Iterator[None]:
    """Take back what a library writes into the environment while it is loaded."""
    with _ONE_AT_A_TIME:  # or one thread would keep what the other's library has just written
        before = dict(os.environ)
        try:
            yield
        finally:
            for name in os.environ.keys() - before.keys():
                del os.environ[name]
            os.environ.update(
                {name: value for name, value in before.items() if os.environ.get(name) != value}
            )
