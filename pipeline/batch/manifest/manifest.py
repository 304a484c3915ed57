"""The manifest of a batch: which recordings are which interview of whom, for which job.

What groups a candidate belongs to (columns ``group_*``) is kept apart from the interviews, so that scoring cannot see it.
"""

from __future__ import annotations

import hashlib
import io
import os
import re
from collections.abc import Collection, Hashable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd
from pydantic import ValidationError

from interview_analysis.errors import ManifestError
from interview_analysis.pipeline.common.config import CandidateChannel
from interview_analysis.pipeline.common.tables import Mistake, parse_table
from interview_analysis.pipeline.learning.dataset_file import GROUP_PREFIX
from interview_analysis.pipeline.storage.places import Folder
from interview_analysis.scoring.edges import Model

MANIFEST_FILE = "manifest.parquet"
SHOWN_MISTAKES = 50
_MAX_SLUG = 80


class Recording(Model):
    """`path` is absolute or a URL. `start_s` and `end_s` cut a part out, None where the recording begins and ends."""

    path: str
    start_s: float | None = None
    end_s: float | None = None
    question: str = ""
    transcript: str | None = None  # of it, absolute or a URL; `path` itself may be one


class Interview(Model):
    """What scoring is told of an interview. `recordings` are in the order in which they were answered."""

    id: str
    candidate_id: str
    job: str  # the name of a profile
    recordings: tuple[Recording, ...]
    language: str | None = None  # a code of Whisper's, None to go by the run's, or to detect it
    consent: str = ""  # a reference to where consent is kept
    candidate_channel: CandidateChannel | None = (
        None  # that the candidate alone speaks on, None to go by the run's
    )
    candidate_voice: str | None = None  # a recording of the candidate alone, absolute or a URL

    @property
    def files(self) -> tuple[str, ...]:
        """All that is read of the interview, each once."""
        voice = () if self.candidate_voice is None else (self.candidate_voice,)
        words = [recording.transcript for recording in self.recordings if recording.transcript is not None]
        return tuple(dict.fromkeys((*(recording.path for recording in self.recordings), *words, *voice)))

    @property
    def slug(self) -> str:
        return slug(self.id)


@dataclass(frozen=True, slots=True)
class Manifest:
    """`groups` has one row an interview, index interview_id in the order of `interviews`, columns ``group_*``."""

    interviews: tuple[Interview, ...]
    groups: pd.DataFrame


def slug(interview_id: str) -> str:
    """The name of an interview's folder: the id itself where it is plain ASCII, else what is plain of it and a hash."""
    plain = re.sub(r"[^A-Za-z0-9._-]+", "-", interview_id).strip("-.")[:_MAX_SLUG]
    if plain == interview_id:
        return plain
    return f"{plain or 'interview'}-{hashlib.sha256(interview_id.encode()).hexdigest()[:8]}"


def load_manifest(
    path: str | os.PathLike[str], jobs: Collection[str], *, allow_outside: bool = False
) -> Manifest:
    """Read and check a manifest as a whole.

    Parameters
    ----------
    path : a CSV, JSONL or Parquet file, by path or URL.
    jobs : the names that the column job may have.
    allow_outside : whether recordings may lie outside the manifest's folder.

    Raises
    ------
    ManifestError
        with every mistake, its row and column, what was received and what is expected.
    OutputError
        when the file cannot be read.
    """
    from interview_analysis.pipeline.batch.manifest.checks import Places, checked

    name = os.path.basename(os.fspath(path))  # noqa: PTH119  # it may be a URL
    if not name:
        raise ManifestError(f"{path} is a folder; pass a .csv, .jsonl or .parquet file")
    folder = Folder(os.fspath(path)[: -len(name)] or ".")
    file = parse_table(folder.read_bytes(name), name, ManifestError)
    manifest, mistakes = checked(file, frozenset(jobs), Places(folder, allow_outside))
    if mistakes:
        raise mistaken(name, mistakes, file.counted)
    return manifest


