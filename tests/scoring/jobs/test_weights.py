"""Weights add up, stay within their bounds, keep the order of the demands, and depend on nothing else."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from interview_analysis.pipeline.job.parser import load_parser_settings
from interview_analysis.scoring.jobs.demand import Demand
from interview_analysis.scoring.jobs.weights import chosen, weights

RULES = load_parser_settings().weights
TOTALS = st.dictionaries(
    st.text("abcdefgh_", min_size=1, max_size=6),
    st.one_of(st.just(0.0), st.floats(0.01, 20)),
    min_size=RULES.min_dimensions,
    max_size=RULES.max_dimensions,
)


@given(TOTALS)
def test_hundredths_that_add_up_to_one(totals):
    shares = weights(totals, RULES)
    assert set(shares) == set(totals)
    assert sum(round(share * 100) for share in shares.values()) == 100
    assert all(share == round(share * 100) / 100 for share in shares.values())


@given(TOTALS)
def test_floor_and_cap_hold(totals):
    assert all(RULES.floor <= share <= RULES.cap for share in weights(totals, RULES).values())


@given(TOTALS)
def test_order_is_kept(totals):
    shares = weights(totals, RULES)
    for one in totals:
        for other in totals:
            if totals[one] > totals[other]:
                assert shares[one] >= shares[other]


@given(TOTALS, st.floats(0.01, 20))
def test_equal_demands_weigh_the_same_up_to_a_hundredth(totals, value):
    equal = list(totals)[:2]
    shares = weights(totals | dict.fromkeys(equal, value), RULES)
    assert abs(round(shares[equal[0]] * 100) - round(shares[equal[1]] * 100)) <= 1


@given(TOTALS, st.randoms(use_true_random=False))
def test_order_of_the_mapping_does_not_matter(totals, random):
    keys = list(totals)
    random.shuffle(keys)
    assert weights({key: totals[key] for key in keys}, RULES) == weights(totals, RULES)


@pytest.mark.parametrize("count", range(1, 8))
def test_equal_demands_share_equally(count):
    shares = weights(dict.fromkeys("abcdefg"[:count], 2.0), RULES)
    assert max(shares.values()) - min(shares.values()) <= 0.01 + 1e-9


def test_worked_example():
    # In proportion the first would have 89 %: capped, the rest is shared.
    assert weights({"a": 16.0, "b": 1.0, "c": 1.0}, RULES) == {"a": 0.60, "b": 0.20, "c": 0.20}
    # No demand at all gets the floor.
    assert weights({"a": 1.0, "b": 1.0, "c": 1.0, "d": 0.0}, RULES) == {
        "a": 0.32,
        "b": 0.32,
        "c": 0.31,
        "d": 0.05,
    }


def demanded(total: float = 1.0, **relevances: float) -> dict[str, Demand]:
    return {key: Demand(key, total, 1.0, chance, (), (), "plain") for key, chance in relevances.items()}


def test_only_what_is_relevant_is_chosen():
    least = RULES.least_relevance
    found = chosen(demanded(a=0.99, b=0.9, c=0.8, d=least, e=least - 0.001), RULES)
    assert found == ("a", "b", "c", "d")


def test_less_relevant_ones_follow_where_there_are_too_few():
    least = RULES.least_filler
    assert chosen(demanded(a=0.9, b=least + 0.1, c=least, d=least), RULES) == ("a", "b", "c")
    assert chosen(demanded(a=0.9, b=least - 0.01, c=0.1), RULES) == ("a",)
    assert chosen(demanded(a=0.1), RULES) == ()
    assert chosen({}, RULES) == ()


def test_relevance_goes_before_demand():
    found = {**demanded(9.0, strong=0.1), **demanded(0.5, a=0.9, b=0.8, c=0.7)}
    assert chosen(found, RULES) == ("a", "b", "c")


def test_never_more_than_one_interview_can_ask_about():
    many = demanded(**{f"c{n}": 0.9 for n in range(12)})
    assert chosen(many, RULES) == tuple(sorted(many)[: RULES.max_dimensions])


def test_equally_relevant_ones_are_ranked_by_demand_then_by_name():
    assert chosen(demanded(b=0.9, c=0.9, a=0.9), RULES) == ("a", "b", "c")
    assert chosen({**demanded(1.0, a=0.9, b=0.9), **demanded(2.0, c=0.9)}, RULES) == ("c", "a", "b")


def test_a_skill_of_its_own_stands_beside_competencies():
    found = chosen(demanded(skill_solidworks=1.0, engineering_design=0.9, teamwork=0.7), RULES)
    assert found == ("skill_solidworks", "engineering_design", "teamwork")
