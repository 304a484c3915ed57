"""A vision model on a thread of its own, fed with frames through a short queue."""

from __future__ import annotations

import os
import sys
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import CancelledError, Future, ThreadPoolExecutor
from contextlib import suppress
from queue import Empty, Full, Queue
from typing import Generic, TypeVar

from interview_analysis.types import Frame

QUEUE_POLL_S = 0.5
QUEUE_FRAMES = 32  # 28 MiB of frames at most for each model; the audio gets this much ahead of them
QUEUE_FRAMES_LIVE = 64  # of a picture that does not wait: what does not fit is left out
NICENESS = 10  # the recogniser, the longest of the stages, goes first where cores are few
Track = TypeVar("Track")


class Viewer(Generic[Track]):
    """Makes a track of every n-th frame on a thread of `pool`, behind the recogniser.

    `watching` gets the frames as they come and gives the track, which `track` holds in the end, or what it failed with.
    At most `waiting` frames wait. Once `given_up` is set, nobody waits for a frame, and `track` holds CancelledError.
    """

    def __init__(
        self,
        pool: ThreadPoolExecutor,
        watching: Callable[[Iterator[Frame]], Track],
        every: int,
        given_up: threading.Event,
        waiting: int = QUEUE_FRAMES,
    ) -> None:
        self._frames: Queue[Frame | None] = Queue(waiting)
        self._watching = watching
        self._every = every
        self._given_up = given_up
        self.track: Future[Track] = pool.submit(self._watch)

    def show(self, number: int, frame: Frame) -> None:
        """Hand over a frame; waits while the queue is full and the model is alive."""
        if number % self._every == 0:
            self._put(frame)

    def glimpse(self, frame: Frame) -> None:
        """Hand over a frame, or leave it out where the queue is full; never waits."""
        with suppress(Full):
            self._frames.put_nowait(frame)

    def end(self) -> None:
        """There are no more frames."""
        self._put(None)

    def _put(self, frame: Frame | None) -> None:
        while not self.track.done():
            try:
                self._frames.put(frame, timeout=QUEUE_POLL_S)
                return
            except Full:
                continue

    def _watch(self) -> Track:
        _step_back()
        return self._watching(self._arriving())

    def _arriving(self) -> Iterator[Frame]:
        while not self._given_up.is_set():
            try:
                frame = self._frames.get(timeout=QUEUE_POLL_S)
            except Empty:
                continue
            if frame is None:
                return
            yield frame
        raise CancelledError  # half a track is none


def _step_back() -> None:
    """Lower the priority of this thread and of those that it starts; only Linux knows that of threads."""
    if sys.platform == "linux":
        os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), NICENESS)
