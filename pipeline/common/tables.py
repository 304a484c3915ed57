"""Tables that people make: CSV as spreadsheets save it, JSON lines and Parquet. Every cell is text until it is asked
for its number, so that an id keeps its leading zeros and no two ids become one."""

from __future__ import annotations

import csv
import io
import json
import math
import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import time
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Any, Literal

from interview_analysis.errors import InterviewAnalysisError
from interview_analysis.pipeline.common.encodings import decode

if TYPE_CHECKING:
    import pandas as pd

SEPARATORS = ",;\t"
SHOWN_MISTAKES = 5
_UTF16 = (b"\xff\xfe", b"\xfe\xff")
_SEP_LINE = re.compile(
    r'"?sep=(?P<separator>[^"\r\n])"?', re.IGNORECASE
)  # what Excel is told its separator by
_QUOTED = re.compile(r'"(?:[^"]|"")*"')
_DECIMAL_COMMA = re.compile(r"[+-]?\d+,\d+(?:[eE][+-]?\d+)?")
_MISSING = frozenset(("", "na", "n/a", "nan", "#n/a", "null", "none"))  # where a number belongs

Errors = type[InterviewAnalysisError]


@dataclass(frozen=True, slots=True)
class Mistake:
    """`row` is None for the file as a whole. `kind` tells mistakes in the form of a CSV file from one another."""

    row: int | None
    column: str
    text: str
    kind: Literal["", "column twice", "cell without column", "open quote"] = ""


@dataclass(frozen=True, slots=True)
class Line:
    """A row: the number of its line or row, and its cells without the blank ones."""

    number: int
    cells: dict[str, str]


@dataclass(slots=True)
class Table:
    """`columns` in the order of the file, each with the row that names it."""

    counted: Literal["line", "row"]
    columns: dict[str, int | None] = field(default_factory=dict)
    lines: list[Line] = field(default_factory=list)
    mistakes: list[Mistake] = field(default_factory=list)
    decimal_comma: bool = False  # whether 3,1 may be a number: where commas separate no cells

    def frame(self) -> pd.DataFrame:
        """Rows of text, a blank cell missing. Columns and cells are in Unicode's composed form (NFC), as `composed`."""
        import pandas as pd

        rows = [{composed(name): composed(cell) for name, cell in line.cells.items()} for line in self.lines]
        return pd.DataFrame(rows, columns=[composed(name) for name in self.columns], dtype="str")


def parse_table(data: bytes, name: str, errors: Errors) -> Table:
    """The columns and rows of a table with a line of column names, and the mistakes of its form.

    Raises `errors` for what is no such file at all.
    """
    suffix = PurePosixPath(name).suffix.lower()
    if suffix in (".csv", ".tsv", ".txt"):  # spreadsheets call "Unicode text" .txt
        return _csv(_text(data, name, errors), name, errors)
    if suffix in (".jsonl", ".ndjson"):
        return _jsonl(_text(data, name, errors))
    if suffix == ".parquet":
        return _parquet(data, name, errors)
    raise errors(f"{name}: expected a .csv, .tsv, .txt, .jsonl or .parquet file; save it as one of these")


def read_table(path: Path, errors: Errors) -> Table:
    """`parse_table` of a file that has to be without mistakes. Raises `errors`, which names the first of them."""
    table = parse_table(_read(path, errors), str(path), errors)
    if table.mistakes:
        told = [
            f"{table.counted} {mistake.row}{f', column {mistake.column}' if mistake.column else ''}: {mistake.text}"
            for mistake in table.mistakes[:SHOWN_MISTAKES]
        ]
        more = len(table.mistakes) - len(told)
        raise errors(f"{path}, " + "; ".join(told) + (f"; and {more} more" if more else ""))
    return table


def read_rows(path: Path, errors: Errors) -> tuple[list[list[str]], str]:
    """The rows of a CSV file that may have no line of column names, cells as they stand, and what separates them.

    Raises `errors` for what cannot be read.
    """
    text, separator = _separated(_text(_read(path, errors), str(path), errors))
    try:
        rows = list(csv.reader(io.StringIO(text, newline=""), delimiter=separator))
    except csv.Error as error:
        raise errors(f"cannot read {path} as CSV: {error}; save it as CSV UTF-8") from error
    return [row for row in rows if any(cell.strip() for cell in row)], separator


def numbers(values: pd.DataFrame, *, decimal_comma: bool) -> pd.DataFrame:
    """Text as numbers, NaN for what is none; `decimal_comma` as in `Table`."""

    def number(value: object) -> float:
        text = str(value).strip()
        if decimal_comma and _DECIMAL_COMMA.fullmatch(text):
            text = text.replace(",", ".")
        try:
            return float(text.replace("_", "no number"))  # which Python alone takes
        except ValueError:
            return math.nan

    return values.map(number).astype(float)


def is_missing(values: pd.DataFrame) -> pd.DataFrame:
    """Which cells say that there is no number: blank ones, NA and the like."""
    return values.isna() | values.map(lambda value: str(value).strip().casefold() in _MISSING)


def composed(text: str) -> str:
    """`text` in Unicode's composed form (NFC): macOS writes é as two characters where others write one."""
    return unicodedata.normalize("NFC", text)


def _read(path: Path, errors: Errors) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise errors(
            f"cannot read {path}: {error.strerror or error}; check the path and its rights"
        ) from error


