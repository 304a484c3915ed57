"""Tables of human ratings: a row an interview, or a row an interview and rater where several raters are known."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from interview_analysis.errors import LearningError
from interview_analysis.scoring.learning.dataset import RATED_BY, some

RATINGS = "ratings.csv"


def ratings_of(table: pd.DataFrame, path: Path) -> tuple[pd.DataFrame, pd.DataFrame | None]:
    """Ratings by interview, and by interview and rater where `table` has a column ``rater`` (else None).

    `table` has the interviews' ids as its index and a column a rating. Of several raters the mean is learned from.
    Raises LearningError, which names the file at `path`, for what is rated twice or with no number.
    """
    values = table.drop(columns=[name for name in table.columns if str(name).casefold() == RATED_BY[1]])
    numbers = values.apply(pd.to_numeric, errors="coerce").astype(float)
    wrong = (numbers.isna() & values.notna()).sum()
    if wrong.any():
        name = str(wrong.index[wrong > 0][0])
        raise LearningError(
            f"{path}: {int(wrong[name])} values of '{name}' are no numbers; mend or drop the column"
        )
    if values.shape[1] < table.shape[1]:
        names = table[table.columns.difference(values.columns)[0]]
        raters = _by_rater(numbers, names, path)
        return raters.groupby(level=0, sort=False).mean(), raters
    if table.index.has_duplicates:
        raise LearningError(
            f"{path}: {some(table.index[table.index.duplicated()].unique())} there more than once; keep one row "
            "each, or add a column 'rater' that tells them apart"
        )
    return numbers, None


def _by_rater(numbers: pd.DataFrame, names: pd.Series, path: Path) -> pd.DataFrame:
    if names.isna().any():
        raise LearningError(
            f"{path}: {int(names.isna().sum())} rows name no rater; fill in the column 'rater'"
        )
    index = pd.MultiIndex.from_arrays([numbers.index, names.astype(str).str.strip()], names=RATED_BY)
    if index.has_duplicates:
        raise LearningError(
            f"{path}: {int(index.duplicated().sum())} rows rate an interview again by the same rater, such as "
            f"{index[index.duplicated()][0]}; keep one row each"
        )
    return numbers.set_axis(index)
