"""How many threads torch uses, which it keeps for the whole process."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def inference(threads: int) -> Iterator[None]:
    """Run networks without gradients on so many threads; afterwards torch has as many as before."""
    import torch

    before = torch.get_num_threads()
    torch.set_num_threads(threads)
    try:
        with torch.inference_mode():
            yield
    finally:
        torch.set_num_threads(before)
