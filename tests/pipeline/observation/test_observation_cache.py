"""The folder of observations, here or in a store: limits, several processes at once, and what a full disk does."""

from __future__ import annotations

import errno
import hashlib
import multiprocessing
import os
import pickle
import resource
import signal
import stat
import time
import uuid
from pathlib import Path

import numpy as np
import pytest

from interview_analysis.errors import OutputError, StorageFullError
from interview_analysis.pipeline.observation.cache import FOLDER_VARIABLE, ObservationCache, default_folder
from interview_analysis.pipeline.observation.file import SentenceVectors, pack
from interview_analysis.pipeline.storage.disk import Entry, aside_of
from interview_analysis.pipeline.storage.places import Folder

KEYS = [f"{n:064x}" for n in range(0, 24 << 248, 1 << 248)]


def vectors(seed: int, rows: int = 50) -> SentenceVectors:
    rng = np.random.default_rng(seed)
    return SentenceVectors(tuple(map(str, range(rows))), rng.normal(size=(rows, 64)).astype(np.float32))


def used(cache: ObservationCache, key: str, seconds_ago: float) -> None:
    path = cache.folder.local / key[:2] / f"{key}.vectors.npz"
    os.utime(path, (time.time() - seconds_ago,) * 2)


@pytest.fixture
def cache(tmp_path: Path) -> ObservationCache:
    return ObservationCache.at(tmp_path / "kept")


@pytest.fixture(params=["local", "memory", "s3"])
def anywhere(request: pytest.FixtureRequest, tmp_path: Path) -> ObservationCache:
    """A cache in each kind of place, as a worker gets it."""
    places = {"local": lambda: tmp_path / "kept", "memory": lambda: f"memory://{uuid.uuid4().hex}/kept"}
    places["s3"] = lambda: request.getfixturevalue("bucket") + "/kept/"
    cache = ObservationCache.at(places[request.param]())
    return pickle.loads(pickle.dumps(cache))  # noqa: S301  # our own, as an executor sends it


def test_what_is_kept_is_found_and_nothing_else(anywhere):
    cache = anywhere
    assert (cache.info().count, cache.info().oldest_s, cache.folder.names()) == (0, None, [])
    assert cache.read("vectors", KEYS[0]) is None
    cache.write("vectors", KEYS[0], vectors(1))
    np.testing.assert_array_equal(cache.read("vectors", KEYS[0]).vectors, vectors(1).vectors)
    assert cache.holds("vectors", KEYS[0])
    assert not cache.holds("features", KEYS[0])
    assert cache.read("features", KEYS[0]) is None
    info = cache.info()
    assert (info.count, list(info.kinds)) == (1, ["vectors"])
    assert info.oldest_s > 1_600_000_000


def test_others_cannot_read_it(cache):
    cache.write("vectors", KEYS[0], vectors(1))
    for path in (cache.folder.local, *cache.folder.local.rglob("*")):
        assert stat.S_IMODE(path.stat().st_mode) & 0o077 == 0


def test_a_damaged_file_is_a_miss_and_is_written_anew(cache):
    cache.write("vectors", KEYS[0], vectors(1))
    path = next(cache.folder.local.rglob("*.npz"))
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


def test_a_damaged_file_in_any_place_is_a_miss_and_is_written_anew(anywhere):
    name = f"{KEYS[0][:2]}/{KEYS[0]}.vectors.npz"
    for data in (b"", b"PK\x03\x04 nothing of the kind", pack("vectors", KEYS[1], vectors(1))):
        anywhere.folder.write_bytes(name, data)
        assert anywhere.holds("vectors", KEYS[0])
        assert anywhere.read("vectors", KEYS[0]) is None
    anywhere.write("vectors", KEYS[0], vectors(1))
    assert anywhere.read("vectors", KEYS[0]) is not None


