"""Sentences ask by a term, by a skill or by meaning; the title asks once; what is not needed does not ask."""

from __future__ import annotations

import pytest

from interview_analysis.scoring.edges import Text
from interview_analysis.scoring.jobs.demand import demands
from interview_analysis.scoring.jobs.matching import SURE, Match, Matcher
from interview_analysis.scoring.jobs.parse import JobParser
from interview_analysis.scoring.jobs.sections import Outline
from interview_analysis.scoring.jobs.skills import Skill
from tests.scoring.jobs.descriptions import asking

IDS = {"teamwork", "leadership", "sales_negotiation", "supply_chain", "data_analysis", "healthcare"}
SKILLS = (
    Skill(id="sql", name=Text(zh="SQL", en="SQL"), variants=("SQL",), of=("data_analysis",)),
    Skill(id="sap", name=Text(zh="SAP", en="SAP"), exact=("SAP",), of=("supply_chain", "data_analysis")),
)


@pytest.fixture(scope="module")
def words_only(library, settings) -> Matcher:
    """Six competencies, two skills, no encoder."""
    few = [competency for competency in library if competency.id in IDS]
    return Matcher(few, SKILLS, None, None, settings.demand)


def found(matches: tuple[Match, ...], kind: str) -> set[tuple[int, str]]:
    return {(m.statement, m.competency) for m in matches if m.kind == kind}


def test_terms_of_both_languages(words_only):
    matches = words_only.read(
        asking("You are a team player", "具备良好的团队合作精神", "A tidy desk")
    ).matches
    assert found(matches, "term") == {(0, "teamwork"), (1, "teamwork")}


def test_inflected_terms(words_only):
    matches = words_only.read(asking("Collaborating closely is how we work")).matches
    assert found(matches, "term") == {(0, "teamwork")}


def test_skills_ask_for_all_that_they_are_part_of(words_only):
    matches = words_only.read(asking("Fluent SQL", "SAP")).matches
    assert found(matches, "skill") == {(0, "data_analysis"), (1, "supply_chain"), (1, "data_analysis")}
    assert {(m.skill, m.text) for m in matches if m.kind == "skill"} == {("sql", "SQL"), ("sap", "SAP")}


def test_the_clause_is_the_part_of_the_sentence_between_commas(words_only):
    matches = words_only.read(asking("Expert SQL, basic SAP, and a team player")).matches
    clauses = {m.skill or m.competency: m.clause.strip() for m in matches if m.kind != "keyword"}
    assert clauses == {"sql": "expert sql", "sap": "basic sap", "teamwork": "and a team player"}


def test_the_clause_in_chinese(words_only):
    matches = words_only.read(asking("精通SQL，了解SAP；有团队精神")).matches
    clauses = {m.skill or m.competency: m.clause for m in matches if m.kind != "keyword"}
    assert clauses == {"sql": "精通sql", "sap": "了解sap", "teamwork": "有团队精神"}


def test_what_is_not_needed_does_not_ask(words_only):
    sentences = [
        "SQL is not required",
        "No experience required in SQL",
        "You don't need SQL",
        "无需SQL",
        "不要求会SQL",
        "SQL零基础",
    ]
    assert [
        (sentence, found)
        for sentence in sentences
        if (found := words_only.read(asking(sentence)).matches) != ()
    ] == []


def test_only_sentences_that_ask_are_matched(words_only):
    for part in ("benefit", "company", "legal", "other"):
        assert words_only.read(asking("Team player with SQL", "团队合作", part=part)).matches == ()
    for part in ("duty", "must", "nice", "unmarked"):
        assert len(words_only.read(asking("Team player", part=part)).matches) == 1


def test_the_title_is_statement_minus_one(words_only):
    matches = words_only.read(asking("A tidy desk", title="Staff Nurse")).matches
    assert found(matches, "title") == {(-1, "healthcare")}


