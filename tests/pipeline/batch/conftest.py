"""A round of interviews that are spoken by a synthesiser, so that batches run anywhere, and their undisturbed result."""

from __future__ import annotations

import csv
import shutil
import subprocess
import sys
import wave
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest
import yaml
from filelock import FileLock

from interview_analysis.models.weights.store import ModelStore
from interview_analysis.pipeline.common.config import BUILT_IN
from tests.pipeline.batch.here import run_apart, run_here

ANSWERS = {
    "team.wav": (
        "Last year I led a team of five people on a new product.",
        "My task was to write the plan and keep the schedule.",
        "First I interviewed twenty users and found what they needed most.",
        "Then we built a prototype, tested it and changed the design.",
        "In the end we delivered the project two weeks early.",
    ),
    "client.wav": (
        "A client was angry about a late delivery and wanted to leave.",
        "I called them the same day, listened, and apologised for our mistake.",
        "Then I made a plan with them and reported progress every week.",
        "They renewed the contract for another year and recommended us.",
    ),
    "data.wav": (
        "I analysed the sales data of three years and wrote a report.",
        "It showed that the price was too high for small customers.",
        "I suggested a smaller package, and my manager agreed to a trial.",
        "After two months sales had grown by fifteen percent.",
    ),
}
JOBS = ("product-manager", "customer-success-manager")
ASKED = "What did you do?"
COLUMNS = ("interview_id", "candidate_id", "job", "recording", "question", "start_s", "end_s", "group_team")
# What may not differ between two runs of the same round.
TABLES = ("scores.csv", "scores.parquet", "features.parquet", "failures.csv")

Run = Callable[[Sequence[str]], subprocess.CompletedProcess[str]]


@dataclass(frozen=True)
class Round:
    """A manifest with its recordings, job profiles and a cache."""

    folder: Path

    @property
    def manifest(self) -> Path:
        return self.folder / "round.csv"

    @property
    def jobs(self) -> Path:
        return self.folder / "jobs"

    @property
    def cache(self) -> Path:
        return self.folder / "cache"

    def command(self, out: Path | str, *more: str) -> list[str]:
        """The command line that scores the round into `out`, by two workers where it says nothing else."""
        workers = [] if {"--workers", "--executor"} & set(more) else ["--workers", "2"]
        return [
            sys.executable, "-m", "interview_analysis.pipeline", "score", str(self.manifest), "--job-dir", str(self.jobs),
            "--out", str(out), "--cache", str(self.cache), *workers, *more,
        ]  # fmt: skip

    def score(self, out: Path | str, *more: str) -> subprocess.CompletedProcess[str]:
        """By a process of its own, with two workers."""
        return run_apart(self.command(out, *more))

    def write(self, rows: Sequence[Sequence[str]]) -> None:
        with self.manifest.open("w", newline="", encoding="utf-8") as file:
            csv.writer(file).writerows([COLUMNS, *rows])


def manifest_rows(count: int, team: str = "a") -> list[tuple[str, ...]]:
    """`count` interviews: whole recordings, parts of them, and two recordings of one interview, all different."""
    names = list(ANSWERS)
    rows = []
    for number in range(count):
        person, job = f"P{number:03d}", JOBS[number % 2]
        first, second = names[number % 3], names[(number + 1) % 3]
        start = f"{0.05 * (number // 3):.2f}"
        rows.append((f"I{number:03d}", person, job, first, ASKED, start, "", team))
        if number % 4 == 3:
            rows.append((f"I{number:03d}", person, job, second, "How did it end?", start, "", team))
    return rows


def job_that_asks(job: str, question: str = ASKED, language: str = "en") -> str:
    """A built-in profile with its first two dimensions, the heavier of which asks `question`.

    The answer to it is scored on that dimension whatever it tells of, and that is enough for an overall score.
    """
    data = yaml.safe_load((BUILT_IN / "jobs" / f"{job}.yaml").read_text(encoding="utf-8"))
    data["dimensions"] = data["dimensions"][:2]
    for dimension, weight in zip(data["dimensions"], (0.55, 0.45), strict=True):
        dimension["weight"] = weight
    data["dimensions"][0]["questions"] = [{"kind": "past", "text": {language: question}}]
    return yaml.safe_dump(data, allow_unicode=True)


def tables(out: Path) -> dict[str, bytes]:
    return {name: (out / name).read_bytes() for name in TABLES}


@pytest.fixture(params=["here", pytest.param("processes", marks=pytest.mark.faults)])
def run(request: pytest.FixtureRequest) -> Run:
    """Runs a command in this process, and in the long tests as its user does."""
    return run_here if request.param == "here" else run_apart


@pytest.fixture(scope="session")
def recordings(tmp_path_factory: pytest.TempPathFactory, model_store: ModelStore) -> Path:
    """The folder of the spoken answers."""
    demo = pytest.importorskip("interview_analysis.pipeline.dev.demo")
    pytest.importorskip("espeakng_loader", reason="SKIPPED: the demo extra is not installed")
    folder = tmp_path_factory.mktemp("recordings")
    for name, sentences in ANSWERS.items():
        samples, rate_hz = demo.speak(sentences)
        with wave.open(str(folder / name), "wb") as file:
            file.setnchannels(1)
            file.setsampwidth(2)
            file.setframerate(rate_hz)
            file.writeframes(samples.astype("<i2").tobytes())
    return folder


@pytest.fixture(scope="session")
def make_round(recordings: Path) -> Callable[[Path, int], Round]:
    """A round of so many interviews in a folder."""

    def make(folder: Path, count: int) -> Round:
        folder.mkdir(parents=True, exist_ok=True)
        for name in ANSWERS:
            shutil.copy2(recordings / name, folder / name)
        (folder / "jobs").mkdir()
        for job in JOBS:
            (folder / "jobs" / f"{job}.yaml").write_text(job_that_asks(job), encoding="utf-8")
        made = Round(folder)
        made.write(manifest_rows(count))
        return made

    return make


@pytest.fixture(scope="session")
def small_round(common_folder: Path, make_round: Callable[[Path, int], Round]) -> Round:
    """Twelve interviews."""
    folder = common_folder / "round"
    with FileLock(f"{folder}.lock"):
        return Round(folder) if folder.exists() else make_round(folder, 12)


@pytest.fixture(scope="session")
def undisturbed(small_round: Round, common_folder: Path) -> Path:
    """The folder of a run of `small_round` that nothing disturbed; its cache is full from then on. Not to be written to."""
    out = common_folder / "undisturbed"
    with FileLock(f"{out}.lock"):
        if not out.exists():
            done = small_round.score(out)
            assert done.returncode == 0, done.stderr
    return out


@pytest.fixture
def base(tmp_path: Path) -> Path:
    """A folder of recordings that manifests name, with one outside."""
    folder = tmp_path / "in"
    (folder / "sub").mkdir(parents=True)
    for name in ("a.wav", "b.wav", "面试.wav", "sub/c.wav"):
        (folder / name).write_bytes(b"sound")
    (tmp_path / "outside.wav").write_bytes(b"sound")
    return folder
