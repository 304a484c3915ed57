"""How strongly a description asks: each factor on its own, and what repetition adds."""

from __future__ import annotations

from itertools import pairwise

import pytest

from interview_analysis.errors import ConfigError
from interview_analysis.pipeline.common.config import BUILT_IN, read_yaml
from interview_analysis.scoring.jobs.demand import Demand, demands, skill_demands
from interview_analysis.scoring.jobs.matching import How, Match
from interview_analysis.scoring.jobs.relevance import features_of, parse_relevance
from interview_analysis.scoring.jobs.sections import Outline, Part, Statement
from interview_analysis.scoring.jobs.settings import DemandSettings

TRADES = {"legal"}
RELEVANCE = parse_relevance(read_yaml(BUILT_IN / "job_relevance.yaml", ConfigError), "job_relevance.yaml")


@pytest.fixture(scope="module")
def rules(settings) -> DemandSettings:
    return settings.demand


def said(text: str, part: Part = "must", order: float = 0.5) -> Statement:
    return Statement(text, part, order, "en")


def match(
    statement: int, clause: str = "plain words", kind: How = "term", competency: str = "teamwork"
) -> Match:
    return Match(statement, competency, kind, "words", clause, 1.0)


def demand(rules: DemandSettings, statements: list[Statement], *matches: Match) -> Demand:
    read = Outline("Title", "en", tuple(statements), frozenset())
    return demands(read, matches, rules, TRADES, RELEVANCE)[matches[0].competency]


def one(rules: DemandSettings, clause: str = "plain words", part: Part = "must", kind: How = "term") -> float:
    return demand(rules, [said(clause, part)], match(0, clause, kind)).total


def test_a_plain_sentence_in_the_middle_of_its_list(rules):
    found = demand(rules, [said("a")], match(0))
    assert found.total == pytest.approx(rules.sections["must"] * rules.by_term)
    assert found.emphasis == pytest.approx((rules.first + rules.last) / 2)


def test_must_over_nice_and_text_without_headings(rules):
    assert one(rules) > one(rules, part="unmarked") > one(rules, part="nice")
    assert one(rules) == one(rules, part="duty")


@pytest.mark.parametrize("clause", ["teamwork is preferred", "teamwork would be a plus", "有团队精神者优先"])
def test_a_wish_inside_the_requirements_counts_as_one(clause, rules):
    assert one(rules, clause) == pytest.approx(one(rules, part="nice"))


@pytest.mark.parametrize(
    "clause", ["excellent teamwork", "proven teamwork", "出色的团队精神", "精通团队协作"]
)
def test_mastery_counts_more(clause, rules):
    assert one(rules, clause) == pytest.approx(one(rules) * rules.expert, rel=1e-2)


@pytest.mark.parametrize("clause", ["basic teamwork", "some familiarity with teamwork", "了解团队协作"])
def test_basics_count_less(clause, rules):
    assert one(rules, clause) == pytest.approx(one(rules) * rules.basic, rel=1e-2)


@pytest.mark.parametrize("clause", ["three years of experience in teamwork", "三年以上团队协作经验"])
def test_years_count_more(clause, rules):
    assert one(rules, clause) == pytest.approx(one(rules) * rules.years, rel=1e-2)


def test_the_first_weighs_a_little_more_than_the_last_but_is_chosen_alike(rules):
    first, last = (demand(rules, [said("a", order=order)], match(0)) for order in (0.0, 1.0))
    assert (first.total, first.relevance) == (last.total, last.relevance)
    assert (first.emphasis, last.emphasis) == pytest.approx((rules.first, rules.last))


def test_a_term_over_a_skill_over_a_keyword(rules):
    term, skill, keyword = (one(rules, kind=kind) for kind in ("term", "skill", "keyword"))
    assert term > skill > keyword > 0


def test_meaning_counts_by_its_certainty(rules):
    totals = []
    for certainty in (0.6, 0.9):
        by_meaning = Match(0, "teamwork", "meaning", "", "expert words", certainty)
        totals.append(demand(rules, [said("a")], by_meaning).total)
    assert totals[1] / totals[0] == pytest.approx(1.5, rel=1e-2)
    assert totals[1] == pytest.approx(rules.by_meaning * 0.9, rel=1e-2)  # no level is read out of a meaning


def test_each_repetition_adds_less(rules):
    def total(count: int) -> float:
        return demand(rules, [said(f"s{n}") for n in range(count)], *(match(n) for n in range(count))).total

    totals = [total(count) for count in range(1, 30)]
    steps = [after - before for before, after in pairwise(totals)]
    assert all(step > 0 for step in steps[:10])
    assert all(after < before for before, after in pairwise(steps))
    assert steps[0] == pytest.approx(totals[0] * rules.decay)
    assert totals[-1] < totals[0] / (1 - rules.decay)


