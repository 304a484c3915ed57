"""The text of a Word document (docx): paragraphs, lists, tables and text boxes in the order of the document.

Read with the standard library, because only a handful of elements matter here, and so that size and entities
are checked before anything is unpacked; docs/decisions.md compares it with python-docx and mammoth. Insertions under
review are shown; deletions and hidden text are not.
"""

from __future__ import annotations

import io
import posixpath
import re
import struct
import zipfile
import zlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from xml.etree import ElementTree

from interview_analysis.errors import ProfileError
from interview_analysis.pipeline.job.blocks import MAX_BOLD_HEADING, Block, Kind, table, written
from interview_analysis.pipeline.job.running_heads import under_its_title

MAX_UNPACKED_BYTES = 20_000_000  # of the parts that are read, together
MAX_RATIO = 200  # unpacked to packed; text in XML reaches 30
_MAX_DEPTH = 200
_DAMAGE = (
    zipfile.BadZipFile, zlib.error, ElementTree.ParseError, EOFError, KeyError, NotImplementedError, OSError, UnicodeError,
    ValueError, struct.error,
)  # fmt: skip

_MAIN = re.compile(r"/officeDocument$")
_OFFICE = {"xl/": "an Excel workbook", "ppt/": "a PowerPoint presentation"}
_LIST_STYLE = re.compile(r"list (?:bullet|number)", re.IGNORECASE)
_HEADING_STYLE = re.compile(r"(?:heading|title|subtitle|标题|副标题)(?: ?\d)?", re.IGNORECASE)
_SKIPPED = frozenset(
    [
        "del",
        "moveFrom",
        "pPr",
        "rPr",
        "instrText",
        "delText",
        "rt",
        "sectPr",
        "tblPr",
        "tcPr",
        "annotationRef",
    ]
)


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


@dataclass(slots=True)
class _Inline:
    """The text of a paragraph while it is read, and the text boxes anchored in it."""

    text: list[str] = field(default_factory=list)
    boxes: list[ElementTree.Element] = field(default_factory=list)
    has_plain: bool = False  # some of it is not bold


class _Builder(ElementTree.TreeBuilder):
    """A tree without a document type, hence without entities, and of bounded depth."""

    depth = 0

    def doctype(self, name: str, pubid: str | None, system: str | None) -> None:
        raise ElementTree.ParseError("document type")

    def start(self, tag: str, attrs: dict[str, str], /) -> ElementTree.Element:
        self.depth += 1
        if self.depth > _MAX_DEPTH:
            raise ElementTree.ParseError("too deep")
        return super().start(_local(tag), {_local(key): value for key, value in attrs.items()})

    def end(self, tag: str, /) -> ElementTree.Element:
        self.depth -= 1
        return super().end(_local(tag))


def read_docx(data: bytes, origin: str) -> str:
    """The text of the document in `data`. Raises ProfileError for what is no docx, damaged, protected or a bomb."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            parts = _parts(archive, origin)
    except _DAMAGE as error:
        raise ProfileError(f"{origin}: damaged docx; save it again, or pass it as txt or pdf") from error
    body = parts.document.find("body")
    blocks = list(_blocks(body, parts.styles)) if body is not None else []
    heads = [block.text for head in parts.heads for block in _blocks(head, parts.styles) if block.text]
    if not any(block.text for block in blocks):
        raise ProfileError(f"{origin} holds no text; paste the text of its pictures, or run OCR on them")
    return under_its_title(written(blocks), heads)


def _parts(archive: zipfile.ZipFile, origin: str) -> _Parts:
    names = archive.namelist()
    relations = "_rels/.rels"
    if relations not in names:
        raise ProfileError(
            f"{origin} is {_kind_of_archive(names)}; pass a description as txt, md, docx or pdf"
        )
    room = MAX_UNPACKED_BYTES
    root, room = _part(archive, relations, origin, room)
    main = next(
        (r.get("Target", "").lstrip("/") for r in root if _MAIN.search(r.get("Type", ""))),
        "word/document.xml",
    )
    if main not in names or not main.endswith(".xml") or main.startswith(tuple(_OFFICE)):
        raise ProfileError(
            f"{origin} is {_kind_of_archive(names)}; pass a description as txt, md, docx or pdf"
        )
    document, room = _part(archive, main, origin, room)
    folder, file = posixpath.split(main)
    styles, path = _Styles(), posixpath.join(folder, "styles.xml")
    if path in names:
        root, room = _part(archive, path, origin, room)
        styles = _styles(root)
    heads, path = [], posixpath.join(folder, "_rels", f"{file}.rels")
    if path in names:
        root, room = _part(archive, path, origin, room)
        for target in _heads(document, root):
            if (path := posixpath.normpath(posixpath.join(folder, target))) in names:
                root, room = _part(archive, path, origin, room)
                heads.append(root)
    return _Parts(document, styles, tuple(heads))


def _heads(document: ElementTree.Element, relations: ElementTree.Element) -> list[str]:
    """Where the heads of the pages are kept: that of a section's first page, if it has its own, before the other one."""
    targets = {relation.get("Id"): relation.get("Target", "") for relation in relations}
    found: list[str] = []
    for section in document.iter("sectPr"):
        for kind in ("first", "default") if _is_on(section, "titlePg") else ("default",):
            ids = [
                r.get("id") for r in section.findall("headerReference") if r.get("type", "default") == kind
            ]
            found += [targets[key] for key in ids if key in targets]
    return list(dict.fromkeys(found))


