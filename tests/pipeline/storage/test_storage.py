"""Folders on this machine, in memory and in an S3 store behave alike; nobody meets half a file."""

from __future__ import annotations

import errno
import math
import os
import pickle
import stat
import threading
import uuid
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from interview_analysis.errors import MediaError, OutputError, StorageFullError
from interview_analysis.pipeline.storage import disk as storage_disk
from interview_analysis.pipeline.storage import places as storage
from interview_analysis.pipeline.storage.places import (
    Folder,
    check_url,
    is_url,
    local_copy,
    local_path,
    shown,
)


@pytest.fixture(params=["local", "memory", "s3"])
def folder(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Folder]:
    places = {"local": lambda: tmp_path / "runs", "memory": lambda: f"memory://{uuid.uuid4().hex}/runs"}
    places["s3"] = lambda: request.getfixturevalue("bucket") + "/runs/"
    made = Folder(places[request.param]())
    yield made
    made.delete("a")


def tree(**files: str) -> Callable[[Path], None]:
    """Puts these files into a folder."""

    def fill(folder: Path) -> None:
        for name, text in files.items():
            path = folder / name.replace("__", "/").replace("_", ".")
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)

    return fill


def test_what_is_written_is_there(folder: Folder) -> None:
    assert folder.names() == []
    assert not folder.exists("a/b.json")
    folder.write_bytes("a/b.json", b"one")
    folder.write_bytes("a/b.json", b"other")
    folder.write_bytes("a/视频 1.bin", b"")
    folder.write_bytes("c.txt", b"c")
    assert folder.exists("a/b.json")
    assert not folder.exists("a")  # a folder is no file
    assert folder.read_bytes("a/b.json") == b"other"
    assert folder.names() == ["a/b.json", "a/视频 1.bin", "c.txt"]
    assert folder.names("a") == ["a/b.json", "a/视频 1.bin"]
    assert folder.names("a/b.json") == folder.names("b") == []
    assert folder.folder("a").names() == ["b.json", "视频 1.bin"]


def test_another_handle_and_another_process_see_the_same(folder: Folder) -> None:
    other = pickle.loads(pickle.dumps(folder))  # noqa: S301  # our own, as an executor sends it
    assert folder.names("a") == []
    other.write_bytes("a/b", b"1")
    assert folder.names("a") == ["a/b"]
    assert folder.exists("a/b")


def test_entries_say_size_and_time(folder: Folder) -> None:
    folder.write_bytes("a/b", b"12345")
    (entry,) = folder.entries()
    assert (entry.name, entry.size_bytes) == ("a/b", 5)
    assert entry.modified_s > 1_600_000_000
    folder.touch("a/b")
    folder.touch("a/none")
    assert folder.names() == ["a/b"]


def test_deleting_takes_files_folders_and_what_is_not_there(folder: Folder) -> None:
    for name in ("a/1", "a/2/3", "ab"):
        folder.write_bytes(name, b"x")
    folder.delete("a/1")
    folder.delete("a/1")
    assert folder.names() == ["a/2/3", "ab"]
    folder.delete("a")
    assert folder.names() == ["ab"]


def test_a_tree_replaces_the_one_before_as_a_whole(folder: Folder) -> None:
    folder.write_tree("a/i1", tree(report_html="1", row_json="1", features__x="1"))
    folder.write_bytes("a/i10/row.json", b"a neighbour")
    folder.write_tree("a/i1", tree(report_html="2", transcript_json="2"))
    assert folder.names("a/i1") == ["a/i1/report.html", "a/i1/transcript.json"]
    assert folder.read_bytes("a/i1/report.html") == b"2"
    assert folder.names("a/i10") == ["a/i10/row.json"]
    assert len(folder.names()) == 3


def test_of_trees_put_at_once_one_stays_whole(tmp_path: Path) -> None:
    folder = Folder(tmp_path / "out")
    trees = [tree(a=text, b=text) for text in "12"]

    def put(fill: Callable[[Path], None]) -> None:
        for _ in range(100):
            folder.write_tree("i1", fill)

    with ThreadPoolExecutor() as pool:
        list(pool.map(put, trees))
    assert len({folder.read_bytes(name) for name in ("i1/a", "i1/b")}) == 1
    assert [path.name for path in (tmp_path / "out").iterdir()] == ["i1"]


