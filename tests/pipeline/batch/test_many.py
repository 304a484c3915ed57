"""Two hundred interviews: the same tables from any executor and any number of workers, however often it is killed."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from interview_analysis.pipeline.batch.manifest.manifest import load_manifest
from interview_analysis.pipeline.batch.run import Plan, load_jobs, run_batch
from interview_analysis.pipeline.batch.settings import load_batch_settings
from interview_analysis.pipeline.batch.stages import WorkerSetup
from interview_analysis.pipeline.batch.workers.ray_cluster import RayExecutor
from interview_analysis.pipeline.common.config import load_norms, load_run_config
from interview_analysis.pipeline.observation.cache import ObservationCache
from interview_analysis.pipeline.storage.places import Folder
from tests.pipeline.batch.conftest import Round, tables
from tests.pipeline.batch.test_faults import finished_rows

pytestmark = pytest.mark.faults
COUNT = 200


@pytest.fixture(scope="module")
def large_round(tmp_path_factory: pytest.TempPathFactory, make_round: Callable[[Path, int], Round]) -> Round:
    return make_round(tmp_path_factory.mktemp("large"), COUNT)


@pytest.fixture(scope="module")
def expected(large_round: Round, tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    out = tmp_path_factory.mktemp("runs") / "undisturbed"
    done = large_round.score(out, "--workers", "1")
    assert done.returncode == 0, done.stderr
    return tables(out)


@pytest.mark.parametrize("more", [["--workers", "2"], ["--workers", "3"], ["--executor", "ray"]], ids=str)
def test_equal_tables(
    more: list[str], large_round: Round, expected: dict[str, bytes], tmp_path: Path
) -> None:
    done = large_round.score(tmp_path / "run", *more)
    assert done.returncode == 0, done.stderr
    assert tables(tmp_path / "run") == expected


def test_killed_again_and_again(large_round: Round, expected: dict[str, bytes], tmp_path: Path) -> None:
    out, chance, kills = tmp_path / "run", random.Random(11), 0
    while finished_rows(out) < COUNT - 20:
        before = finished_rows(out)
        process = subprocess.Popen(
            large_round.command(out), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True
        )  # fmt: skip
        wanted = before + chance.randint(1, 40)
        while finished_rows(out) < wanted and process.poll() is None:
            time.sleep(0.01)
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL) if chance.random() < 0.5 else process.kill()
            kills += 1
        process.wait()
    assert kills >= 3
    done = large_round.score(out)
    assert done.returncode == 0, done.stderr
    assert tables(out) == expected


def test_a_node_of_a_cluster_is_killed(
    large_round: Round, expected: dict[str, bytes], tmp_path: Path
) -> None:
    ray = pytest.importorskip("ray")
    from ray.cluster_utils import Cluster

    cluster = Cluster(initialize_head=True, head_node_args={"num_cpus": 1, "include_dashboard": False})
    try:
        doomed = cluster.add_node(num_cpus=1)
        cluster.wait_for_nodes()
        profiles = load_jobs(Folder(large_round.jobs))
        config, norms, settings = load_run_config(), load_norms(), load_batch_settings()
        manifest = load_manifest(str(large_round.manifest), profiles)
        out = Folder(tmp_path / "run")
        plan = Plan(manifest, profiles, config, norms, out, "round.csv", "jobs", {})
        setup = WorkerSetup(config, norms, profiles, out, ObservationCache.at(large_round.cache), "auto")
        removed = False

        def progress(done: int, _: int) -> None:
            nonlocal removed
            if done > COUNT // 4 and not removed:
                removed = True
                cluster.remove_node(doomed, allow_graceful=False)

        def executor() -> RayExecutor:
            return RayExecutor(setup, settings.resources, address=cluster.address)

        rows = run_batch(plan, executor, settings, progress=progress)
        assert removed
        assert [row.status for row in rows] == ["scored"] * COUNT
        assert tables(tmp_path / "run") == expected
    finally:
        ray.shutdown()
        cluster.shutdown()
