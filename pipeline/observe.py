"""Recording -> observations: one decoding pass feeds the models, which run side by side.

The calling thread decodes. Audio grows in a spool on disk that the recogniser and the voice analysis read as it
grows; sampled frames go through short queues to the face and the pose model. Memory does not grow with length.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path
from queue import Full, Queue

from interview_analysis.models.face import FaceLandmarker
from interview_analysis.models.pose import PoseLandmarker
from interview_analysis.models.praat import acoustics
from interview_analysis.pipeline.audio_spool import AudioSpool
from interview_analysis.pipeline.loaded import LoadedModels
from interview_analysis.pipeline.media import Decoder
from interview_analysis.pipeline.stopwatch import Stopwatch
from interview_analysis.types import AcousticTrack, Frame, Observations, SpeechActivity, Transcript

QUEUE_FRAMES = 16
Progress = Callable[
    [str, float, float], None
]  # stage, second of the recording that it has reached, and of how many


def ignore(stage: str, time_s: float, total_s: float) -> None:
    """A `Progress` for nobody."""


def observe(
    recording: Path, models: LoadedModels, *, on_progress: Progress = ignore, watch: Stopwatch | None = None
) -> Observations:
    """Run every model over one recording.

    Raises MediaError for a recording that cannot be read. A channel that the recording lacks is None.
    """
    watch = watch or Stopwatch()
    config = models.config
    with ExitStack() as stack:
        decoder = stack.enter_context(
            Decoder(
                recording,
                frames_per_second=config.frames_per_second,
                max_side_px=config.max_side_px,
                on_progress=lambda time_s: on_progress("decode", time_s, decoder.declared_duration_s),
            )
        )
        spool = stack.enter_context(AudioSpool())
        pool = stack.enter_context(ThreadPoolExecutor(max_workers=4, thread_name_prefix="observe"))
        hearing = _start_hearing(decoder, spool, pool, models, on_progress, watch)
        face, pose = _start_watching(decoder, stack, models)
        viewers = [
            _Viewer(pool, name, model.observe, watch)
            for name, model in (("face", face), ("pose", pose))
            if model
        ]
        with closing(decoder.frames(spool)) as frames, _releasing(viewers):
            for frame in _timed(frames, watch):
                for viewer in viewers:
                    viewer.show(frame)
        (transcript, speech), voice = (
            (hearing[0].result(), hearing[1].result()) if hearing else ((None, None), None)
        )
        for viewer in viewers:
            viewer.done.result()
        return Observations(
            facts=decoder.facts,
            speech=speech,
            transcript=transcript,
            acoustics=voice,
            faces=face.track() if face else None,
            poses=pose.track() if pose else None,
        )


def _start_hearing(
    decoder: Decoder,
    spool: AudioSpool,
    pool: ThreadPoolExecutor,
    models: LoadedModels,
    on_progress: Progress,
    watch: Stopwatch,
) -> tuple[Future[tuple[Transcript, SpeechActivity]], Future[AcousticTrack]] | None:
    if not decoder.has_audio:
        return None

    def hear() -> tuple[Transcript, SpeechActivity]:
        with watch.stage("transcribe"):
            return models.transcribe(
                spool, lambda time_s: on_progress("transcribe", time_s, decoder.declared_duration_s)
            )

    def voice() -> AcousticTrack:
        with watch.stage("voice"):
            return acoustics(spool)

    return pool.submit(hear), pool.submit(voice)


def _start_watching(
    decoder: Decoder, stack: ExitStack, models: LoadedModels
) -> tuple[FaceLandmarker | None, PoseLandmarker | None]:
    if not decoder.has_video:
        return None, None
    store = models.store
    face = stack.enter_context(FaceLandmarker(store.path("face-landmarker")))
    pose = stack.enter_context(
        PoseLandmarker(store.path("pose-landmarker-full"), store.path("hand-landmarker"))
    )
    return face, pose


class _Viewer:
    """One vision model on a thread of its own, fed through a short queue."""

    def __init__(
        self, pool: ThreadPoolExecutor, name: str, observe_frame: Callable[[Frame], None], watch: Stopwatch
    ) -> None:
        self._frames: Queue[Frame | None] = Queue(maxsize=QUEUE_FRAMES)
        self._observe_frame = observe_frame
        self._name, self._watch = name, watch
        self.done: Future[None] = pool.submit(self._run)

    def show(self, frame: Frame | None) -> None:
        """Hand over a frame, or None at the end; waits while the queue is full and the model is alive."""
        while not self.done.done():
            try:
                self._frames.put(frame, timeout=0.5)
                return
            except Full:
                continue

    def _run(self) -> None:
        while (frame := self._frames.get()) is not None:
            with self._watch.stage(self._name):
                self._observe_frame(frame)


@contextmanager
def _releasing(viewers: list[_Viewer]) -> Iterator[None]:
    """However decoding ends, let the viewers end too."""
    try:
        yield
    finally:
        for viewer in viewers:
            viewer.show(None)


def _timed(frames: Iterator[Frame], watch: Stopwatch) -> Iterator[Frame]:
    while True:
        with watch.stage("decode"):
            frame = next(frames, None)
        if frame is None:
            return
        yield frame
