"""Lines of pdf pages to text: columns in reading order, wrapped lines joined, paragraphs and headings kept apart.

A pdf holds placed characters and no paragraphs. What tells that a line was wrapped is that the next word had
no room on it; what tells that it was not is a list mark, a larger gap, another size, or room left over.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from interview_analysis.pipeline.job.pdf_columns import reading_order, with_marks
from interview_analysis.pipeline.job.pdf_lines import Column, Line, beside, is_cjk
from interview_analysis.pipeline.job.running_heads import under_its_title

_ENDS = tuple("。！？；：!?;:.…")
_PAGE_NUMBER = re.compile(
    r"(?:page\s*|第\s*|[-–—]\s*)?\d{1,3}(?:\s*(?:/|of|页|[-–—]).{0,10})?", re.IGNORECASE
)
# What browsers print at the edges of a page: when and from where.
_PRINTED = re.compile(
    r"\d{1,4}[/.-]\d{1,2}[/.-]\d{1,4},?\s+(?:[上下]午\s*)?\d{1,2}:\d{2}(?:\s*[AP]M)?|(?:https?|file)://\S+",
    re.IGNORECASE,
)
_LOOSE = 1.3  # times the usual distance of lines: a gap between paragraphs
_HEADING_SIZE = 1.15  # times the size of most of the text
_MAX_HEADING_SHARE = 0.25  # of the characters of a document
_MAX_HEADING = 60


def text_of_pages(pages: Sequence[Sequence[Line]]) -> str:
    """The text of a document's pages."""
    bare, heads = _without_running_heads(pages)
    ordered: list[Line] = []
    for number, page in enumerate(bare):
        ordered.extend(replace(line, page=number) for line in reading_order(with_marks(page)))
    if not ordered:
        return ""
    setting = _Setting.of(ordered)
    paragraphs: list[list[Line]] = []
    for line in ordered:
        if paragraphs and setting.continues(paragraphs[-1][-1], line):
            paragraphs[-1].append(line)
        else:
            paragraphs.append([line])
    return under_its_title(_written(paragraphs, setting), heads)


