"""Trained models in MLflow: what was tried with its figures, and which model is the champion.

The default is a SQLite file on this machine; a server is a URL. Models are stored as the folders that `save_model` writes,
of which nothing is unpickled. Ids of interviews and persons are replaced by hashes, which are the same for the same id.
"""

from __future__ import annotations

import hashlib
import json
import logging
import os
import re
import subprocess
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import numpy as np
import pandas as pd

import interview_analysis
from interview_analysis.errors import ModelError, OutputError
from interview_analysis.pipeline.learning.model_file import load_model, save_model
from interview_analysis.pipeline.learning.plots import learners_plot, predictions_plot
from interview_analysis.pipeline.learning.scorer_source import DEFAULT_URI, REGISTERED
from interview_analysis.scoring.learning.crossval import CrossValidation
from interview_analysis.scoring.learning.model import FittedScorer

if TYPE_CHECKING:
    from mlflow import MlflowClient

EXPERIMENT = "interview-analysis-models"
CHAMPION, CHALLENGER = "champion", "challenger"
MODEL_FOLDER = "model"
_REFERENCE = re.compile(r"models:/([^/@]+)(?:@([\w-]+)|/(\d+))")
_UNFIT = re.compile(r"[^\w\-. /]")  # for the key of a metric


@dataclass(frozen=True, slots=True)
class Version:
    """A model of the registry."""

    name: str
    number: str
    run_id: str

    @property
    def reference(self) -> str:
        return f"models:/{self.name}/{self.number}"


@dataclass(frozen=True, slots=True)
class Recorded:
    """What was logged with a model: parameters, metrics by the keys of `model_metrics`, and why it is the champion."""

    version: Version
    parameters: Mapping[str, str]
    metrics: Mapping[str, float]
    decision: str