def _text(data: bytes, name: str, errors: Errors) -> str:
    """UTF-8 or UTF-16, else what Chinese or Western Windows writes where only one of them is plausible."""
    text = decode(data)
    if text is not None and not data.startswith(_UTF16) and not _is_utf8(data):
        try:
            chinese = data.decode("gb18030")
        except UnicodeDecodeError:
            chinese = text
        text = text if text == chinese else None
    if text is None or "\0" in text:
        raise errors(
            f"{name} is no text whose encoding can be told; save it as CSV UTF-8 (in Excel: Save As, CSV UTF-8)"
        )
    return text


def _is_utf8(data: bytes) -> bool:
    try:
        data.decode()
    except UnicodeDecodeError:
        return False
    return True


def _separated(text: str) -> tuple[str, str]:
    """A CSV text, a line sep=; made blank, and what separates its cells: what that line says, else the first separator."""
    lines = text.splitlines(keepends=True)
    at, first = next(((i, line) for i, line in enumerate(lines) if line.strip()), (0, ""))
    if told := _SEP_LINE.fullmatch(first.strip(" \r\n")):
        lines[at] = "\n"
        return "".join(lines), told["separator"]
    plain = _QUOTED.sub("", first)
    return text, next((c for c in plain if c in SEPARATORS), ",")


def _csv(text: str, name: str, errors: Errors) -> Table:
    text, separator = _separated(text)
    table = Table("line", decimal_comma=separator != ",")
    rows = _csv_rows(text, separator, table)
    number, head = next(rows, (1, []))
    if not head:
        raise errors(
            f"{name} is empty; its first line names the columns, such as interview_id and those that go with it"
        )
    heads = [cell.strip() for cell in head]
    for column in heads:
        if column in table.columns and column:
            table.mistakes.append(
                Mistake(number, column, "this column is there twice; take one out", "column twice")
            )
        elif column:
            table.columns[column] = number
    for line, row in rows:
        cells = [cell.strip() for cell in row]
        for place, cell in enumerate(cells):
            if cell and (place >= len(heads) or not heads[place]):
                text = f"{quoted(cell)} stands in column {place + 1}, which has no name; name it or empty it"
                table.mistakes.append(Mistake(line, "", text, "cell without column"))
        named = {head: cell for head, cell in zip(heads, cells, strict=False) if head and cell}
        if named:
            table.lines.append(Line(line, named))
    return table


def _csv_rows(text: str, separator: str, table: Table) -> Iterator[tuple[int, list[str]]]:
    """Rows that hold something, with the line on which each begins."""
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
    start = 1
    try:
        for row in reader:
            if any(cell.strip() for cell in row):
                yield start, row
            start = reader.line_num + 1
    except csv.Error as error:
        text = f"cannot be read from here on ({error}); a quote that is opened must be closed"
        table.mistakes.append(Mistake(start, "", text, "open quote"))


def _jsonl(text: str) -> Table:
    table = Table("line")
    for number, line in enumerate(text.split("\n"), start=1):
        if not line.strip():
            continue
        try:
            row = json.loads(line, parse_constant=_no_number, object_pairs_hook=_once)
        except (ValueError, RecursionError) as error:
            table.mistakes.append(
                Mistake(number, "", f"is no JSON object ({error}); write one object a line")
            )
            continue
        if isinstance(row, dict):
            _add(table, number, row)
        else:
            text = f'is {quoted(line)}, expected a JSON object such as {{"interview_id": "A1"}}'
            table.mistakes.append(Mistake(number, "", text))
    return table


def _no_number(name: str) -> float:
    raise ValueError(f"{name} is no number in JSON")


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    row = dict(pairs)
    if len(row) != len(pairs):
        raise ValueError("a key is there twice")
    return row


def _parquet(data: bytes, name: str, errors: Errors) -> Table:
    import pyarrow as pa
    import pyarrow.parquet as pq

    table = Table("row")
    try:
        content = pq.read_table(io.BytesIO(data))
        rows = content.to_pylist()
    except (pa.ArrowException, OSError, ValueError) as error:
        raise errors(f"{name} is no readable Parquet file ({error}); write it again") from error
    table.columns = {column.strip(): None for column in content.column_names}
    for number, row in enumerate(rows, start=1):
        _add(table, number, row)
    return table


def _add(table: Table, number: int, row: dict[str, Any]) -> None:
    cells = {}
    for column, value in row.items():
        table.columns.setdefault(column.strip(), number)
        text = _cell(value)
        if text is None:
            found = f"is {quoted(str(value))} ({type(value).__name__}), expected a text or a number"
            table.mistakes.append(Mistake(number, column, found))
        elif text:
            cells[column.strip()] = text
    if cells:
        table.lines.append(Line(number, cells))


def _cell(value: object) -> str | None:
    """A value as it would stand in a CSV file; None for what is neither text nor number."""
    if value is None or (isinstance(value, float) and math.isnan(value)):
        return ""
    if isinstance(value, str):
        return value.strip()
    if isinstance(value, float) and value.is_integer():  # a column of integers with a gap
        return str(int(value))
    if isinstance(value, time):
        return value.isoformat()
    return str(value) if isinstance(value, int | float) else None


def quoted(text: str, length: int = 60) -> str:
    """A received text as a message may show it: short, and with nothing that a terminal would act on."""
    short = text if len(text) <= length else text[: length - 1] + "…"
    return "'" + "".join(c if c.isprintable() else f"\\x{ord(c):02x}" for c in short) + "'"
