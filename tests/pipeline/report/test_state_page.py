"""The state report and the moments on the page: what is told, what leads where, and which words are never said."""

from __future__ import annotations

import re

import pytest

from interview_analysis.features.moments.moments import KINDS
from interview_analysis.pipeline.common.config import load_policy
from interview_analysis.pipeline.common.messages import Language, load_messages
from interview_analysis.pipeline.report.html import render_html
from interview_analysis.scoring.interview.state import stated, timeline_event
from interview_analysis.scoring.report.report import Report
from interview_analysis.scoring.rubric.policy import EMOTION_WORDS, TENSION_WORDS
from tests.events_scene import moment
from tests.pipeline.report.html_page import ATTACK, Element, page
from tests.pipeline.sample_report import sample_report
from tests.pipeline.sample_transcript import sample_transcript


def under(name: str) -> Report:
    """The sample report under a policy."""
    report, policy = sample_report("zh"), load_policy(name)
    stretches = tuple(s.model_copy(update={"reading": policy.reading}) for s in report.state.stretches)
    return report.model_copy(
        update={"state": report.state.model_copy(update={"policy": stated(policy), "stretches": stretches})}
    )


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize("name", ["observable", "off"])
def test_no_word_for_a_state_of_mind_is_on_the_page(name: str, language: Language) -> None:
    html = render_html(under(name), sample_transcript("zh"), language)
    assert not EMOTION_WORDS.search(html)
    assert load_messages()["ui"]["no_reading"][language] in html


@pytest.mark.parametrize("language", ["en", "zh"])
def test_a_policy_of_tension_says_that_and_no_more_with_its_caveat(language: Language) -> None:
    html = render_html(under("tension"), sample_transcript("zh"), language)
    said = EMOTION_WORDS.findall(html)
    assert said
    assert all(TENSION_WORDS.fullmatch(word) for word in said)
    assert load_policy("tension").caveat.get(language) in html
    assert load_messages()["ui"]["no_reading"][language] not in html


def rows(root: Element) -> list[list[str]]:
    return [
        [re.sub(r"\s+", " ", cell.text).strip() for cell in row.children]
        for details in root.find("details", css="kind")
        for row in details.find("tr")[1:]
    ]


def test_each_moment_is_listed_with_size_baseline_and_confidence_and_leads_to_its_words() -> None:
    root = page(sample_report("zh"), sample_transcript("zh"), "en")
    (rise,) = [row for row in rows(root) if row[1] == "Speech rate up"]
    assert rise == ["00:50–01:02", "Speech rate up", "226 characters/min", "180 characters/min", "80%"]
    assert next(row for row in rows(root) if row[1].startswith("Repeated touches"))[1:] == [
        "Repeated touches of the face nose", "4 times", "0.1 times", "80%",
    ]  # fmt: skip
    for details in root.find("details", css="kind"):
        for row in details.find("tr")[1:]:
            assert row.find("a", css="time")[0].attributes["href"].startswith("#t")
    (lane,) = root.find("div", css="moments")
    assert len(lane.find("a")) == len(rows(root)) == 5
    assert all(link.attributes["href"].startswith("#t") for link in lane.find("a"))
    assert {r.attributes["class"] for r in lane.find("rect", css="moment")} == {
        "moment voice", "moment face", "moment posture",
    }  # fmt: skip
    assert "Speech rate up 00:50–01:02 226 characters/min" in [t.text for t in lane.find("title")]


def test_events_of_all_lanes_lead_to_their_seconds() -> None:
    root = page(sample_report("en"), sample_transcript("en"), "en")
    for lane in root.find("div", css="events"):
        marks = lane.find("rect", css="event") + lane.find("rect", css="event-gap")
        assert len(marks) == len(lane.find("a")) > 0
    bare = page(sample_report("en"), None, "en")
    assert [a for lane in bare.find("div", css="events") for a in lane.find("a")] == []


@pytest.mark.parametrize("language", ["en", "zh"])
def test_two_hundred_moments_are_grouped_and_folded(language: Language) -> None:
    report = sample_report("en", 1800.0)
    events = tuple(
        timeline_event(moment(kind, 9.0 * i, 9.0 * i + 5, 4.0), "en")
        for i, kind in enumerate(sorted(KINDS) * 16)
    )
    report = report.model_copy(update={"timeline": report.timeline.model_copy(update={"events": events})})
    html = render_html(report, sample_transcript("en", 1800.0), language)
    assert len(html.encode()) < 600_000
    root = page(report, sample_transcript("en", 1800.0), language)
    groups = root.find("details", css="kind")
    assert len(groups) == len(KINDS)
    assert all("open" not in group.attributes for group in groups)
    assert len(rows(root)) == len(events) > 200
    assert not any(kind in row[1] for row in rows(root) for kind in KINDS)


def test_markup_in_labels_questions_and_kinds_stays_text() -> None:
    report = sample_report("en")
    event = timeline_event(moment("posture_shift", 1.0, 2.0, label=ATTACK), "en")
    odd = event.model_copy(update={"kind": ATTACK})
    stretch = report.state.stretches[0].model_copy(update={"asked": ATTACK, "moments": (event, odd)})
    report = report.model_copy(
        update={
            "state": report.state.model_copy(update={"stretches": (stretch,)}),
            "timeline": report.timeline.model_copy(update={"events": (event, odd)}),
        }
    )
    root = page(report, sample_transcript("en"), "en")
    assert root.find("img") == []
    assert len(root.find("script")) == 1
    assert ATTACK in root.find("section", id="state")[0].text
