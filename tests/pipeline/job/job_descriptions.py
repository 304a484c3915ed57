"""Descriptions of jobs and other texts as files of every kind. All of them are made up."""

from __future__ import annotations

from pathlib import Path

import docx
import pytest
from reportlab.lib.pagesizes import A4
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.cidfonts import UnicodeCIDFont
from reportlab.pdfgen.canvas import Canvas

from interview_analysis.errors import ProfileError
from interview_analysis.pipeline.job.text import read_description

SONG = "STSong-Light"
MARKUP = "[red]x[/red] [bold [/]"  # what rich would draw in colour, or stumble over
JUNIOR = """Junior Product Manager

About us
Brightleaf runs a marketplace for home repairs.

Responsibilities
- Collect and analyse user requirements and write product requirement documents
- Plan releases with engineering, manage project risks and keep the schedule
- Talk to users every week and improve the user experience of our app

Requirements
- 1+ years of experience in product management
- Good communication skills

Benefits
- Free lunch and 25 days of holiday
- Apply by Friday with your CV
"""
MIDDLE = (
    JUNIOR.replace("Junior ", "")
    .replace("1+ years", "3+ years")
    .replace(
        "\nRequirements\n",
        "- Lead, coach and develop a team of four people; leadership is a large part of the job\n"
        "- Set goals for the team, give feedback and grow its people\n\nRequirements\n- Proven leadership of a team\n",
    )
)
CHINESE = """数据分析师

公司介绍
半亩云是一家生鲜电商平台。

岗位职责
1、负责业务数据分析，搭建指标体系和数据报表，跟进上线效果
2、与产品、运营团队沟通协作，推动分析结论落地
3、用 SQL 提取数据，定位指标异常的原因

任职要求
1、本科及以上学历，3年以上数据分析经验
2、熟练使用 SQL、Python
3、良好的沟通能力和逻辑思维能力

福利待遇
五险一金，带薪年假
"""
RECIPE = """Leek and Potato Soup

Serves four. Ready in forty minutes.

Ingredients
- 3 large leeks, washed and sliced
- 400 g potatoes, peeled and diced
- 1 litre of vegetable stock, a knob of butter, salt and pepper

Method
1. Melt the butter in a large pan and soften the leeks for ten minutes.
2. Add the potatoes and the stock, bring to the boil and simmer until tender.
3. Blend until smooth, season to taste and serve with chopped chives.
"""


def write_text(path: Path, text: str = JUNIOR) -> Path:
    path.write_text(text, encoding="utf-8")
    return path


def write_markdown(path: Path, text: str = JUNIOR) -> Path:
    """Headings marked as such: the first line, and what stands after an empty line."""
    paragraphs = text.split("\n\n")
    return write_text(path, "\n\n".join(f"# {paragraph}" for paragraph in paragraphs))


def write_docx(path: Path, text: str = JUNIOR) -> Path:
    """Headings and lists in the styles of Word."""
    document = docx.Document()
    for paragraph in text.strip().split("\n\n"):
        head, *items = paragraph.split("\n")
        document.add_heading(head, 1)
        for item in items:
            style = "List Bullet" if item.startswith("- ") else None
            document.add_paragraph(item.removeprefix("- "), style=style)
    document.save(str(path))
    return path


def write_pdf(path: Path, text: str = JUNIOR) -> Path:
    """One page, line by line."""
    pdfmetrics.registerFont(UnicodeCIDFont(SONG))
    canvas = Canvas(str(path), pagesize=A4)
    canvas.setFont("Helvetica" if text.isascii() else SONG, 10)
    for number, line in enumerate(text.split("\n")):
        canvas.drawString(60, 780 - 16 * number, line)
    canvas.save()
    return path


def refusal(source: str | Path, name: str = "") -> str:
    """Why a file is refused: one line that begins with its name, and says what to do."""
    with pytest.raises(ProfileError) as caught:
        read_description(source)
    message = str(caught.value)
    assert message.startswith(name or str(source))
    assert "\n" not in message
    assert ";" in message
    return message.removeprefix(name or str(source))


def read_or_refused(path: Path, whole: bytes, at: int, junk: bytes, cut: bool) -> bool:
    """Whether `whole`, written to `path` with `junk` at some place, or cut there, is read as text or refused."""
    data = bytearray(whole)
    at %= len(data)
    data[at : len(data) if cut else at + len(junk)] = junk
    path.write_bytes(data)
    try:
        return isinstance(read_description(path), str)
    except ProfileError:
        return bool(refusal(path))
