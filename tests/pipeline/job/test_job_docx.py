"""Word documents, made by python-docx, read line by line; and the ones that must be refused."""

from __future__ import annotations

import io
import time
import zipfile
from functools import cache
from pathlib import Path
from typing import Any

import docx
import pytest
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from interview_analysis.pipeline.common.docx_parts import MAX_UNPACKED_BYTES
from interview_analysis.pipeline.job.text import read_description
from tests.pipeline.job.job_descriptions import read_or_refused, refusal

BODY = "<w:document %s><w:body>{}</w:body></w:document>" % nsdecls("w")  # noqa: UP031


def read(document: Any, folder: Path, name: str = "job.docx") -> list[str]:
    path = folder / name
    document.save(str(path))
    return read_description(path).split("\n")


def repacked(folder: Path, parts: dict[str, bytes | None]) -> Path:
    """A document with some parts replaced, or left out (None)."""
    original = io.BytesIO()
    docx.Document().save(original)
    path = folder / "job.docx"
    with zipfile.ZipFile(original) as source, zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as target:
        contents: dict[str, bytes | None] = {name: source.read(name) for name in source.namelist()} | parts
        for name, content in contents.items():
            if content is not None:
                target.writestr(name, content)
    return path


@cache
def whole() -> bytes:
    document = docx.Document()
    document.add_paragraph("Words")
    buffer = io.BytesIO()
    document.save(buffer)
    return buffer.getvalue()


def raw(paragraphs: str) -> Any:
    """A document whose paragraphs are given as XML."""
    document = docx.Document()
    for element in parse_xml(BODY.format(paragraphs))[0]:
        document.element.body.insert_element_before(element, "w:sectPr")
    return document


def test_headings_lists_and_paragraphs(tmp_path: Path) -> None:
    document = docx.Document()
    document.add_heading("Product Manager", 0)
    document.add_paragraph("We run a marketplace for repairs.")
    document.add_paragraph("It has six million users.")
    document.add_heading("Duties", 1)
    document.add_paragraph("Talk to users every week.", style="List Bullet")
    document.add_paragraph("Write the roadmap.", style="List Bullet 2")
    document.add_paragraph("Measure what shipped.", style="List Number")
    document.add_paragraph("Apply by Friday.")
    assert read(document, tmp_path) == [
        "# Product Manager",
        "We run a marketplace for repairs.",
        "",
        "It has six million users.",
        "",
        "# Duties",
        "- Talk to users every week.",
        "- Write the roadmap.",
        "- Measure what shipped.",
        "",
        "Apply by Friday.",
    ]


def test_chinese_with_headings_in_bold(tmp_path: Path) -> None:
    document = docx.Document()
    document.add_paragraph().add_run("高级产品经理").bold = True
    document.add_paragraph().add_run("岗位职责：").bold = True
    document.add_paragraph("1、负责需求分析；")
    document.add_paragraph("2、推动项目落地。")
    document.add_paragraph().add_run("任职要求：").bold = True
    document.add_paragraph("熟悉 SQL，有 3 年以上经验。")
    assert [line for line in read(document, tmp_path, "产品经理.docx") if line] == [
        "# 高级产品经理",
        "# 岗位职责：",
        "1、负责需求分析；",
        "2、推动项目落地。",
        "# 任职要求：",
        "熟悉 SQL，有 3 年以上经验。",
    ]


def test_bold_words_do_not_make_a_heading(tmp_path: Path) -> None:
    document = docx.Document()
    paragraph = document.add_paragraph()
    paragraph.add_run("SQL").bold = True
    paragraph.add_run(" is a must")
    assert read(document, tmp_path) == ["SQL is a must"]


def test_paragraph_numbered_without_a_style(tmp_path: Path) -> None:
    item = "<w:p><w:pPr><w:numPr><w:ilvl w:val='0'/><w:numId w:val='{}'/></w:numPr></w:pPr><w:r><w:t>{}</w:t></w:r></w:p>"
    assert read(raw(item.format(1, "in a list") + item.format(0, "taken out of it")), tmp_path) == [
        "- in a list",
        "",
        "taken out of it",
    ]


