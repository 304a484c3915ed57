"""How many threads torch uses, which it keeps for the whole process."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def threads(count: int) -> Iterator[None]:
    """Let torch use so many threads; afterwards it has as many as before."""
    import torch

    before = torch.get_num_threads()
    torch.set_num_threads(count)
    try:
        yield
    finally:
        torch.set_num_threads(before)


@contextmanager
def inference(count: int) -> Iterator[None]:
    """Run networks without gradients on so many threads."""
    import torch

    with threads(count), torch.inference_mode():
        yield