class Registry:
    """Models in an MLflow store, by its URI. Raises OutputError where the store cannot be reached."""

    def __init__(self, uri: str = DEFAULT_URI) -> None:
        self.uri = uri

    def log(self, scorer: FittedScorer, cv: CrossValidation, parameters: Mapping[str, str]) -> Version:
        """Log a model with its proof as a run and register it as the challenger."""
        run_id, source = self.track(scorer, cv, parameters)
        with self._client() as client:
            return self._register(client, scorer.name, source, run_id)

    def track(
        self, scorer: FittedScorer, cv: CrossValidation, parameters: Mapping[str, str] | None = None
    ) -> tuple[str, str]:
        """Log a model with its proof as a run; gives the run's id and where the model is in the store."""
        import mlflow

        with self._client() as client, tempfile.TemporaryDirectory(prefix="interview-analysis-") as aside:
            folder = Path(aside) / MODEL_FOLDER
            save_model(scorer, pseudonymous(cv), folder)
            mlflow.set_experiment(experiment_id=self._experiment(client))
            with mlflow.start_run(run_name=f"{scorer.name}-{scorer.learner}") as run:
                mlflow.log_params(dict(parameters or {}) | _facts(scorer))
                mlflow.log_metrics(model_metrics(scorer))
                mlflow.set_tags({"dataset.sha256": scorer.fingerprint, "code": code_version()})
                for target in scorer.targets:
                    own = cv.predictions[cv.predictions.learner == scorer.learner]
                    name = re.sub(r"\W+", "_", target)
                    mlflow.log_text(
                        predictions_plot(own, target, scorer.scale), f"plots/{name}-predictions.svg"
                    )
                    mlflow.log_text(learners_plot(scorer.figures, target), f"plots/{name}-learners.svg")
                mlflow.log_text(scorer.figures.to_csv(index=False), "figures.csv")
                mlflow.log_text(scorer.trust.to_csv(index=False), "trust.csv")
                _describe(scorer, folder, run.info.run_id)
                mlflow.log_artifacts(str(folder), MODEL_FOLDER)
                return str(run.info.run_id), f"{run.info.artifact_uri}/{MODEL_FOLDER}"

    def _register(self, client: MlflowClient, name: str, source: str, run_id: str) -> Version:
        if not client.search_registered_models(filter_string=f"name = '{name}'"):
            client.create_registered_model(name)
        made = client.create_model_version(name, source=source, run_id=run_id)
        client.set_registered_model_alias(name, CHALLENGER, made.version)
        return Version(name, str(made.version), run_id)

    def find(self, reference: str) -> Version:
        """The model that ``models:/NAME@ALIAS`` or ``models:/NAME/VERSION`` names. Raises ModelError for none."""
        from mlflow.exceptions import MlflowException

        match = _REFERENCE.fullmatch(reference)
        if match is None:
            raise ModelError(
                f"'{reference}' names no model; expected models:/NAME@ALIAS, models:/NAME/VERSION or a folder"
            )
        name, alias, number = match.groups()
        with self._client() as client:
            try:
                if alias:
                    found = client.get_model_version_by_alias(name, alias)
                else:
                    found = client.get_model_version(name, number)
            except MlflowException as error:
                if error.error_code not in ("RESOURCE_DOES_NOT_EXIST", "INVALID_PARAMETER_VALUE"):
                    raise
                raise ModelError(
                    f"{self.uri} holds no {reference}; `interview-analysis learn promote MODEL` puts one there"
                ) from error
            return Version(name, str(found.version), str(found.run_id))

    def champion(self, name: str) -> Version | None:
        """The champion of `name`, None where there is none yet."""
        try:
            return self.find(f"models:/{name}@{CHAMPION}")
        except ModelError:
            return None

    def champions(self) -> list[Recorded]:
        """Every champion of the store with the figures that were logged with it, by name."""
        with self._client() as client:
            found = []
            for model in client.search_registered_models():
                number = model.aliases.get(CHAMPION)
                if number is None:
                    continue
                made = client.get_model_version(model.name, number)
                version = Version(model.name, str(made.version), str(made.run_id))
                run = client.get_run(version.run_id)
                found.append(
                    Recorded(
                        version, dict(run.data.params), dict(run.data.metrics), made.tags.get("decision", "")
                    )
                )
            return sorted(found, key=lambda recorded: recorded.version.name)

    @contextmanager
    def fetched(self, version: Version) -> Iterator[Path]:
        """The folder of a model for as long as it is needed, as `load_model` takes it."""
        import mlflow

        with self._client() as client, tempfile.TemporaryDirectory(prefix="interview-analysis-") as aside:
            source = client.get_model_version(version.name, version.number).source
            yield Path(mlflow.artifacts.download_artifacts(artifact_uri=source, dst_path=aside))

    def crown(self, version: Version, decision: str) -> None:
        """Make a version the champion, with what was decided in words."""
        with self._client() as client:
            client.set_registered_model_alias(version.name, CHAMPION, version.number)
            client.set_model_version_tag(version.name, version.number, "decision", decision)

    def note(self, version: Version, decision: str) -> None:
        """Write beside a version why it is not the champion."""
        with self._client() as client:
            client.set_model_version_tag(version.name, version.number, "decision", decision)

    def _experiment(self, client: MlflowClient) -> str:
        """The id of the experiment; a new one of a SQLite store keeps its artefacts beside the store."""
        found = client.get_experiment_by_name(EXPERIMENT)
        if found is not None:
            return str(found.experiment_id)
        location = urlsplit(self.uri)
        if location.scheme != "sqlite":
            return str(client.create_experiment(EXPERIMENT))
        beside = Path(location.path.removeprefix("/")).resolve().parent / "mlflow-artifacts"
        return str(client.create_experiment(EXPERIMENT, artifact_location=beside.as_uri()))

    @contextmanager
    def _client(self) -> Iterator[MlflowClient]:
        import mlflow
        from mlflow.exceptions import MlflowException
        from sqlalchemy.exc import SQLAlchemyError

        from interview_analysis.pipeline.common.system import quiet_dependencies

        quiet_dependencies()
        os.environ.setdefault("MLFLOW_ENABLE_ARTIFACTS_PROGRESS_BAR", "false")
        logging.getLogger("mlflow").setLevel(logging.WARNING)
        logging.getLogger("alembic").setLevel(logging.WARNING)
        mlflow.set_tracking_uri(self.uri)
        mlflow.set_registry_uri(self.uri)
        try:
            yield mlflow.MlflowClient(self.uri, self.uri)
        except (MlflowException, SQLAlchemyError, OSError) as error:
            reason = str(error).splitlines()[0]
            raise OutputError(f"cannot use MLflow at {self.uri}: {reason}; check --mlflow") from error


