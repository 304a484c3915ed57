"""Folders of this machine's file system: nobody meets half a file or half a folder. Raises OSError."""

from __future__ import annotations

import errno
import os
import re
import shutil
import uuid
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

_ABANDONED = re.compile(r"\..+\.[0-9a-f]{32}\.partial(-old)?")
_TAKEN = (errno.ENOTEMPTY, errno.EEXIST)  # by another writer, a moment ago


@dataclass(frozen=True, slots=True)
class Entry:
    """A file of a folder. `modified_s` is seconds since 1970, NaN where the store does not say."""

    name: str
    size_bytes: int
    modified_s: float


def aside_of(target: Path) -> Path:
    """Where a file or folder is written before it takes its place."""
    return target.with_name(f".{target.name}.{uuid.uuid4().hex}.partial")


def make_folders(root: Path, folder: Path, private: bool) -> None:
    """Make `root` and the folders in it down to `folder`."""
    mode = 0o700 if private else 0o777
    root.mkdir(parents=True, exist_ok=True, mode=mode)
    for part in reversed((folder / "_").relative_to(root).parents[:-1]):
        (root / part).mkdir(exist_ok=True, mode=mode)


def write_aside(target: Path, data: bytes, private: bool) -> None:
    """Put a file in place in one step."""
    aside, flags = aside_of(target), os.O_WRONLY | os.O_CREAT | os.O_EXCL
    try:
        with os.fdopen(os.open(aside, flags, 0o600 if private else 0o666), "wb") as file:
            file.write(data)
        aside.replace(target)
    except BaseException:  # Ctrl-C as well leaves nothing half written behind
        aside.unlink(missing_ok=True)
        raise


def write_tree(target: Path, fill: Callable[[Path], None]) -> None:
    """Put the folder that `fill` fills in the place of `target`."""
    target.parent.mkdir(parents=True, exist_ok=True)
    aside = aside_of(target)
    aside.mkdir()
    try:
        fill(aside)
        swap_folder(aside, target)
    finally:
        shutil.rmtree(aside, ignore_errors=True)


def swap_folder(aside: Path, target: Path) -> None:
    """Put the folder `aside` in the place of `target`, which goes; it stays where that fails. Raises OSError.

    Of several at once the last one stays.
    """
    old = aside.with_name(aside.name + "-old")
    while True:
        with suppress(FileNotFoundError):
            if target.is_dir():
                target.rename(old)
        try:
            aside.rename(target)
        except BaseException as error:  # after Ctrl-C, too, what was there comes back
            if getattr(error, "errno", None) not in _TAKEN:
                if old.is_dir():
                    old.rename(target)
                raise
        else:
            shutil.rmtree(old, ignore_errors=True)
            return
        shutil.rmtree(old, ignore_errors=True)


def files_below(folder: Path) -> list[Path]:
    """The files in a folder and in its folders, sorted."""
    return sorted(path for path in folder.rglob("*") if path.is_file())


def entries(root: Path, under: Path) -> Iterator[Entry]:
    """The files below `under`, named from `root`; what is not finished is left out."""
    for folder, folders, files in os.walk(under, onerror=_raise_unless_gone):
        folders[:] = [name for name in folders if not _ABANDONED.fullmatch(name)]
        for name in files:
            path = Path(folder, name)
            with suppress(FileNotFoundError):  # deleted by another process meanwhile
                if not _ABANDONED.fullmatch(name):
                    facts = path.stat()
                    yield Entry(path.relative_to(root).as_posix(), facts.st_size, facts.st_mtime)


def _raise_unless_gone(error: OSError) -> None:
    if not isinstance(error, FileNotFoundError | NotADirectoryError):
        raise error


def delete_abandoned(root: Path, before_s: float) -> int:
    """Delete what writers that died left aside before a time in seconds since 1970; returns how many."""
    count = 0
    for folder, folders, files in os.walk(root, onerror=_raise_unless_gone):
        aside = [Path(folder, name) for name in (*folders, *files) if _ABANDONED.fullmatch(name)]
        folders[:] = [name for name in folders if not _ABANDONED.fullmatch(name)]
        for path in aside:
            with suppress(FileNotFoundError):
                if path.stat().st_mtime < before_s:
                    shutil.rmtree(path) if path.is_dir() else path.unlink()
                    count += 1
    return count
