"""Writing an analysis to a folder: aside first, then renamed, so that a reader never meets half of it."""

from __future__ import annotations

import math
import os
import shutil
import stat
from collections.abc import Sequence
from dataclasses import fields
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from pydantic import ConfigDict, Field, ValidationError

from interview_analysis.errors import OutputError
from interview_analysis.features.conversation.candidate_view import everyone
from interview_analysis.pipeline.job.files import write_profile
from interview_analysis.pipeline.report.html import render_html
from interview_analysis.pipeline.storage.disk import aside_of, swap_folder
from interview_analysis.scoring.edges import Model
from interview_analysis.scoring.profile import JobProfile, describe
from interview_analysis.scoring.report.provenance import Role, Speakers
from interview_analysis.scoring.report.report import Report
from interview_analysis.types import Event, Segment, Transcript, Word, WordTimes

if TYPE_CHECKING:
    import pandas as pd

    from interview_analysis.pipeline.interview import Analysis

REPORT_FILE = "report.json"
TRANSCRIPT_FILE = "transcript.json"
PROFILE_FILE = "job.yaml"
FEATURES_FOLDER = "features"
# All that a report's folder ever holds; a folder with anything else in it is not ours to replace.
OWN_FILES = {REPORT_FILE, TRANSCRIPT_FILE, PROFILE_FILE, "report.html", "report.en.html", "report.zh.html"}
OWN_TABLES = {"recording.parquet", "timeline.parquet", "blocks.parquet", "events.parquet"}


class TranscriptWord(Model):
    text: str
    start_s: float
    end_s: float
    probability: float | None = Field(ge=0, le=1, description="null in a transcript that was handed in")


class TranscriptSegment(Model):
    text: str
    start_s: float
    end_s: float
    words: tuple[TranscriptWord, ...]
    voice: int | None = Field(None, description="who speaks, as in report.json; null where that is not known")
    role: Role | None = Field(None, description="null where speakers were not told apart")
    language: str = Field("", description="ISO 639-1 code; empty where it is the transcript's")


class TranscriptFile(Model):
    """transcript.json: the words of everybody. Times are seconds from the start of the recording."""

    model_config = ConfigDict(title="Transcript")

    schema_version: Literal["1.0"] = "1.0"
    language: str = Field(description="ISO 639-1 code; empty where nobody spoke")
    language_probability: float | None
    engine: str
    model: str
    word_times: WordTimes = Field("recognised", description="as in report.json")
    segments: tuple[TranscriptSegment, ...]

    @classmethod
    def of(cls, transcript: Transcript, speakers: Speakers | None = None) -> TranscriptFile:
        probability = transcript.language_probability
        return cls(
            language=transcript.language,
            language_probability=probability if math.isfinite(probability) else None,
            engine=transcript.engine,
            model=transcript.model,
            word_times=transcript.word_times,
            segments=tuple(_segment(segment, speakers) for segment in transcript.segments),
        )

    def transcript(self) -> Transcript:
        segments = tuple(
            Segment(
                s.text,
                s.start_s,
                s.end_s,
                tuple(Word(w.text, w.start_s, w.end_s, _known(w.probability)) for w in s.words),
                s.voice,
                language=s.language,
            )
            for s in self.segments
        )
        probability = _known(self.language_probability)
        return Transcript(self.language, probability, segments, self.engine, self.model, self.word_times)


def _known(probability: float | None) -> float:
    return math.nan if probability is None else probability


def _segment(segment: Segment, speakers: Speakers | None) -> TranscriptSegment:
    voice = speakers.voice_of(segment) if speakers else None
    return TranscriptSegment(
        text=segment.text,
        start_s=segment.start_s,
        end_s=segment.end_s,
        words=tuple(
            TranscriptWord(
                text=word.text,
                start_s=word.start_s,
                end_s=word.end_s,
                probability=word.probability if math.isfinite(word.probability) else None,
            )
            for word in segment.words
        ),
        voice=voice,
        language=segment.language,
        role=speakers.role_of(voice) if speakers else None,
    )


def save(analysis: Analysis, out: Path, language: Literal["zh", "en"]) -> Path:
    """Write report.json, report.html, transcript.json, job.yaml and the feature tables to the folder `out`.

    An earlier report in `out` is replaced as a whole. Returns the path of report.html.
    Raises OutputError when `out` holds something else or cannot be written.
    """
    target = check_destination(out)
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        aside = aside_of(target)
        aside.mkdir()
    except OSError as error:
        raise OutputError(f"cannot write to {out}: {error}; choose another folder with --out") from error
    try:
        write_files(analysis, aside, language)
        if target.is_dir():  # who may read it stays as it was
            aside.chmod(stat.S_IMODE(target.stat().st_mode))
        swap_folder(aside, target)
    except OSError as error:
        raise OutputError(
            f"cannot write to {out}: {error}; free some space or choose another folder"
        ) from error
    finally:
        shutil.rmtree(aside, ignore_errors=True)
    return out / "report.html"


