"""Loading MediaPipe: its missing system libraries as one error, its start-up chatter kept off stderr.

MediaPipe logs from C++ straight to file descriptor 2, and no setting reaches it: the environment variables that
are named for it (``GLOG_minloglevel``, ``TF_CPP_MIN_LOG_LEVEL``, ``ABSL_MIN_LOG_LEVEL``) were tried and change
nothing. Where ``GLOG_minloglevel`` asks for it, `quiet_start` therefore takes descriptor 2 aside while a graph starts,
and gives back every line that is not MediaPipe's. The command line sets it for its own processes; a program that calls
the library keeps its descriptors, and the chatter, unless it asks for quiet.

MediaPipe 1.2.2 uploads usage statistics to Google when a task closes, and has no switch to turn that off; 0.10.33
has no such code. `sends_statistics` says which kind is installed.
"""

from __future__ import annotations

import importlib
import importlib.util
import mmap
import os
import re
import sys
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np

from interview_analysis.errors import SystemLibraryError, WeightsError
from interview_analysis.models.environment import kept
from interview_analysis.types import Frame

INSTALL_LINE = "apt-get install -y libegl1 libgles2 libgl1 libglib2.0-0"
_CHATTER = re.compile(
    rb"^([IWE]\d{4} \d\d:\d\d:\d\d|INFO: Created TensorFlow Lite|WARNING: .*written to STDERR)"
)
_STDERR = threading.Lock()
_QUIET = re.compile("[2-9]")  # errors and worse alone
_STATISTICS_ADDRESS = b"play.googleapis.com/log"
# What MediaPipe imports to draw and to record, which nobody here asks of it: 36 MiB, and a search for sound hardware.
_NOT_USED = ("matplotlib", "matplotlib.pyplot", "sounddevice")


def load_vision() -> tuple[Any, Any]:
    """The modules ``mediapipe`` and ``mediapipe.tasks.python.vision``.

    Raises
    ------
    SystemLibraryError
        When MediaPipe or OpenCV cannot load because a system library is missing.
    """
    try:
        with kept(), _later(_NOT_USED):  # OpenCV names folders of its own for libraries and fonts
            return importlib.import_module("mediapipe"), importlib.import_module(
                "mediapipe.tasks.python.vision"
            )
    except ModuleNotFoundError:
        raise
    except (ImportError, OSError) as error:
        raise _missing_library(error) from error


def start(task: str, model_path: Path, **options: Any) -> Any:
    """A running MediaPipe vision task, such as ``FaceLandmarker``, from a ``.task`` file.

    `options` go to ``<task>Options``; ``running_mode`` is given by name (``"VIDEO"`` or ``"IMAGE"``).

    Raises
    ------
    WeightsError
        When `model_path` is no file or MediaPipe refuses it.
    SystemLibraryError
        When a system library is missing.
    """
    if not model_path.is_file():
        raise WeightsError(f"no model file at {model_path}; run `interview-analysis models fetch`")
    _, vision = load_vision()
    base = importlib.import_module("mediapipe.tasks.python.core.base_options")
    options["running_mode"] = vision.RunningMode[options["running_mode"]]
    # Read here: MediaPipe itself fails on paths that its platform's narrow encoding cannot hold.
    settings = getattr(vision, f"{task}Options")(
        base_options=base.BaseOptions(model_asset_buffer=model_path.read_bytes()), **options
    )
    try:
        with quiet_start():
            return getattr(vision, task).create_from_options(settings)
    except OSError as error:
        raise _missing_library(error) from error
    except (RuntimeError, ValueError) as error:
        reason = str(error).splitlines()[0] if str(error) else type(error).__name__
        raise WeightsError(f"MediaPipe cannot use {model_path.name} as {task}: {reason}") from error


def to_mediapipe(image: np.ndarray[Any, np.dtype[np.uint8]]) -> Any:
    """An RGB image, shape (height, width, 3), as MediaPipe's own.

    MediaPipe reads the buffer as if it had no gaps between rows; video decoders give arrays that have.
    """
    mediapipe, _ = load_vision()
    return mediapipe.Image(image_format=mediapipe.ImageFormat.SRGB, data=np.ascontiguousarray(image))


class VideoClock:
    """Whole milliseconds that always increase, as MediaPipe's video mode demands."""

    def __init__(self) -> None:
        self._last_ms = -1

    def tick(self, frame: Frame) -> int:
        self._last_ms = max(self._last_ms + 1, round(frame.time_s * 1000.0))
        return self._last_ms


def sends_statistics() -> bool:
    """Whether the installed MediaPipe holds the code that uploads usage statistics."""
    spec = importlib.util.find_spec("mediapipe")
    if spec is None or spec.origin is None:
        return False
    libraries = sorted((Path(spec.origin).parent / "tasks" / "c").glob("*mediapipe.*"))
    return any(
        _contains(path, _STATISTICS_ADDRESS) for path in libraries if path.suffix in {".so", ".dylib", ".dll"}
    )


@contextmanager
def quiet_start() -> Iterator[None]:
    """Keep MediaPipe's log lines off stderr where that is asked for. Lines that others write meanwhile come out at the end.

    One thread at a time: the next waits, as two that take descriptor 2 aside would each restore the other's.
    """
    if not _QUIET.fullmatch(os.environ.get("GLOG_minloglevel", "")):  # noqa: SIM112
        yield
        return
    with _STDERR, tempfile.TemporaryFile() as aside:
        sys.stderr.flush()
        kept = os.dup(2)
        os.dup2(aside.fileno(), 2)
        try:
            yield
        finally:
            os.dup2(kept, 2)
            os.close(kept)
            aside.seek(0)
            for line in aside:
                if not _CHATTER.match(line):
                    os.write(2, line)


class _Later(ModuleType):
    """Stands for a module that is not loaded until something of it is used."""

    def __getattr__(self, name: str) -> Any:
        if self.__name__ in sys.modules and sys.modules[self.__name__] is self:
            raise AttributeError(name)
        return getattr(importlib.import_module(self.__name__), name)


@contextmanager
def _later(names: tuple[str, ...]) -> Iterator[None]:
    """Whatever is imported meanwhile gets stand-ins for the modules of these names that are not loaded yet."""
    own = {name: _Later(name) for name in names if name not in sys.modules}
    for name, module in own.items():
        folder, _, last = name.rpartition(".")
        if folder in own:
            setattr(own[folder], last, module)
    sys.modules.update(own)
    try:
        yield
    finally:
        for name, module in own.items():
            if sys.modules.get(name) is module:
                del sys.modules[name]


def _contains(path: Path, needle: bytes) -> bool:
    with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as content:
        return content.find(needle) >= 0


def _missing_library(error: Exception) -> SystemLibraryError:
    return SystemLibraryError(f"MediaPipe cannot load ({error}); install what is missing: {INSTALL_LINE}")
