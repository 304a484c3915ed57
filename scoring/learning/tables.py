"""A dataset as one table of numbers, a row an interview, that scikit-learn's estimators take.

Columns are ``<feature>@<slot>``: each feature of each answer (rates of counts by their square root), then each dimension of its embedding as
``meaning.<i>@<slot>``, last the length of the whole interview as ``length.log_words@<slot>``. An answer that was not given
is NaN in all of its columns.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from interview_analysis.errors import ModelError
from interview_analysis.scoring.learning.dataset import Dataset

RATES = ("_per_min", "_per_100")
LENGTH = "length.log_words"
MEANING = "meaning"  # embeddings belong to the content channel, but are no readable features


def slots_of(dataset: Dataset) -> int:
    """How many answers an interview can have in `dataset`, at least 1."""
    return max(1, int(dataset.features.index.get_level_values("answer").max()))


def embedding_names(dimensions: int) -> list[str]:
    """Names of the columns of an embedding."""
    return [f"{MEANING}.{i:03d}" for i in range(dimensions)]


def table(dataset: Dataset, features: Sequence[str], dimensions: int, slots: int) -> pd.DataFrame:
    """The table of `features` and embeddings over `slots` answers, shape (interviews, slots x columns).

    Answer 0, a whole interview, stands in the first slot; embeddings that are not there are NaN. Raises ModelError where an interview has more answers.
    """
    measured = dataset.features[list(features)]
    rates = [name for name in features if name.endswith(RATES)]
    # Counts have a variance that grows with their mean; the square root evens it out (Bartlett 1936).
    parts = [measured.assign(**{name: np.sqrt(measured[name].clip(lower=0)) for name in rates})]
    if dimensions:
        given = dataset.embeddings.set_axis(embedding_names(dataset.embeddings.shape[1]), axis=1)
        parts.append(given.reindex(columns=embedding_names(dimensions)))
    words = pd.Series(np.log1p(dataset.interviews["words"].to_numpy(dtype=float)), dataset.interviews.index)
    answered = dataset.features.index.get_level_values("interview_id")
    parts.append(words.reindex(answered).set_axis(dataset.features.index).rename(LENGTH).to_frame())
    rows = pd.concat(parts, axis=1).astype(float)
    answers = rows.index.get_level_values("answer").to_numpy(dtype=int)
    if answers.max() > slots:
        raise ModelError(
            f"an interview has {answers.max()} answers, the model takes up to {slots}; train again"
        )
    ids = dataset.interviews.index
    place = ids.get_indexer(rows.index.get_level_values("interview_id"))
    values = np.full((len(ids), slots, rows.shape[1]), np.nan)
    values[place, np.maximum(answers, 1) - 1] = rows.to_numpy()
    columns = [f"{name}@{slot + 1}" for slot in range(slots) for name in rows.columns]
    return pd.DataFrame(values.reshape(len(ids), -1), index=ids, columns=columns)


def one_answer(dataset: Dataset, answers: Sequence[int]) -> Dataset:
    """`dataset` with nothing but some of its answers, the interviews that have none of them left out."""
    kept = dataset.features.index.get_level_values("answer").isin(list(answers))
    ids = dataset.features.index[kept].get_level_values(0).unique()
    part = dataset.subset([key for key in dataset.interviews.index if key in set(ids)])
    kept = part.features.index.get_level_values("answer").isin(list(answers))
    return Dataset(
        features=part.features[kept],
        embeddings=part.embeddings[kept],
        interviews=part.interviews,
        ratings=part.ratings,
        feature_versions=part.feature_versions,
        encoder=part.encoder,
    )
