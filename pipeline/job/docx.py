"""The text of a Word document (docx): paragraphs, lists, tables and text boxes in the order of the document.

Read with the standard library, because only a handful of elements matter here, and so that size and entities
are checked before anything is unpacked; docs/decisions.md compares it with python-docx and mammoth. Insertions under
review are shown; deletions and hidden text are not.
"""

from __future__ import annotations

import io
import posixpath
import re
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from xml.etree import ElementTree

from interview_analysis.errors import ProfileError
from interview_analysis.pipeline.common.docx_parts import (
    DAMAGE,
    SKIPPED,
    Inline,
    Wanted,
    collect,
    is_on,
    main_part,
    xml_part,
)
from interview_analysis.pipeline.job.blocks import MAX_BOLD_HEADING, Block, Kind, table, written
from interview_analysis.pipeline.job.running_heads import under_its_title

_LIST_STYLE = re.compile(r"list (?:bullet|number)", re.IGNORECASE)
_HEADING_STYLE = re.compile(r"(?:heading|title|subtitle|标题|副标题)(?: ?\d)?", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class _Styles:
    """What the ids of paragraph styles stand for; `bold` are those whose text is bold."""

    headings: frozenset[str] = frozenset()
    lists: frozenset[str] = frozenset()
    bold: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class _Parts:
    """What of a document is read; `heads` are those of its pages."""

    document: ElementTree.Element
    styles: _Styles
    heads: tuple[ElementTree.Element, ...]


def read_docx(data: bytes, origin: str) -> str:
    """The text of the document in `data`. Raises ProfileError for what is no docx, damaged, protected or a bomb."""
    wanted = Wanted(origin, "description", "txt, md, docx or pdf", ProfileError)
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            parts = _parts(archive, wanted)
    except DAMAGE as error:
        raise ProfileError(
            f"{origin}: damaged docx; save it again, or pass it as txt or pdf", "damaged"
        ) from error
    body = parts.document.find("body")
    blocks = list(_blocks(body, parts.styles)) if body is not None else []
    heads = [block.text for head in parts.heads for block in _blocks(head, parts.styles) if block.text]
    if not any(block.text for block in blocks):
        raise ProfileError(
            f"{origin} holds no text; paste the text of its pictures, or run OCR on them", "scanned"
        )
    return under_its_title(written(blocks), heads)


def _parts(archive: zipfile.ZipFile, wanted: Wanted) -> _Parts:
    main, document, room = main_part(archive, wanted)
    names = archive.namelist()
    folder, file = posixpath.split(main)
    styles, path = _Styles(), posixpath.join(folder, "styles.xml")
    if path in names:
        root, room = xml_part(archive, path, wanted, room)
        styles = _styles(root)
    heads, path = [], posixpath.join(folder, "_rels", f"{file}.rels")
    if path in names:
        root, room = xml_part(archive, path, wanted, room)
        for target in _heads(document, root):
            if (path := posixpath.normpath(posixpath.join(folder, target))) in names:
                root, room = xml_part(archive, path, wanted, room)
                heads.append(root)
    return _Parts(document, styles, tuple(heads))


def _heads(document: ElementTree.Element, relations: ElementTree.Element) -> list[str]:
    """Where the heads of the pages are kept: that of a section's first page, if it has its own, before the other one."""
    targets = {relation.get("Id"): relation.get("Target", "") for relation in relations}
    found: list[str] = []
    for section in document.iter("sectPr"):
        for kind in ("first", "default") if is_on(section, "titlePg") else ("default",):
            ids = [
                r.get("id") for r in section.findall("headerReference") if r.get("type", "default") == kind
            ]
            found += [targets[key] for key in ids if key in targets]
    return list(dict.fromkeys(found))


def _styles(root: ElementTree.Element) -> _Styles:
    styles = {s.get("styleId", ""): s for s in root.iter("style") if s.get("type") == "paragraph"}
    headings, lists, bold = set(), set(), set()
    for key in styles:
        for style in _ancestry(key, styles):
            name = _value(style, "name")
            if _HEADING_STYLE.fullmatch(name) or style.find("pPr/outlineLvl") is not None:
                headings.add(key)
            if _LIST_STYLE.match(name) or style.find("pPr/numPr") is not None:
                lists.add(key)
            if style.find("rPr/b") is not None:
                bold.add(key)
    return _Styles(frozenset(headings), frozenset(lists), frozenset(bold))


def _ancestry(key: str, styles: dict[str, ElementTree.Element]) -> Iterator[ElementTree.Element]:
    """A style and those that it is based on."""
    seen: set[str] = set()
    while key in styles and key not in seen:
        seen.add(key)
        yield styles[key]
        key = _value(styles[key], "basedOn")


def _value(element: ElementTree.Element, path: str) -> str:
    found = element.find(path)
    return "" if found is None else found.get("val", "")


def _blocks(parent: ElementTree.Element, styles: _Styles) -> Iterator[Block]:
    """The paragraphs and tables under `parent`, in order."""
    carried = ""  # a paragraph whose mark is deleted runs on into the next
    for child in parent:
        if child.tag == "p":
            inline = Inline()
            collect(child, inline, False)
            text = carried + "".join(inline.text)
            carried = ""
            if child.find("pPr/rPr/del") is not None:
                carried = text
            else:
                yield Block(_kind(child, inline, text.strip(), styles), text.strip())
            for box in inline.boxes:
                yield from _blocks(box, styles)
        elif child.tag == "tbl":
            yield from _table(child, styles)
        elif child.tag not in SKIPPED:
            yield from _blocks(child, styles)
    if carried.strip():
        yield Block("plain", carried.strip())


def _kind(paragraph: ElementTree.Element, inline: Inline, text: str, styles: _Styles) -> Kind:
    if not text:
        return "blank"
    style = _value(paragraph, "pPr/pStyle")
    if style in styles.headings or paragraph.find("pPr/outlineLvl") is not None:
        return "heading"
    numbering = paragraph.find("pPr/numPr/numId")
    listed = style in styles.lists if numbering is None else numbering.get("val") != "0"
    if listed:
        return "item"
    bold = not inline.has_plain or style in styles.bold
    return "heading" if bold and len(text) <= MAX_BOLD_HEADING and "\n" not in text else "plain"


def _table(element: ElementTree.Element, styles: _Styles) -> Iterator[Block]:
    return table(_cells(row, styles) for row in _find(element, "tr") if row.find("trPr/del") is None)


def _find(element: ElementTree.Element, tag: str) -> Iterator[ElementTree.Element]:
    """The nearest descendants called `tag`: rows of a table, but not of a table inside it."""
    for child in element:
        if child.tag == tag:
            yield child
        elif child.tag not in ("tbl", "tr", "tc", "del"):
            yield from _find(child, tag)


def _cells(row: ElementTree.Element, styles: _Styles) -> list[list[Block]]:
    """The cells of a row that hold text."""
    cells = ([block for block in _blocks(cell, styles) if block.text] for cell in _find(row, "tc"))
    return [cell for cell in cells if cell]
