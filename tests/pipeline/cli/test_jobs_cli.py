"""``interview-analysis job`` as its user meets it: files in, files and tables out, and refusals in one line."""

from __future__ import annotations

import json
import re
import socket
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result
from PIL import Image

from interview_analysis.pipeline.common.config import load_profile
from interview_analysis.pipeline.job.files import parse_file, profile_text
from interview_analysis.pipeline.outputs import check_destination
from interview_analysis.scoring.jobs.parse import JobParser
from interview_analysis.scoring.profile import JobProfile
from tests.conftest import ROOT
from tests.pipeline.cli.test_cli import run
from tests.pipeline.conftest import Job
from tests.pipeline.job.job_descriptions import (
    CHINESE,
    JUNIOR,
    MARKUP,
    MIDDLE,
    RECIPE,
    write_docx,
    write_markdown,
    write_pdf,
    write_text,
)
from tests.pipeline.tables import rows

WRITERS = {"txt": write_text, "md": write_markdown, "docx": write_docx, "pdf": write_pdf}
SPEECH = "audio_en/azure_en-training_audio2.wav"


def assert_one_line_error(result: Result, *parts: str) -> None:
    assert result.exit_code == 2, (result.output, result.exception)
    assert result.stdout == ""
    assert len(result.stderr.splitlines()) == 1, result.stderr
    assert result.stderr.startswith("error: ")
    assert ";" in result.stderr or "expected" in result.stderr  # what to do
    for part in parts:
        assert part in result.stderr


def weights(profile: JobProfile) -> dict[str, float]:
    return {dimension.id: dimension.weight for dimension in profile.dimensions}


