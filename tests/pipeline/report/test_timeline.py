"""The timeline's lanes share one axis, and show what was not observed."""

from __future__ import annotations

import pytest

from interview_analysis.pipeline.report.timeline import time_ticks, value_ticks
from interview_analysis.scoring.edges import Text
from interview_analysis.scoring.report.report import Series, Timeline
from tests.pipeline.report.html_page import page
from tests.pipeline.sample_report import sample_report


def test_curve_breaks_where_nothing_was_observed() -> None:
    series = Series(
        id="gaze.on_camera_ratio", name=Text(en="Gaze", zh="注视"), unit="ratio",
        time_s=(5.0, 10.0, 15.0, 20.0, 25.0, 45.0), value=(0.5, 0.6, None, None, 0.7, 0.8),
    )  # fmt: skip
    report = sample_report("en", 100.0)
    report = report.model_copy(update={"timeline": Timeline(window_s=10.0, series=(series,), events=())})
    lane = page(report, None, "en").find("div", css="series")[0]
    (path,) = lane.find("path")
    # Three strokes: before the gap, after it, and after the twenty seconds without any window.
    assert path.attributes["d"] == "M50 50h0L100 40M250 30h0M450 20h0"
    (gap,) = lane.find("rect", css="gap")
    assert (gap.attributes["x"], gap.attributes["width"]) == ("12.5%", "10%")
    label = lane.find("svg", css="plot")[0].attributes["aria-label"]
    assert label == "Gaze: 50% to 80%, median 65%; stretches not observed: 1"


def test_timeline_shares_one_axis_and_shows_unknown_kinds() -> None:
    report = sample_report("zh", 100.0)
    lanes = page(report, None, "zh").find("div", css="lanes")[0]
    names = [e.text for e in lanes.find("div", css="lane-name")]
    assert any("wink" in name for name in names)
    assert any("手触面部" in name for name in names)
    absent = lanes.find("rect", css="event-gap")
    assert (absent[0].attributes["x"], absent[0].attributes["width"]) == ("30%", "7%")
    bands = [r.attributes for r in lanes.find("rect", css="band")]
    assert {(b["x"], b["width"]) for b in bands} == {("53%", "12%"), ("80%", "6%")}
    for rect in lanes.find("rect"):
        x, width = (float(rect.attributes[k].rstrip("%")) for k in ("x", "width"))
        assert x >= 0
        assert width >= 0
        assert x + width <= 100.01


def test_values_that_were_never_observed_leave_a_hatched_lane() -> None:
    nothing = Series(id="x.y", name=Text(en="Y"), unit="st", time_s=(1.0, 2.0), value=(None, None))
    report = sample_report("en").model_copy(
        update={"timeline": Timeline(window_s=2, series=(nothing,), events=())}
    )
    lane = page(report, None, "en").find("div", css="series")[0]
    assert "not observed" in lane.text
    assert lane.find("path") == []


@pytest.mark.parametrize("duration_s", [0.5, 3.0, 20.0, 95.0, 600.0, 1860.0, 7200.0, 40000.0])
def test_time_ticks_are_few_and_within_the_recording(duration_s: float) -> None:
    ticks = time_ticks(duration_s)
    assert ticks[0] == 0
    assert ticks[-1] <= duration_s
    assert len(ticks) <= 10
    assert duration_s < 1 or len(ticks) >= 3


@pytest.mark.parametrize(
    ("low", "high"), [(140.0, 226.0), (2.0, 2.0), (0.0, 0.0), (-3.0, 4.0), (0.001, 0.0013), (0, 1e6)]
)
def test_value_ticks_enclose_the_values(low: float, high: float) -> None:
    ticks = value_ticks(low, high)
    assert 2 <= len(ticks) <= 5
    assert ticks[0] <= low + 1e-9
    assert ticks[-1] >= high - 1e-9
