"""Install torch as pyproject.toml pins it, without CUDA packages on a machine that has no NVIDIA GPU.

Runs before anything else is installed, with nothing but the standard library and pip:

    .venv/bin/python pipeline/dev/install_torch.py [INDEX_URL]

Where pip's own sources offer a CPU build, or the machine has a GPU, pip is left to choose. Where its plan has
CUDA packages and there is no GPU, torch comes from PyTorch's public CPU index. An INDEX_URL overrides both.
"""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
import tomllib
from importlib import metadata
from pathlib import Path

CPU_INDEX = "https://download.pytorch.org/whl/cpu"
PYPROJECT = Path(__file__).resolve().parents[2] / "pyproject.toml"
PIP = (sys.executable, "-m", "pip", "--disable-pip-version-check")


def pinned_torch(pyproject: Path = PYPROJECT) -> str:
    """The pinned requirement, such as ``torch==2.13.0``."""
    requirements = tomllib.loads(pyproject.read_text(encoding="utf-8"))["project"]["dependencies"]
    (pin,) = (line for line in requirements if re.match(r"torch\s*==", line))
    return str(pin).replace(" ", "")


def cuda_packages(report: str) -> list[str]:
    """Names of the CUDA packages in the plan that ``pip install --dry-run --report -`` prints as JSON."""
    names = [item["metadata"]["name"].lower() for item in json.loads(report)["install"]]
    return [name for name in names if name.startswith(("nvidia-", "cuda-"))]


def choose_index(pin: str, override: str = "", has_gpu: bool | None = None) -> str:
    """The index to install torch from; empty for pip's own sources.

    `has_gpu` tells whether there is an NVIDIA driver, by default whether ``nvidia-smi`` is there.
    """
    if override:
        return override
    if (shutil.which("nvidia-smi") is not None) if has_gpu is None else has_gpu:
        return ""
    plan = subprocess.run(
        [*PIP, "install", "--dry-run", "--quiet", "--ignore-installed", "--report", "-", pin],
        stdout=subprocess.PIPE,
        text=True,
        check=False,
    )
    if plan.returncode != 0:  # pip's own sources have no such torch
        return CPU_INDEX
    return CPU_INDEX if cuda_packages(plan.stdout) else ""


def upgrade_old_pip() -> None:
    """Before 23.3 pip downloads whole wheels for a dry run: gigabytes of CUDA only to be turned down."""
    major = int(metadata.version("pip").split(".")[0])
    if major < 24:
        subprocess.run([*PIP, "install", "--quiet", "--upgrade", "pip>=24"], check=False)


def installed(pin: str) -> bool:
    """Whether the pinned version is there already, in whichever build."""
    try:
        return metadata.version("torch").split("+")[0] == pin.split("==")[1]
    except metadata.PackageNotFoundError:
        return False


def main(arguments: list[str]) -> int:
    pin, override = pinned_torch(), "".join(arguments)
    if installed(pin) and not override:
        return 0
    upgrade_old_pip()
    index = choose_index(pin, override)
    sys.stdout.write(f"Installing {pin} from {index or 'the sources that pip is configured with'}\n")
    sys.stdout.flush()
    source = ["--index-url", index] if index else []
    if installed(pin):  # another build of the same version, which pip would take for what was asked
        source.append("--force-reinstall")
    quiet = [] if sys.stdout.isatty() else ["--quiet"]
    return subprocess.run([*PIP, "install", *quiet, *source, pin], check=False).returncode


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
