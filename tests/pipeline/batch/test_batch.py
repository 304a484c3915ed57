"""Batches of real recordings, and the same tables whoever does the work.

They run in this process, and as their user runs them in the long tests, but for the undisturbed run that all are held to.
"""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from collections.abc import Callable
from io import BytesIO
from pathlib import Path

import pandas as pd
import pytest

from interview_analysis.pipeline.batch.results import Row
from interview_analysis.pipeline.common.config import BUILT_IN
from interview_analysis.pipeline.storage.places import Folder
from tests.pipeline.batch.conftest import ANSWERS, Round, Run, manifest_rows, tables
from tests.pipeline.batch.here import run_here

MakeRound = Callable[[Path, int], Round]


def row_of(out: Path, interview: str) -> Row:
    (path,) = [
        p
        for p in (out / "interviews").glob("*/row.json")
        if p.parent.name.lower().startswith(interview.lower())
    ]
    return Row.model_validate_json(path.read_bytes())


def test_a_run_has_a_report_for_each_interview_and_tables_of_all(undisturbed: Path) -> None:
    scores = pd.read_parquet(undisturbed / "scores.parquet")
    assert list(scores["interview_id"]) == [f"I{n:03d}" for n in range(12)]
    assert set(scores["status"]) == {"scored"}
    assert scores["overall.score"].between(0, 100).all()
    assert scores["overall.score"].nunique() > 3
    for path in scores["report"]:
        assert (undisturbed / path).is_file()
        assert (undisturbed / path).with_name("job.yaml").is_file()
    assert len(pd.read_parquet(undisturbed / "features.parquet")) == 12
    assert pd.read_csv(undisturbed / "failures.csv").empty
    page = (undisturbed / "index.html").read_text(encoding="utf-8")
    assert all(f"I{n:03d}" in page for n in range(12))


def test_several_recordings_are_one_interview(undisturbed: Path) -> None:
    report = json.loads((undisturbed / row_of(undisturbed, "I003").report).with_suffix(".json").read_bytes())
    assert [part["name"] for part in report["recordings"]] == ["team.wav", "client.wav"]
    assert report["recordings"][1]["question"] == "How did it end?"
    first, second = report["recordings"]
    assert second["start_s"] == pytest.approx(first["duration_s"], abs=0.01)
    assert report["media"]["duration_s"] == pytest.approx(
        first["duration_s"] + second["duration_s"], abs=0.01
    )


def test_the_same_command_again_does_nothing(
    small_round: Round, undisturbed: Path, tmp_path: Path, run: Run
) -> None:
    out = shutil.copytree(undisturbed, tmp_path / "run")
    before = {p: p.stat().st_mtime_ns for p in (out / "interviews").rglob("*")}
    done = run(small_round.command(out))
    assert done.returncode == 0, done.stderr
    assert {p: p.stat().st_mtime_ns for p in (out / "interviews").rglob("*")} == before
    assert tables(out) == tables(undisturbed)


def test_tables_are_equal_without_workers(small_round: Round, undisturbed: Path, tmp_path: Path) -> None:
    done = run_here(small_round.command(tmp_path / "run"))
    assert done.returncode == 0, done.stderr
    assert tables(tmp_path / "run") == tables(undisturbed)


@pytest.mark.faults
@pytest.mark.parametrize(
    "more", [pytest.param(["--workers", "1"], id="one worker"), pytest.param(["--executor", "ray"], id="ray")]
)
def test_tables_are_equal_whoever_does_the_work(
    more: list[str], small_round: Round, undisturbed: Path, tmp_path: Path
) -> None:
    done = small_round.score(tmp_path / "run", *more)
    assert done.returncode == 0, done.stderr
    assert tables(tmp_path / "run") == tables(undisturbed)


@pytest.mark.faults
def test_a_cold_cache_gives_the_same_tables(make_round: MakeRound, undisturbed: Path, tmp_path: Path) -> None:
    # By as many workers as before: on some processors the recogniser's words hang on how many threads it has.
    fresh = make_round(tmp_path / "round", 12)
    done = fresh.score(tmp_path / "run")
    assert done.returncode == 0, done.stderr
    assert tables(tmp_path / "run") == tables(undisturbed)


def test_groups_reach_a_table_and_no_score(
    small_round: Round, undisturbed: Path, tmp_path: Path, run: Run
) -> None:
    other = Round(tmp_path / "round")
    shutil.copytree(small_round.folder, other.folder)
    other.write(manifest_rows(12, team="b"))
    done = run(other.command(tmp_path / "run"))
    assert done.returncode == 0, done.stderr
    assert tables(tmp_path / "run") == tables(undisturbed)
    assert set(pd.read_parquet(tmp_path / "run/groups.parquet")["group_team"]) == {"b"}
    told = "".join(p.read_text(encoding="utf-8") for p in (tmp_path / "run/interviews").rglob("*.json"))
    assert "group_team" not in told


