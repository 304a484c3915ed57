"""The report's parts for a page with a player: they say what report.html says, and their times lead to the recording."""

from __future__ import annotations

import re

import pytest

from interview_analysis.pipeline.common.messages import Language
from interview_analysis.pipeline.report.html import PARTS, player_css, render_html, render_parts
from interview_analysis.pipeline.report.page import confined
from tests.pipeline.report.html_page import ATTACK, Element, Page, page, with_text
from tests.pipeline.sample_report import sample_report
from tests.pipeline.sample_transcript import sample_transcript

PLAYER_ONLY = {"timeline"}  # has a table, evidence and flags beside what report.html draws


def words(text: str) -> str:
    return re.sub(r"\s+", "", text)


@pytest.mark.parametrize("language", ["zh", "en"])
def test_each_part_says_what_the_report_says(language: Language):
    report, transcript = sample_report("en"), sample_transcript("en")
    whole = words(page(report, transcript, language).text)
    parts = render_parts(report, transcript, language)
    assert list(parts) == [name for name in PARTS if name not in ("recordings", "answers")]
    for name, part in parts.items():
        if name not in PLAYER_ONLY:
            assert words(Page(part).root.text) in whole, name


def test_all_sections_but_the_transcript_are_parts():
    report, transcript = sample_report("en"), sample_transcript("en")
    whole = {e.attributes["id"] for e in page(report, transcript, "en").find("section")}
    parts = Page("".join(render_parts(report, transcript, "en").values())).root
    assert whole - {e.attributes["id"] for e in parts.find("section")} == {"transcript"}


def test_times_are_buttons_with_seconds_and_nothing_leads_to_rows_of_a_transcript():
    report, transcript = sample_report("en"), sample_transcript("en")
    parts = render_parts(report, transcript, "en")
    root = Page("".join(parts.values())).root
    asked = {
        f"{e.start_s:.3f}" for d in report.dimensions for e in d.evidence if e.quote and e.start_s is not None
    }
    buttons = Page(parts["dimensions"]).root.find("button", css="time")
    assert asked <= {b.attributes["data-at"] for b in buttons}
    assert all(b.attributes["type"] == "button" for b in buttons)
    assert not [a for a in root.find("a") if re.match("#t[0-9]", a.attributes.get("href", ""))]
    assert "data-at" not in render_html(report, transcript, "en")


def test_a_strict_policy_admits_them():
    root = Page("".join(render_parts(sample_report("en"), sample_transcript("en"), "en").values())).root
    every = root.find()
    assert not [e for e in every if e.tag in ("script", "style", "link", "iframe")]
    assert not [e for e in every if any(key == "style" or key.startswith("on") for key in e.attributes)]


def test_markup_in_a_report_is_text():
    parts = render_parts(with_text(sample_report("en"), ATTACK), sample_transcript("en"), "en")
    root = Page("".join(parts.values())).root
    assert not root.find("script")
    assert not root.find("img")


def lane(root: Element, name: str) -> Element:
    return next(e for e in root.find("div", css="lane") if e.find(css="lane-name")[0].text.startswith(name))


def test_the_timeline_has_evidence_flags_a_slider_and_a_table():
    report = sample_report("en")
    root = Page(render_parts(report, sample_transcript("en"), "en")["timeline"]).root
    evidence = {
        (e.start_s, e.end_s, d.id, e.id)
        for d in report.dimensions
        for e in d.evidence
        if e.quote and e.start_s is not None
    }
    assert len(lane(root, "Evidence").find("g", css="timed")) == len(evidence)
    flags = [flag for flag in report.flags if flag.start_s is not None]
    marks = lane(root, "About this recording").find("g", css="timed")
    assert [m.attributes["data-at"] for m in marks] == [f"{flag.start_s:.3f}" for flag in flags]
    (lanes,) = root.find("div", id="lanes")
    (slider,) = root.find("input")
    assert slider.attributes["max"] == lanes.attributes["data-duration"]
    assert float(slider.attributes["max"]) >= report.media.duration_s
    (label,) = root.find("label")
    assert label.attributes["for"] == slider.attributes["id"]
    (table,) = root.find("table", css="windows")
    times = sorted({time for series in report.timeline.series for time in series.time_s})
    rows = table.find("tbody")[0].find("tr")
    assert [b.attributes["data-at"] for b in table.find("button")] == [f"{t:.3f}" for t in times]
    assert all(len(row.find("td")) == len(report.timeline.series) for row in rows)


def test_nothing_measured_over_time_is_said():
    report = sample_report("en")
    silent = report.model_copy(
        update={"timeline": report.timeline.model_copy(update={"series": (), "events": ()})}
    )
    part = render_parts(silent, None, "en")["timeline"]
    assert "There is no measurement over time" in part
    assert 'id="lanes"' not in part


def test_rules_are_confined():
    css = """/* a { } */ :root { --ink: #000; } * { margin: 0; } html { color: red; } body:lang(zh), q { x: y }
    @page { size: A4; } @media print { body { padding: 0; } .a, nav a:hover { b: c; } }"""
    assert confined(css, ".r").split("\n") == [
        ".r { --ink: #000; }",
        ".r * { margin: 0; }",
        ".r:lang(zh), .r q { x: y }",
        "@media print {",
        ".r { padding: 0; }",
        ".r .a, .r nav a:hover { b: c; }",
        "}",
        "",
    ]
    with pytest.raises(ValueError, match="expected rules"):
        confined("a { b: c; } loose", ".r")


def test_no_rule_of_the_report_reaches_the_page_around_it():
    heads = re.findall(r"([^{}]+)\{", player_css())
    selectors = [s.strip() for head in heads if "@" not in head for s in head.split(",")]
    assert len(selectors) > 150
    assert [s for s in selectors if not s.startswith(".report")] == []
