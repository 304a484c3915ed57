"""Cues, parts, levels and gates: numbers worked out by hand, and what may never fall when a part rises."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from interview_analysis.scoring.content.cues import NAMES, content_words, cues
from interview_analysis.scoring.content.functions import FUNCTIONS
from interview_analysis.scoring.content.levels import LEVELS, LevelModel, gated
from interview_analysis.scoring.content.presence import Presence
from interview_analysis.scoring.content.reader import Readout
from interview_analysis.scoring.content.summary import PARTS, for_gates, parts

SHARE = st.floats(0.0, 1.0, width=32)


def cues_of(text: str, language: str, question: str = "") -> dict[str, float]:
    return dict(zip(NAMES, cues([text], question, language)[0], strict=True))


def functions(*rows: dict[str, float]) -> np.ndarray:
    table = np.zeros((len(rows), len(FUNCTIONS)))
    for row, named in zip(table, rows, strict=True):
        for name, value in named.items():
            row[FUNCTIONS.index(name)] = value
    return table


AS_IT_IS = Presence({})


def readout(probabilities: np.ndarray) -> Readout:
    return Readout(probabilities, probabilities, answers=1.5)


def cue_table(*rows: dict[str, float]) -> np.ndarray:
    table = np.zeros((len(rows), len(NAMES)))
    for row, named in zip(table, rows, strict=True):
        for name, value in named.items():
            row[NAMES.index(name)] = value
    return table


def level_model(spread: float = 1.0, floor: float = 0.0) -> LevelModel:
    weights = {name: 0.5 * i for i, name in enumerate(PARTS)}
    return LevelModel(np.array([-1.0, 1.0, 3.0, 5.0]), weights, {}, spread, floor, AS_IT_IS)


# ---------------------------------------------------------------------------------------------------- cues


def test_cues_of_an_english_sentence():
    found = cues_of("I called the customer, and we fixed 3 lamps.", "en", "Which lamps did you fix?")
    assert found["singular"] == found["plural"] == 0.5  # one "I", one "we"
    assert found["we_share"] == 0.5
    assert found["figures"] == 0.5  # "3"
    assert found["people"] == 0.5  # "customer"
    assert found["own_action"] == 1.0
    assert found["marks"] == pytest.approx(1 / 9)  # one comma, nine words
    assert found["length"] == pytest.approx(9 / 25)
    assert found["function_words"] == pytest.approx(3 / 9)  # I, the, we
    assert found["of_question"] == pytest.approx(1 / 6)  # "lamps" of six other words
    assert found["past_time"] == found["conditional"] == found["future"] == found["non_answer"] == 0.0


def test_cues_of_a_chinese_sentence():
    found = cues_of("昨天我给客户打电话，我们修好了3盏灯。", "zh")
    assert found["past_time"] == 0.5  # 昨天
    assert found["people"] == found["figures"] == found["singular"] == found["plural"] == 0.5
    assert found["we_share"] == 0.5
    assert found["own_action"] == 1.0
    assert found["length"] == pytest.approx(17 / 40)
    assert found["marks"] == pytest.approx(1 / 17)
    assert found["of_question"] == 0.0


def test_a_cue_is_halved_by_each_further_one_and_capped_at_three():
    cases = [(0, 0.0), (1, 0.5), (2, 0.75), (3, 0.875), (9, 0.875)]
    assert [
        (count, value, found)
        for count, value in cases
        if (found := cues_of(" ".join(["We", *["yesterday"] * count]), "en")["past_time"]) != value
    ] == []


@pytest.mark.parametrize("language", ["en", "zh"])
def test_cues_of_nothing(language):
    assert cues([], "What?", language).shape == (0, len(NAMES))
    for text in ("", "?!", "😀"):
        row = cues_of(text, language)
        assert np.isfinite(list(row.values())).all()
        assert row["singular"] == row["function_words"] == row["of_question"] == 0.0


@given(st.text(max_size=60), st.text(max_size=20), st.sampled_from(["en", "zh"]))
@settings(max_examples=80)
def test_cues_lie_between_0_and_1(text, question, language):
    row = cues_of(text, language, question)
    marks = row.pop("marks")
    assert marks >= 0
    assert all(0.0 <= value <= 1.0 for value in row.values())


def test_the_words_of_a_text_that_are_no_small_words():
    assert content_words("I told the nurse that it was late", "en") == {"told", "nurse", "late"}
    assert "我" not in content_words("我修好了灯", "zh")


# ---------------------------------------------------------------------------------------------------- parts


def test_parts_by_hand():
    probabilities = functions(
        {"situation": 0.8, "generic": 0.2},
        {"obstacle": 0.6, "action": 0.3},
        {"action": 0.9},
        {"result": 0.5, "reasoning": 0.4},
        {"generic": 1.0},
    )
    measured = cue_table(
        {"past_time": 0.5, "places": 0.5}, {}, {"figures": 0.5}, {"seen_by_others": 0.75}, {}
    )
    found = parts(probabilities, probabilities, measured, np.array([10.0, 10.0, 20.0, 10.0, 50.0]))
    told = np.array([0.8, 0.9, 0.9, 0.9, 0.0])
    weights = np.array([0.1, 0.1, 0.2, 0.1, 0.5])
    assert found["example"] == pytest.approx(float(weights @ told))  # 0.44
    assert found["setting"] == 0.8
    assert found["difficulty"] == 0.6
    assert found["deeds"] == 0.9
    assert found["result"] == 0.5
    assert found["seen"] == pytest.approx(0.5 * 0.75)
    assert found["reasoning"] == 0.4
    assert found["reflection"] == 0.0
    # concrete: 1 - 0.5 * 0.75 = 0.625 in the first clause, 0.5 in the third
    assert found["specific"] == pytest.approx(0.1 * 0.8 * 0.625 + 0.2 * 0.9 * 0.5)
    assert found["complete"] == pytest.approx((0.8 * 0.6 * 0.9 * 0.5) ** 0.25)
    assert tuple(found) == PARTS


def test_one_clause_that_tells_everything_is_complete():
    shares = dict.fromkeys(("situation", "obstacle", "action", "result"), 0.25)
    everything = dict.fromkeys(shares, 0.9)
    found = parts(functions(shares), functions(everything), cue_table({}), np.array([7.0]))
    assert found["example"] == 1.0
    assert [found[name] for name in ("setting", "difficulty", "deeds", "result")] == [0.9] * 4
    assert found["complete"] == pytest.approx(0.9)


def test_what_is_not_told_keeps_an_answer_from_being_complete():
    done = functions({"action": 1.0, "result": 1.0})
    assert parts(done, done, cue_table({}), np.array([7.0]))["complete"] == pytest.approx(0.01**0.5)


def test_what_gates_are_told_from_by_hand():
    every = for_gates(
        readout(functions({"action": 0.4, "hypothetical": 0.2}, {"action": 0.8, "result": 0.1})),
        cue_table({"figures": 0.5}, {}),
        np.array([3.0, 1.0]),
    )
    f, own = len(FUNCTIONS), 0.75 * 0.4 + 0.25 * 0.8
    found = every["takes_up"]
    assert found.shape == (2 * f + len(NAMES) + 1,)
    assert found[-1] == 1.5  # that the question is answered
    assert found[FUNCTIONS.index("action")] == pytest.approx(own)
    assert found[f + FUNCTIONS.index("action")] == 0.8
    assert found[2 * f + NAMES.index("figures")] == pytest.approx(0.75 * 0.5)
    assert every["own"] == pytest.approx([own / (own + 0.05), own, 0.0])
    assert every["done"] == pytest.approx([0.75 * 0.2, 0.2, 0.25 * 0.1, 0.1, 0.8])


def test_deeds_of_a_team_and_of_others_are_one():
    probabilities = functions(
        {"action": 0.6, "team_action": 0.2}, {"team_action": 0.5, "other_action": 0.3}, {"situation": 1.0}
    )
    found = for_gates(readout(probabilities), cue_table({}, {}, {}), np.array([20.0, 10.0, 10.0]))
    own, others = 0.5 * 0.6, 0.5 * 0.2 + 0.25 * 0.8
    assert found["own"] == pytest.approx([own / (own + others + 0.05), own, others])


def test_no_deeds_are_nobodys():
    nothing = for_gates(readout(functions({"generic": 1.0})), cue_table({}), np.array([5.0]))
    assert nothing["own"].tolist() == [0.0] * 3


@given(st.data(), st.integers(1, 5))
@settings(max_examples=150)
def test_raising_a_probability_lowers_no_part(data, n):
    draw = np.random.default_rng(data.draw(st.integers(0, 2**32 - 1)))
    probabilities = draw.random((n, len(FUNCTIONS))) / 8
    measured, lengths = draw.random((n, len(NAMES))), draw.integers(1, 20, n).astype(float)
    row, column = data.draw(st.integers(0, n - 1)), data.draw(st.integers(0, len(FUNCTIONS) - 1))
    raised = probabilities.copy()
    raised[row, column] += data.draw(st.floats(0.0, 0.5))
    before, after = (
        parts(probabilities, probabilities, measured, lengths),
        parts(raised, raised, measured, lengths),
    )
    assert all(after[name] >= before[name] - 1e-12 for name in PARTS)
    assert all(value >= 0.0 for value in before.values())


def test_length_alone_moves_no_part():
    probabilities, measured = functions({"action": 0.9}, {"generic": 1.0}), cue_table({"figures": 0.5}, {})
    short = parts(probabilities, probabilities, measured, np.array([3.0, 4.0]))
    assert parts(probabilities, probabilities, measured, np.array([30.0, 40.0])) == pytest.approx(short)


# ---------------------------------------------------------------------------------------------------- levels


def test_level_probabilities_by_hand():
    model = LevelModel(np.array([0.0, 1.0, 2.0, 3.0]), {"example": 2.0}, {}, 1.0, 0.0, AS_IT_IS)
    found = model.probabilities({"example": 0.5, "reasoning": 0.5, "reflection": 0.2})  # strength 1

    def below(threshold: float) -> float:
        return 1 / (1 + np.exp(1 - threshold))

    at_5 = (1 - below(3)) * (1 - 0.5 * 0.8)
    expected = [below(0), below(1) - below(0), below(2) - below(1), 1 - below(2) - at_5, at_5]
    assert found == pytest.approx(expected)


def test_level_5_needs_a_reason_or_a_lesson():
    told = dict.fromkeys(PARTS, 1.0)
    assert level_model().probabilities(told)[4] > 0.9
    neither = level_model().probabilities(told | {"reasoning": 0.0, "reflection": 0.0})
    assert neither[4] == 0.0
    assert neither[3] > 0.9


@given(st.lists(SHARE, min_size=len(PARTS), max_size=len(PARTS)), st.sampled_from(PARTS), SHARE)
@settings(max_examples=200)
def test_the_expected_level_never_falls_when_a_part_rises(values, name, more):
    model, given_parts = level_model(), dict(zip(PARTS, values, strict=True))
    before = model.probabilities(given_parts)
    after = model.probabilities(given_parts | {name: min(1.0, given_parts[name] + more)})
    assert before.sum() == pytest.approx(1.0)
    assert (before >= 0).all()
    assert LEVELS @ after >= LEVELS @ before - 1e-9


@pytest.mark.parametrize("level", [1, 2, 3, 4, 5])
def test_a_certain_level_is_the_middle_of_its_fifth(level):
    score, error = level_model(spread=0.7, floor=0.25).estimate(np.eye(5)[level - 1])
    assert score == pytest.approx(20 * level - 10)
    assert error == pytest.approx(20 * 0.25)


def test_the_standard_error_is_of_the_level_and_a_floor():
    score, error = level_model(spread=0.5, floor=0.3).estimate(np.array([0.5, 0.0, 0.5, 0.0, 0.0]))
    assert score == pytest.approx(30.0)  # mean level 2, variance 1
    assert error == pytest.approx(20 * np.sqrt(0.5**2 * 1.0 + 0.3**2))


BEFORE = np.array([0.1, 0.2, 0.3, 0.25, 0.15])
OPEN = {"takes_up": 1.0, "own": 1.0, "done": 1.0}


def test_each_gate():
    cases = [
        ({}, 1.0, BEFORE),
        ({"takes_up": 0.0}, 1.0, [1, 0, 0, 0, 0]),
        ({"own": 0.0}, 1.0, [0.1, 0.9, 0, 0, 0]),  # talk: level 2 at most
        ({"done": 0.0}, 1.0, [0.1, 0.9, 0, 0, 0]),
        ({}, 0.0, [0.8, 0.2, 0, 0, 0]),  # a story of something else counts as nothing
        ({"own": 0.0}, 0.0, [0.1, 0.9, 0, 0, 0]),  # talk stays talk, whatever it is about
        ({"done": 0.0, "takes_up": 0.0}, 0.0, [1, 0, 0, 0, 0]),
        ({"own": 0.5, "done": 0.5}, 1.0, 0.25 * BEFORE + 0.75 * np.array([0.1, 0.9, 0, 0, 0])),
        ({"takes_up": 0.5}, 1.0, 0.5 * BEFORE + 0.5 * np.eye(5)[0]),
    ]
    assert [
        (closed, bears_on, expected, found)
        for closed, bears_on, expected in cases
        if (found := gated(BEFORE, OPEN | closed, bears_on))
        != pytest.approx(np.asarray(expected, dtype=float))
    ] == []


@given(st.lists(SHARE, min_size=5, max_size=5), SHARE, SHARE, SHARE, SHARE)
@settings(max_examples=150)
def test_gates_keep_probabilities_and_raise_no_level(weights, takes_up, own, done, bears_on):
    before = (np.array(weights) + 1e-3) / (np.array(weights) + 1e-3).sum()
    kept = before.copy()
    found = gated(before, {"takes_up": takes_up, "own": own, "done": done}, bears_on)
    assert (before == kept).all()
    assert found.sum() == pytest.approx(1.0)
    assert (found >= 0).all()
    assert LEVELS @ found <= LEVELS @ before + 1e-9
