"""A dimension is what the library says of a competency, with the description's skills, sentences and reasons."""

from __future__ import annotations

import pytest

from interview_analysis.features.language.sentences import normalise
from interview_analysis.scoring.edges import Text
from interview_analysis.scoring.jobs.demand import Demand
from interview_analysis.scoring.jobs.dimensions import (
    MAX_SOURCES,
    SKILLS_SHARE,
    dimension_of,
    indicator_descriptions,
    indicator_sources,
    reason,
    skill_dimension,
    skill_indicators,
)
from interview_analysis.scoring.jobs.library import Competency
from interview_analysis.scoring.jobs.matching import Match
from interview_analysis.scoring.jobs.skills import Skill
from interview_analysis.scoring.profile import JobProfile, Source
from tests.scoring.jobs.descriptions import asking

SQL = Skill(
    id="sql", name=Text(zh="SQL", en="SQL"), variants=("SQL", "T-SQL"), exact=("PL",), of=("data_analysis",)
)


@pytest.fixture(scope="module")
def analysis(library) -> Competency:
    return next(competency for competency in library if competency.id == "data_analysis")


def demand(total: float, *sections: str, asked: str = "plain", key: str = "data_analysis") -> Demand:
    sources = tuple(
        Source(quote=f"sentence {n}", section=section, by="term", demand=1.0)  # type: ignore[arg-type]
        for n, section in enumerate(sections)
    )
    return Demand(key, total, 1.0, 1.0, sources, (), asked)  # type: ignore[arg-type]


def test_what_the_library_says_is_taken_over(analysis):
    made = dimension_of(analysis, 0.4, demand(2.0, "must"), (), 3, {})
    assert (made.id, made.competency, made.origin, made.weight) == (
        "data_analysis",
        "data_analysis",
        "library",
        0.4,
    )
    assert made.anchors == analysis.anchors
    assert made.training == analysis.training
    assert [q.text for q in made.questions] == [q.text for q in analysis.questions]
    assert [i.id for i in made.indicators] == [i.id for i in analysis.indicators]
    assert {i.origin for i in made.indicators} | {q.origin for q in made.questions} == {"library"}


def test_no_more_sources_than_a_reader_takes_in(analysis):
    made = dimension_of(analysis, 0.4, demand(2.0, *["must"] * 9), (), 3, {})
    assert [s.quote for s in made.sources] == [f"sentence {n}" for n in range(MAX_SOURCES)]


@pytest.mark.parametrize(
    ("level", "asked", "expected"),
    [
        (3, "plain", 3),
        (3, "expert", 4),
        (3, "basic", 2),
        (4, "expert", 5),
        (5, "expert", 5),
        (2, "basic", 2),
        (4, "basic", 3),
    ],
)
def test_mastery_raises_what_is_expected_and_basics_lower_it(level, asked, expected, analysis):
    made = dimension_of(analysis, 0.4, demand(2.0, "must", asked=asked), (), level, {})
    assert made.expected_level == expected


def test_skills_become_indicators_with_their_sentence(analysis):
    fluent = Source(quote="Fluent SQL", section="must", by="skill", demand=1.0)
    named = Demand("sql", 1.0, 1.0, 1.0, (fluent,), (), "plain")
    made = dimension_of(analysis, 0.4, demand(2.0, "must"), [(SQL, named)], 3, {})
    added = made.indicators[-1]
    assert (added.id, added.source, added.origin, added.weight) == (
        "skill_sql",
        "Fluent SQL",
        "description",
        0.5,
    )
    assert added.keywords.en == added.keywords.zh == ("SQL", "T-SQL", "PL")
    assert not added.description.get("zh") + added.description.get("en")  # it is found by its name alone


def test_many_skills_together_weigh_no_more_than_their_share():
    skills = [
        (SQL.model_copy(update={"id": f"s{n}"}), demand(float(n), "must", key=f"s{n}")) for n in range(1, 11)
    ]
    made = skill_indicators(skills, set())
    assert sum(i.weight for i in made) == pytest.approx(SKILLS_SHARE)
    assert [i.id for i in made] == [f"skill_s{n}" for n in range(10, 0, -1)]  # strongest demand first
    assert skill_indicators(skills, {"skill_s10"})[0].id == "skill_s9"


def test_sources_of_indicators(analysis):
    first = analysis.indicators[0].id
    made = dimension_of(analysis, 0.4, demand(2.0, "must"), (), 3, {first: "Read the funnels"})
    assert [i.source for i in made.indicators[:2]] == ["Read the funnels", ""]


