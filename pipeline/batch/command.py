"""What `score MANIFEST`, `rescore` and `batch status` do, once their options are read."""

from __future__ import annotations

import signal
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from interview_analysis.errors import ConfigError, ManifestError, OutputError
from interview_analysis.pipeline.batch.fetched import Fetched
from interview_analysis.pipeline.batch.lock import is_held
from interview_analysis.pipeline.batch.manifest.manifest import Manifest, load_manifest, read_manifest
from interview_analysis.pipeline.batch.results import Row
from interview_analysis.pipeline.batch.run import (
    INDEX_FILE,
    Plan,
    known_recordings,
    load_jobs,
    read_rows,
    read_run,
    run_batch,
)
from interview_analysis.pipeline.batch.settings import BatchSettings, load_batch_settings
from interview_analysis.pipeline.batch.stages import ReportLanguage, WorkerSetup
from interview_analysis.pipeline.batch.status import summarize, write_status
from interview_analysis.pipeline.batch.tracking import PERSONAL_TABLES, log_batch
from interview_analysis.pipeline.batch.workers.executor import Executor
from interview_analysis.pipeline.batch.workers.resources import (
    available_memory,
    core_count,
    thread_count,
    with_threads,
    worker_count,
)
from interview_analysis.pipeline.common.config import RunConfig
from interview_analysis.pipeline.common.console import Console
from interview_analysis.pipeline.common.exits import Exit
from interview_analysis.pipeline.common.tracking import flat
from interview_analysis.pipeline.observation.cache import ObservationCache
from interview_analysis.pipeline.storage.places import Folder
from interview_analysis.scoring.norms import Norms
from interview_analysis.scoring.rubric.policy import Policy

if TYPE_CHECKING:
    from interview_analysis.pipeline.learning.scorer_source import ScorerSource


@dataclass(frozen=True, slots=True)
class BatchOptions:
    """How a batch is run; none of it changes a score. `workers` is "auto" or a number."""

    out: str
    language: ReportLanguage
    workers: str
    executor: Literal["local", "ray"]
    ray_address: str | None
    cache: str | None
    settings_path: Path | None
    retry_failed: bool
    tracking_uri: str | None
    track_personal_data: bool


def score_manifest(
    manifest: str,
    job_dir: str,
    config: RunConfig,
    norms: Norms,
    options: BatchOptions,
    scorer: ScorerSource | None = None,
    *,
    allow_outside: bool,
    console: Console,
) -> Exit:
    """Score the interviews of a manifest; the exit code says whether any failed."""
    profiles = load_jobs(Folder(job_dir))
    read = load_manifest(manifest, profiles, allow_outside=allow_outside)
    plan = Plan(read, profiles, config, norms, Folder(options.out), manifest, job_dir, {}, scorer)
    return _run(plan, options, console)


def rescore(
    run: str,
    job_dir: str,
    norms: Norms | None,
    options: BatchOptions,
    console: Console,
    *,
    policy: Policy | None = None,
    scorer: ScorerSource | None = None,
) -> Exit:
    """Score the interviews of a run again, by other profiles, norms, policy or scorer.

    What was observed is taken from the cache, except what the policy keeps out. What is None is as the run had it.
    """
    earlier = Folder(run)
    if earlier.url == Folder(options.out).url:
        raise OutputError(f"{run} is the run to score again; name another folder with --out")
    started = read_run(earlier)
    manifest = read_manifest(earlier)
    profiles = load_jobs(Folder(job_dir))
    _check_jobs(manifest, profiles, job_dir)
    known = known_recordings(read_rows(earlier, manifest.interviews), manifest.interviews)
    config = started.config if policy is None else started.config.model_copy(update={"policy": policy})
    plan = Plan(
        manifest, profiles, config, norms or started.norms, Folder(options.out), started.manifest,
        job_dir, known, scorer or started.scorer,
    )  # fmt: skip
    return _run(plan, options, console)


def show_status(run: str, *, as_json: bool) -> None:
    """Write to stdout how far a run is."""
    out = Folder(run)
    started, manifest = read_run(out), read_manifest(out)
    rows = read_rows(out, manifest.interviews)
    status = summarize(started.total, rows, started.started_at, datetime.now(UTC), is_held(out))
    write_status(status, sys.stdout, as_json=as_json)


