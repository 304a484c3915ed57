"""The text of a pdf by PDFium: the characters of each page, put together to lines; `pdf_layout` makes text of them.

docs/decisions.md compares it with pdfplumber and pdfminer.
"""

from __future__ import annotations

import ctypes
import math
import threading
from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import islice
from typing import Any

from interview_analysis.errors import ProfileError
from interview_analysis.pipeline.job.pdf_layout import text_of_pages
from interview_analysis.pipeline.job.pdf_lines import Line, is_cjk, is_mark, is_unmapped

MAX_PAGES = 50
MAX_CHARACTERS = 100_000
_MAX_UNMAPPED = 0.2  # share of characters that a font does not say the meaning of
_SCAN_AREA = 0.25  # share of a page that a picture covers which is the scan of it
_MAX_OBJECTS = 5000  # drawings of a page that are looked at for bullets
_CELL_GAP_EM = 2.0  # a wider gap on a line parts two cells or columns
_HYPHENS = "\x02\ufffe"  # what PDFium puts for a hyphen at the end of a line
_BOLD = (b"bold", b"heavy", b"black", b"simhei")  # in the names of fonts
_OCR = "run OCR on it, or paste its text into a txt file"

_LOCK = threading.Lock()  # PDFium is not safe to call from two threads


@dataclass(frozen=True, slots=True)
class _Char:
    text: str
    left: float
    right: float
    baseline: float
    size: float
    bold: bool


def read_pdf(data: bytes, origin: str) -> str:
    """The text of the pdf in `data`. Raises ProfileError for one that is damaged, protected, scanned or too long."""
    import pypdfium2 as pdfium

    with _LOCK:
        try:
            document = pdfium.PdfDocument(data)
        except pdfium.PdfiumError as error:
            if "password" in str(error).lower():
                raise ProfileError(
                    f"{origin} is protected by a password; save it without one", "protected"
                ) from error
            raise ProfileError(
                f"{origin}: damaged pdf; export it again, or pass its text as txt", "damaged"
            ) from error
        try:
            if len(document) > MAX_PAGES:
                raise ProfileError(
                    f"{origin} has {len(document)} pages, a description has at most {MAX_PAGES}; pass one description",
                    "too_long",
                )
            pages = _pages(document, origin)
        except pdfium.PdfiumError as error:
            raise ProfileError(
                f"{origin}: damaged pdf; export it again, or pass its text as txt", "damaged"
            ) from error
        finally:
            document.close()
    _check_mapped(pages, origin)
    return "".join(c for c in text_of_pages(pages) if not is_unmapped(c) or c == "\n")


def _pages(document: Any, origin: str) -> list[list[Line]]:
    pages, count = [], 0
    scanned = []
    for number, page in enumerate(document, 1):
        text = page.get_textpage()
        count += text.count_chars()
        if count > MAX_CHARACTERS:
            raise ProfileError(
                f"{origin}: over {MAX_CHARACTERS:,} characters, too many for a description; pass one description",
                "too_long",
            )
        lines = [_line(run, page.get_width()) for run in _runs(text)]
        lines = [line for line in lines if line.text]
        if not lines and _is_scan(page):
            scanned.append(number)
        pages.append(_with_drawn_bullets(lines, page))
    if not any(pages):
        raise ProfileError(f"{origin} has no text layer (scanned, or drawn as pictures); {_OCR}", "scanned")
    if scanned:
        raise ProfileError(
            f"{origin}: page {scanned[0]} is a picture without a text layer; {_OCR}", "scanned"
        )
    return pages


def _check_mapped(pages: list[list[Line]], origin: str) -> None:
    text = "".join(line.text for page in pages for line in page)
    unmapped = sum(is_unmapped(c) for c in text)
    if unmapped > _MAX_UNMAPPED * len(text):
        raise ProfileError(
            f"{origin}: its fonts do not say which characters they draw; export it again, {_OCR.split(', ')[1]}",
            "scanned",
        )


def _is_scan(page: Any) -> bool:
    import pypdfium2.raw as raw

    area = page.get_width() * page.get_height()
    for picture in islice(page.get_objects(filter=[raw.FPDF_PAGEOBJ_IMAGE]), _MAX_OBJECTS):
        left, bottom, right, top = picture.get_bounds()
        if (right - left) * (top - bottom) > _SCAN_AREA * area:
            return True
    return False


