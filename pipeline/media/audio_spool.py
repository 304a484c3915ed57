"""The recording's audio on disk, growing at one end while readers follow it."""

from __future__ import annotations

import errno
import os
import tempfile
import threading
from pathlib import Path
from types import TracebackType

import numpy as np
from numpy.typing import NDArray

from interview_analysis.errors import OutputError, StorageFullError

SAMPLE_RATE_HZ = 16_000
_SAMPLE_BYTES = 4


class AudioSpool:
    """16 kHz mono float32 samples in an unlinked temporary file: one writer, any number of reader threads.

    Memory does not grow with the recording: reads are positioned, nothing is mapped or kept. The file has no
    name once it is open, so it is gone with `close` or with the process, whichever comes first.

    `directory` is where the file lies (default: the system's temporary folder); an hour takes 230 MB. Raises
    OutputError when nothing can be written there.
    """

    def __init__(self, directory: Path | None = None) -> None:
        try:
            self._folder = directory or Path(tempfile.gettempdir())
            self._file = tempfile.TemporaryFile(buffering=0, dir=directory, prefix="interview-audio-")  # noqa: SIM115
        except OSError as error:
            raise _unwritable(directory, error) from error
        self._samples = 0
        self._finished = False
        self._error: BaseException | None = None
        self._changed = threading.Condition()

    @property
    def sample_rate_hz(self) -> int:
        return SAMPLE_RATE_HZ

    @property
    def samples(self) -> int:
        """Samples written so far."""
        return self._samples

    @property
    def duration_s(self) -> float:
        """Seconds written so far."""
        return self._samples / SAMPLE_RATE_HZ

    @property
    def finished(self) -> bool:
        """No more samples will come: all are there, or the writer failed."""
        return self._finished

    def append(self, samples: NDArray[np.floating]) -> None:
        """Add samples of shape (n,) in -1..1 at the end. Raises ValueError once finished, OutputError on a full disk."""
        if self._finished:
            raise ValueError("the audio spool is finished: no samples can be added")
        data = np.ascontiguousarray(samples, dtype=np.float32).data.cast("B")
        try:
            while data:
                data = data[self._file.write(data) :]
        except OSError as error:
            raise _unwritable(self._folder, error) from error
        with self._changed:
            self._samples += len(samples)
            self._changed.notify_all()

    def finish(self) -> None:
        """All samples are there. Does nothing after `fail`."""
        with self._changed:
            self._finished = True
            self._changed.notify_all()

    def fail(self, error: BaseException) -> None:
        """The work is given up: every `wait`, begun or to come, and every `read` raises the first such `error`.

        Also after `finish`, so that readers who are still busy with a complete spool stop.
        """
        with self._changed:
            self._error = self._error or error
            self._finished = True
            self._changed.notify_all()

    def wait(self, stop_sample: int) -> int:
        """Block until `stop_sample` samples are there or no more will come; returns how many are there.

        Raises the error that was given to `fail`.
        """
        with self._changed:
            self._changed.wait_for(lambda: self._finished or self._samples >= stop_sample)
            if self._error is not None:
                raise self._error
            return self._samples

    def read(self, start_sample: int, stop_sample: int) -> NDArray[np.float32]:
        """Samples of ``[start_sample, stop_sample)``, shape (n,), as far as they are there. Never blocks.

        Raises the error that was given to `fail`.
        """
        if start_sample < 0 or stop_sample < start_sample:
            raise ValueError(f"expected 0 <= start <= stop, got start {start_sample} and stop {stop_sample}")
        if self._error is not None:
            raise self._error
        count = max(0, min(stop_sample, self._samples) - start_sample)
        samples = np.empty(count, dtype=np.float32)
        data = samples.data.cast("B") if count else memoryview(b"")
        offset = start_sample * _SAMPLE_BYTES
        while data:
            read = os.preadv(self._file.fileno(), [data], offset)
            data, offset = data[read:], offset + read
        return samples

    def close(self) -> None:
        """Give the file back. A reader that still waits gets a ValueError. Safe to repeat."""
        with self._changed:
            if not self._finished:
                self.fail(ValueError("the audio spool was closed before its audio was complete"))
        self._file.close()

    def __enter__(self) -> AudioSpool:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def _unwritable(folder: Path | None, error: OSError) -> OutputError:
    full = error.errno in (errno.ENOSPC, errno.EDQUOT)
    what = "is full" if full else f"cannot be written ({error.strerror})"
    kind = StorageFullError if full else OutputError
    return kind(
        f"the temporary folder{f' {folder}' if folder else ''} {what}; an hour of audio takes 230 MB: free some"
        " space, or set TMPDIR to another folder"
    )
