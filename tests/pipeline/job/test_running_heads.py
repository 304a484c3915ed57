"""A title that stands in the head of the pages alone is found, and nothing else of a head is taken for one."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import docx
import pytest

from tests.pipeline.job.test_job_docx import read
from tests.pipeline.job.test_job_pdf import SONG, drawn
from tests.pipeline.job.test_job_pdf import read as read_pdf


def headed(*heads: str, first: str | None = None) -> Any:
    """A document whose pages have heads, and whose text begins with a section."""
    document = docx.Document()
    section = document.sections[0]
    section.header.paragraphs[0].text = heads[0]
    for head in heads[1:]:
        section.header.add_paragraph(head)
    if first is not None:
        section.different_first_page_header_footer = True
        section.first_page_header.paragraphs[0].text = first
    return document


@pytest.mark.parametrize(
    ("heads", "first", "title"),
    [
        (["Ward Nurse"], None, "Ward Nurse"),
        (["Page 1 of 2\tWard Nurse\tConfidential"], None, "Ward Nurse"),
        (["Sea Hospital Ltd", "Ward Nurse (nights)", "12/03/2026"], None, "Ward Nurse (nights)"),
        (["Sea Hospital Ltd"], "Job title: Ward Nurse", "Ward Nurse"),
        (["海滨医院", "招聘：病房护士"], None, "病房护士"),
        (["第 1 页\t高级产品经理（支付方向）\t内部资料"], None, "高级产品经理（支付方向）"),
    ],
)  # fmt: skip
def test_title_in_the_head_of_the_page(
    tmp_path: Path, heads: list[str], first: str | None, title: str
) -> None:
    document = headed(*heads, first=first)
    name = "About us" if title.isascii() else "公司介绍"
    document.add_paragraph(name)
    document.add_paragraph(
        "We run a small hospital by the sea, and have done so for longer than anybody knows."
    )
    assert [line for line in read(document, tmp_path) if line][:2] == [f"# {title}", name]


@pytest.mark.parametrize(
    "begin",
    [
        "Ward Nurse",
        "病房护士",
        "Job title: Ward Nurse",
        "We are looking for a ward nurse to join us, at once and for good.",
    ],
)
def test_the_head_of_the_page_is_left_out_where_the_text_has_its_title(tmp_path: Path, begin: str) -> None:
    document = headed("Sea Hospital", first="Something Else")
    document.add_paragraph(begin)
    document.add_paragraph("Duties")
    assert read(document, tmp_path) == [begin, "", "Duties"]


@pytest.mark.parametrize(
    "heads",
    [[], ["1", "v2"], ["Sea Hospital Ltd", "www.sea.example"], ["海滨医院", "第 1 页"], ["Job description"]],
)
def test_what_is_no_title_is_left_out(tmp_path: Path, heads: list[str]) -> None:
    document = headed("", *heads, first="Old Title")  # which is turned off
    document.sections[0].different_first_page_header_footer = False
    document.add_paragraph("About us")
    assert read(document, tmp_path) == ["About us"]


@pytest.mark.parametrize(
    ("head", "begin", "found"),
    [
        ("Ward Nurse", "About us", ["# Ward Nurse", "About us"]),
        ("Ward Nurse", "Night Nurse", ["Night Nurse"]),
        ("病房护士", "公司介绍", ["# 病房护士", "公司介绍"]),
    ],
)
def test_title_in_the_head_of_each_page(tmp_path: Path, head: str, begin: str, found: list[str]) -> None:
    font = "Helvetica" if head.isascii() else SONG
    pages = [
        [(60.0, 810.0, head), (480.0, 810.0, f"Page {number}"), (60.0, 760.0, text)]
        for number, text in ((1, begin), (2, "SQL is a must."))
    ]
    assert read_pdf(drawn(tmp_path, pages, font)) == [*found, "SQL is a must."]
