"""The practice process: it hears answers while they are recorded, apart from the analyses, which may take long. Between them it
counts the faces of whoever is recording an interview, for the recruiter's monitor.

An answer belongs to whoever claimed it by a conditional update and goes on writing its beat. One whose process is lost is
taken up by the next from the chunks that are kept. There are as many sessions at once as pairs of cores; whoever comes then
waits, and is heard faster than it was spoken, because everything is there already.
"""

from __future__ import annotations

import logging
import os
import signal
import socket
import threading
import time
from contextlib import suppress
from datetime import timedelta
from types import FrameType

import psutil
from django.db import close_old_connections, connection
from django.db.models import F, Q
from django.utils import timezone

from interview_analysis.errors import InterviewAnalysisError
from interview_analysis.models.vision.face_count import FaceCounter
from interview_analysis.pipeline.common.stopwatch import Stopwatch
from interview_analysis.web.answers import streams
from interview_analysis.web.answers.faces import Faces
from interview_analysis.web.answers.models import Stream
from interview_analysis.web.candidate.models import Question
from interview_analysis.web.hiring.profiles import profile_of
from interview_analysis.web.practice.agreement import PURPOSE, drop_stream, may_hear, remove_due, remove_files
from interview_analysis.web.practice.hearing import Ear, keep_recordings
from interview_analysis.web.practice.models import Attempt, CompanyValues, Round, Task
from interview_analysis.web.practice.questions import choose

IDLE_S = 0.3
BEAT_S = 2.0
SILENT_FOR = timedelta(seconds=20)
MAX_TRIES = 3
NOTHING_CAME = timedelta(seconds=30)
NEVER_BEGUN, SOON = timedelta(hours=2), timedelta(minutes=15)
TIDY_EVERY_S = 30.0
REST_AFTER_S = 1800.0  # without practice: the models are let go of
State = Attempt.State
log = logging.getLogger(__name__)


class GoneError(Exception):
    """The answer was deleted, another process has it, or this one ends."""