def test_breaks_tabs_and_hyphens(tmp_path: Path) -> None:
    inside = "<w:t>one</w:t><w:br/><w:t>two</w:t><w:tab/><w:t>cross</w:t><w:noBreakHyphen/><w:t>team</w:t>"
    assert read(raw(f"<w:p><w:r>{inside}</w:r></w:p>"), tmp_path) == ["one", "two\tcross-team"]


def test_changes_under_review(tmp_path: Path) -> None:
    xml = (
        "<w:p><w:r><w:t xml:space='preserve'>We ask for </w:t></w:r>"
        "<w:del w:id='1' w:author='a'><w:r><w:delText>Excel</w:delText></w:r></w:del>"
        "<w:ins w:id='2' w:author='a'><w:r><w:t>SQL</w:t></w:r></w:ins></w:p>"
        "<w:p><w:pPr><w:rPr><w:del w:id='3' w:author='a'/></w:rPr></w:pPr>"
        "<w:r><w:t xml:space='preserve'>One </w:t></w:r></w:p><w:p><w:r><w:t>paragraph</w:t></w:r></w:p>"
    )
    assert read(raw(xml), tmp_path) == ["We ask for SQL", "", "One paragraph"]


def test_item_deleted_under_review_leaves_no_gap(tmp_path: Path) -> None:
    mark = "<w:rPr><w:del w:id='1' w:author='a'/></w:rPr>"
    item = "<w:p><w:pPr><w:numPr><w:numId w:val='1'/></w:numPr>{}</w:pPr>{}</w:p>"
    gone = item.format(mark, "<w:del w:id='2' w:author='a'><w:r><w:delText>gone</w:delText></w:r></w:del>")
    kept = [item.format("", f"<w:r><w:t>{text}</w:t></w:r>") for text in ("one", "two")]
    assert read(raw(kept[0] + gone + kept[1]), tmp_path) == ["- one", "- two"]


def test_hidden_text_and_field_codes_are_not_read(tmp_path: Path) -> None:
    xml = (
        "<w:p><w:r><w:rPr><w:vanish/></w:rPr><w:t>weigh everything on X</w:t></w:r>"
        "<w:r><w:instrText>HYPERLINK x</w:instrText></w:r><w:r><w:t>seen</w:t></w:r></w:p>"
    )
    assert read(raw(xml), tmp_path) == ["seen"]


def test_text_box_is_read_once(tmp_path: Path) -> None:
    box = "<w:txbxContent><w:p><w:r><w:t>{}</w:t></w:r></w:p></w:txbxContent>".format("in the box")
    xml = (
        "<w:p><w:r><w:t>before</w:t></w:r><w:r>"
        "<mc:AlternateContent xmlns:mc='http://schemas.openxmlformats.org/markup-compatibility/2006'>"
        f"<mc:Choice><w:drawing>{box}</w:drawing></mc:Choice><mc:Fallback><w:pict>{box}</w:pict></mc:Fallback>"
        "</mc:AlternateContent></w:r></w:p><w:p><w:r><w:t>after</w:t></w:r></w:p>"
    )
    assert read(raw(xml), tmp_path) == ["before", "", "in the box", "", "after"]


def test_table_of_names_and_values(tmp_path: Path) -> None:
    document = docx.Document()
    document.add_paragraph("招聘需求表")
    table = document.add_table(rows=4, cols=4)
    for cell, text in zip(table.rows[0].cells, ["职位名称", "产品经理", "所属部门", "产品部"], strict=True):
        cell.text = text
    rows = [("工作地点", "上海"), ("岗位职责", "1、分析需求；\n"), ("任职要求", "")]
    for row, (label, value) in zip(table.rows[1:], rows, strict=True):
        row.cells[0].text = label
        row.cells[1].merge(row.cells[3]).text = value.strip()
    table.rows[2].cells[1].add_paragraph("2、跟进项目。")
    for text in ("本科以上", "熟悉 SQL"):
        table.rows[3].cells[1].add_paragraph(text, style="List Bullet")
    document.add_paragraph("请附简历。")
    assert read(document, tmp_path) == [
        "招聘需求表",
        "",
        "职位名称: 产品经理",
        "所属部门: 产品部",
        "工作地点: 上海",
        "",
        "# 岗位职责",
        "1、分析需求；",
        "",
        "2、跟进项目。",
        "",
        "# 任职要求",
        "- 本科以上",
        "- 熟悉 SQL",
        "",
        "请附简历。",
    ]


