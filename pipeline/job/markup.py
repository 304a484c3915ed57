"""Plain text of what is half marked up: fragments of HTML and tables of markdown, as forms and wikis hand them out."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator, Sequence

from interview_analysis.pipeline.job.blocks import MAX_BOLD_HEADING, Block, Kind, table, written
from interview_analysis.scoring.jobs.headings import section_named

_MAX_CHARACTERS = 500_000  # of text with its markup; more is no description
_BLOCKS = frozenset(
    ["address", "article", "aside", "blockquote", "dd", "div", "dl", "dt", "footer", "h1", "h2", "h3", "h4", "h5", "h6",
     "header", "li", "main", "ol", "p", "pre", "section", "table", "tbody", "td", "tfoot", "th", "thead", "tr", "ul"]
)  # fmt: skip
_HEADINGS = frozenset(["h1", "h2", "h3", "h4", "h5", "h6"])
_CLOSED_BY_THEIR_LIKE = frozenset(["dd", "dt", "li", "p", "td", "th", "tr"])
_UNSEEN = frozenset(["script", "style", "template", "head"])
_BOLD = frozenset(["b", "strong"])
_NAMES = "|".join(sorted([*_BLOCKS, *_BOLD, "a", "em", "font", "i", "span", "u"], key=len, reverse=True))
_TAG = re.compile(rf"</(?:{_NAMES})\s*>|<br\s*/?>|<(?:p|li|ul|ol|td)(?:\s[^<>]*)?>", re.IGNORECASE)
_ANY_TAG = re.compile(r"<(?P<ends>/?)(?P<name>[a-zA-Z][\w:-]{0,30})(?:[\s/][^<>]{0,2000})?>")
_ESCAPED_TAG = re.compile(rf"&lt;/?(?:{_NAMES}|br)\b", re.IGNORECASE)
_ENTITY = re.compile(r"&(?:[a-z]{2,6}|#\d{2,5}|#x[0-9a-f]{2,4});", re.IGNORECASE)
_SENTENCE_ENDS = tuple("。.;；!！?？,，")
_RULE = re.compile(r"\|?(?:\s*:?-+:?\s*\|)+(?:\s*:?-+:?)?")
_BAR = re.compile(r"(?<!\\)\|")
_BREAK = re.compile(r"<br\s*/?>", re.IGNORECASE)
_ITEM = re.compile(r"[-*+•]\s+")


def without_markup(text: str) -> str:
    """`text` with the tags of HTML and the tables of markdown turned into lines, headings and items of lists."""
    if len(text) > _MAX_CHARACTERS:
        return text
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    if _ESCAPED_TAG.search(text):
        text = html.unescape(text)
    text = _without_tables(text)
    if _TAG.search(text):
        return written(_Reader().blocks(text))
    return html.unescape(text) if _ENTITY.search(text) else text


def _without_tables(text: str) -> str:
    result: list[str] = []
    waiting: list[str] = []
    for line in [*text.split("\n"), ""]:
        bare = line.strip()
        rule = bool(_RULE.fullmatch(bare))
        if (
            rule
            or (bare.startswith("|") and bare.endswith("|") and len(bare) > 1)
            or (waiting and "|" in bare)
        ):
            if rule and not waiting and result and "|" in result[-1]:
                waiting.append(result.pop())  # a head without bars at its ends
            waiting.append(line)
            continue
        if waiting:
            result += _table(waiting) if len(waiting) > 1 else waiting
            waiting = []
        result.append(line)
    return "\n".join(result[:-1])


def _table(lines: Sequence[str]) -> list[str]:
    rows = [_cells(line) for line in lines if not _RULE.fullmatch(line.strip())]
    headed = bool(_RULE.fullmatch(lines[1].strip()))
    # The head of two columns mostly names the columns ("Section | Text"), and says nothing of the job.
    if headed and rows and len(rows[0]) == 2 and not any(section_named(cell) for cell in rows[0]):
        rows = rows[1:]
    blocks = table([list(filter(None, map(_cell, row))) for row in rows])
    return ["", *written(blocks).split("\n"), ""]


def _cells(line: str) -> list[str]:
    bare = line.strip().removeprefix("|")
    if bare.endswith("|") and not bare.endswith("\\|"):
        bare = bare[:-1]
    return [cell.strip().replace("\\|", "|") for cell in _BAR.split(bare)]


def _cell(text: str) -> list[Block]:
    lines = [line.strip() for line in _BREAK.split(text) if line.strip()]
    return [
        Block("item", _ITEM.sub("", line, count=1)) if _ITEM.match(line) else Block("line", line)
        for line in lines
    ]


class _Reader:
    """Blocks of a fragment. Line ends count outside of the elements that are blocks, as they do in markdown.

    Tags are found by one expression in one pass: the standard library's parser takes minutes for tags that never end.
    """

    def __init__(self) -> None:
        self._open: list[str] = []
        self._bold = 0
        self._unseen = 0
        self._kind: Kind | None = None
        self._runs: list[tuple[str, bool]] = []
        self._cells: list[list[Block]] = [[]]  # the document, and the cells that are open inside each other
        self._tables: list[list[list[list[Block]]]] = []  # rows of cells

    def blocks(self, text: str) -> list[Block]:
        """All blocks of `text`, with what is open at its end closed."""
        before, *comments = text.split("<!--")
        text = before + "".join(comment.partition("-->")[2] for comment in comments)
        end = 0
        for tag in _ANY_TAG.finditer(text):
            self._data(html.unescape(text[end : tag.start()]))
            (self._end if tag["ends"] else self._start)(tag["name"].lower())
            end = tag.end()
        self._data(html.unescape(text[end:]))
        while self._open:
            self._end(self._open[0])
        self._flush()
        return self._cells[0]

    def _start(self, tag: str) -> None:
        self._unseen += tag in _UNSEEN
        self._bold += tag in _BOLD
        if tag == "br":
            self._runs.append(("\n", True))
        if tag not in _BLOCKS:
            return
        self._flush()
        if tag in _CLOSED_BY_THEIR_LIKE and self._open and self._open[-1] == tag:
            self._end(tag)
        if tag in ("tr", "td", "th") and not self._tables:
            tag = "div"
        self._open.append(tag)
        if tag == "table":
            self._tables.append([])
        elif tag == "tr" or (tag in ("td", "th") and not self._tables[-1]):
            self._tables[-1].append([])
        if tag in ("td", "th"):
            self._cells.append([])
        elif tag == "li" or tag in _HEADINGS:
            self._kind = "item" if tag == "li" else "heading"

    def _end(self, tag: str) -> None:
        self._unseen = max(0, self._unseen - (tag in _UNSEEN))
        self._bold = max(0, self._bold - (tag in _BOLD))
        if tag not in self._open:
            return
        self._flush()
        while self._open:
            ended = self._open.pop()
            if ended in ("td", "th"):
                self._end_cell()
            elif ended == "table":
                self._end_table()
            if ended == tag:
                break
        if tag == "li" or tag in _HEADINGS:
            self._kind = None

    def _data(self, data: str) -> None:
        if not self._unseen:
            text = re.sub(r"\s+", " ", data) if self._open else data
            self._runs.append((text, self._bold > 0))

    def _end_cell(self) -> None:
        cell = [block for block in self._cells.pop() if block.text]
        if cell:
            self._tables[-1][-1].append(cell)

    def _end_table(self) -> None:
        self._flush()
        rows = self._tables.pop()
        self._cells[-1].extend(table(rows))

    def _flush(self) -> None:
        """Put the text since the last block into a block of its own, or into one for each of its lines."""
        lines = list(_lines(self._runs))
        self._runs = []
        while lines and not lines[0][0]:
            del lines[0]
        while lines and not lines[-1][0]:
            lines.pop()
        if not lines:
            return
        alone = len(lines) == 1 and bool(self._open)
        blocks = [Block(self._kind_of(text, bold, alone), text) for text, bold in lines]
        self._cells[-1].extend(blocks if alone else [Block("blank", ""), *blocks, Block("blank", "")])
        self._kind = None

    def _kind_of(self, text: str, bold: bool, alone: bool) -> Kind:
        if self._kind or not text:
            return self._kind or "blank"
        if bold and len(text) <= MAX_BOLD_HEADING and not text.endswith(_SENTENCE_ENDS):
            return "heading"
        return "plain" if alone else "line"


def _lines(runs: Sequence[tuple[str, bool]]) -> Iterator[tuple[str, bool]]:
    """The lines of some runs of text, each with whether all of it is bold."""
    line, bold = "", True
    for text, is_bold in runs:
        first, *others = text.split("\n")
        for index, part in enumerate([first, *others]):
            if index:
                yield line.strip(), bold
                line, bold = "", True
            line += part
            bold &= is_bold or not part.strip()
    yield line.strip(), bold
