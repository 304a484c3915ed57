"""A batch that is killed, starved or fed with what breaks it loses nothing, and ends with the tables that it always has."""

from __future__ import annotations

import ctypes
import os
import random
import shutil
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd
import psutil
import pytest

from interview_analysis.pipeline.batch.manifest.manifest import load_manifest
from interview_analysis.pipeline.batch.run import RUN_FILE, Plan, load_jobs, run_batch
from interview_analysis.pipeline.batch.settings import BatchSettings, load_batch_settings
from interview_analysis.pipeline.batch.stages import Observing, WorkerSetup
from interview_analysis.pipeline.batch.workers.executor import Stages
from interview_analysis.pipeline.batch.workers.local import LocalExecutor
from interview_analysis.pipeline.common.config import load_norms, load_run_config
from interview_analysis.pipeline.observation.cache import ObservationCache
from interview_analysis.pipeline.storage.places import Folder
from tests.pipeline.batch.conftest import Round, tables
from tests.pipeline.batch.here import run_here

SLACK_S = 60.0  # for a busy machine, beside what is asked for
GIB = 2**30


def finished_rows(out: Path) -> int:
    return len(list((out / "interviews").glob("*/row.json")))


def wait_for(condition: Callable[[], bool], what: str) -> None:
    until = time.monotonic() + SLACK_S
    while not condition():
        assert time.monotonic() < until, f"waited in vain for {what}"
        time.sleep(0.02)


@contextmanager
def begun(round_: Round, out: Path, *more: str) -> Iterator[subprocess.Popen[str]]:
    """A run of a round, in a session of its own, whose workers are about to start."""
    process = subprocess.Popen(
        round_.command(out, *more), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, start_new_session=True
    )  # fmt: skip
    try:
        wait_for((out / RUN_FILE).is_file, "the run to begin")
        yield process
    finally:
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
        process.communicate()


@pytest.fixture
def started(
    small_round: Round, undisturbed: Path, tmp_path: Path
) -> Iterator[tuple[subprocess.Popen[str], Path]]:
    """A run with the first interview done."""
    out = tmp_path / "run"
    with begun(small_round, out) as process:
        wait_for(lambda: finished_rows(out) >= 1 or process.poll() is not None, "the first interview")
        yield process, out


def finish(small_round: Round, out: Path, undisturbed: Path) -> None:
    """Running the same command again gives the tables of an undisturbed run."""
    done = run_here(small_round.command(out))
    assert done.returncode == 0, done.stderr
    assert tables(out) == tables(undisturbed)


def test_the_main_process_is_killed(started: Any, small_round: Round, undisturbed: Path) -> None:
    process, out = started
    workers = psutil.Process(process.pid).children(recursive=True)
    time.sleep(random.Random(7).random() / 2)
    process.send_signal(signal.SIGKILL)
    process.wait()
    wait_for(lambda: not any(worker.is_running() for worker in workers), "the end of the workers")
    finish(small_round, out, undisturbed)


@pytest.mark.faults
def test_a_worker_is_killed(started: Any, undisturbed: Path) -> None:
    process, out = started
    victims = [
        child for child in psutil.Process(process.pid).children(recursive=True) if child.memory_info().rss > GIB // 16
    ]  # fmt: skip
    assert victims
    victims[0].kill()
    _, told = process.communicate(timeout=300)
    assert process.returncode == 0, told
    assert tables(out) == tables(undisturbed)


def test_ctrl_c(small_round: Round, undisturbed: Path, tmp_path: Path) -> None:
    out = tmp_path / "run"
    with begun(
        small_round, out, "--cache", str(tmp_path / "empty")
    ) as process:  # so that it has work for long
        time.sleep(0.3)  # the workers load
        os.killpg(process.pid, signal.SIGINT)  # as a terminal does, to all of them
        _, told = process.communicate(timeout=10 + SLACK_S)
    assert process.returncode == 130
    assert "run the same command again" in told
    assert "Traceback" not in told
    finish(small_round, out, undisturbed)


