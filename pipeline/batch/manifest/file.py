"""The rows of a manifest as text, from CSV, JSONL or Parquet, each with the number that its user counts by."""

from __future__ import annotations

import csv
import io
import json
import math
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import time
from pathlib import PurePosixPath
from typing import Any, Literal

from interview_analysis.errors import ManifestError
from interview_analysis.pipeline.job.text import decode

_DELIMITERS = ",;\t"
_UTF16 = (b"\xff\xfe", b"\xfe\xff")


@dataclass(frozen=True, slots=True)
class Mistake:
    """`row` is None for the file as a whole."""

    row: int | None
    column: str
    text: str


@dataclass(frozen=True, slots=True)
class Line:
    """A row: the number of its line or row, and its cells without the blank ones."""

    number: int
    cells: dict[str, str]


@dataclass(slots=True)
class ManifestFile:
    """`columns` in the order of the file, each with the row that names it."""

    counted: Literal["line", "row"]
    columns: dict[str, int | None] = field(default_factory=dict)
    lines: list[Line] = field(default_factory=list)
    mistakes: list[Mistake] = field(default_factory=list)


def parse_file(data: bytes, name: str) -> ManifestFile:
    """The columns and rows of a manifest, with the mistakes of its form.

    Raises ManifestError for what is no such file at all.
    """
    suffix = PurePosixPath(name).suffix.lower()
    if suffix == ".csv":
        return _csv(_text(data, name), name)
    if suffix in (".jsonl", ".ndjson"):
        return _jsonl(_text(data, name))
    if suffix == ".parquet":
        return _parquet(data, name)
    raise ManifestError(f"{name}: a manifest is a .csv, .jsonl or .parquet file; save it as one of these")


def _text(data: bytes, name: str) -> str:
    """UTF-8 or UTF-16, else what Chinese or Western Windows writes where only one of them is plausible."""
    text = decode(data)
    if text is not None and not data.startswith(_UTF16) and not _is_utf8(data):
        try:
            chinese = data.decode("gb18030")
        except UnicodeDecodeError:
            chinese = text
        text = text if text == chinese else None
    if text is None or "\0" in text:
        raise ManifestError(
            f"{name} is no text whose encoding can be told; save it as CSV UTF-8 (in Excel: Save As, CSV UTF-8)"
        )
    return text


def _is_utf8(data: bytes) -> bool:
    try:
        data.decode()
    except UnicodeDecodeError:
        return False
    return True


def _csv(text: str, name: str) -> ManifestFile:
    file = ManifestFile("line")
    rows = _csv_rows(text, file)
    number, head = next(rows, (1, []))
    if not head:
        raise ManifestError(
            f"{name} is empty; its first line names the columns, such as interview_id and recording"
        )
    heads = [cell.strip() for cell in head]
    for column in heads:
        if column in file.columns and column:
            file.mistakes.append(Mistake(number, column, "this column is there twice; take one out"))
        elif column:
            file.columns[column] = number
    for line, row in rows:
        cells = [cell.strip() for cell in row]
        for place, cell in enumerate(cells):
            if cell and (place >= len(heads) or not heads[place]):
                text = f"{quoted(cell)} stands in column {place + 1}, which has no name; name it or empty it"
                file.mistakes.append(Mistake(line, "", text))
        named = {head: cell for head, cell in zip(heads, cells, strict=False) if head and cell}
        if named:
            file.lines.append(Line(line, named))
    return file


def _csv_rows(text: str, file: ManifestFile) -> Iterator[tuple[int, list[str]]]:
    """Rows that hold something, with the line on which each begins."""
    first = next((line for line in text.splitlines() if line.strip()), "")
    delimiter = max(_DELIMITERS, key=first.count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    start = 1
    try:
        for row in reader:
            if any(cell.strip() for cell in row):
                yield start, row
            start = reader.line_num + 1
    except csv.Error as error:
        text = f"cannot be read from here on ({error}); a quote that is opened must be closed"
        file.mistakes.append(Mistake(start, "", text))


def _jsonl(text: str) -> ManifestFile:
    file = ManifestFile("line")
    for number, line in enumerate(text.split("\n"), start=1):
        if not line.strip():
            continue
        try:
            row = json.loads(line, parse_constant=_no_number, object_pairs_hook=_once)
        except (ValueError, RecursionError) as error:
            file.mistakes.append(Mistake(number, "", f"is no JSON object ({error}); write one object a line"))
            continue
        if isinstance(row, dict):
            _add(file, number, row)
        else:
            text = f'is {quoted(line)}, expected a JSON object such as {{"interview_id": "A1"}}'
            file.mistakes.append(Mistake(number, "", text))
    return file


def _no_number(name: str) -> float:
    raise ValueError(f"{name} is no number in JSON")


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    row = dict(pairs)
    if len(row) != len(pairs):
        raise ValueError("a key is there twice")
    return row


def _parquet(data: bytes, name: str) -> ManifestFile:
    import pyarrow as pa
    import pyarrow.parquet as pq

    file = ManifestFile("row")
    try:
        table = pq.read_table(io.BytesIO(data))
        rows = table.to_pylist()
    except (pa.ArrowException, OSError, ValueError) as error:
        raise ManifestError(f"{name} is no readable Parquet file ({error}); write it again") from error
    file.columns = {column.strip(): None for column in table.column_names}
    for number, row in enumerate(rows, start=1):
        _add(file, number, row)
    return file


def _add(file: ManifestFile, number: int, row: dict[str, Any]) -> None:
    cells = {}
    for column, value in row.items():
        file.columns.setdefault(column.strip(), number)
        text = _cell(value)
        if text is None:
            found = f"is {quoted(str(value))} ({type(value).__name__}), expected a text or a number"
            file.mistakes.append(Mistake(number, column, found))
        elif text:
            cells[column.strip()] = text
    if cells:
        file.lines.append(Line(number, cells))


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
