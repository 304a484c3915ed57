"""`make bench`: speed against the obvious script, where the time goes, and memory against length.

Every measurement is a process of its own, one after the other on the same clip, so that peak memory is that of
the job alone and neither side finds warm caches of the other. Models are loaded before the clock starts, on both
sides.
"""

from __future__ import annotations

import argparse
import json
import math
import os
import platform
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

MIB = 1024.0


def loop_clip(
    source: Path, seconds: float, target: Path, wanted: tuple[str, ...] = ("video", "audio")
) -> float:
    """Repeat a recording without re-encoding until it lasts `seconds`; returns the length in seconds."""
    import av

    with av.open(str(source)) as probe:
        length = max(float(s.duration * s.time_base) for s in probe.streams if s.duration and s.time_base)
    times = max(1, round(seconds / length))
    with av.open(str(target), "w") as out:
        with av.open(str(source)) as first:
            kinds = [s for s in first.streams if s.type in wanted]
            copies = {s.index: out.add_stream_from_template(s) for s in kinds}
        last: dict[int, int] = {}
        for turn in range(times):
            with av.open(str(source)) as part:
                for packet in part.demux([part.streams[i] for i in copies]):
                    if packet.dts is None or packet.pts is None or packet.time_base is None:
                        continue
                    shift = round(turn * length / packet.time_base)
                    packet.pts, packet.dts = packet.pts + shift, packet.dts + shift
                    if packet.dts <= last.get(packet.stream_index, -math.inf):
                        continue  # the overhang of the turn before
                    last[packet.stream_index] = packet.dts
                    packet.stream = copies[packet.stream_index]
                    out.mux(packet)
    return times * length


def obvious_script(clip: Path) -> dict[str, Any]:
    """What one would write first: openai-whisper base in fp32, pyin, both landmarkers on every frame, in a row."""
    import cv2
    import librosa
    import mediapipe as mp
    from mediapipe.tasks import python as tasks
    from mediapipe.tasks.python import vision

    from interview_analysis.models.asr.ct2_to_openai import load_openai_model
    from interview_analysis.models.weights.store import ModelStore

    store = ModelStore()
    whisper = load_openai_model(store.path("whisper-base"))
    video = {"running_mode": vision.RunningMode.VIDEO}
    base = {
        m: tasks.BaseOptions(model_asset_path=str(store.path(m)))
        for m in ("face-landmarker", "pose-landmarker-full")
    }
    face = vision.FaceLandmarker.create_from_options(
        vision.FaceLandmarkerOptions(
            base_options=base["face-landmarker"], output_face_blendshapes=True, **video
        )
    )
    pose = vision.PoseLandmarker.create_from_options(
        vision.PoseLandmarkerOptions(base_options=base["pose-landmarker-full"], **video)
    )
    stages: dict[str, float] = {}
    begin = time.perf_counter()
    audio = _decode_all_audio(clip)
    whisper.transcribe(audio, temperature=0.0, word_timestamps=True, fp16=False)
    stages["transcribe"] = time.perf_counter() - begin
    mark = time.perf_counter()
    librosa.pyin(audio, fmin=65, fmax=600, sr=16000)
    stages["pitch"] = time.perf_counter() - mark
    mark = time.perf_counter()
    capture = cv2.VideoCapture(str(clip))
    count, fps = 0, capture.get(cv2.CAP_PROP_FPS)
    while True:
        read, image = capture.read()
        if not read:
            break
        picture = mp.Image(image_format=mp.ImageFormat.SRGB, data=cv2.cvtColor(image, cv2.COLOR_BGR2RGB))
        face.detect_for_video(picture, int(1000 * count / fps))
        pose.detect_for_video(picture, int(1000 * count / fps))
        count += 1
    stages["video"] = time.perf_counter() - mark
    return {
        "wall_s": time.perf_counter() - begin,
        "stages": {k: [v, None] for k, v in stages.items()},
        "frames": count,
    }


def _decode_all_audio(clip: Path) -> Any:
    import av
    import numpy as np

    resampler = av.AudioResampler(format="flt", layout="mono", rate=16000)
    with av.open(str(clip)) as container:
        frames = [f for frame in container.decode(audio=0) for f in resampler.resample(frame)]
    return np.concatenate([frame.to_ndarray().ravel() for frame in frames])