@pytest.mark.faults
def test_the_same_manifest_started_twice(started: Any, small_round: Round, undisturbed: Path) -> None:
    process, out = started
    second = small_round.score(out)
    first_is_over = process.poll() is not None
    assert first_is_over or second.returncode == 2, second.stderr
    if second.returncode == 2:
        assert f"process {process.pid}" in second.stderr
    process.communicate(timeout=300)
    assert process.returncode == 0
    assert tables(out) == tables(undisturbed)


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of a few hundred kilobytes; skips where none may be mounted."""
    folder = tmp_path / "disk"
    folder.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=600k", "tmpfs", str(folder)], capture_output=True, check=False
    )
    if mounted.returncode:
        pytest.skip("SKIPPED: a small disk cannot be mounted here; it takes root and the right to mount")
    yield folder
    subprocess.run(["umount", "-l", str(folder)], check=True)


@pytest.mark.faults
def test_a_disk_that_fills(small_disk: Path, small_round: Round, undisturbed: Path) -> None:
    out = small_disk / "run"
    done = small_round.score(out)
    assert done.returncode == 2
    assert "space" in done.stderr
    assert "Traceback" not in done.stderr
    assert 0 < finished_rows(out) < 12
    assert not (out / "scores.csv").exists()
    subprocess.run(["mount", "-o", "remount,size=100m", str(small_disk)], check=True)
    finish(small_round, out, undisturbed)


@dataclass(frozen=True, slots=True)
class Faulty:
    """Workers whose observing of ``client.wav`` breaks in one way, as a native library would."""

    setup: WorkerSetup
    fault: str

    def __call__(self) -> Stages:
        stages = self.setup()

        def observe(task: Observing) -> Any:
            if task.path.endswith("client.wav"):
                FAULTS[self.fault]()
            return stages["observe"](task)

        return {**stages, "observe": observe}


def _hog() -> None:
    held = []
    while True:
        held.append(b"x" * (GIB // 8))


FAULTS: dict[str, Callable[[], Any]] = {
    "crash": lambda: ctypes.string_at(0),
    "abort": os.abort,
    "hang": lambda: time.sleep(3600),
    "hog": _hog,
}
REASONS = {
    "crash": "lost|ended|signal|exit",
    "abort": "lost|ended|signal|exit",
    "hang": "limit of 3 s",
    "hog": "memory",
}


def quick(settings: BatchSettings, fault: str) -> BatchSettings:
    """Limits that a hanging or greedy worker reaches in a test, where nothing is observed but the one that breaks."""
    limit_s = 3.0 if fault == "hang" else 60.0
    limits = settings.time_limits.model_dump() | {"observe": {"base_s": limit_s, "per_recorded_s": 0.0}}
    return BatchSettings.model_validate(
        settings.model_dump() | {"time_limits": limits, "memory_limit_gib": 2.5}
    )


@pytest.mark.parametrize(
    "fault",
    ["crash", *(pytest.param(fault, marks=pytest.mark.faults) for fault in ("hang", "abort", "hog"))],
)
def test_a_recording_that_breaks_a_worker(
    fault: str, small_round: Round, undisturbed: Path, tmp_path: Path
) -> None:
    """Its interviews fail with the reason, the others are scored, and a later run without the fault does the rest."""
    round_, out = Round(tmp_path / "round"), tmp_path / "run"
    shutil.copytree(small_round.folder, round_.folder)
    with (round_.folder / "client.wav").open("ab") as file:  # the same sound, which the cache does not know
        file.write(b"anew")
    profiles = load_jobs(Folder(round_.jobs))
    manifest = load_manifest(str(round_.manifest), profiles)
    config, norms, settings = load_run_config(), load_norms(), quick(load_batch_settings(), fault)
    plan = Plan(manifest, profiles, config, norms, Folder(out), "round.csv", "jobs", {})
    setup = WorkerSetup(config, norms, profiles, Folder(out), ObservationCache.at(round_.cache), "auto")

    def executor() -> LocalExecutor:
        limit = settings.memory_limit_bytes
        return LocalExecutor(Faulty(setup, fault), 2, threads=1, memory_limit_bytes=limit, retries=0)

    rows = run_batch(plan, executor, settings, progress=lambda *_: None)
    failed = {row.interview_id: row for row in rows if row.status == "failed"}
    concerned = {
        i.id for i in manifest.interviews if any(r.path.endswith("client.wav") for r in i.recordings)
    }
    assert set(failed) == concerned
    assert len(rows) == len(manifest.interviews)
    for row in failed.values():
        assert row.stage == "observe"
    reasons = pd.read_csv(out / "failures.csv")["reason"]
    assert reasons.str.contains(REASONS[fault]).all(), list(reasons)
    assert run_here(round_.command(out)).returncode == 0
    made, known = (pd.read_parquet(run / "scores.parquet") for run in (out, undisturbed))
    pd.testing.assert_frame_equal(
        made.drop(columns="recordings_sha256"), known.drop(columns="recordings_sha256"), atol=0.5
    )  # another number of workers, so of threads: on some processors a word more or less, and tenths of a score