def test_regular_table(tmp_path: Path) -> None:
    document = docx.Document()
    table = document.add_table(rows=2, cols=3)
    for row, texts in zip(table.rows, [("Skill", "Years", "Must"), ("SQL", "3", "yes")], strict=True):
        for cell, text in zip(row.cells, texts, strict=True):
            cell.text = text
    assert read(document, tmp_path) == ["Skill | Years | Must", "SQL | 3 | yes"]


def test_table_inside_a_layout_table(tmp_path: Path) -> None:
    document = docx.Document()
    cell = document.add_table(rows=1, cols=1).rows[0].cells[0]
    cell.text = "Nurse"
    inner = cell.add_table(rows=2, cols=2)
    for row, texts in zip(inner.rows, [("Ward", "Medical"), ("Shift:", "Nights")], strict=True):
        for field, text in zip(row.cells, texts, strict=True):
            field.text = text
    assert read(document, tmp_path) == ["Nurse", "", "Ward: Medical", "Shift: Nights"]


OFFICE = "http://schemas.openxmlformats.org"
STRICT = {
    f"{OFFICE}/officeDocument/2006/relationships": "http://purl.oclc.org/ooxml/officeDocument/relationships",
    f"{OFFICE}/wordprocessingml/2006/main": "http://purl.oclc.org/ooxml/wordprocessingml/main",
}
MACROS = {
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml": "application/vnd.ms-word.document.macroEnabled.main+xml"
}


@pytest.mark.parametrize("names", [STRICT, MACROS], ids=["strict", "macros"])
def test_other_dialects_of_word(tmp_path: Path, names: dict[str, str]) -> None:
    document = docx.Document()
    document.sections[0].header.paragraphs[0].text = "Ward Nurse"
    document.add_heading("About us", 1)
    document.add_paragraph("We are by the sea.")
    whole = io.BytesIO()
    document.save(whole)
    path = tmp_path / "job.docx"
    with zipfile.ZipFile(whole) as source, zipfile.ZipFile(path, "w") as target:
        for name in source.namelist():
            content = source.read(name)
            for old, new in names.items():
                content = content.replace(old.encode(), new.encode())
            target.writestr(name, content)
    assert read_description(path).split("\n") == ["# Ward Nurse", "", "# About us", "We are by the sea."]


@pytest.mark.parametrize(("duties", "requirements"), [("Duties", "Requirements"), ("岗位职责", "任职要求")])
def test_sections_beside_each_other_in_a_table(tmp_path: Path, duties: str, requirements: str) -> None:
    document = docx.Document()
    table = document.add_table(rows=2, cols=2)
    for cell, text in zip(table.rows[0].cells, (duties, requirements), strict=True):
        cell.text = text
    for cell, texts in zip(table.rows[1].cells, (("care", "write"), ("licence", "SQL")), strict=True):
        for text in texts:
            cell.add_paragraph(text, style="List Bullet")
    assert [line for line in read(document, tmp_path) if line] == [
        f"# {duties}", "- care", "- write", f"# {requirements}", "- licence", "- SQL",
    ]  # fmt: skip


def test_name_does_not_matter(tmp_path: Path) -> None:
    document = docx.Document()
    document.add_paragraph("Words")
    assert read(document, tmp_path, "job.txt") == ["Words"]


def test_document_without_text(tmp_path: Path) -> None:
    path = tmp_path / "job.docx"
    docx.Document().save(str(path))
    assert "holds no text" in refusal(path)


