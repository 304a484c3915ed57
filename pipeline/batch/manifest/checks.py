"""What a row of a manifest may hold, and what rows may hold together. All mistakes are collected."""

from __future__ import annotations

import difflib
import posixpath
import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated
from urllib.parse import unquote

from pydantic import BeforeValidator, ValidationError, ValidationInfo, field_validator

from interview_analysis.errors import OutputError
from interview_analysis.pipeline.batch.manifest.manifest import (
    Interview,
    Manifest,
    Recording,
    group_table,
    slug,
)
from interview_analysis.pipeline.common.config import WHISPER_LANGUAGES, CandidateChannel
from interview_analysis.pipeline.common.tables import Line, Mistake, Table, composed, quoted
from interview_analysis.pipeline.learning.dataset_file import GROUP_PREFIX
from interview_analysis.pipeline.storage.places import Folder, check_url, is_url, local_path, shown
from interview_analysis.pipeline.transcript.given import ENDINGS, is_transcript
from interview_analysis.scoring.edges import Model

_SECONDS = re.compile(r"\d+(\.\d+)?")
_CLOCK = re.compile(r"(\d+):([0-5]\d):([0-5]\d(?:\.\d+)?)")
_MAX_ID = 200


@dataclass(slots=True)
class Places:
    """Where recordings may lie: in the manifest's folder, or anywhere with `allow_outside`."""

    base: Folder
    allow_outside: bool
    _known: dict[str, str] = field(default_factory=dict)
    _schemes: set[str] = field(default_factory=set)

    def find(self, written: str) -> str:
        """The absolute path or URL of a recording. Raises ValueError when it may not be read or is not there."""
        if written not in self._known:
            place = self._url(written) if self._is_remote(written) else self._local(written)
            self._known[written] = place
        return self._known[written]

    def _is_remote(self, written: str) -> bool:
        if is_url(written):
            return local_path(written) is None
        return self.base.local is None and not written.startswith("/")

    def _url(self, written: str) -> str:
        url = written if is_url(written) else f"{self.base.url}/{written}"
        scheme, _, rest = url.partition("://")
        url = f"{scheme.lower()}://{rest}"
        climbs = ".." in re.split(r"[/\\]", unquote(rest.partition("?")[0]))
        if climbs or not url.startswith(self.base.url + "/"):
            self._outside(written)
            if not is_url(written):
                url = f"{scheme.lower()}://{posixpath.normpath(rest)}"
        if scheme not in self._schemes or "::" in url:
            try:
                check_url(url)
            except OutputError as error:
                raise ValueError(str(error)) from error
            self._schemes.add(scheme)
        return url

    def _local(self, written: str) -> str:
        given = local_path(written) or Path(written)
        path = (self.base.local or Path("/")) / given
        try:
            real = _there(path).resolve()
            home = None if self.base.local is None else self.base.local.resolve()
            if is_url(written) or home is None or not real.is_relative_to(home):
                self._outside(written)
            if not real.is_file():
                what = "is a folder, expected a recording" if real.is_dir() else "does not exist"
                raise ValueError(f"{quoted(str(path), 200)} {what}; check the path")
        except (OSError, RuntimeError) as error:  # RuntimeError: links that lead in a circle
            raise ValueError(
                f"{quoted(written, 200)} cannot be looked at ({error}); check the path"
            ) from error
        return str(real)

    def _outside(self, written: str) -> None:
        if not self.allow_outside:
            raise ValueError(
                f"{quoted(shown(written), 200)} leads out of the manifest's folder; move it there, or allow this "
                "with --allow-outside where you trust the manifest"
            )


@dataclass(frozen=True, slots=True)
class Known:
    """What a row is checked against."""

    jobs: frozenset[str]
    places: Places


def _there(path: Path) -> Path:
    """`path` as it is on the disk, where a name may be in another of Unicode's forms than the manifest writes it in."""
    if path.exists():
        return path
    there = Path(path.anchor)
    for part in path.relative_to(there).parts:
        if not (there / part).exists() and there.is_dir():
            part = next((p.name for p in there.iterdir() if composed(p.name) == composed(part)), part)
        there /= part
    return there


def _identifier(text: str) -> str:
    """An id is shown, sorted by and part of a path: no separators, nothing that cannot be seen."""
    if any(c in "/\\" or unicodedata.category(c).startswith("C") for c in text):
        raise ValueError(f"{quoted(text)} has a slash or a control character; take it out")
    if len(text) > _MAX_ID:
        raise ValueError(f"{quoted(text)} has {len(text)} characters, expected {_MAX_ID} or fewer")
    return text


