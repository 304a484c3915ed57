"""A batch as one MLflow run: settings, statistics, distributions, and its page and tables where they may go."""

from __future__ import annotations

import statistics
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from interview_analysis.errors import OutputError
from interview_analysis.pipeline.batch.index_page import histogram

if TYPE_CHECKING:
    from interview_analysis.pipeline.batch.results import Row, RowScore

EXPERIMENT = "interview-analysis-batches"  # apart from single reports: its artefacts lie beside its store
PERSONAL_TABLES = ("scores.parquet", "scores.csv", "features.parquet", "failures.csv")
QUANTILES = (5, 25, 50, 75, 95)
AT_A_TIME = 100  # of parameters, metrics and tags; stores refuse more in one request
PARAMETER_LENGTH = 6000  # longer ones are refused
LOCAL_SCHEMES = ("file", "sqlite")


def log_batch(
    rows: Sequence[Row],
    settings: Mapping[str, str],
    index_path: Path,
    tables: Path,
    tracking_uri: str,
    *,
    personal_data: bool = False,
) -> str:
    """Log a batch as one MLflow run; returns the run's id.

    Parameters are the `settings`, metrics the counts, the throughput and, for each job apart, mean, standard
    deviation and quantiles of every score and its share of abstentions. Tags are the hashes that all reports share.
    `distributions.json` has the histograms. None of these names a person or a recording.

    The page and the tables of the folder `tables` do: they hold candidates' ids. They are logged as artefacts where
    both the store and its artefacts are files of this machine, and elsewhere only with `personal_data`. Groups are
    never logged. Raises OutputError when the store cannot be reached or a file cannot be read.
    """
    import mlflow
    from mlflow.exceptions import MlflowException

    mlflow.set_tracking_uri(tracking_uri)
    try:
        _choose_experiment(tracking_uri)
        with mlflow.start_run(run_name=index_path.parent.name) as run:
            client, run_id = mlflow.MlflowClient(tracking_uri), str(run.info.run_id)
            _log_values(client, run_id, settings, rows)
            mlflow.log_dict(distributions(rows), "distributions.json")
            if personal_data or (_is_local(tracking_uri) and _is_local(run.info.artifact_uri)):
                mlflow.log_artifact(str(index_path))
                for path in (tables / name for name in PERSONAL_TABLES):
                    if path.exists():
                        mlflow.log_artifact(str(path), "tables")
            return run_id
    except (MlflowException, OSError) as error:
        reason = str(error).splitlines()[0]
        raise OutputError(f"cannot log to MLflow at {tracking_uri}: {reason}; check --mlflow") from error


def _choose_experiment(tracking_uri: str) -> None:
    """Take the experiment; a new one of a SQLite store keeps its artefacts beside it, not where one happens to work."""
    import mlflow

    location = urlsplit(tracking_uri)
    if location.scheme == "sqlite" and mlflow.get_experiment_by_name(EXPERIMENT) is None:
        # sqlite:///runs.db is relative, sqlite:////data/runs.db absolute
        beside = Path(location.path.removeprefix("/")).resolve().parent / "mlflow-artifacts"
        mlflow.create_experiment(EXPERIMENT, artifact_location=beside.as_uri())
    mlflow.set_experiment(EXPERIMENT)


def _is_local(uri: str) -> bool:
    """Whether a store or its artefacts are files of this machine. Names without a slash are stores elsewhere."""
    return uri.startswith("/") or urlsplit(uri).scheme in LOCAL_SCHEMES


def _log_values(client: Any, run_id: str, settings: Mapping[str, str], rows: Sequence[Row]) -> None:
    from mlflow.entities import Metric, Param, RunTag

    parameters = [Param(_key(key), str(value)[:PARAMETER_LENGTH]) for key, value in settings.items()]
    metrics = [Metric(key, value, 0, 0) for key, value in batch_metrics(rows).items()]
    tags = [RunTag(key, value) for key, value in _tags(rows)]
    for kind, entries in (("params", parameters), ("metrics", metrics), ("tags", tags)):
        for start in range(0, len(entries), AT_A_TIME):
            client.log_batch(run_id, **{kind: entries[start : start + AT_A_TIME]})


