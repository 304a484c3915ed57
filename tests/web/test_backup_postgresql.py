"""A backup of PostgreSQL comes back whole in another database, or in its place; `make test-services` runs it."""

from __future__ import annotations

import os
import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.web.test_backup import new_home
from tests.web.test_commands import home, run

__all__ = ["home"]
SERVER = os.environ.get("DATABASE_URL", "")
pytestmark = pytest.mark.skipif(
    not SERVER.startswith("postgres"), reason="SKIPPED: DATABASE_URL names no PostgreSQL; make test-services"
)


@pytest.fixture
def databases() -> Iterator[tuple[str, str]]:
    """The addresses of two empty ones on the server of the tests."""
    import dj_database_url
    import psycopg

    told = dj_database_url.parse(SERVER)
    names = [f"backup_{uuid.uuid4().hex[:12]}" for _ in range(2)]
    where = {"host": told["HOST"], "port": told["PORT"], "user": told["USER"], "password": told["PASSWORD"]}
    options = {key: value for key, value in where.items() if value}
    with psycopg.connect(dbname=told["NAME"], autocommit=True, **options) as server:
        for name in names:
            server.execute(f"CREATE DATABASE {name}")
        base = SERVER.partition("?")[0].rpartition("/")[0]
        yield f"{base}/{names[0]}", f"{base}/{names[1]}"
        for name in names:
            server.execute(f"DROP DATABASE {name} WITH (FORCE)")


def people(environment: dict[str, str]) -> list[str]:
    import dj_database_url
    import psycopg

    told = dj_database_url.parse(environment["DATABASE_URL"])
    options = {k.lower(): told[k] for k in ("HOST", "PORT", "USER", "PASSWORD") if told[k]}
    with psycopg.connect(dbname=told["NAME"], **options) as database:
        rows = database.execute("SELECT email FROM people_user ORDER BY email").fetchall()
    return [row[0] for row in rows]


def test_it_comes_back_whole_and_new_rows_get_new_numbers(
    home: dict[str, str], databases: tuple[str, str], tmp_path: Path
):
    first = home | {"DATABASE_URL": databases[0]}
    other = new_home(home, "other") | {"DATABASE_URL": databases[1]}
    for email in ("me@example.com", "you@example.com"):
        made = run(first, "web", "createadmin", email)
        assert made.returncode == 0, made.stderr
    kept = Path(home["INTERVIEW_ANALYSIS_HOME"]) / "files" / "recording.mp4"
    kept.parent.mkdir(exist_ok=True)
    kept.write_bytes(os.urandom(100_000))
    archive = tmp_path / "kept.tar"
    assert run(first, "web", "backup", str(archive)).returncode == 0

    done = run(other, "web", "restore", str(archive))
    assert done.returncode == 0, done.stderr
    assert people(other) == ["me@example.com", "you@example.com"]
    copied = Path(other["INTERVIEW_ANALYSIS_HOME"]) / "files" / "recording.mp4"
    assert copied.read_bytes() == kept.read_bytes()
    checked = run(other, "web", "check")
    assert (checked.returncode, checked.stdout.partition(":")[0]) == (0, "The trail holds")
    later = run(other, "web", "createadmin", "later@example.com")
    assert later.returncode == 0, f"the sequences go on after the restored rows: {later.stderr}"

    refused = run(other, "web", "restore", str(archive))
    assert (refused.returncode != 0, "holds data already" in refused.stderr) == (True, True)
    forced = run(other, "web", "restore", str(archive), "--force")
    assert forced.returncode == 0, forced.stderr
    assert people(other) == ["me@example.com", "you@example.com"]
    (aside,) = Path(other["INTERVIEW_ANALYSIS_HOME"]).glob("before-restore-*")
    assert "later@example.com" in (aside / "database.json").read_text(encoding="utf-8")