def test_one_sentence_counts_once_by_its_strongest_match(rules):
    statements = [said("a")]
    both = demand(rules, statements, match(0), match(0, kind="keyword"), match(0, clause="basic words"))
    assert both.total == demand(rules, statements, match(0)).total
    assert len(both.sources) == 1


def test_sources_stand_strongest_first_with_their_quotes(rules):
    statements = [said("a wish", "nice"), said("a duty", "duty"), said("expert at it")]
    found = demand(rules, statements, match(0), match(1), match(2, "expert at it"))
    assert [source.quote for source in found.sources] == ["expert at it", "a duty", "a wish"]
    assert [source.section for source in found.sources] == ["must", "duty", "nice"]
    assert {source.by for source in found.sources} == {"term"}
    assert found.asked == "expert"


def test_basics_only_where_nothing_more_is_said(rules):
    statements = [said("a"), said("b")]
    assert demand(rules, statements, match(0, "basic words"), match(1, "some words")).asked == "basic"
    assert demand(rules, statements, match(0, "basic words"), match(1)).asked == "plain"


def test_the_title_asks_once(rules):
    found = demand(rules, [], Match(-1, "legal", "title", "counsel", "counsel", 1.0))
    assert found.total == rules.sections["title"]
    assert [(source.quote, source.section, source.by) for source in found.sources] == [
        ("Title", "title", "title")
    ]


def test_each_competency_has_the_relevance_of_its_own_evidence(rules):
    statements = (said("a"), said("b", "nice"))
    team = [match(0), match(1, kind="keyword")]
    law = [match(1, kind="skill", competency="legal")]
    found = demands(Outline("", "en", statements, frozenset()), [*team, *law], rules, TRADES, RELEVANCE)
    assert list(found) == ["legal", "teamwork"]
    for key, matches in (("legal", law), ("teamwork", team)):
        features = features_of(matches, found[key].total, key in TRADES)
        assert found[key].relevance == RELEVANCE.probability(key, features)


def test_more_evidence_is_more_relevant(rules):
    statements = [said("a"), said("b"), said("c")]
    chances = [demand(rules, statements, *(match(n) for n in range(count))).relevance for count in (1, 2, 3)]
    assert chances == sorted(set(chances))
    assert all(0 < chance < 1 for chance in chances)


@pytest.mark.parametrize("kind", ["term", "skill", "keyword"])
def test_a_trade_that_the_title_does_not_name_is_less_relevant_and_demanded_alike(kind, rules):
    law = demand(rules, [said("a")], match(0, kind=kind, competency="legal"))
    team = demand(rules, [said("a")], match(0, kind=kind))
    assert law.total == team.total
    assert law.relevance < team.relevance


def test_a_trade_that_the_title_names_counts_fully(rules):
    titled = Match(-1, "legal", "title", "counsel", "counsel", 1.0)
    alone = demand(rules, [said("a")], match(0, competency="legal"))
    named = demand(rules, [said("a")], titled, match(0, competency="legal"))
    assert named.total == pytest.approx(rules.sections["title"] + rules.decay * one(rules))
    assert named.relevance > alone.relevance


def test_weak_sentences_count_but_are_not_quoted(rules):
    weak = Match(1, "teamwork", "meaning", "", "b", 0.1)
    found = demand(rules, [said("a"), said("b")], match(0), weak)
    assert found.total == pytest.approx(one(rules) + rules.decay * round(rules.by_meaning * 0.1, 3))
    assert [source.quote for source in found.sources] == ["a"]
    assert found.matches == (match(0), weak)
    # The strongest is quoted where all are weak.
    assert [source.quote for source in demand(rules, [said("a"), said("b")], weak).sources] == ["b"]


def test_skills_have_demands_of_their_own(rules):
    statements = (said("expert SQL"), said("SAP is a plus"))
    sql = Match(0, "data_analysis", "skill", "SQL", "expert sql", 1.0, skill="sql")
    sap = Match(1, "supply_chain", "skill", "SAP", "sap is a plus", 1.0, skill="sap")
    again = Match(1, "data_analysis", "skill", "SAP", "sap is a plus", 1.0, skill="sap")
    read = Outline("", "en", statements, frozenset())
    found = skill_demands(read, [sql, sap, again, match(0)], rules)
    assert list(found) == ["sap", "sql"]
    assert {d.relevance for d in found.values()} == {1.0}  # it is there by name
    assert found["sql"].total > found["sap"].total
    assert [source.section for source in found["sap"].sources] == ["nice"]


def test_order_of_the_matches_does_not_matter(rules):
    statements = [said("a"), said("b", "duty"), said("c", "nice")]
    matches = [match(0), match(1, "expert"), match(2), match(1, kind="keyword")]
    forward, backward = demand(rules, statements, *matches), demand(rules, statements, *reversed(matches))
    assert (forward.total, forward.sources) == (backward.total, backward.sources)
