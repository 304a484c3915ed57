"""A library call leaves the process that it runs in as it was, and sends nothing anywhere."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from interview_analysis.errors import SystemLibraryError
from interview_analysis.models.weights.store import ModelStore
from interview_analysis.pipeline.common import system
from interview_analysis.pipeline.common.config import load_run_config
from interview_analysis.pipeline.loaded import LoadedModels
from tests.media import grey, noise, write_recording

HOST = """
import os, signal, sys, threading
seen = []

def watch(event, arguments):
    if event in ("socket.connect", "socket.getaddrinfo", "signal.signal"):
        seen.append((event, str(arguments)))

def refuse(name):
    def refused(*arguments):
        seen.append((name, str(arguments)))
        return original(*arguments)
    original = getattr(os, name)
    return refused

def state():
    import logging, torch
    mask = os.umask(0o022); os.umask(mask)
    return (
        dict(os.environ), mask, os.fstat(2).st_ino, os.getcwd(), os.getpriority(os.PRIO_PROCESS, 0), torch.get_num_threads(),
        logging.getLogger().level, len(logging.getLogger().handlers), signal.getsignal(signal.SIGINT), sys.path[:],
        [thread.name for thread in threading.enumerate() if thread.name.startswith("observe")],
    )

before = state()
os.umask, os.dup2, os.chdir, os.dup = (refuse(name) for name in ("umask", "dup2", "chdir", "dup"))
sys.addaudithook(watch)
from interview_analysis import analyze
report = analyze(sys.argv[1], "product-manager").report
watched = list(seen)
os.umask = __import__("posix").umask
after = state()
print(report.media.has_video, report.media.has_audio)
for now, then in zip(after, before):
    if now != then:
        print("changed:", now if not isinstance(now, dict) else sorted(set(now.items()) ^ set(then.items())))
print(watched)
"""


@pytest.fixture(scope="module")
def sound(tmp_path_factory: pytest.TempPathFactory) -> Path:
    samples = noise(3, np.random.default_rng(3))
    return write_recording(tmp_path_factory.mktemp("host") / "noise.wav", seconds=3, sound=samples)


@pytest.mark.parametrize("name", ["sound", "picture"])
def test_a_library_call_leaves_its_host_as_it_was(
    model_store: ModelStore, sound: Path, tmp_path: Path, name: str
) -> None:
    path = sound
    if name == "picture":
        path = write_recording(tmp_path / "grey.mp4", seconds=1, picture=grey())
    bare = {
        key: os.environ[key] for key in ("PATH", "HOME", "XDG_CACHE_HOME", "PYTHONPATH") if key in os.environ
    }
    done = subprocess.run(
        [sys.executable, "-c", HOST, path], env=bare, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines() == [f"{name == 'picture'} {name == 'sound'}", "[]"], done.stderr


def test_sound_alone_asks_for_no_library_of_the_picture(
    model_store: ModelStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(system, "LIBRARIES", {"libnone.so.9": ("a", "b")})
    monkeypatch.setattr(system.platform, "system", lambda: "Linux")
    models = LoadedModels(load_run_config(), model_store)
    models.load(picture=False)
    with pytest.raises(SystemLibraryError, match=r"libnone\.so\.9"):
        models.load(picture=True)
    LoadedModels(load_run_config(policy="off"), model_store).load(picture=True)
