"""The report as a page: self-contained, escaped and complete in both languages, whatever was not scored."""

from __future__ import annotations

import base64
import hashlib
import re
from dataclasses import replace
from itertools import pairwise

import pytest

from interview_analysis.pipeline.common.messages import Language, Messages
from interview_analysis.pipeline.report.html import describe_values, render_html
from interview_analysis.scoring.edges import Text
from interview_analysis.scoring.report.provenance import RecordingPart
from interview_analysis.types import Segment, Transcript, Word
from tests.pipeline.report.html_page import ATTACK, Page, page, with_text
from tests.pipeline.sample_report import abstained_report, sample_report
from tests.pipeline.sample_transcript import Spoken, sample_transcript
from tests.transcripts import transcript_of

SAMPLES: list[tuple[Spoken, Language]] = [("zh", "zh"), ("zh", "en"), ("en", "zh"), ("en", "en")]


@pytest.mark.parametrize(("spoken", "language"), SAMPLES)
def test_every_spoken_language_reads_in_every_interface(spoken: Spoken, language: Language) -> None:
    report = sample_report(spoken)
    root = page(report, sample_transcript(spoken), language)
    assert root.find("html")[0].attributes["lang"] == ("zh-CN" if language == "zh" else "en")
    text = root.find("body")[0].text
    for dimension in report.dimensions:
        assert dimension.name.get(language) in text
        assert dimension.anchor is None or dimension.anchor.get(language) in text
    for stretch in report.state.stretches:
        assert stretch.text.get(language) in text
        assert stretch.suggestion.get(language) in text
    assert report.state.policy.name.get(language) in text
    assert all(item.sha256 in text for item in (report.lineage.recording, *report.lineage.models))
    row = root.find("li", id="t3")[0]
    assert row.find("p")[0].attributes["lang"] == ("zh-CN" if spoken == "zh" else "en")
    assert not re.search(r"\b(ui|flags|reasons|units)\.", text)
    assert "…" not in text


def test_nothing_is_fetched_and_only_its_own_script_may_run() -> None:
    html = render_html(sample_report(), sample_transcript("zh"), "zh")
    root = Page(html).root
    for element in root.find():
        assert element.tag not in (
            "link",
            "img",
            "iframe",
            "object",
            "embed",
            "base",
            "form",
            "audio",
            "video",
        )
        assert not {"src", "style", "action", "srcset"} & set(element.attributes)
        assert not [key for key in element.attributes if key.startswith("on")]
        assert element.attributes.get("href", "#").startswith("#")
    (style,), (script,) = root.find("style"), root.find("script")
    assert not re.search(r"@import|https?:|url\((?!#)", style.text)
    assert not re.search(r"fetch|XMLHttp|import|https?:|innerHTML|eval", script.text)
    policies = [m.attributes for m in root.find("meta") if "http-equiv" in m.attributes]
    assert [p["http-equiv"] for p in policies] == ["Content-Security-Policy"]
    policy = dict(part.split(" ", 1) for part in policies[0]["content"].split("; "))
    assert policy["default-src"] == "'none'"
    for name, block in (("style-src", style), ("script-src", script)):
        digest = base64.b64encode(hashlib.sha256(block.text.encode()).digest()).decode()
        assert policy[name] == f"'sha256-{digest}'"


@pytest.mark.parametrize("language", ["en", "zh"])
def test_markup_in_names_and_words_stays_text(language: Language) -> None:
    report = with_text(sample_report("en", name="x"), ATTACK)
    report = report.model_copy(
        update={"media": report.media.model_copy(update={"name": "<script>alert(1)</script>.mp4"})}
    )
    words = (Word(f" {ATTACK}", 0.0, 1.0, 0.2), Word(" <b>bold</b>", 1.0, 2.0, 0.9))
    transcript = Transcript("en", 1.0, (Segment(ATTACK, 0.0, 2.0, words),), ATTACK, ATTACK)
    root = page(report, transcript, language)
    assert len(root.find("script")) == 1
    assert root.find("img") == []
    assert not [e for e in root.find() if [k for k in e.attributes if k.startswith("on")]]
    assert "<script>alert(1)</script>.mp4" in root.find("h1")[0].text + root.find("dl")[0].text
    assert ATTACK in root.find("li", id="t0")[0].text
    assert "<b>bold</b>" in root.find("li", id="t0")[0].text
    assert [e for e in root.find("svg") if ATTACK in e.attributes.get("aria-label", "")]
    assert [e for e in root.find("title") if ATTACK in e.text]


