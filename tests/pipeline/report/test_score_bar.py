"""A score is drawn where it lies, with its error and what the job asks for."""

from __future__ import annotations

import pytest

from interview_analysis.pipeline.report.score_bar import score_bar
from interview_analysis.scoring.statistics.margin import margin
from tests.pipeline.report.html_page import Page
from tests.pipeline.sample_report import LEVEL_CUTS


@pytest.mark.parametrize(
    ("score", "error", "ends"),
    [(50.0, 5.0, (40.2, 59.8)), (99.0, 5.0, (89.2, 100.0)), (3.0, 4.0, (0.0, 10.84))],
)
def test_margin_is_1_96_standard_errors_within_the_scale(
    score: float, error: float, ends: tuple[float, float]
) -> None:
    assert margin(score, error) == pytest.approx(ends)
    (bar,) = Page(score_bar(score, error, LEVEL_CUTS, "x")).root.find("svg")
    (rect,) = bar.find("rect", css="ci")
    assert float(rect.attributes["x"].rstrip("%")) == pytest.approx(ends[0])
    assert float(rect.attributes["width"].rstrip("%")) == pytest.approx(ends[1] - ends[0])
    assert [line.attributes["x1"] for line in bar.find("line", css="cut")] == ["20%", "40%", "60%", "80%"]


def test_a_level_is_underlined_from_its_start_to_its_end() -> None:
    for level, (start, width) in {1: ("0%", "20%"), 4: ("60%", "20%"), 5: ("80%", "20%")}.items():
        bar = Page(score_bar(50.0, 4.0, LEVEL_CUTS, "x", asked_level=level)).root
        (line,) = bar.find("rect", css="asked-level")
        assert (line.attributes["x"], line.attributes["width"]) == (start, width)
    assert Page(score_bar(50.0, 4.0, (), "x", asked_level=3)).root.find("rect", css="asked-level") == []
