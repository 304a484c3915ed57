"""Fragments of HTML and tables of markdown are read as the lines that they stand for."""

from __future__ import annotations

import time
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from interview_analysis.pipeline.job.markup import without_markup
from interview_analysis.pipeline.job.text import read_description
from interview_analysis.scoring.jobs.parse import JobParser
from tests.pipeline.job.job_descriptions import CHINESE, JUNIOR

NURSE = ["# Ward Nurse", "# Duties", "- Care for patients", "- Keep records", "We are by the sea."]


def read(text: str) -> list[str]:
    """The lines that are not empty."""
    return [line for line in without_markup(text).split("\n") if line]


def as_html(text: str) -> str:
    """Paragraphs of one bold line before list items, as an applicant tracking system keeps them."""
    lines = [line for line in text.strip().split("\n") if line]
    return "\n".join(
        f"<li>{line.removeprefix('- ')}</li>" if line.startswith("- ") else f"<p><b>{line}</b></p>"
        for line in lines
    )


def as_table(text: str, head: tuple[str, str]) -> str:
    """A markdown table with a row a section, whose lines are parted by <br>."""
    title, *sections = text.strip().split("\n\n")
    rows = [head, ("---", "---"), (title, "")]
    for section in sections:
        name, *lines = section.split("\n")
        rows.append((name, "<br>".join(lines)))
    return "\n".join(f"| {name} | {value} |" for name, value in rows)


@pytest.mark.parametrize(
    "text",
    [
        "<h1>Ward Nurse</h1><h2>Duties</h2><ul><li>Care for patients</li><li>Keep records</li></ul><p>We are by the sea.</p>",
        "<p><strong>Ward Nurse</strong></p>\n<p><b>Duties</b></p>\n<li>Care for patients</li>\n<li>Keep records</li>\n<p>We are by\n the sea.</p>",
        "<div><b>Ward Nurse</b></div><div><b>Duties</b><br/>- Care for patients<br/>- Keep records<br/><br/>We are by the sea.</div>",
        "<b>Ward Nurse</b><br><br><b>Duties</b><br>- Care for patients<br>- Keep records<br><br>We are by the sea.",
        "<UL class='x'><LI><P>Care for patients</P><LI><P>Keep records</UL><style>p {color: red}</style>We are by the sea.",
        "&lt;h1&gt;Ward Nurse&lt;/h1&gt;&lt;p&gt;&lt;b&gt;Duties&lt;/b&gt;&lt;/p&gt;&lt;li&gt;Care for patients&lt;/li&gt;&lt;li&gt;Keep records&lt;/li&gt;We are by the sea.",
        "# Ward Nurse\n\n<b>Duties</b>\n- Care for patients\n- Keep&nbsp;records\n\nWe are by <i>the</i> sea.",
    ],
    ids=["elements", "bold", "breaks in a block", "breaks", "unclosed", "escaped", "in markdown"],
)  # fmt: skip
def test_fragments_of_html(text: str) -> None:
    lines = [line.replace("\xa0", " ") for line in read(text)]
    assert lines == (NURSE if len(lines) == 5 else NURSE[2:])


def test_chinese_fragment() -> None:
    text = (
        "<p><b>病房护士</b></p><p><span>岗位职责：</span></p><ol><li>负责护理；</li><li>记录病情。</li></ol>"
    )
    assert read(text) == ["# 病房护士", "岗位职责：", "- 负责护理；", "- 记录病情。"]


def test_bold_words_and_bold_sentences_are_no_headings() -> None:
    text = "<p><b>SQL</b> is a must</p><p><b>We are by the sea.</b></p>"
    assert read(text) == ["SQL is a must", "We are by the sea."]


def test_table_of_html() -> None:
    text = (
        "<table><tr><th>Title</th><td>Nurse</td></tr><tr><td>Duties</td><td><ul><li>Care</li><li>Records</li></ul></td></tr>"
        "<tr><td>Shift:<td>Nights</table><p>Apply.</p>"
    )
    assert read(text) == ["Title: Nurse", "# Duties", "- Care", "- Records", "Shift: Nights", "Apply."]


