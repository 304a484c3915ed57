"""scikit-learn's contract."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.utils.estimator_checks import check_estimator

from interview_analysis.models.ratings.attention_pool import AttentionPoolRegressor
from interview_analysis.scoring.learning.components import ComponentsRegressor
from interview_analysis.scoring.learning.learners import ChannelStack, ChosenChannels, Committee, PerTarget
from interview_analysis.scoring.learning.summary import AnswerSummary


@pytest.mark.parametrize(
    "estimator",
    [
        AnswerSummary(),
        ComponentsRegressor(),
        PerTarget(),
        ChannelStack(),
        ChosenChannels(),
        Committee(),
        AttentionPoolRegressor(epochs=15),
    ],
    ids=lambda estimator: type(estimator).__name__,
)
def test_keeps_scikit_learn_s_contract(estimator):
    checks = check_estimator(estimator, on_skip=None, on_fail=None)
    assert sum(check["status"] == "passed" for check in checks) > 30
    assert [
        (c["check_name"], c["exception"]) for c in checks if c["status"] not in ("passed", "skipped")
    ] == []


def test_a_channel_that_tells_nothing_is_hidden_from_the_learner(rng):
    table = rng.normal(size=(80, 4))
    ratings = table[:, [0]] + 0.3 * rng.normal(size=(80, 1))
    chooser = ComponentsRegressor({"a": [0, 1], "b": [2, 3]}, {"voice": ["a"], "content": ["b"]})
    model = ChosenChannels(PerTarget(), chooser, {"voice": [0, 1], "content": [2, 3]}).fit(table, ratings)
    assert model.channels_ == ["voice"]
    np.testing.assert_array_equal(model.predict(table), model.predict(np.c_[table[:, :2], -9 * table[:, 2:]]))


def test_a_committee_says_the_mean_of_what_its_members_say(rng):
    table = rng.normal(size=(40, 3))
    ratings = table + 0.3 * rng.normal(size=(40, 3))
    members = [PerTarget(), ComponentsRegressor()]
    alone = [member.fit(table, ratings).predict(table) for member in members]
    np.testing.assert_allclose(Committee(members).fit(table, ratings).predict(table), np.mean(alone, axis=0))


def test_the_network_does_without_a_channel_or_an_answer_and_repeats_itself(rng):
    table = rng.normal(size=(60, 3 * 4))
    ratings = table[:, [0]] + 0.1 * rng.normal(size=(60, 2))
    model = AttentionPoolRegressor({"voice": [0, 1], "content": [2, 3]}, slots=3, epochs=40)
    first = model.fit(table, ratings).predict(table)
    np.testing.assert_array_equal(model.fit(table, ratings).predict(table), first)
    gaps = table.copy()
    gaps[:, 2:4] = np.nan  # no content in the first answer
    gaps[0] = np.nan  # nothing at all
    found = model.predict(gaps)
    assert np.isfinite(found).all()
    assert found[0] == pytest.approx(model.predict(np.full((1, 12), np.nan))[0])
