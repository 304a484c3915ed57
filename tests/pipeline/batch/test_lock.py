"""One driver a run."""

from __future__ import annotations

import fcntl
import os
import tempfile
import threading
from pathlib import Path

import pytest

from interview_analysis.errors import OutputError
from interview_analysis.pipeline.batch.lock import LOCK_FILE, holding, is_held
from interview_analysis.pipeline.storage.places import Folder


def test_a_run_has_one_driver(tmp_path: Path):
    out = Folder(str(tmp_path))
    assert not is_held(out)
    with holding(out):
        assert is_held(out)
        with pytest.raises(OutputError, match="is being worked on by process"), holding(out):
            pass
    assert not is_held(out)


def test_whoever_asks_whether_a_run_is_at_work_does_not_keep_it_from_starting(tmp_path: Path):
    out = Folder(str(tmp_path))
    with (tmp_path / LOCK_FILE).open("w") as asking:
        fcntl.flock(asking, fcntl.LOCK_SH)
        threading.Timer(0.2, fcntl.flock, (asking, fcntl.LOCK_UN)).start()
        with holding(out):
            assert is_held(out)


@pytest.mark.skipif(os.geteuid() != 0, reason="SKIPPED: takes root, to ask as somebody else")
def test_whoever_may_only_read_a_run_can_ask_whether_it_is_at_work():
    """As `batch status` does by somebody who looks at another's run."""
    with tempfile.TemporaryDirectory() as place:
        Path(place).chmod(0o755)
        out = Folder(place)

        def asked_by_another() -> str:
            reading, writing = os.pipe()
            child = os.fork()
            if child == 0:
                os.setuid(65534)
                os.write(writing, str(is_held(out)).encode())
                os._exit(0)
            os.waitpid(child, 0)
            return os.read(reading, 10).decode()

        with holding(out):
            (Path(place) / LOCK_FILE).chmod(0o644)
            assert asked_by_another() == "True"
        assert asked_by_another() == "False"