def hashed(key: object) -> str:
    """A pseudonym for an id, the same for the same one, and no more: who knows an id can find its rows."""
    return hashlib.sha256(f"interview-analysis/{key}".encode()).hexdigest()[:20]


def pseudonymous(cv: CrossValidation) -> CrossValidation:
    """`cv` with ids of interviews and persons hashed."""
    known = {key: hashed(key) for name in ("interview_id", "person") for key in cv.predictions[name].unique()}
    named = cv.predictions.assign(
        interview_id=cv.predictions.interview_id.map(known), person=cv.predictions.person.map(known)
    )
    return replace(cv, predictions=named)


def model_metrics(scorer: FittedScorer) -> dict[str, float]:
    """Every figure of the comparison and every trust figure, with its interval, as MLflow takes them."""
    found: dict[str, float] = {}
    for row in scorer.figures.to_dict("records"):
        key = f"{row['target']}/{row['learner']}"
        found |= {f"{key}.{n}": row[n] for n in ("r", "low", "high", "rmse", "auc") if n in row}
    for row in scorer.trust.to_dict("records"):
        found[f"{row['target']}/{row['figure']}"] = row["value"]
    return {_UNFIT.sub("_", k): float(v) for k, v in found.items() if v is not None and np.isfinite(v)}


def _facts(scorer: FittedScorer) -> dict[str, str]:
    return {
        "learner": scorer.learner,
        "targets": ", ".join(scorer.targets),
        "persons": str(scorer.persons),
        "interviews": str(scorer.interviews),
        "features": str(len(scorer.feature_names)),
        "encoder": scorer.encoder,
    }


def _describe(scorer: FittedScorer, folder: Path, run_id: str) -> None:
    """Write MLmodel with the signature, and an input example: a made-up interview of training medians."""
    from mlflow.models import Model
    from mlflow.models.signature import ModelSignature
    from mlflow.types.schema import ColSpec, DataType, Schema

    middle = scorer.quantiles.iloc[:, scorer.quantiles.shape[1] // 2]
    example = {name: _plain(middle.get(name)) for name in scorer.feature_names}
    (folder / "input_example.json").write_text(json.dumps([example], indent=1), encoding="utf-8")
    number, text = DataType.double, DataType.string
    outputs = [("interview_id", text), ("target", text)] + [
        (name, number) for name in ("prediction", "standard_error", "low", "high")
    ]
    described = Model(
        run_id=run_id,
        signature=ModelSignature(
            Schema([ColSpec(number, name, required=False) for name in scorer.feature_names]),
            Schema([ColSpec(kind, name) for name, kind in outputs]),
        ),
    )
    described.add_flavor("interview_analysis", version=interview_analysis.__version__, data=".")
    described.save(str(folder / "MLmodel"))


def _plain(value: Any) -> float | None:
    return float(value) if value is not None and np.isfinite(value) else None


def code_version() -> str:
    """The commit that this code is of, or the version of the package where it is installed without one."""
    try:
        found = subprocess.run(
            ["git", "-C", str(Path(__file__).resolve().parent), "rev-parse", "HEAD"],
            capture_output=True, text=True, check=True, timeout=10,
        )  # fmt: skip
    except (OSError, subprocess.SubprocessError):
        return interview_analysis.__version__
    return f"{interview_analysis.__version__}+{found.stdout.strip()}"


@contextmanager
def opened(model: str, uri: str = DEFAULT_URI) -> Iterator[tuple[FittedScorer, str, Path]]:
    """A scorer by folder or ``models:/`` reference: the scorer, what to call it, and its folder."""
    if not model.startswith(REGISTERED):
        yield load_model(Path(model)), Path(model).name, Path(model)
        return
    registry = Registry(uri)
    version = registry.find(model)
    with registry.fetched(version) as folder:
        yield load_model(folder), f"{version.name} v{version.number}", folder


def own_predictions(scorer: FittedScorer, cv: CrossValidation) -> pd.DataFrame:
    """The predictions of the scorer's learner."""
    rows = cv.predictions
    return rows[rows.learner == scorer.learner]
