"""The content model as a file: what is read back, what is refused and in which words."""

from __future__ import annotations

import io
import zipfile
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from interview_analysis.errors import ModelError
from interview_analysis.models.text.adapted import MATRICES
from interview_analysis.pipeline.content.model_file import FILE, load_content_model, save_content_model
from interview_analysis.pipeline.job.parser import load_library
from interview_analysis.scoring.content.cues import NAMES
from interview_analysis.scoring.content.functions import FUNCTIONS
from interview_analysis.scoring.content.levels import GATES
from interview_analysis.scoring.content.model import ContentModel
from interview_analysis.scoring.content.summary import PARTS

ENCODER = str(np.load(FILE)["encoder"])
DAMAGED = " is no content model, or a damaged one; fit it again"
OTHER_VERSION = " is a content model of another version of the product; fit it again"


@pytest.fixture(scope="module")
def model() -> ContentModel:
    return load_content_model(ENCODER)


@pytest.fixture(scope="module")
def arrays() -> dict[str, np.ndarray]:
    with np.load(FILE, allow_pickle=False) as saved:
        return {name: saved[name] for name in saved.files}


def write(path: Path, arrays: dict[str, np.ndarray]) -> Path:
    np.savez(path, **arrays)
    return path


def refusal(path: Path, encoder: str = ENCODER) -> str:
    with pytest.raises(ModelError) as caught:
        load_content_model(encoder, str(path))
    return str(caught.value)


def test_the_model_of_the_package_fits_its_program(model):
    assert len(model.version) == 64
    assert set(model.levels) == {"en", "zh"}
    for levels in model.levels.values():
        assert tuple(levels.weights) == PARTS
        assert all(weight >= 0 for weight in levels.weights.values())
        assert (np.diff(levels.thresholds) > 0).all()
        assert set(levels.gates) == set(GATES)
    reader = model.reader
    assert reader.heads.functions.shape == (len(FUNCTIONS), reader.network.base.width)
    assert {name.split(".")[1] for name in reader.network.changes} == set(MATRICES)
    sizes = {name: gate.weights.size for name, gate in model.levels["zh"].gates.items()}
    assert sizes == {"takes_up": 2 * len(FUNCTIONS) + len(NAMES) + 1, "own": 3, "done": 5}
    bearing = model.bearing
    bears = bearing.bears
    assert [learned.weights.size for learned in (bears.by_texts, bears.by_stories)] == [2, 4]
    assert [learned.weights.size for learned in (bears.by_texts_asked, bears.by_stories_asked)] == [7, 11]
    assert set(bearing.stories.ids) == set(bearing.texts.ids) == {c.id for c in load_library()}
    assert FILE.stat().st_size < 3_000_000


def test_a_model_is_read_as_it_was_saved(model, tmp_path):
    saved = save_content_model(model, tmp_path / "new" / "model.npz")
    assert saved.version == model.version
    loaded = load_content_model(ENCODER, str(tmp_path / "new" / "model.npz"))
    assert loaded.version == model.version
    assert (loaded.reader.heads.functions == model.reader.heads.functions).all()
    assert all(
        (loaded.reader.network.changes[name][i] == change[i]).all()
        for name, change in model.reader.network.changes.items()
        for i in (0, 1)
    )
    assert (loaded.bearing.whitening == model.bearing.whitening).all()
    read, levels = loaded.levels["zh"], model.levels["zh"]
    assert (read.thresholds == levels.thresholds).all()
    assert read.weights == levels.weights
    assert read.presence == levels.presence
    assert (read.spread, read.floor) == (levels.spread, levels.floor)
    assert loaded.bearing.texts.ids == model.bearing.texts.ids
    assert (loaded.bearing.usual["zh"] == model.bearing.usual["zh"]).all()
    for name, gate in levels.gates.items():
        assert (read.gates[name].weights == gate.weights).all()
        assert read.gates[name].intercept == gate.intercept
    assert [p.name for p in (tmp_path / "new").iterdir()] == ["model.npz"]


def test_what_is_returned_is_what_will_be_read(model, tmp_path):
    finer = model.reader.heads.functions * (1 + 1e-12)
    reader = replace(model.reader, heads=replace(model.reader.heads, functions=finer))
    saved = save_content_model(replace(model, reader=reader), tmp_path / "model.npz")
    assert (saved.reader.heads.functions == finer.astype(np.float32)).all()  # what the file keeps
    assert not (saved.reader.heads.functions == finer).all()


