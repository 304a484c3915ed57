"""Recordings from elsewhere that one stage of a batch has fetched and the next one needs."""

from __future__ import annotations

import hashlib
import shutil
import uuid
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from interview_analysis.pipeline.storage.places import local_copy, local_path

MOST_BYTES = (
    4 * 10**9
)  # that wait at a time: some hours of video, and little beside the disk of a machine that scores


@dataclass(frozen=True, slots=True)
class Fetched:
    """Copies in a folder of this machine that its workers share; whoever made the folder deletes it.

    A copy is handed on once. Missing copies (another machine, or too many waiting) are fetched again.
    """

    folder: Path

    @contextmanager
    def recording(self, path: str, sha256: str) -> Iterator[Path]:
        """The recording at a path or URL: its own file, the copy that was kept of it, or a new one. See `local_copy`."""
        aside = self.folder / f".{uuid.uuid4().hex}"
        try:
            (self.folder / _key(path, sha256)).rename(aside)
            kept = next(aside.iterdir(), None)
        except OSError:
            kept = None
        try:
            if kept is not None:
                yield kept
                return
            with local_copy(path) as local:
                yield local
        finally:
            shutil.rmtree(aside, ignore_errors=True)

    def keep(self, path: str, sha256: str, copy: Path) -> None:
        """Take over the copy of a recording from elsewhere; the oldest go where more than `MOST_BYTES` wait."""
        if local_path(path) is not None or copy.stat().st_size > MOST_BYTES:
            return
        target = self.folder / _key(path, sha256)
        with suppress(OSError):  # there already, or the folder is on another machine
            target.mkdir()
            copy.replace(target / copy.name)
        self._hold_limit()

    def _hold_limit(self) -> None:
        waiting = []
        for file in self.folder.glob("[!.]*/*"):
            with suppress(OSError):  # taken meanwhile
                facts = file.stat()
                waiting.append((facts.st_mtime, facts.st_size, file.parent))
        left_bytes = sum(size for _, size, _ in waiting)
        for _, size, folder in sorted(waiting):
            if left_bytes <= MOST_BYTES:
                break
            shutil.rmtree(folder, ignore_errors=True)
            left_bytes -= size


def _key(path: str, sha256: str) -> str:
    return f"{hashlib.sha256(path.encode()).hexdigest()[:16]}-{sha256}"
