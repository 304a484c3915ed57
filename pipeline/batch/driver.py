"""The driver of a batch: what each interview needs next, what became of it, and when all of them are done.

Each recording of an interview, and the one of the candidate alone where there is one, is probed (fetched, hashed,
measured). Then the interview is scored from the cache; where the cache lacks one of them, that is observed first. The
row of an interview is written last of all, so that an interview without one has to be done and one with it is done.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import count
from typing import Any

from interview_analysis.errors import (
    ConfigError,
    OutputError,
    SystemLibraryError,
    WeightsError,
)
from interview_analysis.pipeline.batch.manifest.manifest import Interview
from interview_analysis.pipeline.batch.results import Row, failed_row
from interview_analysis.pipeline.batch.settings import BatchSettings, Stage
from interview_analysis.pipeline.batch.stages import Listening, Observing, Probe, Scoring, Unobserved
from interview_analysis.pipeline.batch.workers.executor import Executor, Failure, Outcome, Task

# Not an interview's fault: the machine or the installation has to be mended before the batch can go on.
STOPPING = (OutputError, WeightsError, SystemLibraryError, ConfigError)
MAX_OBSERVED = 2  # times; where the cache loses an interview's observations so often, it is too small for it


@dataclass(slots=True, eq=False)
class _Work:
    """An interview on its way. `probes` are by path, of the files that are known by now."""

    interview: Interview
    inputs: str
    probes: dict[str, Probe]
    waiting: int = 0  # tasks that have to end before the next stage
    observed: int = 0  # times
    over: bool = False
    seconds: dict[str, float] = field(default_factory=dict)


class Driver:
    """Takes interviews through the stages. One path for every executor, used from one thread.

    Parameters
    ----------
    finished : called with the row of each interview as soon as there is one.
    known : probes by the path of a recording; those recordings are not opened unless the cache lacks them.
    """

    def __init__(
        self,
        executor: Executor,
        settings: BatchSettings,
        finished: Callable[[Row], None],
        known: Mapping[str, Probe] | None = None,
    ) -> None:
        self._executor, self._settings, self._finished = executor, settings, finished
        self._known = dict(known or {})
        self._ready: deque[Task] = deque()
        self._waiting: dict[str, list[_Work]] = {}  # for each task under way; recordings may be shared
        self._broken: dict[str, Failure] = {}  # tasks on a recording that failed; others may want the same
        self._numbers = count()

    def run(self, todo: Iterable[tuple[Interview, str]], tick: Callable[[], None]) -> None:
        """Bring every interview of `todo`, pairs with the hash of its inputs, to a row.

        Raises one of `STOPPING`, and what the executor raises where no worker can be kept. Rows until then stand.
        """
        coming, more = iter(todo), True
        while more or self._waiting:
            while self._executor.room > 0:
                # What is under way comes first, so that few interviews are half done at any time.
                if not self._ready:
                    following = next(coming, None)
                    more = following is not None
                    if following is not None:
                        self._begin(*following)
                if not self._ready:
                    break
                self._executor.submit(self._ready.popleft())
            if (
                self._waiting
            ):  # not so where an interview failed as it began, of a recording that is known to be broken
                self._take(self._executor.wait(tick))

    def _begin(self, interview: Interview, inputs: str) -> None:
        probes = {path: self._known[path] for path in interview.files if path in self._known}
        work = _Work(interview, inputs, probes)
        for path in interview.files:
            if path not in probes:
                self._need(work, f"probe {path}", "probe", path)
        if not (work.waiting or work.over):
            self._score(work)

    def _score(self, work: _Work) -> None:
        probes = [work.probes[recording.path] for recording in work.interview.recordings]
        hashes = tuple(probe.sha256 for probe in probes)
        recorded_s = sum(probe.duration_s for probe in probes)
        alone = work.interview.candidate_voice
        voice = None if alone is None else work.probes[alone].sha256
        words = tuple(
            None if recording.transcript is None else work.probes[recording.transcript].sha256
            for recording in work.interview.recordings
        )
        argument = Scoring(work.interview, hashes, work.inputs, voice, words)
        self._need(work, f"score {next(self._numbers)}", "score", argument, recorded_s)

    def _observe(self, work: _Work, lacking: Unobserved) -> None:
        work.observed += 1
        interview = work.interview
        for place in lacking.recordings:
            path, language = interview.recordings[place].path, interview.language
            worded = interview.recordings[place].transcript is not None
            probe = work.probes[path]
            argument = Observing(path, probe.sha256, language, worded)
            name = f"observe {probe.sha256} {language}" + (" beside transcript" if worded else "")
            self._need(work, name, "observe", argument, probe.duration_s)
        if lacking.voice and interview.candidate_voice is not None:
            probe = work.probes[interview.candidate_voice]
            hear = Listening(interview.candidate_voice, probe.sha256)
            self._need(work, f"listen {probe.sha256}", "observe", hear, probe.duration_s)

    def _need(self, work: _Work, name: str, stage: Stage, argument: Any, recorded_s: float = 0.0) -> None:
        """Have `work` wait for a task, which may be under way for another interview, or have failed for one."""
        if name in self._broken:
            self._fail(work, stage, self._broken[name])
            return
        if name not in self._waiting:
            self._waiting[name] = []
            limit_s = self._settings.time_limit_s(stage, recorded_s)
            self._ready.append(Task(name, stage, argument, limit_s))
        if work not in self._waiting[name]:
            self._waiting[name].append(work)
            work.waiting += 1

    def _take(self, outcome: Outcome) -> None:
        task = outcome.task
        if outcome.failure and isinstance(outcome.failure.error, STOPPING):
            raise outcome.failure.error
        if isinstance(outcome.value, Probe):
            self._known[task.argument] = outcome.value
        if outcome.failure:
            self._broken[task.id] = outcome.failure
        for work in self._waiting.pop(task.id):
            work.waiting -= 1
            if work.over:
                continue
            if outcome.failure:
                self._fail(work, task.stage, outcome.failure)
            else:
                self._go_on(work, task, outcome.value)

    def _go_on(self, work: _Work, task: Task, value: Any) -> None:
        if task.stage == "score":
            self._scored(work, value)
            return
        took = value.seconds if isinstance(value, Probe) else value
        work.seconds[task.stage] = work.seconds.get(task.stage, 0.0) + took
        if isinstance(value, Probe):
            work.probes[task.argument] = value
        if not work.waiting:
            self._score(work)

    def _scored(self, work: _Work, value: Row | Unobserved) -> None:
        if isinstance(value, Row):
            self._end(work, value.model_copy(update={"seconds": work.seconds | value.seconds}))
        elif work.observed < MAX_OBSERVED:
            self._observe(work, value)
        else:
            reason = (
                "its observations were removed from the cache before it was scored; give the cache more space"
            )
            self._fail(work, "score", Failure("worker_lost", reason))

    def _fail(self, work: _Work, stage: str, failure: Failure) -> None:
        """Write the failure down. One that is not the recording's own has no inputs: the next run tries it again."""
        if work.over:
            return
        row = failed_row(
            work.interview,
            stage=stage,
            reason=failure.reason,
            code=failure.code,
            inputs=work.inputs if failure.kind == "error" else None,
            seconds=work.seconds,
            finished_at=datetime.now(UTC).isoformat(timespec="milliseconds"),
        )
        self._end(work, row)

    def _end(self, work: _Work, row: Row) -> None:
        work.over = True
        self._finished(row)
