"""The notebooks run from top to bottom on a saved report."""

from __future__ import annotations

import json

import pytest

from interview_analysis.features.tables import feature_tables
from interview_analysis.pipeline.analyze import Analysis
from interview_analysis.pipeline.config import load_profile
from interview_analysis.pipeline.outputs import save
from tests.conftest import ROOT
from tests.pipeline.sample_report import sample_report
from tests.scoring.scene import observe_text

NOTEBOOKS = sorted((ROOT / "notebooks").glob("*.ipynb"))


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.name)
def test_a_notebook_runs(path, tmp_path, monkeypatch):
    seen = observe_text("We asked twenty users. The form was too long, so I cut it in half.")
    save(
        Analysis(sample_report("en"), load_profile("product-manager"), seen, feature_tables(seen)),
        tmp_path / "report",
        "en",
    )
    monkeypatch.setenv("INTERVIEW_ANALYSIS_REPORT", str(tmp_path / "report"))
    names: dict[str, object] = {}
    for cell in json.loads(path.read_text(encoding="utf-8"))["cells"]:
        if cell["cell_type"] == "code":
            exec("".join(cell["source"]), names)
            assert cell["outputs"] == [], "save notebooks without outputs: they may hold personal data"
    assert len(names["scores"]) == len(sample_report("en").dimensions)
    assert not names["timeline"].empty
