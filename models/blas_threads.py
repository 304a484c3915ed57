"""One thread for the matrix products of NumPy and SciPy, whose last digits depend on how many there are.

A recording whose spectrum differs in the last digit may be heard with another word, so whatever is reported is computed
inside of this, from whichever program it is called.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from interview_analysis.models.environment import kept

_lock = threading.Lock()
_users = 0
_limits: Any = None  # of the process while anybody is inside


@contextmanager
def one_blas_thread() -> Iterator[None]:
    """Let the process multiply matrices in one thread; once the last user has left, in as many as before."""
    import numpy  # noqa: F401  # both, or a library that is loaded later would not be held
    import scipy.linalg  # noqa: F401

    with kept():  # it sets how OpenMP is to behave where it is loaded twice
        from threadpoolctl import threadpool_limits

    global _users, _limits
    with _lock:
        if not _users:
            _limits = threadpool_limits(limits=1, user_api="blas")
        _users += 1
    try:
        yield
    finally:
        with _lock:
            _users -= 1
            if not _users:
                _limits.restore_original_limits()
