"""What is learned, what is refused, and that nothing leaks."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from interview_analysis.errors import LearningError, ModelError
from interview_analysis.scoring.learning.crossval import PREDICTION_KEYS, compare_table, cross_validate
from interview_analysis.scoring.learning.folds import person_folds
from interview_analysis.scoring.learning.model import PREDICTION_COLUMNS
from interview_analysis.scoring.learning.prepare import prepare
from interview_analysis.scoring.learning.reliability import intraclass, krippendorff_alpha
from interview_analysis.scoring.learning.training import train_with_proof
from tests.learning_data import QUICK, made_up


@pytest.fixture(scope="module")
def trained():
    return train_with_proof(made_up(), QUICK)


def test_no_person_stands_on_both_sides():
    dataset = made_up()
    fold = person_folds(dataset.persons.tolist(), dataset.ratings.to_numpy(), 10, seed=3)
    assert pd.Series(fold).groupby(dataset.persons.to_numpy()).nunique().max() == 1
    assert np.bincount(fold).tolist() == [8] * 10


def test_shuffled_ratings_teach_nothing():
    found = []
    for seed in range(8):
        dataset = made_up(seed=seed)
        order = np.random.default_rng(seed).permutation(40)
        rows = np.stack([2 * order, 2 * order + 1], axis=1).ravel()  # persons keep their pairs
        ratings = pd.DataFrame(
            dataset.ratings.to_numpy()[rows], index=dataset.ratings.index, columns=dataset.targets
        )
        shuffled = replace(dataset, ratings=ratings)
        settings = QUICK.model_copy(update={"learners": ("components",), "repeats": 1})
        cv = cross_validate(prepare(shuffled, settings), settings, "")
        table = compare_table(cv, samples=100)
        found.append(table[table["learner"] == "components"]["r"].mean())
    assert abs(np.mean(found)) < 0.12


def test_what_is_there_is_found_and_controls_find_nothing(trained):
    _, proof = trained
    r = proof.comparison.set_index(["learner", "target"])["r"]
    assert r["components", "overall"] > 0.6
    assert r["ridge", "overall"] > 0.6
    assert abs(r["length", "overall"]) < 0.3
    assert np.isnan(r["constant", "overall"])


def test_the_table_of_predictions_has_every_interview_once_a_repeat(trained):
    cv = trained[1].cv
    assert list(cv.predictions.columns) == PREDICTION_KEYS
    counts = cv.predictions.groupby(["learner", "target", "repeat"])["interview_id"].nunique()
    assert set(counts) == {80}


def test_a_channel_that_adds_nothing_weighs_nothing(trained):
    scorer, proof = trained
    assert proof.channels.weights == {"content": 0.0, "voice": 1.0}
    assert scorer.channel_weights == {"content": 0.0, "voice": 1.0}


def test_the_measures_that_matter_are_named(trained):
    features = trained[1].importance.query("kind == 'feature' and target == 'overall'")
    best = features.sort_values("drop", ascending=False)["name"].head(2)
    assert set(best) == {"voice.delivery.v0_ratio", "voice.delivery.v1_ratio"}


def test_predictions_have_errors_and_intervals_that_hold(trained):
    scorer, proof = trained
    fresh = made_up(seed=99)
    predicted = scorer.predict(fresh)
    assert list(predicted.columns) == PREDICTION_COLUMNS
    assert (predicted["low"] <= predicted["prediction"]).all()
    wide = predicted[predicted["target"] == "overall"].set_index("interview_id").loc[fresh.ratings.index]
    truth = fresh.ratings["overall"]
    assert ((truth >= wide["low"]) & (truth <= wide["high"])).mean() > 0.8
    coverage = proof.trust.query("figure == 'interval_coverage'")["value"]
    assert coverage.between(0.8, 1.0).all()


def test_equal_settings_give_equal_models(trained):
    again, _ = train_with_proof(made_up(), QUICK)
    pd.testing.assert_frame_equal(again.predict(made_up()), trained[0].predict(made_up()))


def _with_ratings(change):
    dataset = made_up()
    ratings = dataset.ratings.copy()
    change(ratings)
    return replace(dataset, ratings=ratings)


@pytest.mark.parametrize(
    ("dataset", "message"),
    [
        (made_up(persons=12), "12 persons in 24 rated interviews"),
        (_with_ratings(lambda r: r.__setitem__("overall", 4.0)), "all 80 ratings of 'overall' are 4"),
        (_with_ratings(lambda r: r.__setitem__("overall", r["overall"] + 9)), "ratings lie outside 1 to 7"),
        (_with_ratings(lambda r: r.drop(columns="overall", inplace=True)), "no rating is called 'overall'"),
        (replace(made_up(), ratings=None), "no ratings to learn from"),
    ],
)
def test_what_cannot_be_learned_from_is_refused_with_counts(dataset, message):
    with pytest.raises(LearningError, match=message):
        prepare(dataset, QUICK)


def test_missing_ratings_and_empty_features_are_reported_not_dropped_in_silence():
    dataset = _with_ratings(lambda r: r.__setitem__("overall", r["overall"].mask(r.index == "P3")))
    features = dataset.features.assign(**{"voice.delivery.v3_ratio": np.nan})
    prepared = prepare(replace(dataset, features=features), QUICK)
    assert len(prepared.ids) == 79
    assert any("'P3'" in note for note in prepared.notes)
    assert any("voice.delivery.v3_ratio" in note for note in prepared.notes)


def test_the_same_interview_twice_is_refused():
    dataset = made_up()
    interviews = pd.concat([dataset.interviews, dataset.interviews.iloc[:1]])
    with pytest.raises(LearningError, match="more than once"):
        replace(dataset, interviews=interviews)


def test_data_measured_otherwise_are_refused(trained):
    scorer, _ = trained
    dataset = made_up()
    with pytest.raises(ModelError, match="another version"):
        scorer.predict(replace(dataset, feature_versions={"voice.delivery": 2, "content.star": 1}))
    with pytest.raises(ModelError, match="none of the 4 features that the model reads"):
        scorer.predict(replace(dataset, features=dataset.features.filter(like="content.")))


def test_what_weighs_nothing_need_not_be_there_and_what_is_missing_widens_the_error(trained):
    scorer, _ = trained
    dataset = made_up(seed=3)
    whole = scorer.predict(dataset)
    voice = replace(dataset, features=dataset.features.filter(like="voice."))
    pd.testing.assert_frame_equal(scorer.predict(voice), whole)
    names = list(scorer.needs)
    partly = dataset.features.drop(columns=names[:2])
    partly.loc["P3", names[2:]] = np.nan
    found = scorer.predict(replace(dataset, features=partly)).set_index(["interview_id", "target"])
    assert scorer.missing(replace(dataset, features=partly)) == tuple(names[:2])
    low, high = scorer.rmse["overall"], scorer.spread["overall"]
    assert found.loc[("P1", "overall"), "standard_error"] == pytest.approx(np.sqrt((low**2 + high**2) / 2))
    assert found.loc[("P3", "overall"), "standard_error"] == pytest.approx(high)
    assert found.loc[("P3", "overall"), "prediction"] == pytest.approx(4.5, abs=0.3)
    wide = (found["high"] - found["low"]).loc[("P1", "overall")]
    before = whole.set_index(["interview_id", "target"]).loc[("P1", "overall")]
    assert wide > before["high"] - before["low"]


def test_how_far_raters_agree_is_a_figure_of_trust():
    dataset, draw = made_up(), np.random.default_rng(4)
    ids = dataset.interviews.index
    single = {
        name: dataset.ratings + draw.normal(0, 0.8, dataset.ratings.shape)
        for name in ("anna", "ben", "carla")
    }
    raters = pd.concat(single, names=["rater", "interview_id"]).swaplevel().clip(1, 7)
    ratings = raters.groupby(level=0).mean().loc[ids]
    rated = replace(dataset, ratings=ratings, raters=raters)
    _, proof = train_with_proof(rated, QUICK.model_copy(update={"repeats": 1}))
    figures = proof.trust.query("target == 'overall'").set_index("figure")["value"]
    table = raters["overall"].unstack("rater").loc[ids].to_numpy()
    assert figures["raters"] == 3
    assert figures["raters_icc_average"] == pytest.approx(intraclass(table).average)
    assert figures["raters_krippendorff_alpha"] == pytest.approx(krippendorff_alpha(table))
    assert 0.3 < figures["rater_against_others"] < 0.9