def test_marks_that_reorder_text_and_control_characters_are_replaced() -> None:
    bad = "a\u202eb\u2066c\u200fd\x00e\x1bf"
    report = with_text(sample_report("en"), bad)
    transcript = Transcript(
        "en", 1.0, (Segment(bad, 0.0, 2.0, (Word(bad + "\ud800", 0.0, 1.0, 0.9),)),), bad, "base"
    )
    html = render_html(report, transcript, "en")
    assert not re.search("[\u202a-\u202e\u2066-\u2069\u200e\u200f\x00\x1b\ud800-\udfff]", html)
    assert "a\ufffdb\ufffdc\ufffdd\ufffde\ufffdf" in html
    html.encode("utf-8")


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize("case", ["sample", "abstained", "long", "no transcript"])
def test_links_lead_somewhere_and_ids_are_unique(case: str, language: Language) -> None:
    report, transcript = {
        "sample": (sample_report("zh"), sample_transcript("zh")),
        "abstained": (abstained_report(), None),
        "long": (sample_report("en", 1900.0, 10), sample_transcript("en", 1900.0)),
        "no transcript": (sample_report("en"), None),
    }[case]
    root = page(report, transcript, language)
    ids = [e.attributes["id"] for e in root.find() if "id" in e.attributes]
    assert len(ids) == len(set(ids))
    targets = [e.attributes["href"].removeprefix("#") for e in root.find("a")]
    assert set(targets) <= set(ids)
    labelled = [e.attributes["aria-labelledby"] for e in root.find() if "aria-labelledby" in e.attributes]
    assert set(labelled) <= set(ids)


def test_headings_tables_and_drawings_can_be_heard() -> None:
    root = page(sample_report("en", 400.0, 10), sample_transcript("en", 400.0), "en")
    levels = [int(e.tag[1]) for e in root.find() if re.fullmatch("h[1-6]", e.tag)]
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(after - before <= 1 for before, after in pairwise(levels))
    assert all(e.attributes.get("scope") in ("col", "row") for e in root.find("th"))
    for svg in root.find("svg"):
        nested = "viewbox" in svg.attributes
        assert nested or svg.attributes.get("aria-hidden") == "true" or svg.attributes.get("aria-label")
    assert all(e.text.strip() for e in root.find("a"))
    assert all(e.attributes["for"] == "find" for e in root.find("label"))


def test_scores_levels_and_margins_are_those_of_the_report() -> None:
    root = page(sample_report("en"), sample_transcript("en"), "en")
    rows = root.find("table", css="scores")[0].find("tr")[1:]
    cells = [re.sub(r"\s+", " ", " ".join(c.text.strip() for c in row.children)).strip() for row in rows]
    assert cells[0] == "Requirements analysis 35% 76 ± 8 4"
    assert cells[2] == "Thinking from the user’s side Partial 35% 66 ± 10 4"
    label = rows[0].find("svg")[0].attributes["aria-label"]
    assert label == "Requirements analysis: 76 out of 100, likely between 68 and 84, level 4 of 5"
    overall = re.sub(r"\s+", " ", root.find("div", css="overall")[0].text)
    assert "68± 7 out of 100" in overall
    assert "Level 4 of 5 · likely between 60 and 75" in overall


def test_a_partial_score_says_whether_a_dimension_or_a_channel_is_missing() -> None:
    report = sample_report("en")
    partial = report.model_copy(update={"overall": report.overall.model_copy(update={"partial": True})})
    first, *others = report.dimensions
    unscored = first.model_copy(update={"score": None, "standard_error": None, "level": None, "anchor": None})
    fewer = partial.model_copy(update={"dimensions": (unscored, *others)})
    told = [page(r, None, "en").find("div", css="overall")[0].text for r in (partial, fewer)]
    whole, missing = (
        "Every dimension was scored, not every channel",
        "At least one dimension could not be scored",
    )
    assert [(whole in text, missing in text) for text in told] == [(True, False), (False, True)]


def test_an_abstained_report_says_why_and_what_to_do_and_shows_no_number() -> None:
    root = page(abstained_report(), None, "en")
    told = root.find("section", id="first")[0].text
    for part in (
        "Content, Voice",
        "The recording has no sound.",
        "No face was seen.",
        "What to do",
        "Overall score",
    ):
        assert part in told
    assert "Not scored" in root.find("div", css="overall")[0].text
    assert root.find("circle", css="dot") == []
    assert "±" not in root.find("table", css="scores")[0].text
    assert "There is no transcript" in root.find("section", id="transcript")[0].text
    assert root.find("ol", css="stretches") == []


def test_measured_and_needed_stand_side_by_side() -> None:
    en, zh = Messages("en"), Messages("zh")
    brief = {"ratio": 0.12, "seconds": 3.2, "limit": 0.3, "limit_s": 10.0}
    assert describe_values("face_too_brief", brief, en, minimum=True) == (
        "share of the time 12% (needed 30%); time 3.2 s (needed 10 s)"
    )
    few: dict[str, float | str] = {"count": 12.0, "limit": 40.0, "unit": "characters"}
    assert describe_values("too_few_words", few, zh, minimum=True) == "字数 12（要求 40）"
    assert describe_values("low_snr", {"snr_db": 4.5, "limit": 10.0}, en, minimum=True) == (
        "speech above noise 4.5 dB (needed 10 dB)"
    )
    assert describe_values("unheard_of", {"odd_thing": 2.0}, en, minimum=False) == "odd thing 2"


