"""One driver a run: whoever works on a run's folder holds its lock, which ends with the process that holds it."""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import TextIO

from interview_analysis.errors import OutputError
from interview_analysis.models.weights.store import default_root
from interview_analysis.pipeline.storage.places import Folder

LOCK_FILE = ".lock"
ASKING_S = 1.0  # longer than anybody takes who only asks


@contextmanager
def holding(out: Folder) -> Iterator[None]:
    """Hold the lock of a run's folder. Raises OutputError that names the holder where somebody else has it.

    A folder elsewhere (s3://) has its lock on this machine: it keeps two processes here apart, not two machines.
    """
    path = _path(out)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        file = os.fdopen(os.open(path, os.O_RDWR | os.O_CREAT, 0o600), "r+", encoding="utf-8")
    except OSError as error:
        raise OutputError(f"cannot write to {out.url}: {error}; choose another folder with --out") from error
    with file:
        try:
            _take(file)
        except OSError as error:
            raise OutputError(
                f"{out.url} is being worked on by {_holder(path)}; wait until that is done, or choose another folder"
            ) from error
        file.truncate(0)
        since = datetime.now().astimezone().isoformat(timespec="seconds")
        json.dump({"process": os.getpid(), "host": socket.gethostname(), "since": since}, file)
        file.flush()
        yield


def _take(file: TextIO) -> None:
    """Take the lock. Whoever only asks whether it is held has it for a moment, which is waited for."""
    until_s = time.monotonic() + ASKING_S
    while True:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            if time.monotonic() > until_s:
                raise
            time.sleep(ASKING_S / 20)
        else:
            return


def is_held(out: Folder) -> bool:
    """Whether somebody works on a run's folder now."""
    try:
        with _path(out).open(encoding="utf-8") as file:
            fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except FileNotFoundError:
        return False
    except OSError:
        return True
    return False


def _path(out: Folder) -> Path:
    if out.local is not None:
        return out.local / LOCK_FILE
    return default_root().parent / "locks" / hashlib.sha256(out.url.encode()).hexdigest()


def _holder(path: Path) -> str:
    try:
        told = json.loads(path.read_text(encoding="utf-8"))
        return f"process {told['process']} on {told['host']}, since {told['since']}"
    except (OSError, ValueError, KeyError, TypeError):
        return "another process"