@pytest.mark.parametrize("name", ["", "/etc/passwd", "../x", "a/../../x"])
def test_no_name_leads_out(folder: Folder, name: str) -> None:
    with pytest.raises(ValueError, match="expected a name"):
        folder.write_bytes(name, b"")


def test_what_is_missing_is_named(folder: Folder) -> None:
    with pytest.raises(OutputError, match=r"cannot read .*a/none.*check that it is there"):
        folder.read_bytes("a/none")


def test_readers_meet_whole_files_alone(tmp_path: Path) -> None:
    folder = Folder(tmp_path)
    whole = {bytes([c]) * 300_000 for c in b"ab"}
    folder.write_bytes("x", min(whole))
    seen = set()

    def write() -> None:
        for _ in range(40):
            for data in whole:
                folder.write_bytes("x", data)

    writer = threading.Thread(target=write)
    writer.start()
    while writer.is_alive():
        seen.add(folder.read_bytes("x"))
        assert folder.names() == ["x"]
    writer.join()
    assert seen <= whole


@pytest.mark.parametrize(("code", "is_full"), [("ENOSPC", True), ("EDQUOT", True), ("EIO", False)])
def test_a_full_disk_is_told_apart_and_leaves_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, code: str, is_full: bool
) -> None:
    folder = Folder(tmp_path / "out")

    def fail(*_: object) -> None:
        raise OSError(getattr(errno, code), "the disk says no")

    monkeypatch.setattr(Path, "replace", fail)
    for write in (lambda: folder.write_bytes("x", b"1"), lambda: folder.write_tree("y", fail)):
        with pytest.raises(OutputError, match="free some" if is_full else "the disk says no") as caught:
            write()
        assert isinstance(caught.value, StorageFullError) == is_full
    assert list((tmp_path / "out").iterdir()) == []


@pytest.mark.parametrize(
    ("code", "is_full"), [("XMinioStorageFull", True), ("QuotaExceeded", True), ("InternalError", False)]
)
def test_a_full_store_is_told_apart(code: str, is_full: bool) -> None:
    from botocore.exceptions import ClientError
    from s3fs.errors import translate_boto_error

    answer = ClientError({"Error": {"Code": code, "Message": "the store says no"}}, "PutObject")
    for error in (answer, translate_boto_error(answer)):
        with pytest.raises(OutputError) as caught, storage._told("write", "s3://b/x", OutputError):
            raise error
        assert isinstance(caught.value, StorageFullError) == is_full


def test_what_is_not_there_can_be_asked_for(folder: Folder) -> None:
    assert folder.read_bytes_if_there("a/none") is None
    folder.write_bytes("a/b", b"")
    assert folder.read_bytes_if_there("a/b") == b""
    assert folder.read_bytes_if_there("a/b/c") is None


def test_many_files_are_deleted_at_once(folder: Folder) -> None:
    for name in ("a/1", "a/2", "a/3/4"):
        folder.write_bytes(name, b"x")
    folder.delete_files(["a/none", "a/1", "a/3/4"])
    assert folder.names() == ["a/2"]


def test_private_files_are_their_owner_s_alone(tmp_path: Path) -> None:
    Folder(tmp_path / "kept").write_bytes("a/b/c", b"1", private=True)
    made = [tmp_path / "kept" / name for name in (".", "a", "a/b", "a/b/c")]
    assert [stat.S_IMODE(path.stat().st_mode) for path in made] == [0o700, 0o700, 0o700, 0o600]


def test_what_a_dead_writer_left_is_unseen_and_can_be_cleaned(tmp_path: Path) -> None:
    folder = Folder(tmp_path)
    folder.write_bytes("a/kept.partial", b"1")
    file, tree_left = storage_disk.aside_of(tmp_path / "a" / "x.npz"), storage_disk.aside_of(tmp_path / "i1")
    file.write_bytes(b"half")
    tree_left.mkdir()
    (tree_left / "report.html").write_text("half")
    assert folder.names() == ["a/kept.partial"]
    written_s = file.stat().st_mtime
    assert folder.delete_abandoned(written_s - 60) == 0
    assert folder.delete_abandoned(written_s + 60) == 2
    assert sorted(path.name for path in tmp_path.rglob("*")) == ["a", "kept.partial"]


def test_permissions_follow_the_umask(tmp_path: Path) -> None:
    before = os.umask(0o027)
    try:
        Folder(tmp_path / "out").write_tree("i1", tree(a="1"))
        Folder(tmp_path / "out").write_bytes("x", b"1")
    finally:
        os.umask(before)
    made = [tmp_path / "out" / name for name in ("i1", "i1/a", "x")]
    assert [stat.S_IMODE(path.stat().st_mode) for path in made] == [0o750, 0o640, 0o640]