def test_a_changed_row_is_done_again_and_no_other(
    small_round: Round, undisturbed: Path, tmp_path: Path, run: Run
) -> None:
    round_, out = Round(tmp_path / "round"), tmp_path / "run"
    shutil.copytree(small_round.folder, round_.folder)
    assert run(round_.command(out)).returncode == 0
    before = {p.parent.name: p.stat().st_mtime_ns for p in (out / "interviews").glob("*/row.json")}
    rows = [list(row) for row in manifest_rows(12)]
    rows[0][4] = "What else did you do?"
    round_.write(rows)
    assert run(round_.command(out)).returncode == 0
    after = {p.parent.name: p.stat().st_mtime_ns for p in (out / "interviews").glob("*/row.json")}
    assert [name for name in before if after[name] != before[name]] == ["I000"]


def test_rescoring_needs_no_recording(
    small_round: Round, undisturbed: Path, tmp_path: Path, run: Run
) -> None:
    """With other weights the scores differ, with the same profiles they are equal; the recordings are gone by then."""
    import yaml

    gone = Round(tmp_path / "round")
    shutil.copytree(small_round.folder, gone.folder)
    assert run(gone.command(tmp_path / "run")).returncode == 0
    for name in ANSWERS:
        (gone.folder / name).unlink()

    def rescore(jobs: Path, out: Path) -> subprocess.CompletedProcess[str]:
        return run(
            [sys.executable, "-m", "interview_analysis.pipeline", "rescore", str(tmp_path / "run"), "--job-dir", str(jobs),
             "--out", str(out), "--cache", str(gone.cache), "--workers", "1"],
        )  # fmt: skip

    again = rescore(gone.jobs, tmp_path / "again")
    assert again.returncode == 0, again.stderr
    assert tables(tmp_path / "again") == tables(undisturbed)

    for path in gone.jobs.iterdir():
        profile = yaml.safe_load(path.read_text(encoding="utf-8"))
        shares = [d["weight"] for d in profile["dimensions"]]
        for dimension, weight in zip(profile["dimensions"], [*shares[1:], shares[0]], strict=True):
            dimension["weight"] = weight
        path.write_text(yaml.safe_dump(profile, allow_unicode=True), encoding="utf-8")
    moved = rescore(gone.jobs, tmp_path / "moved")
    assert moved.returncode == 0, moved.stderr
    before, after = (pd.read_parquet(f / "scores.parquet") for f in (undisturbed, tmp_path / "moved"))
    dimensions = [c for c in before.columns if c.startswith("dimension.") and c.endswith(".score")]
    pd.testing.assert_frame_equal(before[dimensions], after[dimensions])
    one, other = before["overall.score"], after["overall.score"]
    assert (one.notna() & other.notna() & (one != other)).any()


def test_what_cannot_be_read_is_a_row_with_its_reason(
    small_round: Round, undisturbed: Path, tmp_path: Path, run: Run
) -> None:
    round_ = Round(tmp_path / "round")
    shutil.copytree(small_round.folder, round_.folder)
    (round_.folder / "=cmd.wav").write_text("no recording")
    (round_.folder / "empty.mp4").write_bytes(b"")
    rows = manifest_rows(12)
    rows += [("=1+1", "P900", "product-manager", "=cmd.wav", "", "", "", "a")]
    rows += [("I901", "P901", "product-manager", "empty.mp4", "", "", "", "a")]
    round_.write(rows)
    done = run(round_.command(tmp_path / "run"))
    assert done.returncode == 3, done.stderr  # some failed
    scores = pd.read_csv(tmp_path / "run/scores.csv")
    assert list(scores["status"]) == ["scored"] * 12 + ["failed"] * 2
    failures = pd.read_csv(tmp_path / "run/failures.csv")
    assert list(failures["stage"]) == ["probe", "probe"]
    assert "'=1+1" in list(failures["interview_id"])
    assert failures["reason"].str.len().min() > 20
    known = pd.read_parquet(undisturbed / "scores.parquet")
    pd.testing.assert_frame_equal(
        pd.read_parquet(tmp_path / "run/scores.parquet").head(12)[known.columns], known
    )


