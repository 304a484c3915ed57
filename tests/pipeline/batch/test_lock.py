"""One driver a run."""

from __future__ import annotations

import fcntl
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
