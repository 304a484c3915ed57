"""Recording -> observations: one decoding pass feeds the models, which run side by side.

The calling thread decodes, from the start, while the others load their models. Audio grows in a spool on disk that the
recogniser and the voice analysis read as it grows; sampled frames go through short queues to the face and the pose
model. Memory does not grow with length.
"""

from __future__ import annotations

import sys
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import FIRST_EXCEPTION, Future, ThreadPoolExecutor, wait
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from interview_analysis.models.blas_threads import one_blas_thread
from interview_analysis.models.vision.face import FaceLandmarker
from interview_analysis.models.vision.pose import PoseLandmarker
from interview_analysis.models.voice.praat import acoustics
from interview_analysis.pipeline.common.allocator import give_back
from interview_analysis.pipeline.common.progress import Progress, ignore
from interview_analysis.pipeline.common.stopwatch import Stopwatch
from interview_analysis.pipeline.media.audio_spool import AudioSpool
from interview_analysis.pipeline.media.decoding import Decoder
from interview_analysis.pipeline.observation.file import Heard
from interview_analysis.pipeline.observation.joining import parted
from interview_analysis.pipeline.observation.observers import Observers
from interview_analysis.pipeline.observation.viewer import Viewer
from interview_analysis.tracks import FaceTrack, PoseTrack
from interview_analysis.types import (
    AcousticTrack,
    Frame,
    MediaFacts,
    Observations,
    SpeechActivity,
    Transcript,
    Voices,
)


@dataclass(frozen=True, slots=True)
class Known:
    """What is known of a recording from an earlier look; what is None is observed anew."""

    facts: MediaFacts | None = None
    hearing: Heard | None = None
    voices: Voices | None = None
    acoustics: AcousticTrack | None = None
    faces: FaceTrack | None = None
    poses: PoseTrack | None = None

    def observations(self, *, face_and_body: bool) -> Observations | None:
        """All of it, or None where something is missing that the recording has.

        Without `face_and_body` they are neither asked for nor handed out.
        """
        facts = self.facts
        if facts is None:
            return None
        if facts.has_audio and any(o is None for o in (self.hearing, self.voices, self.acoustics)):
            return None
        seen = facts.has_video and face_and_body
        if seen and (self.faces is None or self.poses is None):
            return None
        heard = self.hearing if facts.has_audio else None
        return Observations(
            facts=facts,
            speech=parted(heard.speech, facts.sound_holes) if heard else None,
            transcript=heard.transcript if heard else None,
            acoustics=self.acoustics if facts.has_audio else None,
            faces=self.faces if seen else None,
            poses=self.poses if seen else None,
            voices=self.voices if facts.has_audio else None,
        )


_NOTHING = Known()


def verify_models(recording: Path, models: Observers, watch: Stopwatch) -> None:
    """Find out whether all is there that a recording needs. Raises MediaError, WeightsError and SystemLibraryError."""
    with watch.stage("load models"), Decoder(recording) as decoder:
        models.verify(picture=decoder.has_video)


@one_blas_thread()
def observe(
    recording: Path,
    models: Observers,
    *,
    known: Known = _NOTHING,
    on_progress: Progress = ignore,
    watch: Stopwatch | None = None,
) -> Observations:
    """Run every model over one recording whose observation is not `known`, in one pass; without any, decode nothing.

    Where the policy of `models` has it off, nothing looks at the face or the body.

    Raises MediaError for a recording that cannot be read, OutputError for a full temporary folder, and whatever
    a model fails with, as soon as it fails. A channel that the recording lacks is None.
    """
    face_and_body = models.config.policy.face_and_body
    if (remembered := known.observations(face_and_body=face_and_body)) is not None:
        return remembered
    watch = watch or Stopwatch()
    with ExitStack() as stack:
        stack.callback(give_back)  # 250 MiB of pictures and models, before scoring loads its own
        decoder = stack.enter_context(_decoder(recording, models, on_progress))
        spool = stack.enter_context(AudioSpool())
        given_up = threading.Event()
        pool = stack.enter_context(ThreadPoolExecutor(max_workers=5, thread_name_prefix="observe"))
        stack.enter_context(releasing(spool, given_up))
        hearing, voices, voice = _start_hearing(decoder, spool, pool, models, known, on_progress, watch)
        face, pose = _start_watching(decoder, pool, given_up, models, known, on_progress, watch)
        viewers = [viewer for viewer in (face, pose) if viewer is not None]
        running: list[Future[Any]] = [viewer.track for viewer in viewers]
        running += [future for future in (hearing, voices, voice) if future is not None]
        with closing(decoder.frames(spool)) as frames:
            for number, frame in enumerate(_timed(frames, watch)):
                _raise_failure(running)
                for viewer in viewers:
                    viewer.show(number, frame)
        on_progress("decode", decoder.facts.duration_s, decoder.facts.duration_s)
        for viewer in viewers:
            viewer.end()
        wait(running, return_when=FIRST_EXCEPTION)
        _raise_failure(running)
        seen = Known(
            facts=decoder.facts,
            hearing=Heard(*hearing.result()) if hearing else known.hearing,
            voices=voices.result() if voices else known.voices,
            acoustics=voice.result() if voice else known.acoustics,
            faces=face.track.result() if face else known.faces,
            poses=pose.track.result() if pose else known.poses,
        ).observations(face_and_body=face_and_body)
        assert seen is not None  # whatever the decoder found was observed or known
        return seen


