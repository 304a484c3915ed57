"""The rated interviews of real students, where they are: nothing leaks from those who are left out."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from interview_analysis.pipeline.learning.config import load_train_config
from interview_analysis.pipeline.learning.mit import load_mit
from interview_analysis.scoring.learning.crossval import compare_table, cross_validate
from interview_analysis.scoring.learning.dataset import Dataset
from interview_analysis.scoring.learning.prepare import prepare

SHUFFLES = 10
# A correlation of nothing over 48 persons has a standard deviation of at most 1 / sqrt(47) = 0.146; over ten shuffles the
# mean has 0.046, and three of those are 0.14.
NOTHING = 3 / np.sqrt(47 * SHUFFLES)


@pytest.fixture(scope="module")
def interviews(shared_data) -> Dataset:
    folder = shared_data / "mit-interview"
    if not folder.is_dir():
        pytest.skip(f"SKIPPED: no rated interviews at {folder}")
    return load_mit(folder)


def _figures(dataset: Dataset, learner: str) -> tuple[pd.Series, pd.DataFrame]:
    settings = load_train_config().settings.model_copy(
        update={"learners": (learner,), "chosen": learner, "meaning": False, "repeats": 1, "slow_repeats": 1}
    )
    cv = cross_validate(prepare(dataset, settings), settings, "")
    table = compare_table(cv, samples=100)
    return table[table["learner"] == learner].set_index("target")["r"], cv.predictions


@pytest.mark.slow
def test_shuffled_ratings_of_real_interviews_teach_nothing(interviews):
    found = []
    persons = interviews.persons.drop_duplicates().to_numpy()
    for seed in range(SHUFFLES):
        # Whole persons change their ratings with each other, so that what ties two interviews together stays as it is.
        given = dict(zip(persons, np.random.default_rng(seed).permutation(persons), strict=True))
        rows = [
            ("PP" if key.startswith("PP") else "P") + given[key.lstrip("P")]
            for key in interviews.interviews.index
        ]
        ratings = interviews.ratings.loc[rows].set_axis(interviews.interviews.index)
        found.append(_figures(replace(interviews, ratings=ratings), "components")[0])
    assert (pd.concat(found, axis=1).mean(axis=1).abs() < NOTHING).all()


@pytest.mark.slow
def test_real_ratings_are_learned_and_no_person_stands_on_both_sides(interviews):
    r, predictions = _figures(interviews, "components")
    assert (r > 0.4).all()
    folds = predictions.assign(person=predictions["interview_id"].str.lstrip("P"))
    assert folds.groupby(["repeat", "learner", "person"])["fold"].nunique().max() == 1
    assert folds["person"].nunique() == 48
