"""Half the precision for twice the speed or more, where the processor calculates in it at all.

Elsewhere PyTorch imitates bfloat16: on a processor with AVX2 alone a step of learning took twelve times as long as in float32.
"""

from __future__ import annotations

from contextlib import AbstractContextManager

_INSTRUCTIONS = ("avx512_bf16", "amx_bf16", "bf16")  # of x86, and of ARM


def half_precision() -> AbstractContextManager[object]:
    """What PyTorch multiplies on the processor is in bfloat16 inside of this, or in float32 where that is not slower."""
    import torch

    return torch.autocast("cpu", torch.bfloat16, enabled=has_bfloat16())


def has_bfloat16() -> bool:
    """Whether the processor has instructions for it."""
    import torch

    found = torch.cpu.get_capabilities()
    return any(found.get(name) is True for name in _INSTRUCTIONS)
