"""The order in which the lines of a pdf's page are read: list marks, labels and values, and columns."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import pairwise

from interview_analysis.pipeline.job.pdf_lines import Column, Line, beside, is_mark

_MAX_LABEL = 30
_MIN_GUTTER_SHARE = 0.2  # share of lines that may run across the gap between two columns
_MIN_COLUMN_LINES = 3
_MIN_COLUMN_SHARE = 0.25  # of the width of the text; labels of a table take less
_MIN_FILLED_SHARE = 1 / 3  # lines of a column of text that fill it; the others end a paragraph


def reading_order(lines: Sequence[Line]) -> list[Line]:
    """Lines in the order in which they are read, each with its column.

    That is the order in which the page draws them, unless it draws from the top down across two columns of
    text, or one column in another order.
    """
    placed = _columns_of_text(lines)
    if placed:
        return _column_by_column(placed) if _is_drawn_across(placed) else placed
    rows = _with_labels(lines)
    gutter = _gutter(rows, over=rows)
    if gutter is not None:
        return [replace(line, column=_column(line, gutter)) for line in rows]
    side_by_side = any(beside(a, b) for i, a in enumerate(rows) for b in rows[i + 1 : i + 60])
    return rows if side_by_side else sorted(rows, key=lambda line: -line.baseline)


def with_marks(lines: Sequence[Line]) -> list[Line]:
    """Lines with the list marks that are drawn apart from them."""
    result: list[Line] = []
    for line in lines:
        if result and is_mark(result[-1].text) and beside(result[-1], line) and line.left >= result[-1].right:
            mark = result.pop()
            line = replace(line, text=f"{mark.text} {line.text}", left=mark.left)
        result.append(line)
    return result


def _with_labels(lines: Sequence[Line]) -> list[Line]:
    """Rows of a table of names and values as one line each: where several values stand below each other."""
    pairs = [
        (a, b)
        for a, b in pairwise(lines)
        if beside(a, b) and b.left > a.right and len(a.text) <= _MAX_LABEL and not a.marked and not b.marked
    ]
    lefts = Counter(round(b.left / 2) for _, b in pairs)
    values = {id(b): a for a, b in pairs if lefts[round(b.left / 2)] > 1}
    rows = Counter(round(line.baseline / 2) for line in lines)
    result: list[Line] = []
    for line in lines:
        label = values.get(id(line))
        if label is not None and result and result[-1] is label and rows[round(line.baseline / 2)] == 2:
            colon = " " if label.text.endswith((":", "：")) else ": "
            text = f"{label.text}{colon}{line.text}"
            result[-1] = replace(line, text=text, left=label.left, start=line.left, bold=False)
        else:
            result.append(line)
    return result


def _columns_of_text(lines: Sequence[Line]) -> list[Line]:
    """The lines with their columns where two columns of text stand beside each other, else none."""
    gutter = _gutter(lines)
    if gutter is None:
        return []
    placed = _without_lone_columns([replace(line, column=_column(line, gutter)) for line in lines])
    left = [line for line in placed if line.column == "left"]
    right = [line for line in placed if line.column == "right"]
    begin = min((line.left for line in left), default=gutter)
    end = lines[0].page_width - begin
    wide = gutter - begin > _MIN_COLUMN_SHARE * (end - begin)
    if not wide or not _is_text(left, begin, gutter):
        return []
    return placed if _is_text(right, gutter, end) or _is_beside_a_list(left, right) else []


def _without_lone_columns(placed: Sequence[Line]) -> list[Line]:
    """The lines, but for what is short among those of full width: that is in no column."""
    short: set[int] = set()
    block: list[Line] = []
    after_full = False
    downwards: list[Line | None] = [*sorted(placed, key=lambda line: -line.baseline), None]
    for line in downwards:
        if line is not None and line.column != "all":
            block.append(line)
            continue
        top = max((li.baseline + 0.4 * li.size for li in block if li.column == "right"), default=None)
        short |= {id(li) for li in block if top is None or (after_full and li.baseline > top)}
        block, after_full = [], True
    return [replace(line, column="all") if id(line) in short else line for line in placed]


def _is_text(column: Sequence[Line], begin: float, end: float) -> bool:
    """Whether enough lines of a column are items of a list, or fill it."""
    filled = sum(line.marked or line.right - begin > 0.6 * (end - begin) for line in column)
    return filled >= _MIN_FILLED_SHARE * len(column)


def _is_beside_a_list(left: Sequence[Line], right: Sequence[Line]) -> bool:
    """Whether the short lines on the right are a column beside a list, and not values of its items."""
    items = [line for line in left if line.marked]
    values = sum(any(beside(item, line) for item in items) for line in right)
    return len(items) >= _MIN_COLUMN_LINES and values < len(right)


def _is_drawn_across(placed: Sequence[Line]) -> bool:
    """Whether most lines of the shorter column are drawn between lines of the other."""
    columns = Counter(line.column for line in placed)
    switches = sum({a.column, b.column} == {"left", "right"} for a, b in pairwise(placed))
    return switches > 0.6 * 2 * min(columns["left"], columns["right"])


def _column_by_column(placed: Sequence[Line]) -> list[Line]:
    """Of what stands between two lines of full width, the left column first."""
    result: list[Line] = []
    waiting: list[Line] = []
    for line in sorted(placed, key=lambda line: -line.baseline):
        if line.column == "all":
            result.extend([*waiting, line])
            waiting = []
        else:
            waiting = sorted([*waiting, line], key=lambda li: li.column)
    return [*result, *waiting]


def _column(line: Line, gutter: float) -> Column:
    if line.right <= gutter:
        return "left"
    hangs_over = 0.3 * line.size  # as the hook of a "j" does
    return "right" if line.text_left >= gutter - hangs_over else "all"


def _gutter(lines: Sequence[Line], over: Sequence[Line] | None = None) -> float | None:
    """Where the right one of two columns begins, None where the page has one.

    Few lines may run across it: of those in `over`, else of those beside both columns.
    """
    best: tuple[int, float] | None = None
    for gutter, beside_both in _gutters(lines):
        looked_at = beside_both if over is None else over
        across = sum(_column(line, gutter) == "all" for line in looked_at)
        if across <= _MIN_GUTTER_SHARE * len(looked_at) and (best is None or across < best[0]):
            best = (across, gutter)
    return None if best is None else best[1]


def _gutters(lines: Sequence[Line]) -> Iterator[tuple[float, list[Line]]]:
    """Where a right column may begin, each with the lines that stand as high as it."""
    lefts = Counter(math.floor(line.text_left) for line in lines)
    for gutter in sorted(left for left, count in lefts.items() if count >= _MIN_COLUMN_LINES):
        right = [line.baseline for line in lines if _column(line, gutter) == "right"]
        if len(right) < _MIN_COLUMN_LINES:
            continue
        beside_both = [line for line in lines if min(right) <= line.baseline <= max(right)]
        if sum(_column(line, gutter) == "left" for line in beside_both) >= _MIN_COLUMN_LINES:
            yield gutter, beside_both
