"""The notebooks run from top to bottom."""

from __future__ import annotations

import json
from typing import Any

from interview_analysis.features.tables import feature_tables
from interview_analysis.pipeline.batch.results import write_tables
from interview_analysis.pipeline.common.config import load_profile
from interview_analysis.pipeline.interview import Analysis
from interview_analysis.pipeline.learning.sample import write_sample
from interview_analysis.pipeline.outputs import save
from interview_analysis.pipeline.storage.places import Folder
from tests.conftest import ROOT
from tests.pipeline.batch.test_results import groups, scored
from tests.pipeline.sample_report import sample_report
from tests.scoring.scene import observe_text

NOTEBOOKS = ROOT / "notebooks"


def _run(name: str) -> dict[str, Any]:
    """Run all code of a notebook; returns the names that it leaves."""
    names: dict[str, Any] = {}
    for cell in json.loads((NOTEBOOKS / name).read_text(encoding="utf-8"))["cells"]:
        if cell["cell_type"] == "code":
            exec("".join(cell["source"]), names)
            assert cell["outputs"] == [], "save notebooks without outputs: they may hold personal data"
    return names


def test_every_notebook_is_run_here():
    assert {path.name for path in NOTEBOOKS.glob("*.ipynb")} == {
        "reading-a-report.ipynb",
        "capacity_plan.ipynb",
        "exploring-a-batch.ipynb",
        "training-a-model.ipynb",
        "what-each-channel-adds.ipynb",
    }


def test_reading_a_report_runs(tmp_path, monkeypatch):
    seen = observe_text("We asked twenty users. The form was too long, so I cut it in half.")
    save(
        Analysis(sample_report("en"), load_profile("product-manager"), seen, feature_tables(seen)),
        tmp_path / "report",
        "en",
    )
    monkeypatch.setenv("INTERVIEW_ANALYSIS_REPORT", str(tmp_path / "report"))
    names = _run("reading-a-report.ipynb")
    assert len(names["scores"]) == len(sample_report("en").dimensions)
    assert not names["timeline"].empty


def test_the_capacity_plan_runs(monkeypatch):
    monkeypatch.setenv("MPLBACKEND", "Agg")
    monkeypatch.setenv("INTERVIEW_ANALYSIS_STAGE_COSTS", str(NOTEBOOKS / "stage_costs.json"))
    names = _run("capacity_plan.ipynb")
    cores = names["by_fleet"]["cores"]
    assert (cores.diff().dropna() <= 0).all().all(), "more time never takes more cores"
    assert (cores["with GPUs, assumed"] < cores["cores only"]).all()
    assert len(names["kept"]) == 24


def test_exploring_a_batch_runs(tmp_path, monkeypatch):
    monkeypatch.setenv("MPLBACKEND", "Agg")
    monkeypatch.setenv("INTERVIEW_ANALYSIS_RUN", str(tmp_path))
    rows = [scored(f"I{n}", pauses__pause_ratio=n / 10, gaze__yaw_deg=float(n)) for n in range(6)]
    write_tables(rows, groups(*(row.interview_id for row in rows)), Folder(tmp_path))
    names = _run("exploring-a-batch.ipynb")
    assert len(names["overall"]) == 6


def test_training_a_model_runs(tmp_path, monkeypatch):
    monkeypatch.setenv("MPLBACKEND", "Agg")
    monkeypatch.setenv("REPEATS", "1")
    monkeypatch.setenv("INTERVIEW_ANALYSIS_RATED", str(write_sample(tmp_path / "rated", persons=22)))
    names = _run("training-a-model.ipynb")
    assert len(names["predictions"]) == 44 * len(names["scorer"].targets)


def test_what_each_channel_adds_runs(tmp_path, monkeypatch):
    monkeypatch.setenv("REPEATS", "1")
    monkeypatch.setenv("INTERVIEW_ANALYSIS_RATED", str(write_sample(tmp_path / "rated", persons=22)))
    names = _run("what-each-channel-adds.ipynb")
    assert set(names["proof"].channels.weights) == {"content", "voice"}
    assert not names["proof"].importance.empty
