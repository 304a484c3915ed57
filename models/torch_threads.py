"""How many threads PyTorch uses. Digits depend on it, so whatever runs a network says so here.

The number belongs to the thread that calls PyTorch (OpenMP's own way), but a thread that has not called it yet gets the
number that any thread has set last. So each use sets its own number, and the one of the process, which belongs to
whoever runs this code, is put back at the end however the uses overlap.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager

_lock = threading.Lock()
_users: list[int] = []  # idents of the threads that are inside of `threads`, once for each time
_usual = 0  # the number of the process while anybody is inside


@contextmanager
def threads(count: int) -> Iterator[None]:
    """Let PyTorch use so many threads for what this thread asks of it; afterwards it has as many as before."""
    import torch

    global _usual
    own = threading.get_ident()
    with _lock:
        before = torch.get_num_threads()
        nested = own in _users
        if not _users:
            _usual = before
        _users.append(own)
        torch.set_num_threads(count)
    try:
        yield
    finally:
        with _lock:
            _users.remove(own)
            torch.set_num_threads(before if nested else _usual)


@contextmanager
def inference(count: int) -> Iterator[None]:
    """Run networks without gradients on so many threads."""
    import torch

    with threads(count), torch.inference_mode():
        yield
