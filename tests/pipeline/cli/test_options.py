"""Options mean what they say: none is ignored, help has them under headings, and old names of commands go on working."""

from __future__ import annotations

import re
import resource
import subprocess
import sys
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

import click
import pytest
from click.testing import CliRunner, Result

import interview_analysis
from interview_analysis.pipeline.cli.batch import BATCH
from interview_analysis.pipeline.cli.main import main
from interview_analysis.pipeline.cli.score import ONE
from interview_analysis.pipeline.cli.shared import heading_of
from interview_analysis.pipeline.learning.registry import Registry
from tests.conftest import ROOT
from tests.learning_data import write_run

LEARN = ("train", "evaluate", "predict", "promote", "retrain", "drift")


def run(*arguments: object) -> Result:
    return CliRunner().invoke(main, [str(argument) for argument in arguments])


def commands(group: click.Group = main, *names: str) -> Iterator[tuple[tuple[str, ...], click.Command]]:
    for name, command in group.commands.items():
        if isinstance(command, click.Group):
            yield from commands(command, *names, name)
        else:
            yield (*names, name), command


OF_BATCHES = [
    ["--workers", "2"], ["--executor", "local"], ["--ray-address", "auto"], ["--retry-failed"], ["--batch-config", "batch.yaml"],
    ["--track-personal-data"], ["--allow-outside"],
]  # fmt: skip
OF_ONE = {
    ("--no-cache",): "a batch hands observations on by its cache",
    ("--candidate-voice", "me.wav"): "a manifest names one a row, in its column candidate_voice",
    ("--transcript", "a.vtt"): "a manifest names one a row, in its column transcript",
    ("--candidate", "Ann"): "leave it out, or pass one recording (--job)",
}


@pytest.mark.parametrize("option", OF_BATCHES, ids=lambda option: option[0])
def test_an_option_of_batches_is_refused_with_one_recording(option: list[str]) -> None:
    done = run("score", "a.wav", "--job", "product-manager", "--out", "out", *option)
    assert done.exit_code == 2
    assert (
        f"Error: {option[0]} is for a manifest (--job-dir); leave it out, or pass a manifest" in done.stderr
    )


@pytest.mark.parametrize(("option", "why"), OF_ONE.items(), ids=[option[0] for option in OF_ONE])
def test_an_option_of_one_recording_is_refused_with_a_manifest(option: tuple[str, ...], why: str) -> None:
    done = run("score", "round.csv", "--job-dir", "jobs", "--out", "out", *option)
    assert done.exit_code == 2
    assert f"Error: {option[0]} is for one recording (--job); {why}" in done.stderr


@pytest.mark.parametrize(("heading", "tried"), [(BATCH, OF_BATCHES), (ONE, OF_ONE)], ids=["batch", "one"])
def test_no_option_of_either_is_left_untried(heading: str, tried: Iterable[Sequence[str]]) -> None:
    options = main.commands["score"].params
    assert {o.opts[0] for o in options if heading_of(o) == heading} == {option[0] for option in tried}


@pytest.mark.parametrize(
    ("options", "told"),
    [
        (["--ray-address", "auto"], "--ray-address is for --executor ray"),
        (["--executor", "ray", "--workers", "2"], "--workers is for --executor local"),
    ],
)
def test_an_option_of_the_other_executor_is_refused(tmp_path: Path, options: list[str], told: str) -> None:
    done = run("score", tmp_path / "round.csv", "--job-dir", tmp_path, "--out", tmp_path / "run", *options)
    assert done.exit_code == 2
    assert told in done.stderr


