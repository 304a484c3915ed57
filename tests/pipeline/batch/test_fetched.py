"""A recording from elsewhere is fetched once for all stages; copies never fill the disk."""

from __future__ import annotations

import uuid
from pathlib import Path

import numpy as np
import pytest

from interview_analysis.errors import MediaError
from interview_analysis.pipeline.batch import fetched as fetched_module
from interview_analysis.pipeline.batch.fetched import Fetched
from interview_analysis.pipeline.batch.stages import Observing, Worker, WorkerSetup
from interview_analysis.pipeline.common.config import load_norms, load_run_config
from interview_analysis.pipeline.loaded import LoadedModels
from interview_analysis.pipeline.observation.cache import ObservationCache
from interview_analysis.pipeline.storage import places as storage
from interview_analysis.pipeline.storage.places import Folder
from tests.media import RATE_HZ, write_recording

SHA = "0" * 64


@pytest.fixture
def far(tmp_path: Path) -> str:
    """The URL of a recording of a second."""
    folder = Folder(f"memory://{uuid.uuid4().hex}")
    write_recording(tmp_path / "a.wav", seconds=1.0, sound=np.zeros(RATE_HZ))
    folder.write_bytes("a.wav", (tmp_path / "a.wav").read_bytes())
    return folder.path("a.wav")


@pytest.fixture
def fetches(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The URLs that were fetched."""
    urls: list[str] = []
    fetch = storage._fetch

    def counting(url: str, target: Path) -> None:
        urls.append(url)
        fetch(url, target)

    monkeypatch.setattr(storage, "_fetch", counting)
    return urls


def test_what_was_probed_is_not_fetched_again(far: str, fetches: list[str], tmp_path: Path) -> None:
    waiting = tmp_path / "waiting"
    waiting.mkdir()
    config = load_run_config()
    setup = WorkerSetup(
        config, load_norms(), {}, Folder(tmp_path / "run"), ObservationCache.at(tmp_path / "cache"), "auto",
        fetched=Fetched(waiting),
    )  # fmt: skip
    worker = Worker(setup, LoadedModels(config))
    probe = worker.probe(far)
    with pytest.raises(MediaError, match="is not what it was"):
        worker.observe(
            Observing(far, SHA, None)
        )  # another content: its own copy is fetched, and does not fit
    with setup.fetched.recording(far, probe.sha256) as local:
        assert local.name == "a.wav"
        assert local.read_bytes() == (tmp_path / "a.wav").read_bytes()
    assert fetches == [far, far]
    with setup.fetched.recording(far, probe.sha256) as local:  # it was handed on before
        assert local.is_file()
    assert fetches == [far, far, far]
    assert list(waiting.iterdir()) == []


def test_a_file_of_this_machine_stays_where_it_is(tmp_path: Path) -> None:
    fetched, path = Fetched(tmp_path / "waiting"), tmp_path / "a.wav"
    path.write_bytes(b"1")
    fetched.keep(str(path), SHA, path)
    with fetched.recording(str(path), SHA) as local:
        assert local == path
    assert path.is_file()


def test_the_oldest_go_where_too_many_wait(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fetched_module, "MOST_BYTES", 250)
    fetched = Fetched(tmp_path / "waiting")
    fetched.folder.mkdir()
    for number in range(4):
        copy = tmp_path / f"{number}.wav"
        copy.write_bytes(b"x" * (100 if number < 3 else 300))
        fetched.keep(f"s3://b/{number}.wav", SHA, copy)
    assert sorted(path.name for path in fetched.folder.glob("*/*")) == ["1.wav", "2.wav"]
    assert (tmp_path / "3.wav").is_file()  # larger than all of it: never taken over


def test_on_another_machine_it_is_fetched_again(far: str, fetches: list[str], tmp_path: Path) -> None:
    fetched, copy = Fetched(tmp_path / "nowhere"), tmp_path / "copy.wav"
    copy.write_bytes(b"1")
    fetched.keep(far, SHA, copy)
    with fetched.recording(far, SHA) as local:
        assert local.is_file()
    assert fetches == [far]
