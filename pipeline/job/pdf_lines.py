"""A line of a pdf's page, and what its characters are."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from typing import Literal

Column = Literal["all", "left", "right"]


_MARK = re.compile(
    r"(?:[•●○◦▪■□◆◇★☆✦✓✔►▶→·‣⁃]|[-*–—](?=\s|$)|[(（]?\d{1,2}[)）、](?=\D|$)|\d{1,2}[.．](?=\D|$)"
    r"|[(（]?[一二三四五六七八九十]{1,3}[)）、.．]|[①-⑳]|[(]?(?:[a-zA-Z]|[ivx]{1,4})\)(?=\s|$))\s*"
)


@dataclass(frozen=True, slots=True)
class Line:
    """A line of a page; lengths in points from the page's left and bottom edge.

    `first_width` is the width of its first word, `start` where its text begins if that is not `left`.
    """

    text: str
    left: float
    right: float
    baseline: float
    size: float
    bold: bool
    first_width: float
    page_width: float
    start: float | None = None
    column: Column = "all"
    page: int = 0

    @property
    def marked(self) -> bool:
        """Whether it begins with a list mark, or a picture in place of one."""
        return bool(_MARK.match(self.text)) or unicodedata.category(self.text[0]) == "So"

    @property
    def text_left(self) -> float:
        return self.left if self.start is None else self.start


def is_mark(text: str) -> bool:
    """Whether `text` is a list mark and nothing else."""
    return bool(_MARK.fullmatch(text)) or (len(text) == 1 and is_unmapped(text))


def is_unmapped(character: str) -> bool:
    """Whether a font does not say what it draws for a character."""
    return character == "\ufffd" or unicodedata.category(character) in ("Cc", "Cn", "Co", "Cs")


def is_cjk(character: str) -> bool:
    """Whether a character is set without spaces around it: Chinese, or full-width punctuation."""
    return bool(re.match(r"[⺀-鿿豈-﫿︰-﹏＀-｠“”‘’·…—]", character)) and not character.isspace()


def beside(a: Line, b: Line) -> bool:
    return abs(a.baseline - b.baseline) < 0.4 * max(a.size, b.size)
