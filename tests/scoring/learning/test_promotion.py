"""The paired comparison and the guards, on predictions whose quality is known because it was made."""

import numpy as np
import pandas as pd
import pytest

from interview_analysis.errors import LearningError
from interview_analysis.scoring.learning.drift import Training, drift_table
from interview_analysis.scoring.learning.guards import (
    GuardSettings,
    calibration_guard,
    coverage_guard,
    drift_guard,
    group_guards,
)
from interview_analysis.scoring.learning.promotion import compare

PERSONS, REPEATS, FOLDS = 60, 3, 5
LIMITS = GuardSettings(
    slope=(0.5, 1.7), coverage_below=0.05, group_gap_sd=0.25, group_persons=10, drifted_share=0.2
)
SAMPLES = {"samples": 300, "seed": 1}


def predictions(
    noise: float, *, seed: int = 3, learner: str = "ridge", persons: int = PERSONS
) -> pd.DataFrame:
    """Two interviews a person; truth has SD 1, predictions miss it by `noise`."""
    truth_rng, rng = np.random.default_rng(7), np.random.default_rng(seed)
    rows = []
    truths = {f"P{p}-{i}": truth_rng.normal() for p in range(persons) for i in range(2)}
    for repeat in range(REPEATS):
        for key, truth in truths.items():
            person = key.partition("-")[0]
            rows.append(
                {
                    "interview_id": key, "person": person, "repeat": repeat, "fold": int(person[1:]) % FOLDS,
                    "learner": learner, "target": "Overall", "truth": 4 + truth,
                    "prediction": 4 + (truth + rng.normal(0, noise)) / (1 + noise**2),
                }
            )  # fmt: skip
    return pd.DataFrame(rows)


def test_correlations_are_those_of_each_repeat_averaged():
    one, two = predictions(1.0), predictions(0.5)
    by_hand = [np.corrcoef(t.truth, t.prediction)[0, 1] for _, t in two.groupby("repeat")]
    found = compare(one, two, "Overall", **SAMPLES)
    assert found.challenger == pytest.approx(np.mean(by_hand), abs=1e-9)
    assert found.persons == PERSONS


def test_a_better_challenger_is_told_from_a_worse_and_from_an_equal_one():
    good, poor = predictions(0.4, seed=1), predictions(2.0, seed=2)
    better = compare(poor, good, "Overall", **SAMPLES)
    assert better.better
    assert better.low > 0
    worse = compare(good, poor, "Overall", **SAMPLES)
    assert not worse.better
    assert worse.high < 0
    assert worse.difference == pytest.approx(-better.difference)
    assert not compare(good, good, "Overall", **SAMPLES).better


def test_a_lucky_draw_is_rarely_taken_for_better():
    taken = [
        compare(predictions(1.5, seed=2 * s), predictions(1.5, seed=2 * s + 1), "Overall", **SAMPLES).better
        for s in range(20)
    ]
    assert sum(taken) <= 3


def test_a_constant_champion_knows_nothing():
    constant = predictions(0.5).assign(prediction=4.0)
    found = compare(constant, predictions(0.5), "Overall", **SAMPLES)
    assert found.champion == 0
    assert found.better


@pytest.mark.parametrize(
    "other",
    [
        predictions(0.5).assign(fold=0),
        predictions(0.5, persons=50),
        predictions(0.5).assign(truth=lambda t: t.truth + 1),
        predictions(0.5).assign(target="Excited"),
    ],
)
def test_other_folds_other_people_or_other_ratings_are_refused(other):
    with pytest.raises(LearningError, match="same folds.*train both on the same data"):
        compare(other, predictions(0.5), "Overall", **SAMPLES)


def test_fewer_repeats_are_compared_on_those_that_both_have():
    found = compare(predictions(0.5).query("repeat == 0"), predictions(0.5), "Overall", **SAMPLES)
    assert found.difference == pytest.approx(0, abs=0.1)


def test_calibration():
    good = calibration_guard(predictions(0.6), "Overall", LIMITS, samples=200, seed=1)
    assert good.verdict == "passes"
    stretched = predictions(0.6).assign(prediction=lambda t: 4 + 4 * (t.prediction - 4))
    assert calibration_guard(stretched, "Overall", LIMITS, samples=200, seed=1).verdict == "fails"
    alike = calibration_guard(predictions(0.6).assign(prediction=4.0), "Overall", LIMITS, samples=20, seed=1)
    assert (alike.verdict, alike.figures) == ("fails", "the predictions are all alike")


@pytest.mark.parametrize(
    ("covered", "verdict"), [(0.90, "passes"), (0.85, "passes"), (0.8, "fails"), (float("nan"), "not judged")]
)
def test_coverage(covered, verdict):
    assert coverage_guard(covered, 0.9, "Overall", LIMITS).verdict == verdict


def test_a_group_that_is_underrated_is_found_and_one_that_is_rated_lower_is_not():
    rows = predictions(0.3)
    ids = rows.interview_id.unique()
    groups = pd.DataFrame({"group_sex": np.where(np.arange(len(ids)) // 2 % 2, "a", "b")}, index=ids)
    fair = group_guards(rows, groups, "Overall", LIMITS, **SAMPLES)
    assert [g.verdict for g in fair] == ["passes"]
    of_a = rows.interview_id.map(groups.group_sex) == "a"
    lower = rows.assign(
        truth=rows.truth - of_a * 1.0, prediction=rows.prediction - of_a * 1.0
    )  # rated lower by people and by the model alike
    assert group_guards(lower, groups, "Overall", LIMITS, **SAMPLES)[0].verdict == "passes"
    unfair = group_guards(
        rows.assign(prediction=rows.prediction - of_a * 0.6), groups, "Overall", LIMITS, **SAMPLES
    )
    assert unfair[0].verdict == "fails"
    assert "a against b: -0." in unfair[0].figures


def test_small_groups_are_not_judged():
    rows = predictions(0.3)
    ids = rows.interview_id.unique()
    groups = pd.DataFrame({"group_site": ["north"] * 6 + ["south"] * (len(ids) - 6)}, index=ids)
    found = group_guards(rows, groups, "Overall", LIMITS, **SAMPLES)[0]
    assert found.verdict == "not judged"
    assert "north: 3" in found.figures


def test_drift(rng):
    names = [f"voice.f{i}" for i in range(10)]
    known = {name: Training.of(rng.normal(size=200)) for name in names}
    new = pd.DataFrame({name: rng.normal(size=200) for name in names})
    assert drift_guard(drift_table(known, new), LIMITS).verdict == "passes"
    moved = drift_guard(drift_table(known, new + 2), LIMITS)
    assert moved.verdict == "fails"
    assert moved.figures.startswith("10 of 10 features drifted far")
    assert drift_guard(drift_table({}, new), LIMITS).verdict == "not judged"