def test_evidence_is_marked_where_it_was_said() -> None:
    for spoken, words in (("en", "user research"), ("zh", "用户调研数据")):
        root = page(sample_report(spoken), sample_transcript(spoken), "en")
        row = root.find("li", id="t3")[0]
        marks = row.find("mark", css="kw")
        assert [m.text for m in marks] == [words]
        assert "Requirements analysis: User research (matched by the words)" in marks[0].attributes["title"]
        assert row.find("a", css="tag")[0].text == "User research"
        by_meaning = root.find("li", id="t2")[0].find("mark", css="mean")
        assert "".join(m.text for m in by_meaning).strip(" 。.") == sample_transcript(spoken).segments[
            2
        ].text.strip(" 。.")
        bold = root.find("article", id="d0")[0].find("q")[0].find("b")
        assert [b.text for b in bold] == [words]


def test_indicators_of_two_dimensions_with_one_id_stay_apart() -> None:
    report = sample_report("en")
    hits = report.channels["content"].evidence[:1]
    twin = hits[0].model_copy(update={"name": Text(en="Another indicator", zh="另一指标")})
    content = report.channels["content"].model_copy(update={"evidence": (*hits, twin)})
    report = report.model_copy(update={"channels": {**report.channels, "content": content}})
    listed = page(report, None, "en").find("section", id="channels")[0].find("p", css="indicator")
    assert [re.split("  |\n", p.text.strip())[0] for p in listed] == [
        "User research beside a deed or an outcome",
        "Another indicator beside a deed or an outcome",
    ]


def test_transcript_keeps_every_word_in_order_and_marks_doubtful_ones() -> None:
    for spoken in ("en", "zh"):
        transcript = sample_transcript(spoken)
        rows = page(sample_report(spoken), transcript, "en").find("ol", css="rows")[0].find("p")
        for row, segment in zip(rows, transcript.segments, strict=True):
            left = row.text
            for tag in row.find("a", css="tag"):
                left = left.replace(tag.text, "", 1)
            assert left.split() == segment.text.split()
        doubtful = [e for row in rows for e in row.find("span", css="unsure")]
        assert len(doubtful) == sum(word.probability < 0.5 for word in transcript.words)
        assert all("34%" in e.attributes["title"] for e in doubtful)


def test_words_without_leading_spaces_are_spaced_as_the_language_wants() -> None:
    def row(language: str, *words: str) -> str:
        transcript = transcript_of([Word(w, i, i + 1.0, 0.9) for i, w in enumerate(words)], language)
        quiet = abstained_report().model_copy(update={"language": language})
        return page(quiet, transcript, "en").find("li", id="t0")[0].find("p")[0].text

    assert row("en", "Hello", "there") == "Hello there"
    assert row("en", " I", " don", "'t") == "I don't"
    assert row("zh", "我用", "Excel", "VBA", "做") == "我用Excel VBA做"


def test_half_an_hour_with_ten_dimensions_stays_small_and_renders_alike() -> None:
    report, transcript = sample_report("zh", 1860.0, 10), sample_transcript("zh", 1860.0)
    html = render_html(report, transcript, "zh")
    assert len(html.encode()) < 2_000_000
    assert html == render_html(report, transcript, "zh")


def test_codes_without_a_text_and_missing_levels_do_not_fail() -> None:
    report = sample_report("en")
    flag = report.flags[0].model_copy(update={"code": "brand_new_flag", "values": {"x": "{y}"}})
    report = report.model_copy(update={"flags": (flag,), "level_cuts": None})
    root = page(report, replace(sample_transcript("en"), segments=()), "zh")
    assert "brand_new_flag" in root.find("section", id="first")[0].text
    assert root.find("line", css="cut") == []


@pytest.mark.parametrize("language", ["en", "zh"])
def test_several_recordings_are_listed_with_their_question_and_where_each_begins(language: Language) -> None:
    first = RecordingPart(
        name="q1.mp4", sha256="1" * 64, start_s=0.0, duration_s=95.0, question="Why <b>us</b>?"
    )
    second = RecordingPart(
        name="答 2.mp4",
        sha256="2" * 64,
        start_s=95.0,
        duration_s=60.0,
        clip_start_s=3725.0,
        question="为什么？",
    )
    report = sample_report("en").model_copy(update={"recordings": (first, second)})
    drawn = page(report, sample_transcript("en"), language)
    table = next(t for t in drawn.find("table") if t.attributes.get("aria-labelledby") == "recordings-h")
    rows = [[cell.text.strip() for cell in row.children] for row in table.find("tr")[1:]]
    assert [row[:2] for row in rows] == [["q1.mp4", "Why <b>us</b>?"], ["答 2.mp4", "为什么？"]]
    assert [row[2] for row in rows] == ["00:00", "01:35"]
    assert rows[1][3] == "1:02:05"
    plain = page(sample_report("en"), sample_transcript("en"), language)
    assert not [t for t in plain.find("table") if t.attributes.get("aria-labelledby") == "recordings-h"]
