"""Pages of two columns are read one column after the other, whichever way they are drawn, and tables row by row."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import zip_longest
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from reportlab.lib.utils import simpleSplit

from interview_analysis.pipeline.job.pdf_layout import text_of_pages
from interview_analysis.pipeline.job.pdf_lines import Line
from tests.pipeline.job.test_job_pdf import PROSE, SONG, ZH_PROSE, drawn, read

LEFT = {
    "en": ["About us", "We build checkout tools for small shops and those in them.", "Duties",
           "- Gather requirements from merchants and write the specification", "- Own the roadmap",
           "- Run projects from the kick-off to the launch and keep each on time"],
    "zh": ["公司介绍", "我们为小型商户提供收银与支付工具，服务全国三百多个城市的门店和店员。", "岗位职责",
           "1、收集商户需求，进行需求分析并输出结构清晰的产品方案；", "2、制定路线图；",
           "3、推动项目从立项到上线，保证每一个版本都按时交付；"],
}  # fmt: skip
RIGHT = {
    "en": ["Requirements", "- At least 5 years of experience in product management, two with payments", "- SQL",
           "- Experience in leading people without formal authority"],
    "zh": ["任职要求", "1、本科及以上学历，五年以上产品管理经验，其中两年支付行业；", "2、熟悉SQL；",
           "3、有跨团队领导经验，能够在没有正式授权的情况下带人；"],
}  # fmt: skip


def wrapped(texts: Sequence[str]) -> list[str]:
    """The lines of a column of 220 points, set in 10 points."""
    lines: list[str] = []
    for text in texts:
        if text.isascii():
            lines += simpleSplit(text, "Helvetica", 10, 220)
        else:
            lines += [text[i : i + 22] for i in range(0, len(text), 22)]
    return lines


def across(left: Sequence[str], right: Sequence[str], top: float) -> list[tuple[float, float, str]]:
    """Two columns as their lines come, the left one's before what stands beside it."""
    rows = zip_longest(left, right, fillvalue="")
    placed = [[(60, top - 14 * i, one), (320, top - 14 * i, other)] for i, (one, other) in enumerate(rows)]
    return [(x, y, text) for row in placed for x, y, text in row if text]


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize("full", [0, 12])
def test_two_columns_drawn_line_by_line(tmp_path: Path, language: str, full: int) -> None:
    sentence = PROSE.split(". ")[1] if language == "en" else ZH_PROSE[:44] + "。"
    page = [(60.0, 780.0 - 22 * i, f"{sentence[:-1]} {i}.") for i in range(full)]
    page += across(wrapped(LEFT[language]), wrapped(RIGHT[language]), 780 - 22 * full)
    font = "Helvetica" if language == "en" else SONG
    assert read(drawn(tmp_path, [page], font))[full:] == [*LEFT[language], *RIGHT[language]]


def test_two_columns_kept_apart_by_spaces(tmp_path: Path) -> None:
    left, right = (
        [line for text in side["en"] for line in simpleSplit(text, "Courier", 10, 220)]
        for side in (LEFT, RIGHT)
    )
    rows = zip_longest(left, right, fillvalue="")
    page = [(60.0, 780.0 - 14 * i, f"{one:<42}{other}".rstrip()) for i, (one, other) in enumerate(rows)]
    assert read(drawn(tmp_path, [page], "Courier")) == [*LEFT["en"], *RIGHT["en"]]


@pytest.mark.parametrize("language", ["en", "zh"])
def test_short_lines_beside_a_list(tmp_path: Path, language: str) -> None:
    side = (
        ["Location", "Leeds", "Salary", "jobs@sea.example"]
        if language == "en"
        else ["工作地点", "上海", "月薪", "两万元"]
    )
    page = across(wrapped(LEFT[language]), side, 780)
    font = "Helvetica" if language == "en" else SONG
    assert read(drawn(tmp_path, [page], font)) == [*LEFT[language], *side]


def test_values_of_numbered_items_stay_with_them(tmp_path: Path) -> None:
    rows = [
        (f"{i}. {skill}", f"{i} years") for i, skill in enumerate(["SQL", "Excel", "Python", "Planning"], 1)
    ]
    page = across(*zip(*rows, strict=True), 780)
    assert read(drawn(tmp_path, [page])) == [text for row in rows for text in row]


def test_labels_in_a_wide_column_stay_with_their_values(tmp_path: Path) -> None:
    rows = [("Title", "Product Manager for payments, in our checkout team"), ("Location", "Leeds, with two days a week at home"),
            ("Reports to", "The head of product, and to nobody else but her"), ("Contract", "Permanent, 37.5 hours")]  # fmt: skip
    page = across([label for label, _ in rows], [value for _, value in rows], 780)
    assert read(drawn(tmp_path, [page])) == [f"{label}: {value}" for label, value in rows]


PLACED = st.tuples(
    st.sampled_from([60, 100, 200, 320]), st.integers(1, 40), st.sampled_from([20, 140, 260, 460])
)


@settings(max_examples=200)
@given(st.lists(PLACED, min_size=1, max_size=40))
def test_no_line_is_lost_wherever_it_stands(placed: list[tuple[int, int, int]]) -> None:
    lines = [
        Line(f"w{i} text", left, left + width, 800 - 14 * row, 10, False, 12, 595)
        for i, (left, row, width) in enumerate(placed)
    ]
    words = re.findall(r"w\d+", text_of_pages([lines]))
    assert sorted(words) == sorted(f"w{i}" for i in range(len(lines)))
