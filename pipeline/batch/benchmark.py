"""`make bench`: how fast batches are, each figure as a ratio of two runs of the same recordings.

- Two workers against one that is held to one core, from an empty cache. One worker alone keeps several cores busy,
  because hearing and seeing run at once in it; that is shown beside it.
- What the machinery of a batch costs: the time of one worker's run that is spent outside the stages.
- A rescore from a warm cache, and how the time grows with the number of rows.
"""

from __future__ import annotations

import argparse
import csv
import io
import os
import shutil
import statistics
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TextIO

import click

from interview_analysis.pipeline.batch.command import BatchOptions, rescore, score_manifest
from interview_analysis.pipeline.batch.manifest import read_manifest
from interview_analysis.pipeline.batch.results import Row
from interview_analysis.pipeline.batch.run import read_rows
from interview_analysis.pipeline.benchmark import loop_clip, machine, sample
from interview_analysis.pipeline.config import BUILT_IN, load_norms, load_run_config
from interview_analysis.pipeline.console import Console
from interview_analysis.pipeline.storage import Folder

JOB = "product-manager"
COLUMNS = ("interview_id", "candidate_id", "job", "recording")


@contextmanager
def one_core() -> Iterator[None]:
    """This process and those that it starts have one core only."""
    before = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {min(before)})
    try:
        yield
    finally:
        os.sched_setaffinity(0, before)


class Bench:
    """A folder with recordings, a profile, manifests and runs."""

    def __init__(self, folder: Path, clip: Path, recordings: int) -> None:
        self.folder, self.recordings = folder, []
        self.jobs = folder / "jobs"
        self.jobs.mkdir()
        (self.jobs / f"{JOB}.yaml").write_bytes((BUILT_IN / "jobs" / f"{JOB}.yaml").read_bytes())
        for number in range(recordings):
            copy = folder / f"recording-{number:03d}{clip.suffix}"
            shutil.copyfile(clip, copy)
            with copy.open("ab") as file:  # players ignore what follows; the hash, and so the cache, does not
                file.write(f"{number:08d}".encode())
            self.recordings.append(copy.name)

    def manifest(self, rows: int) -> Path:
        """A manifest of so many interviews, each a recording as it comes."""
        path = self.folder / f"round-{rows}.csv"
        with path.open("w", newline="", encoding="utf-8") as file:
            writer = csv.writer(file)
            writer.writerow(COLUMNS)
            for number in range(rows):
                recording = self.recordings[number % len(self.recordings)]
                writer.writerow([f"I{number:05d}", f"C{number:05d}", JOB, recording])
        return path

    def score(self, rows: int, workers: int, cache: str) -> tuple[float, Path]:
        """Wall seconds of a run, and its folder."""
        out = self.folder / f"run-{rows}-{workers}-{cache}"
        manifest = str(self.manifest(rows))
        options = self._options(out, workers, cache)
        config, norms, console = load_run_config(), load_norms(), Console(quiet=True, results=_nowhere())
        begin = time.perf_counter()
        score_manifest(manifest, str(self.jobs), config, norms, options, allow_outside=False, console=console)
        return time.perf_counter() - begin, out

    def rescore(self, run: Path, rows: int, workers: int, cache: str) -> float:
        out = self.folder / f"rescored-{rows}"
        options = self._options(out, workers, cache)
        begin = time.perf_counter()
        rescore(str(run), str(self.jobs), None, options, Console(quiet=True, results=_nowhere()))
        return time.perf_counter() - begin

    def _options(self, out: Path, workers: int, cache: str) -> BatchOptions:
        return BatchOptions(
            out=str(out), language="auto", workers=str(workers), executor="local", ray_address=None,
            cache=str(self.folder / cache), settings_path=None, retry_failed=False, tracking_uri=None,
            track_personal_data=False,
        )  # fmt: skip


def _nowhere() -> TextIO:
    return io.StringIO()


def rows_of(run: Path) -> list[Row]:
    folder = Folder(run)
    return read_rows(folder, read_manifest(folder).interviews)


def stage_seconds(run: Path) -> float:
    """Seconds that the stages of a run took together; a recording that several share was observed once."""
    return sum(sum(row.seconds.values()) for row in rows_of(run))


def main() -> None:
    options = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    options.add_argument("--clip", type=Path, help="recording to measure on; the demo's sample by default")
    options.add_argument("--seconds", type=float, default=20.0, help="length it is repeated to")
    options.add_argument("--recordings", type=int, default=12, help="recordings of the cold runs")
    options.add_argument("--rows", default="50,500,5000", help="lengths of the warm runs")
    options.add_argument("--rescored", type=int, default=1000, help="interviews of the rescore")
    given = options.parse_args()
    with tempfile.TemporaryDirectory(prefix="interview-analysis-bench-") as name:
        folder = Path(name)
        source = given.clip or sample(folder)
        clip = folder / f"clip{source.suffix}"
        length_s = loop_clip(source, given.seconds, clip)
        click.echo(f"{machine()}\n{source.name}, repeated to {length_s:.0f} s")
        _measure(Bench(folder, clip, given.recordings), given, length_s)


def _measure(bench: Bench, given: argparse.Namespace, length_s: float) -> None:
    count = given.recordings
    start_s, _ = bench.score(1, 1, "start")
    warm_s, warm = bench.score(count, 1, "one")  # from an empty cache
    with one_core():
        single_s, _ = bench.score(count, 1, "single")
    two_s, _ = bench.score(count, 2, "two")
    again_s = _start_up(bench)
    click.echo(
        f"\n{count} recordings from an empty cache, {length_s:.0f} s each; the first alone takes {start_s:.1f} s"
    )
    click.echo(f"one worker on one core: {single_s:.1f} s, {count * length_s / single_s:.1f} x real time")
    click.echo(f"one worker on all cores: {warm_s:.1f} s, {count * length_s / warm_s:.1f} x real time")
    click.echo(
        f"two workers on all cores: {two_s:.1f} s, {count * length_s / two_s:.1f} x real time: {single_s / two_s:.2f} x "
        f"the throughput of one core, {warm_s / two_s:.2f} x that of a worker which has all cores to itself"
    )
    outside = warm_s - again_s - stage_seconds(warm)
    click.echo(
        f"start of a worker and of the run: {again_s:.1f} s, once; outside the stages besides: {outside:.2f} s, "
        f"{100 * outside / warm_s:.1f} % of the time"
    )
    click.echo(f"\n{'rows, cached':>14}{'wall s':>10}{'ms a row':>12}")
    lengths = [int(length) for length in given.rows.split(",") if length]
    per_row = []
    for rows in lengths:
        wall_s, _ = bench.score(rows, 2, "one")
        per_row.append((wall_s - again_s) / rows)
        click.echo(f"{rows:>14}{wall_s:>10.1f}{1000 * per_row[-1]:>12.1f}")
    if len(per_row) > 1:
        click.echo(f"time a row at {lengths[-1]} rows against {lengths[1]}: {per_row[-1] / per_row[1]:.2f}")
    _, run = bench.score(given.rescored, 2, "one")
    rescored_s = bench.rescore(run, given.rescored, 2, "one")
    click.echo(f"\nrescore of {given.rescored} interviews from a warm cache, two workers: {rescored_s:.1f} s")


def _start_up(bench: Bench) -> float:
    """Seconds of a run of one cached interview less its stages: what every run pays once."""
    walls = []
    for _ in range(3):
        wall_s, run = bench.score(1, 1, "start")
        walls.append(wall_s - stage_seconds(run))
        shutil.rmtree(run)
    return statistics.median(walls)


if __name__ == "__main__":
    main()