def _run(plan: Plan, options: BatchOptions, console: Console) -> Exit:
    settings = load_batch_settings(options.settings_path)
    if plan.scorer is not None:
        plan.scorer.load()  # so that one which cannot be used stops the batch before it begins
    total = len(plan.manifest.interviews)
    began = datetime.now(UTC)
    done = 0

    def progress(count: int, of: int) -> None:
        nonlocal done
        done = count
        stages.update("interviews", count, of)

    with (
        _resumable(plan.out, lambda: (done, total)),
        tempfile.TemporaryDirectory(prefix="interview-analysis-", ignore_cleanup_errors=True) as aside,
        console.stages() as stages,
    ):
        make_executor = _executor(plan, options, settings, Fetched(Path(aside)), console)
        rows = run_batch(plan, make_executor, settings, retry_failed=options.retry_failed, progress=progress)
    if options.tracking_uri:
        _track(plan, rows, options.tracking_uri, personal_data=options.track_personal_data)
    if not console.quiet:
        write_status(summarize(total, rows, began, datetime.now(UTC), running=False), sys.stderr)
    console.result(plan.out.path(INDEX_FILE))
    return Exit.of_batch(sum(row.status == "failed" for row in rows), total)


def _executor(
    plan: Plan, options: BatchOptions, settings: BatchSettings, fetched: Fetched, console: Console
) -> Callable[[], Executor]:
    """How to start the workers. Raises ConfigError for a number of workers that is none."""
    cache = ObservationCache.at(options.cache, settings.cache_max_bytes)

    def setup(config: RunConfig) -> WorkerSetup:
        return WorkerSetup(
            config, plan.norms, plan.profiles, plan.out, cache, options.language, plan.scorer, fetched
        )

    limits: dict[str, Any] = {
        "memory_limit_bytes": settings.memory_limit_bytes,
        "retries": settings.retries.worker_lost,
        "start_limit_s": settings.time_limits.start_s,
    }
    if options.executor == "ray":
        from interview_analysis.pipeline.batch.workers.ray_cluster import RayExecutor

        threads = max(1, int(max(needs.num_cpus for needs in settings.resources.values())))
        return lambda: RayExecutor(
            setup(with_threads(plan.config, threads)),
            settings.resources,
            address=options.ray_address,
            per_worker_bytes=settings.worker_memory_bytes,
            node_retries=settings.retries.node_lost,
            **limits,
        )
    from interview_analysis.pipeline.batch.workers.local import LocalExecutor

    cores = core_count()
    asked = _asked(options.workers)
    workers, note = worker_count(asked, cores, available_memory(), settings.worker_memory_bytes)
    if note:
        console.warning(note)
    workers = min(workers, len(plan.manifest.interviews))
    threads = thread_count(cores, workers)
    return lambda: LocalExecutor(
        setup(with_threads(plan.config, threads)), workers, threads=threads, **limits
    )


def _asked(workers: str) -> Literal["auto"] | int:
    if workers == "auto":
        return "auto"
    try:
        return int(workers)
    except ValueError as error:
        raise ConfigError(f"--workers {workers}: expected auto or a number from 1 on") from error


def _check_jobs(manifest: Manifest, profiles: Any, job_dir: str) -> None:
    missing = sorted({interview.job for interview in manifest.interviews} - set(profiles))
    if missing:
        raise ManifestError(
            f"{job_dir} lacks the profile {', '.join(missing)} of the run; it holds {', '.join(sorted(profiles))}"
        )


def _track(plan: Plan, rows: Sequence[Row], uri: str, *, personal_data: bool) -> None:
    settings = dict(flat(plan.config.model_dump(mode="json")))
    with tempfile.TemporaryDirectory(prefix="interview-analysis-") as aside:
        # Named as the run, because the run in MLflow takes its name from there.
        folder = plan.out.local or Path(aside) / plan.out.url.rstrip("/").rpartition("/")[2]
        if plan.out.local is None:
            folder.mkdir()
            for name in (INDEX_FILE, *PERSONAL_TABLES):
                (folder / name).write_bytes(plan.out.read_bytes(name))
        log_batch(rows, settings, folder / INDEX_FILE, folder, uri, personal_data=personal_data)


@contextmanager
def _resumable(out: Folder, counts: Callable[[], tuple[int, int]]) -> Iterator[None]:
    """Ctrl-C and SIGTERM stop the workers; the KeyboardInterrupt says how to go on."""

    def stop(*_: Any) -> None:
        raise KeyboardInterrupt

    before = signal.signal(signal.SIGTERM, stop)
    try:
        yield
    except KeyboardInterrupt as stopped:
        done, total = counts()
        raise KeyboardInterrupt(
            f"stopped: {done} of {total} interviews are done and stay in {out.url}; run the same command again for "
            "the rest"
        ) from stopped
    finally:
        signal.signal(signal.SIGTERM, before)
