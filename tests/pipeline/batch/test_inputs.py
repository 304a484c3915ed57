"""A row stands until something changes that it depends on, models, libraries and the product itself included."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from interview_analysis.models.weights import store
from interview_analysis.pipeline.batch import inputs
from interview_analysis.pipeline.batch.inputs import inputs_of
from interview_analysis.pipeline.batch.manifest.manifest import Interview, Recording
from interview_analysis.pipeline.common import lineage, sources
from interview_analysis.pipeline.common.config import load_norms, load_profile, load_run_config

PROFILES = {"product-manager": load_profile("product-manager")}
NORMS = load_norms()


def interview(folder: Path) -> Interview:
    if not (folder / "a.wav").exists():
        (folder / "a.wav").touch()
    recording = Recording(path=str(folder / "a.wav"))
    return Interview(id="I1", candidate_id="C1", job="product-manager", recordings=(recording,))


def forget() -> None:
    sources.product_sha256.cache_clear()
    lineage.library_version.cache_clear()


@pytest.fixture
def digest(tmp_path: Path) -> Iterator[Callable[..., str]]:
    """The inputs of a row under some settings, as another process would find them."""

    def of(*settings: str) -> str:
        forget()
        config = load_run_config(overrides=settings)
        return inputs_of([interview(tmp_path)], PROFILES, config, NORMS)["I1"]

    yield of
    forget()


def test_nothing_changes_by_itself_and_threads_change_nothing(digest) -> None:
    assert digest() == digest() == digest("asr.cpu_threads=3")
    assert digest() != digest("hop_s=4")


@pytest.mark.parametrize("model", ["whisper-base", "silero-vad", "campplus-zh-en", "pose-landmarker-full"])
def test_new_weights_of_the_registry(model: str, digest, monkeypatch: pytest.MonkeyPatch) -> None:
    before, known = digest(), store.registry()
    (first, *others) = known[model].files
    files = (first.model_copy(update={"sha256": "0" * 64}), *others)
    changed = known | {model: known[model].model_copy(update={"files": files})}
    monkeypatch.setattr(store, "registry", lambda: changed)
    assert digest() != before


def test_new_weights_at_the_path_of_a_setting(digest, tmp_path: Path) -> None:
    encoder = tmp_path / "encoder"
    encoder.mkdir()
    for setting, file in (
        (f"encoder.path={encoder}", encoder / "model.safetensors"),
        (f"asr.model={tmp_path}/whisper", tmp_path / "whisper" / "model.bin"),
        (f"content_model={tmp_path}/own.npz", tmp_path / "own.npz"),
    ):
        missing = digest(setting)  # here; a worker elsewhere may have it
        file.parent.mkdir(exist_ok=True)
        file.write_bytes(b"old")
        before = digest(setting)
        file.write_bytes(b"newer")
        assert len({missing, before, digest(setting)}) == 3


def test_another_library(digest, monkeypatch: pytest.MonkeyPatch) -> None:
    before, version = digest(), lineage.version
    for library in ("ctranslate2", "scikit-learn", "numpy"):
        monkeypatch.setattr(lineage, "version", lambda name, of=library: "9" if name == of else version(name))
        assert digest() != before


@pytest.mark.parametrize("name", ["scoring/rubric/fusion.py", "configs/content_model.npz"])
def test_another_product(name: str, digest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    package = tmp_path / "package"
    file = package / name
    file.parent.mkdir(parents=True)
    file.write_bytes(b"one")
    monkeypatch.setattr(sources, "PACKAGE", package)
    before = digest()
    (file.parent / "__pycache__").mkdir()
    (file.parent / "__pycache__" / "fusion.pyc").write_bytes(b"compiled")
    assert digest() == before
    file.write_bytes(b"two")
    assert digest() != before


def test_the_registry_is_asked_for_no_file(digest, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(store, "file_sha256", lambda *_: pytest.fail("a file was read"))
    assert len(digest()) == 64
    assert inputs.pinned_hash("silero-vad") == store.registry()["silero-vad"].files[0].sha256