def test_a_batch_of_which_nothing_can_be_read_says_so_by_its_exit_code(tmp_path: Path, run: Run) -> None:
    round_ = Round(tmp_path)
    round_.jobs.mkdir()
    shutil.copy2(BUILT_IN / "jobs" / "product-manager.yaml", round_.jobs)
    for name in ("a.wav", "b.wav"):
        (tmp_path / name).write_text("no recording")
    round_.write(
        [(name, "P1", "product-manager", f"{name}.wav", "", "", "", "a") for name in ("a", "b")],
    )
    done = run(round_.command(tmp_path / "run"))
    assert done.returncode == 4, done.stderr
    assert "failed: 2" in done.stderr
    assert len(pd.read_csv(tmp_path / "run/failures.csv")) == 2


def test_mistakes_of_a_manifest_are_told_before_any_work(
    small_round: Round, tmp_path: Path, run: Run
) -> None:
    round_ = Round(tmp_path / "round")
    shutil.copytree(small_round.folder, round_.folder)
    round_.write(
        [
            ("I1", "P1", "product-manger", "team.wav", "", "9", "3", "a"),
            ("I2", "P2", "product-manager", "../x.wav", "", "", "", "a"),
        ]
    )
    done = run(round_.command(tmp_path / "run"))
    assert done.returncode == 2
    lines = done.stderr.strip().splitlines()
    assert len(lines) >= 3
    assert any("job" in line and "product-manager" in line for line in lines)
    assert any("end_s" in line for line in lines)
    assert any("--allow-outside" in line for line in lines)
    assert not (tmp_path / "run").exists()


def test_a_folder_with_other_files_is_refused(small_round: Round, tmp_path: Path, run: Run) -> None:
    (tmp_path / "thesis.txt").write_text("do not touch")
    done = run(small_round.command(tmp_path))
    assert done.returncode == 2
    assert "thesis.txt" in done.stderr
    assert [p.name for p in tmp_path.iterdir()] == ["thesis.txt"]


def test_status_of_a_run(undisturbed: Path, tmp_path: Path) -> None:
    from click.testing import CliRunner

    from interview_analysis.pipeline.cli.main import main

    told = CliRunner().invoke(main, ["batch", "status", str(undisturbed), "--json"])
    assert told.exit_code == 0, told.output
    status = json.loads(told.output)
    assert (status["state"], status["total"], status["scored"], status["failed"], status["left"]) == (
        "finished",
        12,
        12,
        0,
        0,
    )
    missing = CliRunner().invoke(main, ["batch", "status", str(tmp_path)])
    assert missing.exit_code == 2
    assert "holds no run" in missing.output


def test_everything_may_lie_on_an_object_store(
    small_round: Round, undisturbed: Path, bucket: str, run: Run
) -> None:
    """Manifest, recordings, profiles, cache and results on S3, and the tables that a local run gives."""
    store = Folder(bucket)
    for path in [*small_round.jobs.iterdir(), *(small_round.folder / name for name in ANSWERS)]:
        store.write_bytes(f"round/{path.relative_to(small_round.folder).as_posix()}", path.read_bytes())
    lines = small_round.manifest.read_bytes().splitlines(keepends=True)
    store.write_bytes("round/round.csv", b"".join(lines[:2] + lines[4:6]))  # the fourth is of two recordings
    command = [
        sys.executable, "-m", "interview_analysis.pipeline", "score", f"{bucket}/round/round.csv", "--job-dir",
        f"{bucket}/round/jobs", "--out", f"{bucket}/run", "--cache", f"{bucket}/cache", "--workers", "2",
    ]  # fmt: skip
    done = run(command)
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip() == f"{bucket}/run/index.html"
    made = store.folder("run")
    known = pd.read_parquet(undisturbed / "scores.parquet").iloc[[0, 3]].reset_index(drop=True)
    pd.testing.assert_frame_equal(pd.read_parquet(BytesIO(made.read_bytes("scores.parquet"))), known)
    assert made.exists("interviews/I000/report.html")
    assert any(name.startswith("cache/") for name in store.names("cache"))


def test_mlflow_gets_parameters_metrics_and_the_page(
    small_round: Round, undisturbed: Path, tmp_path: Path, mlflow_uri: str, run: Run
) -> None:
    import mlflow

    shutil.copytree(undisturbed, tmp_path / "run")  # nothing is left to score
    done = run(small_round.command(tmp_path / "run", "--mlflow", mlflow_uri))
    assert done.returncode == 0, done.stderr
    client = mlflow.MlflowClient(mlflow_uri)
    (experiment,) = [e for e in client.search_experiments() if e.name == "interview-analysis-batches"]
    (run,) = client.search_runs([experiment.experiment_id])
    assert run.data.params["asr.engine"] == "faster-whisper"
    assert any(key == "product-manager/overall.mean" for key in run.data.metrics)
    found = {artifact.path for artifact in client.list_artifacts(run.info.run_id)}
    assert {"index.html", "distributions.json"} <= found
