"""Observations kept between runs in a folder, under a size limit. See docs/observation-cache.md.

Several processes may use one folder at once: a file is written aside and renamed, its name tells what it holds, and
equal names mean equal contents, so that it does not matter who writes last. A file that vanishes or is damaged is a
miss.
"""

from __future__ import annotations

import os
import re
import time
import uuid
from collections import Counter
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from interview_analysis.errors import OutputError
from interview_analysis.models.weights import default_root
from interview_analysis.pipeline.observation_file import Kind, pack, unpack

FOLDER_VARIABLE = "INTERVIEW_ANALYSIS_CACHE"
DEFAULT_MAX_BYTES = 20 * 10**9
_NAME = re.compile(r"^[0-9a-f]{2}/[0-9a-f]{64}\.(?P<kind>[a-z]+)\.npz$")
_ABANDONED_S = 3600.0  # nobody writes one file for an hour
_LOOK_AGAIN = 1 / 50  # share of the limit that a process writes before it looks at what the others wrote
_PRUNED_TO = 0.9  # share of the limit, so that not every file that is written removes one


@dataclass(frozen=True, slots=True)
class Entry:
    """One file of a folder; `name` is relative to it."""

    name: str
    size_bytes: int
    modified_s: float  # seconds since the epoch


@dataclass(frozen=True, slots=True)
class CacheInfo:
    """What a cache holds; `kinds` are counts and bytes."""

    kinds: dict[str, tuple[int, int]]
    oldest_s: float | None  # when the entry that was not used for longest was used, since the epoch

    @property
    def count(self) -> int:
        return sum(count for count, _ in self.kinds.values())

    @property
    def size_bytes(self) -> int:
        return sum(size for _, size in self.kinds.values())


@dataclass(frozen=True, slots=True)
class Pruned:
    removed_count: int
    removed_bytes: int
    left_count: int
    left_bytes: int