def mistaken(name: str, mistakes: Collection[Mistake], counted: str) -> ManifestError:
    """The error that lists mistakes in the order of their rows."""
    several = f"{len(mistakes)} mistakes" if len(mistakes) > 1 else "1 mistake"
    them = "them" if len(mistakes) > 1 else "it"
    lines = [f"{name}: {several}; nothing was scored; correct {them} and run again"]
    for mistake in sorted(mistakes, key=lambda m: m.row or 0)[:SHOWN_MISTAKES]:
        where = [f"{counted} {mistake.row}"] if mistake.row else []
        where += [f"column {mistake.column}"] if mistake.column else []
        lines.append(f"  {', '.join(where) or 'file'}: {mistake.text}")
    if len(mistakes) > SHOWN_MISTAKES:
        lines.append(f"  and {len(mistakes) - SHOWN_MISTAKES} more")
    return ManifestError("\n".join(lines))


def write_manifest(manifest: Manifest, folder: Folder) -> None:
    """Write a manifest to manifest.parquet in a run's folder, one row a recording. Raises OutputError."""
    rows = [
        {
            "interview_id": interview.id,
            **interview.model_dump(include={"candidate_id", "job", "language", "consent", "candidate_voice"}),
            "candidate_channel": None
            if interview.candidate_channel is None
            else str(interview.candidate_channel),
            "recording": recording.path,
            **recording.model_dump(exclude={"path"}),
        }
        for interview in manifest.interviews
        for recording in interview.recordings
    ]
    frame = pd.DataFrame(rows).astype(
        {
            **dict.fromkeys(("language", "candidate_channel", "candidate_voice", "transcript"), "str"),
            **dict.fromkeys(("start_s", "end_s"), "float64"),
        }
    )
    data = frame.join(manifest.groups, on="interview_id").to_parquet(index=False)
    folder.write_bytes(MANIFEST_FILE, data)


def read_manifest(folder: Folder) -> Manifest:
    """The manifest that `write_manifest` wrote to a run's folder; asks for no recording.

    Raises ManifestError when it is no such file, OutputError when it cannot be read.
    """
    import pyarrow as pa

    data = folder.read_bytes(MANIFEST_FILE)
    try:
        frame = pd.read_parquet(io.BytesIO(data))
        records: dict[str, list[dict[Hashable, Any]]] = {}
        for record in frame.astype(object).where(frame.notna(), None).to_dict("records"):
            records.setdefault(record["interview_id"], []).append(record)
        interviews = tuple(_interview(key, rows) for key, rows in records.items())
        columns = [column for column in frame.columns if column.startswith(GROUP_PREFIX)]
        groups = frame.drop_duplicates("interview_id").set_index("interview_id")[columns]
    except (pa.ArrowException, OSError, KeyError, ValidationError, ValueError) as error:
        reason = str(error).splitlines()[0]
        raise ManifestError(
            f"{folder.path(MANIFEST_FILE)} is no manifest of a run ({reason}); pass the folder that `score` wrote"
        ) from error
    return Manifest(interviews, groups)


def _interview(key: str, records: list[dict[Hashable, Any]]) -> Interview:
    shared = {name: records[0][name] for name in ("candidate_id", "job", "language", "consent")}
    shared["candidate_voice"] = records[0].get("candidate_voice")  # older runs have no such column,
    channel = records[0].get("candidate_channel")  # nor this one
    shared["candidate_channel"] = int(channel) if channel and channel.isdecimal() else channel
    recordings = tuple(
        Recording(
            path=r["recording"],
            start_s=r["start_s"],
            end_s=r["end_s"],
            question=r["question"],
            transcript=r.get("transcript"),
        )
        for r in records
    )
    return Interview.model_validate({"id": key, "recordings": recordings, **shared})


def group_table(groups: Mapping[str, Mapping[str, str]], columns: Iterable[str]) -> pd.DataFrame:
    """The groups of each interview id as a table; a blank one is missing."""
    index = pd.Index(list(groups), name="interview_id", dtype="str")
    table = {name: [groups[key].get(name) for key in groups] for name in columns}
    return pd.DataFrame(table, index=index, dtype="str")