class PracticeWorker:
    def __init__(self, parent: int | None = None, slots: int | None = None) -> None:
        """It ends with the process `parent`, where that is given, and then also after half an hour without practice."""
        self.name = f"{socket.gethostname()}:{os.getpid()}:{int(psutil.Process().create_time())}"
        self.ear = Ear()
        self._parent = parent
        self._slots = slots or max(1, (os.cpu_count() or 2) // 2)
        self._sessions: list[threading.Thread] = []
        self._ends = threading.Event()
        self._faces, self._look_from = Faces(self._face_counter), 0.0
        self._loaded, self._loading = False, threading.Lock()
        self._busy_at = time.monotonic()
        self._tidy_at = 0.0

    def stop(self, signal_number: int = 0, frame: FrameType | None = None) -> None:
        self._ends.set()

    def run(self, *, until_idle: bool = False) -> None:
        """Work until told to stop, or until nothing waits."""
        for number in (signal.SIGTERM, signal.SIGINT):
            with suppress(ValueError):  # not in the main thread, as in tests
                signal.signal(number, self.stop)
        while not self._ends.is_set() and self._parent_lives():
            close_old_connections()
            self._tidy()
            self._get_ready()
            busy = self.choose_one() or self.hear_one()
            self.look()
            self._sessions = [session for session in self._sessions if session.is_alive()]
            if busy or self._sessions:
                self._busy_at = time.monotonic()
            elif until_idle or self._rests():
                break
            self._ends.wait(0 if busy else IDLE_S)
        self._ends.set()
        for session in self._sessions:
            session.join()
        self._faces.close()

    def look(self) -> None:
        """Count somebody's faces. A fault there stops nothing else, and it is tried again after a while."""
        if time.monotonic() < self._look_from:
            return
        try:
            self._faces.look()
        except Exception:
            log.exception("faces cannot be counted")
            self._look_from = time.monotonic() + REST_AFTER_S

    def _face_counter(self) -> FaceCounter | None:
        models = self.ear.models
        if not models.config.policy.face_and_body:
            return None
        return FaceCounter(models.observers.store.path("face-landmarker"))

    def _rests(self) -> bool:
        """Whether to let go of the models: the keeper starts a process without them."""
        return self._parent is not None and self._loaded and time.monotonic() - self._busy_at > REST_AFTER_S

    def _parent_lives(self) -> bool:
        return self._parent is None or psutil.pid_exists(self._parent)

    def _tidy(self) -> None:
        if time.monotonic() >= self._tidy_at:
            self._tidy_at = time.monotonic() + TIDY_EVERY_S
            remove_due()
            now, begun = timezone.now(), Stream.objects.filter(purpose=PURPOSE).values("group")
            empty = Attempt.objects.filter(state=State.OPEN, worker="").exclude(key__in=begun)
            empty.filter(sent_at__lt=now - NOTHING_CAME).update(state=State.FAILED, heard_at=now)
            empty.filter(begun_at__lt=now - NEVER_BEGUN).delete()

    def choose_one(self) -> bool:
        """Choose the questions of a round that waits for them, and be ready to hear; False where none waits."""
        waiting = Round.objects.filter(chosen_at=None).select_related("practice__invitation").first()
        if waiting is None:
            return False
        try:
            fill(waiting, self.ear)
        except InterviewAnalysisError as error:  # as a profile that an older version wrote
            log.warning("no questions can be chosen for round %s: %s", waiting.pk, type(error).__name__)
            Round.objects.filter(pk=waiting.pk).update(chosen_at=timezone.now())
        self._load()
        return True

    def _get_ready(self) -> None:
        """Load the models while somebody thinks about a question."""
        soon = Attempt.objects.filter(state=State.OPEN, begun_at__gt=timezone.now() - SOON)
        if not self._loaded and soon.exists():
            self._load()

    def _load(self) -> None:
        with self._loading:
            if not self._loaded:
                self.ear.load()
                self._loaded = True

    def hear_one(self) -> bool:
        """Take an answer whose recording has begun, on a thread of its own; False where none waits or no slot is free."""
        if len(self._sessions) >= self._slots:
            return False
        attempt = take(self.name)
        if attempt is None:
            return False
        session = threading.Thread(target=self._session, args=(attempt,), name=f"practice-{attempt.pk}")
        self._sessions.append(session)
        session.start()
        return True

    def _session(self, attempt: Attempt) -> None:
        try:
            self.settle(attempt)
        finally:
            connection.close()

    def settle(self, attempt: Attempt) -> None:
        """Hear one answer, or write down that it cannot be heard."""
        try:
            self.hear(attempt)
        except GoneError:
            Attempt.objects.filter(pk=attempt.pk, worker=self.name, state=State.OPEN).update(worker="")
        except InterviewAnalysisError as error:
            log.warning("an answer that was practised cannot be heard: %s", getattr(error, "code", ""))
            self._fail(attempt)
        except Exception:
            log.exception("hearing an answer that was practised failed by a fault of the program")
            self._fail(attempt)

    def _fail(self, attempt: Attempt) -> None:
        Attempt.objects.filter(pk=attempt.pk, worker=self.name).update(
            state=State.FAILED, heard_at=timezone.now()
        )

    def hear(self, attempt: Attempt) -> None:
        """Hear one answer from its first chunk to what is told of it."""
        watch, beat = Stopwatch(), _Beat(attempt, self._ends)
        with watch.stage("load models"):
            self._load()
        coached = self.ear.hear(attempt, beat.alive, watch)
        heard_at = timezone.now()
        attempt.refresh_from_db(fields=["ended_at"])
        spent = {name: round(stage.wall_s, 2) for name, stage in watch.stages.items()}
        if attempt.ended_at is not None:
            spent["after the end"] = round((heard_at - attempt.ended_at).total_seconds(), 2)
        mine = Attempt.objects.filter(pk=attempt.pk, worker=self.name, state=State.OPEN)
        told = {"coached": coached.model_dump(mode="json"), "spent": spent, "heard_at": heard_at}
        if not mine.update(state=State.HEARD, **told):
            raise GoneError
        names = keep_recordings(attempt)
        if not Attempt.objects.filter(pk=attempt.pk).update(recordings=names):
            remove_files(names)
        for stream in streams.segments(attempt.key):
            drop_stream(stream)


class _Beat:
    """Says that the answer is being heard, now and then."""

    def __init__(self, attempt: Attempt, ends: threading.Event) -> None:
        self._attempt, self._ends = attempt, ends
        self._at = 0.0

    def alive(self) -> None:
        """Raises GoneError where the answer is nobody's, or another one's, or everything ends."""
        if self._ends.is_set():
            raise GoneError
        if time.monotonic() - self._at < BEAT_S:
            return
        self._at = time.monotonic()
        mine = Attempt.objects.filter(pk=self._attempt.pk, state=State.OPEN, worker=self._attempt.worker)
        if not mine.update(beat_at=timezone.now()):
            raise GoneError


def take(worker: str) -> Attempt | None:
    """The answer that has waited longest and whose recording has begun; this worker's from now on."""
    now = timezone.now()
    free = Q(worker="") | Q(beat_at__lt=now - SILENT_FOR)
    begun = Stream.objects.filter(purpose=PURPOSE).values("group")
    waiting = Attempt.objects.filter(free, state=State.OPEN, key__in=begun)
    for attempt in waiting.select_related("task__round__practice__invitation")[:5]:
        mine = Attempt.objects.filter(free, pk=attempt.pk, state=State.OPEN)
        if attempt.tries >= MAX_TRIES or not may_hear(attempt.invitation):
            mine.update(state=State.FAILED, heard_at=now)
            continue
        if mine.update(worker=worker, beat_at=now, tries=F("tries") + 1):
            return Attempt.objects.select_related("task__round__practice__invitation").get(pk=attempt.pk)
    return None


def ahead_of(attempt: Attempt) -> int:
    """How many answers wait that were begun earlier and that nobody hears yet."""
    return Attempt.objects.filter(
        state=State.OPEN, worker="", ended_at__isnull=False, pk__lt=attempt.pk
    ).count()


def fill(asked: Round, ear: Ear) -> None:
    """Choose the questions of a round; none where the job has no profile."""
    invitation = asked.practice.invitation
    language = "zh" if invitation.language.startswith("zh") else "en"
    job = invitation.interview.application.job
    version = job.profile
    practised = Task.objects.filter(round__practice=asked.practice).values_list("text", flat=True)
    values = CompanyValues.objects.filter(job=job).first()
    chosen = (
        choose(
            profile_of(version),
            ear.library,
            list(Question.objects.filter(invitation=invitation).values_list("text", flat=True)),
            list(practised),
            language,
            ear.models.encoder,
            ear.norms.answers.match_similarity,
            motive=bool(values and values.in_language(language)),
            seed=asked.pk,
        )
        if version is not None
        else []
    )
    if Round.objects.filter(pk=asked.pk, chosen_at=None).update(chosen_at=timezone.now()):
        Task.objects.bulk_create(
            Task(round=asked, order=order, text=one.text, kind=one.kind, dimension=one.dimension)
            for order, one in enumerate(chosen, 1)
        )
