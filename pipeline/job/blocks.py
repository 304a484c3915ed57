"""Blocks of a document and what becomes of them: headings, list items, rows of tables and paragraphs as lines of text."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from interview_analysis.scoring.jobs.headings import section_named

MAX_BOLD_HEADING = 60  # characters of a paragraph in bold that is a heading
_MAX_LABEL = 30  # characters of a table's cell that names what stands beside it
_ENDS = tuple(":：。.;；!！?？")

Kind = Literal["heading", "item", "plain", "line", "row", "blank"]


@dataclass(frozen=True, slots=True)
class Block:
    """A paragraph, a line of one that stays a line, or a table's row, with what it is."""

    kind: Kind
    text: str


Cell = Sequence[Block]


def table(rows: Iterable[Sequence[Cell]]) -> Iterator[Block]:
    """The blocks of a table whose cells hold text: labels with their values, or headings with what stands under them."""
    rows = [row for row in rows if row]
    yield Block("blank", "")
    if _is_headed_by_sections(rows):
        yield from _columns(rows)
    else:
        is_form = len({len(row) for row in rows}) > 1  # rows of different widths: labels and values in pairs
        for row in rows:
            yield from _row(row, is_form)
    yield Block("blank", "")


def _row(row: Sequence[Cell], is_form: bool) -> Iterator[Block]:
    if any(len(cell) > 1 for cell in row) or len(row) == 1:
        yield from _long_row(row)
    elif len(row) == 2 or (is_form and len(row) % 2 == 0):
        for label, value in zip(row[::2], row[1::2], strict=True):
            yield Block("item" if value[0].kind == "item" else "row", _pair(label[0].text, value[0].text))
    else:
        yield Block("row", " | ".join(cell[0].text for cell in row))


def _long_row(row: Sequence[Cell]) -> Iterator[Block]:
    """Cell after cell; a short one before a long one is its heading."""
    for index, cell in enumerate(row):
        if len(cell) == 1 and index + 1 < len(row) and len(row[index + 1]) > 1 and _is_label(cell[0].text):
            yield Block("heading", cell[0].text)
        else:
            yield from cell


def _is_headed_by_sections(rows: Sequence[Sequence[Cell]]) -> bool:
    """Whether the first row names sections of a description, each above its column."""
    if len(rows) < 2 or len(rows[0]) < 2 or any(len(row) != len(rows[0]) for row in rows):
        return False
    return all(len(cell) == 1 and section_named(cell[0].text) for cell in rows[0])


def _columns(rows: Sequence[Sequence[Cell]]) -> Iterator[Block]:
    for head, *cells in zip(*rows, strict=True):
        yield Block("heading", head[0].text)
        yield from (block for cell in cells for block in cell)


def _pair(label: str, value: str) -> str:
    if not _is_label(label):
        return f"{label} | {value}"
    return f"{label} {value}" if label.endswith(_ENDS) else f"{label}: {value}"


def _is_label(text: str) -> bool:
    return len(text) <= _MAX_LABEL and "\n" not in text


def written(blocks: Iterable[Block]) -> str:
    """Blocks as text: an empty line between paragraphs, none between the items of a list or after a heading."""
    lines: list[str] = []
    before: Kind = "heading"
    for block in blocks:
        if block.text:
            close = (
                before == "heading"
                or (block.kind == "item" and before != "blank")
                or (block.kind in ("row", "line") and before == block.kind)
            )
            if lines and not close:
                lines.append("")
            mark = {"heading": "# ", "item": "- "}.get(block.kind, "")
            lines.append(mark + block.text)
        before = block.kind
    return "\n".join(lines)