@pytest.fixture(scope="module")
def parsed(job_parser: JobParser, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Profiles of the descriptions, written once."""
    folder = tmp_path_factory.mktemp("parsed")
    made = {}
    for name, text in (("junior", JUNIOR), ("middle", MIDDLE), ("zh", CHINESE)):
        profile = parse_file(write_text(folder / f"{name}.txt", text), job_parser)
        made[name] = write_text(folder / f"{name}.yaml", profile_text(profile))
    return made


@pytest.mark.parametrize("text", [JUNIOR, CHINESE], ids=["en", "zh"])
@pytest.mark.parametrize("suffix", WRITERS)
def test_every_kind_of_file_becomes_a_profile_that_is_valid(
    job: Job, tmp_path: Path, suffix: str, text: str
) -> None:
    out = tmp_path / "new folder" / "职位.yaml"
    done = job("parse", WRITERS[suffix](tmp_path / f"JD.{suffix}", text), "-o", out)
    assert (done.exit_code, done.stdout) == (0, f"{out}\n"), done.output
    profile = load_profile(out)
    assert profile.description is not None
    assert profile.description.name == f"JD.{suffix}"
    assert profile.description.language == ("en" if text == JUNIOR else "zh")
    assert sum(weights(profile).values()) == pytest.approx(1)
    assert profile.seniority == ("junior" if text == JUNIOR else "middle")
    assert job("validate", out).stdout.startswith(f"{out}: ok, {len(profile.dimensions)} dimensions")
    assert [p.name for p in out.parent.iterdir()] == [out.name]


def test_the_kind_of_file_moves_no_weight(job_parser: JobParser, tmp_path: Path) -> None:
    made = [
        weights(parse_file(write(tmp_path / f"JD.{suffix}"), job_parser)) for suffix, write in WRITERS.items()
    ]
    assert all(each == pytest.approx(made[0], abs=0.02) for each in made[1:])


def test_the_same_description_gives_the_same_bytes(job: Job, tmp_path: Path) -> None:
    source = write_text(tmp_path / "JD.txt")
    outs = [tmp_path / f"{number}.yaml" for number in range(2)]
    for out in outs:
        assert job("parse", source, "-o", out).exit_code == 0
    assert outs[0].read_bytes() == outs[1].read_bytes()
    assert job("parse", source).stdout == outs[0].read_text(encoding="utf-8")


def test_standard_input_to_standard_output(job: Job, job_parser: JobParser, tmp_path: Path) -> None:
    done = job("parse", "-", stdin=CHINESE.encode("gb18030"))
    assert done.exit_code == 0, done.output
    profile = load_profile(write_text(tmp_path / "job.yaml", done.stdout))
    assert profile == job_parser.parse(CHINESE.strip("\n"), "standard input")
    assert profile.name.zh == "数据分析师"


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_the_language_can_be_given(job: Job, tmp_path: Path, lang: str) -> None:
    text = CHINESE + JUNIOR
    done = job("parse", "-", "--lang", lang, "-o", tmp_path / "job.yaml", stdin=text.encode())
    assert done.exit_code == 0, done.output
    read = load_profile(tmp_path / "job.yaml").description
    assert read is not None
    assert read.language == lang


def _png(folder: Path) -> Path:
    Image.new("RGB", (8, 8)).save(folder / "JD.png")
    return folder / "JD.png"


@pytest.mark.parametrize(
    ("make", "part"),
    [
        (lambda folder: write_text(folder / "JD.txt", ""), "is empty (0 bytes)"),
        (lambda folder: write_text(folder / "JD.txt", " \n\t\n"), "is empty"),
        (lambda folder: write_text(folder / "JD.txt", "Product manager wanted"), "3 words are too few"),
        (lambda folder: write_text(folder / "JD.txt", "诚聘经理"), "4 characters are too few"),
        (lambda folder: write_text(folder / "JD.txt", JUNIOR + "x" * (50_001 - len(JUNIOR))), "50,001 characters"),
        (lambda folder: write_text(folder / "JD.txt", RECIPE), "not like a job description"),
        (lambda folder: folder / "missing.txt", "no such file"),
        (lambda folder: folder, "is a folder"),
        (_png, "a picture (PNG)"),
        (lambda folder: write_text(folder / "JD\n.txt", ""), "is empty"),
    ],
    ids=["empty", "blank", "3 words", "4 characters", "too long", "recipe", "missing", "folder", "image", "newline"],
)  # fmt: skip
def test_what_is_no_description_is_refused(
    job: Job, tmp_path: Path, make: Callable[[Path], Path], part: str
) -> None:
    out = tmp_path / "job.yaml"
    assert_one_line_error(job("parse", make(tmp_path), "-o", out), part)
    assert not out.exists()


def test_what_cannot_be_read_is_refused_before_models_are_loaded(tmp_path: Path) -> None:
    cache = tmp_path / "cache"
    done = run("job", "parse", tmp_path / "missing.txt", XDG_CACHE_HOME=str(cache))
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.splitlines() == [f"error: {tmp_path / 'missing.txt'}: no such file; check the path"]


def test_a_profile_that_cannot_be_written(job: Job, tmp_path: Path) -> None:
    source = write_text(tmp_path / "JD.txt")
    assert_one_line_error(job("parse", source, "-o", source / "job.yaml"), "choose another file with -o")
    assert [p.name for p in tmp_path.iterdir()] == ["JD.txt"]


def test_a_folder_gets_the_profile_of_one_description_as_of_several(job: Job, tmp_path: Path) -> None:
    source = write_text(tmp_path / "JD.txt")
    for out in (f"{tmp_path}/jobs/", tmp_path / "jobs"):  # a new folder and one that is there
        done = job("parse", source, "-o", out)
        assert (done.exit_code, done.stdout) == (0, f"{tmp_path / 'jobs' / 'JD.yaml'}\n"), done.output
    assert [p.name for p in (tmp_path / "jobs").iterdir()] == ["JD.yaml"]


@pytest.mark.parametrize(
    ("content", "part"),
    [
        (b"dimensions: [a", "not valid YAML at line 1"),
        (b"id: a\0b", "not valid YAML: unacceptable character"),
        (b"name: 2024-13-45", "not valid YAML: month must be in 1..12"),
        (b"[" * 700, "nested too deeply"),
        (b"\xff\xfe\0\0", "cannot read"),
        (b"", "expected a mapping"),
        (JUNIOR.encode(), "expected a mapping"),
        (b"dimensoins: []", "did you mean 'dimensions'?"),
        (b'"a\\nb": 1', "unknown key"),
        (None, "expected a YAML file"),
    ],
    ids=["yaml", "nul", "date", "deep", "binary", "empty", "description", "key", "newline", "missing"],
)
@pytest.mark.parametrize("command", ["show", "validate", "diff"])
def test_unreadable_profiles(
    job: Job, tmp_path: Path, command: str, content: bytes | None, part: str
) -> None:
    path = tmp_path / "job.yaml"
    if content is not None:
        path.write_bytes(content)
    done = job(command, path, *(["product-manager"] if command == "diff" else []))
    code = 1 if command == "validate" and content is not None else 2  # the answer is no
    assert (done.exit_code, done.stdout) == (code, "")
    assert len(done.stderr.splitlines()) == 1, done.stderr
    assert part in done.stderr


@pytest.mark.parametrize("suffix", WRITERS)
def test_a_description_where_a_profile_belongs(job: Job, tmp_path: Path, suffix: str) -> None:
    path = WRITERS[suffix](tmp_path / f"JD.{suffix}")
    done = job("show", path)
    assert_one_line_error(done, str(path), f"interview-analysis job parse JD.{suffix} -o job.yaml")


def test_validate_says_which_of_several_is_wrong(job: Job, tmp_path: Path, parsed: dict[str, Path]) -> None:
    text = parsed["junior"].read_text(encoding="utf-8")
    wrong = write_text(tmp_path / "wrong.yaml", text.replace("weight: 0.", "weight: 0.9", 1))
    done = job("validate", parsed["junior"], wrong, "product-manager")
    assert done.exit_code == 1
    assert [line.split(": ")[0] for line in done.stdout.splitlines()] == [
        str(parsed["junior"]),
        "product-manager",
    ]
    assert len(done.stderr.splitlines()) == 1
    assert "weights of the dimensions must add up to 1" in done.stderr


@pytest.mark.parametrize(("lang", "head"), [("en", "dimension"), ("zh", "维度"), ("auto", "dimension")])
def test_show(job: Job, parsed: dict[str, Path], lang: str, head: str) -> None:
    done = job("show", parsed["junior"], "--lang", lang)
    assert done.exit_code == 0, done.output
    profile = load_profile(parsed["junior"])
    assert head in done.stdout
    shown_in = "zh" if lang == "zh" else "en"
    shares = re.findall(r"(\d+)%", done.stdout)
    assert len(shares) == len(profile.dimensions)
    assert sum(map(int, shares)) == 100
    (columns,) = {len(row) for row in rows(done.stdout)}
    assert columns == 5
    for row, dimension in zip(rows(done.stdout), profile.dimensions, strict=True):
        assert row[0] == dimension.name.get(shown_in)
        quote = dimension.sources[0].quote if dimension.sources else dimension.reason.get(shown_in)
        assert row[4].startswith(quote[:60])


def test_a_description_in_chinese_is_shown_in_chinese(job: Job, parsed: dict[str, Path]) -> None:
    done = job("show", parsed["zh"])
    assert "维度" in done.stdout
    assert "中级 · 3年经验" in done.stdout


def test_markup_in_a_description_is_shown_as_it_is(job: Job, tmp_path: Path) -> None:
    source, out = (
        write_text(tmp_path / "JD.txt", JUNIOR.replace("Plan", f"Plan {MARKUP}")),
        tmp_path / "job.yaml",
    )
    assert job("parse", source, "-o", out).exit_code == 0
    shown = job("show", out).stdout
    assert any(f"Plan {MARKUP} releases" in cell for row in rows(shown) for cell in row)
    assert "\x1b" not in shown


def test_diff_from_junior_to_middle(job: Job, parsed: dict[str, Path]) -> None:
    done = job("diff", parsed["junior"], parsed["middle"])
    assert done.exit_code == 0, done.output
    for row in (
        r"seniority +│ +│ junior +│ middle",
        r"years of experience +│ +│ 1 +│ 3",
        r"pass score +│.*│ yes",
    ):
        assert re.search(row, done.stdout), row
    assert 'marked "yes"' in done.stdout
    listed = json.loads(job("diff", parsed["junior"], parsed["middle"], "--format", "json").stdout)
    old, new = (weights(load_profile(parsed[name])) for name in ("junior", "middle"))
    assert "people_management" in {*new} - {*old} or "leadership" in {*new} - {*old}
    added = [row for row in listed if row["field"] == "dimension" and row["before"] is None]
    assert len(added) == len({*new} - {*old})
    assert all(row["ask_again"] and row["where"]["zh"] and row["after"] for row in added)
    gone = [row for row in listed if row["field"] == "dimension" and row["after"] is None]
    assert len(gone) == len({*old} - {*new})
    assert not any(row["ask_again"] for row in gone)


def test_diff_without_a_change(job: Job, parsed: dict[str, Path]) -> None:
    same = [parsed["middle"]] * 2
    assert job("diff", *same).stdout == "no change\n"
    assert job("diff", *same, "--lang", "zh").stdout == "没有变化\n"
    assert json.loads(job("diff", *same, "--format", "json").stdout) == []


def test_nothing_is_connected_unless_asked_for(
    job: Job, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    called: list[object] = []

    def refuse(*arguments: Any, **_: Any) -> None:
        called.append(arguments)
        raise OSError("no network here")

    for name in ("connect", "connect_ex", "sendto"):
        monkeypatch.setattr(socket.socket, name, refuse)
    monkeypatch.setattr(socket, "getaddrinfo", refuse)
    source = write_text(tmp_path / "JD.txt")
    assert job("parse", source).exit_code == 0
    assert called == []
    assert job("parse", source, "--llm-url", "http://127.0.0.1:9/v1").exit_code == 0
    assert called  # what would have been noticed


def test_a_refused_connection_gives_a_warning_and_the_plain_profile(job: Job, tmp_path: Path) -> None:
    source = write_text(tmp_path / "JD.txt")
    with socket.socket() as taken:  # bound and not listening: nothing answers there
        taken.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{taken.getsockname()[1]}/v1"
        done = job("parse", source, "--llm-url", url, "--llm-model", "any")
    assert done.exit_code == 0, done.output
    assert done.stdout == job("parse", source).stdout
    *_, line = done.stderr.splitlines()  # the loading of models may have been told of before
    assert line.startswith("warning: ")
    assert done.stderr.count("warning: ") == 1
    assert "Connection refused" in line
    assert "written without additions" in line


@pytest.mark.parametrize("arguments", [["--llm-url", "http://127.0.0.1:9/v1"], ["-"]])
def test_what_takes_one_description_refuses_several(job: Job, tmp_path: Path, arguments: list[str]) -> None:
    done = job("parse", "a.txt", "b.txt", "-o", tmp_path / "jobs", *arguments)
    assert done.exit_code == 2
    assert "takes one description at a time" in done.stderr
    assert not (tmp_path / "jobs").exists()


def test_score_takes_a_description(
    shared_data: Path, job: Job, job_parser: JobParser, tmp_path: Path
) -> None:
    source, out = write_text(tmp_path / "JD.txt"), tmp_path / "out"
    done = run("score", shared_data / SPEECH, "--job", source, "--out", out)
    assert done.returncode == 0, done.stderr
    assert done.stdout == f"{out / 'report.html'}\n"
    assert (out / "job.yaml").read_text(encoding="utf-8") == job("parse", source).stdout
    profile = load_profile(out / "job.yaml")
    report = json.loads((out / "report.json").read_text(encoding="utf-8"))
    assert report["description"]["id"] == "JD.txt"
    assert {d["id"]: d["weight"] for d in report["dimensions"]} == weights(profile)
    asked = {d.id: [source.quote for source in d.sources] for d in profile.dimensions}
    shown = {d["id"]: [source["quote"] for source in d["sources"]] for d in report["dimensions"]}
    assert any(asked.values())
    assert shown == asked
    assert all(sentence in JUNIOR for sentences in shown.values() for sentence in sentences)
    assert check_destination(out) == out.resolve()  # with job.yaml in it, it is still a report's folder


def test_score_refuses_what_is_no_description(tmp_path: Path) -> None:
    done = run("score", ROOT / "missing.mp4", "--job", _png(tmp_path), "--out", tmp_path / "out")
    assert done.returncode == 2
    *_, line = done.stderr.splitlines()  # the loading of models may have been told of before
    assert "JD.png is a picture (PNG)" in line
    assert not (tmp_path / "out").exists()
