"""Which torch is installed. Pip itself is not asked here."""

from __future__ import annotations

import json
import re
import sys

import pytest

from interview_analysis.pipeline.dev import install_torch


def _report(*names: str) -> str:
    return json.dumps({"install": [{"metadata": {"name": name, "version": "1"}} for name in names]})


def test_the_pin_is_read_from_pyproject() -> None:
    assert re.fullmatch(r"torch==\d+\.\d+\.\d+", install_torch.pinned_torch())


def test_cuda_packages_are_found_in_the_plan() -> None:
    assert install_torch.cuda_packages(_report("torch", "sympy", "triton")) == []
    plan = _report("torch", "nvidia-cublas-cu12", "cuda-bindings", "NVIDIA-nccl")
    assert install_torch.cuda_packages(plan) == ["nvidia-cublas-cu12", "cuda-bindings", "nvidia-nccl"]


def test_an_index_given_by_the_user_wins() -> None:
    assert (
        install_torch.choose_index("torch==0", "https://example.org/x", has_gpu=True)
        == "https://example.org/x"
    )


def test_a_machine_with_a_gpu_takes_what_pip_takes() -> None:
    assert install_torch.choose_index("torch==0", has_gpu=True) == ""


@pytest.mark.parametrize(
    ("code", "report", "index"),
    [
        (0, _report("torch", "nvidia-cublas"), install_torch.CPU_INDEX),
        (0, _report("torch", "sympy"), ""),
        (1, "", install_torch.CPU_INDEX),
    ],
)
def test_without_a_gpu_the_plan_decides(
    monkeypatch: pytest.MonkeyPatch, code: int, report: str, index: str
) -> None:
    script = f"import sys; sys.stdout.write({report!r}); sys.exit({code})"
    monkeypatch.setattr(install_torch, "PIP", (sys.executable, "-c", script))
    assert install_torch.choose_index("torch==0", has_gpu=False) == index


def test_the_installed_version_is_recognised_in_any_build() -> None:
    assert install_torch.installed(install_torch.pinned_torch())
    assert not install_torch.installed("torch==0.0.1")