def test_one_report_does_not_go_to_a_url(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    done = run("score", "a.wav", "--job", "product-manager", "--out", "s3://bucket/out")
    assert done.exit_code == 2
    assert done.stderr.startswith("error: s3://bucket/out is not on this machine")
    assert list(tmp_path.iterdir()) == []


def test_out_says_whether_it_is_a_file_or_a_folder(tmp_path: Path) -> None:
    kinds = {
        " ".join(names): option.make_metavar(click.Context(command))
        for names, command in commands()
        for option in command.params
        if "--out" in option.opts
    }
    assert kinds.pop("job parse") == "FILE|FOLDER"
    folders = {"score", "rescore", "learn train", "learn retrain"}
    assert {name for name, kind in kinds.items() if kind == "FOLDER"} == folders
    assert {kind for name, kind in kinds.items() if name not in folders} == {"FILE"}
    folder_for_a_file = run("report", tmp_path, "--lang", "zh", "--out", tmp_path)
    assert folder_for_a_file.exit_code == 2
    assert "is a directory" in folder_for_a_file.stderr


def test_help_has_options_under_headings() -> None:
    sections = re.split(r"^(\S.*):\n", run("score", "--help").stdout, flags=re.MULTILINE)
    below = dict(zip(sections[1::2], sections[2::2], strict=True))
    places = {
        "--out": "Options",
        "--no-cache": "With one recording (--job)",
        "--retry-failed": "With a manifest (--job-dir)",
        "--quiet": "Messages",
    }
    for option, heading in places.items():
        assert [name for name, text in below.items() if re.search(rf"{option}\b", text)] == [heading]


@pytest.mark.parametrize("name", LEARN)
def test_old_names_of_the_learning_commands_work_with_a_note(name: str) -> None:
    assert set(LEARN) == set(main.commands["learn"].commands)  # type: ignore[attr-defined]
    assert f"  {name} " not in run("--help").stdout.partition("Commands:")[2]
    new, old = run("learn", name, "--help"), run(name, "--help")
    assert (new.exit_code, old.exit_code) == (0, 0)
    assert new.stdout.partition("\n")[2] == old.stdout.partition("\n")[2]


def test_the_note_is_left_out_when_quiet(tmp_path: Path) -> None:
    arguments = ["evaluate", tmp_path / "none", "--data", tmp_path]
    note = "`interview-analysis evaluate` is now `interview-analysis learn evaluate`; both work\n"
    assert run(*arguments).stderr.startswith(note)
    assert note not in run(*arguments, "--quiet").stderr
    assert "is now" not in run("learn", *arguments).stderr


def test_training_takes_ratings_and_logs_to_mlflow(tmp_path: Path) -> None:
    ids = [f"{number:03d}" for number in range(1, 31)]
    folder, ratings = write_run(tmp_path / "run", ids), tmp_path / "ratings.csv"
    lines = [f"{key};{3 + number % 4},{number % 10}" for number, key in enumerate(ids)]
    ratings.write_text("\n".join(["interview_id;Overall", *lines]), encoding="utf-8")
    uri = f"sqlite:///{tmp_path / 'mlflow.db'}"
    settings = ("folds=3", "repeats=1", "slow_repeats=1", "bootstrap_samples=100", "meaning=false",
                "targets=[Overall]", "learners=[ridge]", "chosen=ridge", "channels=[voice]")  # fmt: skip
    changed = [part for setting in settings for part in ("--set", setting)]
    places = ["--data", folder, "--ratings", ratings, "--out", tmp_path / "model", "--mlflow", uri]
    done = run("learn", "train", *places, *changed)
    assert done.exit_code == 0, done.output
    import mlflow

    client = mlflow.MlflowClient(uri)
    (experiment,) = [e for e in client.search_experiments() if e.name == "interview-analysis-models"]
    (logged,) = client.search_runs([experiment.experiment_id])
    assert logged.data.params["learner"] == "ridge"
    assert Registry(uri).champion("overall") is None
    assert client.search_registered_models() == []


@pytest.mark.parametrize("module", ["interview_analysis.pipeline", "interview_analysis.pipeline.cli", "interview_analysis.pipeline.cli.main"])  # fmt: skip
def test_the_command_runs_as_a_module(module: str) -> None:
    done = subprocess.run([sys.executable, "-m", module, "--version"], capture_output=True, text=True)
    assert done.stdout == f"interview-analysis, version {interview_analysis.__version__}\n"


def test_help_takes_less_than_half_a_second_of_the_processor() -> None:
    """Of its own time, not the clock's, so that whatever else this machine does is not counted; the best of three."""

    def processor_s() -> float:
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        subprocess.run(
            [sys.executable, "-m", "interview_analysis.pipeline", "score", "--help"],
            cwd=ROOT, check=True, stdout=subprocess.DEVNULL,
        )  # fmt: skip
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime

    assert min(processor_s() for _ in range(3)) < 0.5
