"""The folder of observations: limits, several processes at once, and what a full disk does."""

from __future__ import annotations

import multiprocessing
import os
import resource
import signal
import stat
import time
from pathlib import Path

import numpy as np
import pytest

from interview_analysis.errors import OutputError
from interview_analysis.pipeline.observation_cache import FOLDER_VARIABLE, ObservationCache, default_folder
from interview_analysis.pipeline.observation_file import SentenceVectors

KEYS = [f"{n:064x}" for n in range(0, 24 << 248, 1 << 248)]


def vectors(seed: int, rows: int = 50) -> SentenceVectors:
    rng = np.random.default_rng(seed)
    return SentenceVectors(tuple(map(str, range(rows))), rng.normal(size=(rows, 64)).astype(np.float32))


def used(cache: ObservationCache, key: str, seconds_ago: float) -> None:
    path = cache.folder.root / key[:2] / f"{key}.vectors.npz"
    os.utime(path, (time.time() - seconds_ago,) * 2)


@pytest.fixture
def cache(tmp_path: Path) -> ObservationCache:
    return ObservationCache.at(tmp_path / "kept")


def test_what_is_kept_is_found_and_nothing_else(cache):
    assert cache.read("vectors", KEYS[0]) is None
    cache.write("vectors", KEYS[0], vectors(1))
    np.testing.assert_array_equal(cache.read("vectors", KEYS[0]).vectors, vectors(1).vectors)
    assert cache.holds("vectors", KEYS[0])
    assert not cache.holds("features", KEYS[0])
    assert cache.read("features", KEYS[0]) is None
    info = cache.info()
    assert (info.count, list(info.kinds)) == (1, ["vectors"])


def test_others_cannot_read_it(cache):
    cache.write("vectors", KEYS[0], vectors(1))
    for path in (cache.folder.root, *cache.folder.root.rglob("*")):
        assert stat.S_IMODE(path.stat().st_mode) & 0o077 == 0


def test_a_damaged_file_is_a_miss_and_is_written_anew(cache):
    cache.write("vectors", KEYS[0], vectors(1))
    path = next(cache.folder.root.rglob("*.npz"))
    path.write_bytes(path.read_bytes()[:-100])
    assert cache.read("vectors", KEYS[0]) is None
    cache.write("vectors", KEYS[0], vectors(1))
    assert cache.read("vectors", KEYS[0]) is not None


def test_the_least_recently_used_go_first(cache):
    for age, key in enumerate(KEYS[:6]):
        cache.write("vectors", key, vectors(age))
        used(cache, key, 1000 - age)
    cache.read("vectors", KEYS[0])  # used just now
    size = cache.info().size_bytes // 6
    done = cache.prune(max_bytes=3.5 * size)
    assert (done.removed_count, done.left_count) == (3, 3)
    assert [cache.holds("vectors", key) for key in KEYS[:6]] == [True, False, False, False, True, True]
    assert done.left_bytes == cache.info().size_bytes


def test_what_was_not_used_for_long_goes(cache):
    for key, days in zip(KEYS[:3], (40, 31, 1), strict=True):
        cache.write("vectors", key, vectors(days))
        used(cache, key, days * 86_400)
    assert cache.prune(older_than_s=30 * 86_400).removed_count == 2
    assert cache.holds("vectors", KEYS[2])
    assert cache.prune(max_bytes=0).left_count == 0


def test_writing_holds_the_limit(tmp_path):
    size = 12_000
    cache = ObservationCache.at(tmp_path, max_bytes=8 * size)
    for number, key in enumerate(KEYS):
        cache.write("vectors", key, vectors(number))
        assert cache.info().size_bytes <= 8 * size * 1.2
    assert cache.holds("vectors", KEYS[-1])
    assert not cache.holds("vectors", KEYS[0])


def test_foreign_files_are_left_and_abandoned_ones_swept(cache):
    cache.write("vectors", KEYS[0], vectors(1))
    folder = next(path for path in cache.folder.root.iterdir())
    foreign, fresh, old = folder / "thesis.docx", folder / ".a.partial", folder / ".b.partial"
    for path in (foreign, fresh, old):
        path.write_bytes(b"x" * 10_000)
    os.utime(old, (time.time() - 7200,) * 2)
    cache.prune(max_bytes=0)
    assert sorted(path.name for path in folder.iterdir()) == [".a.partial", "thesis.docx"]


def _hammer(root: Path, seed: int, stop_at: float) -> None:
    cache = ObservationCache.at(root, max_bytes=150_000)
    rng = np.random.default_rng(seed)
    while time.monotonic() < stop_at:
        number = int(rng.integers(len(KEYS)))
        if rng.random() < 0.5:
            cache.write("vectors", KEYS[number], vectors(number))
        elif (found := cache.read("vectors", KEYS[number])) is not None:
            np.testing.assert_array_equal(found.vectors, vectors(number).vectors)
        if rng.random() < 0.05:
            cache.prune(float(rng.integers(150_000)))


def test_processes_that_write_read_and_prune_the_same_keys_never_meet_a_wrong_file(tmp_path):
    context = multiprocessing.get_context("fork")
    stop_at = time.monotonic() + 2.0
    workers = [context.Process(target=_hammer, args=(tmp_path, seed, stop_at)) for seed in range(5)]
    for worker in workers:
        worker.start()
    os.kill(workers[0].pid, signal.SIGKILL)  # a killed one leaves at most what is swept later
    for worker in workers:
        worker.join(30)
    assert [worker.exitcode for worker in workers[1:]] == [0] * 4
    cache = ObservationCache.at(tmp_path)
    held = [number for number, key in enumerate(KEYS) if cache.holds("vectors", key)]
    for number in held:
        np.testing.assert_array_equal(cache.read("vectors", KEYS[number]).vectors, vectors(number).vectors)


def _fill_disk(root: Path, answers) -> None:
    cache = ObservationCache.at(root)
    resource.setrlimit(resource.RLIMIT_FSIZE, (4096, 4096))  # the nearest thing to a full disk
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    try:
        cache.write("vectors", KEYS[0], vectors(1))
    except OSError:
        answers.put([path.name for path in root.rglob("*") if path.is_file()])


def test_a_disk_that_takes_no_more_raises_and_leaves_nothing(tmp_path):
    context = multiprocessing.get_context("fork")
    answers = context.SimpleQueue()
    worker = context.Process(target=_fill_disk, args=(tmp_path, answers))
    worker.start()
    worker.join(30)
    assert not answers.empty()
    assert answers.get() == []


def test_the_folder_is_the_one_that_was_named(monkeypatch, tmp_path):
    monkeypatch.setenv(FOLDER_VARIABLE, str(tmp_path / "named"))
    assert default_folder() == tmp_path / "named"
    monkeypatch.delenv(FOLDER_VARIABLE)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    assert default_folder() == tmp_path / "interview-analysis" / "observations"


def test_a_place_that_takes_no_folder_says_what_to_do(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(OutputError, match=r"cannot keep observations .*--cache .*--no-cache"):
        ObservationCache.at(tmp_path / "file" / "kept")
