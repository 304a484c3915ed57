"""The example of docs/scoring.md, worked by the code. When one of them changes, the other must."""

from __future__ import annotations

import re

import pytest

from interview_analysis.pipeline.common.config import load_norms
from interview_analysis.scoring.interview.answers import add_up
from interview_analysis.scoring.rubric.fusion import Estimate, fuse
from interview_analysis.scoring.rubric.measures import fitting, measure_error
from tests.conftest import ROOT
from tests.scoring.interview.test_answer_scores import answered
from tests.scoring.rubric.test_score import SUBSTANCE
from tests.scoring.scene import score_text

NORMS = load_norms()
CORRELATION = NORMS.error_correlation
TEXT = (ROOT / "docs" / "scoring.md").read_text(encoding="utf-8")


def measured(name: str, error: float) -> Estimate:
    return Estimate(60.0, {(name,): error})


def told(pattern: str) -> float:
    """The number that the page gives where `pattern` stands."""
    found = re.search(pattern, " ".join(TEXT.split()))
    assert found, f"docs/scoring.md no longer says {pattern}"
    return float(found[1])


def test_the_error_of_a_measure_through_its_curve():
    norm = next(
        n for n in fitting(NORMS.channels["voice"], "en") if n.feature == "speech_rate.speaking_rate_wpm"
    )
    assert norm.score(230.0) == pytest.approx(told(r"scores ([\d.]+), 220 would"), abs=0.05)
    assert norm.score(220.0) == pytest.approx(told(r"220 would ([\d.]+) and"), abs=0.05)
    assert norm.score(240.0) == pytest.approx(told(r"240 would ([\d]+\.\d)"), abs=0.05)
    assert norm.standard_error == told(r"from the rate and (\d+) from the curve")
    assert norm.score_error(230.0, 10.0) == pytest.approx(told(r"or \*\*([\d.]+)\*\* points\. - "), abs=0.05)


def test_the_error_of_a_dimension():
    voice = fuse([(measured("rate", 9.0), 0.6), (measured("pitch", 5.0), 0.4)])
    fused = fuse([(measured("content", 16.0), 0.9), (voice, 0.1)])
    assert voice.standard_error(CORRELATION) == pytest.approx(told(r"a voice of \*\*([\d.]+)\*\*"), abs=0.05)
    assert fused.standard_error(CORRELATION) == pytest.approx(
        told(r"the dimension one of \*\*([\d.]+)\*\*"), abs=0.05
    )
    other = fuse([(measured("other content", 16.0), 0.9), (voice, 0.1)])
    both = fuse([(fused, 0.5), (other, 0.5)])
    assert both.standard_error(CORRELATION) == pytest.approx(
        told(r"the overall one of \*\*([\d.]+)\*\*"), abs=0.05
    )


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
