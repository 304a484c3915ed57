"""A worker: takes one analysis after the other, and makes recordings playable in between.

A thread writes the heartbeat; torch and the decoders may hold the interpreter for seconds. A worker that is killed
leaves a row that another takes up.
"""

from __future__ import annotations

import logging
import os
import shutil
import signal
import socket
import threading
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import asdict
from functools import partial
from queue import Empty, SimpleQueue
from types import FrameType

import psutil
from django.conf import settings
from django.db import close_old_connections, connection

from interview_analysis.errors import InterviewAnalysisError
from interview_analysis.web.analysis import queue
from interview_analysis.web.analysis.models import Analysis
from interview_analysis.web.analysis.observations import forget_gone, observations_of
from interview_analysis.web.analysis.running import Engine, Result
from interview_analysis.web.interviews import preparing
from interview_analysis.web.interviews.models import Recording
from interview_analysis.web.interviews.playable import checked, make_playable
from interview_analysis.web.interviews.uploads import remove_old
from interview_analysis.web.privacy.erasure import remove_left
from interview_analysis.web.site import store
from interview_analysis.web.site.faults import AWAY

BEAT_S = 5.0
IDLE_S = 1.0
TIDY_EVERY_S = 3600.0
AWAY_S = 2.0  # between two looks at a database that is away
AWAY_PAUSES_S = (1.0, 2.0, 4.0, 8.0, 15.0, 20.0)
log = logging.getLogger(__name__)


class CancelledError(Exception):
    """The analysis was cancelled, or another worker has it now."""


class Ends:
    """Whether a worker is to end. An Event must not be set from a signal: one that comes while it is being waited for
    finds its lock held and waits for itself."""

    def __init__(self) -> None:
        self._told: SimpleQueue[None] = SimpleQueue()  # which may be put to from signals
        self._set = False

    def set(self) -> None:
        self._set = True
        self._told.put(None)

    def is_set(self) -> bool:
        return self._set

    def wait(self, seconds: float) -> None:
        """In the worker's own thread."""
        if not self._set:
            with suppress(Empty):
                self._told.get(timeout=seconds)


class Worker:
    def __init__(
        self,
        parent: int | None = None,
        others: Sequence[Callable[[], bool]] = (),
        hourly: Sequence[Callable[[], object]] = (),
    ) -> None:
        """It ends with the process `parent`, where that is given. `others` do one thing each that is due elsewhere,
        and say whether there was one; `hourly` remove what is not needed any more."""
        self.name = f"{socket.gethostname()}:{os.getpid()}:{int(psutil.Process().create_time())}"
        self._engine = Engine()
        self._parent = parent
        self._others = others
        self._hourly = (remove_old, remove_left, store.delete_left, forget_gone, *hourly)
        self._ends = Ends()
        self._tidy_at = 0.0

    def stop(self, signal_number: int = 0, frame: FrameType | None = None) -> None:
        self._ends.set()

    def run(self, *, until_idle: bool = False) -> None:
        """Work until told to stop, or until nothing waits."""
        for number in (signal.SIGTERM, signal.SIGINT):
            with suppress(ValueError):  # not in the main thread, as in tests
                signal.signal(number, self.stop)
        while not self._ends.is_set() and self._parent_lives():
            try:
                busy = self._work_once()
            except (*AWAY, store.StoreAwayError) as error:
                log.warning("the database or the store cannot be reached: %s", error)
                connection.close()
                self._ends.wait(AWAY_S)
                continue
            if not busy:
                if until_idle:
                    return
                self._ends.wait(IDLE_S)

    def _work_once(self) -> bool:
        """Whether there was anything to do."""
        close_old_connections()
        queue.give_back_of(dead_here() | {self.name})  # its own: taken in the moment the database went away
        self._tidy()
        others = [work() for work in self._others]
        return self.prepare_one() or self.analyse_one() or any(others)

    def _tidy(self) -> None:
        """Now and then, remove uploads that nobody goes on with, and what interrupted erasures and other rooms left."""
        if time.monotonic() >= self._tidy_at:
            self._tidy_at = time.monotonic() + TIDY_EVERY_S
            for work in self._hourly:
                work()

    def _parent_lives(self) -> bool:
        return self._parent is None or psutil.pid_exists(self._parent)

    def analyse_one(self) -> bool:
        """Take and run an analysis; False where none waits."""
        taken = queue.take(self.name)
        if taken is None:
            return False
        try:
            with _Beating(partial(queue.beat, taken), self._ends) as beating:
                result = self._engine.run(taken, beating.progress)
            self._patiently(lambda: _finish(taken, result))
        except CancelledError:
            if self._ends.is_set():
                queue.give_back_of({self.name})
            _forget_if_erased(taken)
        except InterviewAnalysisError as error:
            told, code = str(error), getattr(error, "code", "") or "refused"
            self._patiently(lambda: queue.fail(taken, told, code))
        except AWAY:
            raise  # another worker takes it up, or this one
        except Exception:
            log.exception("analysis %s failed by a fault of the program", taken.key)
            self._patiently(lambda: queue.fail(taken, "a fault of the program; the log has more", "fault"))
        return True

    def _patiently(self, tell: Callable[[], object]) -> None:
        """Tell the database what came of minutes of work, again and again while it restarts. Telling it twice changes nothing."""
        for pause_s in AWAY_PAUSES_S:
            try:
                tell()
            except AWAY as error:
                log.warning("the database cannot be reached: %s", error)
                connection.close()
                self._ends.wait(pause_s)
            else:
                return
        tell()

    def prepare_one(self) -> bool:
        """Make one recording playable; False where all are. One that cannot be keeps its original."""
        recording = next(filter(preparing.claim, preparing.waiting()[:5]), None)
        if recording is None:
            return False
        playable = recording.original
        try:
            with (
                _Beating(lambda *_: preparing.beat(recording), self._ends),
                store.local(settings.HOME.files / recording.original) as source,
            ):
                target = make_playable(source, settings.HOME.files / f"play-{recording.key.hex}")
                playable = store.put(checked(target, recording.duration_s))
        except store.StoreAwayError:
            preparing.give_back(recording)  # it is made once the store answers
            raise
        except (InterviewAnalysisError, OSError, ValueError) as error:
            log.warning("recording %s is played as it is: %s", recording.key, type(error).__name__)
        if not Recording.objects.filter(pk=recording.pk).update(playable=playable):  # removed in the meantime
            store.delete(settings.HOME.files / playable)
        return True


