"""What the program needs from the machine beyond wheels, and what it forbids its dependencies.

``python -m interview_analysis.pipeline.common.system`` prints one line a check and ends with 2 when one fails.
"""

from __future__ import annotations

import ctypes
import os
import platform
import sys
from importlib import metadata

from interview_analysis.errors import SystemLibraryError
from interview_analysis.pipeline.common.exits import Exit

CV2_WHEEL = "opencv-contrib-python"  # the one that MediaPipe requires
CV2_WHEELS = (CV2_WHEEL, "opencv-python", "opencv-python-headless", "opencv-contrib-python-headless")

# Shared library -> its package on Debian and Ubuntu, on Fedora and its kin. MediaPipe loads the first two,
# OpenCV the last two.
LIBRARIES: dict[str, tuple[str, str]] = {
    "libEGL.so.1": ("libegl1", "libglvnd-egl"),
    "libGLESv2.so.2": ("libgles2", "libglvnd-gles"),
    "libGL.so.1": ("libgl1", "libglvnd-glx"),
    "libglib-2.0.so.0": ("libglib2.0-0", "glib2"),
}

# What dependencies would otherwise do unasked. All of them read the variable once, when first imported.
#   MLflow 3 posts usage records: mlflow/telemetry/utils.py, is_telemetry_disabled, reads both of these.
#   huggingface_hub posts usage and asks the hub for newer files of a model that is there already:
#   huggingface_hub/constants.py. HF_HUB_OFFLINE=0 in the environment lets a model be fetched by name.
# MediaPipe 1.x also posts usage metrics and has no variable for it: see models/vision/mediapipe_runtime.py.
# A library call leaves its host's environment alone: models are loaded from folders, which asks no hub, and MLflow is
# not touched by it.
QUIET_ENVIRONMENT: dict[str, str] = {
    "MLFLOW_DISABLE_TELEMETRY": "true",
    "DO_NOT_TRACK": "true",  # MLflow understands "true" only, huggingface_hub also "1"
    "HF_HUB_DISABLE_TELEMETRY": "1",
    "HF_HUB_OFFLINE": "1",
    "HF_HUB_DISABLE_UPDATE_CHECK": "1",
    "HF_HUB_DISABLE_PROGRESS_BARS": "1",
    "TRANSFORMERS_VERBOSITY": "error",
    "TOKENIZERS_PARALLELISM": "false",
    "TF_CPP_MIN_LOG_LEVEL": "3",
    "GLOG_minloglevel": "2",
}


def quiet_dependencies() -> None:
    """Switch off the telemetry and the chatter of dependencies in this process, before the first of them is imported.

    For processes of our own: the command line and its workers. A variable that the user has set is left alone.
    """
    for name, value in QUIET_ENVIRONMENT.items():
        os.environ.setdefault(name, value)


def missing_libraries() -> list[str]:
    """Names of the system libraries that cannot be loaded; empty on macOS, which brings its own."""
    if platform.system() != "Linux":
        return []
    return [name for name in LIBRARIES if not _loads(name)]


def _loads(name: str) -> bool:
    try:
        ctypes.CDLL(name)
    except OSError:
        return False
    return True


def install_line(missing: list[str]) -> str:
    """The one line that installs the libraries in `missing` on this distribution."""
    try:
        release = platform.freedesktop_os_release()
    except OSError:
        release = {}
    family = {release.get("ID", ""), *release.get("ID_LIKE", "").split()}
    if family & {"debian", "ubuntu"}:
        return "sudo apt-get install -y " + " ".join(LIBRARIES[name][0] for name in missing)
    if family & {"fedora", "rhel", "centos"}:
        return "sudo dnf install -y " + " ".join(LIBRARIES[name][1] for name in missing)
    return "install the packages that hold " + ", ".join(missing) + " with your system's package manager"


def check_system_libraries() -> None:
    """Raise SystemLibraryError with the line that installs what is missing."""
    missing = missing_libraries()
    if missing:
        raise SystemLibraryError(
            f"System libraries missing: {', '.join(missing)} (MediaPipe and OpenCV load them). "
            f"Install them: {install_line(missing)}"
        )


def installed_cv2_wheels() -> list[str]:
    """Which of the distributions that ship the module ``cv2`` are installed."""
    return [name for name in CV2_WHEELS if _version(name)]


def check_cv2_wheels(wheels: list[str] | None = None) -> None:
    """Raise SystemLibraryError unless exactly one cv2 wheel is installed; two overwrite each other's files.

    `wheels` are the distribution names found, by default those of this environment.
    """
    found = installed_cv2_wheels() if wheels is None else wheels
    if len(found) == 1:
        return
    if not found:
        raise SystemLibraryError(f"No OpenCV found. Install it: {_pip()} install {CV2_WHEEL}")
    keep = CV2_WHEEL if CV2_WHEEL in found else found[0]
    surplus = " ".join(name for name in found if name != keep)
    raise SystemLibraryError(
        f"{len(found)} OpenCV wheels found ({', '.join(found)}), expected one: they overwrite each other. "
        f"Keep {keep}: {_pip()} uninstall -y {surplus} && {_pip()} install --force-reinstall --no-deps {keep}"
    )


def _pip() -> str:
    return f"{sys.executable} -m pip"


def _version(distribution: str) -> str:
    try:
        return metadata.version(distribution)
    except metadata.PackageNotFoundError:
        return ""


def main() -> int:
    """Print what was found; `Exit.USAGE` when something is to be installed before the program can run here."""
    rows = [
        ("python", platform.python_version()),
        ("torch", _version("torch") or "missing: run `make setup`"),
        ("cv2", ", ".join(f"{name} {_version(name)}" for name in installed_cv2_wheels()) or "missing"),
        ("libraries", ", ".join(name for name in LIBRARIES if name not in missing_libraries())),
    ]
    for name, found in rows:
        sys.stdout.write(f"{name:<10} {found}\n")
    for check in (check_cv2_wheels, check_system_libraries):
        try:
            check()
        except SystemLibraryError as error:
            sys.stderr.write(f"error: {error}\n")
            return Exit.USAGE
    return Exit.DONE


if __name__ == "__main__":
    sys.exit(main())
