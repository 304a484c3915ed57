"""How progress and messages reach people and machines.

Results (paths) go to stdout, all else to stderr. People get text, and a bar with the remaining time for
what takes longer than a second; a log file gets a line now and then, not a bar; machines get one JSON
object a line. Nothing that is said in a recording is written here. All methods may be called from any thread.
"""

from __future__ import annotations

import json
import math
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Literal, Protocol, TextIO

if TYPE_CHECKING:
    from rich.progress import Progress, TaskID

LOG_FORMATS = ("text", "json")
Field = str | int | float | bool | None

SHOW_AFTER_S = 1.0
LINE_EVERY_S = 10.0  # between two progress lines of one task where there is no terminal
JSON_EVERY_S = 1.0


class Task(Protocol):
    """One piece of work under way; `done` and `total` share a unit that the caller chooses."""

    def advance(self, amount: float = 1.0) -> None:
        """Add `amount` to what is done."""

    def update(self, done: float) -> None:
        """Set what is done since the beginning."""


class Console:
    """Writes messages, progress and results.

    `quiet` leaves warnings, errors and results only. `log_format` "json" turns every message into an object
    with ``time`` (UTC, ISO 8601), ``level``, ``message`` and the fields given. `messages` and `results` are
    stderr and stdout unless given; `show_after_s` is how long a task takes before its progress is shown. Until one was, half of
    that since the start is enough, whatever went on in it.
    """

    def __init__(
        self,
        quiet: bool = False,
        log_format: str = "text",
        *,
        messages: TextIO | None = None,
        results: TextIO | None = None,
        show_after_s: float = SHOW_AFTER_S,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        if log_format not in LOG_FORMATS:
            raise ValueError(f"log_format is {log_format!r}, expected one of {', '.join(LOG_FORMATS)}")
        self.quiet = quiet
        self.log_format = log_format
        self._messages = sys.stderr if messages is None else messages
        self._results = sys.stdout if results is None else results
        self._show_after_s = show_after_s
        self._clock = clock
        self._first_until_s: float | None = clock() + show_after_s / 2  # None once a task was shown
        self._lock = threading.RLock()
        self._bars: Progress | None = None

    def result(self, text: object) -> None:
        """Write a result, such as the path of a report, to stdout."""
        with self._lock:
            self._results.write(f"{text}\n")
            self._results.flush()

    def info(self, message: str, **fields: Field) -> None:
        """Something worth knowing; left out when quiet. `fields` reach machines only."""
        if not self.quiet:
            self._message("info", message, fields)

    def warning(self, message: str, **fields: Field) -> None:
        """Something that a reader must know."""
        self._message("warning", message, fields)

    def error(self, message: str, **fields: Field) -> None:
        """Why the program stops, in one line whatever a name or key in it holds."""
        self._message("error", " ".join(message.splitlines()), fields)

    @contextmanager
    def progress(self, label: str, total: float | None = None) -> Iterator[Task]:
        """A task for the length of the context; several may run at once. `total` is None where unknown."""
        task = _Task(self, label, total)
        task.start()
        try:
            yield task
            task.finished = True
        finally:
            task.close()

    @contextmanager
    def stages(self) -> Iterator[Stages]:
        """Several tasks, each from its first report to its last, or to the end of the context."""
        stages = Stages(self)
        try:
            yield stages
            stages.finish()
        finally:
            stages.close()

    def _message(self, level: str, message: str, fields: dict[str, Field]) -> None:
        if self.log_format == "json":
            now = datetime.now(UTC).isoformat(timespec="milliseconds")
            known = {key: _json_value(value) for key, value in fields.items()}
            line = json.dumps(
                {"time": now, "level": level, "message": message, **known},
                ensure_ascii=False,
                allow_nan=False,
            )
        else:
            line = message if level == "info" else f"{level}: {message}"
        self._line(line)

    def _line(self, line: str) -> None:
        with self._lock:
            if self._bars is not None:
                self._bars.console.print(line, markup=False, highlight=False, soft_wrap=True)
            else:
                self._messages.write(line + "\n")
                self._messages.flush()

    @property
    def _draws_bars(self) -> bool:
        return self.log_format == "text" and self._messages.isatty()


class Stages:
    """Progress of stages that run at the same time, each known by its name."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._tasks: dict[str, _Task] = {}

    def update(self, stage: str, done: float, total: float | None = None) -> None:
        """Set what is done of `stage`; the first call begins it, reaching `total` ends it.

        A total that is None or not finite is unknown: a recording may not say how long it is.
        """
        with self._console._lock:
            if stage not in self._tasks:
                self._tasks[stage] = _Task(self._console, stage, total)
                self._tasks[stage].start()
            task = self._tasks[stage]
            task.update(done)
            if total is not None and done >= total:
                task.finished = True
                task.close()

    def finish(self) -> None:
        """All stages came to their end."""
        with self._console._lock:
            for task in self._tasks.values():
                task.finished = True

    def close(self) -> None:
        """Stop showing whatever is still open."""
        with self._console._lock:
            for task in self._tasks.values():
                task.close()


class _Task:
    """State of one task, and its way onto the screen. Guarded by the console's lock."""

    def __init__(self, console: Console, label: str, total: float | None) -> None:
        self.label, self.done, self.finished = label, 0.0, False
        self.total = total if total is not None and math.isfinite(total) else None
        self._console = console
        self._start_s = console._clock()
        self._shown = self._closed = False
        self._bar: TaskID | None = None
        self._next_line_s = 0.0
        until_s = console._first_until_s
        wait_s = console._show_after_s if until_s is None else max(0.0, until_s - self._start_s)
        self._timer = threading.Timer(wait_s, self.show)
        self._timer.daemon = True

    def start(self) -> None:
        """Begin to wait until the task is worth showing."""
        if self._console.quiet:
            return
        if self._timer.interval > 0:
            self._timer.start()
        else:
            self.show()

    @property
    def elapsed_s(self) -> float:
        return self._console._clock() - self._start_s

    @property
    def remaining_s(self) -> float | None:
        """At the mean speed so far; None where it cannot be told."""
        if self.total is None or self.done <= 0:
            return None
        return max(0.0, self.elapsed_s * (self.total - self.done) / self.done)

    def advance(self, amount: float = 1.0) -> None:
        with self._console._lock:
            self.update(self.done + amount)

    def update(self, done: float) -> None:
        with self._console._lock:
            if self._closed or not math.isfinite(done):
                return
            self.done = done if self.total is None else min(done, self.total)
            if self._bar is not None and self._console._bars is not None:
                self._console._bars.update(self._bar, completed=self.done)
            elif self._shown and self.elapsed_s >= self._next_line_s:
                self._report("running")

    def show(self) -> None:
        """Begin to show the task; called once it has lasted."""
        console = self._console
        with console._lock:
            if self._closed or self._shown:
                return
            self._shown, console._first_until_s = True, None
            if console._draws_bars:
                if console._bars is None:
                    console._bars = _new_bars(console._messages)
                    console._bars.start()
                self._bar = console._bars.add_task(self.label, total=self.total)
                console._bars.update(self._bar, completed=self.done)
            else:
                self._report("running")

    def close(self) -> None:
        """End of the task; `finished` tells whether it came to its end."""
        console = self._console
        with console._lock:
            if self._closed:
                return
            self._closed = True
            self._timer.cancel()
            if self._bar is not None and console._bars is not None:
                console._bars.remove_task(self._bar)
                if not console._bars.tasks:
                    console._bars.stop()
                    console._bars = None
            # A machine hears how long each stage took; a person only where it was worth a bar.
            if not console.quiet and (self._shown or console.log_format == "json"):
                self._report("done" if self.finished else "stopped")

    def _report(self, state: Literal["running", "done", "stopped"]) -> None:
        console = self._console
        if console.log_format == "json":
            self._next_line_s = self.elapsed_s + JSON_EVERY_S
            remaining_s = None if self.remaining_s is None else round(self.remaining_s, 1)
            fields: dict[str, Field] = {
                "task": self.label, "state": state, "done": round(self.done, 3), "total": self.total,
                "elapsed_s": round(self.elapsed_s, 3), "remaining_s": remaining_s,
            }  # fmt: skip
            console._message("progress", f"{self.label}: {state}", fields)
            return
        self._next_line_s = self.elapsed_s + LINE_EVERY_S
        if state != "running":
            console._line(f"{self.label}: {state} after {_minutes(self.elapsed_s)}")
            return
        share = f" {self.done / self.total:.0%}" if self.total else ""
        rest = f", about {_minutes(self.remaining_s)} left" if self.remaining_s is not None else ""
        console._line(f"{self.label}:{share or ' running'}{rest}")


def _json_value(value: Field) -> Field:
    """JSON knows neither NaN nor infinity."""
    return None if isinstance(value, float) and not math.isfinite(value) else value


def _minutes(seconds: float) -> str:
    """``m:ss``, or ``h:mm:ss`` from an hour on."""
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes}:{rest:02d}" if minutes < 60 else f"{minutes // 60}:{minutes % 60:02d}:{rest:02d}"


def _new_bars(stream: TextIO) -> Progress:
    from rich.console import Console as RichConsole
    from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeRemainingColumn

    return Progress(
        TextColumn("{task.description}", markup=False),
        BarColumn(),
        TaskProgressColumn(),
        TimeRemainingColumn(compact=True, elapsed_when_finished=True),
        console=RichConsole(file=stream, force_terminal=True),
        transient=True,
    )
