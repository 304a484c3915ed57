"""What a parsed profile asks for, on the page of the report."""

from __future__ import annotations

import json
import re

import pytest

from interview_analysis.pipeline.common.messages import Language, Messages, load_messages
from interview_analysis.pipeline.report.html import render_html
from interview_analysis.scoring.report.report import JobBar, Report, Verdict
from tests.pipeline.report.html_page import ATTACK, Element, Page, page, with_text
from tests.pipeline.report.sample_job_report import EXPECTED_LEVELS, QUESTIONS, SOURCES, TRAINING, job_report
from tests.pipeline.sample_report import abstained_report, sample_report
from tests.pipeline.sample_transcript import sample_transcript

OWN_CLASSES = re.compile(r'class="[^"]*\b(asked|asked-\w+|by-model|definition|sought|to-ask|training)\b')
DECISION = re.compile(
    r"\b(hir\w+|reject\w*|pass\w*|fail\w*|qualif\w+|recommend\w*)\b|录用|淘汰|合格|通过|推荐录"
)


def told(root: Element) -> str:
    return re.sub(r"\s+", " ", root.find("div", css="overall")[0].text)


@pytest.mark.parametrize("language", ["en", "zh"])
def test_each_dimension_says_what_the_job_asks_for_and_where_the_description_says_so(
    language: Language,
) -> None:
    report = job_report("en")
    root = page(report, sample_transcript("en"), language)
    for index, dimension in enumerate(report.dimensions):
        article = root.find("article", id=f"d{index}")[0]
        assert dimension.definition.get(language) in article.text
        assert dimension.reason.get(language) in article.text
        quotes = article.find("ul", css="asked-for")[0].find("q")
        assert [q.text for q in quotes] == [source.quote for source in SOURCES]
        assert [q.attributes["lang"] for q in quotes] == ["zh-CN", "en", "en"]
        assert [b.text for q in quotes for b in q.find("b")] == [s.match for s in SOURCES if s.match]
        assert [t.text for t in article.find("text", css="asked")] == [str(EXPECTED_LEVELS[index])]
        differs = dimension.level != dimension.expected_level
        assert (dimension.expected_anchor.get(language) in article.text) == differs


@pytest.mark.parametrize("language", ["en", "zh"])
def test_questions_are_folded_away_by_kind(language: Language) -> None:
    root = page(job_report("en"), None, language)
    (folded,) = root.find("article", id="d0")[0].find("details", css="to-ask")
    assert "open" not in folded.attributes
    listed = [[li.text for li in ul.find("li")] for ul in folded.find("ul")]
    assert listed == [[text.get(language) for text in texts] for texts in QUESTIONS.values()]
    assert "3" in folded.find("summary")[0].text
    assert [p.text for p in folded.find("p", css="kind")] == [
        Messages(language)("questions", kind) for kind in ("past", "situational")
    ]


def test_training_is_named_only_below_the_level_that_is_asked_for() -> None:
    root = page(job_report("en"), None, "en")
    shown = [bool(root.find("article", id=f"d{i}")[0].find("ul", css="training")) for i in range(3)]
    assert shown == [False, True, False]  # level 4 of 4, 3 of 5, 4 of 3
    topics = root.find("ul", css="training")[0].find("li")
    assert [topic.text for topic in topics] == [topic.en for topic in TRAINING]


def test_indicators_name_their_sentence_whether_heard_or_not() -> None:
    article = page(job_report("en"), None, "en").find("article", id="d0")[0]
    heard = {
        p.find("strong")[0].text: li.find("p", css="asked-by")
        for li in article.find("ul", css="indicators")[0].children
        for p in li.find("p", css="indicator")
    }
    assert [p.find("q")[0].text for p in heard["User research"]] == [SOURCES[0].quote]
    assert heard["Ranking by priority"] == []
    (missed,) = article.find("ul", css="sought")[0].find("li")
    assert "Looks at competitors" in missed.text
    assert missed.find("q")[0].text == SOURCES[2].quote


