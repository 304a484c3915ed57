"""Known answers: what of a file is refused, with the place, and what is learned from which words."""

from __future__ import annotations

import numpy as np
import pytest

from interview_analysis.errors import LearningError
from interview_analysis.scoring.content.examples import Known, parse_known, unpunctuated
from interview_analysis.scoring.content.functions import FUNCTIONS
from interview_analysis.scoring.content.prepare import soft_labels

GOOD = {"lang": "en", "competency": "teamwork", "level": 3, "text": "I did it."}


@pytest.mark.parametrize(
    ("changed", "place", "what"),
    [
        ({"lang": "de"}, "answer 2, lang", "'zh' or 'en'"),
        ({"level": 6}, "answer 2, level", "less than or equal to 5"),
        ({"level": 0.5}, "answer 2, level", "greater than or equal to 1"),
        ({"level": "high"}, "answer 2, level", "valid number"),
        ({"text": ""}, "answer 2", "needs 'text' or 'segments'"),
        ({"text": " \n", "segments": [["action", " "]]}, "answer 2", "needs 'text' or 'segments'"),
        ({"segments": [["acting", "I did."]]}, "answer 2", "unknown functions acting; known: situation, obstacle"),
        ({"segments": [[["action", "joke"], "I did."]]}, "answer 2", "unknown functions joke"),
        ({"segments": ["I did."]}, "answer 2, segments, 1", "valid tuple"),
        ({"competency": "juggling"}, "answer 2", "no competency 'juggling' in the library; it has: teamwork, planning"),
        ({"competency": None}, "answer 2, competency", "valid string"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_said_with_the_file_and_the_place(changed, place, what):
    with pytest.raises(LearningError) as caught:
        parse_known([GOOD, GOOD | changed], "some/file.json", ["teamwork", "planning"])
    message = str(caught.value)
    assert message.startswith(f"some/file.json: {place}: ")
    assert what in message
    assert "\n" not in message


@pytest.mark.parametrize(
    ("entry", "place"), [("words", "answer 1"), (None, "answer 1"), ({}, "answer 1, lang")]
)
def test_what_is_no_answer_is_refused(entry, place):
    with pytest.raises(LearningError, match=f"^f.json: {place}: .*expected a list of"):
        parse_known([entry], "f.json", ["teamwork"])


def test_answers_keep_their_order_and_unknown_keys_are_ignored():
    data = [GOOD | {"level": level, "note": "x"} for level in (1, 2.5, None)]
    assert [k.level for k in parse_known(data, "f.json", ["teamwork"])] == [1.0, 2.5, None]
    assert parse_known([], "f.json", ["teamwork"]) == []


def test_segments_are_put_together_by_the_language():
    pieces = [["situation", "It broke."], [["action", "reasoning"], "I mended it."]]
    english = Known.model_validate({"lang": "en", "competency": "teamwork", "segments": pieces})
    assert english.said == "It broke. I mended it."
    chinese = Known.model_validate(
        {"lang": "zh", "competency": "x", "segments": [["action", "坏了。"], ["action", "我修。"]]}
    )
    assert chinese.said == "坏了。我修。"
    assert english.labels() == [(("situation",), "It broke."), (("action", "reasoning"), "I mended it.")]
    assert english.group == "teamwork"
    assert english.model_copy(update={"person": "p1"}).group == "p1"


def test_deeds_of_a_secondhand_story_are_others_deeds():
    pieces = [["action", "She ran."], ["team_action", "They ran."], ["result", "It worked."]]
    known = Known.model_validate(GOOD | {"segments": pieces, "kind": "secondhand"})
    assert [f for f, _ in known.labels()] == [("other_action",), ("other_action",), ("result",)]


@pytest.mark.parametrize(
    ("language", "text", "bare"),
    [
        ("en", "I didn't stop: 5% - “Yes”, Ann said.", "i didn't stop 5% yes ann said"),
        ("zh", "我修了，5% 的灯！", "我修了5%的灯"),
    ],
)
def test_unpunctuated(language, text, bare):
    assert unpunctuated(text, language) == bare


def test_labels_of_clauses_go_by_the_letters_they_share():
    known = Known.model_validate(
        GOOD | {"segments": [["situation", "It broke"], [["action", "reasoning"], "so I ran"]]}
    )
    table = soft_labels(known, ["It broke so", "I ran"])  # 9 letters, of which 2 are the second segment's
    at = {name: FUNCTIONS.index(name) for name in ("situation", "action", "reasoning")}
    assert table[0, at["situation"]] == pytest.approx(7 / 9)
    assert table[0, at["action"]] == pytest.approx(2 / 9 * 2 / 3)
    assert table[1, [at["action"], at["reasoning"]]] == pytest.approx([2 / 3, 1 / 3])
    assert table.sum(axis=1) == pytest.approx(np.ones(2))


@pytest.mark.parametrize("text", ["It broke. So I ran, and 5% (five) WON'T start!", "ÉTÉ ß 中文 mixed"])
def test_both_wordings_have_the_same_letters(text):
    for language in ("en", "zh"):
        letters = [sum(c.isalnum() for c in t) for t in (text, unpunctuated(text, language))]
        assert letters[0] == letters[1]
