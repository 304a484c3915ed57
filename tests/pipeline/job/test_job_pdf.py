"""Pdf files, made by reportlab with its built-in fonts, read line by line; and the ones that must be refused."""

from __future__ import annotations

import io
from collections.abc import Sequence
from html import escape
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image
from reportlab.lib.pagesizes import A4
from reportlab.lib.pdfencrypt import StandardEncryption
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.utils import ImageReader
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.cidfonts import UnicodeCIDFont
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import (
    BaseDocTemplate,
    Flowable,
    Frame,
    ListFlowable,
    ListItem,
    PageTemplate,
    Paragraph,
    SimpleDocTemplate,
    Spacer,
    Table,
)  # fmt: skip

from interview_analysis.pipeline.job.pdf import MAX_PAGES
from interview_analysis.pipeline.job.text import read_description
from tests.pipeline.job.job_descriptions import read_or_refused, refusal

SONG = "STSong-Light"
pdfmetrics.registerFont(UnicodeCIDFont(SONG))
EN = ParagraphStyle("en", fontName="Helvetica", fontSize=10.5, leading=14, spaceAfter=8)
ZH = ParagraphStyle("zh", fontName=SONG, fontSize=10.5, leading=16, spaceAfter=8, wordWrap="CJK")
HEADS = {
    "en": ParagraphStyle("h", EN, fontName="Helvetica-Bold"),
    "zh": ParagraphStyle("h", ZH, fontSize=15, leading=20),
}

PROSE = (
    "You will own the roadmap of our marketplace for repairs, talk to customers and craftspeople every week, and "
    "turn what they say into requirements that a team of six engineers can build. Cross-functional work with "
    "legal, finance and operations is part of every release, and so is measuring what it did."
)
SENTENCE = PROSE.replace("can build. Cross", "can build, while cross")
DUTIES = [
    "Collect and rank requirements with sales and support, and keep the backlog in an order that anybody in the "
    "company can explain to a customer",
    "Write the specification",
    "Plan releases, find what puts them at risk early, and say no to what does not fit the quarter without losing "
    "the people who asked for it",
]
ZH_PROSE = (
    "我们正在寻找一位对本地生活服务充满热情的产品经理，负责平台交易链路的整体规划与迭代，与设计、研发、测试以及运营团队"
    "紧密协作，在有限的资源之下持续提升用户体验和转化效果，并对最终的业务结果负责。"
)
ZH_DUTIES = [
    "1、负责用户需求的收集、分析与管理，输出结构清晰的产品需求文档和原型，推动评审并跟进研发进度，保证版本按照计划上线",
    "2、熟悉 SQL",
    "3、具备良好的沟通表达能力和跨部门协调能力，能够在信息不完整的情况下推动复杂项目落地，主动识别风险并及时给出解决方案",
]


def build(flowables: Sequence[Flowable], folder: Path, **options: Any) -> Path:
    path = folder / "job.pdf"
    SimpleDocTemplate(str(path), pagesize=A4, **options).build(list(flowables))
    return path


def paragraphs(texts: Sequence[str], style: ParagraphStyle) -> list[Flowable]:
    return [Paragraph(escape(text), style) for text in texts]


def read(path: Path) -> list[str]:
    """The lines that are not empty."""
    return [line for line in read_description(path).split("\n") if line]


def drawn(
    folder: Path, pages: Sequence[Sequence[tuple[float, float, str]]], font: str = "Helvetica", **options: Any
) -> Path:
    """Pages with texts placed at x, y."""
    path = folder / "job.pdf"
    canvas = Canvas(str(path), pagesize=A4, **options)
    for page in pages:
        canvas.setFont(font, 10)
        for x, y, text in page:
            canvas.drawString(x, y, text)
        canvas.showPage()
    canvas.save()
    return path


def test_english(tmp_path: Path) -> None:
    bullets = ListFlowable([ListItem(Paragraph(t, EN)) for t in DUTIES], bulletType="bullet", start="•")
    head = [Paragraph("Duties", HEADS["en"])]
    path = build(
        [
            *paragraphs(["Product Manager, Leeds", PROSE], EN),
            *head,
            bullets,
            *paragraphs(["Apply by Friday."], EN),
        ],
        tmp_path,
    )
    assert read_description(path).split("\n") == [
        "Product Manager, Leeds",
        "",
        PROSE,
        "",
        "# Duties",
        *(line for duty in DUTIES for line in ("", f"• {duty}")),
        "",
        "Apply by Friday.",
    ]


