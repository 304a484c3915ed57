"""A batch in a real MLflow store: what is there, and what of a person is not."""

from __future__ import annotations

import json
import statistics
from dataclasses import replace
from pathlib import Path

import pytest

from interview_analysis.errors import OutputError
from interview_analysis.pipeline.batch import tracking
from interview_analysis.pipeline.batch.tracking import batch_metrics, log_batch
from interview_analysis.pipeline.common.system import quiet_dependencies
from tests.pipeline.batch.rows import JOBS, SampleLineage, SampleScore, failed, sample_rows, scored


@pytest.fixture
def out(tmp_path):
    folder = tmp_path / "runs" / "2026-11"
    folder.mkdir(parents=True)
    for name in ("index.html", "scores.parquet", "scores.csv", "failures.csv", "groups.parquet"):
        (folder / name).write_text("Candidate 4")
    return folder


def _client(uri):
    quiet_dependencies()
    from mlflow.tracking import MlflowClient

    return MlflowClient(uri)


def _files(client, run_id):
    return {
        f.path for top in ("", "tables") for f in client.list_artifacts(run_id, top or None) if not f.is_dir
    }


def test_settings_statistics_distributions_and_page_are_in_the_run(out, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path / "runs")
    uri, rows = f"sqlite:///{tmp_path / 'runs.db'}", sample_rows(120)
    client = _client(uri)
    run_id = log_batch(rows, {"workers": "2", "norms": "a" * 9000}, out / "index.html", out, uri)
    run = client.get_run(run_id)
    assert run.info.run_name == "2026-11"
    assert run.data.params["workers"] == "2"
    overall = [r.scores["overall"].score for r in rows if r.status == "scored" and r.job == JOBS[0]]
    assert run.data.metrics[f"{JOBS[0]}/overall.mean"] == pytest.approx(statistics.fmean(overall))
    assert run.data.metrics["interviews"] == 120
    assert run.data.tags["sha256.norms"] == "3" * 64
    assert run.data.tags[f"sha256.profile.{JOBS[1]}"] == "1" * 64
    assert _files(client, run_id) == {
        "index.html", "distributions.json", "tables/scores.parquet", "tables/scores.csv", "tables/failures.csv",
    }  # fmt: skip
    assert not (tmp_path / "runs" / "mlruns").exists(), "artefacts lie beside the store, not where one works"
    path = client.download_artifacts(run_id, "distributions.json", str(tmp_path))
    told = json.loads(Path(path).read_text(encoding="utf-8"))
    assert sum(told[JOBS[0]]["overall"]["counts"]) == len(overall)
    assert b"Candidate 4" not in (tmp_path / "runs.db").read_bytes()
    assert "张伟".encode() not in (tmp_path / "runs.db").read_bytes()


@pytest.mark.parametrize("personal", [False, True])
def test_what_names_a_person_leaves_the_machine_only_when_asked(out, mlflow_uri, monkeypatch, personal):
    monkeypatch.setattr(tracking, "LOCAL_SCHEMES", ())  # as if the store were elsewhere
    client = _client(mlflow_uri)
    run_id = log_batch(sample_rows(5), {}, out / "index.html", out, mlflow_uri, personal_data=personal)
    assert ("index.html" in _files(client, run_id)) == personal
    assert "distributions.json" in _files(client, run_id)


def test_which_stores_are_of_this_machine():
    cases = [("sqlite:////x/y.db", True), ("/x/y", True), ("file:///x", True), ("https://mlflow.example", False),
     ("postgresql://db/x", False), ("s3://bucket/x", False), ("databricks", False), ("mlflow-artifacts:/1", False)]  # fmt: skip
    assert [(uri, local, found) for uri, local in cases if (found := tracking._is_local(uri)) != local] == []


def test_many_jobs_with_odd_names_fit(out, mlflow_uri):
    rows = [scored(n, float(n), job=f"销售 (华东) {n}") for n in range(60)]
    metrics = (
        _client(mlflow_uri).get_run(log_batch(rows, {}, out / "index.html", out, mlflow_uri)).data.metrics
    )
    assert metrics["销售 _华东_ 59/overall.mean"] == 59.0


def test_metrics_by_hand():
    rows = [
        scored(0, 40.0), scored(1, 60.0),
        scored(2, None, partial=True, scores={"overall": SampleScore(None, None, "nothing_scored")}),
        failed(3, "probe", "no such file"),
    ]  # fmt: skip
    found = batch_metrics(rows)
    assert (found["interviews"], found["scored"], found["failed"], found["partial"]) == (4, 3, 1, 1)
    assert found["recording_hours"] == 0.5
    assert found["interviews_per_minute"] == pytest.approx(6.0)
    assert found[f"{JOBS[0]}/overall.abstained_share"] == pytest.approx(1 / 3)
    assert found[f"{JOBS[0]}/overall.p50"] == 50.0
    assert found[f"{JOBS[0]}/overall.sd"] == pytest.approx(200**0.5)
    assert batch_metrics([]) == {
        "interviews": 0,
        "scored": 0,
        "failed": 0,
        "partial": 0,
        "recording_hours": 0.0,
    }


def test_a_hash_that_differs_is_told():
    rows = [scored(0, 1.0), scored(1, 2.0, lineage=replace(SampleLineage(), norms="f" * 64))]
    assert dict(tracking._tags(rows))["sha256.norms"] == "2 different"


def test_a_store_that_cannot_be_reached_is_one_line(out, tmp_path):
    (tmp_path / "file").touch()
    with pytest.raises(OutputError, match="cannot log to MLflow") as caught:
        log_batch([], {}, out / "index.html", out, f"sqlite:///{tmp_path}/file/runs.db")
    assert "\n" not in str(caught.value)