def test_reason_counts_the_sentences_by_section():
    said = reason(demand(2.344, "title", "duty", "duty", "must", "nice", asked="expert"))
    assert (
        said.en == "Asked for by the title, 2 duties, 1 requirement, 1 wish, at a high level (demand 2.34)."
    )
    assert said.zh == "依据：职位名称、职责2句、必备要求1句、加分项1句，要求精通（需求强度2.34）。"
    assert "basics only" in reason(demand(1.0, "must", asked="basic")).en


def test_reason_of_a_default_names_its_ground():
    said = reason(None)
    assert "O*NET" in said.en
    assert "O*NET" in said.zh


def test_a_skill_of_its_own_is_named_throughout(parser):
    solidworks = next(skill for skill in parser.skills if skill.id == "solidworks")
    asked = demand(4.0, "must", "duty", key="solidworks")
    made = skill_dimension(parser.skill_template, solidworks, 0.3, asked, 3)
    assert (made.id, made.competency, made.origin) == ("skill_solidworks", solidworks.of[0], "description")
    assert (made.weight, made.expected_level, made.sources) == (0.3, 3, asked.sources)
    assert made.indicators[0].source == "sentence 0"
    assert set(solidworks.variants) <= set(made.indicators[0].keywords.zh)
    dumped = made.model_dump_json()
    assert "<skill>" not in dumped
    assert "SolidWorks" in made.questions[0].text.en
    assert JobProfile(id="x", name=Text(en="x"), dimensions=(made.model_copy(update={"weight": 1.0}),))


HELP = "Help colleagues who are stuck and share what you know"
SETTLE = "Settle disagreements with colleagues openly"


@pytest.fixture(scope="module")
def teamwork(library) -> Competency:
    return next(competency for competency in library if competency.id == "teamwork")


def by_meaning(*quotes: str, matches: tuple[Match, ...] = ()) -> Demand:
    sources = tuple(Source(quote=quote, section="must", by="meaning", demand=1.0) for quote in quotes)
    return Demand("teamwork", 2.0, 1.0, 1.0, sources, matches, "plain")


def keyword(statement: int, indicator: str) -> Match:
    return Match(statement, "teamwork", "keyword", "words", "words", 1.0, indicator=indicator)


def sources_found(teamwork, asked, read, encoder):
    texts = [statement.text for statement in read.statements]
    vectors = dict(zip(texts, encoder.encode(texts), strict=True))
    descriptions = encoder.encode(indicator_descriptions(teamwork, "en"))
    return indicator_sources(teamwork, asked, read, vectors, descriptions)


def test_a_sentence_goes_to_the_indicator_that_it_is_nearest_to(teamwork, vectors):
    found = sources_found(teamwork, by_meaning(HELP, SETTLE), asking(HELP, SETTLE), vectors)
    assert found == {"helping_colleagues": HELP, "team_disagreement": SETTLE}


def test_a_keyword_goes_before_meaning(teamwork, vectors):
    read = asking(HELP, SETTLE)
    asked = by_meaning(HELP, SETTLE, matches=(keyword(1, "helping_colleagues"), keyword(0, "shared_work")))
    known = {"helping_colleagues": SETTLE, "shared_work": HELP}
    assert indicator_sources(teamwork, asked, read, {}, None) == known
    assert sources_found(teamwork, asked, read, vectors) == {
        **known,
        "team_disagreement": SETTLE,
    }


def test_the_title_is_no_sentence_of_an_indicator(teamwork):
    read = asking(HELP, "Free parking", title="Buddy")
    asked = by_meaning(HELP, matches=(keyword(-1, "helping_colleagues"),))
    assert indicator_sources(teamwork, asked, read, {}, None).get("helping_colleagues") in (None, "Buddy")


def test_nothing_asks_for_the_indicators_of_a_default(teamwork, vectors):
    assert sources_found(teamwork, None, asking(HELP), vectors) == {}


def test_no_keyword_of_a_dimension_stands_twice_in_an_indicator(analysis):
    named = demand(1.0, "must", key="sql")
    for indicator in dimension_of(analysis, 0.4, None, [(SQL, named)], 3, {}).indicators:
        folded = [normalise(word) for word in indicator.keywords.en]
        assert len(folded) == len(set(folded)), indicator.id