def test_chinese(tmp_path: Path) -> None:
    flowables = [
        Paragraph("高级产品经理", HEADS["zh"]), Paragraph(ZH_PROSE, ZH), Paragraph("岗位职责", HEADS["zh"]),
        *paragraphs(ZH_DUTIES, ZH),
    ]  # fmt: skip
    assert read(build(flowables, tmp_path)) == ["# 高级产品经理", ZH_PROSE, "# 岗位职责", *ZH_DUTIES]


@pytest.mark.parametrize("alignment", [0, 4])
def test_indented_first_lines_without_gaps(tmp_path: Path, alignment: int) -> None:
    # Another text, because PDFium leaves out a line that repeats one shortly before it where the font is not installed.
    other = "入职以后" + ZH_PROSE[::-1]
    style = ParagraphStyle("i", ZH, spaceAfter=0, firstLineIndent=21, alignment=alignment)
    assert read(build(paragraphs([ZH_PROSE, other, "欢迎加入"], style), tmp_path)) == [
        ZH_PROSE,
        other,
        "欢迎加入",
    ]


def test_items_without_marks_end_where_there_is_room_left(tmp_path: Path) -> None:
    style = ParagraphStyle("tight", EN, spaceAfter=0)
    items = ["Excel and SQL", DUTIES[0], "Patience", "Five years of work with customers in retail, at least"]
    assert read(build(paragraphs(items, style), tmp_path)) == items


def test_short_lines_alone_are_not_joined(tmp_path: Path) -> None:
    lines = ["Nurse", "Medical ward", "Nights and weekends", "Registration"]
    assert read(build(paragraphs(lines, ParagraphStyle("tight", EN, spaceAfter=0)), tmp_path)) == lines


def test_table_of_names_and_values(tmp_path: Path) -> None:
    rows = [
        ["职位名称", "产品经理"],
        ["工作地点", "上海"],
        ["汇报对象", Paragraph(ZH_PROSE, ParagraphStyle("c", ZH, spaceAfter=0))],
    ]
    table = Table(
        rows,
        colWidths=[90, 350],
        style=[("FONTNAME", (0, 0), (-1, -1), SONG), ("VALIGN", (0, 0), (-1, -1), "TOP")],
    )
    lines = read(build([Paragraph("招聘需求", HEADS["zh"]), table, *paragraphs(["请附简历"], ZH)], tmp_path))
    assert lines == [
        "# 招聘需求",
        "职位名称: 产品经理",
        "工作地点: 上海",
        f"汇报对象: {ZH_PROSE}",
        "请附简历",
    ]


@pytest.mark.parametrize(
    ("style", "texts"), [(EN, [SENTENCE, *DUTIES, SENTENCE]), (ZH, [ZH_PROSE, *ZH_DUTIES, ZH_PROSE])]
)
def test_two_columns(tmp_path: Path, style: ParagraphStyle, texts: list[str]) -> None:
    path = tmp_path / "job.pdf"
    frames = [Frame(40, 500, 250, 300, id="left"), Frame(310, 500, 250, 300, id="right")]
    template = BaseDocTemplate(str(path), pagesize=A4, pageTemplates=[PageTemplate(frames=frames)])
    filler = "The last line of each column says nothing." if style is EN else "每一栏的最后一行没有内容。"
    template.build(paragraphs([*texts, *[filler] * 6], style))
    assert [line for line in read(path) if line != filler] == texts


def test_two_columns_drawn_across(tmp_path: Path) -> None:
    words = [f"word{i:03}" for i in range(120)]
    rows = [" ".join(words[i : i + 5]) for i in range(0, 120, 5)]
    page = [
        (
            60.0,
            780.0,
            "A heading that runs across both of the columns of this page, from one end to the other end",
        )
    ]
    for index in range(12):
        page += [(60, 740 - 14 * index, rows[index]), (330, 740 - 14 * index, rows[index + 12])]
    assert " ".join(read(drawn(tmp_path, [page]))[1:]) == " ".join(words)


def test_lines_drawn_in_another_order(tmp_path: Path) -> None:
    page = [(60.0, 700.0, "second line."), (60.0, 600.0, "third line."), (60.0, 780.0, "first line.")]
    assert read(drawn(tmp_path, [page])) == ["first line.", "second line.", "third line."]


def test_sentence_across_pages_with_running_heads(tmp_path: Path) -> None:
    def decorate(canvas: Canvas, _: Any) -> None:
        canvas.drawString(72, 810, "Acme Ltd, confidential")
        canvas.drawString(280, 30, f"Page {canvas.getPageNumber()} of 2")

    path = tmp_path / "job.pdf"
    SimpleDocTemplate(str(path), pagesize=A4).build(
        [Spacer(1, 650), Paragraph(SENTENCE, EN)], onFirstPage=decorate, onLaterPages=decorate
    )
    assert read(path) == [SENTENCE]


