"""What a library writes into the environment is taken back, whatever two threads do at once."""

from __future__ import annotations

import os
import threading

import pytest

from interview_analysis.models.environment import kept


def test_new_changed_and_removed_variables_come_back(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KEPT_A", "1")
    monkeypatch.setenv("KEPT_B", "2")
    before = dict(os.environ)

    def fail() -> None:
        with kept():
            os.environ["KEPT_A"] = "changed"
            os.environ["KEPT_NEW"] = "new"
            del os.environ["KEPT_B"]
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail()
    assert dict(os.environ) == before


def test_two_threads_leave_nothing_behind() -> None:
    before = dict(os.environ)

    def load(number: int) -> None:
        for turn in range(200):
            with kept():
                os.environ[f"KEPT_{number}"] = str(turn)

    threads = [threading.Thread(target=load, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert dict(os.environ) == before
