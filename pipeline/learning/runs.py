"""The output folder of a batch as a `Dataset`: measured features, and ratings from a table that a person gives."""

from __future__ import annotations

import io
from pathlib import Path

import pandas as pd

from interview_analysis.errors import LearningError
from interview_analysis.features.core.extractor import COVERAGE
from interview_analysis.pipeline.common.tables import composed, read_table
from interview_analysis.pipeline.learning.ratings import RATINGS, ratings_of
from interview_analysis.scoring.learning.dataset import KEYS, Dataset, some
from interview_analysis.scoring.learning.measured import channel_columns, measured_versions

FEATURES = "features.parquet"
_WORDS = ("answer_length.word_count", "answer_length.char_count")


def looks_like_run(folder: Path) -> bool:
    """Whether `folder` holds the feature table of a batch."""
    return (folder / FEATURES).is_file()


def load_run(folder: Path, ratings: Path | None = None) -> Dataset:
    """Read a batch's features.parquet, one answer an interview, and `ratings` (or ratings.csv in the folder, if there).

    The person is the ratings' column ``person``, else the batch's candidate_id, else the interview. Raises LearningError
    that says what is missing; interviews without a rating are in the notes.
    """
    measured = _measured(folder / FEATURES)
    if measured.index.has_duplicates:
        raise LearningError(
            f"{folder / FEATURES}: {some(measured.index[measured.index.duplicated()])} there more than once"
        )
    columns = channel_columns()
    names = [str(name) for name in measured.columns if name in columns and not str(name).endswith(COVERAGE)]
    features = measured[names].rename(columns=columns)
    path = ratings or (folder / RATINGS if (folder / RATINGS).is_file() else None)
    notes: list[str] = []
    rated, raters, persons = _rated(path, features.index, notes) if path else (None, None, None)
    if persons is None:
        persons = measured["candidate_id"] if "candidate_id" in measured else features.index.to_series()
    persons = persons.where(persons.notna() & (persons.astype(str) != ""), features.index.to_series())
    words = measured[[name for name in _WORDS if name in measured]].max(axis=1)
    interviews = pd.DataFrame({"person": persons.astype(str), "words": words.astype(float)})
    interviews.index.name = KEYS[0]
    index = pd.MultiIndex.from_product([features.index, [0]], names=KEYS)
    used = {str(name).split(".")[1] for name in features.columns}
    return Dataset(
        features=features.set_axis(index).astype(float),
        embeddings=pd.DataFrame(index=index),
        interviews=interviews,
        ratings=rated,
        feature_versions={
            name: version for name, version in measured_versions().items() if name.split(".")[1] in used
        },
        notes=tuple(notes),
        raters=raters,
    )


def _rated(
    path: Path, known: pd.Index, notes: list[str]
) -> tuple[pd.DataFrame, pd.DataFrame | None, pd.Series | None]:
    """Ratings of the `known` interviews (NaN where there are none), those by rater, and persons where they are named."""
    read = read_table(path, LearningError)
    table = read.frame()
    if "interview_id" not in table:
        raise LearningError(
            f"{path} has no column interview_id, it has: {', '.join(map(str, table.columns))}"
        )
    if unnamed := int(table["interview_id"].isna().sum()):
        raise LearningError(f"{path}: {unnamed} rows name no interview; fill in the column interview_id")
    table = table.set_index("interview_id")
    ratings, raters = ratings_of(
        table.drop(columns="person", errors="ignore"), path, notes, decimal_comma=read.decimal_comma
    )
    for what, lost in (("in the ratings alone, left out", ratings.index.difference(known)),
                       ("measured but not rated", known.difference(ratings.index))):  # fmt: skip
        if len(lost):
            notes.append(f"{some(lost)} {what}")
    if known.intersection(ratings.index).empty:
        raise LearningError(
            f"no interview of {path} is in the batch: the table has '{ratings.index[0]}', the batch '{known[0]}'; ids have to be "
            "the same text, with the zeros in front that a spreadsheet may take away"
        )
    persons = None
    if "person" in table:
        persons = table["person"].groupby(level=0).first().reindex(known)
    return ratings.reindex(known), raters, persons


def _measured(path: Path) -> pd.DataFrame:
    """The feature table of a batch by its interviews' ids."""
    try:
        table = pd.read_parquet(io.BytesIO(path.read_bytes()))
    except (OSError, ValueError) as error:  # pandas' and pyarrow's errors are ValueErrors
        raise LearningError(
            f"cannot read {path}: {str(error).splitlines()[0]}; run the batch again"
        ) from error
    return table.set_index(table.pop("interview_id").map(composed))