def whole_job(clip: Path) -> dict[str, Any]:
    """The product, from the recording to a written report, with the models loaded before."""
    from interview_analysis.pipeline.analyze import analyze
    from interview_analysis.pipeline.common.allocator import bound_allocator
    from interview_analysis.pipeline.common.config import load_profile, load_run_config
    from interview_analysis.pipeline.common.stopwatch import Stopwatch
    from interview_analysis.pipeline.common.system import quiet_dependencies
    from interview_analysis.pipeline.loaded import LoadedModels
    from interview_analysis.pipeline.outputs import save

    quiet_dependencies()
    bound_allocator()
    models = LoadedModels(load_run_config())
    models.load()
    watch = Stopwatch()
    with tempfile.TemporaryDirectory() as folder:
        begin, cpu = time.perf_counter(), time.process_time()
        analysis = analyze(clip, load_profile("product-manager"), models=models, watch=watch)
        with watch.stage("write"):
            save(analysis, Path(folder) / "report", "en")
        wall, cpu = time.perf_counter() - begin, time.process_time() - cpu
    stages = {name: [stage.wall_s, stage.cpu_s] for name, stage in watch.stages.items()}
    return {"wall_s": wall, "cpu_s": cpu, "stages": stages}


def _in_a_process(what: str, clip: Path) -> dict[str, Any]:
    command = [sys.executable, "-m", __spec__.name, "--only", what, "--clip", str(clip)]
    done = subprocess.run(command, stdout=subprocess.PIPE, stdin=subprocess.DEVNULL, check=True, text=True)
    result: dict[str, Any] = json.loads(done.stdout.strip().splitlines()[-1])
    return result


def _whole_command(clip: Path, folder: Path) -> dict[str, float]:
    """What `score --no-cache` takes as a command of its own, from its start to the written report."""
    command = [*(sys.executable, "-m", "interview_analysis.pipeline", "score", str(clip)), "--no-cache"]
    command += ["--job", "product-manager", "--out", str(folder / f"{clip.name}.report")]
    begin, first_line_s = time.perf_counter(), math.nan
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE) as process:
        assert process.stderr is not None
        for number, _ in enumerate(process.stderr):
            if number == 0:
                first_line_s = time.perf_counter() - begin
        _, status, used = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise subprocess.CalledProcessError(process.returncode, command)
    return {
        "wall_s": time.perf_counter() - begin,
        "cpu_s": used.ru_utime + used.ru_stime,
        "peak_mib": used.ru_maxrss / MIB,
        "first_line_s": first_line_s,
    }


def _commands(clips: dict[str, tuple[Path, float]], folder: Path, runs: int) -> None:
    """Start-up included: the recording, and its sound alone."""
    _say(
        f"\n{'whole command':24}{'wall s':>22}{'x real time':>14}{'CPU s a minute':>16}{'peak MiB':>10}{'first line s':>14}"
    )
    for name, (clip, length_s) in clips.items():
        done = []
        for run in range(runs):
            (aside := folder / f"command-{run}").mkdir(exist_ok=True)
            done.append(_whole_command(clip, aside))
        shown = {key: statistics.median(run[key] for run in done) for key in done[0]}
        _say(
            f"{name:24}{_spread(done):>22}{length_s / shown['wall_s']:14.2f}{60 * shown['cpu_s'] / length_s:16.2f}"
            f"{max(run['peak_mib'] for run in done):10.0f}{shown['first_line_s']:14.2f}"
        )


def _spread(done: Sequence[Mapping[str, Any]]) -> str:
    """The median of some runs, with the shortest and the longest of them."""
    walls = sorted(run["wall_s"] for run in done)
    return f"{statistics.median(walls):.1f} ({walls[0]:.1f} to {walls[-1]:.1f})"


def _help_time() -> float:
    """Median wall seconds of `--help` in a new process, after one to warm the disk's cache."""
    command = [sys.executable, "-m", "interview_analysis.pipeline", "--help"]
    times = []
    for _ in range(6):
        begin = time.perf_counter()
        subprocess.run(command, stdout=subprocess.DEVNULL, check=True)
        times.append(time.perf_counter() - begin)
    return statistics.median(times[1:])


def machine() -> str:
    cpu = platform.processor() or platform.machine()
    info = Path("/proc/cpuinfo")
    if info.is_file():
        cpu = next(
            (x.split(":", 1)[1].strip() for x in info.read_text().splitlines() if "model name" in x), cpu
        )
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    return f"{cpu}, {cores} cores, Python {platform.python_version()}"


def _say(line: str = "") -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