def test_a_title_of_the_library_is_known(words_only):
    cases = [
        ("Staff Nurse", True),
        ("采购专员", True),
        ("Lighthouse Keeper", False),
        ("Team player", False),
        ("", False),
    ]
    assert [
        (title, known, found)
        for title, known in cases
        if (found := words_only.read(asking("A tidy desk", title=title)).known_title) != known
    ] == []


def test_the_asking_ratio_is_the_share_of_sentences_that_ask_by_a_term(words_only):
    statements = (
        *asking("Team player", "Collaborate closely, team player", "A tidy desk").statements,
        *asking("团队合作", part="benefit").statements,
    )
    assert words_only.read(Outline("Staff Nurse", "en", statements, frozenset())).asking_ratio == 0.5
    assert words_only.read(asking()).asking_ratio == 0.0


def test_titles_ask_in_the_title_alone(words_only):
    assert found(words_only.read(asking("You work with the staff nurse")).matches, "title") == set()


@pytest.mark.parametrize("sentence", ["Work well in a team", "有良好的团队合作意愿"])
def test_the_longest_match_counts_once(sentence, words_only):
    assert [(m.competency, m.kind) for m in words_only.read(asking(sentence)).matches] == [
        ("teamwork", "term")
    ]


def test_matches_stand_in_the_order_of_the_sentences(words_only):
    matches = words_only.read(asking("SQL", "Team player", "SAP", title="Nurse")).matches
    assert [m.statement for m in matches] == sorted(m.statement for m in matches)


@pytest.mark.parametrize(
    ("sentence", "competency"),
    [
        ("When a colleague falls behind, you take over part of the load without being asked.", "teamwork"),
        ("忙不过来的时候主动给同事搭把手，不分你我。", "teamwork"),
        ("Keep an eye on the patient's breathing through the night.", "healthcare"),
        ("夜里守着病人，随时留意呼吸和血压。", "healthcare"),
    ],
)
def test_meaning_finds_what_no_term_names(sentence, competency, parser: JobParser):
    language = "en" if sentence.isascii() else "zh"
    matches = parser.matcher.read(asking(sentence, language=language)).matches
    certainties = {m.competency: m.certainty for m in matches if m.kind == "meaning"}
    assert max(certainties, key=certainties.__getitem__, default=None) == competency
    assert all(0 < certainty <= 1 for certainty in certainties.values())


@pytest.mark.parametrize(
    "sentence",
    [
        "The office is a short walk from the station.",
        "Shifts rotate weekly and include weekends.",
        "办公地点临近地铁站。",
        "本科及以上学历。",
    ],
)
def test_formal_conditions_make_no_dimension(sentence, parser: JobParser, settings):
    read = asking(sentence, language="en" if sentence.isascii() else "zh")
    reading = parser.matcher.read(read)
    assert reading.asking_ratio == 0.0
    trades = {competency.id for competency in parser.library if competency.kind == "professional"}
    asked = demands(read, reading.matches, settings.demand, trades, parser.relevance)
    assert all(demand.relevance < settings.weights.least_relevance for demand in asked.values())


def test_a_sentence_asks_for_two_things_at_most_by_meaning(parser: JobParser, settings):
    sentence = "You keep the accounts, look after the shop, and take over from colleagues who fall behind."
    found_here = [m for m in parser.matcher.read(asking(sentence)).matches if m.kind == "meaning"]
    assert 1 <= len(found_here) <= 2
    assert all(m.certainty >= settings.demand.least_posterior for m in found_here)
    assert all(m.text == "" and m.clause == sentence.lower() for m in found_here)


def test_a_sentence_with_terms_has_a_meaning_too(parser: JobParser):
    matches = parser.matcher.read(
        asking("You take over from colleagues who fall behind, as a team player.")
    ).matches
    assert (0, "teamwork") in found(matches, "term") & found(matches, "meaning")


def test_a_sure_meaning_counts_as_asking(parser: JobParser):
    reading = parser.matcher.read(asking("Keep an eye on the patient's breathing through the night."))
    assert {m.kind for m in reading.matches} == {"meaning"}
    assert max(m.certainty for m in reading.matches) >= SURE
    assert reading.asking_ratio == 1.0
