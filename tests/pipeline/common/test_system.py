"""Checks of the machine: system libraries, cv2 wheels, and what dependencies are forbidden to do."""

from __future__ import annotations

import os
import platform
import subprocess
import sys

import pytest

from interview_analysis.errors import SystemLibraryError
from interview_analysis.pipeline.common import system

TELEMETRY_CHECK = """
import sys
if sys.argv[1] == "quiet":
    from interview_analysis.pipeline.common.system import quiet_dependencies
    quiet_dependencies()
from huggingface_hub import constants
from mlflow.telemetry.utils import is_telemetry_disabled
print(is_telemetry_disabled(), constants.HF_HUB_DISABLE_TELEMETRY, constants.HF_HUB_OFFLINE)
"""


def _run(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    # MLflow keeps silent by itself where it sees a build server or pytest, so the environment is bare.
    bare = {name: os.environ[name] for name in ("PATH", "HOME", "PYTHONPATH") if name in os.environ}
    return subprocess.run(
        [sys.executable, *arguments], env={**bare, **environment}, capture_output=True, text=True, check=False
    )


@pytest.mark.parametrize(("how", "expected"), [("as-is", "False False False"), ("quiet", "True True True")])
def test_dependencies_do_not_phone_home(how: str, expected: str) -> None:
    run = _run("-c", TELEMETRY_CHECK, how)
    assert run.stdout.strip() == expected, run.stderr


def test_a_variable_of_the_user_is_left_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in system.QUIET_ENVIRONMENT:
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("HF_HUB_OFFLINE", "0")
    system.quiet_dependencies()
    assert os.environ["HF_HUB_OFFLINE"] == "0"
    assert os.environ["MLFLOW_DISABLE_TELEMETRY"] == "true"


def test_the_command_line_is_quiet_in_its_own_process() -> None:
    script = (
        "import os\nfrom interview_analysis.pipeline.cli.main import main\n"
        "from click.testing import CliRunner\nCliRunner().invoke(main, ['models', 'list'])\n"
        "print(os.environ['HF_HUB_OFFLINE'], os.environ['GLOG_minloglevel'])"
    )
    assert _run("-c", script).stdout.splitlines()[-1] == "1 2"


def test_this_environment_has_one_cv2_wheel() -> None:
    assert len(system.installed_cv2_wheels()) == 1
    system.check_cv2_wheels()


def test_two_cv2_wheels_are_refused_with_the_line_that_repairs_it() -> None:
    with pytest.raises(SystemLibraryError) as caught:
        system.check_cv2_wheels(["opencv-contrib-python", "opencv-python", "opencv-python-headless"])
    message = str(caught.value)
    assert "3 OpenCV wheels found" in message
    assert "uninstall -y opencv-python opencv-python-headless && " in message
    assert message.endswith("install --force-reinstall --no-deps opencv-contrib-python")


def test_no_cv2_wheel_is_refused() -> None:
    with pytest.raises(SystemLibraryError, match="install opencv-contrib-python"):
        system.check_cv2_wheels([])


def test_an_unknown_library_is_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(system, "LIBRARIES", {"libc.so.6": ("libc6", "glibc"), "libnone.so.9": ("a", "b")})
    monkeypatch.setattr(platform, "system", lambda: "Linux")
    assert system.missing_libraries() == ["libnone.so.9"]
    with pytest.raises(SystemLibraryError, match=r"libnone\.so\.9"):
        system.check_system_libraries()


def test_macos_needs_no_libraries(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(platform, "system", lambda: "Darwin")
    assert system.missing_libraries() == []
    system.check_system_libraries()


@pytest.mark.parametrize(
    ("release", "line"),
    [
        ({"ID": "debian"}, "sudo apt-get install -y libegl1 libglib2.0-0"),
        ({"ID": "linuxmint", "ID_LIKE": "ubuntu debian"}, "sudo apt-get install -y libegl1 libglib2.0-0"),
        ({"ID": "fedora"}, "sudo dnf install -y libglvnd-egl glib2"),
        ({"ID": "rocky", "ID_LIKE": "rhel centos fedora"}, "sudo dnf install -y libglvnd-egl glib2"),
        ({"ID": "other"}, "install the packages that hold libEGL.so.1, libglib-2.0.so.0"),
    ],
)
def test_install_line(monkeypatch: pytest.MonkeyPatch, release: dict[str, str], line: str) -> None:
    monkeypatch.setattr(platform, "freedesktop_os_release", lambda: release)
    assert system.install_line(["libEGL.so.1", "libglib-2.0.so.0"]).startswith(line)


def test_the_table_names_torch_and_the_cv2_wheel() -> None:
    run = _run("-m", "interview_analysis.pipeline.common.system")
    rows = dict(line.split(maxsplit=1) for line in run.stdout.splitlines())
    assert list(rows) == ["python", "torch", "cv2", "libraries"]
    assert rows["python"] == platform.python_version()
    assert rows["cv2"].startswith("opencv-contrib-python ")
    assert run.returncode == (2 if system.missing_libraries() else 0)