def check_destination(out: Path) -> Path:
    """The folder that `out` leads to, without "..", "." and links.

    Raises OutputError for anything but a new folder, an empty one or an earlier report, and where nothing can
    be written.
    """
    try:
        target = out.resolve()
        if target.exists() and not target.is_dir():
            raise OutputError(f"{out} is a file; --out takes a folder")
        if os.path.ismount(target):
            raise OutputError(
                f"{out} is a mounted volume, which cannot be replaced; name a folder in it with --out"
            )
        if target.is_dir():
            _check_replaceable(out, target)
        above = next(folder for folder in target.parents if folder.exists())
    except (OSError, RuntimeError) as error:  # RuntimeError: links that lead in a circle
        raise OutputError(f"cannot look at {out}: {error}; choose another folder with --out") from error
    if not above.is_dir() or not os.access(above, os.W_OK | os.X_OK):
        raise OutputError(f"cannot write to {out}: {above} takes no new folder; choose another with --out")
    return target


def _check_replaceable(out: Path, target: Path) -> None:
    if Path.cwd().is_relative_to(target):
        raise OutputError(
            f"{out} is the folder you work in, and it would be replaced; name one in it with --out"
        )
    entries = sorted(target.iterdir())
    if not entries:
        return
    foreign = next((entry for entry in entries if not _is_ours(entry)), None)
    if foreign is not None or not (target / REPORT_FILE).is_file():
        example = foreign or entries[0]
        raise OutputError(
            f"{out} holds files that are no report, such as {example.name}; choose an empty or new folder with --out"
        )


def _is_ours(entry: Path) -> bool:
    if entry.name == FEATURES_FOLDER and entry.is_dir():
        return all(table.name in OWN_TABLES and table.is_file() for table in entry.iterdir())
    return entry.name in OWN_FILES and entry.is_file()


def write_files(analysis: Analysis, folder: Path, language: Literal["zh", "en"]) -> None:
    """Write what `save` writes into an empty folder. Raises OSError and OutputError."""
    transcript = everyone(analysis.observations)
    (folder / REPORT_FILE).write_text(analysis.report.model_dump_json(indent=1) + "\n", encoding="utf-8")
    if transcript is not None:
        text = TranscriptFile.of(transcript, analysis.report.speakers).model_dump_json(indent=1)
        (folder / TRANSCRIPT_FILE).write_text(text + "\n", encoding="utf-8")
    (folder / "report.html").write_text(render_html(analysis.report, transcript, language), encoding="utf-8")
    write_profile(analysis.profile, folder / PROFILE_FILE)
    features = folder / FEATURES_FOLDER
    features.mkdir()
    tables = analysis.tables
    for name, table in (
        ("recording", tables.whole),
        ("timeline", tables.timeline),
        ("blocks", tables.blocks),
    ):
        _write_numbers(table, features / f"{name}.parquet")
    _write_events(tables.events, features / "events.parquet")


def _write_numbers(table: pd.DataFrame, path: Path) -> None:
    """Write a table of numbers with its index; without pandas' own writer, which takes longer over its many columns."""
    import pyarrow as pa

    index = enumerate(map(str, table.index.names))
    columns = {name: table.index.get_level_values(level).to_numpy(dtype=float) for level, name in index}
    columns |= dict(zip(map(str, table.columns), table.to_numpy(dtype=float).T, strict=True))
    _write_table(pa.table(columns), path)


def _write_events(events: Sequence[Event], path: Path) -> None:
    import pyarrow as pa

    columns = {f.name: [getattr(event, f.name) for event in events] for f in fields(Event)}
    texts = ("kind", "label")
    schema = pa.schema([(name, pa.string() if name in texts else pa.float64()) for name in columns])
    _write_table(pa.table(columns, schema=schema), path)


def _write_table(table: Any, path: Path) -> None:
    """For tables of few rows: without dictionaries and statistics, which take longer than the numbers."""
    import pyarrow.parquet as pq

    with path.open("wb") as file:  # Arrow itself takes no path that is no UTF-8
        pq.write_table(table, file, use_dictionary=False, write_statistics=False)


def report_language(asked: str, report: Report, profile: JobProfile) -> Literal["zh", "en"]:
    """The language to write a report in: as asked for, or for "auto" the spoken one, or the profile's first."""
    wanted = report.language if asked == "auto" else asked
    return "zh" if wanted == "zh" else "en" if wanted == "en" else profile.languages[0]


def write_html(
    report: Report, transcript: Transcript | None, target: Path, language: Literal["zh", "en"]
) -> None:
    """Draw a report and put it in place in one step. Raises OutputError when `target` cannot be written."""
    aside = target.with_name(f".{target.name}.partial")
    try:
        aside.write_text(render_html(report, transcript, language), encoding="utf-8")
        aside.replace(target)
    except OSError as error:
        aside.unlink(missing_ok=True)
        raise OutputError(f"cannot write {target}: {error}; choose another file with --out") from error


def load_saved(folder: Path) -> tuple[Report, Transcript | None]:
    """Read a saved report and its transcript back. Raises OutputError when the folder holds none."""
    try:
        report = Report.model_validate_json((folder / REPORT_FILE).read_text(encoding="utf-8"))
        path = folder / TRANSCRIPT_FILE
        if not path.is_file():
            return report, None
        return report, TranscriptFile.model_validate_json(path.read_text(encoding="utf-8")).transcript()
    except ValidationError as error:
        fault = describe(error, Report)
        raise OutputError(f"{folder}: {fault}; score the recording again with this version") from error
    except (OSError, UnicodeDecodeError) as error:
        raise OutputError(
            f"{folder} holds no readable report: {error}; pass a folder made by `score`"
        ) from error
