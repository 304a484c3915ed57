"""Stages for the tests of executors: importable in any worker, each bad in a way of its own."""

from __future__ import annotations

import ctypes
import os
import signal
import sys
import time
from pathlib import Path
from typing import Any

from interview_analysis.errors import MediaError, WeightsError


class AwkwardError(Exception):
    """Pickles, and cannot be unpickled."""

    def __init__(self, first: str, second: str) -> None:
        super().__init__(first)
        self.second = second


def start() -> dict[str, Any]:
    loaded = os.getpid()
    return {
        "double": lambda number: 2 * number,
        "loaded": lambda _: (loaded, os.getpid()),
        "environment": lambda name: os.environ.get(name),
        "media_error": _media_error,
        "unexpected": lambda number: number / 0,
        "awkward": _awkward,
        "local_result": _local_result,
        "sys_exit": lambda code: sys.exit(code),
        "exit": os._exit,
        "abort": lambda _: os.abort(),
        "segfault": lambda _: ctypes.string_at(0),
        "kill": lambda _: os.kill(os.getpid(), signal.SIGKILL),
        "once": _die_once,
        "sleep": lambda seconds: time.sleep(seconds),
        "hang": _hang,
        "hog": _hog,
        "note": _note,
    }


def cannot_start() -> dict[str, Any]:
    raise WeightsError("weights of whisper-base are missing; run `interview-analysis models fetch`")


def dies_at_start() -> dict[str, Any]:
    os._exit(3)


def dies_at_first_start(marks: str) -> dict[str, Any]:
    _die_once(marks)
    return start()


def _media_error(name: str) -> None:
    raise MediaError(f"{name} is no recording")


def _awkward(_: None) -> None:
    raise AwkwardError("one", "two")


def _local_result(_: None) -> Any:
    def result() -> None:
        return None

    return result


def _die_once(mark: str) -> str:
    """Ends its process the first time."""
    path = Path(mark)
    if not path.exists():
        path.touch()
        os._exit(9)
    return "second time"


def _hang(folder: str) -> None:
    """In native code that holds the interpreter, with SIGTERM blocked: only SIGKILL ends this."""
    _note(folder)
    signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGTERM})
    ctypes.PyDLL(None).sleep(600)


def _hog(mebibytes: int) -> int:
    held = []
    for _ in range(mebibytes):
        held.append(bytearray(2**20))
        time.sleep(0.001)
    time.sleep(5)
    return len(held)


def _note(folder: str) -> None:
    """Leave the number of this process in a folder."""
    (Path(folder) / str(os.getpid())).touch()
