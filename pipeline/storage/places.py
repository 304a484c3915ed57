"""Files that may lie anywhere: folders and recordings by path or URL. The one place where fsspec is used.

Credentials and endpoints come from the environment, as the packages that speak to a store read them. For s3:// these
are ``AWS_ACCESS_KEY_ID`` and ``AWS_SECRET_ACCESS_KEY`` (or a profile), ``AWS_REGION``, and for a store that is not
Amazon's, such as MinIO, ``AWS_ENDPOINT_URL`` or ``FSSPEC_S3_ENDPOINT_URL``; for gs:// Google's default credentials.
"""

from __future__ import annotations

import errno
import hashlib
import math
import os
import re
import shutil
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from datetime import datetime
from pathlib import Path, PurePosixPath
from typing import Any

from interview_analysis.errors import InterviewAnalysisError, MediaError, OutputError, StorageFullError
from interview_analysis.pipeline.storage import disk as storage_disk
from interview_analysis.pipeline.storage.disk import Entry

_URL = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*://")
_OWN_DISK = ("file", "local")
_FULL = (errno.ENOSPC, errno.EDQUOT)
_FULL_STORE = (
    "XMinioStorageFull",
    "QuotaExceeded",
)  # what MinIO and Ceph answer; Amazon's store is never full
_GONE = (errno.ENOENT, errno.ENOTDIR, errno.ESTALE)  # the last one: deleted on another machine of an NFS
_MANY = 1000  # as many as S3 deletes at once
_MODIFIED = ("LastModified", "mtime", "updated", "modified", "last_modified", "created")
# What packages raise beside OSError; one that is not loaded has raised nothing.
_FAILURES = (
    ("botocore.exceptions", "BotoCoreError"),
    ("botocore.exceptions", "ClientError"),
    ("aiohttp", "ClientError"),
    ("gcsfs.retry", "HttpError"),
    ("google.auth.exceptions", "GoogleAuthError"),
)
_MAX_NAME_BYTES = 200


