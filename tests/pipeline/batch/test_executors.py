"""One contract for all executors, proven on real processes: nothing is lost, whatever a task does to its worker."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from functools import partial
from pathlib import Path
from typing import Any

import psutil
import pytest

from interview_analysis.errors import ConfigError, MediaError, WeightsError, WorkerError
from interview_analysis.pipeline.batch.settings import StageResources
from interview_analysis.pipeline.batch.workers.executor import Executor, Outcome, Task
from interview_analysis.pipeline.batch.workers.local import LocalExecutor
from interview_analysis.pipeline.batch.workers.ray_cluster import RayExecutor, plan
from interview_analysis.pipeline.batch.workers.worker import StageError
from tests.conftest import ROOT
from tests.pipeline.batch import stages as batch_stages
from tests.pipeline.batch.stages import start

MIB = 2**20
LONG_S = 120.0  # no test waits so long
STOP_S = 10.0
SLACK_S = 10.0  # on a busy machine
ONE_CPU = StageResources(num_cpus=1.0, num_gpus=0.0)
STAGES = dict.fromkeys(start(), ONE_CPU)
Make = Callable[..., Executor]


@pytest.fixture(scope="module")
def cluster() -> Iterator[Any]:
    """A head that takes no tasks, and a node of two CPUs."""
    pytest.importorskip("ray")
    os.environ["RAY_USAGE_STATS_ENABLED"] = "0"
    from ray.cluster_utils import Cluster

    small = {"object_store_memory": 80 * MIB, "include_dashboard": False}
    started = Cluster(initialize_head=True, head_node_args={"num_cpus": 0, **small})
    started.add_node(num_cpus=2, object_store_memory=80 * MIB)
    started.wait_for_nodes()
    yield started
    started.shutdown()


EXECUTORS = ["local", pytest.param("ray", marks=pytest.mark.faults)]


@pytest.fixture(params=EXECUTORS)
def make(request: pytest.FixtureRequest) -> Make:
    """Makes an executor of two workers."""
    if request.param == "local":
        return lambda start, **options: LocalExecutor(start, 2, **options)
    address = request.getfixturevalue("cluster").address
    return lambda start, **options: RayExecutor(
        start, STAGES, address=address, per_worker_bytes=100 * MIB, **options
    )


def tasks(*calls: tuple[str, Any], limit_s: float = LONG_S) -> list[Task]:
    return [Task(f"{number}-{stage}", stage, given, limit_s) for number, (stage, given) in enumerate(calls)]


def run(executor: Executor, todo: list[Task]) -> dict[str, Outcome]:
    """Outcomes by stage and id; fails where a task has two or none."""
    outcomes: dict[str, Outcome] = {}
    waiting = list(todo)
    under_way = 0
    while waiting or under_way:
        while waiting and executor.room > 0:
            executor.submit(waiting.pop(0))
            under_way += 1
        outcome = executor.wait()
        under_way -= 1
        assert outcome.task.id not in outcomes
        outcomes[outcome.task.id] = outcome
    assert set(outcomes) == {task.id for task in todo}
    return outcomes


def alive(pids: list[int]) -> list[int]:
    """Those that still run; a process that nobody has waited for does not."""
    running = []
    for pid in pids:
        try:
            if psutil.Process(pid).status() != psutil.STATUS_ZOMBIE:
                running.append(pid)
        except psutil.NoSuchProcess:
            continue
    return running


def noted(folder: Path, count: int) -> list[int]:
    """The processes that have left their number in a folder, once there are `count`."""
    deadline_s = time.monotonic() + LONG_S
    while len(pids := [int(path.name) for path in folder.iterdir()]) < count:
        assert time.monotonic() < deadline_s, f"{len(pids)} of {count} workers have begun"
        time.sleep(0.05)
    return pids


def ended_within(pids: list[int], limit_s: float) -> bool:
    deadline_s = time.monotonic() + limit_s
    while alive(pids) and time.monotonic() < deadline_s:
        time.sleep(0.05)
    return not alive(pids)


def test_values_and_errors_come_back_once_each_and_leave_the_workers_alive(make: Make):
    ticks: list[float] = []
    calls = [("double", n) for n in range(20)]
    calls += [("media_error", "a.mp4"), ("unexpected", 1), ("awkward", None), ("local_result", None)]
    calls += [("sys_exit", 3), ("loaded", None), ("loaded", None), ("note", "/nowhere")]
    with make(start) as executor:
        assert executor.room == 4
        with pytest.raises(ValueError, match="submit one"):
            executor.wait()
        executor.submit(Task("slow", "sleep", 2.5, LONG_S))
        assert executor.wait(lambda: ticks.append(time.monotonic())).failure is None
        done = {outcome.task.id: outcome for outcome in run(executor, tasks(*calls)).values()}
        assert executor.workers == 2
        assert executor.room == 4
    assert ticks
    assert [done[f"{n}-double"].value for n in range(20)] == list(range(0, 40, 2))
    failures = {key.split("-")[1]: outcome.failure for key, outcome in done.items() if outcome.failure}
    assert {failure.kind for failure in failures.values()} == {"error"}
    assert isinstance(failures["media_error"].error, MediaError)
    assert failures["media_error"].reason == "a.mp4 is no recording"
    assert isinstance(failures["unexpected"].error, ZeroDivisionError)
    assert "unexpected ZeroDivisionError in stages.py:" in failures["unexpected"].reason
    assert isinstance(failures["awkward"].error, StageError)
    assert "AwkwardError" in failures["awkward"].reason
    assert "cannot be sent to the driver" in failures["local_result"].reason
    assert "SystemExit" in failures["sys_exit"].reason
    assert "FileNotFoundError" in failures["note"].reason
    for number in (
        25,
        26,
    ):  # the models were loaded in the process that ran the task, and it outlived all errors
        loaded, ran = done[f"{number}-loaded"].value
        assert loaded == ran


def test_a_worker_that_ends_in_any_way_fails_its_own_task_alone(make: Make):
    calls = [("exit", 5), ("exit", 0), ("abort", None), ("segfault", None), ("kill", None), ("double", 21)]
    with make(start, retries=0) as executor:
        done = run(executor, tasks(*calls))
        assert executor.room == 4
    assert done["5-double"].value == 42
    lost = [outcome for key, outcome in done.items() if key != "5-double"]
    assert [outcome.failure.kind for outcome in lost] == ["worker_lost"] * 5
    assert all(outcome.failure.error is None for outcome in lost)


def test_limits_of_time_and_memory_and_one_more_try(make: Make, tmp_path: Path):
    limited = [Task("sleep", "sleep", 600, 1.0), Task("hang", "hang", str(tmp_path), 1.0)]
    others = [Task("once", "once", str(tmp_path / "mark"), LONG_S), Task("hog", "hog", 800, LONG_S)]
    after = [Task(f"after {n}", "double", n, LONG_S) for n in range(4)]
    with make(start, memory_limit_bytes=500 * MIB) as executor:
        done = run(executor, limited + others + after)
    assert done["sleep"].failure.kind == done["hang"].failure.kind == "time_limit"
    assert done["sleep"].failure.reason == "the sleep stage took longer than its limit of 1 s"
    assert done["once"].value == "second time"
    assert done["hog"].failure.kind == "out_of_memory"
    assert "limit of 0.49 GiB of memory (2 times)" in done["hog"].failure.reason
    assert [done[f"after {n}"].value for n in range(4)] == [0, 2, 4, 6]


def test_how_a_worker_ended_is_told_even_where_the_driver_saw_it_first(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("interview_analysis.pipeline.batch.workers.local.TICK_S", 0.001)
    with LocalExecutor(start, 2, retries=0) as executor:
        done = run(executor, tasks(*[("exit", code) for code in (3, 4, 5, 6)]))
    reasons = [outcome.failure.reason for _, outcome in sorted(done.items())]
    assert reasons == [f"the worker ended unexpectedly (exit code {code})" for code in (3, 4, 5, 6)]


def test_time_in_the_queue_is_not_counted(make: Make):
    with make(start) as executor:
        done = run(executor, tasks(*[("sleep", 0.7)] * 8, limit_s=2.0))
    assert [outcome.failure for outcome in done.values()] == [None] * 8


def test_workers_that_cannot_start_say_why(make: Make):
    with make(batch_stages.cannot_start) as executor:
        executor.submit(Task("one", "double", 1, LONG_S))
        with pytest.raises(WeightsError, match="models fetch"):
            executor.wait()


def test_workers_that_die_at_start_end_the_batch(make: Make):
    with make(batch_stages.dies_at_start) as executor:
        executor.submit(Task("one", "double", 1, LONG_S))
        with pytest.raises(WorkerError, match="no worker"):
            executor.wait()


def test_a_worker_that_dies_at_its_first_start_is_started_again(make: Make, tmp_path: Path):
    with make(partial(batch_stages.dies_at_first_start, str(tmp_path / "mark"))) as executor:
        assert run(executor, tasks(("double", 1)))["0-double"].value == 2


def test_stop_ends_workers_that_hang(make: Make, tmp_path: Path):
    with make(start) as executor:
        for number in range(4):
            executor.submit(Task(str(number), "hang", str(tmp_path), LONG_S))
        with pytest.raises(KeyboardInterrupt):
            executor.wait(lambda: interrupt_when(len(list(tmp_path.iterdir())) == 2))
        pids = noted(tmp_path, 2)
        begun_s = time.monotonic()
        executor.stop()
        assert time.monotonic() - begun_s < STOP_S + SLACK_S
        assert ended_within(pids, SLACK_S)
    assert executor.workers == 0


def interrupt_when(ready: bool) -> None:
    if ready:
        raise KeyboardInterrupt


DRIVER = """
import sys
from interview_analysis.pipeline.batch.workers.executor import Task
from tests.pipeline.batch.stages import start
from tests.pipeline.batch.test_executors import MIB, STAGES, LocalExecutor, RayExecutor

