"""A tiny labelled folder, held against the parser: every figure follows from what was labelled."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import yaml

from interview_analysis.errors import ConfigError
from interview_analysis.pipeline.job.evaluation import Evaluation, as_json, as_table, evaluate_folder
from interview_analysis.scoring.jobs.parse import JobParser
from tests.pipeline.conftest import Job
from tests.pipeline.job.job_descriptions import CHINESE, JUNIOR, RECIPE, write_text
from tests.pipeline.tables import rows

NOWHERE = "healthcare"  # a competency that none of these descriptions asks for


def label(file: str, half: str, essential: list[str], **other: Any) -> dict[str, Any]:
    return {
        "file": file, "half": half, "family": "test", "style": "bullets", "seniority": "junior", "years": 1,
        "essential": essential, "acceptable": [],
    } | other  # fmt: skip


@pytest.fixture(scope="module")
def found(job_parser: JobParser) -> dict[str, list[str]]:
    """Dimensions of the descriptions, the heaviest first."""
    return {
        language: [d.id for d in job_parser.parse(text, "JD").dimensions]
        for language, text in (("en", JUNIOR), ("zh", CHINESE))
    }


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory, found: dict[str, list[str]]) -> Path:
    made = tmp_path_factory.mktemp("labelled")
    for name, text in (("perfect.txt", JUNIOR), ("soup.txt", RECIPE), ("zh.txt", CHINESE)):
        write_text(made / name, text)
    first, second, *rest = found["en"]
    english = [
        label("perfect.txt", "dev", [first, second], acceptable=rest),
        # one missed, one wrong, another on top and another seniority; and one that is refused
        label("perfect.txt", "heldout", [NOWHERE, first], acceptable=rest, seniority="lead"),
        label("soup.txt", "heldout", [first, second]),
    ]
    write_text(made / "labels.en.yaml", yaml.safe_dump(english))
    chinese = [label("zh.txt", "dev", found["zh"], seniority="middle", years=3)]
    write_text(made / "labels.zh.yaml", yaml.safe_dump(chinese, allow_unicode=True))
    return made


@pytest.fixture(scope="module")
def result(folder: Path, job_parser: JobParser) -> Evaluation:
    steps: list[None] = []
    evaluated = evaluate_folder(folder, job_parser, lambda: steps.append(None))
    assert len(steps) == 4
    return evaluated


def test_a_perfect_profile(result: Evaluation) -> None:
    for language in ("en", "zh"):
        dev = result.groups[(language, "dev")]
        assert (dev.descriptions, dev.recall, dev.precision) == (1, 1, 1)
        assert (dev.top_agreement, dev.seniority_agreement) == (1, 1)
        assert 0 <= dev.rank_correlation <= 1  # below 1 where weights are equal


def test_missed_wrong_and_refused(result: Evaluation, found: dict[str, list[str]]) -> None:
    group = result.groups[("en", "heldout")]
    assert group.descriptions == 2
    assert group.recall == 1 / 4
    assert group.precision == pytest.approx(1 - 1 / len(found["en"]))
    assert (group.top_agreement, group.seniority_agreement) == (0, 0)
    assert group.rank_correlation == pytest.approx((-1 + 0) / 2)
    assert list(result.refused) == ["soup.txt"]
    assert "recipe" in result.refused["soup.txt"]


def test_the_table_has_a_row_a_group(result: Evaluation) -> None:
    table = rows(as_table(result, details=False))
    assert [row[:3] for row in table] == [
        ["en", "dev", "1"],
        ["en", "heldout", "2"],
        ["zh", "dev", "1"],
        ["zh", "heldout", "0"],
    ]
    assert table[0][3:6] == ["1.00"] * 3
    assert table[1][3] == "0.25"
    assert table[3][3:] == ["-"] * 5


def test_details_name_what_was_missed_and_wrong(result: Evaluation, found: dict[str, list[str]]) -> None:
    lines = as_table(result, details=True).splitlines()[len(as_table(result, details=False).splitlines()) :]
    second = found["en"][1]
    assert lines[0] == (
        f"perfect.txt: missed {NOWHERE}; wrong {second}; top is not {NOWHERE}; seniority is not lead"
    )
    assert lines[1].startswith("soup.txt: refused: soup.txt reads like a recipe")
    assert len(lines) == 2


def test_json_has_no_nan(job: Job, folder: Path, result: Evaluation) -> None:
    done = job("evaluate", folder, "--format", "json", "--quiet")
    assert (done.exit_code, done.stderr) == (0, "")
    assert done.stdout.rstrip("\n") == as_json(result)
    data = json.loads(done.stdout, parse_constant=pytest.fail)
    assert [(g["language"], g["half"], g["descriptions"]) for g in data["groups"]] == [
        ("en", "dev", 1),
        ("en", "heldout", 2),
        ("zh", "dev", 1),
        ("zh", "heldout", 0),
    ]
    assert data["groups"][1]["recall"] == 0.25
    assert data["groups"][3]["recall"] is None
    assert list(data["refused"]) == ["soup.txt"]


def test_the_command_draws_the_table(job: Job, folder: Path, result: Evaluation) -> None:
    done = job("evaluate", folder, "--details")
    assert done.exit_code == 0, done.output
    assert done.stdout.rstrip("\n") == as_table(result, details=True)


def test_a_folder_without_labels(job: Job, tmp_path: Path) -> None:
    done = job("evaluate", tmp_path)
    assert (done.exit_code, done.stdout) == (2, "")
    assert done.stderr == (
        f"error: {tmp_path} holds no labels.en.yaml; give the folder of the labelled descriptions\n"
    )


@pytest.mark.parametrize(
    ("labels", "part"),
    [
        ([label("gone.txt", "dev", ["a"])], "gone.txt; correct 'file' or add it"),
        ([label("JD.txt", "dev", [])], "essential"),
        ([label("JD.txt", "dev", ["a"], acceptable=["a"])], "a stands under essential and under acceptable"),
        ([label("JD.txt", "test", ["a"])], "half"),
        ([label("JD.txt", "dev", ["a"], essentail=["a"])], "did you mean 'essential'"),
        ([], "labels"),
        ({"a": 1}, "labels"),
    ],
    ids=["file", "nothing essential", "both", "half", "key", "none", "mapping"],
)
def test_wrong_labels_are_named(job_parser: JobParser, tmp_path: Path, labels: object, part: str) -> None:
    write_text(tmp_path / "JD.txt")
    path = write_text(tmp_path / "labels.en.yaml", yaml.safe_dump(labels))
    with pytest.raises(ConfigError) as caught:
        evaluate_folder(tmp_path, job_parser)
    assert str(caught.value).startswith(str(path))
    assert part in str(caught.value)
    assert "\n" not in str(caught.value)
