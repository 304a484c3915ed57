"""What a Word document (docx) holds, opened with care: sizes and entities are checked before anything is unpacked.

Whoever reads one takes its parts from `main_part` and `xml_part`, and the text of a paragraph from `collect`.
"""

from __future__ import annotations

import re
import struct
import zipfile
import zlib
from collections.abc import Iterable
from dataclasses import dataclass, field
from xml.etree import ElementTree

from interview_analysis.errors import InterviewAnalysisError

MAX_UNPACKED_BYTES = 20_000_000  # of the parts that are read, together
MAX_RATIO = 200  # unpacked to packed; text in XML reaches 30
_MAX_DEPTH = 200
DAMAGE = (
    zipfile.BadZipFile, zlib.error, ElementTree.ParseError, EOFError, KeyError, NotImplementedError, OSError, UnicodeError,
    ValueError, struct.error,
)  # fmt: skip

_MAIN = re.compile(r"/officeDocument$")
OFFICE = {"xl/": "an Excel workbook", "ppt/": "a PowerPoint presentation"}
SKIPPED = frozenset(
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


@dataclass(slots=True)
class Inline:
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


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a document is read as, for its errors: "a description", passed as one of `endings`."""

    origin: str
    what: str
    endings: str
    error: type[InterviewAnalysisError]


def main_part(archive: zipfile.ZipFile, wanted: Wanted) -> tuple[str, ElementTree.Element, int]:
    """The name of the part with the text, its tree, and how many bytes may still be unpacked.

    Raises `wanted.error` for an archive that is no document, protected or too large, and one of `DAMAGE`.
    """
    names, relations = archive.namelist(), "_rels/.rels"
    no_document = f"{wanted.origin} is {kind_of_archive(names)}; pass a {wanted.what} as {wanted.endings}"
    if relations not in names:
        raise wanted.error(no_document)
    root, room = xml_part(archive, relations, wanted, MAX_UNPACKED_BYTES)
    main = next(
        (r.get("Target", "").lstrip("/") for r in root if _MAIN.search(r.get("Type", ""))),
        "word/document.xml",
    )
    if main not in names or not main.endswith(".xml") or main.startswith(tuple(OFFICE)):
        raise wanted.error(no_document)
    document, room = xml_part(archive, main, wanted, room)
    return main, document, room


def kind_of_archive(names: Iterable[str]) -> str:
    for folder, kind in OFFICE.items():
        if any(name.startswith(folder) for name in names):
            return kind
    return "a zip archive, no Word document"


def xml_part(
    archive: zipfile.ZipFile, name: str, wanted: Wanted, room: int
) -> tuple[ElementTree.Element, int]:
    """An XML part, and how many bytes may still be unpacked after it."""
    info = archive.getinfo(name)
    if info.flag_bits & 1:
        raise wanted.error(f"{wanted.origin} is protected by a password; save it without one")
    if info.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        raise zipfile.BadZipFile("compression")
    # zipfile unpacks no more than the stated size, so what is stated is what is checked.
    if info.file_size > room or info.file_size > max(MAX_RATIO * info.compress_size, 1_000_000):
        raise wanted.error(
            f"{wanted.origin} unpacks to {info.file_size:,} bytes, too many for a {wanted.what}; pass its text as txt"
        )
    parser = ElementTree.XMLParser(target=_Builder())
    parser.feed(archive.read(info))
    return parser.close(), room - info.file_size


def _local(name: str) -> str:
    return name.rpartition("}")[2]


def is_on(element: ElementTree.Element | None, path: str) -> bool:
    """Whether a switch such as <w:b/> is there and not turned off."""
    found = None if element is None else element.find(path)
    return found is not None and found.get("val", "1") not in ("0", "false", "off")


def collect(element: ElementTree.Element, into: Inline, bold: bool) -> None:
    """Put the text under `element`, a paragraph or a part of one, into `into`."""
    for child in element:
        tag = child.tag
        if tag in SKIPPED:
            continue
        if tag == "r":
            look = child.find("rPr")
            if not is_on(look, "vanish"):
                collect(child, into, is_on(look, "b"))
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
            collect(child, into, bold)
