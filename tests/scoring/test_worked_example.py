"""The example of docs/scoring.md, worked by the code. When one of them changes, the other must."""

from __future__ import annotations

import re

import pytest

from interview_analysis.pipeline.config import load_norms
from interview_analysis.scoring.answers import add_up
from interview_analysis.scoring.fusion import Estimate, fuse
from interview_analysis.scoring.measures import measure_error
from tests.conftest import ROOT
from tests.scoring.scene import score_text
from tests.scoring.test_answer_scores import answered
from tests.scoring.test_score import SUBSTANCE

NORMS = load_norms()
CONTENT = {norm.feature: norm for norm in NORMS.channels["content"]}
TEXT = (ROOT / "docs" / "scoring.md").read_text(encoding="utf-8")


def told(pattern: str) -> float:
    """The number that the page gives where `pattern` stands."""
    found = re.search(pattern, " ".join(TEXT.split()))
    assert found, f"docs/scoring.md no longer says {pattern}"
    return float(found[1])


def test_the_curves_of_the_example():
    table = re.findall(r"^\| `([a-z_.0-9]+)` \| ([\d.]+) \| ([\d.]+) \| ([\d.]+) \|", TEXT, flags=re.M)
    assert len(table) == len(CONTENT)
    for feature, value, score, weight in table:
        assert CONTENT[feature].score(float(value)) == pytest.approx(float(score), abs=0.05)
        assert CONTENT[feature].weight == pytest.approx(float(weight))


def test_the_content_score_and_its_error():
    table = re.findall(r"^\| `([a-z_.0-9]+)` \| ([\d.]+) \| ([\d.]+) \| ([\d.]+) \|", TEXT, flags=re.M)
    parts = [(Estimate(float(score), 0.0), float(weight)) for _, _, score, weight in table]
    assert fuse(parts, NORMS.error_correlation).score == pytest.approx(
        told(r"content score is \*\*([\d.]+)\*\*"), abs=0.05
    )


def test_the_error_of_coverage():
    norm, detection = CONTENT["indicators.coverage_ratio"], NORMS.detection
    found = 2 * detection.variance("keyword") + detection.variance(None)
    error = (norm.window_sd**2 / 6 + found / 9) ** 0.5
    assert error == pytest.approx(told(r"standard error of coverage is \*\*([\d.]+)\*\*"), abs=0.001)
    assert norm.score_error(0.45, error) == pytest.approx(told(r"or \*\*([\d.]+)\*\* points"), abs=0.05)


def test_the_dimension():
    fused = fuse([(Estimate(63.4, 16.0), 0.9), (Estimate(78.0, 6.6), 0.1)], NORMS.error_correlation)
    assert fused.score == pytest.approx(told(r"dimension score is \*\*([\d.]+)\*\*"), abs=0.05)
    assert fused.standard_error == pytest.approx(told(r"its standard error \*\*([\d.]+)\*\*"), abs=0.05)
    assert NORMS.level(fused.score) == told(r"level \*\*(\d)\*\*")


def test_two_answers_to_one_dimension(product_manager):
    only = product_manager.dimensions[0].model_copy(update={"weight": 1.0})
    profile = product_manager.model_copy(update={"dimensions": (only,)})
    whole, _, _ = score_text(SUBSTANCE["en"], profile=profile)
    answers = [
        answered(whole, {only.id: (score, 12.0)}, words) for score, words in ((70.0, 100), (50.0, 300))
    ]
    result = add_up(profile, NORMS, whole, answers)
    (dimension,) = result.card.dimensions
    assert result.reliability is not None
    assert dimension.score == pytest.approx(told(r"= \*\*([\d.]+)\*\* for the dimension"), abs=0.05)
    assert dimension.standard_error == pytest.approx(told(r"or \*\*([\d.]+)\*\* in all"), abs=0.05)
    assert result.card.overall.standard_error == pytest.approx(dimension.standard_error, abs=0.01)
    assert result.reliability.question_sd == pytest.approx(
        told(r"question standard deviation of \*\*([\d.]+)\*\*"), abs=0.05
    )
    assert result.reliability.shared_error == pytest.approx(
        told(r"or \*\*([\d.]+)\*\* points. The other"), abs=0.05
    )
    assert result.reliability.questions == told(r"takes \*\*(\d+)\*\* questions")
    assert result.reliability.target == told(r"the target of ([\d]+)\.")


def test_few_windows_fall_back_on_what_is_typical(rng):
    assert measure_error(rng.normal(size=2), 2.0) == pytest.approx(2.0 / 2**0.5)
    values = rng.normal(scale=3.0, size=9)
    assert measure_error(values, 0.1) == pytest.approx(values.std(ddof=1) / 3)
    assert measure_error(values * 0, 3.0) == pytest.approx(0.5)  # never below half of what is typical
