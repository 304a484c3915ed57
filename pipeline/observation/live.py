"""A recording that is still being made -> what can be told of it, a few seconds after its end.

The same decoder, recogniser and face model as for a file, at work while the bytes arrive: where a chunk of speech ends
depends on the speech alone, so that the words are those of the whole file. What a practised answer needs no look at is
left out: voices, as one person speaks, pitch, and the body.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path
from queue import Empty, Full, Queue

from interview_analysis.models.vision.face import FaceLandmarker
from interview_analysis.pipeline.common.stopwatch import Stopwatch
from interview_analysis.pipeline.media.audio_spool import AudioSpool
from interview_analysis.pipeline.media.decoding import Decoder
from interview_analysis.pipeline.media.opening import Readable
from interview_analysis.pipeline.observation.joining import parted
from interview_analysis.pipeline.observation.observe import step_back
from interview_analysis.pipeline.observation.observers import Observers
from interview_analysis.tracks import FaceTrack
from interview_analysis.types import Frame, Observations, SpeechActivity, Transcript

WAITING_FRAMES = 64  # 13 s of an answer, 55 MiB at most
POLL_S = 0.2


class Growing:
    """The bytes of a recording as they come. `more` waits for the next ones and gives none at the end."""

    def __init__(self, more: Callable[[], bytes]) -> None:
        self._more = more
        self._left = memoryview(b"")
        self._ended = False

    def read(self, size: int = -1, /) -> bytes:
        """At most `size` bytes, as many as are there; waits while there are none."""
        if not self._left and not self._ended:
            self._left = memoryview(self._more())
            self._ended = not self._left
        size = len(self._left) if size < 0 else size
        taken, self._left = self._left[:size], self._left[size:]
        return bytes(taken)


def observe_live(
    source: Readable | Path, models: Observers, watch: Stopwatch | None = None, *, name: str = "the recording"
) -> Observations:
    """Words, speech and face of a recording that grows; returns when it has ended and the rest is recognised.

    The file of one that has ended gives the same. Raises MediaError for what cannot be read front to back while it grows, as a
    plain MP4, whose index is at the end.
    """
    watch = watch or Stopwatch()
    config = models.config
    with (
        Decoder(
            source if isinstance(source, Path) else name,
            config.frames_per_second,
            config.max_side_px,
            threads=1,
            stream=None if isinstance(source, Path) else source,
        ) as decoder,
        AudioSpool() as spool,
        ThreadPoolExecutor(1, thread_name_prefix="hear") as pool,
    ):
        hearing: Future[tuple[Transcript, SpeechActivity]] | None = None
        if decoder.has_audio:
            hearing = pool.submit(models.transcribe, spool, lambda _: None)
        try:
            faces = _watch(decoder, spool, models, watch)
        except BaseException as error:
            spool.fail(error)  # or the recogniser would wait for ever
            raise
        with watch.stage("recognise the rest"):
            heard = hearing.result() if hearing else None
        facts = decoder.facts
    transcript, speech = heard if heard and facts.has_audio else (None, None)
    return Observations(
        facts=facts,
        speech=parted(speech, facts.sound_holes) if speech else None,
        transcript=transcript,
        faces=faces if facts.has_video else None,
    )


def _watch(decoder: Decoder, spool: AudioSpool, models: Observers, watch: Stopwatch) -> FaceTrack | None:
    """Decode to the end, which also fills the spool, and follow the face where the policy lets it be looked at."""
    if not (decoder.has_video and models.config.policy.face_and_body):
        for _ in decoder.frames(spool):
            pass
        return None
    with _Watcher(models, watch) as watcher:
        for frame in decoder.frames(spool):
            watcher.show(frame)
        return watcher.track()


class _Watcher:
    """Follows the face on a thread of its own, behind the recogniser.

    Where it falls behind by more than `WAITING_FRAMES`, frames are left out rather than the sound held up: on a busy
    machine shares are of fewer frames.
    """

    def __init__(self, models: Observers, watch: Stopwatch) -> None:
        self._path, self._stopwatch = models.store.path("face-landmarker"), watch
        self._frames: Queue[Frame | None] = Queue(WAITING_FRAMES)
        self._given_up = threading.Event()
        self._pool = ThreadPoolExecutor(1, thread_name_prefix="watch")
        self._following = self._pool.submit(self._follow)

    def show(self, frame: Frame) -> None:
        """Hand over a frame; never waits."""
        with suppress(Full):
            self._frames.put_nowait(frame)

    def track(self) -> FaceTrack:
        """There are no more frames. Raises what the model failed with."""
        with self._stopwatch.stage("observe the rest"):
            while not self._following.done():
                with suppress(Full):
                    self._frames.put(None, timeout=POLL_S)
                    break
            return self._following.result()

    def _follow(self) -> FaceTrack:
        step_back()
        with FaceLandmarker(self._path) as model:
            while not self._given_up.is_set():
                try:
                    frame = self._frames.get(timeout=POLL_S)
                except Empty:
                    continue
                if frame is None:
                    break
                with self._stopwatch.stage("observe the face"):
                    model.observe(frame)
            return model.track()

    def __enter__(self) -> _Watcher:
        return self

    def __exit__(self, *_: object) -> None:
        self._given_up.set()
        self._pool.shutdown()