def _seconds(text: str) -> float:
    if _SECONDS.fullmatch(text):
        return float(text)
    clock = _CLOCK.fullmatch(text)
    if clock is None:
        raise ValueError(f"{quoted(text)} is no time; write seconds (90.5) or hh:mm:ss (00:01:30.5)")
    hours, minutes, seconds = clock.groups()
    return 3600.0 * int(hours) + 60.0 * int(minutes) + float(seconds)


def _language(text: str) -> str:
    code, known = text.lower(), WHISPER_LANGUAGES.split()
    if code not in known:
        near = _nearest(re.split(r"[-_]", code)[0], known)
        raise ValueError(f"{quoted(text)} is no language code; expected zh, en or another of Whisper's{near}")
    return code


def _nearest(name: str, known: list[str]) -> str:
    close = difflib.get_close_matches(name, known, n=1, cutoff=0.5)
    return f"; did you mean '{close[0]}'?" if close else ""


def _channel(text: str) -> str | int:
    channel = text.lower()
    if channel not in ("left", "right") and not (channel.isdecimal() and int(channel) > 0):
        raise ValueError(f"{quoted(text)} is no channel; expected left, right or a number from 1 on")
    return int(channel) if channel.isdecimal() else channel


Identifier = Annotated[str, BeforeValidator(_identifier)]
Seconds = Annotated[float, BeforeValidator(_seconds)]


class ManifestRow(Model):
    """A row, its blank cells left out. The columns that a manifest may have, beside group_*."""

    interview_id: Identifier
    candidate_id: Identifier
    job: str
    recording: str
    question: str = ""
    start_s: Seconds | None = None
    end_s: Seconds | None = None
    language: Annotated[str, BeforeValidator(_language)] | None = None
    consent: str = ""
    candidate_channel: Annotated[CandidateChannel, BeforeValidator(_channel)] | None = None
    candidate_voice: str | None = None
    transcript: str | None = None

    @field_validator("job")
    @classmethod
    def _has_profile(cls, job: str, info: ValidationInfo[Known]) -> str:
        jobs = sorted(info.context.jobs)
        if job not in jobs:
            some = ", ".join(jobs[:10]) or "none"
            raise ValueError(
                f"{quoted(job)} is no profile of the job folder (there are: {some}){_nearest(job, jobs)}"
            )
        return job

    @field_validator("recording", "candidate_voice", "transcript")
    @classmethod
    def _is_there(cls, recording: str, info: ValidationInfo[Known]) -> str:
        if any(unicodedata.category(c) == "Cc" for c in recording):
            raise ValueError(f"{quoted(recording)} has a control character; take it out")
        place: str = info.context.places.find(recording)
        return place

    @field_validator("transcript")
    @classmethod
    def _is_transcript(cls, transcript: str, info: ValidationInfo) -> str:
        if not is_transcript(transcript):
            raise ValueError(
                f"{quoted(shown(transcript), 200)} is no transcript; expected {', '.join(ENDINGS)}"
            )
        if is_transcript(info.data.get("recording", "")):
            raise ValueError("the recording is a transcript itself; leave one of them out")
        return transcript

    @field_validator("end_s")
    @classmethod
    def _after_start(cls, end_s: float | None, info: ValidationInfo) -> float | None:
        start_s = info.data.get("start_s") or 0.0
        if end_s is not None and end_s <= start_s:
            raise ValueError(f"{end_s:g} s is not after start_s, {start_s:g} s")
        return end_s


COLUMNS = tuple(ManifestRow.model_fields)
REQUIRED = tuple(name for name, spec in ManifestRow.model_fields.items() if spec.is_required())
# What belongs to the interview and not to one of its recordings.
SHARED = ("candidate_id", "job", "language", "consent", "candidate_channel", "candidate_voice")


def checked(file: Table, jobs: frozenset[str], places: Places) -> tuple[Manifest, list[Mistake]]:
    """The manifest of a file, whole where there are no mistakes."""
    mistakes = [*file.mistakes, *_columns(file)]
    if not file.lines and not mistakes:
        mistakes.append(Mistake(None, "", "there is no row; write one for each recording"))
    known, rows = Known(jobs, places), []
    file.lines = [_composed(line) for line in file.lines]
    for line in file.lines:
        row, wrong = _row(line, known, file)
        mistakes += wrong
        if row is not None:
            rows.append((line, row))
    groups = [column for column in file.columns if _is_group(column)]
    mistakes += [*_differing(file, groups), *_repeated(rows, file.counted), *_colliding(file)]
    return _manifest(rows, groups), mistakes


