"""A recording that is still being made -> what can be told of it, a few seconds after its end.

The same decoder, recogniser and face model as for a file, at work while the bytes arrive: where a chunk of speech ends
depends on the speech alone, so that the words are those of the whole file. What a practised answer needs no look at is
left out: voices, as one person speaks, pitch, and the body.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path

from interview_analysis.models.vision.face import FaceLandmarker
from interview_analysis.pipeline.common.stopwatch import Stopwatch
from interview_analysis.pipeline.media.audio_spool import AudioSpool
from interview_analysis.pipeline.media.decoding import Decoder
from interview_analysis.pipeline.media.opening import Readable
from interview_analysis.pipeline.observation.joining import parted
from interview_analysis.pipeline.observation.observe import releasing
from interview_analysis.pipeline.observation.observers import Observers
from interview_analysis.pipeline.observation.viewer import QUEUE_FRAMES_LIVE, Viewer
from interview_analysis.tracks import FaceTrack
from interview_analysis.types import Frame, Observations, SpeechActivity, Transcript


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
        ThreadPoolExecutor(2, thread_name_prefix="live") as pool,
        releasing(spool, given_up := threading.Event()),
    ):
        hearing: Future[tuple[Transcript, SpeechActivity]] | None = None
        if decoder.has_audio:
            hearing = pool.submit(models.transcribe, spool, lambda _: None)
        viewer = _viewer(decoder, pool, given_up, models, watch)
        _watch(decoder, viewer, spool)
        with watch.stage("observe the rest"):
            faces = viewer.track.result() if viewer else None
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


def _watch(decoder: Decoder, viewer: Viewer[FaceTrack] | None, spool: AudioSpool) -> None:
    """Decode to the end, which also fills the spool.

    Where the model falls behind by more than its queue holds, frames are left out rather than the sound held up: on a busy
    machine shares are of fewer frames.
    """
    for frame in decoder.frames(spool):
        if viewer is not None:
            viewer.glimpse(frame)
    if viewer is not None:
        viewer.end()


def _viewer(
    decoder: Decoder, pool: ThreadPoolExecutor, given_up: threading.Event, models: Observers, watch: Stopwatch
) -> Viewer[FaceTrack] | None:
    """Follows the face, where there is a picture and the policy lets it be looked at."""
    if not (decoder.has_video and models.config.policy.face_and_body):
        return None
    path = models.store.path("face-landmarker")

    def follow(frames: Iterator[Frame]) -> FaceTrack:
        with FaceLandmarker(path) as model:
            for frame in frames:
                with watch.stage("observe the face"):
                    model.observe(frame)
            return model.track()

    return Viewer(pool, follow, 1, given_up, QUEUE_FRAMES_LIVE)
