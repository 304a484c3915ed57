"""What each stage costs, measured: processor seconds and bytes, for `StageCosts` and the plan that is made of them.

The thread of a stage tells its own processor time, but models work in threads of their libraries. So the recording is
scored three times, whole, without its picture, and with half of the poses, and at two lengths: what a minute more takes
is the cost of a minute, and the differences between the three tell the models apart.
"""

from __future__ import annotations

import multiprocessing
import tempfile
import time
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from interview_analysis.pipeline.dev.capacity import Stage, StageCosts

MINUTES = (1, 2)  # whole windows of the recogniser, so that both are padded alike
_OWN_THREAD: tuple[Stage, ...] = ("decode", "voice", "features")
_SCORING = ("evidence", "sentences", "score", "write")


@dataclass(frozen=True, slots=True)
class Spent:
    """What scoring one recording took; `stages` are processor seconds of the stages' own threads."""

    cpu_s: float
    stages: dict[str, float]
    cache_bytes: int
    report_bytes: int

    def over(self, shorter: Spent) -> Spent:
        """What this took more than a recording a minute shorter."""
        stages = {name: value - shorter.stages.get(name, 0.0) for name, value in self.stages.items()}
        cache, report = self.cache_bytes - shorter.cache_bytes, self.report_bytes - shorter.report_bytes
        return Spent(self.cpu_s - shorter.cpu_s, stages, cache, report)


@dataclass(frozen=True, slots=True)
class Pair:
    """A recording of one minute and one of two."""

    one: Spent
    two: Spent

    @property
    def a_minute(self) -> Spent:
        return self.two.over(self.one)


def costs_of(whole: Pair, heard: Pair, fewer_poses: Pair, machine: str, how: str) -> StageCosts:
    """Costs by stage; `heard` is the recording without its picture, `fewer_poses` with a pose in half as many frames."""
    full, sound = whole.a_minute, heard.a_minute
    seconds: dict[Stage, float] = {stage: full.stages.get(stage, 0.0) for stage in _OWN_THREAD}
    seconds["score"] = sum(full.stages.get(name, 0.0) for name in _SCORING)
    seconds["pose"] = 2 * (full.cpu_s - fewer_poses.a_minute.cpu_s)
    besides = (*_OWN_THREAD, *_SCORING)
    seconds["transcribe"] = sound.cpu_s - sum(sound.stages.get(name, 0.0) for name in besides)
    seconds["face"] = full.cpu_s - sum(seconds.values())
    return StageCosts(
        machine=machine,
        how=how,
        core_s_per_minute={stage: round(max(0.0, value), 2) for stage, value in sorted(seconds.items())},
        core_s_per_interview=round(max(0.0, whole.one.cpu_s - full.cpu_s), 2),
        cache_bytes_per_minute=max(0, full.cache_bytes),
        cache_bytes_per_interview=max(0, whole.one.cache_bytes - full.cache_bytes),
        report_bytes_per_minute=max(0, full.report_bytes),
        report_bytes_per_interview=max(0, whole.one.report_bytes - full.report_bytes),
    )


def measure_costs(source: Path, folder: Path, machine: str) -> StageCosts:
    """Score a recording with sound and picture, repeated to each length, in processes of their own, one after the other."""
    from interview_analysis.pipeline.common.config import load_run_config
    from interview_analysis.pipeline.dev.benchmark import loop_clip

    clips, lengths_s = [], []
    for minutes in MINUTES:
        clips.append(folder / f"costs-{minutes}{source.suffix}")
        lengths_s.append(loop_clip(source, 60.0 * minutes, clips[-1]))
    sparse = f"pose_every_nth_frame={2 * load_run_config().pose_every_nth_frame}"
    whole, heard, fewer_poses = (
        Pair(*(_in_a_process(clip, settings, sound_only) for clip in clips))
        for settings, sound_only in (((), False), ((), True), ((sparse,), False))
    )
    how = (
        f"{source.name} repeated to {lengths_s[0]:.0f} and {lengths_s[1]:.0f} s, each scored whole, without its picture "
        "and with half of the poses, models loaded, recogniser and encoder with one thread. A minute is what the longer "
        "one takes more; transcribe, face and pose are told apart by the differences of the three. Written by "
        "`python -m interview_analysis.pipeline.dev.batch_benchmark --costs FILE`."
    )
    return costs_of(whole, heard, fewer_poses, machine, how)


def _in_a_process(clip: Path, settings: Sequence[str], sound_only: bool) -> Spent:
    with ProcessPoolExecutor(1, mp_context=multiprocessing.get_context("spawn")) as pool:
        return pool.submit(_spent, clip, tuple(settings), sound_only).result()


def _spent(clip: Path, settings: tuple[str, ...], sound_only: bool) -> Spent:
    from interview_analysis.pipeline.analyze import analyze
    from interview_analysis.pipeline.common.config import load_profile, load_run_config
    from interview_analysis.pipeline.common.stopwatch import Stopwatch
    from interview_analysis.pipeline.common.system import quiet_dependencies
    from interview_analysis.pipeline.loaded import LoadedModels
    from interview_analysis.pipeline.observation.cache import ObservationCache
    from interview_analysis.pipeline.outputs import save

    quiet_dependencies()
    config = load_run_config(overrides=["asr.cpu_threads=1", "encoder.threads=1", *settings])
    models = LoadedModels(config)
    models.load()
    watch = Stopwatch()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        recording = _sound_of(clip, folder / "sound.mka") if sound_only else clip
        cache = ObservationCache.at(folder / "cache")
        begin = time.process_time()
        analysis = analyze(
            recording, load_profile("product-manager"), models=models, cache=cache, watch=watch
        )
        with watch.stage("write"):
            save(analysis, folder / "report", "en")
        cpu_s = time.process_time() - begin
        report_bytes = sum(path.stat().st_size for path in (folder / "report").rglob("*") if path.is_file())
        stages = {name: stage.cpu_s for name, stage in watch.stages.items()}
        return Spent(cpu_s, stages, cache.info().size_bytes, report_bytes)


def _sound_of(clip: Path, target: Path) -> Path:
    """The sound of a recording as it is, without its picture."""
    import av

    with av.open(str(clip)) as source, av.open(str(target), "w") as out:
        sound = source.streams.audio[0]
        copy = out.add_stream_from_template(sound)
        for packet in source.demux(sound):
            if packet.dts is not None:
                packet.stream = copy
                out.mux(packet)
    return target
