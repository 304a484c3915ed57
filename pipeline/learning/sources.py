"""Where data to learn from comes from, whatever its kind, and groups for audits."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from interview_analysis.errors import LearningError
from interview_analysis.models.text_encoder import SentenceEncoder
from interview_analysis.pipeline.batch.manifest_file import GROUP_PREFIX
from interview_analysis.pipeline.learning import train
from interview_analysis.pipeline.learning.mit import load_mit
from interview_analysis.pipeline.learning.runs import load_run
from interview_analysis.scoring.learning.dataset import Dataset

RATINGS_FILE = "ratings.csv"


def load_data(place: str | Path, encoder: SentenceEncoder | None = None) -> Dataset:
    """The dataset in a folder of whatever kind: of `save_dataset`, a batch run, or laid out like the MIT dataset.

    Raises LearningError where it is none of these.
    """
    return train.load_data(Path(place), None if encoder is None else lambda: encoder)


def load_source(source: Path, run: Path | None, *, embeddings: bool) -> Dataset:
    """What `dvc repro` learns from: the features of `run` with the ratings of `source`, or the files of `source` alone."""
    if run is None:
        return load_mit(source, _encoder() if embeddings else None)
    return load_run(run, source / RATINGS_FILE)


def _encoder() -> SentenceEncoder:
    from interview_analysis.pipeline.config import load_run_config
    from interview_analysis.pipeline.loaded import LoadedModels

    return LoadedModels(load_run_config()).encoder


def load_groups(path: Path) -> pd.DataFrame:
    """Groups of interviews: index interview_id, columns ``group_*``; a blank one is missing.

    Raises LearningError for a file that cannot be read, without such columns, or with an interview there twice.
    """
    import pyarrow as pa

    try:
        table = pd.read_parquet(path) if path.suffix == ".parquet" else pd.read_csv(path, dtype="str")
    except (OSError, ValueError, pa.ArrowException) as error:
        raise LearningError(
            f"cannot read {path}: {str(error).splitlines()[0]}; give CSV or Parquet"
        ) from error
    columns = [str(name) for name in table.columns if str(name).startswith(GROUP_PREFIX)]
    if "interview_id" not in table or not columns:
        raise LearningError(
            f"{path} has the columns {', '.join(map(str, table.columns))}; expected interview_id and {GROUP_PREFIX}*"
        )
    twice = int(table.interview_id.duplicated().sum())
    if twice:
        raise LearningError(f"{path}: {twice} interviews are there more than once; keep one row each")
    groups = table.set_index(table.interview_id.astype(str))[columns]
    return groups.where(groups.notna() & (groups != ""))
