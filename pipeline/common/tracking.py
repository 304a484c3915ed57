"""Numbers of a score in MLflow. Only numbers, hashes and settings: nothing that was said, no name, no file."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from interview_analysis.errors import OutputError
from interview_analysis.pipeline.common.config import RunConfig
from interview_analysis.scoring.report.report import Report, Score

EXPERIMENT = "interview-analysis"


def log_report(report: Report, config: RunConfig, tracking_uri: str) -> str:
    """Log one report as an MLflow run; returns the run's id.

    Parameters are the settings, metrics the scores and their standard errors (what was abstained from is left
    out), tags the lineage. Raises OutputError when the store cannot be reached.
    """
    import mlflow
    from mlflow.exceptions import MlflowException

    mlflow.set_tracking_uri(tracking_uri)
    try:
        mlflow.set_experiment(EXPERIMENT)
        with mlflow.start_run(run_name=report.lineage.recording.sha256[:12]) as run:
            mlflow.log_params({"job": report.job_id, **dict(flat(config.model_dump(mode="json")))})
            mlflow.log_metrics(dict(_metrics(report)))
            mlflow.set_tags(dict(_tags(report)))
            return str(run.info.run_id)
    except (MlflowException, OSError) as error:
        reason = str(error).splitlines()[0]
        raise OutputError(f"cannot log to MLflow at {tracking_uri}: {reason}; check --mlflow") from error


def flat(settings: dict[str, Any], prefix: str = "") -> Iterator[tuple[str, str]]:
    for key, value in settings.items():
        if isinstance(value, dict):
            yield from flat(value, f"{prefix}{key}.")
        elif not isinstance(value, list):
            yield f"{prefix}{key}", str(value)


def _metrics(report: Report) -> Iterator[tuple[str, float]]:
    scores: dict[str, Score] = {"overall": report.overall}
    scores |= {f"channel.{name}": channel for name, channel in report.channels.items()}
    scores |= {f"dimension.{dimension.id}": dimension for dimension in report.dimensions}
    for name, score in scores.items():
        if score.score is not None and score.standard_error is not None:
            yield name, score.score
            yield f"{name}.standard_error", score.standard_error
    yield "duration_s", report.media.duration_s


def _tags(report: Report) -> Iterator[tuple[str, str]]:
    line = report.lineage
    for part in (line.profile, line.config, line.norms, *line.models):
        yield f"sha256.{part.id}", part.sha256
    yield "sha256.recording", line.recording.sha256
    yield "version", line.versions["interview-analysis"]
