"""How many workers and threads a machine carries."""

from __future__ import annotations

from pathlib import Path

import pytest

from interview_analysis.errors import ConfigError
from interview_analysis.models.asr.recogniser import AsrSettings
from interview_analysis.pipeline.batch.workers.resources import (
    GIB,
    THREAD_VARIABLES,
    available_memory,
    core_count,
    thread_count,
    thread_environment,
    with_threads,
    worker_count,
)
from interview_analysis.pipeline.common.config import load_run_config
from interview_analysis.pipeline.observation.observe import observe
from interview_analysis.pipeline.observation.observers import Observers


@pytest.mark.parametrize(
    ("asked", "cores", "memory_gib", "workers", "note"),
    [
        ("auto", 8, 64, 8, ""),
        ("auto", 8, 6, 4, "4 of 8 workers: 6.0 GiB of memory are free and one takes 1.5 GiB"),
        (12, 8, 64, 12, ""),
        (12, 8, 9, 6, "6 of 12 workers"),
        (2, 8, 3, 2, ""),
        ("auto", 2, 1, 1, "one worker, which may run out of memory"),
        ("auto", 0, 64, 1, ""),
    ],
)
def test_workers_are_as_many_as_asked_for_or_as_fit(asked, cores, memory_gib, workers, note):
    count = worker_count(asked, cores, memory_gib * GIB, round(1.5 * GIB))
    assert count.workers == workers
    assert count.note.startswith(note)
    assert bool(count.note) == bool(note)


def test_less_than_one_worker_is_refused():
    with pytest.raises(ConfigError, match="--workers 0"):
        worker_count(0, 8, GIB, GIB)


@pytest.mark.parametrize(("cores", "workers", "threads"), [(8, 8, 1), (8, 3, 2), (8, 1, 8), (2, 4, 1)])
def test_workers_times_threads_do_not_exceed_the_cores(cores, workers, threads):
    assert thread_count(cores, workers) == threads
    environment = thread_environment(threads)
    assert {environment[name] for name in THREAD_VARIABLES} == {str(threads)}
    assert environment["OMP_WAIT_POLICY"] == "PASSIVE"


def _group(folder: Path, names: tuple[str, str, str], limit: str, usage: int, cache: int) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / names[0]).write_text(f"{limit}\n")
    (folder / names[1]).write_text(f"{usage}\n")
    (folder / "memory.stat").write_text(f"anon 1\n{names[2]} {cache}\n")


VERSION_2 = ("memory.max", "memory.current", "inactive_file")
VERSION_1 = ("memory.limit_in_bytes", "memory.usage_in_bytes", "total_inactive_file")


@pytest.mark.parametrize(
    ("membership", "folder", "names"),
    [
        ("0::/pod/me\n", "pod", VERSION_2),  # the limit of a group around ours
        ("0::/pod/me\n", "pod/me", VERSION_2),
        ("0::/not/to/be/seen\n", "", VERSION_2),  # inside a container
        ("4:memory:/pod/me\n3:cpu:/\n", "memory/pod/me", VERSION_1),
        ("4:memory:/not/to/be/seen\n", "memory", VERSION_1),
    ],
)
def test_the_limit_of_a_control_group_counts(tmp_path, membership, folder, names):
    (tmp_path / "membership").write_text(membership)
    _group(tmp_path / "mount" / folder, names, "1000", 900, 300)
    assert available_memory(tmp_path / "membership", tmp_path / "mount") == 400


def test_without_a_limit_the_free_memory_of_the_system_counts(tmp_path):
    (tmp_path / "membership").write_text("0::/pod\n")
    _group(tmp_path / "mount" / "pod", VERSION_2, "max", 900, 0)
    free = available_memory(tmp_path / "membership", tmp_path / "mount")
    assert free == pytest.approx(available_memory(tmp_path / "absent", tmp_path / "absent"), rel=0.5)
    assert available_memory() > 0
    assert core_count() >= 1


def test_threads_are_set_where_a_configuration_has_them_and_nowhere_else():
    config = load_run_config()
    changed = with_threads(config, 3)
    assert (changed.asr.cpu_threads, changed.encoder.threads) == (3, 3)
    assert isinstance(changed.asr, AsrSettings)
    assert with_threads(changed, config.asr.cpu_threads).asr == config.asr


def test_what_is_heard_does_not_depend_on_the_number_of_threads(shared_data, model_store):
    heard = []
    for threads in (1, 2):
        models = Observers(with_threads(load_run_config(), threads), model_store)
        heard.append(observe(shared_data / "audio_en" / "librivox_sense_0880.wav", models).transcript)
    assert heard[0] is not None
    assert heard[0].words
    assert repr(heard[0]) == repr(heard[1])
