"""What the driver asks for, in which order, and what becomes of an interview whatever its tasks come to."""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Callable
from types import TracebackType
from typing import Any, Self

import pytest

from interview_analysis.errors import MediaError, OutputError, StorageFullError, WeightsError
from interview_analysis.pipeline.batch.driver import MAX_OBSERVED, Driver
from interview_analysis.pipeline.batch.manifest.manifest import Interview, Recording
from interview_analysis.pipeline.batch.results import Row, RowLineage, RowScore
from interview_analysis.pipeline.batch.settings import load_batch_settings
from interview_analysis.pipeline.batch.stages import Listening, Observing, Probe, Scoring, Unobserved
from interview_analysis.pipeline.batch.workers.executor import Failure, Outcome, Task, no_tick

SETTINGS = load_batch_settings()
HASH = "0" * 64


class InPlace:
    """An executor that does a task when it is waited for, the last submitted first; `ends` decides how."""

    workers = 2

    def __init__(self, ends: Callable[[Task], Any]) -> None:
        self._ends, self._tasks = ends, deque[Task]()
        self.done: list[Task] = []

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    @property
    def room(self) -> int:
        return 4 - len(self._tasks)

    def submit(self, task: Task) -> None:
        self._tasks.append(task)

    def wait(self, tick: Callable[[], None] = no_tick) -> Outcome:
        tick()
        task = self._tasks.pop()
        self.done.append(task)
        ended = self._ends(task)
        return Outcome(task, failure=ended) if isinstance(ended, Failure) else Outcome(task, ended)

    def stop(self) -> None:
        self._tasks.clear()


class Stages:
    """Stages over a cache that is a set; `fails` gives the failure of a task, by its stage and subject."""

    def __init__(self, fails: dict[tuple[str, str], Failure] | None = None, forgets: bool = False) -> None:
        self.cached: set[str] = set()
        self.fails, self.forgets = fails or {}, forgets

    def __call__(self, task: Task) -> Any:
        argument = task.argument
        subject = (
            argument.interview.id if isinstance(argument, Scoring) else getattr(argument, "path", argument)
        )
        if (task.stage, subject) in self.fails:
            return self.fails[task.stage, subject]
        if task.stage == "probe":
            return Probe(argument.ljust(64, "0"), 60.0, 0.1)
        if isinstance(argument, Observing | Listening):
            assert argument.sha256 == argument.path.ljust(64, "0")
            if not self.forgets:
                self.cached.add(argument.path)
            return 2.0
        missing = tuple(n for n, r in enumerate(argument.interview.recordings) if r.path not in self.cached)
        voice = argument.interview.candidate_voice
        assert argument.voice == (voice and voice.ljust(64, "0"))
        unheard = voice is not None and voice not in self.cached
        return Unobserved(missing, unheard) if missing or unheard else scored(argument)


def scored(task: Scoring) -> Row:
    interview = task.interview
    return Row(
        interview_id=interview.id,
        candidate_id=interview.candidate_id,
        job=interview.job,
        status="scored",
        inputs=task.inputs,
        scores={"overall": RowScore(score=50.0, standard_error=5.0)},
        lineage=RowLineage(
            recordings=(HASH,) * len(task.recordings), profile=HASH, config=HASH, norms=HASH, models=HASH, version="0"
        ),
        seconds={"score": 0.5},
    )  # fmt: skip


def interview(
    name: str, *paths: str, language: str | None = None, candidate_voice: str | None = None
) -> Interview:
    return Interview(
        id=name, candidate_id="c", job="j", language=language, candidate_voice=candidate_voice,
        recordings=tuple(Recording(path=p) for p in paths),
    )  # fmt: skip


def drive(ends: Callable[[Task], Any], *interviews: Interview, known: dict[str, Probe] | None = None):
    executor, rows = InPlace(ends), {}

    def finished(row: Row) -> None:
        assert row.interview_id not in rows, "an interview has one row"
        rows[row.interview_id] = row

    Driver(executor, SETTINGS, finished, known).run([(i, "f" * 64) for i in interviews], no_tick)
    return rows, executor.done


