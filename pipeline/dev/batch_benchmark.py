"""`make bench`: how fast batches are, each figure as a ratio of two runs of the same recordings.

- Two workers against one that is held to one core, from an empty cache. One worker alone keeps several cores busy,
  because hearing and seeing run at once in it; that is shown beside it.
- What the machinery of a batch costs: the time of one worker's run that is spent outside the stages.
- A rescore from a warm cache, and how the time grows with the number of rows, with the straight line that fits best.

`--costs FILE` measures what each stage costs instead, for the plan of what a month of interviews takes.
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
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, nullcontext
from pathlib import Path
from typing import TextIO

import click
import numpy as np

from interview_analysis.pipeline.batch.command import BatchOptions, rescore, score_manifest
from interview_analysis.pipeline.batch.manifest.manifest import read_manifest
from interview_analysis.pipeline.batch.results import Row
from interview_analysis.pipeline.batch.run import read_rows
from interview_analysis.pipeline.common.config import BUILT_IN, load_norms, load_run_config
from interview_analysis.pipeline.common.console import Console
from interview_analysis.pipeline.dev.benchmark import loop_clip, machine, sample
from interview_analysis.pipeline.dev.stage_costs import measure_costs
from interview_analysis.pipeline.storage.places import Folder

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
    options.add_argument(
        "--costs", type=Path, help="measure what each stage costs, write it here, and nothing else"
    )
    given = options.parse_args()
    with tempfile.TemporaryDirectory(prefix="interview-analysis-bench-") as name:
        folder = Path(name)
        source = given.clip or sample(folder)
        if given.costs:
            costs = measure_costs(source, folder, machine())
            given.costs.write_text(costs.model_dump_json(indent=2) + "\n", encoding="utf-8")
            click.echo(str(given.costs))
            return
        clip = folder / f"clip{source.suffix}"
        length_s = loop_clip(source, given.seconds, clip)
        click.echo(f"{machine()}\n{source.name}, repeated to {length_s:.0f} s")
        _measure(Bench(folder, clip, given.recordings), given, length_s)


def _measure(bench: Bench, given: argparse.Namespace, length_s: float) -> None:
    bench.score(1, 1, "start")
    again_s = _start_up(bench)
    _workers(bench, given.recordings, length_s, again_s)
    _growth(bench, [int(length) for length in given.rows.split(",") if length])
    _, run = bench.score(given.rescored, 2, "one")
    before_s = _cpu_s()
    wall_s = bench.rescore(run, given.rescored, 2, "one")
    click.echo(
        f"\nrescore of {given.rescored} interviews from a warm cache, two workers: {wall_s:.1f} s, "
        f"{1000 * (_cpu_s() - before_s) / given.rescored:.1f} ms of processor time a row"
    )


def _workers(bench: Bench, count: int, length_s: float, again_s: float) -> None:
    """From an empty cache: one worker on one core, on all, and two. Equal processor time a recording, and cores that are
    all busy, leave nothing that more workers could gain."""
    click.echo(
        f"\n{count} recordings of {length_s:.0f} s from an empty cache; less the start, {again_s:.1f} s"
    )
    click.echo(f"{'':28}{'wall s':>10}{'x real time':>14}{'CPU s a recording':>20}{'cores busy':>12}")
    walls: dict[str, float] = {}
    for name, workers, cache in (
        ("one worker on one core", 1, "single"),
        ("one worker on all cores", 1, "one"),
        ("two workers on all cores", 2, "two"),
    ):
        before_s = _cpu_s()
        with one_core() if cache == "single" else nullcontext():
            wall_s, run = bench.score(count, workers, cache)
        cpu_s = _cpu_s() - before_s
        walls[cache] = wall_s - again_s
        speed = count * length_s / walls[cache]
        click.echo(
            f"{name:28}{walls[cache]:>10.1f}{speed:>14.1f}{cpu_s / count:>20.1f}{cpu_s / wall_s:>12.2f}"
        )
        if cache == "one":
            outside_s = wall_s - again_s - stage_seconds(run)
    click.echo(
        f"two workers have {walls['single'] / walls['two']:.2f} x the throughput of one core, and "
        f"{walls['one'] / walls['two']:.2f} x that of one worker which has all cores to itself and keeps them busy alone, "
        "because it hears and sees at once"
    )
    click.echo(
        f"outside the stages, beside the start: {outside_s:.2f} s, {100 * outside_s / walls['one']:.1f} %"
    )


def _growth(bench: Bench, lengths: list[int]) -> None:
    """Runs of cached interviews with two workers: a straight line takes as long for every row, however many there are."""
    click.echo(f"\n{'rows, cached':>14}{'wall s':>10}{'CPU ms a row':>14}")
    walls = []
    for rows in lengths:
        before_s = _cpu_s()
        wall_s, run = bench.score(rows, 2, "one")
        walls.append(wall_s)
        click.echo(f"{rows:>14}{wall_s:>10.1f}{1000 * (_cpu_s() - before_s) / rows:>14.1f}")
        shutil.rmtree(run)
    if len(lengths) > 1:
        slope_s, offset_s, r_squared = straight_line(lengths, walls)
        click.echo(f"line: {offset_s:.1f} s and {1000 * slope_s:.1f} ms a row, r² = {r_squared:.5f}")
        for rows, wall_s in zip(lengths, walls, strict=True):
            line_s = offset_s + slope_s * rows
            click.echo(
                f"{rows:>14}{wall_s - line_s:>+10.1f} s off the line, {100 * (wall_s / line_s - 1):+.0f} %"
            )


def straight_line(rows: Sequence[float], seconds: Sequence[float]) -> tuple[float, float, float]:
    """Seconds a row, seconds at no rows, and the share of the variance that this line explains (least squares)."""
    slope, offset = np.polyfit(rows, seconds, 1)
    residual = np.asarray(seconds) - (slope * np.asarray(rows) + offset)
    spread = np.asarray(seconds) - np.mean(seconds)
    return float(slope), float(offset), float(1 - np.sum(residual**2) / np.sum(spread**2))


def _cpu_s() -> float:
    """Processor seconds of this process and of the workers that have ended."""
    times = os.times()
    return times.user + times.system + times.children_user + times.children_system


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
