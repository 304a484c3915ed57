"""Tasks in processes on this machine.

Every worker has a pebble pool of its own. Within one pool, pebble's workers share locks and one fate: a process that
is killed while it holds a lock stalls the others, and one that dies while none is busy breaks the pool. Here that
costs one worker, which is replaced.
"""

from __future__ import annotations

import multiprocessing
import os
import signal
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from contextlib import contextmanager
from multiprocessing import resource_tracker
from multiprocessing.process import BaseProcess
from queue import Empty, SimpleQueue
from types import TracebackType
from typing import Any, Self

from pebble import ProcessExpired, ProcessPool

from interview_analysis.errors import WorkerError
from interview_analysis.pipeline.batch.workers.executor import (
    START_TRIES,
    TICK_S,
    Attempt,
    Kind,
    Outcome,
    Stages,
    Start,
    Task,
    lost,
    no_tick,
    over_memory,
    overdue,
)
from interview_analysis.pipeline.batch.workers.resources import thread_environment
from interview_analysis.pipeline.batch.workers.worker import OVER_MEMORY, Reply, perform, started, watch

STOP_S = 8.0
_stages: Stages = {}  # of this process, where it is a worker


class LocalExecutor:
    """An `Executor` of processes.

    Parameters
    ----------
    start : called once in each worker; see executor.py.
    workers, threads : how many processes, and how many threads the libraries in each may use.
    memory_limit_bytes : a worker whose resident memory passes it is ended; None for no limit.
    retries : how often a task whose worker was lost is tried again.
    start_limit_s : how long a worker may take to start.
    """

    def __init__(
        self,
        start: Start,
        workers: int,
        *,
        threads: int = 1,
        memory_limit_bytes: int | None = None,
        retries: int = 1,
        start_limit_s: float = 300.0,
    ) -> None:
        self._count = workers
        self._retries = retries
        self._memory_limit_bytes = memory_limit_bytes
        self._ended: SimpleQueue[tuple[_Worker, Future[Any]]] = SimpleQueue()
        self._new: Callable[[], _Worker] = lambda: _Worker(
            start, threads, memory_limit_bytes, start_limit_s, self._ended.put
        )
        self._workers: list[_Worker] = []
        self._waiting: deque[Attempt] = deque()
        self._next_tick_s = 0.0

    def __enter__(self) -> Self:
        resource_tracker.ensure_running()  # before a worker is started with SIGINT blocked, which this undoes
        self._workers = [self._new() for _ in range(self._count)]
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    @property
    def workers(self) -> int:
        return len(self._workers)

    @property
    def room(self) -> int:
        """One task at work and one waiting for each worker."""
        return 2 * len(self._workers) - self._under_way()

    def submit(self, task: Task) -> None:
        self._waiting.append(Attempt(task))
        self._hand_out()

    def wait(self, tick: Callable[[], None] = no_tick) -> Outcome:
        if not self._under_way():
            raise ValueError("no task is under way: submit one before waiting")
        while True:
            self._hand_out()
            if time.monotonic() >= self._next_tick_s:
                self._next_tick_s = time.monotonic() + TICK_S
                tick()
                outcome = self._after_silence()
            else:
                outcome = self._next_event()
            if outcome is not None:
                self._hand_out()
                return outcome

    def stop(self) -> None:
        workers, self._workers = self._workers, []
        self._waiting.clear()
        for worker in workers:
            worker.pool.stop()  # or it would replace the process that is killed next
        for worker in workers:
            if worker.process is not None:
                worker.process.kill()
        ending = [threading.Thread(target=worker.end, daemon=True) for worker in workers]
        deadline_s = time.monotonic() + STOP_S
        for thread in ending:
            thread.start()
        for thread in ending:
            thread.join(max(0.0, deadline_s - time.monotonic()))

    def _under_way(self) -> int:
        return len(self._waiting) + sum(worker.attempt is not None for worker in self._workers)

    def _hand_out(self) -> None:
        for number, worker in enumerate(self._workers):
            if not (self._waiting and worker.idle):
                continue
            if worker.take(self._waiting[0]):
                self._waiting.popleft()
            else:
                self._workers[number] = self._replacement(worker)

    def _next_event(self) -> Outcome | None:
        try:
            return self._after(*self._ended.get(timeout=max(0.0, self._next_tick_s - time.monotonic())))
        except Empty:
            return None

    def _replacement(self, worker: _Worker) -> _Worker:
        worker.end()
        return self._new()

    def _after(self, worker: _Worker, future: Future[Any]) -> Outcome | None:
        if worker.future is not future or worker not in self._workers:
            return None  # of a worker that was replaced meanwhile
        error = future.exception()
        if worker.attempt is None:
            self._after_start(worker, error)
            return None
        if error is None:
            reply: Reply = future.result()
            task, worker.attempt = worker.attempt.task, None
            return reply.outcome(task)
        return self._after_loss(worker, error)

    def _after_start(self, worker: _Worker, error: BaseException | None) -> None:
        if error is None:
            pid, reply = worker.future.result()
            if reply.error is not None:
                raise reply.error
            worker.process = next((one for one in multiprocessing.active_children() if one.pid == pid), None)
            if worker.process is not None:
                return
            error = ProcessExpired("ended", code=0)
        place = self._workers.index(worker)
        tries = worker.tries + 1
        if tries < START_TRIES:
            self._workers[place] = self._replacement(worker)
            self._workers[place].tries = tries
            return
        worker.end()
        del self._workers[place]
        if not self._workers:
            _, reason = self._ending(error)
            raise WorkerError(
                f"no worker could be started: {reason} {tries} times in a row while it loaded its models; "
                "check the memory that is free, or start fewer workers"
            )

    def _after_silence(self) -> Outcome | None:
        """Replace workers that ended with exit code 0, which pebble reports to nobody, or while idle.

        Any other end of a worker at work is left to pebble, which may not have noticed yet and knows of time limits. But
        where it found the worker dead before it handed the task on, its pool is broken and says no more.
        """
        for worker in self._workers:
            code = None if worker.process is None else worker.process.exitcode
            if code is not None and worker.attempt is None:
                self._workers[self._workers.index(worker)] = self._replacement(worker)
            elif code is not None and not worker.future.done() and (code == 0 or not worker.pool.active):
                return self._after_loss(worker, ProcessExpired("ended", code=code))
        return None

    def _after_loss(self, worker: _Worker, error: BaseException) -> Outcome | None:
        attempt = worker.attempt
        assert attempt is not None  # for the type checker: it is lost while at work
        self._workers[self._workers.index(worker)] = self._replacement(worker)
        if isinstance(error, TimeoutError):
            return overdue(attempt.task)
        attempt.lost += 1
        if attempt.lost > self._retries:
            return lost(attempt, *self._ending(error))
        self._waiting.appendleft(attempt)
        return None

    def _ending(self, error: BaseException) -> tuple[Kind, str]:
        if isinstance(error, TimeoutError):
            return "time_limit", "the worker took too long"
        if not isinstance(error, ProcessExpired):
            return "worker_lost", "the worker ended unexpectedly"
        code = error.exitcode
        if code == OVER_MEMORY and self._memory_limit_bytes is not None:
            return "out_of_memory", over_memory(self._memory_limit_bytes)
        if code == -signal.SIGKILL:
            return "worker_lost", "the worker was killed from outside (SIGKILL), perhaps as memory ran out"
        how = signal.Signals(-code).name if code < 0 else f"exit code {code}"
        return "worker_lost", f"the worker ended unexpectedly ({how})"


