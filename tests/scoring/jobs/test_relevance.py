"""The evidence for a competency as numbers, and the chance that they add up to."""

from __future__ import annotations

import math
from functools import partial

import pytest

from interview_analysis.errors import ConfigError
from interview_analysis.pipeline.common.config import BUILT_IN, read_yaml
from interview_analysis.scoring.jobs.matching import How, Match
from interview_analysis.scoring.jobs.relevance import MAX_COUNTED, Relevance, features_of, parse_relevance

NOTHING = {
    "demand": 0.0,
    "meaning": 0.0,
    "terms": 0.0,
    "keywords": 0.0,
    "skills": 0.0,
    "title": 0.0,
    "foreign_trade": 0.0,
    "foreign_trade_meaning": 0.0,
    "foreign_trade_terms": 0.0,
}


def match(statement: int, kind: How, certainty: float = 1.0) -> Match:
    return Match(statement, "legal", kind, "words", "words", certainty)


@pytest.fixture(scope="module")
def built_in() -> Relevance:
    return parse_relevance(read_yaml(BUILT_IN / "job_relevance.yaml", ConfigError), "job_relevance.yaml")


def test_no_evidence():
    assert features_of([], 0.0, trade=False) == NOTHING


def test_features_of_a_behaviour():
    matches = [match(0, "term"), match(1, "term"), match(1, "keyword"), match(2, "skill")]
    matches += [match(3, "meaning", 0.5), match(4, "meaning", 0.2)]
    expected = {"demand": math.log(4), "meaning": 1 - 0.5 * 0.8, "terms": 2.0, "keywords": 1.0, "skills": 1.0}
    assert features_of(matches, 3.0, trade=False) == pytest.approx({**NOTHING, **expected})


def test_features_of_a_trade_that_the_title_does_not_name():
    matches = [match(0, "term"), match(1, "term"), match(2, "meaning", 0.25)]
    expected = {"demand": math.log(2), "meaning": 0.25, "terms": 2.0}
    foreign = {"foreign_trade": 1.0, "foreign_trade_meaning": 0.25, "foreign_trade_terms": 2.0}
    assert features_of(matches, 1.0, trade=True) == pytest.approx({**NOTHING, **expected, **foreign})


@pytest.mark.parametrize("trade", [True, False])
@pytest.mark.parametrize(("kind", "titled"), [("title", 1), ("term", 1), ("keyword", 0), ("skill", 0)])
def test_a_title_names_a_trade_by_a_title_or_a_term(kind, titled, trade):
    features = features_of([match(-1, kind)], 1.0, trade)
    assert (features["title"], features["foreign_trade"]) == (titled, float(trade and not titled))


def test_a_sentence_counts_once_for_each_kind():
    matches = [match(0, "term"), match(0, "term"), match(0, "skill")]
    assert features_of(matches, 1.0, trade=False)["terms"] == 1.0
    assert features_of(matches, 1.0, trade=False)["skills"] == 1.0


@pytest.mark.parametrize(
    ("kind", "feature"), [("term", "terms"), ("keyword", "keywords"), ("skill", "skills")]
)
def test_more_sentences_than_a_few_say_no_more(kind, feature):
    for count in range(MAX_COUNTED + 3):
        features = features_of([match(n, kind) for n in range(count)], 1.0, trade=False)
        assert features[feature] == min(count, MAX_COUNTED)


def test_a_certain_meaning_leaves_no_doubt():
    matches = [match(0, "meaning", 1.0), match(1, "meaning", 0.3)]
    assert features_of(matches, 1.0, trade=False)["meaning"] == 1.0


def test_probability_is_logistic():
    relevance = Relevance(intercept=-1.0, coefficients={"terms": 0.5, "title": 2.0})
    legal = partial(relevance.probability, "legal")
    assert legal({**NOTHING, "terms": 2.0}) == 0.5
    assert legal(NOTHING) == pytest.approx(1 / (1 + math.e))
    assert legal({**NOTHING, "title": 1.0}) == pytest.approx(math.e / (1 + math.e))
    assert legal({**NOTHING, "title": 1.0, "demand": 9.0}) == pytest.approx(0.731, abs=1e-3)


def test_each_competency_has_a_term_of_its_own():
    relevance = Relevance(intercept=-1.0, coefficients={}, competencies={"legal": 1.0})
    assert relevance.probability("legal", NOTHING) == 0.5
    assert relevance.probability("teaching", NOTHING) == pytest.approx(1 / (1 + math.e))


def test_the_built_in_terms_are_of_the_library(built_in, library):
    assert set(built_in.competencies) <= {competency.id for competency in library}


def test_worked_example_of_the_built_in_model(built_in):
    b, a = built_in.coefficients, built_in.intercept
    odds = (
        a
        + built_in.competencies["legal"]
        + b["demand"] * math.log(2)
        + b["terms"]
        + b["foreign_trade"]
        + b["foreign_trade_terms"]
    )
    chance = built_in.probability("legal", features_of([match(0, "term")], 1.0, trade=True))
    assert math.log(chance / (1 - chance)) == pytest.approx(odds)


def test_the_built_in_model_weighs_all_features_and_no_other(built_in):
    assert set(built_in.coefficients) == set(NOTHING)


def test_evidence_speaks_for_and_a_foreign_trade_against(built_in):
    coefficients = built_in.coefficients
    assert all(coefficients[name] > 0 for name in ("demand", "meaning", "terms", "keywords", "skills"))
    assert coefficients["foreign_trade"] < 0


@pytest.mark.parametrize(
    ("data", "message"),
    [
        ({"intercept": 0.0}, "missing key 'coefficients'"),
        (
            {"intercept": 0.0, "coefficents": {}, "coefficients": {}},
            "unknown key 'coefficents'; did you mean 'coefficients'?",
        ),
        ({"intercept": 0.0, "coefficients": {"terms": "much"}}, "terms"),
        ([], ""),
    ],
)
def test_mistakes_are_named(data, message):
    with pytest.raises(ConfigError) as error:
        parse_relevance(data, "job_relevance.yaml")
    assert str(error.value).startswith("job_relevance.yaml: ")
    assert message in str(error.value)
    assert "\n" not in str(error.value)
