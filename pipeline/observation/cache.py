"""Observations kept between runs in a folder, under a size limit. See docs/observation-cache.md.

Several processes, on several machines where the folder is shared, may use it at once: a file is there as a whole, its
name tells what it holds, and equal names mean equal contents, so that it does not matter who writes last. A file that
vanishes or is damaged is a miss; one that cannot be read is an error, or it would be a miss for ever.
"""

from __future__ import annotations

import hashlib
import json
import math
import os
import re
import time
import uuid
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from interview_analysis.errors import OutputError, StorageFullError
from interview_analysis.models.weights.store import default_root
from interview_analysis.pipeline.observation.file import FORMAT, Kind, pack, unpack
from interview_analysis.pipeline.storage.disk import Entry
from interview_analysis.pipeline.storage.places import Folder, is_url

FOLDER_VARIABLE = "INTERVIEW_ANALYSIS_CACHE"
DEFAULT_MAX_BYTES = 20 * 10**9
_NAME = re.compile(r"^[0-9a-f]{2}/[0-9a-f]{64}\.(?P<kind>[a-z]+)\.npz$")
_ABANDONED_S = 3600.0  # nobody writes one file for an hour
_LOOK_AGAIN = (
    1 / 50
)  # share of the limit that all writers together write, on average, before one looks at the whole
_PRUNED_TO = 0.9  # share of the limit, so that not every file that is written removes one


@dataclass(frozen=True, slots=True)
class CacheInfo:
    """What a cache holds; `kinds` are counts and bytes."""

    kinds: dict[str, tuple[int, int]]
    oldest_s: float | None  # the oldest `Entry.modified_s`, None where there is none

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


def default_folder() -> str | Path:
    """``$INTERVIEW_ANALYSIS_CACHE``, by default ``observations`` beside the store of models."""
    given = os.environ.get(FOLDER_VARIABLE)
    if not given:
        return default_root().parent / "observations"
    return given if is_url(given) else Path(given).expanduser()


def cache_key(*parts: Any) -> str:
    """The key of what depends on `parts`, which are plain data, and on nothing else."""
    return hashlib.sha256(json.dumps([FORMAT, *parts], sort_keys=True).encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class ObservationCache:
    """Observations by kind and key; the least recently used go when there are more than `max_bytes`.

    An object store tells when a file was written and not when it was used: there the oldest go. The limit is held
    within a few fiftieths, whatever the number of writers. Can be pickled and sent to another machine.
    Raises OutputError where the folder cannot be read or written, StorageFullError where no space is left.
    """

    folder: Folder
    max_bytes: int = DEFAULT_MAX_BYTES

    @classmethod
    def at(
        cls, place: str | os.PathLike[str] | None = None, max_bytes: int = DEFAULT_MAX_BYTES
    ) -> ObservationCache:
        """The cache in a folder by path or URL, by default `default_folder`.

        Raises OutputError where nothing can be written or deleted.
        """
        folder = Folder(place or default_folder())
        trial = f".{uuid.uuid4().hex}"
        with _advising("choose another folder with --cache or {variable}, or pass --no-cache"):
            folder.write_bytes(trial, b"", private=True)
            folder.delete_files([trial])
            if folder.exists(trial):  # stores answer a refusal to delete many files with silence
                raise OutputError(f"{folder!r} lets nothing be deleted; grant that right, too")
        return cls(folder, max_bytes)

    def read(self, kind: Kind, key: str) -> Any | None:
        """What is kept, or None where nothing is, or nothing that is whole."""
        name = _name(kind, key)
        data = self.folder.read_bytes_if_there(name)
        value = None if data is None else unpack(kind, key, data)
        if value is not None:
            with suppress(OutputError):  # a folder that is shared for reading
                self.folder.touch(name)
        return value

    def holds(self, kind: Kind, key: str) -> bool:
        """Whether there is a file; it may still prove damaged."""
        return self.folder.exists(_name(kind, key))

    def write(self, kind: Kind, key: str, value: Any) -> None:
        """Keep an observation, and hold the limit."""
        data = pack(kind, key, value)
        with _advising(
            "`interview-analysis cache prune` makes room, --cache or {variable} name another folder"
        ):
            self.folder.write_bytes(_name(kind, key), data, private=True)
        # Keys are hashes, evenly spread: this is a draw by lot, the same in every run. So writers need not know of
        # each other, and what is looked at grows with what is written, whatever the folder holds and however many
        # write to it.
        if int(key[:8], 16) / 2**32 < len(data) / (_LOOK_AGAIN * self.max_bytes):
            self._hold_limit()

    def info(self) -> CacheInfo:
        counts: Counter[str] = Counter()
        sizes: Counter[str] = Counter()
        entries = _observations(self.folder.entries())
        for kind, entry in entries:
            counts[kind] += 1
            sizes[kind] += entry.size_bytes
        times = [entry.modified_s for _, entry in entries if not math.isnan(entry.modified_s)]
        return CacheInfo(
            {kind: (counts[kind], sizes[kind]) for kind in sorted(counts)}, min(times, default=None)
        )

    def prune(self, max_bytes: float | None = None, older_than_s: float | None = None) -> Pruned:
        """Remove what was not used for `older_than_s`, then the least recently used beyond `max_bytes`."""
        now_s = time.time()
        self.folder.delete_abandoned(now_s - _ABANDONED_S)
        entries = sorted((entry for _, entry in _observations(self.folder.entries())), key=_age)
        left_bytes, removed = sum(entry.size_bytes for entry in entries), []
        for entry in entries:
            too_old = older_than_s is not None and now_s - entry.modified_s > older_than_s
            if not too_old and (max_bytes is None or left_bytes <= max_bytes):
                break
            removed.append(entry)
            left_bytes -= entry.size_bytes
        self.folder.delete_files([entry.name for entry in removed])
        removed_bytes = sum(entry.size_bytes for entry in removed)
        return Pruned(len(removed), removed_bytes, len(entries) - len(removed), left_bytes)

    def _hold_limit(self) -> None:
        if sum(entry.size_bytes for _, entry in _observations(self.folder.entries())) > self.max_bytes:
            self.prune(_PRUNED_TO * self.max_bytes)


class NoCache:
    """Keeps nothing."""

    def read(self, kind: Kind, key: str) -> None:
        return None

    def write(self, kind: Kind, key: str, value: Any) -> None:
        return None


Cache = ObservationCache | NoCache


@contextmanager
def _advising(advice: str) -> Iterator[None]:
    """Say what a user of the cache can do where its folder takes nothing."""
    try:
        yield
    except OutputError as error:
        kind = StorageFullError if isinstance(error, StorageFullError) else OutputError
        told = advice.format(variable=FOLDER_VARIABLE)
        raise kind(f"cannot keep observations: {error}; {told}") from error


def _age(entry: Entry) -> tuple[bool, float, str]:
    """Sorts the oldest first, and last those of which the store does not say when they were written."""
    return math.isnan(entry.modified_s), entry.modified_s, entry.name


def _name(kind: Kind, key: str) -> str:
    return f"{key[:2]}/{key}.{kind}.npz"


def _observations(listing: Iterable[Entry]) -> list[tuple[str, Entry]]:
    """The entries that are ours, with their kind: a foreign file is neither counted nor removed."""
    named = ((_NAME.match(entry.name), entry) for entry in listing)
    return [(match["kind"], entry) for match, entry in named if match]
