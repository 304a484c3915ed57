"""The database and the files in one archive, and back.

The archive is a tar: the database, the files of people, the secret keys, and last a list with the SHA-256 of each. The
database is copied first, at one moment; files have random names and never change, so that all it speaks of are there.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import sqlite3
import tarfile
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

from django.conf import settings
from django.core.management import call_command
from django.db import connection, connections
from django.utils import timezone

from interview_analysis.errors import InterviewAnalysisError
from interview_analysis.web.site import store
from interview_analysis.web.site.home import Home

FORMAT = 1
LIST, SQLITE, JSON_DUMP, FILES = "list.json", "database.sqlite3", "database.json", "files"
KEYS = "*-key"  # of the home
NOT_KEPT = "practice-"  # what candidates recorded for practice; a backup would keep it after it was deleted
_LEFT_OUT = ("contenttypes", "auth.permission", "sessions")


class BackupError(InterviewAnalysisError):
    """A backup that cannot be written, or cannot be restored."""


@dataclass(frozen=True, slots=True)
class Kept:
    files: int
    size_bytes: int


def backup(target: Path) -> Kept:
    """Write the archive aside and rename it. Raises BackupError where it cannot be written."""
    aside = target.with_name(f".{target.name}.{os.getpid()}.partial")
    hashes: dict[str, str] = {}
    try:
        with tempfile.TemporaryDirectory(dir=target.parent) as folder, tarfile.open(aside, "w") as archive:
            aside.chmod(0o600)
            database = _database_copy(Path(folder))
            hashes[database.name] = _add(archive, database, database.name)
            home: Home = settings.HOME
            for key in sorted(home.folder.glob(KEYS)):
                hashes[key.name] = _add(archive, key, key.name)
            for path in store.kept():
                if path.name.startswith(NOT_KEPT):
                    continue
                name = f"{FILES}/{path.relative_to(home.files).as_posix()}"
                with store.local(path) as read:
                    hashes[name] = _add(archive, read, name)
            told = {"format": FORMAT, "made_at": timezone.now().isoformat(), "sha256": hashes}
            (Path(folder) / LIST).write_text(json.dumps(told, indent=1), encoding="utf-8")
            archive.add(Path(folder) / LIST, LIST)
        aside.replace(target)
    except OSError as error:
        raise BackupError(f"cannot write {target}: {error.strerror or error}") from error
    finally:
        aside.unlink(missing_ok=True)
    return Kept(sum(name.startswith(FILES) for name in hashes), target.stat().st_size)


def _database_copy(folder: Path) -> Path:
    """SQLite by its backup interface, other databases as JSON that any database takes."""
    if connection.vendor == "sqlite":
        target = folder / SQLITE
        connection.ensure_connection()
        with closing(sqlite3.connect(target)) as copy:
            connection.connection.backup(copy)
        return target
    target = folder / JSON_DUMP
    from django.db import transaction

    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
        call_command("dumpdata", exclude=_LEFT_OUT, output=str(target), verbosity=0)
    return target


class _Hashing:
    """A file that is hashed while it is read."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file, self.digest = file, hashlib.sha256()

    def read(self, size: int = -1) -> bytes:
        piece = self._file.read(size)
        self.digest.update(piece)
        return piece


def _add(archive: tarfile.TarFile, path: Path, name: str) -> str:
    with path.open("rb") as file:
        hashing = _Hashing(file)
        archive.addfile(archive.gettarinfo(arcname=name, fileobj=file), hashing)
    return hashing.digest.hexdigest()