def test_pruning_in_any_place_leaves_foreign_files(anywhere):
    for number, key in enumerate(KEYS[:6]):
        anywhere.write("vectors", key, vectors(number))
    anywhere.folder.write_bytes("00/thesis.docx", b"x" * 10_000)
    size = anywhere.info().size_bytes // 6
    done = anywhere.prune(max_bytes=2.5 * size)
    assert (done.removed_count, done.left_count, done.left_bytes) == (4, 2, anywhere.info().size_bytes)
    assert anywhere.prune(older_than_s=3600).removed_count == 0
    anywhere.prune(max_bytes=0)
    assert anywhere.folder.names() == ["00/thesis.docx"]


def test_in_a_store_the_oldest_go_and_those_of_unknown_age_last(cache, monkeypatch):
    ages = dict(zip(KEYS, (5.0, float("nan"), 3.0, float("nan"), 4.0), strict=False))
    for key in ages:
        cache.write("vectors", key, vectors(1))
    entries = [Entry(f"{key[:2]}/{key}.vectors.npz", 100, age) for key, age in ages.items()]
    monkeypatch.setattr(Folder, "entries", lambda *_: entries)
    assert cache.info().oldest_s == 3.0
    assert cache.prune(max_bytes=300).removed_count == 2
    assert [cache.holds("vectors", key) for key in ages] == [True, True, False, True, False]
    assert cache.prune(older_than_s=60).removed_count == 3  # a date of 1970; what has none stays
    assert cache.prune(max_bytes=0).left_count == 0


def test_a_file_that_goes_between_listing_and_deleting_is_no_error(anywhere):
    anywhere.write("vectors", KEYS[0], vectors(1))
    names = [f"{key[:2]}/{key}.vectors.npz" for key in KEYS[:3]]
    anywhere.folder.delete_files(names)
    assert anywhere.folder.names() == []
    anywhere.folder.delete_files([])


def test_many_files_are_deleted_in_few_requests(bucket, monkeypatch):
    import s3fs

    folder, requests = Folder(bucket), []
    call = s3fs.S3FileSystem._call_s3
    monkeypatch.setattr(
        s3fs.S3FileSystem,
        "_call_s3",
        lambda self, method, *args, **kwargs: requests.append(method) or call(self, method, *args, **kwargs),
    )
    folder.delete_files([f"{number:02x}/{number}" for number in range(2500)])
    assert requests == ["delete_objects"] * 3


