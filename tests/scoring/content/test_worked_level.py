"""The example of docs/scoring.md on levels, worked by the code with the shipped weights."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest

from interview_analysis.pipeline.content.model_file import load_content_model
from interview_analysis.scoring.content.levels import LEVELS, LevelModel, gated
from interview_analysis.scoring.content.summary import PARTS
from tests.conftest import ROOT

TEXT = (ROOT / "docs" / "scoring.md").read_text(encoding="utf-8")
FLAT = " ".join(TEXT.split())


def rounded(levels: LevelModel) -> LevelModel:
    """With its numbers as the page gives them."""
    weights = {name: round(weight, 2) for name, weight in levels.weights.items()}
    return replace(
        levels, thresholds=levels.thresholds.round(2), weights=weights, spread=round(levels.spread, 2),
        floor=round(levels.floor, 2),
    )  # fmt: skip


@pytest.fixture
def shipped(encoder) -> dict[str, LevelModel]:
    return {language: rounded(own) for language, own in load_content_model(encoder.id).levels.items()}


@pytest.fixture
def model(shipped) -> LevelModel:
    """The example is an English answer."""
    return shipped["en"]


def test_the_page_gives_the_weights_that_ship(shipped):
    rows = re.findall(r"^\| (\w+) \| [A-Za-z][^|]+ \| ([\d.]+) \| ([\d.]+) \|$", TEXT, flags=re.MULTILINE)
    for column, language in ((1, "en"), (2, "zh")):
        table = {row[0]: float(row[column]) for row in rows}
        assert {name: table[name] for name in PARTS} == shipped[language].weights
    given = re.search(r"four thresholds \(([-\d., ]+); in Chinese ([-\d., ]+)\)", FLAT)
    assert given is not None
    for text, language in zip(given.groups(), ("en", "zh"), strict=True):
        assert [float(t) for t in text.split(",")] == shipped[language].thresholds.tolist()


def test_the_example_comes_out(model):
    rows = re.findall(r"^\| (\w+) \| ([\d.]+) \| [\d.]+ \| [\d.]+ \|$", TEXT, flags=re.MULTILINE)
    parts = {name: float(value) for name, value in rows}
    assert set(parts) == set(PARTS)
    total = sum(model.weights[name] * value for name, value in parts.items())
    assert f"The sum is **{total:.2f}**" in FLAT
    before = model.probabilities(parts)
    assert ", ".join(f"{p:.3f}" for p in before) in FLAT
    behind = gated(before, {"takes_up": 0.98, "own": 0.97, "done": 0.99}, 0.95)
    assert f"That leaves {', '.join(f'{p:.3f}' for p in behind)}." in FLAT
    score, error = model.estimate(behind)
    assert f"The mean level is **{LEVELS @ behind:.2f}**" in FLAT
    assert f"= **{score:.1f}**, level 4" in FLAT
    assert f"or **{error:.1f}** points" in FLAT
