"""``interview-analysis content`` as its user meets it: files in, a table and a summary out, errors in one line."""

from __future__ import annotations

import csv
import json
import threading
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner, Result

from interview_analysis.pipeline.cli.main import main
from interview_analysis.pipeline.common.chat import KEY_VARIABLE
from tests.conftest import ROOT
from tests.pipeline.content.test_second_rater import ANSWER, QUESTION, Server, good, inventing

HEADER = "index,lang,competency,kind,level,score,standard_error,got_level,abstention,bears_on"
CHINESE = "去年我们四个人一起搬档案室。有两个人生病了，我排了值班表，自己上了夜班。最后提前两天完成，经理说一份都没丢。"
KNOWN = [
    {"lang": "en", "competency": "teamwork", "question": QUESTION, "level": 5, "kind": "graded", "text": ANSWER},
    {"lang": "en", "competency": "teamwork", "question": QUESTION, "level": 1, "kind": "graded", "text": "No."},
    {"lang": "zh", "competency": "teamwork", "level": 4, "kind": "graded", "segments": [["action", CHINESE]]},
    {"lang": "en", "competency": "planning", "level": None, "kind": "would", "text": "I would always plan ahead with my team and make a list."},
]  # fmt: skip


def content(*arguments: object) -> Result:
    return CliRunner().invoke(main, ["content", *map(str, arguments)])


def assert_one_line_error(done: Result, *parts: str) -> None:
    assert done.exit_code == 2, done.output
    assert done.stdout == ""
    assert len(done.stderr.strip().splitlines()) == 1, done.stderr
    for part in parts:
        assert part in done.stderr