def _compare(clip: Path, length_s: float, runs: int) -> None:
    ours, script = [], []
    for _ in range(runs):  # in turn, so that a machine that slows down does so to both
        ours.append(_in_a_process("job", clip))
        script.append(_in_a_process("script", clip))
    wall = {
        name: statistics.median(r["wall_s"] for r in done)
        for name, done in (("job", ours), ("script", script))
    }
    _say(f"\n{'':24}{'wall s':>22}{'x real time':>14}{'peak MiB':>12}")
    for label, name, done in (("interview-analysis", "job", ours), ("obvious script", "script", script)):
        peak = max(r["peak_mib"] for r in done)
        _say(f"{label:24}{_spread(done):>22}{length_s / wall[name]:14.2f}{peak:12.0f}")
    _say(
        f"\n{wall['script'] / wall['job']:.1f} x the speed of the obvious script, median of {runs} run(s) each"
    )
    _stage_table(min(ours, key=lambda r: abs(r["wall_s"] - wall["job"])), length_s)
    _say(
        "\nobvious script, in a row: "
        + ", ".join(f"{k} {v[0]:.1f} s" for k, v in script[0]["stages"].items())
    )


def _stage_table(run: dict[str, Any], length_s: float) -> None:
    _say(f"\n{'stage (several at once)':24}{'wall s':>10}{'thread CPU s':>14}{'CPU s per minute':>18}")
    for name, (wall, cpu) in sorted(run["stages"].items(), key=lambda item: -item[1][0]):
        _say(f"{name:24}{wall:10.2f}{cpu:14.2f}{60 * cpu / length_s:18.2f}")
    threads = sum(cpu for _, cpu in run["stages"].values())
    _say(f"{'whole process':24}{run['wall_s']:10.2f}{run['cpu_s']:14.2f}{60 * run['cpu_s'] / length_s:18.2f}")
    _say(f"CPU outside the stages' own threads (libraries' pools): {run['cpu_s'] - threads:.2f} s")
    _say(f"cores kept busy: {run['cpu_s'] / run['wall_s']:.2f}")


def _memory(source: Path, folder: Path, minutes: tuple[float, ...]) -> None:
    _say(f"\n{'minutes of video':24}{'wall s':>10}{'x real time':>14}{'peak MiB':>12}")
    peaks = []
    for length in minutes:
        clip = folder / f"loop-{length:g}.mp4"
        seconds = loop_clip(source, 60 * length, clip)
        run = _in_a_process("job", clip)
        clip.unlink()
        peaks.append(run["peak_mib"])
        _say(
            f"{seconds / 60:<24.1f}{run['wall_s']:10.1f}{seconds / run['wall_s']:14.2f}{run['peak_mib']:12.0f}"
        )
    _say(f"longest against shortest: {100 * (peaks[-1] / peaks[0] - 1):+.1f} % peak memory")


def main(arguments: list[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--clip", type=Path, help="recording to measure on; the demo's sample by default")
    parser.add_argument(
        "--seconds", type=float, default=120.0, help="length it is repeated to for the comparison"
    )
    parser.add_argument(
        "--runs", type=int, default=3, help="runs a side, in turn; median, shortest and longest are shown"
    )
    parser.add_argument("--minutes", default="2,30", help="lengths for the memory table; empty leaves it out")
    parser.add_argument("--only", choices=["job", "script"], help=argparse.SUPPRESS)
    asked = parser.parse_args(arguments)
    if asked.only:
        result = whole_job(asked.clip) if asked.only == "job" else obvious_script(asked.clip)
        result["peak_mib"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / MIB
        _say(json.dumps(result))
        return
    with tempfile.TemporaryDirectory(prefix="interview-analysis-bench-") as name:
        folder = Path(name)
        source = asked.clip or sample(folder)
        clip = folder / f"clip{source.suffix}"
        length_s = loop_clip(source, asked.seconds, clip)
        _say(f"{machine()}\n{source.name}, repeated to {length_s:.0f} s")
        _say(f"--help answers in {_help_time():.2f} s")
        sound = folder / "sound.mka"
        sound_s = loop_clip(source, asked.seconds, sound, ("audio",))
        _commands({"recording": (clip, length_s), "its sound alone": (sound, sound_s)}, folder, asked.runs)
        _compare(clip, length_s, asked.runs)
        if asked.minutes:
            _memory(source, folder, tuple(float(m) for m in asked.minutes.split(",")))


def sample(folder: Path) -> Path:
    from interview_analysis.pipeline.dev.demo import make_sample

    target = folder / "sample.mp4"
    make_sample(target)
    return target


if __name__ == "__main__":
    main()
