"""Tables of human ratings: a row an interview, or a row an interview and rater where several raters are known."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from interview_analysis.errors import LearningError
from interview_analysis.pipeline.common.tables import is_missing, numbers
from interview_analysis.scoring.learning.dataset import RATED_BY, some

RATINGS = "ratings.csv"


def ratings_of(
    table: pd.DataFrame, path: Path, notes: list[str], *, decimal_comma: bool
) -> tuple[pd.DataFrame, pd.DataFrame | None]:
    """Ratings by interview, and by interview and rater where `table` has a column ``rater`` (else None).

    `table` is of text, with the interviews' ids as its index and a column a rating; a column without any number, such as
    one of remarks, is left out and told in `notes`. Of several raters the mean is learned from.
    Raises LearningError, which names the file at `path`, for what is rated twice or with no number.
    """
    cells = table.drop(columns=[name for name in table.columns if str(name).casefold() == RATED_BY[1]])
    values = numbers(cells, decimal_comma=decimal_comma)
    wrong = (values.isna() & ~is_missing(cells)).sum()
    remarks = [str(name) for name in wrong.index[wrong > 0] if values[name].isna().all()]
    if remarks and len(remarks) < values.shape[1]:
        notes.append(f"{path.name}: no value of {', '.join(remarks)} is a number, left out")
        values, wrong = values.drop(columns=remarks), wrong.drop(remarks)
    if wrong.any():
        name = str(wrong.index[wrong > 0][0])
        raise LearningError(
            f"{path}: {int(wrong[name])} values of '{name}' are no numbers; mend or drop the column"
        )
    if cells.shape[1] < table.shape[1]:
        names = table[table.columns.difference(cells.columns)[0]]
        raters = _by_rater(values, names, path)
        return raters.groupby(level=0, sort=False).mean(), raters
    if table.index.has_duplicates:
        raise LearningError(
            f"{path}: {some(table.index[table.index.duplicated()].unique())} there more than once; keep one row "
            "each, or add a column 'rater' that tells them apart"
        )
    return values, None


def _by_rater(values: pd.DataFrame, names: pd.Series, path: Path) -> pd.DataFrame:
    if names.isna().any():
        raise LearningError(
            f"{path}: {int(names.isna().sum())} rows name no rater; fill in the column 'rater'"
        )
    index = pd.MultiIndex.from_arrays([values.index, names.astype(str).str.strip()], names=RATED_BY)
    if index.has_duplicates:
        raise LearningError(
            f"{path}: {int(index.duplicated().sum())} rows rate an interview again by the same rater, such as "
            f"{index[index.duplicated()][0]}; keep one row each"
        )
    return values.set_axis(index)
