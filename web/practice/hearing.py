"""Hears an answer while it is being recorded, and says what could be done better."""

from __future__ import annotations

import tempfile
import threading
import time
from collections.abc import Callable
from functools import cached_property
from pathlib import Path

import numpy as np
from django.conf import settings

from interview_analysis.errors import MediaError
from interview_analysis.pipeline.common.config import load_norms, load_run_config
from interview_analysis.pipeline.common.stopwatch import Stopwatch
from interview_analysis.pipeline.common.system import quiet_dependencies
from interview_analysis.pipeline.job.parser import load_library
from interview_analysis.pipeline.loaded import LoadedModels
from interview_analysis.pipeline.observation.joining import joined
from interview_analysis.pipeline.observation.live import Growing, observe_live
from interview_analysis.scoring.coaching.coach import Asked, coach
from interview_analysis.scoring.coaching.findings import Coached
from interview_analysis.scoring.jobs.library import Competency
from interview_analysis.scoring.norms import Norms
from interview_analysis.types import Observations
from interview_analysis.web.answers import streams
from interview_analysis.web.answers.joining import Source, join
from interview_analysis.web.answers.models import Stream
from interview_analysis.web.practice.models import Attempt, CompanyValues
from interview_analysis.web.site import store

POLL_S = 0.2
SILENT_S = 45.0  # without a chunk: the tab was closed, and what is here is all of it


class Ear:
    """The models, loaded once and used for any number of answers, several at a time; what reads takes one after the other."""

    def __init__(self) -> None:
        self._reading = threading.Lock()

    @cached_property
    def models(self) -> LoadedModels:
        quiet_dependencies()
        # Both threads for the chunk that is left at the end of an answer, which somebody waits for.
        return LoadedModels(load_run_config(overrides=["asr.chunks_at_once=1"]))

    @cached_property
    def norms(self) -> Norms:
        return load_norms()

    @cached_property
    def library(self) -> tuple[Competency, ...]:
        return load_library()

    def load(self) -> None:
        """Load what an answer needs, and run each model once, so that no answer waits for it."""
        from interview_analysis.models.vision.face import FaceLandmarker

        observers = self.models.observers
        self.models.load_readers()
        self.models.encoder.encode(["x"])
        observers.engine.recognise(np.zeros(16_000, np.float32), "en")  # which loads its weights
        if observers.config.policy.face_and_body:
            with FaceLandmarker(observers.store.path("face-landmarker")):
                pass

    def hear(self, attempt: Attempt, alive: Callable[[], None], watch: Stopwatch) -> Coached:
        """All that is told of an attempt. Returns some seconds after its end; `alive` is called often and may raise.

        Raises MediaError where nothing in it can be read.
        """
        seen = self._observed(attempt, alive, watch)
        with watch.stage("score"), self._reading:
            return coach(seen, asked(attempt), self.norms, self.models.content_model, self.models.encoder)

    def _observed(self, attempt: Attempt, alive: Callable[[], None], watch: Stopwatch) -> Observations:
        parts: list[Observations] = []
        fault: MediaError | None = None
        for stream in _Streams(attempt, alive):
            try:
                parts.append(self._stream(stream, alive, watch))
            except MediaError as error:
                fault = error
        if not parts:
            raise fault or MediaError("nothing was recorded", "empty")
        return parts[0] if len(parts) == 1 else joined(parts)

    def _stream(self, stream: Stream, alive: Callable[[], None], watch: Stopwatch) -> Observations:
        chunks = _Chunks(stream, alive, watch)
        try:
            return observe_live(Growing(chunks.more), self.models.observers, watch)
        except MediaError:
            while chunks.more():  # what has its index at the end is heard then
                pass
        with tempfile.TemporaryDirectory(dir=settings.HOME.uploads) as folder:
            whole = Path(folder) / "whole"
            streams.write_whole(stream, whole)
            return observe_live(whole, self.models.observers, watch)


def asked(attempt: Attempt) -> Asked:
    invitation = attempt.invitation
    language = "zh" if invitation.language.startswith("zh") else "en"
    values = CompanyValues.objects.filter(job=invitation.interview.application.job).first()
    seconds = round(invitation.answer_s * (1 + invitation.extra_share))
    return Asked(
        attempt.task.text,
        attempt.task.kind,  # type: ignore[arg-type]
        float(seconds),
        values.in_language(language) if values else (),
    )


class _Streams:
    """The streams of an attempt in order, as they begin; ends once all of it has come, or nothing comes any more."""

    def __init__(self, attempt: Attempt, alive: Callable[[], None]) -> None:
        self._attempt, self._alive = attempt, alive
        self._taken: set[int] = set()

    def __iter__(self) -> _Streams:
        return self

    def __next__(self) -> Stream:
        since = time.monotonic()
        while True:
            self._alive()
            for stream in streams.segments(self._attempt.key):
                if stream.pk not in self._taken:
                    self._taken.add(stream.pk)
                    return stream
            sent = Attempt.objects.filter(pk=self._attempt.pk, sent_at__isnull=False).exists()
            if sent or time.monotonic() - since > SILENT_S:
                raise StopIteration
            time.sleep(POLL_S)


class _Chunks:
    """The chunks of a stream, one after the other, as they arrive."""

    def __init__(self, stream: Stream, alive: Callable[[], None], watch: Stopwatch) -> None:
        self._stream, self._alive, self._watch = stream, alive, watch
        self._next = 0
        self._came = time.monotonic()

    def more(self) -> bytes:
        """The next chunk; waits for it, and gives nothing at the end."""
        while True:
            self._alive()
            here = streams.held(self._stream)
            if self._next in here:
                path = streams.paths(self._stream)[list(here).index(self._next)]
                self._next, self._came = self._next + 1, time.monotonic()
                return path.read_bytes()
            self._stream.refresh_from_db(fields=["count", "closed_at"])
            told = self._stream.count is not None and self._next >= self._stream.count
            if told or self._stream.closed_at is not None or time.monotonic() - self._came > SILENT_S:
                return b""
            time.sleep(POLL_S)


def keep_recordings(attempt: Attempt) -> list[str]:
    """Copies that can be played and sought in; the names of the files. The streams stay."""
    found = streams.segments(attempt.key)
    with tempfile.TemporaryDirectory(dir=settings.HOME.uploads) as folder:
        sources = []
        for number, stream in enumerate(found):
            path = Path(folder) / str(number)
            streams.write_whole(stream, path)
            sources.append(Source(path, (stream.begun_at - found[0].begun_at).total_seconds(), stream.pauses))
        made = join(
            sources, lambda n, ending: settings.HOME.files / f"practice-{attempt.key.hex}-{n}{ending}"
        )
    return [store.put(part.path) for part in made.parts]
