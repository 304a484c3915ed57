import pytest

from interview_analysis.errors import OutputError
from interview_analysis.pipeline.common.config import load_run_config
from interview_analysis.pipeline.common.system import quiet_dependencies
from interview_analysis.pipeline.common.tracking import log_report
from tests.pipeline.sample_report import sample_report


def test_scores_settings_and_hashes_are_logged_and_nothing_that_was_said(tmp_path):
    quiet_dependencies()
    from mlflow.tracking import MlflowClient

    report, uri = sample_report("en"), f"sqlite:///{tmp_path / 'runs.db'}"
    run = MlflowClient(uri).get_run(log_report(report, load_run_config(), uri))
    assert run.data.metrics["overall"] == report.overall.score
    assert run.data.metrics["overall.standard_error"] == report.overall.standard_error
    scored = [d for d in report.dimensions if d.score is not None]
    assert {f"dimension.{d.id}" for d in scored} <= set(run.data.metrics)
    assert run.data.params["asr.engine"] == "faster-whisper"
    assert run.data.tags["sha256.recording"] == report.lineage.recording.sha256
    written = (tmp_path / "runs.db").read_bytes()
    quotes = [e.quote for d in report.dimensions for e in d.evidence if e.quote]
    assert quotes
    assert not any(quote.encode() in written for quote in quotes)
    assert report.media.name.encode() not in written


def test_a_store_that_cannot_be_reached_is_one_line(tmp_path):
    (tmp_path / "file").touch()
    with pytest.raises(OutputError, match="cannot log to MLflow") as caught:
        log_report(sample_report("en"), load_run_config(), f"sqlite:///{tmp_path}/file/runs.db")
    assert "\n" not in str(caught.value)