def stages_of(done: list[Task]) -> Counter[str]:
    return Counter(task.stage for task in done)


def test_an_interview_goes_through_all_stages() -> None:
    rows, done = drive(Stages(), interview("a", "x.wav", "y.wav"))
    assert stages_of(done) == {"probe": 2, "score": 2, "observe": 2}  # the first try to score finds nothing
    assert rows["a"].status == "scored"
    assert rows["a"].inputs == "f" * 64
    assert rows["a"].seconds == pytest.approx({"probe": 0.2, "observe": 4.0, "score": 0.5})


def test_every_interview_has_one_row() -> None:
    many = [interview(f"i{n}", f"{n % 7}.wav", f"{n % 3}.wav") for n in range(50)]
    rows, done = drive(Stages(), *many)
    assert sorted(rows) == sorted(i.id for i in many)
    assert stages_of(done)["observe"] == 7


def test_what_is_in_the_cache_is_only_scored() -> None:
    stages = Stages()
    stages.cached = {"x.wav"}
    _, done = drive(stages, interview("a", "x.wav"))
    assert stages_of(done) == {"probe": 1, "score": 1}
    _, done = drive(stages, interview("a", "x.wav"), known={"x.wav": Probe("x.wav".ljust(64, "0"), 9.0)})
    assert stages_of(done) == {"score": 1}


def test_a_voice_of_the_candidate_is_listened_to_once() -> None:
    many = [interview(name, f"{name}.wav", candidate_voice="me.wav") for name in "ab"]
    rows, done = drive(Stages(), *many)
    assert stages_of(done) == {"probe": 3, "score": 4, "observe": 3}
    assert [task.argument for task in done if task.id.startswith("listen")] == [
        Listening("me.wav", "me.wav".ljust(64, "0"))
    ]
    assert {row.status for row in rows.values()} == {"scored"}
    same, done = drive(Stages(), interview("a", "x.wav", candidate_voice="x.wav"))
    assert stages_of(done) == {"probe": 1, "score": 2, "observe": 2}
    assert same["a"].status == "scored"


def test_a_voice_that_cannot_be_heard_fails_its_interviews() -> None:
    reason = "me.wav holds 0.0 s of speech"
    stages = Stages({("observe", "me.wav"): Failure("error", reason, MediaError(reason))})
    rows, _ = drive(stages, interview("a", "x.wav", candidate_voice="me.wav"), interview("b", "x.wav"))
    assert (rows["a"].status, rows["a"].stage, rows["a"].reason) == ("failed", "observe", reason)
    assert rows["b"].status == "scored"


def test_a_recording_of_several_interviews_is_observed_once() -> None:
    rows, done = drive(
        Stages(), interview("a", "x.wav", "x.wav"), interview("b", "x.wav"), interview("c", "x.wav")
    )
    assert stages_of(done)["observe"] == 1
    assert {row.status for row in rows.values()} == {"scored"}


def test_a_recording_is_heard_once_in_each_language() -> None:
    _, done = drive(Stages(), interview("a", "x.wav", language="zh"), interview("b", "x.wav", language="en"))
    assert {t.argument.language for t in done if t.stage == "observe"} <= {"zh", "en"}
    assert len({t.id for t in done if t.stage == "observe"}) == stages_of(done)["observe"]