class LocalFolder:
    """Files below a folder on this machine; all access of the cache to storage goes through these calls."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def read_bytes(self, name: str) -> bytes:
        return (self.root / name).read_bytes()

    def write_bytes(self, name: str, data: bytes) -> None:
        """Put a file in place as a whole; only its owner may read it. Raises OSError, also for a full disk."""
        target = self.root / name
        target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        aside = target.with_name(f".{uuid.uuid4().hex}.partial")
        try:
            with os.fdopen(os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
                file.write(data)
            aside.replace(target)
        except BaseException:
            with suppress(OSError):
                aside.unlink()
            raise

    def exists(self, name: str) -> bool:
        return (self.root / name).is_file()

    def listing(self) -> list[Entry]:
        """Every file below the folder. Those that vanish meanwhile are left out."""
        found = []
        for path in self.root.glob("??/*"):
            with suppress(FileNotFoundError):
                stat = path.stat()
                found.append(Entry(path.relative_to(self.root).as_posix(), stat.st_size, stat.st_mtime))
        return found

    def touch(self, name: str) -> None:
        os.utime(self.root / name)

    def delete(self, name: str) -> None:
        (self.root / name).unlink(missing_ok=True)


def default_folder() -> Path:
    """``$INTERVIEW_ANALYSIS_CACHE``, by default ``observations`` beside the store of models."""
    given = os.environ.get(FOLDER_VARIABLE)
    return Path(given).expanduser() if given else default_root().parent / "observations"


@dataclass(slots=True)
class ObservationCache:
    """Observations by kind and key; the least recently used go when there are more than `max_bytes`.

    The limit is held within a fiftieth for each process that writes.
    """

    folder: LocalFolder
    max_bytes: int = DEFAULT_MAX_BYTES
    _unseen_bytes: int | None = field(default=None, init=False)  # written since the folder was last looked at

    @classmethod
    def at(cls, root: Path | None = None, max_bytes: int = DEFAULT_MAX_BYTES) -> ObservationCache:
        """The cache in a folder, by default `default_folder`. Raises OutputError where it cannot be written."""
        folder = root or default_folder()
        try:
            folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        except OSError as error:
            raise OutputError(
                f"cannot keep observations in {folder}: {error.strerror or error}; choose another folder with --cache "
                f"or {FOLDER_VARIABLE}, or pass --no-cache"
            ) from error
        if not os.access(folder, os.W_OK | os.X_OK):
            raise OutputError(
                f"cannot keep observations in {folder}: it cannot be written; choose another folder with --cache or "
                f"{FOLDER_VARIABLE}, or pass --no-cache"
            )
        return cls(LocalFolder(folder), max_bytes)

    def read(self, kind: Kind, key: str) -> Any | None:
        """What is kept, or None where nothing is, or nothing that can be read."""
        name = _name(kind, key)
        try:
            data = self.folder.read_bytes(name)
        except (FileNotFoundError, NotADirectoryError):
            return None
        value = unpack(kind, key, data)
        if value is not None:
            with suppress(OSError):  # removed by another process, or a folder that is shared for reading
                self.folder.touch(name)
        return value

    def holds(self, kind: Kind, key: str) -> bool:
        """Whether there is a file; it may still prove damaged."""
        return self.folder.exists(_name(kind, key))

    def write(self, kind: Kind, key: str, value: Any) -> None:
        """Keep an observation. Raises OSError where it cannot be written, such as on a full disk."""
        data = pack(kind, key, value)
        self.folder.write_bytes(_name(kind, key), data)
        unseen = self._unseen_bytes
        self._unseen_bytes = None if unseen is None else unseen + len(data)
        if self._unseen_bytes is None or self._unseen_bytes > _LOOK_AGAIN * self.max_bytes:
            self._hold_limit()

    def info(self) -> CacheInfo:
        counts: Counter[str] = Counter()
        sizes: Counter[str] = Counter()
        entries = _observations(self.folder.listing())
        for kind, entry in entries:
            counts[kind] += 1
            sizes[kind] += entry.size_bytes
        oldest_s = min((entry.modified_s for _, entry in entries), default=None)
        return CacheInfo({kind: (counts[kind], sizes[kind]) for kind in sorted(counts)}, oldest_s)

    def prune(self, max_bytes: float | None = None, older_than_s: float | None = None) -> Pruned:
        """Remove what was not used for `older_than_s`, then the least recently used beyond `max_bytes`."""
        now_s = time.time()
        listing = self.folder.listing()
        self._sweep(listing, now_s)
        entries = sorted((e for _, e in _observations(listing)), key=lambda e: (e.modified_s, e.name))
        left_bytes, left_count = sum(e.size_bytes for e in entries), len(entries)
        removed_bytes = removed_count = 0
        for entry in entries:
            too_old = older_than_s is not None and now_s - entry.modified_s > older_than_s
            if not too_old and (max_bytes is None or left_bytes <= max_bytes):
                break
            self.folder.delete(entry.name)
            removed_bytes, removed_count = removed_bytes + entry.size_bytes, removed_count + 1
            left_bytes, left_count = left_bytes - entry.size_bytes, left_count - 1
        return Pruned(removed_count, removed_bytes, left_count, left_bytes)

    def _hold_limit(self) -> None:
        listing = self.folder.listing()
        if sum(entry.size_bytes for entry in listing) > self.max_bytes:
            self.prune(_PRUNED_TO * self.max_bytes)
        self._unseen_bytes = 0

    def _sweep(self, listing: Iterable[Entry], now_s: float) -> None:
        """Remove what processes that were killed while they wrote have left."""
        for entry in listing:
            if entry.name.endswith(".partial") and now_s - entry.modified_s > _ABANDONED_S:
                self.folder.delete(entry.name)


def _name(kind: Kind, key: str) -> str:
    return f"{key[:2]}/{key}.{kind}.npz"


def _observations(listing: Iterable[Entry]) -> list[tuple[str, Entry]]:
    """The entries that are ours, with their kind: a foreign file is neither counted nor removed."""
    named = ((_NAME.match(entry.name), entry) for entry in listing)
    return [(match["kind"], entry) for match, entry in named if match]
