"""A recording on this machine's disk, known by the hash of its content; whoever measured it can tell that it is still the same."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from interview_analysis.errors import MediaError
from interview_analysis.models.weights.hashes import file_sha256
from interview_analysis.pipeline.common.file_names import readable_name
from interview_analysis.pipeline.media.opening import check_file


@dataclass(frozen=True, slots=True)
class RecordingFile:
    """A file with the SHA-256 of what it held when it was looked at first."""

    path: Path
    sha256: str
    _state: tuple[int, int, int]

    @classmethod
    def at(cls, path: Path) -> RecordingFile:
        """Hash a file. Raises MediaError for what is none, cannot be read, or changes meanwhile."""
        check_file(path)
        state = _state(path)
        found = cls(path, file_sha256(path), state)
        found.check_unchanged()
        return found

    @property
    def name(self) -> str:
        """The name of the file as text."""
        return readable_name(self.path)

    def check_unchanged(self) -> None:
        """Raise MediaError where the file was written to, or replaced, since it was hashed."""
        try:
            same = _state(self.path) == self._state
        except OSError:
            same = False
        if not same:
            raise MediaError(
                f"{self.path}: changed while it was read, so that no report could say what it is of: wait until it is "
                "recorded or copied as a whole, and run again",
                "changed",
            )


def _state(path: Path) -> tuple[int, int, int]:
    """What differs when a file was written to or replaced: which file it is, its size and its last change."""
    facts = path.stat()
    return facts.st_ino, facts.st_size, facts.st_mtime_ns
