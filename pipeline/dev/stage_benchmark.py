"""What each stage costs against a fixed computation, and the memory that it adds.

    python -m interview_analysis.pipeline.dev.stage_benchmark [--against FILE] [--write FILE]

A ratio of processor times measured right after each other says the same on a fast machine, a slow one and a busy one, as
far as anything does. `--against` warns where a stage's ratio is a quarter off the one in FILE, and never fails; `--write`
keeps the ratios as they are now.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import psutil

from interview_analysis.models.blas_threads import one_blas_thread
from interview_analysis.models.vision.face import FaceLandmarker
from interview_analysis.models.vision.pose import PoseLandmarker
from interview_analysis.models.voice.praat import acoustics
from interview_analysis.models.weights.store import ModelStore
from interview_analysis.pipeline.common.allocator import bound_allocator
from interview_analysis.pipeline.common.config import load_run_config
from interview_analysis.pipeline.common.system import quiet_dependencies
from interview_analysis.pipeline.dev.benchmark import MIB, machine
from interview_analysis.pipeline.dev.demo import ANSWER, make_sample
from interview_analysis.pipeline.media.audio_spool import AudioSpool
from interview_analysis.pipeline.media.decoding import Decoder
from interview_analysis.pipeline.observation.observers import Observers

WARN_RATIO = 0.25
_ROUNDS = 2
_PARAGRAPHS = 2  # of the sample's answer, 13 s


@dataclass(frozen=True, slots=True)
class Cost:
    """Processor time over that of the reference, and resident memory that the stage added, loading included."""

    ratio: float
    added_mib: float


def reference() -> None:
    """Transforms, sorting and plain Python, on one thread: about a third of a second."""
    values = np.random.default_rng(0).standard_normal((64, 4096))
    for _ in range(60):
        values = np.sort(np.fft.irfft(np.fft.rfft(values), 4096), axis=1)[:, ::-1]
    sum(number * number % 7 for number in range(600_000))


def _cpu_s(work: Callable[[], Any]) -> float:
    begin = time.process_time()
    work()
    return time.process_time() - begin


def measured(clip: Path, observers: Observers) -> dict[str, Cost]:
    """Each stage on `clip`, one after the other, in the order of a run; of several rounds the lowest ratio."""
    config, store = observers.config, observers.store
    decoder = Decoder(clip, config.frames_per_second, config.max_side_px, threads=1)
    with AudioSpool() as spool, decoder:
        frames = list(decoder.frames(spool))
        levels = decoder.channel_levels

        def decode() -> None:
            with (
                AudioSpool() as aside,
                Decoder(clip, config.frames_per_second, config.max_side_px, threads=1) as again,
            ):
                for _ in again.frames(aside):
                    pass

        def face() -> None:
            with FaceLandmarker(store.path("face-landmarker")) as model:
                for frame in frames:
                    model.observe(frame)
                model.track()

        def pose() -> None:
            with PoseLandmarker(store.path("pose-landmarker-full"), store.path("hand-landmarker")) as model:
                for frame in frames[:: config.pose_every_nth_frame]:
                    model.observe(frame)
                model.track()

        def voices() -> None:
            observers.diarize(spool, observers.detector.detect(spool), levels)

        stages: dict[str, Callable[[], Any]] = {
            "decode": decode,
            "face": face,
            "pose": pose,
            "transcribe": lambda: observers.transcribe(spool, lambda _: None),
            "voices": voices,
            "voice": lambda: acoustics(spool, lambda _: None),
        }
        return {name: _cost(work) for name, work in stages.items()}


def _cost(work: Callable[[], Any]) -> Cost:
    memory, ratios = psutil.Process(), []
    before = memory.memory_info().rss
    work()  # loads what it needs
    added_mib = (memory.memory_info().rss - before) / 1024 / MIB
    for _ in range(_ROUNDS):
        first, cost, second = _cpu_s(reference), _cpu_s(work), _cpu_s(reference)
        ratios.append(2 * cost / (first + second))
    return Cost(round(min(ratios), 2), round(added_mib, 1))


def warnings(now: dict[str, float], before: dict[str, float]) -> list[str]:
    """A line for each stage that changed by `WARN_RATIO` or more, came or went."""
    lines = [f"{name}: not in the stored ratios" for name in now.keys() - before.keys()]
    lines += [f"{name}: not measured any more" for name in before.keys() - now.keys()]
    for name in now.keys() & before.keys():
        change = now[name] / before[name] - 1
        if abs(change) >= WARN_RATIO:
            lines.append(f"{name}: {before[name]:.2f} before, {now[name]:.2f} now ({change:+.0%})")
    return sorted(lines)


def _say(line: str) -> None:
    sys.stdout.write(line + "\n")


def main(arguments: list[str] | None = None) -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--against", type=Path, help="stored ratios to compare with")
    parser.add_argument("--write", type=Path, help="where to keep the ratios of now")
    asked = parser.parse_args(arguments)
    quiet_dependencies()
    bound_allocator()
    with one_blas_thread(), tempfile.TemporaryDirectory(prefix="interview-analysis-bench-") as name:
        clip = make_sample(Path(name) / "sample.mp4", ANSWER[:_PARAGRAPHS])
        costs = measured(clip, Observers(load_run_config(), ModelStore()))
    _say(f"{machine()}\n{'stage':16}{'x reference':>14}{'adds MiB':>12}")
    for stage, cost in costs.items():
        _say(f"{stage:16}{cost.ratio:14.2f}{cost.added_mib:12.0f}")
    ratios = {stage: cost.ratio for stage, cost in costs.items()}
    if asked.against:
        for line in warnings(ratios, json.loads(asked.against.read_text(encoding="utf-8"))):
            _say(f"WARNING: the cost of a stage changed: {line}")
    if asked.write:
        asked.write.write_text(json.dumps(ratios, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
