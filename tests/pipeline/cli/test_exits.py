"""What a command's exit code says, and that nothing else ends one."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path

import click
import pytest
from click.testing import CliRunner

from interview_analysis.errors import MediaError
from interview_analysis.pipeline.cli import shared
from interview_analysis.pipeline.cli.main import EXIT_CODES, main
from interview_analysis.pipeline.cli.shared import with_console
from interview_analysis.pipeline.common.console import Console
from interview_analysis.pipeline.common.exits import Exit


def ending(error: BaseException) -> click.Command:
    """A command that ends with an error."""

    @click.command()
    @with_console
    def command(_: Console) -> None:
        raise error

    return command


def test_the_codes_stand_in_the_help() -> None:
    told = {int(number): meaning for number, meaning in re.findall(r"\b(\d+) ([^.]+?)[;.]", EXIT_CODES)}
    assert set(told) == {0, 1, 2, 3, 4, 70, 130}
    assert told[3] == "some of a batch failed"
    shown = CliRunner().invoke(main, ["--help"]).stdout
    assert " ".join(EXIT_CODES.split()) in " ".join(shown.split())


@pytest.mark.parametrize(("failed", "total", "code"), [(0, 3, 0), (1, 3, 3), (3, 3, 4), (0, 0, 0)])
def test_a_batch_says_whether_some_or_all_of_it_failed(failed: int, total: int, code: int) -> None:
    assert Exit.of_batch(failed, total) == code


@pytest.mark.parametrize(
    ("error", "code", "line"),
    [
        (MediaError("a.mp4: no sound"), 2, "error: a.mp4: no sound"),
        (PermissionError(13, "Permission denied", "a.mp4"), 2, "error: a.mp4: Permission denied; check that it is there, readable and has space"),
        (KeyboardInterrupt(), 130, "error: stopped before the end; run the same command again"),
        (KeyboardInterrupt("stopped: 3 of 5 done"), 130, "error: stopped: 3 of 5 done"),
    ],
)  # fmt: skip
def test_what_ends_a_command_is_one_line_and_a_code(error: BaseException, code: int, line: str) -> None:
    done = CliRunner().invoke(ending(error))
    assert (done.exit_code, done.stdout, done.stderr) == (code, "", line + "\n")


def test_a_fault_of_ours_is_one_line_that_says_where_the_traceback_is(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    done = CliRunner().invoke(ending(KeyError("a key\nand more")), ["--log-format", "json"])
    assert (done.exit_code, done.stdout) == (70, "")
    told = json.loads(done.stderr)["message"]
    (file,) = tmp_path.iterdir()
    assert told.startswith("this is a fault of interview-analysis")
    assert told.endswith(f"please report it with the traceback in {file}")
    assert "KeyError" in told
    assert "in command\n    raise error" in file.read_text(encoding="utf-8")
    assert file.stat().st_mode & 0o077 == 0  # it may quote what a recording says


def test_a_fault_whose_traceback_cannot_be_kept_shows_it(monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(shared.tempfile, "mkstemp", full)
    done = CliRunner().invoke(ending(ZeroDivisionError("division by zero")))
    assert done.exit_code == 70
    assert "could not be written (No space left on device)" in done.stderr
    assert "raise error" in done.stderr
    assert len(done.stderr.splitlines()) == 1


def test_stopping_several_descriptions_says_what_is_there(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    def two_then_stop(*_: object) -> object:
        yield "a.txt", ""
        yield "b.txt", "b.txt is empty"
        raise KeyboardInterrupt

    monkeypatch.setattr("interview_analysis.pipeline.batch.job_folder.parse_all", two_then_stop)
    monkeypatch.setattr("interview_analysis.pipeline.cli.job._parser", lambda _: None)
    done = CliRunner().invoke(main, ["job", "parse", "a.txt", "b.txt", "c.txt", "-o", str(tmp_path)])
    assert done.exit_code == 130
    assert done.stderr.splitlines()[-1] == (
        f"error: stopped: 1 profiles are in {tmp_path}, 1 descriptions were not read"
    )


def test_a_reader_that_has_had_enough_is_no_error() -> None:
    command = [sys.executable, "-m", "interview_analysis.pipeline", "job", "show", "product-manager"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        process.stdout.close()  # as `| head` does
        _, told = process.communicate(timeout=120)
    assert (process.returncode, told) == (0, "")