class Folder:
    """A folder by path or URL, made when first written to. It can be pickled and sent to another machine.

    Names in it are relative, with "/" between their parts. On this machine's file system a reader never meets half a
    file, because it is written aside and renamed; an object store shows a file when the whole of it is there.
    Raises OutputError, and StorageFullError where no space is left, which say what to do.
    """

    def __init__(self, place: str | os.PathLike[str]) -> None:
        local = local_path(place)
        self.local: Path | None = None if local is None else local.absolute()
        scheme, _, rest = os.fspath(place).partition("://")
        self.url = str(self.local) if self.local is not None else f"{scheme.lower()}://{rest.rstrip('/')}"

    def __repr__(self) -> str:
        return f"Folder({shown(self.url)!r})"

    @property
    def _store(self) -> Any:
        """The folder elsewhere as a file system of its own."""
        from fsspec.implementations.dirfs import DirFileSystem

        fs, key = _opened(self.url)
        return DirFileSystem(key, fs, skip_instance_cache=True)

    def folder(self, name: str) -> Folder:
        """A folder in this one."""
        return Folder(self.path(name))

    def path(self, name: str) -> str:
        """The path or URL of a file in it. Raises ValueError for a name that leads out of it."""
        if not name or name.startswith("/") or ".." in PurePosixPath(name).parts:
            raise ValueError(f"expected a name in {self!r}, got {name!r}")
        return str(self.local / name) if self.local is not None else f"{self.url}/{name}"

    def read_bytes(self, name: str) -> bytes:
        path = self.path(name)
        with _told("read", path, OutputError):
            if self.local is not None:
                return Path(path).read_bytes()
            return bytes(self._store.cat_file(name))

    def read_bytes_if_there(self, name: str) -> bytes | None:
        """The content of a file, None where there is none, also when it is deleted meanwhile."""
        try:
            return self.read_bytes(name)
        except OutputError as error:
            if getattr(error.__cause__, "errno", None) in _GONE or isinstance(
                error.__cause__, FileNotFoundError
            ):
                return None
            raise

    def write_bytes(self, name: str, data: bytes, *, private: bool = False) -> None:
        """Put a file in place in one step, over an earlier one.

        On this machine's file system only their owner may read a `private` file and the folders that are made for it;
        elsewhere the rules of the store hold.
        """
        path = self.path(name)
        with _told("write", path, OutputError):
            if self.local is None:
                self._store.pipe_file(name, data)
            else:
                storage_disk.make_folders(self.local, Path(path).parent, private)
                storage_disk.write_aside(Path(path), data, private)

    def write_file(self, name: str, source: Path) -> None:
        """Put a copy of a local file in place in one step; on an object store in parts, however large it is."""
        path = self.path(name)
        with _told("write", path, OutputError):
            if self.local is None:
                self._store.put_file(str(source), name)
                return
            target = Path(path)
            storage_disk.make_folders(self.local, target.parent, False)
            aside = storage_disk.aside_of(target)
            try:
                shutil.copyfile(source, aside)
                aside.replace(target)
            finally:
                aside.unlink(missing_ok=True)

    def size(self, name: str) -> int | None:
        """Of a file in bytes; None where there is none."""
        path = self.path(name)
        with _told("look at", path, OutputError):
            if self.local is not None:
                return Path(path).stat().st_size if Path(path).is_file() else None
            try:
                facts = self._store.info(name)
            except FileNotFoundError:
                return None
            return int(facts["size"]) if facts["type"] == "file" else None

    def read_part(self, name: str, start: int, end: int) -> bytes:
        """The bytes of a file from `start` up to `end`."""
        path = self.path(name)
        with _told("read", path, OutputError):
            if self.local is None:
                return bytes(self._store.cat_file(name, start=start, end=end))
            with Path(path).open("rb") as file:
                file.seek(start)
                return file.read(end - start)

    def exists(self, name: str) -> bool:
        """Whether there is such a file. Raises OutputError where that cannot be told."""
        path = self.path(name)
        with _told("look at", path, OutputError):
            if self.local is not None:
                return Path(path).is_file()
            try:
                return bool(self._store.info(name)["type"] == "file")
            except FileNotFoundError:
                return False

    def entries(self, under: str = "") -> list[Entry]:
        """The files in it and in its folders, by name; those in its folder `under` alone where that is given.

        None where there is no such folder yet. What a writer has not finished is left out.
        """
        path = self.path(under) if under else self.url
        with _told("list", path, OutputError):
            if self.local is not None:
                found = storage_disk.entries(self.local, Path(path))
            else:
                found = _remote_entries(self._store, under.rstrip("/"))
            return sorted(found, key=lambda entry: entry.name)

    def names(self, under: str = "") -> list[str]:
        """The names of `entries`."""
        return [entry.name for entry in self.entries(under)]

    def write_tree(self, name: str, fill: Callable[[Path], None]) -> None:
        """Make the folder `name` what `fill` puts into the empty local folder it is given; nothing earlier is left.

        On this machine's file system that is one step. On an object store what the new folder does not have goes
        first, so that a mark of completion never stands beside files of two folders.
        """
        path = self.path(name)
        with _told("write", path, OutputError):
            if self.local is not None:
                storage_disk.write_tree(Path(path), fill)
                return
            with tempfile.TemporaryDirectory(prefix="interview-analysis-") as aside:
                source = Path(aside)
                fill(source)
                self._upload(source, name)

    def _upload(self, source: Path, name: str) -> None:
        files = {
            f"{name}/{file.relative_to(source).as_posix()}": file for file in storage_disk.files_below(source)
        }
        for old in self.names(name):
            if old not in files:
                self.delete(old)
        self._store.put([str(file) for file in files.values()], [*files])

    def delete(self, name: str) -> None:
        """Delete a file, or a folder with all that is in it; nothing happens where there is none."""
        path = self.path(name)
        with _told("delete", path, OutputError), suppress(FileNotFoundError):
            if self.local is None:
                self._store.rm(name, recursive=True)
            elif Path(path).is_dir() and not Path(path).is_symlink():
                shutil.rmtree(path)
            else:
                Path(path).unlink()

    def delete_files(self, names: Sequence[str]) -> None:
        """Delete many files in few requests; those that are not there are left out."""
        if self.local is not None:
            for name in names:
                self.delete(name)
            return
        for start in range(0, len(names), _MANY):
            some = [*names[start : start + _MANY]]
            with _told("delete", self.path(some[0]), OutputError):
                try:
                    self._store.rm(some)
                except FileNotFoundError:  # some stores stop there
                    for name in some:
                        with suppress(FileNotFoundError):
                            self._store.rm_file(name)

    def touch(self, name: str) -> None:
        """Mark a file as used just now. An object store keeps the time at which it was written."""
        path = self.path(name)
        if self.local is not None:
            with _told("mark", path, OutputError), suppress(FileNotFoundError):
                os.utime(path)

    def delete_abandoned(self, before_s: float) -> int:
        """Delete what writers that died left aside before a time in seconds since 1970; returns how many."""
        if self.local is None:
            return 0
        with _told("clean", self.url, OutputError):
            return storage_disk.delete_abandoned(self.local, before_s)


def is_url(place: str | os.PathLike[str]) -> bool:
    """Whether a place is written as a URL, such as s3://bucket/key or file:///folder/file."""
    return _URL.match(os.fspath(place)) is not None


def local_path(place: str | os.PathLike[str]) -> Path | None:
    """The path of a place on this machine's file system, None for a place elsewhere."""
    text = os.fspath(place)
    if not is_url(text):
        return Path(text)
    scheme, _, rest = text.partition("://")
    return Path(rest) if scheme.lower() in _OWN_DISK else None