def test_touching_moves_the_time_forward(tmp_path: Path) -> None:
    folder = Folder(tmp_path)
    folder.write_bytes("a", b"1")
    os.utime(tmp_path / "a", (1e9, 1e9))
    folder.touch("a")
    assert folder.entries()[0].modified_s > 1e9


def test_urls_and_paths_are_told_apart() -> None:
    assert [is_url(x) for x in ("s3://b/k", "file:///x", "a/b", "C:/x", "a::b.wav", "面试.mp4")] == [
        True, True, False, False, False, False,
    ]  # fmt: skip
    assert local_path("file:///a/b.wav") == Path("/a/b.wav")
    assert local_path("s3://b/k") is None
    assert Folder("S3://b/k/").url == "s3://b/k"
    assert Folder("file:///a/").local == Path("/a")


def test_no_secret_of_a_url_is_shown() -> None:
    assert shown("sftp://me:secret@host/a@b") == "sftp://host/a@b"
    assert shown("'https://h/a.mp4?X-Amz-Signature=s' not found") == "'https://h/a.mp4' not found"
    assert shown("s3://b/what?.mp4") == "s3://b/what?.mp4"


@pytest.mark.parametrize(
    ("url", "reason"),
    [
        ("nosuch://b/k", "nosuch"),
        ("adl://b/k", r"pip install 'interview-analysis\[cloud\]'"),
        ("s3://b/k::memory://x", "chains"),
    ],
)
def test_a_url_that_cannot_be_opened_is_refused(url: str, reason: str) -> None:
    with pytest.raises(OutputError, match=reason):
        check_url(url)
    with pytest.raises(MediaError, match=reason), local_copy(url):
        pass


def test_a_recording_is_fetched_and_goes_afterwards(folder: Folder) -> None:
    folder.write_bytes("a/面试 1.wav", b"sound")
    with local_copy(folder.path("a/面试 1.wav")) as path:
        assert (path.name, path.read_bytes()) == ("面试 1.wav", b"sound")
        assert (folder.local is not None) == (str(path) == folder.path("a/面试 1.wav"))
    assert path.exists() == (folder.local is not None)


def test_a_recording_that_cannot_be_fetched_says_why(bucket: str) -> None:
    folder = Folder(bucket)
    folder.write_bytes("a/big.wav", b"12345")
    for url, reason in (
        (f"{bucket}/none.wav", "cannot fetch .*none.wav.*check that it is there"),
        (f"{bucket}/a", "folder|check that it is there"),
        ("s3://no-such-bucket-at-all/x.wav", "cannot fetch"),
    ):
        with pytest.raises(MediaError, match=reason), local_copy(url):
            pass


def test_what_the_stores_package_raises_says_what_to_do(s3_store: None) -> None:
    with pytest.raises(OutputError, match="check the URL, the credentials and the connection"):
        Folder("s3://no bucket!").write_bytes("x", b"1")


def test_a_copy_keeps_a_name_that_the_disk_takes() -> None:
    name = storage._file_name(f"s3://b/{'长' * 300}.mp4")
    assert name.endswith(".mp4")
    assert len(name.encode()) < 255
    assert storage._file_name("https://h/a.mp4?key=secret") == "a.mp4"


def test_times_come_in_the_form_of_their_store() -> None:
    assert storage._modified_s({"updated": "2026-01-01T00:00:00Z"}) == 1767225600
    assert storage._modified_s({"mtime": 5.5}) == 5.5
    assert math.isnan(storage._modified_s({}))


def test_a_file_is_put_and_read_in_parts(folder: Folder, tmp_path: Path) -> None:
    source = tmp_path / "source.bin"
    source.write_bytes(bytes(range(200)))
    assert folder.size("a/b.bin") is None
    folder.write_file("a/b.bin", source)
    assert (folder.size("a/b.bin"), folder.size("a")) == (200, None)
    assert folder.read_part("a/b.bin", 50, 60) == bytes(range(50, 60))
    assert folder.read_bytes("a/b.bin") == source.read_bytes()
    assert folder.names() == ["a/b.bin"]
    with pytest.raises(OutputError, match="no such file"):
        folder.read_part("a/absent.bin", 0, 1)