def test_a_large_folder_is_seldom_listed(tmp_path, monkeypatch):
    value, looks = vectors(1, rows=1), []
    size = len(pack("vectors", KEYS[0], value))
    writers = [ObservationCache.at(tmp_path, max_bytes=2000 * size) for _ in range(10)]
    monkeypatch.setattr(Folder, "entries", lambda *_: looks.append(1) or [])
    for number in range(2000):  # as much as the limit, which is looked at about fifty times
        writers[number % 10].write(
            "vectors", hashlib.sha256(bytes([number % 256, number // 256])).hexdigest(), value
        )
    assert 25 <= len(looks) <= 100


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
    folder = next(path for path in cache.folder.local.iterdir())
    foreign, fresh, old = folder / "thesis.docx", aside_of(folder / "a.npz"), aside_of(folder / "b.npz")
    for path in (foreign, fresh, old):
        path.write_bytes(b"x" * 10_000)
    os.utime(old, (time.time() - 7200,) * 2)
    cache.prune(max_bytes=0)
    assert sorted(path.name for path in folder.iterdir()) == sorted([fresh.name, "thesis.docx"])


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
    except OutputError:
        answers.put([path.name for path in root.rglob("*") if path.is_file()])


def test_a_disk_that_takes_no_more_raises_and_leaves_nothing(tmp_path):
    context = multiprocessing.get_context("fork")
    answers = context.SimpleQueue()
    worker = context.Process(target=_fill_disk, args=(tmp_path, answers))
    worker.start()
    worker.join(30)
    assert not answers.empty()
    assert answers.get() == []


@pytest.mark.parametrize("code", [errno.ENOSPC, errno.EDQUOT])
def test_a_full_disk_says_what_to_do(cache, monkeypatch, code):
    def full(*_: object) -> None:
        raise OSError(code, "the disk is full")

    monkeypatch.setattr(Path, "replace", full)
    with pytest.raises(StorageFullError, match=r"no space left; .*cache prune.*--cache"):
        cache.write("vectors", KEYS[0], vectors(1))
    with pytest.raises(StorageFullError, match="no space left"):
        ObservationCache.at(cache.folder.local)
    monkeypatch.undo()
    assert cache.folder.names() == []


@pytest.mark.parametrize(
    ("code", "is_miss"), [("ESTALE", True), ("ENOTDIR", True), ("EACCES", False), ("EIO", False)]
)
def test_what_is_gone_is_a_miss_and_what_cannot_be_read_an_error(cache, monkeypatch, code, is_miss):
    cache.write("vectors", KEYS[0], vectors(1))

    def fail(*_: object) -> bytes:
        raise OSError(getattr(errno, code), "the disk says no")

    monkeypatch.setattr(Path, "read_bytes", fail)
    if is_miss:
        assert cache.read("vectors", KEYS[0]) is None
    else:
        with pytest.raises(OutputError, match=r"cannot read .*the disk says no"):
            cache.read("vectors", KEYS[0])


def test_a_folder_shared_for_reading_can_be_read(cache, monkeypatch):
    cache.write("vectors", KEYS[0], vectors(1))

    def fail(*_: object) -> None:
        raise PermissionError(errno.EACCES, "read only")

    monkeypatch.setattr(os, "utime", fail)
    assert cache.read("vectors", KEYS[0]) is not None


def _share(url: str, seed: int, answers) -> None:
    cache = ObservationCache.at(url)
    rng = np.random.default_rng(seed)
    for _ in range(15):
        number = int(rng.integers(6))
        if rng.random() < 0.5:
            cache.write("vectors", KEYS[number], vectors(number))
        elif (found := cache.read("vectors", KEYS[number])) is not None:
            np.testing.assert_array_equal(found.vectors, vectors(number).vectors)
        if rng.random() < 0.2:
            cache.prune(float(rng.integers(60_000)))
    cache.write("vectors", KEYS[10 + seed], vectors(seed))
    answers.put(seed)


def test_processes_share_a_bucket(bucket):
    context = multiprocessing.get_context("spawn")
    answers = context.SimpleQueue()
    workers = [context.Process(target=_share, args=(f"{bucket}/kept", seed, answers)) for seed in range(2)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join(60)
    assert [worker.exitcode for worker in workers] == [0, 0]
    cache = ObservationCache.at(f"{bucket}/kept")
    for seed in range(2):
        assert answers.get() in (0, 1)
        if (found := cache.read("vectors", KEYS[10 + seed])) is not None:  # the other one may have pruned it
            np.testing.assert_array_equal(found.vectors, vectors(seed).vectors)
    assert cache.info().count <= 8


def test_a_bucket_that_lets_nothing_be_deleted_says_what_to_do(bucket, monkeypatch):
    import s3fs

    async def refuse(*_: object) -> list[str]:
        return []

    monkeypatch.setattr(s3fs.S3FileSystem, "_bulk_delete", refuse)
    with pytest.raises(OutputError, match=r"lets nothing be deleted.*--cache"):
        ObservationCache.at(f"{bucket}/kept")


def test_a_bucket_that_is_not_there_says_what_to_do(s3_store):
    with pytest.raises(OutputError, match=r"cannot keep observations: .*no-such-bucket.*--no-cache"):
        ObservationCache.at("s3://no-such-bucket-at-all/kept")


def test_the_folder_is_the_one_that_was_named(monkeypatch, tmp_path):
    monkeypatch.setenv(FOLDER_VARIABLE, "s3://bucket/kept")
    assert default_folder() == "s3://bucket/kept"
    monkeypatch.setenv(FOLDER_VARIABLE, str(tmp_path / "named"))
    assert default_folder() == tmp_path / "named"
    monkeypatch.delenv(FOLDER_VARIABLE)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    assert default_folder() == tmp_path / "interview-analysis" / "observations"


def test_a_place_that_takes_no_folder_says_what_to_do(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(OutputError, match=r"cannot keep observations: .*--cache .*--no-cache"):
        ObservationCache.at(tmp_path / "file" / "kept")