@pytest.fixture
def known(tmp_path) -> Path:
    path = tmp_path / "known.json"
    path.write_text(json.dumps(KNOWN, ensure_ascii=False), encoding="utf-8")
    return path


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[Server]:
    monkeypatch.delenv(KEY_VARIABLE, raising=False)
    made = Server()
    thread = threading.Thread(target=made.http.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield made
    made.http.shutdown()
    made.http.server_close()
    thread.join()


def test_evaluate_writes_a_row_an_answer_and_prints_figures(known, tmp_path):
    done = content("evaluate", known, "--out", tmp_path / "scored.csv", "--quiet")
    assert done.exit_code == 0, done.output
    assert "English, 2 answers with a level" in done.stdout
    assert "Chinese, 1 answers with a level" in done.stdout
    assert "English, traps" in done.stdout
    lines = (tmp_path / "scored.csv").read_text(encoding="utf-8").splitlines()
    assert lines[0] == HEADER
    rows = list(csv.DictReader(lines))
    assert [row["index"] for row in rows] == ["0", "1", "2", "3"]
    assert [(row["lang"], row["competency"], row["kind"], row["level"]) for row in rows] == [
        ("en", "teamwork", "graded", "5.0"),
        ("en", "teamwork", "graded", "1.0"),
        ("zh", "teamwork", "graded", "4.0"),
        ("en", "planning", "would", ""),
    ]
    assert (rows[1]["score"], rows[1]["got_level"], rows[1]["abstention"]) == ("", "", "too_few_words")
    assert 10 <= float(rows[0]["score"]) <= 90
    assert rows[0]["abstention"] == ""
    assert 0 <= float(rows[0]["bears_on"]) <= 1
    again = content("evaluate", known, "--out", tmp_path / "again.csv", "--quiet")
    assert again.stdout == done.stdout
    assert (tmp_path / "again.csv").read_bytes() == (tmp_path / "scored.csv").read_bytes()


def test_evaluate_with_a_language_model_adds_its_columns(known, server, tmp_path):
    known.write_text(json.dumps(KNOWN[:1]), encoding="utf-8")
    server.rater = inventing
    done = content("evaluate", known, "--out", tmp_path / "s.csv", "--llm-url", server.url, "--llm-model", "a-model", "-q")  # fmt: skip
    assert done.exit_code == 0, done.output
    assert "by the language model" in done.stdout
    lines = (tmp_path / "s.csv").read_text(encoding="utf-8").splitlines()
    assert lines[0] == HEADER + ",llm_level,llm_agreement,llm_dropped_quotes"
    row = next(csv.DictReader(lines))
    assert (row["llm_level"], row["llm_agreement"], row["llm_dropped_quotes"]) == ("2.0", "1.0", "2")
    assert {r["model"] for r in server.requests} == {"a-model"}
    server.rater = good
    content("evaluate", known, "--out", tmp_path / "s.csv", "--llm-url", server.url, "--llm-model", "a-model", "-q")  # fmt: skip
    assert next(csv.DictReader((tmp_path / "s.csv").open(encoding="utf-8")))["llm_level"] == "5.0"


def test_nothing_leaves_the_machine_without_an_address(known, server):
    assert content("evaluate", known, "-q").exit_code == 0
    assert server.requests == []


def test_a_language_model_that_is_not_there_is_one_line(known, tmp_path):
    gone = Server()
    gone.http.server_close()
    known.write_text(json.dumps(KNOWN[:1]), encoding="utf-8")
    done = content("evaluate", known, "--out", tmp_path / "s.csv", "--llm-url", gone.url, "-q")
    assert_one_line_error(done, "cannot be talked to", "--llm-url")
    assert not (tmp_path / "s.csv").exists()


@pytest.mark.parametrize("command", ["evaluate", "fit"])
@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[{", "is no JSON file in UTF-8"),
        ("{}", "expected a list of answers, got dict"),
        ("[]", "no answers in"),
        (json.dumps([KNOWN[0], {**KNOWN[0], "level": 7}]), "answer 2, level: "),
        (json.dumps([{**KNOWN[0], "competency": "x"}]), "answer 1: no competency 'x' in the library"),
        (json.dumps([{**KNOWN[0], "text": ""}]), "answer 1: needs 'text' or 'segments'"),
    ],
)
def test_a_bad_file_is_one_line(command, text, said, known, tmp_path):
    known.write_text(text, encoding="utf-8")
    done = content(command, known, "--out", tmp_path / "out", "-q")
    assert_one_line_error(done, str(known), said)
    assert not (tmp_path / "out").exists()


def test_files_that_are_not_there_are_one_line(known, tmp_path):
    assert_one_line_error(content("evaluate", tmp_path / "none.json"), "none.json cannot be read: No such")
    done = content("evaluate", known, "--texts", tmp_path / "texts.json")
    assert_one_line_error(done, "texts.json cannot be read: No such file")


def test_a_model_that_is_none_is_one_line(known, tmp_path):
    (tmp_path / "model.npz").write_bytes(b"nothing")
    config = (ROOT / "configs" / "default.yaml").read_text(encoding="utf-8")
    changed = config.replace("content_model: null", f"content_model: {tmp_path / 'model.npz'}")
    assert changed != config
    (tmp_path / "config.yaml").write_text(changed, encoding="utf-8")
    done = content("evaluate", known, "--config", tmp_path / "config.yaml", "-q")
    assert_one_line_error(done, "model.npz is no content model, or a damaged one; fit it again")


def test_a_fit_of_too_little_is_one_line_and_writes_nothing(known, tmp_path):
    done = content("fit", known, "--out", tmp_path / "model.npz", "-q")
    assert_one_line_error(
        done, "the content model cannot be learned from these answers", "kind would or plan"
    )
    assert not (tmp_path / "model.npz").exists()


def test_what_each_command_is_for():
    for command in ("fit", "evaluate"):
        done = content(command, "--help")
        assert done.exit_code == 0
        assert "Example:" in done.stdout
        assert "--texts" in done.stdout
    assert content("evaluate").exit_code == 2
    assert np.isfinite(len(content("--help").stdout))
