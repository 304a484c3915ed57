"""What a kept observation or table depends on is in its key, and nothing else."""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from interview_analysis.features.conversation.candidate_view import candidate_view
from interview_analysis.features.tables import feature_tables
from interview_analysis.pipeline.common import sources
from interview_analysis.pipeline.common.config import config_digest, load_run_config
from interview_analysis.pipeline.common.sources import PACKAGE
from interview_analysis.pipeline.observation import observed as remembering
from interview_analysis.pipeline.observation.cache import ObservationCache
from interview_analysis.pipeline.observation.file import pack
from interview_analysis.pipeline.observation.joining import clip, joined, parted
from interview_analysis.pipeline.observation.joining_voices import joined_voices
from interview_analysis.pipeline.observation.observed import (
    MEASURED_BY,
    OBSERVED,
    Grid,
    observation_keys,
    tables_of,
)
from interview_analysis.pipeline.observation.observers import Observers
from tests.pipeline.observation.observed_scene import scene

SHA256 = "ab" * 32


@pytest.mark.parametrize(
    ("override", "changed"),
    [
        ("frames_per_second=10", {"facts", "faces", "poses"}),
        ("max_side_px=480", {"facts", "faces", "poses"}),
        ("pose_every_nth_frame=3", {"poses"}),
        ("asr.language=zh", {"hearing"}),
        ("asr.beam_size=3", {"hearing"}),
        ("asr.vad.pad_s=0.2", {"hearing", "voices"}),
        ("asr.engine=openai-whisper", {"hearing"}),
        ("voices.count=2", {"voices"}),
        ("voices.same_voice=0.8", {"voices"}),
        ("asr.cpu_threads=3", set()),
        ("asr.chunks_at_once=3", set()),
        ("window_s=20", set()),
        ("timeline_events=[]", set()),
        ("encoder.threads=2", set()),
    ],
)
def test_a_setting_changes_the_keys_of_what_depends_on_it_alone(model_store, override, changed):
    def keys(*overrides: str) -> dict[str, str]:
        return observation_keys(SHA256, Observers(load_run_config(overrides=overrides), model_store))

    before, after = keys(), keys(override)
    assert {kind for kind in OBSERVED if before[kind] != after[kind]} == changed
    assert len(set(before.values())) == len(OBSERVED)


@pytest.mark.parametrize("changed", ["asr.engine=openai-whisper", "asr.compute_type=float32"])
def test_threads_that_move_last_digits_are_in_the_keys(model_store, changed):
    each = [
        Observers(load_run_config(overrides=[changed, f"asr.cpu_threads={threads}"]), model_store)
        for threads in (1, 2)
    ]
    keys = [observation_keys(SHA256, models)["hearing"] for models in each]
    assert keys[0] != keys[1]
    assert config_digest(each[0].config) != config_digest(each[1].config)


def test_the_digest_of_a_configuration_knows_no_threads_that_change_nothing():
    plain = load_run_config()
    same = load_run_config(overrides=["asr.cpu_threads=7", "encoder.threads=5"])
    assert (
        config_digest(plain) == config_digest(same) != config_digest(load_run_config(overrides=["hop_s=4"]))
    )
    own = [load_run_config(overrides=["encoder.path=/e5", f"encoder.threads={n}"]) for n in (1, 2)]
    assert config_digest(own[0]) != config_digest(own[1])


def test_another_recording_library_or_observer_changes_the_keys(loaded, monkeypatch):
    before = observation_keys(SHA256, loaded.observers)
    assert not set(before.values()) & set(observation_keys("cd" * 32, loaded.observers).values())
    version = remembering.library_version
    monkeypatch.setattr(
        remembering, "library_version", lambda name: "9" if name == "mediapipe" else version(name)
    )
    after = observation_keys(SHA256, loaded.observers)
    assert {kind for kind in OBSERVED if before[kind] != after[kind]} == {"faces", "poses"}
    monkeypatch.setattr(remembering, "OBSERVER_VERSIONS", {**remembering.OBSERVER_VERSIONS, "acoustics": 99})
    assert observation_keys(SHA256, loaded.observers)["acoustics"] != before["acoustics"]


def test_all_code_between_an_observation_and_its_features_decides_over_their_key():
    """What is kept of a recording is cut at holes, clipped, joined and taken of the candidate before it is measured."""
    for code in (parted, clip, joined, joined_voices, candidate_view, feature_tables):
        place = code.__module__.removeprefix("interview_analysis.").replace(".", "/") + ".py"
        assert any(place == known or place.startswith(f"{known}/") for known in MEASURED_BY), place


@pytest.fixture
def package(tmp_path: Path, monkeypatch) -> Iterator[Path]:
    """A copy of the code that features rest on, which may be changed."""
    for place in MEASURED_BY:
        source, copy = Path(str(PACKAGE / place)), tmp_path / place
        copy.parent.mkdir(parents=True, exist_ok=True)
        if source.is_dir():
            shutil.copytree(source, copy, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy(source, copy)
    monkeypatch.setattr(sources, "PACKAGE", tmp_path)
    sources.sources_sha256.cache_clear()
    yield tmp_path
    sources.sources_sha256.cache_clear()


@pytest.mark.parametrize(
    "changed",
    [
        "features/conversation/candidate_view.py", "features/conversation/roles.py", "features/core/turns.py",
        "features/core/visual.py", "features/core/baseline.py", "features/language/sentences.py",
        "features/moments/moments.py", "features/voice/pauses.py", "features/tables.py", "tracks.py", "types.py",
        "pipeline/observation/joining.py", "pipeline/observation/joining_voices.py",
    ],
)  # fmt: skip
def test_tables_made_by_other_code_are_made_again(changed, package, tmp_path):
    seen, cache = scene(), ObservationCache.at(tmp_path / "kept")
    made = replace(feature_tables(seen), events=())  # marked, by that it has none
    origin, grid = [({"facts": "k"}, None, None)], Grid(10.0, 10.0, 5.0)
    tables_of(seen, origin, cache, grid)
    (file,) = (tmp_path / "kept").rglob("*.features.npz")
    file.write_bytes(pack("features", file.name.partition(".")[0], made))
    assert tables_of(seen, origin, cache, grid).events == ()
    with (package / changed).open("a") as source:
        source.write("# another way to measure\n")
    sources.sources_sha256.cache_clear()
    assert tables_of(seen, origin, cache, grid).events != ()


def test_all_code_that_features_rest_on_is_in_their_key():
    """Whatever is imported to take the candidate's view, to clip and join, and to measure, but what only checks and names."""
    code = (
        "import sys, interview_analysis.features.tables, interview_analysis.features.conversation.roles, "
        "interview_analysis.features.conversation.candidate_view, interview_analysis.features.core.extractor as core;"
        "core.extractors();"
        "print(*(m.__file__ for n, m in sys.modules.items() if n.startswith('interview_analysis.')), sep='\\n')"
    )
    told = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    root = Path(str(PACKAGE)).resolve()
    files = [Path(line).relative_to(root).as_posix() for line in told.stdout.split()]
    assert len(files) > 40
    assert [
        name for name in files if not name.startswith(("features/", "tracks.py", "types.py", "errors.py"))
    ] == []