def _chars(text: Any) -> Iterator[_Char]:
    """The characters of a page in the order in which it draws them. A generated space has no width."""
    import pypdfium2.raw as raw

    box, x, y = raw.FS_RECTF(), ctypes.c_double(), ctypes.c_double()
    right, size, bold, drawn_by = 0.0, 0.0, False, None
    for index in range(text.count_chars()):
        code = raw.FPDFText_GetUnicode(text, index)
        letter = chr(code) if code < 0x110000 else "\ufffd"
        if letter in "\r\n":
            continue  # lines are told apart by where they stand
        if raw.FPDFText_IsGenerated(text, index) == 1:
            yield _Char(" ", right, right, y.value, 0.0, False)
            continue
        raw.FPDFText_GetLooseCharBox(text, index, box)
        raw.FPDFText_GetCharOrigin(text, index, x, y)
        pointer = ctypes.cast(raw.FPDFText_GetTextObject(text, index), ctypes.c_void_p).value
        if pointer is None or pointer != drawn_by:  # characters drawn together look the same
            size, bold, drawn_by = *_look(text, index), pointer
        right = box.right
        if size > 0 and math.isfinite(size + box.left + box.right + y.value):
            yield _Char(letter, box.left, box.right, y.value, size, bold)


def _look(text: Any, index: int) -> tuple[float, bool]:
    """Size of a character in points as it is seen, and whether its font is a bold one."""
    import pypdfium2.raw as raw

    matrix, name, flags = raw.FS_MATRIX(), ctypes.create_string_buffer(128), ctypes.c_int()
    raw.FPDFText_GetMatrix(text, index, matrix)
    raw.FPDFText_GetFontInfo(text, index, name, 128, flags)
    bold = any(word in name.value.lower() for word in _BOLD)
    return raw.FPDFText_GetFontSize(text, index) * math.hypot(matrix.c, matrix.d), bold


def _runs(text: Any) -> Iterator[list[_Char]]:
    """Characters that stand on one line without a wide gap."""
    run: list[_Char] = []
    for char in _chars(text):
        if run and char.size and _breaks(run, char):
            yield run
            run = []
        if run or not char.text.isspace():
            run.append(char)
    if run:
        yield run


def _breaks(run: list[_Char], char: _Char) -> bool:
    last = next(c for c in reversed(run) if c.size)
    size = max(last.size, char.size)
    gap = char.left - last.right
    if abs(char.baseline - last.baseline) > 0.6 * size or gap < -1.5 * size:
        return True
    alone = is_mark("".join(c.text for c in run).strip())
    return gap > _CELL_GAP_EM * size * (3 if alone else 1)


def _line(run: list[_Char], page_width: float) -> Line:
    text = _text(run)
    if text and is_unmapped(text[0]):
        text = f"• {text[1:].lstrip()}"  # bullets of symbol fonts, and most emoji
    drawn = [c for c in run if c.size and not c.text.isspace()]
    if not drawn:
        return Line("", 0, 0, 0, 1, False, 0, page_width)
    sizes = sorted(c.size for c in drawn)
    return Line(
        text=text,
        left=drawn[0].left,
        right=max(c.right for c in drawn),
        baseline=drawn[-1].baseline,
        size=sizes[len(sizes) // 2],
        bold=any(c.bold for c in drawn) and all(c.bold for c in drawn if c.text.isalnum()),
        first_width=_first_width(run),
        page_width=page_width,
    )


def _text(run: list[_Char]) -> str:
    between = [
        not middle.size
        for before, middle, after in zip(run, run[1:], run[2:], strict=False)
        if is_cjk(before.text) and is_cjk(after.text)
    ]
    spread = sum(between) > 0.4 * len(between)  # characters set apart to fill a line are no words
    letters = ["-" if c.text in _HYPHENS else c.text for c in run if c.size or not spread]
    # PDFium hands out the two halves of a character beyond the first plane one after the other.
    whole = "".join(letters).encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return " ".join(whole.split())


def _first_width(run: list[_Char]) -> float:
    """Width of what could not have been parted by the end of a line: the first word, or one Chinese character."""
    end = next((i for i, c in enumerate(run) if i and (c.text.isspace() or is_cjk(c.text))), len(run))
    return run[0].right - run[0].left if is_cjk(run[0].text) else run[end - 1].right - run[0].left


def _with_drawn_bullets(lines: list[Line], page: Any) -> list[Line]:
    """`lines` with a list mark where a small disc or square is drawn in front, as browsers do."""
    import pypdfium2.raw as raw

    if not lines:
        return lines
    em = max(line.size for line in lines)
    dots = []
    for shape in islice(page.get_objects(filter=[raw.FPDF_PAGEOBJ_PATH], max_depth=1), _MAX_OBJECTS):
        left, bottom, right, top = shape.get_bounds()
        width, height = right - left, top - bottom
        if 0 < width < 0.8 * em and 0.7 * width <= height <= 1.4 * width:
            dots.append((right, (bottom + top) / 2))
    return [_bulleted(line, dots) for line in lines]


def _bulleted(line: Line, dots: list[tuple[float, float]]) -> Line:
    near = any(
        0 <= line.left - right <= 2.5 * line.size and -0.2 <= (middle - line.baseline) / line.size <= 0.8
        for right, middle in dots
    )
    return replace(line, text=f"• {line.text}") if near and not line.marked else line
