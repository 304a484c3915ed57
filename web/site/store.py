"""Where finished files lie: in the home's folder `files`, or in the object store that STORAGE_URL names.

Rooms write a file to `HOME.files` under a name that tells nothing, hand it over with `put`, and speak of it by that path
from then on. In a store it lies there alone: nothing is copied beside it that an erasure would have to find, and a
worker on another machine fetches what it works on for as long as it does. A file that was not handed over is found, too.
"""

from __future__ import annotations

import logging
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from functools import lru_cache
from pathlib import Path
from urllib.parse import quote, unquote

from django.conf import settings

from interview_analysis.errors import ConfigError, InterviewAnalysisError, MediaError, OutputError
from interview_analysis.pipeline.storage.places import Folder, check_url, is_url, local_copy

log = logging.getLogger(__name__)


class StoreAwayError(InterviewAnalysisError):
    """The store does not answer, or takes nothing; the message says what to look at."""

    code = "store"


def elsewhere() -> Folder | None:
    """The store; None where files lie in the home. Raises ConfigError for a STORAGE_URL that is no store's."""
    return _store(settings.STORAGE_URL)


@lru_cache(maxsize=8)
def _store(url: str) -> Folder | None:
    if not url:
        return None
    store = Folder(url)
    if not is_url(url) or store.local is not None:
        raise ConfigError(
            "STORAGE_URL: expected s3://bucket/folder or gs://bucket/folder; another folder is named by INTERVIEW_ANALYSIS_HOME"
        )
    return store


def check() -> None:
    """Raise ConfigError or StoreAwayError for a STORAGE_URL that cannot be opened here. Asks no server."""
    store = elsewhere()
    if store is not None:
        with _told():
            check_url(store.url)


def put(path: Path) -> str:
    """Hand a finished file or folder of `HOME.files` over; its name. Raises StoreAwayError, and then it is gone."""
    store, name = elsewhere(), _name(path)
    if store is None:
        return name
    try:
        with _told():
            if path.is_dir():
                store.write_tree(name, lambda aside: _copied(path, aside))
            else:
                store.write_file(name, path)
    finally:
        _remove(path)
    return name


def _copied(source: Path, target: Path) -> None:
    shutil.copytree(source, target, dirs_exist_ok=True)


@contextmanager
def local(path: Path) -> Iterator[Path]:
    """A kept file or folder to read: itself, or a copy that goes with the context.

    Raises FileNotFoundError for what is not in the store, StoreAwayError where it cannot be asked.
    """
    store = elsewhere()
    if store is None or path.exists() or not _in_files(path):
        yield path
        return
    name = _name(path)
    with _told():
        inside = store.names(name)
        if not inside and not store.exists(name):
            raise FileNotFoundError(f"{name} is not in the store")
    with tempfile.TemporaryDirectory(prefix="interview-analysis-", ignore_cleanup_errors=True) as aside:
        copy = Path(aside) / path.name
        with _told():
            for one in inside or [name]:
                target = copy / one.removeprefix(f"{name}/") if inside else copy
                target.parent.mkdir(parents=True, exist_ok=True)
                with local_copy(store.path(one)) as fetched:  # checked by its size
                    shutil.move(fetched, target)
        yield copy


def exists(path: Path) -> bool:
    """Whether there is such a file or folder. Raises StoreAwayError."""
    store = elsewhere()
    if path.exists() or store is None or not _in_files(path):
        return path.exists()
    with _told():
        return store.exists(_name(path)) or bool(store.names(_name(path)))


def may_exist(path: Path) -> bool:
    """`exists` as far as this machine knows: what a store may have counts as there."""
    return path.exists() or (elsewhere() is not None and _in_files(path))


def size(path: Path) -> int | None:
    """Of a file, in bytes; None where there is none. Raises StoreAwayError."""
    store = elsewhere()
    if path.is_file() or store is None:
        return path.stat().st_size if path.is_file() else None
    with _told():
        return store.size(_name(path))


def read_part(path: Path, start: int, end: int) -> bytes:
    """The bytes of a file in the store from `start` up to `end`. Raises StoreAwayError."""
    store = elsewhere()
    assert store is not None
    with _told():
        return store.read_part(_name(path), start, end)


def kept() -> list[Path]:
    """All files that are kept, by name, as paths in `HOME.files`. Raises StoreAwayError."""
    files: Path = settings.HOME.files
    found = {path for path in files.rglob("*") if path.is_file() and not path.name.endswith(".partial")}
    store = elsewhere()
    if store is not None:
        with _told():
            found |= {files / name for name in store.names()}
    return sorted(found)


def delete(*paths: Path) -> None:
    """Delete files and folders. What the store does not take now is deleted by a worker later."""
    for path in paths:
        if not deleted(path) and _in_files(path):
            later = _later() / quote(_name(path), safe="")
            later.touch()
            log.warning("%s is deleted once the store answers", _name(path))


def delete_left() -> None:
    """Delete what the store did not take before."""
    for later in _later().iterdir():
        if deleted(settings.HOME.files / unquote(later.name)):
            later.unlink(missing_ok=True)


def deleted(path: Path) -> bool:
    """Delete a file or folder of the home, in the store as well; whether it is gone."""
    store = elsewhere()
    try:
        _remove(path)
        if store is not None and _in_files(path):
            with _told():
                store.delete(_name(path))
    except (OSError, StoreAwayError):
        return False
    return True


def _remove(path: Path) -> None:
    with suppress(FileNotFoundError):
        shutil.rmtree(path) if path.is_dir() else path.unlink()


def _in_files(path: Path) -> bool:
    return path.is_relative_to(settings.HOME.files)


def _name(path: Path) -> str:
    files: Path = settings.HOME.files
    return path.relative_to(files).as_posix()


def _later() -> Path:
    folder: Path = settings.HOME.folder / "to-delete"
    folder.mkdir(exist_ok=True, mode=0o700)
    return folder


@contextmanager
def _told() -> Iterator[None]:
    try:
        yield
    except (OutputError, MediaError) as error:
        raise StoreAwayError(str(error)) from error
