"""A report replaces an earlier report and nothing else."""

from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest

from interview_analysis.errors import OutputError
from interview_analysis.pipeline import outputs
from interview_analysis.pipeline.storage import disk as storage_disk


@pytest.fixture
def earlier(tmp_path) -> Path:
    out = tmp_path / "out"
    (out / "features").mkdir(parents=True)
    for name in ("report.json", "report.html", "report.zh.html", "transcript.json"):
        (out / name).write_text("earlier")
    for name in ("recording", "timeline", "blocks", "events"):
        (out / "features" / f"{name}.parquet").write_bytes(b"earlier")
    return out


@pytest.fixture
def aside(tmp_path) -> Path:
    folder = tmp_path / ".out-new"
    folder.mkdir()
    (folder / "report.json").write_text("new")
    return folder


def test_an_earlier_report_an_empty_and_a_new_folder_are_taken(earlier, tmp_path):
    (tmp_path / "empty").mkdir()
    assert outputs.check_destination(earlier) == earlier.resolve()
    assert outputs.check_destination(tmp_path / "empty") == (tmp_path / "empty").resolve()
    assert outputs.check_destination(tmp_path / "a" / "b") == (tmp_path / "a" / "b").resolve()


@pytest.mark.parametrize(
    "foreign", ["thesis.docx", "features/notes.parquet", ".git", "report-thesis.html", "features/more/x"]
)
def test_a_report_among_other_files_is_not_replaced(earlier, foreign):
    (earlier / foreign).parent.mkdir(exist_ok=True)
    (earlier / foreign).write_text("mine")
    with pytest.raises(OutputError, match="holds files that are no report"):
        outputs.check_destination(earlier)
    assert (earlier / foreign).read_text() == "mine"


def test_a_folder_in_place_of_a_file_is_not_replaced(earlier):
    (earlier / "transcript.json").unlink()
    (earlier / "transcript.json").mkdir()
    with pytest.raises(OutputError, match=r"transcript\.json"):
        outputs.check_destination(earlier)


def test_dots_and_links_lead_to_their_folder(earlier, tmp_path, monkeypatch):
    (tmp_path / "link").symlink_to(earlier, target_is_directory=True)
    assert outputs.check_destination(tmp_path / "link") == earlier.resolve()
    assert outputs.check_destination(earlier / "features" / "..") == earlier.resolve()
    monkeypatch.chdir(earlier)
    for out in (".", "..", "features/.."):
        with pytest.raises(OutputError, match="folder you work in"):
            outputs.check_destination(Path(out))
    (tmp_path / "circle").symlink_to(tmp_path / "circle")
    with pytest.raises(OutputError, match="cannot look at"):
        outputs.check_destination(tmp_path / "circle")


def test_a_mounted_volume_is_refused_before_the_work():
    with pytest.raises(
        OutputError, match="/proc is a mounted volume, which cannot be replaced; name a folder in it"
    ):
        outputs.check_destination(Path("/proc"))


def test_a_file_is_no_parent(earlier):
    with pytest.raises(OutputError, match="takes no new folder"):
        outputs.check_destination(earlier / "report.json" / "out")


def test_a_new_report_takes_the_place_of_the_old_one(earlier, aside):
    storage_disk.swap_folder(aside, earlier)
    assert [entry.name for entry in earlier.iterdir()] == ["report.json"]
    assert list(earlier.parent.iterdir()) == [earlier]


def test_the_old_report_is_put_back_when_the_new_one_cannot_take_its_place(earlier, aside, monkeypatch):
    rename = Path.rename

    def failing(self: Path, target: Path) -> Path:
        if self == aside:
            raise OSError("the disk broke")
        return rename(self, target)

    monkeypatch.setattr(Path, "rename", failing)
    with pytest.raises(OSError, match="the disk broke"):
        storage_disk.swap_folder(aside, earlier)
    assert (earlier / "report.json").read_text() == "earlier"
    assert sorted(earlier.parent.iterdir()) == sorted([earlier, aside])


def test_permissions_follow_the_umask_or_the_folder_that_is_replaced(earlier, monkeypatch):
    monkeypatch.setattr(
        outputs, "write_files", lambda _, folder, __: (folder / "report.json").write_text("new")
    )
    before = os.umask(0o027)
    monkeypatch.setattr(os, "umask", lambda _: pytest.fail("the umask is everybody's"))
    try:
        outputs.save(None, earlier.parent / "new", "en")
    finally:
        monkeypatch.undo()
        os.umask(before)
    assert stat.S_IMODE((earlier.parent / "new").stat().st_mode) == 0o750


def test_a_report_that_is_replaced_keeps_its_permissions(earlier, monkeypatch):
    monkeypatch.setattr(
        outputs, "write_files", lambda _, folder, __: (folder / "report.json").write_text("new")
    )
    earlier.chmod(0o700)
    outputs.save(None, earlier, "en")
    assert stat.S_IMODE(earlier.stat().st_mode) == 0o700
    assert (earlier / "report.json").read_text() == "new"
