"""The competency library: whole, told apart, equally rich in both languages, and strict about mistakes."""

from __future__ import annotations

import copy
from typing import Any

import pytest
import yaml

from interview_analysis.errors import ConfigError
from interview_analysis.features.language.sentences import normalise
from interview_analysis.pipeline.common.config import BUILT_IN
from interview_analysis.pipeline.job import parser as job_parser
from interview_analysis.scoring.evidence.literal import stem
from interview_analysis.scoring.jobs.library import Competency, parse_competency

FILES = sorted(path.name for path in (BUILT_IN / "competencies").iterdir() if path.name.endswith(".yaml"))
BEHAVIOURAL = {
    "communication",
    "teamwork",
    "problem_solving",
    "learning",
    "initiative",
    "responsibility",
    "leadership",
    "customer_orientation",
    "innovation",
    "stress_tolerance",
    "planning",
    "integrity",
}
PROFESSIONAL = {
    "requirements_analysis",
    "project_management",
    "user_thinking",
    "data_analysis",
    "software_engineering",
    "machine_learning",
    "sales_negotiation",
    "customer_service",
    "operations",
    "marketing",
    "finance_accounting",
    "human_resources",
    "production",
    "quality_management",
    "teaching",
    "healthcare",
    "design",
}


def content(name: str) -> dict[str, Any]:
    data: dict[str, Any] = yaml.safe_load((BUILT_IN / "competencies" / name).read_text(encoding="utf-8"))
    return data


def test_every_file_is_a_competency_called_by_its_id():
    assert [f"{parse_competency(content(name), name).id}.yaml" for name in FILES] == FILES


def test_families_are_there(library: tuple[Competency, ...]):
    kinds = {competency.id: competency.kind for competency in library}
    assert len(kinds) >= 30
    assert {key for key in BEHAVIOURAL if kinds[key] == "behavioural"} == BEHAVIOURAL
    assert set(kinds) >= PROFESSIONAL


def _stems(term: str) -> tuple[str, ...]:
    return tuple(stem(word) for word in normalise(term).replace("-", " ").split())


@pytest.mark.parametrize("language", ["zh", "en"])
def test_no_term_asks_for_two_competencies(language, library: tuple[Competency, ...]):
    owners: dict[tuple[str, ...], set[str]] = {}
    for competency in library:
        for term in competency.asked_for.get(language):
            owners.setdefault(_stems(term), set()).add(competency.id)
    assert {" ".join(term): sorted(ids) for term, ids in owners.items() if len(ids) > 1} == {}


def _amounts(competency: Competency, language: str) -> list[int]:
    return [
        len(competency.asked_for.get(language)),
        len(competency.statements.get(language)),
        sum(len(i.keywords.get(language)) for i in competency.indicators),
        sum(len(i.examples.get(language)) for i in competency.indicators),
    ]


def test_both_languages_are_equally_rich(library: tuple[Competency, ...]):
    for competency in library:
        for zh, en in zip(_amounts(competency, "zh"), _amounts(competency, "en"), strict=True):
            assert 0.5 <= zh / en <= 2, competency.id
    totals = [
        [sum(amounts) for amounts in zip(*(_amounts(c, language) for c in library), strict=True)]
        for language in ("zh", "en")
    ]
    for zh, en in zip(*totals, strict=True):
        assert 0.8 <= zh / en <= 1.25


def test_ids_of_indicators_are_unique_in_a_competency(library: tuple[Competency, ...]):
    for competency in library:
        ids = [indicator.id for indicator in competency.indicators]
        assert len(ids) == len(set(ids)), competency.id


def test_nothing_is_matched_by_one_letter(library: tuple[Competency, ...]):
    for c in library:
        words = [*c.asked_for.en, *c.titles.en, *(k for i in c.indicators for k in i.keywords.en)]
        assert [word for word in words if len(word) == 1] == [], c.id


def test_defaults_and_titles_name_competencies_of_the_library(library, settings):
    known = {competency.id for competency in library}
    assert set(settings.weights.defaults) <= known


def test_a_file_more_is_a_competency_more(tmp_path, monkeypatch):
    folder = tmp_path / "competencies"
    folder.mkdir()
    for name in FILES[:2]:
        (folder / name).write_text(
            (BUILT_IN / "competencies" / name).read_text(encoding="utf-8"), encoding="utf-8"
        )
    monkeypatch.setattr(job_parser, "BUILT_IN", tmp_path)
    assert len(job_parser.load_library()) == 2

    added = yaml.safe_dump({**content(FILES[2]), "id": "beekeeping"}, allow_unicode=True)
    (folder / "beekeeping.yaml").write_text(added, encoding="utf-8")
    assert [c.id for c in job_parser.load_library()][-1] == "beekeeping"

    (folder / "misnamed.yaml").write_text(added, encoding="utf-8")
    with pytest.raises(
        ConfigError, match=r"^misnamed\.yaml: its id is 'beekeeping'; name the file beekeeping\.yaml$"
    ):
        job_parser.load_library()


def _without(data: dict[str, Any], key: str) -> None:
    del data[key]


def _few(data: dict[str, Any]) -> None:
    data["statements"]["en"] = data["statements"]["en"][:2]


def _repeated(data: dict[str, Any]) -> None:
    data["asked_for"]["zh"] = [data["asked_for"]["zh"][0]] * 8


def _one_language(data: dict[str, Any]) -> None:
    data["name"] = {"zh": "Teamwork", "en": "Teamwork"}


def _misspelt(data: dict[str, Any]) -> None:
    data["statments"] = data.pop("statements")


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (_misspelt, "unknown key 'statments'; did you mean 'statements'?"),
        (lambda data: _without(data, "definition"), "missing key 'definition'"),
        (
            lambda data: _without(data["anchors"], 3),
            "needs an anchor for each level 1 to 5, has [1, 2, 4, 5]",
        ),
        (lambda data: data.update(kind="soft"), "'kind'"),
        (lambda data: data.update(id="Team work"), "'id'"),
        (
            lambda data: data.update(channels={"content": 0.5}),
            "channels of dimension 'teamwork' must be shares",
        ),
        (lambda data: data.update(questions=data["questions"][:3] * 2), "questions of both kinds"),
        (lambda data: data.update(indicators=data["indicators"][:2]), "'indicators'"),
        (lambda data: data.update(source="a book"), "'source'"),
        (_one_language, "name needs a text in Chinese and one in English"),
        (_few, "statements needs 6 different entries or more in 'en', has 2"),
        (_repeated, "asked_for needs 3 different entries or more in 'zh'"),
    ],
)
def test_mistakes_are_named_with_file_and_key(change, message):
    data = copy.deepcopy(content("teamwork.yaml"))
    change(data)
    with pytest.raises(ConfigError) as error:
        parse_competency(data, "teamwork.yaml")
    assert str(error.value).startswith("teamwork.yaml: ")
    assert message in str(error.value)
    assert "\n" not in str(error.value)


def test_a_file_that_is_no_mapping_is_named():
    with pytest.raises(ConfigError, match=r"^teamwork\.yaml: expected a competency, got list$"):
        parse_competency([], "teamwork.yaml")


def test_direction_and_business_sense_are_named_in_both_languages(library: tuple[Competency, ...]):
    """What is defined and asked for is both, so the English name says both, like the Chinese one."""
    named = next(competency.name for competency in library if competency.id == "strategic_thinking")
    assert (named.zh, named.en) == ("战略思维与商业敏感", "Strategic thinking and business acumen")