def _finish(analysis: Analysis, result: Result) -> None:
    """Enter what came of it. What was cancelled or erased in its last moment leaves nothing behind."""
    if queue.done(analysis, **asdict(result)):
        return
    wanted = (
        Analysis.State.WAITING,
        Analysis.State.RUNNING,
        Analysis.State.DONE,
    )  # by this worker or another
    if not Analysis.objects.filter(pk=analysis.pk, state__in=wanted).exists():
        store.delete(settings.HOME.files / result.folder)
    _forget_if_erased(analysis)


def _forget_if_erased(analysis: Analysis) -> None:
    """What was observed of a person who was erased, or does without the analysis, while the worker was at it."""
    if not Analysis.objects.filter(pk=analysis.pk).exists():
        shutil.rmtree(observations_of(analysis.interview.application.candidate_id), ignore_errors=True)


class _Beating:
    """The heartbeat of what a worker does: `beat` gets stage, second and of how many, and says whether it is the
    worker's own still; once it is not, `progress` raises CancelledError."""

    def __init__(self, beat: Callable[[str, float | None, float | None], bool], ends: Ends) -> None:
        self._tell, self._ends = beat, ends
        self._done = threading.Event()
        self._lost = False
        self._at: tuple[str, float | None, float | None] = ("load models", None, None)
        self._thread = threading.Thread(target=self._beat, name="heartbeat", daemon=True)

    def __enter__(self) -> _Beating:
        self._lost = not self._tell(*self._at)
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._done.set()
        self._thread.join()

    def progress(self, stage: str, done: float, total: float) -> None:
        if self._lost or self._ends.is_set():
            raise CancelledError
        finite = total == total and total > 0
        self._at = (stage, round(done, 2), round(total, 2) if finite else None)

    def _beat(self) -> None:
        try:
            while not self._done.wait(BEAT_S if self._at[1] is None else 1.0):
                try:
                    self._lost = self._lost or not self._tell(*self._at)
                except AWAY:
                    connection.close()  # the next beat asks again
        finally:
            connection.close()


def dead_here() -> set[str]:
    """The names of workers of this machine that run something and are dead."""
    host = socket.gethostname()
    running = Analysis.objects.filter(state=Analysis.State.RUNNING, worker__startswith=f"{host}:")
    return {name for name in running.values_list("worker", flat=True) if not _lives(name)}


def _lives(name: str) -> bool:
    _, pid, born = name.rsplit(":", 2)
    try:
        return int(psutil.Process(int(pid)).create_time()) == int(born)
    except psutil.Error:
        return False
