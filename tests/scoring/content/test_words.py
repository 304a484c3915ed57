"""Why a level is what it is: exact sentences of hand-made levels, and quotes that stand in the transcript."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from interview_analysis.pipeline.common.config import load_norms
from interview_analysis.pipeline.content.model_file import load_content_model
from interview_analysis.pipeline.job.parser import load_library
from interview_analysis.scoring.content.fit_bearing import as_dimension
from interview_analysis.scoring.content.model import read, spoken
from interview_analysis.scoring.content.report import content_report, part_evidence
from interview_analysis.scoring.content.scored import ContentLevel, Part, content_level
from interview_analysis.scoring.content.summary import SHOWN
from interview_analysis.scoring.content.typed import transcript_of_text
from interview_analysis.scoring.content.words import PART_NAMES, why
from interview_analysis.types import Sentence

TRAIN = Path(__file__).resolve().parents[3] / "data" / "graded_answers" / "train"
OPEN = {"takes_up": 0.9, "own": 0.9, "done": 0.9, "about": 0.9}


def sentence(start_s: float, end_s: float, text: str = "I did it.") -> Sentence:
    return Sentence(text, start_s, end_s, ())


def level(heard: dict[str, Sentence], **gates: float) -> ContentLevel:
    parts = tuple(
        Part(name, 0.8 if name in heard else 0.1, name in heard, (heard[name],) if name in heard else ())
        for name in SHOWN
    )
    return ContentLevel(50.0, 8.0, np.full(5, 0.2), 0.9, OPEN | gates, parts, (), True, False)


DEEDS = {"example": sentence(72.4, 80.0), "deeds": sentence(90.0, 100.9)}


def test_what_was_heard_and_what_was_not():
    found = why(3, level(DEEDS))
    assert found.en == (
        "Level 3. Heard between 01:12 and 01:40: an own example and own deeds. "
        "Not clearly heard: when, where and what it was about, what was hard and what came of it."
    )
    assert found.zh == (
        "3 级。在 01:12 至 01:40 听到：自己的事例和自己的做法。没有明确听到：时间、地点和事由、难在哪里和结果。"
    )


def test_without_an_example_or_deeds_nothing_else_is_asked_for():
    found = why(2, level({"reasoning": sentence(5.0, 5.5)}))
    assert found.en == "Level 2. Heard at 00:05: why so and not otherwise. Not clearly heard: an own example."
    assert found.zh == "2 级。在 00:05 听到：为什么这样做而不那样做。没有明确听到：自己的事例。"


def test_a_mean_of_two_likelier_levels_is_not_called_a_level():
    found = replace(level({}), probabilities=np.array([0.37, 0.003, 0.018, 0.1, 0.5]))
    told = why(3, found)
    assert told.en.startswith(
        "Level 3 is no more than the mean: level 1 (37%) or level 5 (50%) is likelier, and what was said does not settle which. "
    )
    assert told.zh.startswith(
        "3 级只是平均值：更可能是 1 级（37%）或 5 级（50%），所说的内容不足以判定是哪一级。"
    )
    assert [found.is_settled(at) for at in (1, 2, 3, 4, 5)] == [True, False, False, False, True]


def test_a_level_is_not_said_to_be_likelier_than_itself():
    found = replace(level({}), probabilities=np.array([0.13, 0.009, 0.139, 0.722, 0.0]))
    assert why(3, found).en.startswith("Level 3 is no more than the mean: level 4 (72%) is likelier, and ")
    assert why(3, found).zh.startswith("3 级只是平均值：更可能是 4 级（72%），")


def test_nothing_heard():
    assert why(1, level({})).en == "Level 1. Not clearly heard: an own example."
    assert why(1, level({})).zh == "1 级。没有明确听到：自己的事例。"


def test_everything_heard():
    found = why(5, level({name: sentence(0.0, 61.0) for name in SHOWN}))
    assert found.en == (
        "Level 5. Heard between 00:00 and 01:01: an own example, when, where and what it was about, what was hard, own deeds, "
        "what came of it, why so and not otherwise and what was learned or used again."
    )
    assert found.zh == (
        "5 级。在 00:00 至 01:01 听到：自己的事例、时间、地点和事由、难在哪里、自己的做法、结果、为什么这样做而不那样做和学到什么、后来怎么用。"
    )


@pytest.mark.parametrize(
    ("gate", "english", "chinese"),
    [
        (
            "takes_up",
            "The question is not taken up, or the opposite of what was asked for is shown.",
            "没有回答问题，或表现出与要求相反的做法。",
        ),
        (
            "about",
            "Most of it seems to be about something else, which is no evidence here.",
            "内容大多像是在讲别的事情，不能作为该维度的依据。",
        ),
        (
            "own",
            "What is told sounds like the deeds of others or of “we”; the speaker’s own part cannot be told.",
            "听起来像是别人或“我们”的做法，看不出本人做了什么；若只是省略了主语，请以原话为准。",
        ),
        (
            "done",
            "It is told as a plan or as what one would do, not as something done.",
            "讲的是打算或设想，而不是做过的事。",
        ),
    ],
)
def test_a_closed_gate_is_said_first(gate, english, chinese):
    closed, ajar = why(2, level({}, **{gate: 0.49})), why(2, level({}, **{gate: 0.5}))
    assert closed.en == f"Level 2. {english} Not clearly heard: an own example."
    assert closed.zh == f"2 级。{chinese}没有明确听到：自己的事例。"
    assert ajar.en == "Level 2. Not clearly heard: an own example."


def test_every_shown_part_has_a_name_in_both_languages():
    assert set(PART_NAMES) == set(SHOWN)
    assert all(text.en and text.zh for text in PART_NAMES.values())


def test_evidence_has_a_line_a_clause_and_one_without_quote_for_what_was_not_heard():
    lines = part_evidence(level(DEEDS))
    assert [line.id for line in lines] == list(SHOWN)
    by_id = {line.id: line for line in lines}
    assert (by_id["deeds"].quote, by_id["deeds"].strength, by_id["deeds"].score) == (
        "I did it.",
        "demonstrated",
        80.0,
    )
    assert (by_id["deeds"].start_s, by_id["deeds"].end_s) == (90.0, 100.9)
    assert (by_id["result"].quote, by_id["result"].strength, by_id["result"].start_s) == (
        None,
        "absent",
        None,
    )


@pytest.mark.parametrize("name", ["en_a.json", "zh_a.json"])
def test_what_a_report_says_of_real_answers(name, encoder):
    model, norms = load_content_model(encoder.id), load_norms()
    dimensions = {c.id: as_dimension(c) for c in load_library()}
    entries = json.loads((TRAIN / name).read_text(encoding="utf-8"))
    for entry in entries[:96:12]:
        language, question = entry["lang"], entry["question"]
        said = ("" if language == "zh" else " ").join(text for _, text in entry["segments"])
        reading = read(model, spoken(transcript_of_text(said, language), encoder), question)
        found = content_level(model, reading, dimensions[entry["competency"]], encoder, question)
        shown = content_report(found, norms)
        assert sum(shown.probabilities) == pytest.approx(1.0, abs=3e-4)
        assert shown.level == norms.level(found.score)
        heard = {line.id for line in part_evidence(found) if line.strength == "demonstrated"}
        for line in part_evidence(found):
            assert (line.quote is None) == (line.strength == "absent")
            assert line.quote is None or line.quote in said
        told = (
            shown.why.en.split("Heard ")[1].split("Not clearly heard")[0] if "Heard " in shown.why.en else ""
        )
        for part, text in PART_NAMES.items():
            assert text.en not in told or part in heard
