"""How the level of what is said goes with ratings that people gave whole interviews."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from interview_analysis.errors import LearningError
from interview_analysis.scoring.content.described import NAME
from interview_analysis.scoring.learning.dataset import Dataset
from interview_analysis.scoring.statistics.bootstrap import correlation
from interview_analysis.scoring.statistics.correlation import partial, pearson
from interview_analysis.types import FloatArray

LEVEL = f"content.{NAME}.mean"
DRAWS = 2000
FOLDS, REPEATS = 10, 10


def against_ratings(dataset: Dataset, traits: Sequence[str] = ()) -> pd.DataFrame:
    """For each rated trait the Pearson correlation with an interview's mean level over its answers, its 95 % interval when
    persons are drawn again, and the correlation with the length of the interview held constant.

    Raises LearningError where nothing is rated, or a trait is not among the ratings.
    """
    if dataset.ratings is None or LEVEL not in dataset.features:
        raise LearningError("there are no ratings of interviews with answers; give a folder that has both")
    missing = [trait for trait in traits if trait not in dataset.ratings]
    if missing:
        raise LearningError(
            f"no rating is called {', '.join(missing)}; there are: {', '.join(map(str, dataset.ratings))}"
        )
    level = dataset.features[LEVEL].groupby(level=0).mean().reindex(dataset.ratings.index).to_numpy(float)
    facts = dataset.interviews.reindex(dataset.ratings.index)
    length = np.log1p(facts["words"].to_numpy(float))
    persons = facts["person"].to_numpy(str)
    rows = []
    for trait in traits or [str(name) for name in dataset.ratings]:
        rating = dataset.ratings[trait].to_numpy(float)
        seen = np.isfinite(level) & np.isfinite(rating)
        found = correlation(rating[seen], level[seen], list(persons[seen]), samples=DRAWS, seed=0)
        rows.append(
            {
                "trait": str(trait), "interviews": int(seen.sum()), "r": found.value, "low": found.low, "high": found.high,
                "r_beyond_length": partial(level, rating, length, pearson), "r_of_length": pearson(length[seen], rating[seen]),
            }
        )  # fmt: skip
    return pd.DataFrame(rows)


def added(dataset: Dataset, traits: Sequence[str] = ()) -> pd.DataFrame:
    """What the level's columns add to a ridge regression on the voice: r of pooled predictions, ten folds by person, ten times.

    An interview has the mean of its answers. Columns: trait, voice, with_level, level.
    """
    if dataset.ratings is None:
        raise LearningError("there are no ratings; give a folder that has both ratings and answers")
    means = dataset.features.groupby(level=0).mean().reindex(dataset.ratings.index)
    voice = [str(name) for name in means if str(name).startswith("voice.")]
    level = [str(name) for name in means if str(name).startswith(f"content.{NAME}.")]
    persons = dataset.interviews["person"].reindex(dataset.ratings.index).to_numpy(str)
    sets = {"voice": voice, "with_level": [*voice, *level], "level": level}
    rows = []
    for trait in traits or [str(name) for name in dataset.ratings]:
        rating = dataset.ratings[trait].to_numpy(float)
        found = {
            name: _unseen(means[columns].to_numpy(float), rating, persons) for name, columns in sets.items()
        }
        rows.append({"trait": trait, **found})
    return pd.DataFrame(rows)


def _unseen(table: FloatArray, rating: FloatArray, persons: np.ndarray) -> float:
    """r of ratings, where there is one, with predictions for persons that were not learned from; NaN without columns, or for fewer than two persons."""
    from sklearn.impute import SimpleImputer
    from sklearn.linear_model import RidgeCV
    from sklearn.model_selection import GroupKFold
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler

    rated = np.isfinite(rating)
    table, rating, persons = table[rated], rating[rated], persons[rated]
    folds = min(FOLDS, len(set(persons)))
    if not table.shape[1] or folds < 2:
        return float("nan")
    found = []
    for seed in range(REPEATS):
        predicted = np.zeros(len(rating))
        for seen, unseen in GroupKFold(folds, shuffle=True, random_state=seed).split(table, groups=persons):
            model = make_pipeline(SimpleImputer(), StandardScaler(), RidgeCV(np.logspace(0, 4, 9)))
            predicted[unseen] = model.fit(table[seen], rating[seen]).predict(table[unseen])
        found.append(pearson(predicted, rating))
    return float(np.nanmean(found))


def added_as_text(table: pd.DataFrame) -> str:
    """One line a trait."""
    lines = [f"{'ridge, by person':<24}{'voice':>7}{'voice and level':>17}{'level alone':>13}"]
    lines += [
        f"{row.trait:<24}{row.voice:>7.2f}{row.with_level:>17.2f}{row.level:>13.2f}"
        for row in table.itertuples()
    ]
    return "\n".join(lines)


def as_text(table: pd.DataFrame) -> str:
    """One line a trait."""
    lines = [f"{'trait':<24}{'n':>4}{'r':>7}  {'95 % interval':<16}{'length held':>12}{'length alone':>14}"]
    lines += [
        f"{row.trait:<24}{row.interviews:>4}{row.r:>7.2f}  [{row.low:>5.2f}, {row.high:>5.2f}]  {row.r_beyond_length:>12.2f}"
        f"{row.r_of_length:>14.2f}"
        for row in table.itertuples()
    ]
    return "\n".join(lines)
