"""A batch from its manifest to its tables. A run's folder is all of its state: start it again and the rest is done."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import PurePosixPath
from typing import Literal

import yaml
from pydantic import ValidationError

from interview_analysis import __version__
from interview_analysis.errors import OutputError, ProfileError
from interview_analysis.pipeline.batch.driver import Driver
from interview_analysis.pipeline.batch.index_page import render_index
from interview_analysis.pipeline.batch.inputs import inputs_of
from interview_analysis.pipeline.batch.lock import holding
from interview_analysis.pipeline.batch.manifest.manifest import (
    Interview,
    Manifest,
    write_manifest,
)
from interview_analysis.pipeline.batch.results import ROW_FILE, Row, write_tables
from interview_analysis.pipeline.batch.settings import BatchSettings
from interview_analysis.pipeline.batch.stages import INTERVIEWS, Probe
from interview_analysis.pipeline.batch.workers.executor import Executor
from interview_analysis.pipeline.common.config import RunConfig
from interview_analysis.pipeline.common.tables import composed
from interview_analysis.pipeline.learning.scorer_source import ScorerSource
from interview_analysis.pipeline.storage.places import Folder
from interview_analysis.scoring.edges import Model
from interview_analysis.scoring.norms import Norms
from interview_analysis.scoring.profile import JobProfile, parse_profile

RUN_FILE = "run.json"
INDEX_FILE = "index.html"
READERS = 16  # small files read at once; a store far away takes a while for each
Progress = Callable[[int, int], None]  # interviews that are done, of how many


class RunFile(Model):
    """run.json: what a run was started with."""

    schema_version: Literal["1.0"] = "1.0"
    version: str  # of this product
    total: int
    started_at: datetime  # when work on it began last
    manifest: str
    jobs: str
    config: RunConfig
    norms: Norms
    scorer: ScorerSource | None = None


@dataclass(frozen=True, slots=True)
class Plan:
    """What a batch is to score and by what. `source` and `jobs` are the places of manifest and profiles, for people."""

    manifest: Manifest
    profiles: Mapping[str, JobProfile]
    config: RunConfig
    norms: Norms
    out: Folder
    source: str
    jobs: str
    known: Mapping[str, Probe]  # recordings that need not be opened again, by path
    scorer: ScorerSource | None = None


def load_jobs(folder: Folder) -> dict[str, JobProfile]:
    """The profiles of a folder by file name without its ending.

    Raises ProfileError for a profile that is wrong, and for a folder without any.
    """
    found = {}
    for name in folder.names():
        path = PurePosixPath(name)
        if path.suffix not in (".yaml", ".yml") or path.parent.name:
            continue
        try:
            data = yaml.safe_load(folder.read_bytes(name))
        except (yaml.YAMLError, ValueError) as error:
            raise ProfileError(
                f"{folder.path(name)} is not valid YAML: {' '.join(str(error).split())}"
            ) from error
        found[composed(path.stem)] = parse_profile(data, folder.path(name))
    if not found:
        raise ProfileError(
            f"no job profile in {folder.url}: expected YAML files; `interview-analysis job parse *.docx -o "
            f"{folder.url}` makes them from job descriptions"
        )
    return found


def run_batch(
    plan: Plan,
    make_executor: Callable[[], Executor],
    settings: BatchSettings,
    *,
    retry_failed: bool = False,
    progress: Progress,
) -> list[Row]:
    """Score what is still to be scored and write the run's tables and page; gives all rows in the manifest's order.

    Raises what `Driver.run` raises, and OutputError for a folder that holds something else or that another process
    works on. What was finished by then stays, and is not done again.
    """
    _check_folder(plan.out)
    with holding(plan.out):
        plan.out.delete_abandoned(time.time())
        interviews = plan.manifest.interviews
        inputs = inputs_of(interviews, plan.profiles, plan.config, plan.norms, plan.scorer)
        rows = {
            row.interview_id: row
            for row in read_rows(plan.out, interviews)
            if row.inputs == inputs[row.interview_id] and not (retry_failed and row.status == "failed")
        }
        _begin(plan)
        total = len(interviews)

        def finished(row: Row) -> None:
            place = f"{INTERVIEWS}/{slugs[row.interview_id]}/{ROW_FILE}"
            plan.out.write_bytes(place, row.model_dump_json(indent=1).encode())
            rows[row.interview_id] = row
            progress(len(rows), total)

        slugs = {i.id: i.slug for i in interviews}
        todo = [(i, inputs[i.id]) for i in interviews if i.id not in rows]
        progress(len(rows), total)
        if todo:
            with make_executor() as executor:
                Driver(executor, settings, finished, plan.known).run(todo, lambda: None)
        ordered = [rows[i.id] for i in interviews if i.id in rows]
        write_tables(ordered, plan.manifest.groups, plan.out)
        page = render_index(ordered, plan.profiles, title=PurePosixPath(plan.out.url).name, total=total)
        plan.out.write_bytes(INDEX_FILE, page.encode())
        return ordered


def read_rows(out: Folder, interviews: Iterable[Interview]) -> list[Row]:
    """The rows of a run that are there and can be read; the others have to be made again."""
    with ThreadPoolExecutor(READERS) as pool:
        found = pool.map(lambda interview: _row(out, interview), interviews)
        return [row for row in found if row is not None]


def read_run(out: Folder) -> RunFile:
    """What a run was started with. Raises OutputError for a folder that holds no run."""
    if not out.exists(RUN_FILE):
        raise OutputError(f"{out.url} holds no run; pass the folder that `score MANIFEST --out` made")
    try:
        return RunFile.model_validate_json(out.read_bytes(RUN_FILE))
    except ValidationError as error:
        raise OutputError(f"{out.path(RUN_FILE)} is damaged; run the batch again") from error


def known_recordings(rows: Sequence[Row], interviews: Sequence[Interview]) -> dict[str, Probe]:
    """What an earlier run has found out of its recordings, so that they need not be opened to be scored again."""
    by_id = {interview.id: interview for interview in interviews}
    known = {}
    for row in rows:
        if row.lineage is not None:
            interview, line = by_id[row.interview_id], row.lineage
            for recording, sha256 in zip(interview.recordings, line.recordings, strict=True):
                known[recording.path] = Probe(sha256, row.duration_s or 0.0)
            if interview.candidate_voice and line.candidate_voice:
                known.setdefault(interview.candidate_voice, Probe(line.candidate_voice, 0.0))
    return known


def _check_folder(out: Folder) -> None:
    if out.local is not None and out.local.exists() and not out.local.is_dir():
        raise OutputError(f"{out.url} is a file; --out takes a folder")
    if not out.exists(RUN_FILE) and (names := [n for n in out.names() if not n.startswith(".")]):
        raise OutputError(
            f"{out.url} holds files that are no run, such as {names[0]}; choose an empty or new folder with --out"
        )


def _begin(plan: Plan) -> None:
    run = RunFile(
        version=__version__,
        total=len(plan.manifest.interviews),
        started_at=datetime.now(UTC),
        manifest=plan.source,
        jobs=plan.jobs,
        config=plan.config,
        norms=plan.norms,
        scorer=plan.scorer,
    )
    plan.out.write_bytes(RUN_FILE, run.model_dump_json(indent=1).encode())
    write_manifest(plan.manifest, plan.out)


def _row(out: Folder, interview: Interview) -> Row | None:
    place = f"{INTERVIEWS}/{interview.slug}/{ROW_FILE}"
    try:
        row = Row.model_validate_json(out.read_bytes(place)) if out.exists(place) else None
    except ValidationError:  # of another version, or damaged
        return None
    return row if row is not None and row.interview_id == interview.id else None
