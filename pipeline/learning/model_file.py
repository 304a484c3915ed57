"""A trained scorer as a folder: model.json says what it is, model.skops holds what was fitted, tables lie beside them.

Nothing is unpickled: skops builds only the types that are listed here, and a file with any other type is refused.
"""

from __future__ import annotations

import hashlib
import io
import json
import zipfile
from pathlib import Path
from typing import Any, Literal

import pandas as pd
from pydantic import Field, ValidationError

from interview_analysis import __version__
from interview_analysis.errors import ModelError, OutputError
from interview_analysis.scoring.edges import Model
from interview_analysis.scoring.learning.calibration import Residuals
from interview_analysis.scoring.learning.crossval import CrossValidation
from interview_analysis.scoring.learning.model import FittedScorer
from interview_analysis.scoring.profile import describe

DESCRIPTION, FITTED, PREDICTIONS = "model.json", "model.skops", "cross_validation.parquet"
TABLES = ("quantiles", "figures", "trust")
TRUSTED = (
    "interview_analysis.models.ratings.attention_pool.AttentionPoolRegressor",
    "interview_analysis.scoring.learning.components.BlockKernel",
    "interview_analysis.scoring.learning.components.ComponentsRegressor",
    "interview_analysis.scoring.learning.learners.ChannelStack",
    "interview_analysis.scoring.learning.learners.ChosenChannels",
    "interview_analysis.scoring.learning.learners.Committee",
    "interview_analysis.scoring.learning.learners.PerTarget",
    "interview_analysis.scoring.learning.summary.AnswerSummary",
    *(
        f"sklearn.gaussian_process.kernels.{k}"
        for k in ("ConstantKernel", "Product", "RBF", "Sum", "WhiteKernel")
    ),
    "sklearn.tree._tree.Tree",
)


class ModelDescription(Model):
    """model.json: all of a scorer but what was fitted and its tables."""

    schema_version: Literal["1.1"]  # 1.0 had no persons, and its intervals counted interviews
    product_version: str
    name: str
    learner: str
    targets: tuple[str, ...]
    feature_names: tuple[str, ...]
    feature_versions: dict[str, int]
    encoder: str
    dimensions: int = Field(ge=0)
    slots: int = Field(ge=1)
    scale: tuple[float, float]
    coverage: float
    rmse: dict[str, float]
    spread: dict[str, float]
    reads: tuple[str, ...]
    channel_weights: dict[str, float]
    fingerprint: str
    persons: int
    interviews: int
    seed: int  # of the cross-validation beside it
    folds: int
    fitted_sha256: str


OF_THE_FILE = {"schema_version", "product_version", "seed", "folds", "fitted_sha256"}
SCORER_FIELDS = tuple(name for name in ModelDescription.model_fields if name not in OF_THE_FILE)


def save_model(scorer: FittedScorer, cv: CrossValidation, folder: Path) -> None:
    """Write a trained scorer and its cross-validation to `folder`, over the model that was there.

    Raises OutputError where it cannot be written.
    """
    from skops.io import dumps

    held = scorer.residuals
    fitted = dumps(
        {
            "estimator": scorer.estimator,
            "fold_estimators": list(scorer.fold_estimators),
            "absolute": held.absolute,
            "fold": held.fold,
            "person": held.person,
        }
    )
    about = ModelDescription(
        schema_version="1.1",
        product_version=__version__,
        seed=cv.seed,
        folds=cv.folds,
        fitted_sha256=hashlib.sha256(fitted).hexdigest(),
        **{name: getattr(scorer, name) for name in SCORER_FIELDS},
    )
    try:
        folder.mkdir(parents=True, exist_ok=True)
        (folder / FITTED).write_bytes(fitted)
        for name in TABLES:
            frame = getattr(scorer, name)
            frame.rename(columns=str).to_parquet(folder / f"{name}.parquet")
        cv.predictions.to_parquet(folder / PREDICTIONS)
        (folder / DESCRIPTION).write_text(about.model_dump_json(indent=2) + "\n", encoding="utf-8")
    except OSError as error:
        raise OutputError(
            f"cannot write the model to {folder}: {error}; check the path and its space"
        ) from error


def load_model(folder: Path) -> FittedScorer:
    """The scorer in `folder`. Raises ModelError where there is none, or one with types that are not trusted."""
    about = describe_model(folder)
    fitted = _fitted(folder, about)
    tables = {name: _table(folder / f"{name}.parquet") for name in TABLES}
    tables["quantiles"].columns = pd.Index([float(level) for level in tables["quantiles"].columns])
    return FittedScorer(
        estimator=fitted["estimator"],
        fold_estimators=tuple(fitted["fold_estimators"]),
        residuals=Residuals(fitted["absolute"], fitted["fold"], fitted["person"]),
        **{name: getattr(about, name) for name in SCORER_FIELDS},
        quantiles=tables["quantiles"],
        figures=tables["figures"],
        trust=tables["trust"],
    )


def load_cross_validation(folder: Path) -> CrossValidation:
    """The cross-validation that was saved beside the scorer in `folder`."""
    about = describe_model(folder)
    return CrossValidation(_table(folder / PREDICTIONS), about.fingerprint, about.seed, about.folds)


def describe_model(folder: Path) -> ModelDescription:
    """What model.json says. Raises ModelError where it is missing or wrong."""
    path = folder / DESCRIPTION
    try:
        return ModelDescription.model_validate_json(path.read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        raise ModelError(
            f"no model in {folder}: {DESCRIPTION} is missing; give the folder that `train` wrote"
        ) from error
    except (OSError, UnicodeDecodeError, ValidationError) as error:
        reason = (
            describe(error, ModelDescription)
            if isinstance(error, ValidationError)
            else str(error).splitlines()[0]
        )
        raise ModelError(f"{path} is no description of a model ({reason}); train again") from error


def _fitted(folder: Path, about: ModelDescription) -> Any:
    from skops.io import get_untrusted_types, loads
    from skops.io.exceptions import UntrustedTypesFoundException

    try:
        content = (folder / FITTED).read_bytes()
    except OSError as error:
        raise ModelError(f"cannot read {folder / FITTED}: {error}; train again") from error
    if hashlib.sha256(content).hexdigest() != about.fitted_sha256:
        raise ModelError(f"{folder / FITTED} is not the file that {DESCRIPTION} describes; train again")
    try:
        strange = sorted(set(get_untrusted_types(data=content)) - set(TRUSTED))
        if strange:
            raise ModelError(
                f"{folder / FITTED} holds types that no model of ours has, such as {strange[0]}; it was not loaded"
            )
        return loads(content, trusted=list(TRUSTED))
    except (
        UntrustedTypesFoundException,
        zipfile.BadZipFile,
        json.JSONDecodeError,
        KeyError,
        TypeError,
    ) as error:
        raise ModelError(f"{folder / FITTED} cannot be read ({type(error).__name__}); train again") from error


def _table(path: Path) -> pd.DataFrame:
    try:
        return pd.read_parquet(io.BytesIO(path.read_bytes()))
    except (OSError, ValueError) as error:  # pyarrow's errors are ValueErrors
        raise ModelError(f"cannot read {path}: {error}; train again") from error