def _key(name: str) -> str:
    """A name as MLflow takes it: letters of any script, digits and a few marks."""
    return "".join(c if c.isalnum() or c in "_-. /" else "_" for c in name).strip("/ ") or "_"


def batch_metrics(rows: Sequence[Row]) -> dict[str, float]:
    """Counts, lengths, throughput and seconds of the batch, and the statistics of each job's scores.

    Keys of a job's score are ``<job>/overall.mean``: scores of different jobs are not comparable, so none are
    mixed. The standard deviation is the sample's and is left out for one score.
    """
    scored = [row for row in rows if row.status == "scored"]
    partial = sum(row.partial for row in scored)
    found: dict[str, float] = {
        "interviews": len(rows), "scored": len(scored), "failed": len(rows) - len(scored), "partial": partial,
        "recording_hours": sum(row.duration_s or 0.0 for row in rows) / 3600,
    }  # fmt: skip
    found |= dict(_throughput(rows))
    for job in dict.fromkeys(row.job for row in scored):
        for name, scores in _scores_of(scored, job).items():
            found |= {_key(f"{job}/{name}.{key}"): value for key, value in _statistics(scores).items()}
    return found


def _throughput(rows: Sequence[Row]) -> Iterator[tuple[str, float]]:
    ends = [datetime.fromisoformat(row.finished_at) for row in rows if row.finished_at]
    elapsed_s = (max(ends) - min(ends)).total_seconds() if ends else 0.0
    if elapsed_s > 0:
        yield "interviews_per_minute", 60 * (len(ends) - 1) / elapsed_s
    for stage in sorted({stage for row in rows for stage in row.seconds}):
        yield f"seconds.{_key(stage)}", sum(row.seconds.get(stage, 0.0) for row in rows)


def _scores_of(rows: Sequence[Row], job: str) -> dict[str, list[RowScore]]:
    found: dict[str, list[RowScore]] = {}
    for row in rows:
        if row.job == job:
            for name, score in row.scores.items():
                found.setdefault(name, []).append(score)
    return found


def _statistics(scores: Sequence[RowScore]) -> dict[str, float]:
    import numpy as np

    values = [s.score for s in scores if s.score is not None]
    found = {"abstained_share": 1 - len(values) / len(scores)}
    if values:
        found["mean"] = statistics.fmean(values)
        found |= {f"p{q:02d}": float(np.percentile(values, q)) for q in QUANTILES}
    if len(values) > 1:
        found["sd"] = statistics.stdev(values)
    return found


def distributions(rows: Sequence[Row]) -> dict[str, dict[str, dict[str, list[int]]]]:
    """Job -> score -> how many interviews lie in each stretch of ten points, ``[0, 10)`` to ``[90, 100]``."""
    scored = [row for row in rows if row.status == "scored"]
    return {
        job: {
            name: {"counts": histogram([s.score for s in scores if s.score is not None])}
            for name, scores in _scores_of(scored, job).items()
        }
        for job in dict.fromkeys(row.job for row in scored)
    }


def _tags(rows: Sequence[Row]) -> Iterator[tuple[str, str]]:
    """What all reports have in common; a hash that differs between them says so, a profile's stands by its job."""
    lines = [(row.job, row.lineage) for row in rows if row.lineage is not None]
    for part in ("config", "norms", "models"):
        yield from _shared(f"sha256.{part}", {getattr(line, part) for _, line in lines})
    for job in dict.fromkeys(job for job, _ in lines):
        yield from _shared(
            _key(f"sha256.profile.{job}"), {line.profile for name, line in lines if name == job}
        )
    yield from _shared("version", {line.version for _, line in lines})


def _shared(key: str, values: set[str]) -> Iterator[tuple[str, str]]:
    if values:
        yield key, values.pop() if len(values) == 1 else f"{len(values)} different"
