"""Skills are found by their longest name, as whole tokens, and never inside other words."""

from __future__ import annotations

import pytest

from interview_analysis.errors import ConfigError
from interview_analysis.pipeline.job.parser import load_skills
from interview_analysis.scoring.edges import Text
from interview_analysis.scoring.jobs.library import Competency
from interview_analysis.scoring.jobs.matching import Matcher
from interview_analysis.scoring.jobs.settings import ParserSettings
from interview_analysis.scoring.jobs.skills import ExactMatcher, Skill, parse_skills
from tests.scoring.jobs.descriptions import asking


@pytest.fixture(scope="module")
def lexicon(library: tuple[Competency, ...]) -> tuple[Skill, ...]:
    return load_skills(library)


@pytest.fixture(scope="module")
def skills_in(lexicon, settings: ParserSettings):
    matcher = Matcher((), lexicon, None, None, settings.demand)
    return lambda text: {match.skill for match in matcher.read(asking(text)).matches}


def test_skills_are_found(skills_in):
    cases = [
        ("Fluent SQL and Excel", {"sql", "excel"}),
        ("Strong C++ and Python", {"cpp", "python"}),
        ("C# on .NET", {"csharp", "dotnet"}),
        ("Node.js with TypeScript", {"nodejs", "typescript"}),
        ("Go, Rust and C++", {"go", "rust", "cpp"}),
        ("Go", {"go"}),
        ("C programming", {"c_language"}),
        ("Statistics in R", {"r"}),
        ("Mixed models in R, and scripts", {"r"}),
        ("Hold the schedule on a Gantt chart", {"gantt_chart"}),
        ("Draw Gantt charts", {"gantt_chart"}),
        ("Sound knowledge of IFRS", {"ifrs"}),
        ("用甘特图排定版本计划", {"gantt_chart"}),
        ("熟悉IFRS准则", {"ifrs"}),
        ("熟练使用SQL取数", {"sql"}),
        ("精通C语言", {"c_language"}),
        ("熟悉C和C++", {"c_language", "cpp"}),
        ("会用R语言做统计", {"r"}),
        ("精通C++、Go、Rust", {"cpp", "go", "rust"}),
        ("ＳＱＬ", {"sql"}),
        ("javascript", {"javascript"}),
    ]
    assert [(text, skills, got) for text, skills in cases if (got := skills_in(text)) != skills] == []


def test_other_words_are_no_skills(skills_in):
    texts = [
        "Work closely with HR",
        "R&D budget",
        "与HR和R&D部门配合",
        "Go the extra mile",
        "Go to customers and listen",
        "Excel at what you do",
        "Word of mouth matters",
        "C端产品经验",
        "从0到1做过C端和B端产品",
        "Vitamin C1 and C2",
        "A swift answer to customers",
        "You excel in teams and express yourself",
        "Rusty tools are replaced",
        "会做人的工作",
    ]
    assert [(text, found) for text in texts if (found := skills_in(text)) != set()] == []


@pytest.mark.parametrize(
    ("text", "skill", "not_skill"),
    [
        ("C++ developer", "cpp", "c_language"),
        ("C# developer", "csharp", "c_language"),
        ("React Native apps", "react_native", "react"),
        ("JavaScript applications", "javascript", "java"),
        ("Power BI reports", "power_bi", "r"),
        ("Microsoft SQL Server", "sql_server", "sql"),
    ],
)
def test_the_longest_name_wins(text, skill, not_skill, skills_in):
    found = skills_in(text)
    assert skill in found
    assert not_skill not in found


def test_a_skill_that_is_not_asked_for_is_left_out(skills_in):
    assert skills_in("Excel and SQL, no experience needed") == {"excel", "sql"}
    assert skills_in("SQL is not required, Python is") == {"python"}
    assert skills_in("无需SQL经验，会Python即可") == {"python"}


def test_signed_names_match_in_any_case_and_letters_in_their_own():
    one = Skill(id="one", name=Text(zh="一", en="one"), variants=("C++", "c#"), exact=("R", "Go"), of=("x",))
    matcher = ExactMatcher((one,))
    assert [hit[1] for hit in matcher.find("c++, C#, R and Go, r, go")] == ["R", "Go", "c++", "C#"]
    assert [(start, end) for _, _, start, end in matcher.find("in R")] == [(3, 4)]


def test_lexicon_belongs_to_the_library(lexicon, library):
    known = {competency.id for competency in library}
    assert len(lexicon) > 300
    assert all(set(skill.of) <= known for skill in lexicon)


def test_no_spelling_belongs_to_two_skills(lexicon):
    owners: dict[str, str] = {}
    for skill in lexicon:
        for form in skill.variants:
            assert owners.setdefault(form.casefold(), skill.id) == skill.id
    exact = [form for skill in lexicon for form in skill.exact]
    assert len(exact) == len(set(exact))


def test_single_letters_are_matched_in_their_case_only(lexicon):
    assert [form for skill in lexicon for form in skill.variants if len(form) == 1] == []


def test_every_skill_has_a_name_and_a_spelling(lexicon):
    for skill in lexicon:
        assert skill.name.zh, skill.id
        assert skill.name.en, skill.id
        assert skill.variants or skill.exact, skill.id


GOOD = {"id": "sql", "name": {"zh": "SQL", "en": "SQL"}, "variants": ["SQL"], "of": ["data_analysis"]}


@pytest.mark.parametrize(
    ("data", "message"),
    [
        ({"sql": GOOD}, "skills.yaml: expected a list of skills, got dict"),
        ([{**GOOD, "of": []}], "skills.yaml: sql: 'of'"),
        ([{**GOOD, "id": "S Q L"}], "skills.yaml: S Q L: 'id'"),
        ([{**GOOD, "variant": ["x"]}], "skills.yaml: sql: unknown key 'variant'; did you mean 'variants'?"),
        ([{"id": "sql", "of": ["data_analysis"]}], "skills.yaml: sql: missing key 'name'"),
        (["SQL"], "skills.yaml: entry 1: "),
        (
            [GOOD, {**GOOD, "id": "mysql", "variants": ["sql"]}],
            "skills.yaml: 'sql' stands under both 'sql' and 'mysql'; keep one",
        ),
    ],
)
def test_mistakes_are_named(data, message):
    with pytest.raises(ConfigError) as error:
        parse_skills(data, "skills.yaml")
    assert str(error.value).startswith(message)
    assert "\n" not in str(error.value)
