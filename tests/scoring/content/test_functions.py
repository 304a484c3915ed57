"""The function model by hand-made weights: probabilities, neighbours, language centres."""

from __future__ import annotations

import numpy as np
import pytest

from interview_analysis.scoring.content.cues import NAMES
from interview_analysis.scoring.content.functions import (
    FUNCTIONS,
    FunctionModel,
    sentence_features,
    softmax,
    unit,
)

WIDTH = (
    4 * 2 + 4 * len(NAMES) + 4
)  # own, before, behind and whole of 2 dimensions; the same of the cues; places


def features_of(vectors: list[list[float]], cues: np.ndarray | None = None) -> np.ndarray:
    table = np.zeros((len(vectors), len(NAMES))) if cues is None else cues
    return sentence_features(np.array(vectors, dtype=np.float64), table)


def model(weights: np.ndarray | None = None, **centres: list[float]) -> FunctionModel:
    rng = np.random.default_rng(3)
    shape = (len(FUNCTIONS), WIDTH)
    return FunctionModel(
        {name: np.array(value) for name, value in ({"en": [0.0, 0.0], "zh": [0.0, 0.0]} | centres).items()},
        np.zeros(WIDTH),
        np.ones(WIDTH),
        rng.normal(size=shape) if weights is None else weights,
        np.zeros(len(FUNCTIONS)),
    )


def test_features_by_hand():
    cues = np.zeros((3, len(NAMES)))
    cues[1, 0] = 0.5
    found = features_of([[3.0, 4.0], [0.0, 2.0], [1.0, 0.0]], cues)
    c = len(NAMES)
    assert found.shape == (3, WIDTH)
    assert found[:, :2] == pytest.approx(np.array([[0.6, 0.8], [0.0, 1.0], [1.0, 0.0]]))  # own, of length 1
    assert found[:, 2:4] == pytest.approx(np.array([[0.0, 0.0], [0.6, 0.8], [0.0, 1.0]]))  # before
    assert found[:, 4:6] == pytest.approx(np.array([[0.0, 1.0], [1.0, 0.0], [0.0, 0.0]]))  # behind
    whole = np.array([1.6, 1.8]) / np.hypot(1.6, 1.8)
    assert found[:, 6:8] == pytest.approx(np.tile(whole, (3, 1)))
    assert found[:, 8].tolist() == [0.0, 0.5, 0.0]  # own cue, before, behind, mean
    assert found[:, 8 + c].tolist() == [0.0, 0.0, 0.5]
    assert found[:, 8 + 2 * c].tolist() == [0.5, 0.0, 0.0]
    assert found[:, 8 + 3 * c] == pytest.approx([0.5 / 3] * 3)
    expected = [[0.0, 1, 0, np.log(3)], [0.5, 0, 0, np.log(3)], [1.0, 0, 1, np.log(3)]]
    assert found[:, -4:] == pytest.approx(np.array(expected))


def test_one_sentence_is_first_and_last():
    assert features_of([[1.0, 0.0]])[0, -4:].tolist() == [0.0, 1.0, 1.0, 0.0]


@pytest.mark.parametrize("n", [1, 2, 7])
def test_rows_add_up_to_1(n, rng):
    vectors = rng.normal(size=(n, 2)).astype(np.float32)
    found = model().probabilities(vectors, rng.random((n, len(NAMES))), "en")
    assert found.shape == (n, len(FUNCTIONS))
    assert found.sum(axis=1) == pytest.approx(np.ones(n))
    assert (found > 0).all()


def test_nothing_said_has_no_rows():
    found = model().probabilities(np.empty((0, 2), np.float32), np.empty((0, len(NAMES))), "zh")
    assert found.shape == (0, len(FUNCTIONS))


def test_the_same_sentence_reads_differently_beside_others():
    cues = np.zeros((3, len(NAMES)))
    one = model().probabilities(np.array([[1, 0], [0, 1], [1, 1]], np.float32), cues, "en")
    other = model().probabilities(np.array([[1, 0], [0, 1], [-1, 1]], np.float32), cues, "en")
    assert not np.allclose(one[1], other[1])
    weights = np.zeros((len(FUNCTIONS), WIDTH))
    weights[FUNCTIONS.index("action"), 2] = 9.0  # the first dimension of the sentence before
    found = model(weights).probabilities(np.array([[1, 0], [0, 1], [0, 1]], np.float32), cues, "en")
    assert found.argmax(axis=1).tolist()[1] == FUNCTIONS.index("action")
    assert found[2] == pytest.approx(np.full(len(FUNCTIONS), 1 / len(FUNCTIONS)))


def test_the_centre_of_its_own_language_is_taken_off():
    vectors, cues = np.array([[2.0, 1.0]], np.float32), np.zeros((1, len(NAMES)))
    moved = model(zh=[1.0, 1.0])
    plain = model()
    assert moved.probabilities(vectors, cues, "zh") == pytest.approx(
        plain.probabilities(np.array([[1.0, 0.0]], np.float32), cues, "zh")
    )
    assert moved.probabilities(vectors, cues, "en") == pytest.approx(plain.probabilities(vectors, cues, "en"))
    with pytest.raises(KeyError):
        plain.probabilities(vectors, cues, "de")


def test_softmax_and_unit_at_their_edges():
    assert softmax(np.array([[1e4, 1e4], [-1e4, 0.0]])) == pytest.approx(np.array([[0.5, 0.5], [0.0, 1.0]]))
    assert unit(np.zeros((1, 3))).tolist() == [[0.0, 0.0, 0.0]]
