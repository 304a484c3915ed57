from __future__ import annotations

import importlib
import os
import subprocess
import sys
import threading
from types import ModuleType

import numpy as np
import pytest

from interview_analysis.errors import SystemLibraryError
from interview_analysis.models.vision import mediapipe_runtime
from interview_analysis.types import Frame


def test_the_installed_mediapipe_sends_no_usage_statistics() -> None:
    assert not mediapipe_runtime.sends_statistics(), "pin a MediaPipe without the upload of usage statistics"


def test_a_missing_system_library_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(name: str) -> ModuleType:
        raise ImportError("libGL.so.1: cannot open shared object file: No such file or directory")

    monkeypatch.setattr(importlib, "import_module", fail)
    with pytest.raises(SystemLibraryError, match=r"libGL\.so\.1.*apt-get install -y libegl1 libgles2 libgl1"):
        mediapipe_runtime.load_vision()


@pytest.fixture
def quiet(monkeypatch: pytest.MonkeyPatch) -> None:
    """As the command line sets it for its own process."""
    monkeypatch.setenv("GLOG_minloglevel", "2")


def test_a_host_that_asks_for_no_quiet_keeps_its_descriptors(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("GLOG_minloglevel", raising=False)
    with monkeypatch.context() as patch:
        patch.setattr(os, "dup2", lambda *_: pytest.fail("descriptor 2 is the host's"))
        before = os.fstat(2)
        with mediapipe_runtime.quiet_start():
            inside = os.fstat(2)
    assert (inside.st_dev, inside.st_ino) == (before.st_dev, before.st_ino)


@pytest.mark.usefixtures("quiet")
def test_only_chatter_is_dropped_from_stderr(capfd: pytest.CaptureFixture[str]) -> None:
    with mediapipe_runtime.quiet_start():
        os.write(2, b"W0000 00:00:1795326352.969467    8866 face_landmarker_graph.cc:181] chatter\n")
        os.write(2, b"INFO: Created TensorFlow Lite XNNPACK delegate for CPU.\n")
        os.write(2, b"somebody else's line\n")
    os.write(2, b"afterwards\n")
    assert capfd.readouterr().err == "somebody else's line\nafterwards\n"


def test_clock_always_moves_on() -> None:
    clock = mediapipe_runtime.VideoClock()
    image = np.zeros((1, 1, 3), dtype=np.uint8)
    assert [clock.tick(Frame(time_s, image)) for time_s in (0.0, 0.2, 0.2, 0.1, 1.0)] == [
        0,
        200,
        201,
        202,
        1000,
    ]


@pytest.mark.usefixtures("quiet")
def test_two_threads_that_start_at_once_leave_stderr_in_place(capfd: pytest.CaptureFixture[str]) -> None:
    entered = threading.Barrier(2, timeout=10)

    def begin() -> None:
        entered.wait()
        for _ in range(20):
            with mediapipe_runtime.quiet_start():
                os.write(2, b"kept\n")

    threads = [threading.Thread(target=begin) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    os.write(2, b"afterwards\n")
    assert capfd.readouterr().err == "kept\n" * 40 + "afterwards\n"


def test_what_mediapipe_draws_with_is_loaded_once_it_draws() -> None:
    done = subprocess.run(
        [
            sys.executable,
            "-c",
            "import sys\n"
            "from interview_analysis.models.vision.mediapipe_runtime import load_vision\n"
            "load_vision()\n"
            "assert 'matplotlib' not in sys.modules and 'sounddevice' not in sys.modules\n"
            "from mediapipe.tasks.python.vision import drawing_utils\n"
            "figure = drawing_utils.plt.figure()\n"
            "import matplotlib.pyplot\n"
            "assert figure.number == matplotlib.pyplot.gcf().number\n",
        ],
        env={**os.environ, "MPLBACKEND": "agg"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