def restore(source: Path, *, force: bool = False) -> Kept:
    """Put the database and files of an archive in place, once all hashes fit.

    With `force` a home that holds data is set aside under `before-restore-...`, not removed. Raises BackupError for a home
    with data otherwise, and for what is no whole archive; then nothing has changed.
    """
    home: Home = settings.HOME
    if _holds_data() and not force:
        raise BackupError(
            f"{home.folder} holds data already; restore into an empty INTERVIEW_ANALYSIS_HOME and database, or add --force"
        )
    with unpacked(source, home.folder) as folder:
        aside = home.folder / f"before-restore-{timezone.now():%Y%m%d-%H%M%S-%f}"
        aside.mkdir(mode=0o700)
        _move(home.files, aside / FILES)
        _restore_database(folder, aside)
        if (folder / FILES).is_dir():
            _move(folder / FILES, home.folder / FILES)
        for key in folder.glob(KEYS):
            _move(key, home.folder / key.name)
        if not force:
            shutil.rmtree(aside)
    call_command("migrate", interactive=False, verbosity=0)
    files = [path for path in home.files.rglob("*") if path.is_file()]
    restored = Kept(len(files), sum(path.stat().st_size for path in files))
    for path in sorted(home.files.iterdir()):
        store.put(path)
    return restored


def missing_files() -> list[str]:
    """What the database speaks of and neither the home nor the store has: files, and folders of reports."""
    from interview_analysis.web.analysis.models import Analysis
    from interview_analysis.web.candidate.models import Question
    from interview_analysis.web.hiring.models import Candidate
    from interview_analysis.web.interviews.models import Recording

    files: Path = settings.HOME.files
    there = {path.relative_to(files).parts[0] for path in store.kept()}
    named = {
        *Candidate.objects.values_list("resume", flat=True),
        *Question.objects.values_list("spoken", flat=True),
    }
    for names in Recording.objects.values_list("original", "playable", "transcript"):
        named.update(names)
    named.update(Analysis.objects.filter(state=Analysis.State.DONE).values_list("folder", flat=True))
    return sorted(named - there - {""})


def _holds_data() -> bool:
    from interview_analysis.web.people.models import User

    tables = connection.introspection.table_names()
    return bool(store.kept()) or (User._meta.db_table in tables and User.objects.exists())


@contextmanager
def unpacked(source: Path, beside: Path) -> Iterator[Path]:
    """A folder in `beside` with what the archive holds, each file as its list says. Raises BackupError."""
    with tempfile.TemporaryDirectory(dir=beside, prefix="restore-") as name:
        folder = Path(name)
        try:
            with tarfile.open(source) as archive:
                archive.extractall(folder, filter="data")
            told: dict[str, Any] = json.loads((folder / LIST).read_text(encoding="utf-8"))
            wanted: dict[str, str] = told["sha256"]
        except (OSError, tarfile.TarError, ValueError, KeyError) as error:
            raise BackupError(f"{source} is no whole backup of interview-analysis: {error}") from error
        if told.get("format") != FORMAT:
            raise BackupError(f"{source} was written by another version (format {told.get('format')})")
        (folder / LIST).unlink()
        found = {p.relative_to(folder).as_posix() for p in folder.rglob("*") if p.is_file()}
        wrong = sorted(found ^ wanted.keys()) or sorted(
            name for name, sha256 in wanted.items() if _sha256(folder / name) != sha256
        )
        if wrong:
            raise BackupError(
                f"{source} is damaged: {wrong[0]} is not what was kept ({len(wrong)} such files)"
            )
        yield folder


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _restore_database(folder: Path, aside: Path) -> None:
    kept_as = SQLITE if (folder / SQLITE).is_file() else JSON_DUMP
    if kept_as == SQLITE and connection.vendor != "sqlite":
        raise BackupError("this backup is of an SQLite database; take DATABASE_URL away to restore it")
    if kept_as == SQLITE:
        connections.close_all()
        database = Path(settings.DATABASES["default"]["NAME"])
        for suffix in ("", "-wal", "-shm"):
            path = database.with_name(database.name + suffix)
            if path.exists():
                _move(path, aside / path.name)
        _move(folder / SQLITE, database)
        return
    call_command("migrate", interactive=False, verbosity=0)
    if _holds_data():
        call_command("dumpdata", exclude=_LEFT_OUT, output=str(aside / JSON_DUMP), verbosity=0)
    call_command("flush", interactive=False, verbosity=0)
    call_command("loaddata", str(folder / JSON_DUMP), verbosity=0)


def _move(source: Path, target: Path) -> None:
    if target.is_dir():
        target.rmdir()
    shutil.move(source, target)