@dataclass(frozen=True, slots=True)
class _Setting:
    """How a document is set: sizes of its headings, usual distance of lines in em, right margin by column."""

    heading_sizes: frozenset[int]
    leading_em: float
    margins: dict[Column, float]
    words: Counter[str]

    @classmethod
    def of(cls, lines: Sequence[Line]) -> _Setting:
        sizes = Counter(size for line in lines for size in [_half_points(line)] * len(line.text))
        usual = _HEADING_SIZE * sorted(sizes.elements())[sizes.total() // 2]
        larger = {
            size for size in sizes if size > usual and sizes[size] <= _MAX_HEADING_SHARE * sizes.total()
        }
        steps = sorted(
            _step_em(a, b)
            for a, b in pairwise(lines)
            if a.page == b.page and a.column == b.column and 0.8 < _step_em(a, b) < 3
        )
        margins = {
            column: _margin([li for li in lines if li.column == column], lines) for column in _columns(lines)
        }
        words = Counter(re.findall(r"[a-z]+", " ".join(line.text for line in lines).lower()))
        return cls(frozenset(larger), steps[len(steps) // 4] if steps else 1.2, margins, words)

    def continues(self, line: Line, following: Line) -> bool:
        """Whether `following` is the rest of what `line` begins."""
        if following.marked or self.is_heading(line) != self.is_heading(following):
            return False
        if not 0.88 < following.size / line.size < 1.14:
            return False
        lower = following.text[0].islower()
        full = self._is_full(line, following)
        ends = line.text.endswith(_ENDS) and not lower
        if (
            line.page != following.page or following.baseline >= line.baseline
        ):  # at the end of a page or column
            return full and not ends and (lower or (is_cjk(line.text[-1]) and is_cjk(following.text[0])))
        if line.column != following.column:
            return False
        if self.is_loose(line, following) or (ends and not self._is_full(line, following, slack_em=0.0)):
            return False
        if lower and line.right - line.left > 0.5 * (self.margins[line.column] - line.left):
            return True
        indent_em = (following.left - line.text_left) / line.size
        return full and -3 < indent_em < (3 if line.marked else 1)

    def is_loose(self, line: Line, following: Line) -> bool:
        """Whether more than the usual distance lies between two lines."""
        return _step_em(line, following) > _LOOSE * self.leading_em

    def is_heading(self, line: Line) -> bool:
        """Whether a line is larger than most of the text, or bold and short."""
        if line.marked or line.start is not None or len(line.text) > _MAX_HEADING:
            return False
        if line.text.endswith(("。", ".", "；", ";")):
            return False
        return _half_points(line) in self.heading_sizes or line.bold

    def _is_full(self, line: Line, following: Line, slack_em: float | None = None) -> bool:
        """Whether the first word of `following` had no room on `line`."""
        room = self.margins[line.column] - line.right
        # A Chinese line also ends early where punctuation must not begin the next.
        if slack_em is None:
            slack_em = 1.3 if is_cjk(line.text[-1]) or is_cjk(following.text[0]) else 0.4
        return room < following.first_width + slack_em * line.size


def _half_points(line: Line) -> int:
    return round(2 * line.size)


def _columns(lines: Sequence[Line]) -> set[Column]:
    return {line.column for line in lines}


def _step_em(line: Line, following: Line) -> float:
    return (line.baseline - following.baseline) / max(line.size, following.size)


def _margin(column: Sequence[Line], lines: Sequence[Line]) -> float:
    """Where lines of a column end at most. Short lines alone do not show it; then the page's edges do."""
    left = min(line.left for line in lines)
    bound = max(line.page_width for line in column) - left
    if column[0].column == "left":
        bound = min((line.left for line in lines if line.column == "right"), default=bound)
    furthest = max(line.right for line in column)
    start = min(line.text_left for line in column)
    return furthest if furthest - start > 0.8 * (bound - start) else bound


def _without_running_heads(pages: Sequence[Sequence[Line]]) -> tuple[list[list[Line]], list[str]]:
    """Pages without page numbers, and without what stands in the same place at the edge of most of them; and what of
    that stands at their top."""
    seen = Counter(key for page in pages for key in {_place(line) for line in _edges(page)})
    needed = max(2, len(pages) / 2)
    result, tops = [], []
    for page in pages:
        edges = _edges(page)
        heads = [line for line in edges if seen[_place(line)] >= needed or _PRINTED.fullmatch(line.text)]
        heads += [line for line in edges[:1] if _PAGE_NUMBER.fullmatch(line.text)]
        kept = [line for line in page if not any(beside(line, head) for head in heads)]
        highest = max((line.baseline for line in kept), default=0.0)
        tops += [line.text for line in page if line.baseline > highest]
        result.append(kept)
    return result, tops


def _edges(page: Sequence[Line]) -> list[Line]:
    """The lowest and highest lines of a page, the lowest first."""
    by_height = sorted(page, key=lambda line: line.baseline)
    return [*by_height[:3], *by_height[3:][-3:]]


def _place(line: Line) -> tuple[str, int]:
    return re.sub(r"\d+", "#", line.text), round(line.baseline / 4)


def _written(paragraphs: Sequence[Sequence[Line]], setting: _Setting) -> str:
    result: list[str] = []
    before: Line | None = None
    for paragraph in paragraphs:
        first = paragraph[0]
        text = _joined(paragraph, setting.words)
        heading = setting.is_heading(first) and len(text) <= _MAX_HEADING
        apart = before is not None and (heading or _is_apart(before, first, setting))
        result.extend([""] if apart else [])
        result.append(("# " if heading else "") + text)
        before = paragraph[-1]
    return "\n".join(result)


def _is_apart(before: Line, line: Line, setting: _Setting) -> bool:
    if before.page != line.page or before.column != line.column:
        return False
    return line.baseline < before.baseline and setting.is_loose(before, line)


def _joined(paragraph: Sequence[Line], words: Counter[str]) -> str:
    text = paragraph[0].text
    for line in paragraph[1:]:
        if is_cjk(text[-1]) or is_cjk(line.text[0]):
            text += line.text
        elif re.search(r"[A-Za-z]-$", text):
            text = _unhyphenated(text, line.text, words)
        else:
            text += f" {line.text}"
    return text


def _unhyphenated(text: str, rest: str, words: Counter[str]) -> str:
    """A word parted at the end of a line. It keeps its hyphen unless it stands elsewhere without one."""
    head, tail = re.findall(r"[A-Za-z]+", text)[-1], re.match(r"[A-Za-z]*", rest)
    whole = head + (tail.group() if tail else "")
    return (text[:-1] if words[whole.lower()] else text) + rest
