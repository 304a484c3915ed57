"""The reader with states and heads made by hand: clauses from tokens, pools, long answers in pieces."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pytest

from interview_analysis.models.text.adapted import Told, told
from interview_analysis.models.text.packed import PackedEncoder, Weights, packed_encoder, packed_path
from interview_analysis.scoring.content.functions import FUNCTIONS
from interview_analysis.scoring.content.reader import Heads, Reader, clause_spans, tokens_of

F = len(FUNCTIONS)
ACTION, GENERIC = FUNCTIONS.index("action"), FUNCTIONS.index("generic")
BASE = packed_encoder(packed_path())


@dataclass(frozen=True)
class Marked:
    """States of width 2: 1 in the first where a token is of "fixed", 1 in the second at the first token of all."""

    base: PackedEncoder = BASE

    def states(self, texts: Sequence[Told]) -> list[Weights]:
        fixed = set(BASE.tokenizer.encode("fixed")[0])
        found = []
        for text in texts:
            states = np.zeros((len(text.ids), 2), np.float32)
            states[:, 0] = [number in fixed for number in text.ids]
            states[0, 1] = 1.0
            found.append(states)
        return found


def marked(text: str) -> float:
    """Share of the tokens that are of "fixed"."""
    (states,) = Marked().states([told(BASE, "", text)])
    return float(states[told(BASE, "", text).own, 0].mean())


def heads(**changed: np.ndarray) -> Heads:
    functions = np.zeros((F, 2))
    functions[ACTION, 0] = 50.0
    intercepts = np.zeros(F)
    intercepts[GENERIC] = 10.0
    made = {
        "functions": functions, "intercepts": intercepts, "pool": np.array([100.0, 0.0]),
        "answers": np.array([2.0, 0.0, 0.0, 0.5]), "offset": np.array(-1.0),
    }  # fmt: skip
    return Heads(**(made | changed))


def reader(**changed: np.ndarray) -> Reader:
    return Reader(Marked(), heads(**changed))


def test_a_clause_is_the_mean_of_its_tokens():
    found = reader().read("What?", ["It rained all day.", "I fixed it"], "en")
    assert found.functions.shape == (2, F)
    assert found.functions.sum(axis=1) == pytest.approx([1.0, 1.0])
    assert found.functions[0, GENERIC] == pytest.approx(1.0, abs=1e-3)
    assert found.functions[1, ACTION] == pytest.approx(marked("I fixed it"), abs=1e-3)


def test_a_few_words_are_enough_to_show_a_function():
    """Of a long clause that a function is one token of, the five tokens around it; of a short one all of them."""
    long = "it rained all day in the village by the sea and so I fixed it"
    found = reader().read("", [long, "I fixed it"], "en")
    assert found.functions[0, ACTION] < 0.1
    assert found.clearest[0, ACTION] == pytest.approx(1 / 5, abs=1e-3)
    assert found.clearest[0, GENERIC] == pytest.approx(1.0, abs=1e-3)  # elsewhere in it
    assert (found.clearest[1] == found.functions[1]).all()


def test_answers_are_read_together_as_one_by_one():
    several = [
        ("What?", ["It rained.", "I fixed it"], "en"),
        ("", [], "en"),
        ("为什么？", ["我修好了fixed"], "zh"),
    ]
    together = reader().read_all(several)
    assert [len(found.functions) for found in together] == [2, 0, 1]
    for found, alone in zip(together, (reader().read(*one) for one in several), strict=True):
        assert (found.functions == alone.functions).all()
        assert (found.clearest == alone.clearest).all()
        assert found.answers == alone.answers


def test_the_pool_weighs_the_answers_own_tokens():
    """The pool finds the token, whose state gives 2; the first of all gives 0.5; the offset is -1."""
    assert reader().read("", ["It rained.", "I fixed it"], "en").answers == pytest.approx(1.5, abs=1e-3)
    assert reader().read("fixed?", ["It rained."], "en").answers == pytest.approx(
        -0.5
    )  # the question's are none


def test_nothing_said():
    found = reader().read("Why?", [], "en")
    assert (found.functions.shape, found.answers) == ((0, F), 0.0)


def test_a_clause_without_a_token_of_its_own_takes_the_nearest():
    found = reader().read("", ["", "I fixed it", " "], "zh")
    assert found.functions.sum(axis=1) == pytest.approx([1.0, 1.0, 1.0])


def test_a_long_answer_is_read_in_pieces_by_their_sizes():
    clauses = ["it rained and nothing was done about it"] * 60 + ["I fixed it"] * 60
    found = reader().read("Why?", clauses, "en")
    assert len(found.functions) == 120
    assert found.functions[:60, GENERIC] == pytest.approx(np.ones(60), abs=1e-3)
    assert (found.functions[60:, ACTION] > 0.3).all()
    rained = reader().read("Why?", clauses[:60], "en")
    fixed = reader().read("Why?", clauses[60:], "en")
    assert rained.answers < found.answers < fixed.answers


@pytest.mark.parametrize(("language", "starts"), [("en", [0, 4, 8]), ("zh", [0, 3, 6])])
def test_where_clauses_lie(language, starts):
    assert [start for start, _ in clause_spans(["abc", "def", "ghi"], language)] == starts


def test_every_token_is_in_one_clause():
    clauses = ["I rang them,", "they came", "and we fixed the roof together."]
    text = told(BASE, "Why?", " ".join(clauses))
    rows = tokens_of(text, clause_spans(clauses, "en"))
    assert sorted(np.concatenate(rows).tolist()) == list(range(len(text.spans)))
