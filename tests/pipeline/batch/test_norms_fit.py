"""``norms fit`` on runs: what it writes, `load_norms` reads, and a score by it is a percentile."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from click.testing import CliRunner

from interview_analysis.pipeline.batch.manifest.manifest import Interview, Manifest, Recording, write_manifest
from interview_analysis.pipeline.batch.results import ROW_FILE, scored_row
from interview_analysis.pipeline.cli.main import main
from interview_analysis.pipeline.common.config import load_norms
from interview_analysis.pipeline.storage.places import Folder
from interview_analysis.scoring.rubric.measures import fitting
from tests.pipeline.batch.test_results import digest, tables
from tests.pipeline.sample_report import sample_report

RATES = np.linspace(100, 220, 30)


def _run(folder: Path, persons: int) -> Path:
    """A finished run of interviews in English that differ in their speaking rate."""
    interviews = [
        Interview(
            id=f"I{n:02}", candidate_id=f"C{n % persons}", job="sales", recordings=(Recording(path="/a.wav"),)
        )
        for n in range(len(RATES))
    ]
    out = Folder(folder)
    groups = pd.DataFrame(index=pd.Index([i.id for i in interviews], name="interview_id", dtype="str"))
    write_manifest(Manifest(tuple(interviews), groups), out)
    report = sample_report("en")
    for interview, rate in zip(interviews, RATES, strict=True):
        place = f"interviews/{interview.slug}"
        row = scored_row(
            interview, report, tables(speech_rate__speaking_rate_wpm=float(rate)), inputs=digest(interview.id),
            recordings=[digest("r")], report_path=f"{place}/report.html", seconds={}, finished_at="",
        )  # fmt: skip
        out.write_bytes(f"{place}/{ROW_FILE}", row.model_dump_json().encode())
        out.write_bytes(f"{place}/report.json", report.model_dump_json().encode())
    return folder


def test_norms_of_a_run_are_percentiles_in_a_file_that_scoring_takes(tmp_path):
    run, out = _run(tmp_path / "run", persons=30), tmp_path / "norms.yaml"
    done = CliRunner().invoke(
        main, ["norms", "fit", str(run), "--population", "毕业生 2026", "--out", str(out)]
    )
    assert done.exit_code == 0, done.output
    fitted = load_norms(out)
    rate = fitting(fitted.channels["voice"], "en")
    norm = next(n for n in rate if n.feature == "speech_rate.speaking_rate_wpm")
    assert norm.score(RATES[0]) == pytest.approx(200 * 0.5 / 30, abs=0.01)  # a band: far from the middle
    assert "毕业生 2026" in fitted.origin.en
    assert "毕业生 2026" in fitted.origin.zh
    assert "pauses.pause_ratio" in done.stderr


@pytest.mark.parametrize("persons", [1, 19])
def test_too_few_persons_are_refused_with_their_count(tmp_path, persons):
    run = _run(tmp_path / "run", persons)
    done = CliRunner().invoke(
        main, ["norms", "fit", str(run), "--population", "x", "--out", str(tmp_path / "n.yaml")]
    )
    assert done.exit_code == 2
    assert f"English {persons}" in done.stderr
    assert not (tmp_path / "n.yaml").exists()


def test_a_folder_that_is_no_run_is_one_line(tmp_path):
    done = CliRunner().invoke(main, ["norms", "fit", str(tmp_path), "--population", "x", "--out", "n.yaml"])
    assert done.exit_code == 2
    assert len(done.stderr.strip().splitlines()) == 1