def _composed(line: Line) -> Line:
    """The line with all in Unicode's composed form that is compared; paths and URLs stay as they are written."""
    paths = ("recording", "candidate_voice", "transcript")
    return Line(
        line.number, {name: cell if name in paths else composed(cell) for name, cell in line.cells.items()}
    )


def _is_group(column: str) -> bool:
    return column.startswith(GROUP_PREFIX) and len(column) > len(GROUP_PREFIX)


def _columns(file: Table) -> Iterator[Mistake]:
    for column, row in file.columns.items():
        if column not in COLUMNS and not _is_group(column):
            near = _nearest(column.lower(), list(COLUMNS)) or f"; expected {', '.join(COLUMNS)} or group_..."
            yield Mistake(row, "", f"unknown column {quoted(column)}{near}")
    for column in REQUIRED:
        if column not in file.columns:
            yield Mistake(None, column, "this column is missing; add it")


def _row(line: Line, known: Known, file: Table) -> tuple[ManifestRow | None, list[Mistake]]:
    cells = {column: cell for column, cell in line.cells.items() if column in COLUMNS}
    try:
        return ManifestRow.model_validate(cells, context=known), []
    except ValidationError as error:
        mistakes = []
        for fault in error.errors(include_url=False, include_input=False):
            column = str(fault["loc"][0])
            blank = fault["type"] == "missing"
            if blank and column not in file.columns:
                continue  # said once, of the whole file
            text = "is blank; fill it in" if blank else fault["msg"].removeprefix("Value error, ")
            mistakes.append(Mistake(line.number, column, text))
        return None, mistakes


def _differing(file: Table, groups: list[str]) -> Iterator[Mistake]:
    """Rows of one interview that say different things of it."""
    first: dict[str, Line] = {}
    for line in file.lines:
        key = line.cells.get("interview_id")
        if key is None or (before := first.setdefault(key, line)) is line:
            continue
        for column in (*SHARED, *groups):
            here, there = line.cells.get(column, ""), before.cells.get(column, "")
            if here != there:
                text = (
                    f"is {quoted(here)}, but {quoted(there)} in {file.counted} {before.number} of the same interview "
                    f"{quoted(key)}; make them equal"
                )
                yield Mistake(line.number, column, text)


def _repeated(rows: list[tuple[Line, ManifestRow]], counted: str) -> Iterator[Mistake]:
    first: dict[tuple[object, ...], int] = {}
    for line, row in rows:
        key = (row.interview_id, row.recording, row.start_s or 0.0, row.end_s)
        before = first.setdefault(key, line.number)
        if before != line.number:
            text = f"the same part of the same recording as in {counted} {before}; take one of them out"
            yield Mistake(line.number, "recording", text)


def _colliding(file: Table) -> Iterator[Mistake]:
    """Two ids whose folders some file systems hold for the same."""
    first: dict[str, str] = {}
    told: set[str] = set()
    for line in file.lines:
        key = line.cells.get("interview_id")
        if key is None:
            continue
        before = first.setdefault(slug(key).casefold(), key)
        if before != key and key not in told:
            told.add(key)
            text = f"{quoted(key)} would have the same folder as {quoted(before)}; rename one of them"
            yield Mistake(line.number, "interview_id", text)


def _manifest(rows: list[tuple[Line, ManifestRow]], columns: list[str]) -> Manifest:
    by_interview: dict[str, list[ManifestRow]] = {}
    groups: dict[str, dict[str, str]] = {}
    for line, row in rows:
        by_interview.setdefault(row.interview_id, []).append(row)
        groups.setdefault(
            row.interview_id, {name: line.cells[name] for name in columns if name in line.cells}
        )
    return Manifest(
        tuple(_interview(key, rows) for key, rows in by_interview.items()), group_table(groups, columns)
    )


def _interview(key: str, rows: list[ManifestRow]) -> Interview:
    recordings = tuple(
        Recording(
            path=row.recording, **row.model_dump(include={"start_s", "end_s", "question", "transcript"})
        )
        for row in rows
    )
    return Interview(id=key, recordings=recordings, **rows[0].model_dump(include=set(SHARED)))