def _kind_of_archive(names: Iterable[str]) -> str:
    for folder, kind in _OFFICE.items():
        if any(name.startswith(folder) for name in names):
            return kind
    return "a zip archive, no Word document"


def _part(archive: zipfile.ZipFile, name: str, origin: str, room: int) -> tuple[ElementTree.Element, int]:
    """An XML part, and how many bytes may still be unpacked after it."""
    info = archive.getinfo(name)
    if info.flag_bits & 1:
        raise ProfileError(f"{origin} is protected by a password; save it without one")
    if info.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        raise zipfile.BadZipFile("compression")
    # zipfile unpacks no more than the stated size, so what is stated is what is checked.
    if info.file_size > room or info.file_size > max(MAX_RATIO * info.compress_size, 1_000_000):
        raise ProfileError(
            f"{origin} unpacks to {info.file_size:,} bytes, too many for a description; pass its text as txt"
        )
    parser = ElementTree.XMLParser(target=_Builder())
    parser.feed(archive.read(info))
    return parser.close(), room - info.file_size


def _local(name: str) -> str:
    return name.rpartition("}")[2]


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


def _is_on(element: ElementTree.Element | None, path: str) -> bool:
    """Whether a switch such as <w:b/> is there and not turned off."""
    found = None if element is None else element.find(path)
    return found is not None and found.get("val", "1") not in ("0", "false", "off")


def _blocks(parent: ElementTree.Element, styles: _Styles) -> Iterator[Block]:
    """The paragraphs and tables under `parent`, in order."""
    carried = ""  # a paragraph whose mark is deleted runs on into the next
    for child in parent:
        if child.tag == "p":
            inline = _Inline()
            _collect(child, inline, False)
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
        elif child.tag not in _SKIPPED:
            yield from _blocks(child, styles)
    if carried.strip():
        yield Block("plain", carried.strip())


def _kind(paragraph: ElementTree.Element, inline: _Inline, text: str, styles: _Styles) -> Kind:
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


def _collect(element: ElementTree.Element, into: _Inline, bold: bool) -> None:
    """Put the text under `element`, a paragraph or a part of one, into `into`."""
    for child in element:
        tag = child.tag
        if tag in _SKIPPED:
            continue
        if tag == "r":
            look = child.find("rPr")
            if not _is_on(look, "vanish"):
                _collect(child, into, _is_on(look, "b"))
        elif tag == "t":
            into.text.append(child.text or "")
            into.has_plain |= not bold and bool((child.text or "").strip())
        elif tag == "AlternateContent":  # the same content twice, for new and old readers
            choices = [part for part in child if part.find(".//txbxContent") is not None]
            into.boxes.extend(box for part in choices[:1] for box in part.iter("txbxContent"))
        elif tag in ("drawing", "pict", "object"):
            into.boxes.extend(child.iter("txbxContent"))
        elif tag in ("br", "cr"):
            into.text.append("\n")
        elif tag in ("tab", "ptab"):
            into.text.append("\t")
        elif tag == "noBreakHyphen":
            into.text.append("-")
        elif tag == "sym":
            into.text.append("•")
        else:
            _collect(child, into, bold)


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