@pytest.mark.parametrize("text", ["R&amp;D &lt;5 people &#8226; caf&eacute;", "R&D <5 people • café"])
def test_entities_without_tags(text: str) -> None:
    assert without_markup(text) == "R&D <5 people • café"


@pytest.mark.parametrize(
    "text",
    [
        "a < b and c > d",
        "C++ (std::vector<int>)",
        "R&D; Q&A",
        "5 | 6",
        "- x | y\n\n- z",
        "<Company> hires",
        "a\n---\nb",
    ],
)
def test_text_without_markup_stays(text: str) -> None:
    assert without_markup(text) == text


@pytest.mark.parametrize("head", [("Section", "Text"), ("项目", "内容"), ("", "")])
@pytest.mark.parametrize(("text", "title"), [(JUNIOR, "Junior Product Manager"), (CHINESE, "数据分析师")])
def test_markdown_table_of_sections(head: tuple[str, str], text: str, title: str) -> None:
    expected = [line for line in text.strip().split("\n") if line]
    lines = [line.removeprefix("# ") for line in read(as_table(text, head))]
    joined = {"About us: Brightleaf runs a marketplace for home repairs.": 2, "公司介绍: 半亩云是一家生鲜电商平台。": 2, "福利待遇: 五险一金，带薪年假": 2}  # fmt: skip
    assert lines[0] == title
    assert sum(joined.get(line, 1) for line in lines) == len(expected)
    assert {line for line in lines if line not in joined} <= set(expected)


def test_markdown_table_whose_head_is_a_pair() -> None:
    text = "| Job title | Nurse |\n|:--|--:|\n| Shift | Nights \\| weekends |\n\nApply."
    assert read(text) == ["Job title: Nurse", "Shift: Nights | weekends", "Apply."]


@pytest.mark.parametrize(("duties", "requirements"), [("Duties", "Requirements"), ("岗位职责", "任职要求")])
def test_sections_beside_each_other(duties: str, requirements: str) -> None:
    text = f"| {duties} | {requirements} |\n|---|---|\n| - care<br>- write | - licence |\n| - talk | - SQL |"
    assert read(text) == [
        f"# {duties}",
        "- care",
        "- write",
        "- talk",
        f"# {requirements}",
        "- licence",
        "- SQL",
    ]


@pytest.mark.parametrize(
    "text", ["Skill | Years | Must\n---|---|---\nSQL | 3 | yes", "|Skill|Years|Must|\n|SQL|3|yes|"]
)
def test_table_of_three_columns(text: str) -> None:
    assert read(f"Nurse\n{text}\nApply.") == ["Nurse", "Skill | Years | Must", "SQL | 3 | yes", "Apply."]


@pytest.mark.parametrize("text", [JUNIOR, CHINESE], ids=["en", "zh"])
def test_profiles_are_those_of_the_plain_text(job_parser: JobParser, tmp_path: Path, text: str) -> None:
    plain = job_parser.parse(text, "JD")
    for name, content in (("job.txt", as_html(text)), ("job.md", as_table(text, ("Section", "Text")))):
        path = tmp_path / name
        path.write_text(content, encoding="utf-8")
        parsed = job_parser.parse(read_description(path), "JD")
        assert (parsed.name, parsed.years, parsed.seniority) == (plain.name, plain.years, plain.seniority)
        assert {d.id: d.weight for d in parsed.dimensions} == {d.id: d.weight for d in plain.dimensions}


@settings(max_examples=300)
@given(st.lists(st.sampled_from(["<p>", "</p>", "<td>", "<tr>", "<table>", "</table>", "</td>", "<li>", "<ul>", "</ul>", "<br>",
                                 "<b>", "</b>", "<h1>", "</h1>", "|", "|---|---|", "\n", "a", "- b", "&lt;p&gt;", "<", "&"]), max_size=40))  # fmt: skip
def test_any_markup_keeps_its_words(pieces: list[str]) -> None:
    text = without_markup("".join(pieces))
    assert text.count("b") >= pieces.count("- b")


def test_tags_that_never_end_take_no_time() -> None:
    begin = time.process_time()
    without_markup("</p>" + "<a " * 150_000)
    without_markup("<!--" * 100_000 + "</p>")
    without_markup("|" + " -" * 200_000)
    assert time.process_time() - begin < 5  # seconds of this process; html.parser takes minutes