def test_what_a_browser_prints_at_the_edges_is_left_out(tmp_path: Path) -> None:
    page = [
        (24.0, 820.0, "2025/3/1 10:01"), (260.0, 820.0, "Careers"), (60.0, 760.0, "Product Manager"),
        (60.0, 700.0, "Requirements: SQL."), (24.0, 20.0, "https://example.org/job"), (560.0, 20.0, "1/1"),
    ]  # fmt: skip
    assert read(drawn(tmp_path, [page])) == ["Product Manager", "Requirements: SQL."]


def test_bullets_that_are_drawn(tmp_path: Path) -> None:
    path = tmp_path / "job.pdf"
    canvas = Canvas(str(path), pagesize=A4)
    for index, text in enumerate(["Know SQL", "Know Excel"]):
        canvas.circle(66, 753 - 15 * index, 1.5, fill=1)
        canvas.drawString(75, 750 - 15 * index, text)
    canvas.line(60, 700, 500, 700)
    canvas.drawString(60, 690, "Apply by Friday")
    canvas.save()
    assert read(path) == ["• Know SQL", "• Know Excel", "Apply by Friday"]


def test_word_parted_at_the_end_of_a_line(tmp_path: Path) -> None:
    long = "A sentence of a width that reaches over most of the page from here to there, about the require-"
    other = (
        "ments that we have for every candidate; it speaks of teams and of the habit of working in a cross-"
    )
    page = [
        (60.0, 780.0, "Requirements"),
        (60.0, 740.0, long),
        (60.0, 727.0, other),
        (60.0, 714.0, "functional way."),
    ]
    text = " ".join(read(drawn(tmp_path, [page])))
    assert "the requirements that" in text
    assert "cross-functional way." in text


def test_blank_page_is_passed_over(tmp_path: Path) -> None:
    assert read(drawn(tmp_path, [[(60, 700, "One.")], [], [(60, 700, "Two.")]])) == ["One.", "Two."]


def picture() -> ImageReader:
    noise = np.random.default_rng(1).integers(0, 255, (40, 30), dtype=np.uint8)
    buffer = io.BytesIO()
    Image.fromarray(noise).save(buffer, "PNG")
    buffer.seek(0)
    return ImageReader(buffer)


@pytest.mark.parametrize(("texts", "what"), [((), "has no text layer"), (("One.",), "page 2 is a picture")])
def test_scan(tmp_path: Path, texts: tuple[str, ...], what: str) -> None:
    path = tmp_path / "job.pdf"
    canvas = Canvas(str(path), pagesize=A4)
    for text in texts:
        canvas.drawString(60, 700, text)
        canvas.showPage()
    canvas.drawImage(picture(), 0, 0, *A4)
    canvas.save()
    message = refusal(path)
    assert what in message
    assert "OCR" in message


def test_nothing_at_all(tmp_path: Path) -> None:
    assert "has no text layer" in refusal(drawn(tmp_path, [[]]))


def test_password(tmp_path: Path) -> None:
    page = [(60.0, 700.0, "Words.")]
    assert "protected by a password" in refusal(
        drawn(tmp_path, [page], encrypt=StandardEncryption("user", "owner"))
    )


def test_owner_password_alone_does_not_keep_from_reading(tmp_path: Path) -> None:
    page = [(60.0, 700.0, "Words.")]
    assert read(drawn(tmp_path, [page], encrypt=StandardEncryption("", "owner"))) == ["Words."]


def test_pages(tmp_path: Path) -> None:
    pages = [[(60.0, 700.0 - number, f"Words {'x' * number}.")] for number in range(MAX_PAGES + 1)]
    assert len(read(drawn(tmp_path, pages[:-1]))) == MAX_PAGES
    assert f"has {MAX_PAGES + 1} pages" in refusal(drawn(tmp_path, pages))


def test_too_many_characters(tmp_path: Path) -> None:
    page = [(40.0, 800.0 - 12 * i, "word " * 18) for i in range(60)]
    assert "over 100,000 characters" in refusal(drawn(tmp_path, [page] * 25))


def test_under_another_name(tmp_path: Path) -> None:
    path = drawn(tmp_path, [[(60, 700, "Words.")]])
    assert read(path.rename(tmp_path / "job.txt")) == ["Words."]


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(at=st.integers(0, 10**6), junk=st.binary(max_size=40), cut=st.booleans())
def test_damage_never_raises_anything_else(tmp_path: Path, at: int, junk: bytes, cut: bool) -> None:
    whole = drawn(tmp_path, [[(60, 700, "Words.")]], pageCompression=0).read_bytes()
    assert read_or_refused(tmp_path / "damaged.pdf", whole, at, junk, cut)