if __name__ == "__main__":
    kind, folder = sys.argv[1:]
    ray = RayExecutor(start, STAGES, per_worker_bytes=100 * MIB)
    with LocalExecutor(start, 2) if kind == "local" else ray as executor:
        for number in range(2):
            executor.submit(Task(str(number), "hang", folder, 600))
        executor.wait()
"""


@pytest.mark.parametrize("kind", EXECUTORS)
def test_a_killed_driver_leaves_nobody_behind(kind: str, tmp_path: Path):
    if kind == "ray":
        pytest.importorskip("ray")
    (tmp_path / "driver.py").write_text(DRIVER, encoding="utf-8")
    notes = tmp_path / "notes"
    notes.mkdir()
    path = os.pathsep.join([str(ROOT / "src"), str(ROOT)])
    driver = subprocess.Popen(
        [sys.executable, str(tmp_path / "driver.py"), kind, str(notes)],
        cwd=ROOT, env={**os.environ, "PYTHONPATH": path}, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    workers = noted(notes, 2)
    family = [process.pid for process in psutil.Process(driver.pid).children(recursive=True)]
    driver.kill()
    driver.wait()
    assert ended_within(workers, STOP_S + SLACK_S)
    if kind == "local":
        assert ended_within(family, SLACK_S)
    for pid in alive(family):  # two idle agents of Ray's own outlive it
        os.kill(pid, signal.SIGKILL)


def test_local_workers_do_not_mind_ctrl_c_and_are_replaced_when_they_die_idle():
    with LocalExecutor(start, 1, threads=3) as executor:
        (first, _) = run(executor, tasks(("loaded", None)))["0-loaded"].value
        os.kill(first, signal.SIGINT)
        done = run(executor, tasks(("loaded", None), ("environment", "OMP_NUM_THREADS")))
        assert done["0-loaded"].value == (first, first)
        assert done["1-environment"].value == "3"
        os.kill(first, signal.SIGKILL)
        assert ended_within([first], SLACK_S)
        (second, _) = run(executor, tasks(("loaded", None)))["0-loaded"].value
        assert second != first


def test_a_task_for_a_local_worker_that_has_just_died_is_done_by_another(monkeypatch: pytest.MonkeyPatch):
    with LocalExecutor(start, 1) as executor:
        run(executor, tasks(("double", 1)))
        (worker,) = executor._workers

        def too_late(*_: Any, **__: Any) -> Future[Any]:
            """The pool takes the task, and breaks before it has handed it on."""
            os.kill(worker.process.pid, signal.SIGKILL)
            while worker.pool.active:
                time.sleep(0.01)
            return Future()

        monkeypatch.setattr(worker.pool, "schedule", too_late)
        assert run(executor, tasks(("double", 21)))["0-double"].value == 42


@pytest.mark.faults
def test_a_batch_outlives_its_node(cluster: Any, tmp_path: Path):
    node = cluster.add_node(num_cpus=2, object_store_memory=80 * MIB)
    cluster.wait_for_nodes()
    todo = [Task(str(n), "sleep", 0.3, LONG_S) for n in range(24)]
    done: list[str] = []
    with RayExecutor(start, STAGES, address=cluster.address, per_worker_bytes=100 * MIB) as executor:
        waiting = list(todo)
        while len(done) < len(todo):
            while waiting and executor.room > 0:
                executor.submit(waiting.pop())
            outcome = executor.wait()
            assert outcome.failure is None
            done.append(outcome.task.id)
            if executor.workers == 4 and node is not None:
                cluster.remove_node(node, allow_graceful=False)
                node = None
        assert node is None, "the node was never at work"
        assert executor.workers == 2
    assert sorted(done) == sorted(task.id for task in todo)


def test_actors_share_a_node_in_turn_and_the_rarest_resource_goes_first():
    gpu = StageResources(num_cpus=2.0, num_gpus=1.0)
    node = {"CPU": 8.0, "GPU": 1.0, "memory": 100.0}
    assert plan(node, [gpu, ONE_CPU], 10) == {gpu: 1, ONE_CPU: 6}
    assert plan(node, [ONE_CPU], 10) == {ONE_CPU: 8}
    assert plan(node, [ONE_CPU], 30) == {ONE_CPU: 3}  # memory is what lacks
    assert plan({"CPU": 0.5}, [ONE_CPU], 1) == {ONE_CPU: 0}


@pytest.mark.faults
def test_a_stage_that_no_node_can_run_is_named(cluster: Any):
    needs = {"observe": StageResources(num_cpus=1.0, num_gpus=1.0)}
    with (
        pytest.raises(ConfigError, match="stage observe, which needs 1 CPUs, 1 GPUs"),
        RayExecutor(start, needs, address=cluster.address),
    ):
        pass


def test_without_ray_the_extra_is_named(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setitem(sys.modules, "ray", None)
    with (
        pytest.raises(ConfigError, match=r"pip install 'interview-analysis\[ray\]'"),
        RayExecutor(start, STAGES),
    ):
        pass


def test_a_cluster_that_is_not_there_is_named():
    pytest.importorskip("ray")
    with (
        pytest.raises(ConfigError, match="check --ray-address"),
        RayExecutor(start, STAGES, address="127.0.0.1:1"),
    ):
        pass
