"""Drift against the quantiles of a training population, held against sums by hand and scipy's own test."""

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from interview_analysis.scoring.learning.drift import (
    Training,
    drift_table,
    ks_distance,
    population_stability,
)


def test_psi_by_hand():
    # Training is uniform over ten bins; now the lower half of it has gone to the first bin.
    known = Training.of(np.arange(1000.0))
    now = np.concatenate([np.full(500, 1.0), np.repeat(np.arange(550.0, 1000.0, 100), 100)])
    psi, _ = population_stability(known, now)
    # four bins are empty (half an interview of 1000), the first has 0.5, the others keep 0.1
    by_hand = (0.5 - 0.1) * np.log(5) + 4 * (0.0005 - 0.1) * np.log(0.0005 / 0.1)
    assert psi == pytest.approx(by_hand, rel=0.02)


def test_an_unchanged_population_is_stable_whatever_the_size(rng):
    known = {f"voice.f{i}": Training.of(rng.normal(size=96)) for i in range(60)}
    for size in (20, 100, 1000):
        table = drift_table(known, pd.DataFrame({name: rng.normal(size=size) for name in known}))
        assert (table.verdict == "stable").mean() > 0.95


@pytest.mark.parametrize("shift", [1.0, -1.5])
def test_a_shifted_feature_is_found_and_comes_first(rng, shift):
    names = ["voice.a", "voice.b", "content.c"]
    known = {name: Training.of(rng.normal(size=300)) for name in names}
    new = pd.DataFrame({name: rng.normal(size=300) for name in names})
    new["content.c"] += shift
    table = drift_table(known, new)
    assert table.index[0] == "content.c"
    assert table.verdict.tolist() == ["large", "stable", "stable"]
    assert table.p["content.c"] < 1e-6


def test_ks_is_scipy_s(rng):
    before, now = rng.normal(size=2000), rng.normal(0.3, 1.2, size=500)
    distance, p = ks_distance(Training.of(before, steps=1000), now)
    reference = stats.ks_2samp(before, now, method="asymp")
    assert distance == pytest.approx(reference.statistic, abs=0.01)
    assert p == pytest.approx(reference.pvalue, rel=0.5)


def test_ties_are_no_drift(rng):
    before, now = rng.choice([0.0, 0.0, 0.0, 1.0], 400), rng.choice([0.0, 0.0, 0.0, 1.0], 400)
    table = drift_table({"content.figures": Training.of(before)}, pd.DataFrame({"content.figures": now}))
    assert table.verdict.tolist() == ["stable"]
    assert table.psi.iloc[0] < 0.05


def test_a_feature_that_goes_missing_is_drift(rng):
    known = {
        "face.smile": Training.of(rng.normal(size=200)),
        "voice.pitch": Training.of(rng.normal(size=200)),
    }
    half = pd.DataFrame({"face.smile": np.where(np.arange(100) % 2, np.nan, rng.normal(size=100))})
    table = drift_table(known, half)
    assert table.verdict["face.smile"] == "large"
    assert table.missing_now["voice.pitch"] == 1
    assert table.verdict["voice.pitch"] == "large"


def test_a_feature_that_nobody_ever_had_is_not_judged():
    known = {"face.smile": Training.of(np.full(30, np.nan))}
    assert drift_table(known, pd.DataFrame({"face.smile": [np.nan] * 5})).verdict.tolist() == ["not judged"]
