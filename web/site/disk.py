"""How much of the disk is taken, and by how much more it may grow."""

from __future__ import annotations

import os
import shutil
from contextlib import suppress
from dataclasses import dataclass

from django.conf import settings
from django.core.cache import cache

_KEY, _FOR_S = "home-used-bytes", 300
NEARLY = 0.9


@dataclass(frozen=True, slots=True)
class Disk:
    """In bytes. `limit` is DISK_QUOTA_BYTES, else what the home takes and what is free together."""

    used: int
    limit: int

    @property
    def left(self) -> int:
        return max(0, self.limit - self.used)

    @property
    def nearly_full(self) -> bool:
        return self.used >= NEARLY * self.limit


def disk() -> Disk:
    """The home's size is counted every five minutes at most; what is free, each time."""
    used = cache.get(_KEY)
    if used is None:
        used = sum(map(_size, os.walk(settings.HOME.folder)))
        cache.set(_KEY, used, _FOR_S)
    possible = used + shutil.disk_usage(settings.HOME.folder).free
    return Disk(used, min(settings.DISK_QUOTA_BYTES or possible, possible))


def _size(entry: tuple[str, list[str], list[str]]) -> int:
    """Of the files of a folder; one that was removed meanwhile counts as 0."""
    folder, _, names = entry
    total = 0
    for name in names:
        with suppress(FileNotFoundError):
            total += os.lstat(os.path.join(folder, name)).st_size  # noqa: PTH118
    return total


def grown(by: int) -> None:
    """Say that the home has grown, so that a quota holds between two counts."""
    with suppress(ValueError):  # not counted yet
        cache.incr(_KEY, by)


def forget() -> None:
    """Count again at the next question."""
    cache.delete(_KEY)