def shown(place: str | os.PathLike[str]) -> str:
    """A place as a message may show it: without the password or the signature that a URL can hold."""
    text = re.sub(r"(://)[^/@\s]*@", r"\1", os.fspath(place))
    return re.sub(r"(https?://[^\s?'\"]*)\?[^\s'\"]*", r"\1", text, flags=re.IGNORECASE)


def check_url(url: str) -> None:
    """Raise OutputError for a URL of a kind that cannot be opened here. Asks no server."""
    with _told("open", url, OutputError):
        _opened(url)


@contextmanager
def local_copy(recording: str | os.PathLike[str]) -> Iterator[Path]:
    """The path of a recording to read: its own, or for a URL that of a copy that goes when the context ends.

    Raises MediaError when it cannot be fetched, StorageFullError when the copy does not fit; `TMPDIR` in the environment says where copies go.
    """
    local = local_path(recording)
    if local is not None:
        yield local
        return
    url = os.fspath(recording)
    with _told("fetch", url, MediaError):
        aside = tempfile.TemporaryDirectory(prefix="interview-analysis-", ignore_cleanup_errors=True)
    with aside:
        target = Path(aside.name) / _file_name(url)
        with _told("fetch", url, MediaError):
            _fetch(url, target)
        yield target


def _fetch(url: str, target: Path) -> None:
    fs, key = _opened(url)
    facts = fs.info(key)
    size = facts.get("size")
    if facts.get("type") == "directory":
        raise MediaError(f"{shown(url)} is a folder; name the file of one recording", "no_recording")
    fs.get_file(key, str(target))
    got = target.stat().st_size
    if size is not None and got != size:
        raise MediaError(
            f"{shown(url)}: {got} of {size} bytes came; run again when the connection holds", "not_fetched"
        )


def _file_name(url: str) -> str:
    """The last part of a URL as the name of a file on this machine."""
    name = shown(url).rstrip("/").rpartition("/")[2]
    if 0 < len(name.encode()) <= _MAX_NAME_BYTES and name not in (".", ".."):
        return name
    return hashlib.sha256(url.encode()).hexdigest()[:16] + PurePosixPath(name).suffix[:10]


def _opened(url: str) -> tuple[Any, str]:
    """The file system of a URL and the path in it. Listings are not remembered: others write at the same time."""
    from fsspec.core import url_to_fs

    if "::" in url:
        raise OSError("fsspec's chains (::) are not taken")
    try:
        fs, key = url_to_fs(url, use_listings_cache=False)
    except ImportError as error:
        raise OSError(
            f"the package that opens it is missing ({error}); pip install 'interview-analysis[cloud]'"
        ) from error
    except ValueError as error:
        raise OSError(str(error)) from error
    return fs, str(key)


@contextmanager
def _told(action: str, place: str, kind: type[InterviewAnalysisError]) -> Iterator[None]:
    """What a file system raises becomes `kind`, or StorageFullError, with what to do."""
    try:
        yield
    except _failures() as error:
        name = shown(place)
        if _is_full(error):
            where = f" in {tempfile.gettempdir()}, which TMPDIR can change" if action == "fetch" else ""
            raise StorageFullError(
                f"cannot {action} {name}: no space left{where}; free some, or take another disk"
            ) from error
        told = f"cannot {action} {name}: {_reason(error)}; {_advice(error, place)}"
        raise (MediaError(told, "not_fetched") if kind is MediaError else kind(told)) from error


def _failures() -> tuple[type[BaseException], ...]:
    return OSError, *(
        getattr(sys.modules[module], name) for module, name in _FAILURES if module in sys.modules
    )


def _is_full(error: BaseException) -> bool:
    answers = (getattr(each, "response", None) for each in (error, error.__cause__))
    codes = [answer.get("Error", {}).get("Code") for answer in answers if isinstance(answer, dict)]
    return getattr(error, "errno", None) in _FULL or any(code in _FULL_STORE for code in codes)


def _reason(error: BaseException) -> str:
    if isinstance(error, FileNotFoundError):
        return "no such file"
    text = getattr(error, "strerror", None) or str(error) or type(error).__name__
    return shown(str(text).splitlines()[0])


def _advice(error: BaseException, place: str) -> str:
    if isinstance(error, FileNotFoundError):
        return "check that it is there"
    if local_path(place) is not None:
        return "check the path and its rights"
    return "check the URL, the credentials and the connection"


def _remote_entries(store: Any, under: str) -> Iterator[Entry]:
    for name, facts in store.find(under, detail=True).items():
        if facts["type"] == "file" and name != under:
            yield Entry(name, int(facts["size"] or 0), _modified_s(facts))


def _modified_s(facts: dict[str, Any]) -> float:
    when = next((facts[key] for key in _MODIFIED if facts.get(key)), math.nan)
    if isinstance(when, str):
        when = datetime.fromisoformat(when)
    return when.timestamp() if isinstance(when, datetime) else float(when)