def test_the_version_changes_with_any_number(model, tmp_path):
    levels, bearing, reader = model.levels, model.bearing, model.reader
    en = levels["en"]
    other = replace(bearing.bears, by_texts_asked=replace(bearing.bears.by_texts_asked, intercept=0.125))
    weights = reader.heads.functions.copy()
    weights[3, 7] += 0.01
    down, up = reader.network.changes["l9.q"]
    network = replace(reader.network, changes=reader.network.changes | {"l9.q": (down + 0.01, up)})
    steeper = en.presence.curves | {"result": (0.0, 9.0)}
    changed = [
        replace(model, reader=replace(reader, heads=replace(reader.heads, functions=weights))),
        replace(model, reader=replace(reader, network=network)),
        replace(model, levels=levels | {"en": replace(en, presence=replace(en.presence, curves=steeper))}),
        replace(model, levels=levels | {"en": replace(en, floor=en.floor + 0.01)}),
        replace(model, levels=levels | {"en": replace(en, weights=en.weights | {"deeds": 9.0})}),
        replace(model, bearing=replace(bearing, bears=other)),
        replace(model, encoder="another"),
    ]
    versions = {save_content_model(m, tmp_path / f"{i}.npz").version for i, m in enumerate(changed)}
    assert len(versions | {model.version}) == len(changed) + 1


def test_a_file_that_is_written_again_is_read_again(model, tmp_path):
    path = tmp_path / "model.npz"
    first = save_content_model(model, path).version
    save_content_model(
        replace(model, levels=model.levels | {"en": replace(model.levels["en"], floor=0.5)}), path
    )
    assert load_content_model(ENCODER, str(path)).version != first


def test_a_missing_file(tmp_path):
    path = tmp_path / "none.npz"
    assert refusal(path) == f"no content model at {path}; fit one with `interview-analysis content fit`"


def test_another_encoder(tmp_path):
    message = refusal(FILE, "another-encoder@1")
    assert message == (
        f"the content model {FILE} was fitted with the sentence encoder {ENCODER}, and this run uses another-encoder@1; fit "
        "one with `interview-analysis content fit FILE... --out MODEL.npz` under the same configuration, and name it by "
        "`content_model` in the configuration"
    )


@pytest.mark.parametrize(
    "changed", [{"format": np.array("0")}, {"functions.names": np.array(FUNCTIONS[1:])}, {"functions.names": np.array("x")}, {"reader.base": np.array("e5@other")}]
)  # fmt: skip
def test_another_format(changed, arrays, tmp_path):
    path = write(tmp_path / "model.npz", arrays | changed)
    assert refusal(path) == f"{path}{OTHER_VERSION}"


def test_a_foreign_archive(tmp_path):
    path = write(tmp_path / "foreign.npz", {"weights": np.zeros(3)})
    assert refusal(path) == f"{path}{OTHER_VERSION}"


def bytes_of(array: np.ndarray) -> bytes:
    stream = io.BytesIO()
    np.save(stream, array)
    return stream.getvalue()


@pytest.mark.parametrize(
    "content", [b"", b"not a model at all", FILE.read_bytes()[:1000], FILE.read_bytes()[:-100], bytes_of(np.zeros(3))]
)  # fmt: skip
def test_a_damaged_file(content, tmp_path):
    path = tmp_path / "model.npz"
    path.write_bytes(content)
    assert refusal(path) == f"{path}{DAMAGED}"


def test_bytes_that_were_turned_over(tmp_path, rng):
    whole = FILE.read_bytes()
    for number in range(25):
        content = bytearray(whole)
        content[int(rng.integers(len(whole)))] ^= 0xFF
        path = tmp_path / f"{number}.npz"
        path.write_bytes(bytes(content))
        try:
            load_content_model(ENCODER, str(path))
        except ModelError as error:
            assert str(path) in str(error)  # noqa: PT017  # a turned byte of the archive's own may change nothing


def test_a_folder_is_no_model(tmp_path):
    assert refusal(tmp_path) == f"{tmp_path}{DAMAGED}"


@pytest.mark.parametrize(
    "changed",
    [
        {"levels.en.error": None},
        {"centres.zh": None},
        {"levels.en.error": np.zeros(3)},
        {"levels.en.weights": np.zeros(2)},
        {"levels.en.thresholds": np.array(["a", "b", "c", "d"])},
    ],
)
def test_an_array_that_is_missing_or_wrong(changed, arrays, tmp_path):
    found = {name: value for name, value in (arrays | changed).items() if value is not None}
    path = write(tmp_path / "model.npz", found)
    assert refusal(path) == f"{path}{DAMAGED}"


class Bomb:
    """Leaves a trace where it is unpickled."""

    def __init__(self, trace: Path) -> None:
        self.trace = trace

    def __reduce__(self) -> tuple[object, tuple[object, ...]]:
        return (Path.touch, (self.trace,))


def test_nothing_is_unpickled(arrays, tmp_path):
    trace = tmp_path / "unpickled"
    path = write(tmp_path / "model.npz", arrays | {"bearing.ids": np.array([Bomb(trace)], dtype=object)})
    with zipfile.ZipFile(path) as archive:
        assert b"unpickled" in archive.read("bearing.ids.npy")
    assert refusal(path) == f"{path}{DAMAGED}"
    assert not trace.exists()


def test_no_array_of_the_package_is_an_object(arrays):
    assert {array.dtype.kind for array in arrays.values()} <= {"f", "U"}
