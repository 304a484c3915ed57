"""``interview-analysis models``: its output, its errors and its exit codes."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from interview_analysis.models.weights.store import (
    EXTRA_FOLDER_VARIABLE,
    ModelStore,
    default_models,
    registry,
)
from interview_analysis.pipeline.cli.main import main


@pytest.fixture
def empty_store(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    monkeypatch.delenv(EXTRA_FOLDER_VARIABLE, raising=False)
    return tmp_path / "interview-analysis" / "models"


def test_list_shows_every_model(empty_store: Path) -> None:
    result = CliRunner().invoke(main, ["models", "list"])
    assert result.exit_code == 0
    assert all(model in result.stdout for model in registry())
    assert str(empty_store) in result.stdout.replace("\n", "")


def test_list_as_json_says_where_each_model_lies(empty_store: Path) -> None:
    result = CliRunner().invoke(main, ["models", "list", "--format", "json"])
    found = {entry["model"]: entry for entry in json.loads(result.stdout)}
    assert found["whisper-base"]["place"] == "missing"
    assert found["whisper-base"]["path"] is None
    assert found["silero-vad"]["place"] == "installed package"
    assert set(found["whisper-base"]["files"]) == {
        "config.json",
        "tokenizer.json",
        "vocabulary.txt",
        "model.bin",
    }


@pytest.mark.parametrize("command", ["fetch", "verify"])
def test_an_unknown_model_is_one_line_and_exit_code_2(empty_store: Path, command: str) -> None:
    result = CliRunner().invoke(main, ["models", command, "wisper"])
    assert result.exit_code == 2
    assert result.stderr.startswith("error: unknown model 'wisper': expected one of ")
    assert result.stderr.count("\n") == 1
    assert not empty_store.exists()


def test_verify_reports_a_wrong_file(empty_store: Path) -> None:
    file = empty_store / "hand-landmarker" / "hand_landmarker.task"
    file.parent.mkdir(parents=True)
    file.write_bytes(b"")
    result = CliRunner().invoke(main, ["models", "verify"])
    assert result.exit_code == 1
    assert "silero-vad: ok" in result.stdout
    assert "weights of 'hand-landmarker' fail their hash" in result.stderr
    as_json = CliRunner().invoke(main, ["models", "verify", "hand-landmarker", "--format", "json"])
    assert as_json.exit_code == 1
    assert json.loads(as_json.stdout)[0]["ok"] is False


def test_fetch_leaves_what_is_there_alone(model_store: ModelStore) -> None:
    result = CliRunner().invoke(main, ["models", "fetch", "--quiet"])
    assert result.exit_code == 0
    assert [line.partition(":")[0] for line in result.stdout.splitlines()] == list(default_models())
    logged = CliRunner().invoke(main, ["models", "fetch", "silero-vad", "--log-format", "json"])
    assert logged.exit_code == 0
    last = json.loads(logged.stderr.splitlines()[-1])
    assert (last["task"], last["state"]) == ("silero-vad", "done")
    as_json = CliRunner().invoke(main, ["models", "fetch", "silero-vad", "--format", "json"])
    assert [entry["model"] for entry in json.loads(as_json.stdout)] == ["silero-vad"]


def test_verify_passes_on_the_real_store(model_store: ModelStore) -> None:
    result = CliRunner().invoke(main, ["models", "verify", "--format", "json"])
    assert result.exit_code == 0
    assert all(entry["ok"] for entry in json.loads(result.stdout))
