"""The figures that parsed profiles are judged by, on cases whose result can be worked out by hand."""

from __future__ import annotations

import math
from typing import Any

import pytest

from interview_analysis.errors import ConfigError
from interview_analysis.scoring.jobs.evaluation import (
    Label,
    agreement,
    compare,
    parse_labels,
    rank_correlation,
)
from interview_analysis.scoring.profile import JobProfile
from tests.scoring.jobs.descriptions import FOLDER, LABELS
from tests.scoring.jobs.enrichment import profile

ROW: dict[str, Any] = {
    "file": "en/a.txt",
    "half": "dev",
    "family": "product",
    "style": "prose",
    "seniority": "middle",
    "years": 3,
    "essential": ["requirements_analysis", "user_thinking", "project_management"],
    "acceptable": ["data_analysis"],
}


def label(**changes: Any) -> Label:
    (one,) = parse_labels([{**ROW, **changes}], "labels")
    return one


def parsed(**weights: float) -> JobProfile:
    return profile(**weights)


def test_found_missed_and_wrong():
    got = parsed(requirements_analysis=0.4, project_management=0.3, data_analysis=0.2, teamwork=0.1)
    one = compare(label(), got, "en")
    assert one.found == ("requirements_analysis", "project_management")
    assert one.missed == ("user_thinking",)
    assert one.wrong == ("teamwork",)
    assert (one.dimensions, one.top_agrees, one.seniority_agrees) == (4, True, True)


def test_recall_and_precision_are_pooled():
    good = compare(
        label(), parsed(requirements_analysis=0.4, user_thinking=0.3, project_management=0.3), "en"
    )
    poor = compare(label(essential=["teamwork"]), parsed(teamwork=0.2, legal=0.4, research=0.4), "en")
    figures = agreement([good, poor])
    assert figures.descriptions == 2
    assert figures.recall == 1.0
    assert figures.precision == pytest.approx(1 - 2 / 6)
    assert figures.top_agreement == 0.5
    assert figures.rank_correlation == pytest.approx(2 / math.sqrt(2 * 3))  # one pair of three is tied
    assert figures.seniority_agreement == 1.0


def test_a_refused_description_finds_nothing():
    one = compare(label(), None, "en")
    assert one.missed == label().essential
    assert (one.found, one.wrong, one.dimensions, one.top_agrees, one.seniority_agrees) == (
        (),
        (),
        0,
        False,
        False,
    )
    figures = agreement([one])
    assert figures.recall == 0.0
    assert math.isnan(figures.precision)


def test_no_descriptions_have_no_figures():
    figures = agreement([])
    assert figures.descriptions == 0
    assert math.isnan(figures.recall)
    assert math.isnan(figures.rank_correlation)


def test_a_dimension_of_a_named_skill_is_welcome():
    changed = parsed(requirements_analysis=0.5, teamwork=0.5)
    skill = changed.dimensions[1].model_copy(update={"id": "skill_power_bi"})
    changed = changed.model_copy(update={"dimensions": (changed.dimensions[0], skill)})
    assert compare(label(), changed, "en").wrong == ("skill_power_bi",)
    assert compare(label(skills=["Power BI"]), changed, "en").wrong == ()


def test_kendalls_tau_b():
    cases = [
        ([0.4, 0.3, 0.2, 0.1], 1.0),
        ([0.1, 0.2, 0.3, 0.4], -1.0),
        ([0.4, 0.3, 0.1, 0.2], 4 / 6),
        ([0.3, 0.3, 0.2], 2 / math.sqrt(2 * 3)),
        ([0.2, 0.2, 0.2], 0.0),
        ([0.4, 0.0], 1.0),
    ]
    assert [
        (weights, tau, found)
        for weights, tau in cases
        if (found := rank_correlation(weights)) != pytest.approx(tau)
    ] == []


@pytest.mark.parametrize("weights", [[], [0.4]])
def test_one_weight_has_no_order(weights):
    assert math.isnan(rank_correlation(weights))


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"half": "test"}, "'half' in labels, number 1"),
        ({"essential": []}, "'essential' in labels, number 1"),
        ({"acceptable": ["user_thinking"]}, "user_thinking stands under essential and under acceptable"),
        ({"seniority": "boss"}, "'seniority' in labels, number 1"),
        ({"skill": ["SQL"]}, "unknown key 'skill' in labels, number 1; did you mean 'skills'?"),
    ],
)
def test_mistakes_in_labels_are_named(changes, message):
    with pytest.raises(ConfigError) as error:
        parse_labels([{**ROW, **changes}], "labels.en.yaml")
    assert str(error.value).startswith("labels.en.yaml: ")
    assert message in str(error.value)


@pytest.mark.parametrize("language", ["en", "zh"])
def test_labels_name_competencies_of_the_library_and_their_files(language, library):
    known = {competency.id for competency in library}
    rows = LABELS[language]
    assert len(rows) >= 20
    assert len({row.file for row in rows}) == len(rows)
    for row in rows:
        assert set(row.essential) | set(row.acceptable) <= known, row.file
        assert row.file.startswith(f"{language}/"), row.file
        assert (FOLDER / row.file).is_file(), row.file


def test_labels_cover_many_families_in_halves_of_one_size():
    """Those written for tuning alone came later and are no part of the halves."""
    every = [row for rows in LABELS.values() for row in rows if "/tune-" not in row.file]
    assert len(every) >= 40
    assert len({row.family for row in every}) >= 12
    dev = sum(row.half == "dev" for row in every)
    assert abs(dev - len(every) / 2) <= 1
    assert all(row.half == "dev" for rows in LABELS.values() for row in rows if "/tune-" in row.file)
