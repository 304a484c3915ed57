"""Half precision is used where the processor has it, and results are close either way."""

from __future__ import annotations

import pytest
import torch

from interview_analysis.models.half_precision import half_precision, has_bfloat16


@pytest.mark.parametrize(
    ("capabilities", "expected"),
    [
        ({"avx2": True, "avx512_f": True, "avx512_bf16": False, "amx_bf16": False}, False),
        ({"avx512_bf16": True}, True),
        ({"amx_bf16": True}, True),
        ({"architecture": "aarch64", "bf16": True}, True),
        ({}, False),
    ],
)
def test_it_follows_the_instructions_of_the_processor(monkeypatch, capabilities, expected):
    monkeypatch.setattr(torch.cpu, "get_capabilities", lambda: capabilities)
    assert has_bfloat16() is expected
    some = torch.ones(2, 2)
    with half_precision():
        assert (some @ some).dtype is (torch.bfloat16 if expected else torch.float32)
    assert (some @ some).dtype is torch.float32