def _decoder(recording: Path, models: Observers, on_progress: Progress) -> Decoder:
    decoder = Decoder(
        recording,
        frames_per_second=models.config.frames_per_second,
        max_side_px=models.config.max_side_px,
        threads=1,  # several cost a sixth more processor time, and the other cores have work
        on_progress=lambda time_s: on_progress("decode", time_s, decoder.declared_duration_s),
    )
    return decoder


def _start_hearing(
    decoder: Decoder,
    spool: AudioSpool,
    pool: ThreadPoolExecutor,
    models: Observers,
    known: Known,
    on_progress: Progress,
    watch: Stopwatch,
) -> tuple[
    Future[tuple[Transcript, SpeechActivity]] | None, Future[Voices] | None, Future[AcousticTrack] | None
]:
    if not decoder.has_audio:
        return None, None, None
    total_s = decoder.declared_duration_s
    alone = not (decoder.has_video and models.config.policy.face_and_body)

    def hear() -> tuple[Transcript, SpeechActivity]:
        def reached(time_s: float) -> None:
            on_progress("transcribe", time_s, total_s)

        if decoder.several_tracks:
            spool.wait(sys.maxsize)  # whether each is somebody's own is known once the audio has ended
        with watch.stage("transcribe"):
            if decoder.tracks:
                heard = models.transcribe_tracks(
                    spool, decoder.tracks, decoder.channel_levels, reached, alone=alone
                )
            else:
                heard = models.transcribe(spool, reached, alone=alone)
        on_progress("transcribe", spool.duration_s, spool.duration_s)
        return heard

    def voice() -> AcousticTrack:
        with watch.stage("voice"):
            track = acoustics(spool, lambda time_s: on_progress("voice", time_s, total_s))
        on_progress("voice", spool.duration_s, spool.duration_s)
        return track

    hearing = pool.submit(hear) if known.hearing is None else None

    def tell_apart() -> Voices:
        with watch.stage("load models"):
            models.load_voices()
        # Found once more, for little, rather than waited for until the last word is recognised.
        speech = known.hearing.speech if known.hearing else models.detector.detect(spool)
        spool.wait(sys.maxsize)  # the channels are known once the audio has ended
        with watch.stage("voices"):
            return models.diarize(spool, speech, decoder.channel_levels, tracks=bool(decoder.tracks))

    return (
        hearing,
        pool.submit(tell_apart) if known.voices is None else None,
        pool.submit(voice) if known.acoustics is None else None,
    )


def _start_watching(
    decoder: Decoder,
    pool: ThreadPoolExecutor,
    given_up: threading.Event,
    models: Observers,
    known: Known,
    on_progress: Progress,
    watch: Stopwatch,
) -> tuple[Viewer[FaceTrack] | None, Viewer[PoseTrack] | None]:
    if not (decoder.has_video and models.config.policy.face_and_body):
        return None, None
    store, total_s = models.store, decoder.declared_duration_s

    def seen(stage: str, frames: Iterator[Frame], look: Callable[[Frame], None]) -> None:
        time_s = 0.0
        for frame in frames:
            with watch.stage(stage):
                look(frame)
            time_s = frame.time_s
            on_progress(stage, time_s, total_s)
        on_progress(stage, time_s, time_s)

    def faces(frames: Iterator[Frame]) -> FaceTrack:
        with FaceLandmarker(store.path("face-landmarker")) as model:
            seen("face", frames, model.observe)
            return model.track()

    def poses(frames: Iterator[Frame]) -> PoseTrack:
        with PoseLandmarker(store.path("pose-landmarker-full"), store.path("hand-landmarker")) as model:
            seen("pose", frames, model.observe)
            return model.track()

    every = models.config.pose_every_nth_frame
    return (
        Viewer(pool, faces, 1, given_up) if known.faces is None else None,
        Viewer(pool, poses, every, given_up) if known.poses is None else None,
    )


def _raise_failure(running: list[Future[Any]]) -> None:
    for future in running:
        if future.done():
            future.result()


@contextmanager
def releasing(spool: AudioSpool, given_up: threading.Event) -> Iterator[None]:
    """When the work is given up, let go of whoever waits for more; or the pool would wait for them for ever."""
    try:
        yield
    except BaseException as error:  # Ctrl-C included
        given_up.set()
        spool.fail(error)
        raise


def _timed(frames: Iterator[Frame], watch: Stopwatch) -> Iterator[Frame]:
    while True:
        with watch.stage("decode"):
            frame = next(frames, None)
        if frame is None:
            return
        yield frame
