"""A backup is whole, and comes back whole or not at all."""

from __future__ import annotations

import io
import os
import shutil
import sqlite3
import subprocess
import sys
import tarfile
from pathlib import Path

import pytest

from interview_analysis.web.site.home import Home
from tests.web.test_commands import home, own_home, run

__all__ = ["home"]
COMMAND = [sys.executable, "-m", "interview_analysis.pipeline"]


def new_home(home: dict[str, str], name: str) -> dict[str, str]:
    return home | {"INTERVIEW_ANALYSIS_HOME": str(Path(home["INTERVIEW_ANALYSIS_HOME"]).with_name(name))}


def people(home: dict[str, str]) -> list[str]:
    database = sqlite3.connect(Path(home["INTERVIEW_ANALYSIS_HOME"]) / "web.sqlite3")
    return [row[0] for row in database.execute("SELECT email FROM people_user ORDER BY email")]


@pytest.fixture(scope="module")
def backed_up(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a home with a person and a file in it, and its backup."""
    below = tmp_path_factory.mktemp("backed-up")
    home = own_home(below)
    assert run(home, "web", "createadmin", "me@example.com").returncode == 0
    folder = Path(home["INTERVIEW_ANALYSIS_HOME"])
    (folder / "files" / "analysis-1").mkdir(parents=True)
    (folder / "files" / "analysis-1" / "report.json").write_text("{}")
    (folder / "files" / "recording.mp4").write_bytes(os.urandom(100_000))
    (folder / "files" / "practice-1-0.webm").write_bytes(b"the candidate's own, which no backup holds")
    Home(folder).salt()
    target = below / "kept.tar"
    made = run(home, "web", "backup", str(target))
    assert (made.returncode, "2 files" in made.stdout) == (0, True), made.stderr
    assert target.stat().st_mode & 0o777 == 0o600
    return below


@pytest.fixture
def kept(home: dict[str, str], backed_up: Path) -> Path:
    """The backup of a home that is the test's own."""
    shutil.copytree(backed_up / "home", home["INTERVIEW_ANALYSIS_HOME"])
    return backed_up / "kept.tar"


def test_it_comes_back_whole_elsewhere(home: dict[str, str], kept: Path):
    other = new_home(home, "other")
    done = run(other, "web", "restore", str(kept))
    assert done.returncode == 0, done.stderr
    assert people(other) == ["me@example.com"]
    first, second = (Path(h["INTERVIEW_ANALYSIS_HOME"]) for h in (home, other))
    for name in ("files/recording.mp4", "files/analysis-1/report.json", "secret-key", "pseudonym-key"):
        assert (first / name).read_bytes() == (second / name).read_bytes()
    assert run(other, "web", "check").returncode == 0
    assert not list(second.glob("*restore-*"))


def test_data_are_never_overwritten_unless_asked_and_then_set_aside(home: dict[str, str], kept: Path):
    assert run(home, "web", "createadmin", "later@example.com").returncode == 0
    refused = run(home, "web", "restore", str(kept))
    assert refused.returncode != 0
    assert "holds data already" in refused.stderr
    assert people(home) == ["later@example.com", "me@example.com"]
    forced = run(home, "web", "restore", str(kept), "--force")
    assert forced.returncode == 0, forced.stderr
    assert people(home) == ["me@example.com"]
    (aside,) = Path(home["INTERVIEW_ANALYSIS_HOME"]).glob("before-restore-*")
    assert (aside / "files" / "recording.mp4").is_file()
    assert (aside / "web.sqlite3").is_file()


def test_what_is_no_whole_backup_is_refused_and_leaves_nothing(kept: Path, tmp_path: Path):
    from interview_analysis.web.backup import BackupError, unpacked

    beside = tmp_path / "beside"
    beside.mkdir()
    for how in ("cut", "changed", "more", "escape", "other"):
        broken = _broken(kept, tmp_path / f"{how}.tar", how)
        with pytest.raises(BackupError, match=broken.name), unpacked(broken, beside):
            pytest.fail(how)
        assert not list(beside.iterdir())
    assert not list(tmp_path.rglob("outside"))


def _broken(kept: Path, broken: Path, how: str) -> Path:
    content = kept.read_bytes()
    if how in ("cut", "other"):
        broken.write_bytes(content[: len(content) // 2] if how == "cut" else b"no archive")
        return broken
    with tarfile.open(kept) as old, tarfile.open(broken, "w") as new:
        for member in old.getmembers():
            file = old.extractfile(member)
            assert file is not None
            data = file.read()
            if how == "changed" and member.name.endswith("recording.mp4"):
                data = bytes(len(data))
            new.addfile(member, io.BytesIO(data))
        if how in ("more", "escape"):
            extra = tarfile.TarInfo("files/more" if how == "more" else "../../outside")
            extra.size = 4
            new.addfile(extra, io.BytesIO(b"more"))
    return broken


def test_a_backup_while_somebody_writes_is_of_one_moment(home: dict[str, str], kept: Path, tmp_path: Path):
    database = sqlite3.connect(Path(home["INTERVIEW_ANALYSIS_HOME"]) / "web.sqlite3", isolation_level=None)
    database.execute("BEGIN IMMEDIATE")
    database.execute("UPDATE people_user SET name = 'half'")
    during = tmp_path / "during.tar"
    made = subprocess.run(
        [*COMMAND, "web", "backup", str(during)], env=home, capture_output=True, text=True, timeout=60
    )
    database.execute("COMMIT")
    assert made.returncode == 0, made.stderr
    other = new_home(home, "other")
    assert run(other, "web", "restore", str(during)).returncode == 0
    restored = sqlite3.connect(Path(other["INTERVIEW_ANALYSIS_HOME"]) / "web.sqlite3")
    assert restored.execute("SELECT name FROM people_user").fetchall() == [("Administrator",)]
