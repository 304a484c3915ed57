"""Teaching a reader: what it is told of each answer, and that it learns it."""

from __future__ import annotations

import random
from dataclasses import replace

import numpy as np
import pytest

from interview_analysis.models.text.packed import packed_encoder, packed_path
from interview_analysis.pipeline.job.parser import load_library
from interview_analysis.scoring.content.examples import STORY, Known
from interview_analysis.scoring.content.fit_reader import (
    Example,
    Training,
    _batches,
    _network,
    examples_of,
    fit_reader,
)
from interview_analysis.scoring.content.functions import FUNCTIONS

BASE = packed_encoder(packed_path())
SHALLOW = replace(BASE, layers=1)
LIBRARY = load_library()
QUESTION = "Tell me about a lamp that you fixed."
QUICK = Training(rounds=6, rank=4, frozen=0, warm_up=2, rate=5e-3, heads_rate=2e-2, tokens=800)


def answer(kind: str = "graded", level: float | None = 4.0, **more: object) -> Known:
    own = {
        "lang": "en", "competency": "teamwork", "question": QUESTION, "level": level, "kind": kind,
        "segments": [["situation", "The lamp in the hall was dark."], [["action", "reasoning"], "I changed the bulb, because it was old."]],
    }  # fmt: skip
    return Known.model_validate(own | more)


def examples(known: Known, seed: int) -> list[Example]:
    return examples_of([known], LIBRARY, BASE, random.Random(seed))


def many(known: Known) -> list[Example]:
    return [example for seed in range(40) for example in examples(known, seed)]


def test_tokens_have_the_functions_of_their_parts():
    whole = next(e for e in many(answer()) if e.functions_weight == 1.0 and len(e.text.spans) >= 17)
    firsts = whole.functions[:, FUNCTIONS.index("situation")]
    assert firsts[0] == 1.0
    assert whole.functions.sum(axis=1) == pytest.approx(np.ones(len(whole.functions)))
    assert whole.functions[-1, FUNCTIONS.index("action")] == pytest.approx(2 / 3)
    assert whole.functions[-1, FUNCTIONS.index("reasoning")] == pytest.approx(1 / 3)


def test_an_answers_own_tokens_are_learned_from_and_not_those_of_the_question():
    texts = [e.text for e in (*examples(answer(), 1), *examples(answer(question=""), 2))]
    functions, *_, own = _network(SHALLOW, QUICK)(texts, 0.0)
    assert functions.shape[:2] == own.shape
    for row, text in zip(own, texts, strict=True):
        assert row.numpy().nonzero()[0].tolist() == list(range(text.own.start, text.own.stop))


def test_a_good_answer_answers_its_own_question_and_no_other():
    found = many(answer())
    own = [e for e in found if e.level]
    other = [e for e in found if not e.level]
    assert len(own) == 40
    assert 10 < len(other) < 35
    assert {(e.answers, e.answers_weight) for e in own} == {
        (1.0, 1.0),
        (1.0, 0.0),
    }  # the latter without its question
    assert {(e.answers, e.answers_weight) for e in other} == {(0.0, 0.5)}
    assert {e.level for e in own} == {4.0}


@pytest.mark.parametrize(
    ("kind", "level", "answers_weight", "told_level"),
    [("offtopic", None, 2.0, 1.0), ("plan", None, 0.0, 2.0), ("graded", 1.0, 0.0, 1.0)],
)
def test_what_is_known_of_others(kind, level, answers_weight, told_level):
    found = many(answer(kind, level))
    assert len(found) == 40
    assert {e.answers for e in found} == {0.0}
    assert {e.answers_weight for e in found} <= {answers_weight, 0.0}
    assert answers_weight in {e.answers_weight for e in found}
    assert {e.level for e in found} <= {told_level, 0.0}
    unknown = [e for e in found if not e.level]  # how good a story of something else is without its question
    assert all(kind == "offtopic" and not e.answers_weight for e in unknown)


def test_a_real_person_counts_three_times_and_a_story_tells_only_what_it_is_about():
    real = next(e for e in examples(answer(person="p1"), 1) if e.level)
    assert (real.functions_weight, real.level_weight) == (3.0, 3.0)
    stories = many(answer(STORY, None))
    assert {(e.answers, e.answers_weight) for e in stories} == {(1.0, 1.0), (0.0, 0.5)}
    assert {(e.level_weight, e.functions_weight) for e in stories} == {(0.0, 0.0)}


def test_batches_hold_every_example_once_within_their_size():
    found = many(answer())
    batches = _batches(found, 200, random.Random(1))
    assert sorted(id(e) for batch in batches for e in batch) == sorted(map(id, found))
    assert all(len(batch) * max(len(e.text.ids) for e in batch) <= 200 for batch in batches)


@pytest.fixture(scope="module")
def known() -> list[Known]:
    deeds = [
        "I changed the bulb",
        "I called the nurse",
        "I mended the gate",
        "I wrote the letter",
        "I drove the van",
    ]
    talk = [
        "Teams are important",
        "Everybody should be polite",
        "It is always good to listen",
        "Work is work",
    ]
    told = [answer(level=4.0, segments=[["action", text], ["action", text]]) for text in deeds]
    return [*told, *(answer(level=2.0, segments=[["generic", text], ["generic", text]]) for text in talk)] * 4


def test_it_learns_and_twice_the_same(known):
    steps: list[tuple[int, int]] = []
    taught = fit_reader(known, LIBRARY, SHALLOW, QUICK, lambda *step: steps.append(step))
    deed = taught.reader.read(QUESTION, ["I changed the lamp"], "en")
    talk = taught.reader.read(QUESTION, ["Listening is important"], "en")
    assert deed.functions[0].argmax() == FUNCTIONS.index("action")
    assert talk.functions[0].argmax() == FUNCTIONS.index("generic")
    quick = taught.quick.read(QUESTION, ["I changed the lamp"], "en")
    assert quick.functions == pytest.approx(deed.functions, abs=0.05)  # it may be in half precision
    assert quick.answers == pytest.approx(deed.answers, abs=0.3)
    assert steps[-1][0] == steps[-1][1]
    assert all(done <= total for done, total in steps)
    again = fit_reader(known, LIBRARY, SHALLOW, QUICK, lambda *_: None)
    assert again.reader.read(QUESTION, ["I changed the lamp"], "en").answers == deed.answers
