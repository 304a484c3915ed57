"""Several descriptions at once: real processes, and one bad description stops no other."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import Result

from interview_analysis.pipeline.batch.job_folder import profile_path
from interview_analysis.pipeline.job.files import parse_file, profile_text
from interview_analysis.scoring.jobs.parse import JobParser
from tests.pipeline.conftest import Job, run_job
from tests.pipeline.job.job_descriptions import CHINESE, JUNIOR, RECIPE, write_docx, write_text

PARSED = ("junior.txt", "数据分析师.md", "middle.v2.docx")
REFUSED = ("soup.txt", "missing.txt", "empty.txt", "blocked.txt")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("descriptions")
    for name, text in (("junior", JUNIOR), ("blocked", JUNIOR), ("soup", RECIPE), ("empty", "")):
        write_text(made / f"{name}.txt", text)
    write_text(made / "数据分析师.md", CHINESE)
    write_docx(made / "middle.v2.docx")
    (made / "jobs" / "blocked.yaml").mkdir(parents=True)  # stands where a profile should be written
    return made


@pytest.fixture(scope="module")
def done(job_parser: JobParser, folder: Path) -> Result:
    """Two processes read the vectors of the library, which `job_parser` has encoded by then."""
    sources = [folder / name for name in (PARSED[0], *REFUSED, *PARSED[1:])]
    return run_job(lambda: job_parser, "parse", *sources, "-o", folder / "jobs", "--workers", 2)


def test_each_is_parsed_as_it_is_alone(done: Result, folder: Path, job_parser: JobParser) -> None:
    assert sorted(p.name for p in (folder / "jobs").iterdir()) == sorted(
        ["blocked.yaml", "junior.yaml", "middle.v2.yaml", "数据分析师.yaml"]
    )
    for name in PARSED:
        alone = profile_text(parse_file(folder / name, job_parser))
        assert profile_path(name, folder / "jobs").read_text(encoding="utf-8") == alone


def test_refused_ones_make_it_end_with_3_and_are_counted(done: Result, folder: Path) -> None:
    assert done.exit_code == 3, done.exception
    assert done.stdout == f"{folder / 'jobs'}: 3 profiles, 4 refused\n"


def test_a_refused_one_says_why_in_the_order_given(done: Result) -> None:
    errors = [line for line in done.stderr.splitlines() if line.startswith("error: ")]
    reasons = (
        "not like a job description",
        "no such file",
        "is empty",
        "blocked.yaml: Is a directory",
    )
    for name, reason, line in zip(REFUSED, reasons, errors, strict=True):
        assert Path(name).stem in line
        assert reason in line
        assert ";" in line


def refusal(done: Result) -> str:
    assert (done.exit_code, done.stdout) == (2, "")
    (line,) = done.stderr.splitlines()
    return line


def test_names_that_collide(job: Job, folder: Path, tmp_path: Path) -> None:
    other = write_text(tmp_path / "junior.md")
    message = refusal(job("parse", folder / "junior.txt", other, "-o", tmp_path / "jobs"))
    assert f"would be written to {tmp_path / 'jobs' / 'junior.yaml'}; rename one" in message
    assert not (tmp_path / "jobs").exists()


@pytest.mark.parametrize("out", [None, "taken"])
def test_several_need_a_folder(job: Job, folder: Path, tmp_path: Path, out: str | None) -> None:
    given = [] if out is None else ["-o", write_text(tmp_path / out, "dear")]
    message = refusal(job("parse", folder / "junior.txt", folder / "soup.txt", *given))
    assert "give one with -o, such as -o jobs/" in message
    assert [p.read_text() for p in tmp_path.iterdir()] == ["dear"] * len(given[1:])
