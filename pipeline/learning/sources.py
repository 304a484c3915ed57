"""Where data to learn from comes from, whatever its kind, and groups for audits."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pandas as pd

from interview_analysis.errors import LearningError
from interview_analysis.models.text.encoder import RememberingEncoder, SentenceEncoder
from interview_analysis.pipeline.common.tables import read_table
from interview_analysis.pipeline.learning.dataset_file import ABOUT, GROUP_PREFIX, load_dataset
from interview_analysis.pipeline.learning.mit import load_mit, looks_like_mit
from interview_analysis.pipeline.learning.ratings import RATINGS
from interview_analysis.pipeline.learning.runs import load_run, looks_like_run
from interview_analysis.scoring.learning.dataset import Dataset

Encoder = Callable[[], SentenceEncoder]


def load_data(folder: str | Path, encoder: Encoder | None = None, ratings: Path | None = None) -> Dataset:
    """The dataset in `folder`, whichever kind it is; `encoder` is asked for only where texts are embedded.

    `ratings` is the table that a batch's interviews were rated in. Raises LearningError where there are no such data.
    """
    place = Path(folder)
    if (place / ABOUT).is_file():
        return load_dataset(place)
    if looks_like_run(place):
        return load_run(place, ratings)
    if looks_like_mit(place):
        return load_mit(place, encoder() if encoder else None)
    raise LearningError(
        f"{place} holds no data to learn from: expected the files of the MIT Interview dataset, the features.parquet of a "
        "batch, or a dataset written before"
    )


def load_source(source: Path, run: Path | None, *, embeddings: bool) -> Dataset:
    """What `dvc repro` learns from: the features of `run` with the ratings of `source`, or the files of `source` alone."""
    if run is None:
        return load_mit(source, default_encoder() if embeddings else None)
    return load_run(run, source / RATINGS)


def default_encoder() -> SentenceEncoder:
    """The encoder of the default configuration; what it has encoded is kept with the observations of recordings."""
    from interview_analysis.pipeline.common.config import load_run_config
    from interview_analysis.pipeline.loaded import LoadedModels
    from interview_analysis.pipeline.observation.cache import ObservationCache
    from interview_analysis.pipeline.observation.vectors import SentenceStore

    store = SentenceStore(ObservationCache.at())
    return RememberingEncoder(LoadedModels(load_run_config()).encoder, store, keeps_all=True)


def load_groups(path: Path) -> pd.DataFrame:
    """Groups of interviews: index interview_id, columns ``group_*``; a blank one is missing.

    Raises LearningError for a file that cannot be read, without such columns, or with an interview there twice.
    """
    table = read_table(path, LearningError).frame()
    columns = [str(name) for name in table.columns if str(name).startswith(GROUP_PREFIX)]
    if "interview_id" not in table or not columns:
        raise LearningError(
            f"{path} has the columns {', '.join(map(str, table.columns))}; expected interview_id and {GROUP_PREFIX}*"
        )
    twice = int(table.interview_id.duplicated().sum())
    if twice:
        raise LearningError(f"{path}: {twice} interviews are there more than once; keep one row each")
    return table.set_index("interview_id")[columns]
