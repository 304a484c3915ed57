"""Parsing many descriptions at once: a pool of processes that load the library once each."""

from __future__ import annotations

import multiprocessing
import os
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

from interview_analysis.errors import InterviewAnalysisError
from interview_analysis.pipeline.common.config import RunConfig
from interview_analysis.pipeline.job.files import parse_file, write_profile
from interview_analysis.pipeline.loaded import LoadedModels
from interview_analysis.scoring.jobs.parse import JobParser
from interview_analysis.scoring.profile import Language

_parser: JobParser | None = None  # one a process


def profile_path(source: str, folder: Path) -> Path:
    """Where the profile of a description goes in the folder of a batch."""
    return folder / f"{Path(source).stem}.yaml"


def parse_all(
    sources: Sequence[str],
    folder: Path,
    config: RunConfig,
    language: Language | None,
    workers: int | None = None,
) -> Iterator[tuple[str, str]]:
    """Parse every description and write its profile to `folder`; yields each source with why it failed, or "".

    Results come in the order of `sources`. Each process encodes with one thread, which is faster than several
    threads on sentence after sentence.
    """
    count = min(workers or os.cpu_count() or 1, len(sources))
    single = config.model_copy(update={"encoder": config.encoder.model_copy(update={"threads": 1})})
    jobs = [(source, str(profile_path(source, folder)), language) for source in sources]
    # Spawned, because a forked copy of a native engine may hang.
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(count, context, initializer=_start, initargs=(single,)) as pool:
        yield from zip(sources, pool.map(_parse_one, jobs), strict=True)


def _start(config: RunConfig) -> None:
    global _parser
    _parser = LoadedModels(config).job_parser
    _ = _parser.matcher


def _parse_one(job: tuple[str, str, Language | None]) -> str:
    source, target, language = job
    assert _parser is not None
    try:
        write_profile(parse_file(source, _parser, language), Path(target))
    except InterviewAnalysisError as error:
        return str(error)
    return ""
