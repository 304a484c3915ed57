"""The settings of a batch are checked when they are read, and the fault is named in one line."""

from __future__ import annotations

import re

import pytest
import yaml

from interview_analysis.errors import ConfigError
from interview_analysis.pipeline.batch.settings import STAGES, BatchSettings, load_batch_settings
from interview_analysis.pipeline.common.config import BUILT_IN


def test_every_setting_is_explained_where_it_is_set():
    text = (BUILT_IN / "batch.yaml").read_text(encoding="utf-8")
    assert set(yaml.safe_load(text)) == set(BatchSettings.model_fields)
    for limit in ("probe", "observe", "score", "start_s"):
        assert re.search(rf"^  {limit}:.*#", text, flags=re.M)


def test_limits_grow_with_the_recording_where_they_should():
    settings = load_batch_settings()
    assert settings.time_limit_s("probe", 3600) == settings.time_limit_s("probe") == 300
    assert settings.time_limit_s("observe", 1800) > 10 * 1800
    assert settings.time_limit_s("score", 3600) > settings.time_limit_s("score")
    assert settings.memory_limit_bytes > settings.worker_memory_bytes > 2**30
    assert settings.cache_max_bytes == 50 * 2**30


def test_all_stages_share_workers_unless_told_otherwise():
    assert len(set(load_batch_settings().resources.values())) == 1
    changed = load_batch_settings(overrides=["ray.resources.observe.num_gpus=0.5"]).resources
    assert set(changed) == set(STAGES)
    assert changed["observe"].num_gpus == 0.5
    assert changed["probe"] != changed["observe"]


@pytest.mark.parametrize(
    ("override", "part"),
    [
        ("worker_memory_gb=2", "unknown key 'worker_memory_gb'; did you mean 'worker_memory_gib'?"),
        ("time_limits.observ={}", "unknown key 'observ' in time_limits; did you mean 'observe'?"),
        ("ray.resources.probe.num_cpu=1", "did you mean 'num_cpus'?"),
        ("ray.resources.probe.num_cpus=0", "num_cpus"),
        ("retries.worker_lost=-1", "worker_lost"),
        ("time_limits.start_s=.nan", "start_s"),
        ("memory_limit_gib=1", "memory_limit_gib is 1, expected at least worker_memory_gib, 1.5"),
        ("cache_max_gib", "expected key=value"),
    ],
)
def test_a_wrong_setting_is_refused_in_one_line(override, part):
    with pytest.raises(ConfigError) as caught:
        load_batch_settings(overrides=[override])
    assert part in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_file_changes_what_it_names(tmp_path):
    path = tmp_path / "batch.yaml"
    path.write_text("retries: {worker_lost: 3}\n", encoding="utf-8")
    settings = load_batch_settings(path, ["cache_max_gib=7"])
    assert settings.retries.worker_lost == 3
    assert settings.retries.node_lost == load_batch_settings().retries.node_lost
    assert settings.cache_max_gib == 7