def test_what_a_language_model_proposed_is_marked() -> None:
    root = page(job_report("en"), None, "en")
    marks = [
        [e.text for e in root.find("article", id=f"d{i}")[0].find("header")[0].find("span", css="by-model")]
        for i in range(3)
    ]
    assert marks == [[], [], ["proposed by a language model"]]
    (missed,) = root.find("article", id="d0")[0].find("ul", css="sought")
    assert len(missed.find("span", css="by-model")) == 1
    origin = root.find("section", id="origin")[0].text
    assert "产品经理 JD.docx" in origin
    assert "with qwen-plus" in origin


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize("verdict", ["clearly_above", "clearly_below", "too_close", None])
def test_the_overall_is_held_against_what_the_job_asks_for(
    verdict: Verdict | None, language: Language
) -> None:
    root = page(job_report("en", pass_score=50.0, verdict=verdict), None, language)
    words = Messages(language)("ui", verdict or "no_verdict", score="50")
    assert words in told(root)
    assert "50" in words
    assert not DECISION.search(told(root))
    assert Messages(language)("seniority", "senior") in told(root)
    overall = root.find("div", css="overall")[0].find("svg", css="bar")[0]
    assert [svg.attributes["x"] for svg in overall.find("svg")] == ["50%"]
    assert Messages(language)("ui", "asks_score", score="50") in overall.attributes["aria-label"]
    assert all(not bar.find("svg") for bar in root.find("table", css="scores")[0].find("svg"))


def test_seniority_alone_draws_no_mark() -> None:
    report = job_report("en").model_copy(update={"bar": JobBar(seniority="junior")})
    root = page(report, None, "en")
    assert "Asked for: Junior" in told(root)
    assert root.find("path", css="asked-score") == []


def test_an_abstained_report_still_says_what_the_job_asks_for() -> None:
    bare, asked = abstained_report(), job_report("en", verdict=None)
    keep = ("expected_level", "expected_anchor", "sources", "questions", "training")
    dimensions = tuple(
        one.model_copy(update={key: getattr(other, key) for key in keep})
        for one, other in zip(bare.dimensions, asked.dimensions, strict=True)
    )
    root = page(bare.model_copy(update={"bar": asked.bar, "dimensions": dimensions}), None, "en")
    assert "The job asks for 50 out of 100." in told(root)
    article = root.find("article", id="d0")[0]
    assert "Level 4, which the job asks for" in article.text
    assert article.find("ul", css="asked-for")
    assert article.find("details", css="to-ask")
    assert article.find("ul", css="training") == []
    assert root.find("circle", css="dot") == []


@pytest.mark.parametrize("language", ["en", "zh"])
def test_profiles_that_ask_for_nothing_leave_no_trace(language: Language) -> None:
    for report in (sample_report("en"), abstained_report()):
        html = render_html(report, None, language).split("</style>")[1]
        assert not OWN_CLASSES.search(html)
        assert Messages(language)("ui", "asked_note") not in html


@pytest.mark.parametrize("language", ["en", "zh"])
def test_a_description_cannot_put_markup_into_the_page(language: Language) -> None:
    data = with_text(job_report("en"), ATTACK).model_dump()
    for dimension in data["dimensions"]:
        for line in dimension["evidence"]:
            line["source"] = f"{ATTACK}\u202e"
    data["description"]["model"] = ATTACK
    html = render_html(Report.model_validate(data), None, language)
    root = Page(html).root
    assert len(root.find("script")) == 1
    assert root.find("img") == []
    assert not [e for e in root.find() if [k for k in e.attributes if k.startswith("on")]]
    assert ATTACK in root.find("ul", css="asked-for")[0].text
    assert f"{ATTACK}\ufffd" in root.find("p", css="asked-by")[0].text
    assert ATTACK in root.find("details", css="to-ask")[0].text
    assert ATTACK in root.find("ul", css="training")[0].text
    assert ATTACK in root.find("section", id="origin")[0].text
    assert "\u202e" not in html


def test_reports_from_before_these_fields_can_still_be_read() -> None:
    data = json.loads(sample_report("en").model_dump_json())
    for key in ("bar", "description"):
        data.pop(key)
    for dimension in data["dimensions"]:
        for key in (
            "definition", "expected_level", "expected_anchor", "reason", "sources", "questions", "training", "origin",
        ):  # fmt: skip
            dimension.pop(key)
    for scored in (data["overall"], *data["channels"].values(), *data["dimensions"]):
        for line in scored["evidence"]:
            del line["source"], line["origin"]
    assert Report.model_validate(data) == sample_report("en")


def test_every_section_level_and_kind_has_a_name() -> None:
    schema = json.dumps(Report.model_json_schema())
    for section in ("sections", "seniority", "questions"):
        codes = load_messages()[section]
        assert codes
        assert all(f'"{code}"' in schema for code in codes)
    assert set(load_messages()["sections"]) == {"title", "duty", "must", "nice", "unmarked"}
    assert set(load_messages()["seniority"]) == {"junior", "middle", "senior", "lead"}