class _Worker:
    """One process and the task that it has. It starts at once; `future` is the start, then the latest task."""

    def __init__(
        self,
        start: Start,
        threads: int,
        memory_limit_bytes: int | None,
        start_limit_s: float,
        tell: Callable[[tuple[_Worker, Future[Any]]], None],
    ) -> None:
        self.attempt: Attempt | None = None
        self.process: BaseProcess | None = None  # known once it has started
        self.tries = 0
        self._tell = tell
        self.pool = ProcessPool(
            max_workers=1,
            initializer=watch,
            initargs=(os.getpid(), memory_limit_bytes),
            context=multiprocessing.get_context("spawn"),
        )
        with _quiet_birth(threads):
            self.future: Future[Any] = self.pool.schedule(_load, args=(start,), timeout=start_limit_s)
        self.future.add_done_callback(self._done)

    @property
    def idle(self) -> bool:
        return self.process is not None and self.attempt is None

    def take(self, attempt: Attempt) -> bool:
        """Begin a task; False where the process has died meanwhile."""
        task = attempt.task
        try:
            self.future = self.pool.schedule(
                _run, args=(task.stage, task.argument), timeout=task.time_limit_s
            )
        except RuntimeError:  # the pool is broken
            return False
        self.attempt = attempt
        self.future.add_done_callback(self._done)
        return True

    def end(self) -> None:
        """End the process, by force if it must be."""
        self.pool.stop()
        self.pool.join()

    def _done(self, future: Future[Any]) -> None:
        self._tell((self, future))


@contextmanager
def _quiet_birth(threads: int) -> Iterator[None]:
    """A process born in here has Ctrl-C blocked from its first instruction on, and its number of threads set."""
    wanted = thread_environment(threads)
    before = {name: os.environ.get(name) for name in wanted}
    mask = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    os.environ.update(wanted)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                del os.environ[name]
            else:
                os.environ[name] = value
        signal.pthread_sigmask(signal.SIG_SETMASK, mask)


def _load(start: Start) -> tuple[int, Reply]:
    global _stages
    _stages, reply = started(start)
    return os.getpid(), reply


def _run(stage: str, argument: Any) -> Reply:
    return perform(lambda given: _stages[stage](given), argument)