@pytest.mark.parametrize(("stage", "subject"), [("probe", "bad.wav"), ("observe", "bad.wav"), ("score", "a")])
def test_a_failure_is_a_row_and_the_others_go_on(stage: str, subject: str) -> None:
    failure = Failure("error", "bad.wav: no media", MediaError("bad.wav: no media", "no_recording"))
    rows, _ = drive(
        Stages({(stage, subject): failure}), interview("a", "bad.wav", "x.wav"), interview("b", "x.wav")
    )
    assert (rows["a"].status, rows["a"].stage, rows["a"].reason) == ("failed", stage, "bad.wav: no media")
    assert rows["a"].code == "no_recording"
    assert rows["a"].inputs == "f" * 64  # final: the recording will not get better
    assert rows["b"].status == "scored"


def test_a_recording_that_broke_a_worker_breaks_no_second_one() -> None:
    stages = Stages({("observe", "x.wav"): Failure("worker_lost", "crashed")})
    many = [interview(f"i{n}", f"{n}.wav", "x.wav") for n in range(9)]
    rows, done = drive(stages, *many)
    assert (
        sum(t.stage == "observe" and t.argument.path == "x.wav" for t in done) <= 4
    )  # as many as were begun
    assert {(row.status, row.stage, row.reason) for row in rows.values()} == {
        ("failed", "observe", "crashed")
    }
    assert len(rows) == 9


def test_interviews_of_a_recording_that_is_known_to_be_broken_are_rows_and_those_after_them_too() -> None:
    failure = Failure("error", "bad.wav: no media", MediaError("bad.wav: no media"))
    many = [interview(f"i{n}", "bad.wav") for n in range(20)]
    rows, _ = drive(Stages({("probe", "bad.wav"): failure}), *many, interview("last", "x.wav"))
    assert {row.status for row in rows.values() if row.interview_id != "last"} == {"failed"}
    assert len(rows) == 21
    assert rows["last"].status == "scored"


@pytest.mark.parametrize("kind", ["time_limit", "worker_lost", "out_of_memory"])
def test_what_the_machine_failed_at_is_left_open_for_the_next_run(kind: Any) -> None:
    rows, _ = drive(Stages({("observe", "x.wav"): Failure(kind, "why")}), interview("a", "x.wav"))
    assert (rows["a"].status, rows["a"].stage, rows["a"].reason) == ("failed", "observe", "why")
    assert rows["a"].code == kind
    assert rows["a"].inputs is None


@pytest.mark.parametrize("error", [OutputError("x"), StorageFullError("full"), WeightsError("none")])
def test_what_is_no_fault_of_an_interview_stops_the_batch(error: Exception) -> None:
    with pytest.raises(type(error)):
        drive(Stages({("observe", "x.wav"): Failure("error", "x", error)}), interview("a", "x.wav"))


def test_a_cache_that_keeps_nothing_fails_the_row_and_not_the_batch() -> None:
    rows, done = drive(Stages(forgets=True), interview("a", "x.wav"))
    assert stages_of(done)["observe"] == MAX_OBSERVED
    assert rows["a"].status == "failed"
    assert "cache" in rows["a"].reason
    assert rows["a"].inputs is None


def test_a_task_has_the_time_that_its_recordings_ask_for() -> None:
    _, done = drive(Stages(), interview("a", "x.wav", "y.wav"))
    limits = {task.stage: task.time_limit_s for task in done}
    assert limits["probe"] == SETTINGS.time_limit_s("probe")
    assert limits["observe"] == SETTINGS.time_limit_s("observe", 60.0)
    assert limits["score"] == SETTINGS.time_limit_s("score", 120.0)


def test_few_interviews_are_begun_at_a_time() -> None:
    """A manifest of thousands is not probed as a whole before the first is scored."""
    stages, begun, most = Stages(), set(), 0
    over: set[str] = set()

    def ends(task: Task) -> Any:
        nonlocal most
        value = stages(task)
        if task.stage == "probe":
            begun.add(task.argument)
        if isinstance(value, Row):
            over.add(value.interview_id + ".wav")
        most = max(most, len(begun - over))
        return value

    drive(ends, *(interview(f"i{n}", f"i{n}.wav") for n in range(100)))
    assert len(over) == 100
    assert most <= 6