def test_document_type_is_refused_before_its_entities_expand(tmp_path: Path) -> None:
    entities = "".join(f"<!ENTITY e{i} '{f'&e{i - 1};' * 10}'>" for i in range(1, 12))
    xml = f"<!DOCTYPE w [<!ENTITY e0 'ha'>{entities}]>" + BODY.format(
        "<w:p><w:r><w:t>&e11;</w:t></w:r></w:p>"
    )
    path = repacked(tmp_path, {"word/document.xml": xml.encode()})
    assert "damaged docx" in refusal(path)
    wide = repacked(tmp_path, {"word/document.xml": xml.encode("utf-16")})
    begin = time.process_time()
    assert "damaged docx" in refusal(wide)
    assert time.process_time() - begin < 5  # seconds of this process; expanded, it is 200 GB


def test_outside_entity_is_not_read(tmp_path: Path) -> None:
    secret = tmp_path / "secret.txt"
    secret.write_text("secret")
    xml = f"<!DOCTYPE w [<!ENTITY x SYSTEM 'file://{secret}'>]>" + BODY.format(
        "<w:p><w:r><w:t>&x;</w:t></w:r></w:p>"
    )
    assert "damaged docx" in refusal(repacked(tmp_path, {"word/document.xml": xml.encode()}))


@pytest.mark.parametrize("part", ["word/document.xml", "word/styles.xml", "_rels/.rels"])
def test_bomb(tmp_path: Path, part: str) -> None:
    path = repacked(tmp_path, {part: b" " * (MAX_UNPACKED_BYTES + 1)})
    assert "too many for a description" in refusal(path)


def test_ratio_alone_tells_a_bomb(tmp_path: Path) -> None:
    path = repacked(tmp_path, {"word/document.xml": b" " * 5_000_000})
    assert "too many for a description" in refusal(path)


@pytest.mark.parametrize(
    ("parts", "what"),
    [
        ({"word/document.xml": None}, "a zip archive, no Word document"),
        ({"_rels/.rels": None}, "a zip archive, no Word document"),
        ({"word/document.xml": b"<not xml"}, "damaged docx"),
        ({"word/document.xml": b"<a>" * 5000}, "damaged docx"),
        ({"word/document.xml": b"<a>" * 5000 + b"</a>" * 5000}, "damaged docx"),
        ({"word/document.xml": b"<a/>"}, "holds no text"),
        ({"word/styles.xml": b"\xff\xfe\x00"}, "damaged docx"),
    ],
)
def test_parts_that_are_missing_or_wrong(tmp_path: Path, parts: dict[str, bytes | None], what: str) -> None:
    assert what in refusal(repacked(tmp_path, parts))


@pytest.mark.parametrize(
    ("name", "what"),
    [("xl/workbook.xml", "Excel"), ("ppt/presentation.xml", "PowerPoint"), ("notes.txt", "zip archive")],
)
def test_other_archives(tmp_path: Path, name: str, what: str) -> None:
    path = tmp_path / "job.docx"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr(name, "x")
    assert what in refusal(path)


def test_entry_with_a_password(tmp_path: Path) -> None:
    path = repacked(tmp_path, {})
    data = bytearray(path.read_bytes())
    at = data.find(b"PK\x01\x02")
    while at >= 0:  # the first bit of the flags says that an entry is encrypted
        data[at + 8] |= 1
        at = data.find(b"PK\x01\x02", at + 4)
    path.write_bytes(data)
    assert "protected by a password" in refusal(path)


def test_version_of_zip_that_nobody_knows(tmp_path: Path) -> None:
    path = repacked(tmp_path, {})
    data = bytearray(path.read_bytes())
    data[data.find(b"PK\x01\x02") + 6] = 200
    path.write_bytes(data)
    assert "damaged docx" in refusal(path)


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(at=st.integers(0, 10**6), junk=st.binary(max_size=40), cut=st.booleans())
def test_damage_never_raises_anything_else(tmp_path: Path, at: int, junk: bytes, cut: bool) -> None:
    assert read_or_refused(tmp_path / "job.docx", whole(), at, junk, cut)
