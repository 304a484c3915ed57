"""A dataset as a folder of Parquet files, so that what was measured once is not measured again."""

from __future__ import annotations

import io
import json
from pathlib import Path

import pandas as pd
from pydantic import ValidationError

from interview_analysis.errors import LearningError, OutputError
from interview_analysis.scoring.edges import Model
from interview_analysis.scoring.learning.dataset import KEYS, Dataset

ABOUT = "dataset.json"
GROUP_PREFIX = "group_"  # of columns whose values interviews are compared by
FRAMES = ("features", "embeddings", "interviews", "ratings", "raters")


class _About(Model):
    feature_versions: dict[str, int]
    notes: tuple[str, ...]
    encoder: str
    fingerprint: str


def save_dataset(dataset: Dataset, folder: Path) -> None:
    """Write `dataset` to `folder`. Raises OutputError where it cannot be written."""
    about = _About(
        feature_versions=dict(dataset.feature_versions), notes=dataset.notes, encoder=dataset.encoder,
        fingerprint=dataset.fingerprint,
    )  # fmt: skip
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for name in FRAMES:
            frame = getattr(dataset, name)
            if frame is None:
                (folder / f"{name}.parquet").unlink(missing_ok=True)
            else:
                frame.rename(columns=str).to_parquet(folder / f"{name}.parquet")
        (folder / ABOUT).write_text(json.dumps(about.model_dump(), indent=2) + "\n", encoding="utf-8")
    except OSError as error:
        raise OutputError(
            f"cannot write the dataset to {folder}: {error}; check the path and its space"
        ) from error


def load_dataset(folder: Path) -> Dataset:
    """The dataset that `save_dataset` wrote. Raises LearningError where it is none, or was changed since."""
    try:
        about = _About.model_validate_json((folder / ABOUT).read_text(encoding="utf-8"))
        frames = {name: _frame(folder / f"{name}.parquet") for name in FRAMES}
    except (OSError, ValidationError, ValueError) as error:
        raise LearningError(
            f"cannot read the dataset in {folder}: {str(error).splitlines()[0]}; make it again"
        ) from error
    features, embeddings, interviews = (frames[name] for name in FRAMES[:3])
    if features is None or embeddings is None or interviews is None:
        raise LearningError(f"the dataset in {folder} lacks a table; make it again")
    features.index.names = embeddings.index.names = KEYS
    dataset = Dataset(
        features,
        embeddings,
        interviews,
        frames["ratings"],
        about.feature_versions,
        about.notes,
        about.encoder,
        frames["raters"],
    )
    if dataset.fingerprint != about.fingerprint:
        raise LearningError(f"the dataset in {folder} was changed after it was written; make it again")
    return dataset


def _frame(path: Path) -> pd.DataFrame | None:
    return pd.read_parquet(io.BytesIO(path.read_bytes())) if path.is_file() else None
