"""dvc.yaml under the real DVC, on made-up interviews: what ran once does not run again, and retraining decides."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from tests.conftest import ROOT

pytest.importorskip("dvc", reason="SKIPPED: DVC is not installed; `pip install dvc`")
QUICK = {
    "meaning": False, "folds": 3, "repeats": 1, "inner_folds": 3, "bootstrap_samples": 100, "targets": ["Overall"],
    "learners": ["length", "ridge"], "chosen": "ridge",
}  # fmt: skip
STAGES = ["sample", "ingest", "observe", "featurize", "train", "evaluate", "report"]
CODE = ("pipeline", "models", "features", "scoring", "configs")


class Project:
    """A copy of what dvc.yaml needs, in a folder of its own."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        for name in CODE:
            shutil.copytree(ROOT / name, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
        shutil.copy2(ROOT / "dvc.yaml", folder)
        self.train(**QUICK)
        self.dvc("init", "--no-scm", "--quiet")

    def train(self, **settings: object) -> None:
        path = self.folder / "configs" / "train.yaml"
        known = yaml.safe_load(path.read_text(encoding="utf-8")) or {}
        path.write_text(yaml.safe_dump(known | settings), encoding="utf-8")

    def run(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        environment = {
            **os.environ, "PYTHONPATH": str(ROOT / "src"), "DVC_NO_ANALYTICS": "1",
            "DVC_SITE_CACHE_DIR": str(self.folder / ".site"), "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}",
        }  # fmt: skip
        return subprocess.run(
            [sys.executable, "-m", *arguments],
            cwd=self.folder, env=environment, capture_output=True, text=True, timeout=300, check=False,
        )  # fmt: skip

    def dvc(self, *arguments: str) -> str:
        done = self.run("dvc", *arguments)
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    def repro(self) -> list[str]:
        """The stages that ran."""
        return re.findall(r"Running stage '(\w+)'", self.dvc("repro"))

    def retrain(self) -> subprocess.CompletedProcess[str]:
        return self.run(
            "interview_analysis.pipeline", "retrain", "--mlflow", f"sqlite:///{self.folder}/mlflow.db"
        )


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Project:
    return Project(tmp_path_factory.mktemp("project"))


@pytest.mark.slow
def test_stages_run_once_and_a_parameter_runs_only_what_depends_on_it(project):
    assert project.repro() == STAGES
    assert project.repro() == []
    project.train(seed=7)
    assert project.repro() == ["train", "evaluate", "report"]
    # The same parameters as before are known: nothing has to be computed again.
    project.train(seed=8)
    project.train(seed=7)
    assert project.repro() == []

    metrics = json.loads(project.dvc("metrics", "show", "--json"))
    shown = metrics[""]["data"]["data/processed/evaluation/metrics.json"]["data"]
    assert -1 < shown["Overall"]["low"] <= shown["Overall"]["r"] <= shown["Overall"]["high"] < 1
    assert 0 < shown["Overall"]["interval_coverage"] <= 1
    project.dvc("plots", "show", "-o", "plots")
    assert "predictions" in (project.folder / "plots" / "index.html").read_text(encoding="utf-8")
    written = (project.folder / "data/processed/evaluation/predictions.csv").read_text(encoding="utf-8")
    assert written.startswith("target,truth,prediction")
    assert "P1" not in written


@pytest.mark.slow
def test_a_remote_brings_everything_to_another_machine(project, tmp_path):
    project.repro()
    project.dvc("remote", "add", "--default", "--force", "store", str(tmp_path / "store"))
    project.dvc("push")
    before = (project.folder / "data/processed/evaluation/metrics.json").read_bytes()
    shutil.rmtree(project.folder / "data")
    shutil.rmtree(project.folder / ".dvc" / "cache")
    project.dvc("pull")
    assert (project.folder / "data/processed/evaluation/metrics.json").read_bytes() == before
    assert project.repro() == []
    project.dvc("remote", "remove", "store")


@pytest.mark.slow
def test_retraining_promotes_a_better_model_refuses_a_worse_one_and_says_so(project):
    def summary() -> str:
        return (project.folder / "out/retrain/summary.md").read_text(encoding="utf-8")

    first = project.retrain()
    assert first.returncode == 0, first.stderr
    assert "models:/overall/1 promoted" in summary()
    assert (project.folder / "out/retrain/summary.html").is_file()
    again = project.retrain()
    assert again.returncode == 0, again.stderr
    assert "nothing changed" in again.stderr
    project.train(chosen="length")
    worse = project.retrain()
    assert worse.returncode == 1, worse.stderr
    assert "models:/overall/2 not promoted" in summary()
    assert "difference -" in summary()


@pytest.mark.slow
def test_a_source_that_is_not_there_is_one_line(project):
    (project.folder / "configs" / "data.yaml").write_text(
        "source: nowhere\nembeddings: false\n", encoding="utf-8"
    )
    done = project.retrain()
    assert done.returncode == 2
    assert "nowhere" in done.stderr
    assert "Traceback" not in done.stderr
