"""How answers are cut into clauses: before connectives, none too long, no word lost or said twice."""

from __future__ import annotations

import json
from itertools import pairwise
from pathlib import Path

import pytest

from interview_analysis.features.language.sentences import unit_count
from interview_analysis.scoring.content.examples import unpunctuated
from interview_analysis.scoring.content.model import LONGEST, clauses
from interview_analysis.scoring.content.typed import transcript_of_text
from interview_analysis.types import Interval
from tests.transcripts import transcript_from_text

TRAIN = Path(__file__).resolve().parents[3] / "data" / "graded_answers" / "train"
FILES = sorted(path.name for path in TRAIN.glob("*.json"))
ENGLISH = (
    "last year i worked in a small hotel by the station and the boiler broke on a friday but nobody was there to mend it so "
    "i called every plumber in the book until one of them came because we had forty guests that night and in the end the water "
    "was warm again by six"
)
CHINESE = (
    "去年我在车站旁边一家小酒店上班锅炉周五突然坏了但是没有人能修所以我把附近的师傅都打了一遍电话后来有一个师傅过来看了"
    "因为那天晚上有四十个客人要住最后六点之前热水就恢复了"
)


def cut(text: str, language: str) -> list[str]:
    return [clause.text for clause in clauses(transcript_of_text(text, language))]


def solid(text: str) -> str:
    return "".join(text.split())


def test_an_english_text_without_marks_is_cut_before_connectives():
    found = cut(ENGLISH, "en")
    assert len(found) >= 4
    opened = [text.split()[0] for text in found[1:]]
    assert set(opened) <= {"and", "but", "so", "because", "in", "until", "i", "we", "the"}
    assert sum(word in {"and", "but", "so", "because", "in"} for word in opened) >= 3
    assert " ".join(found) == ENGLISH


def test_a_chinese_text_without_marks_is_cut_before_connectives():
    found = cut(CHINESE, "zh")
    assert len(found) >= 3
    assert all(text.startswith(("但是", "所以", "后来", "因为", "最后")) for text in found[1:])
    assert "".join(found) == CHINESE


@pytest.mark.parametrize("language", ["en", "zh"])
def test_marks_come_before_connectives(language):
    text = {
        "en": "I had worked there for most of one whole year, the boss was hardly ever seen and nobody minded much at all",
        "zh": "我在那家公司的仓库里已经干了差不多快两年时间，平时很少见到老板本人但是大家也都没有觉得有什么不好的",
    }[language]
    assert cut(text, language)[0][-1] in ",，"


def test_clauses_of_a_window_are_those_of_its_words():
    transcript = transcript_from_text("First we met.\nThen we left.", "en")
    second = transcript.segments[1]
    found = clauses(transcript, Interval(second.start_s, second.end_s))
    assert [clause.text for clause in found] == ["Then we left."]


@pytest.mark.parametrize("language", ["en", "zh"])
def test_nothing_has_no_clauses(language):
    assert cut("", language) == cut(" \n", language) == []


@pytest.mark.parametrize("name", FILES)
def test_no_clause_is_too_long_and_no_word_is_lost_or_repeated(name):
    entries = json.loads((TRAIN / name).read_text(encoding="utf-8"))[::3]
    texts = [(e["lang"], [text for _, text in e["segments"]]) for e in entries if "segments" in e]
    assert texts or name in ("real_people.json", "stories_en.json", "stories_zh.json")
    for language, pieces in texts:
        text = ("" if language == "zh" else " ").join(pieces)
        for wording in (text, unpunctuated(text, language)):
            found = clauses(transcript_of_text(wording, language))
            assert solid("".join(c.text for c in found)) == solid(wording)
            assert all(a.end_s <= b.start_s for a, b in pairwise(found))
            for clause in found:
                assert unit_count(clause.text, language) <= LONGEST[language] or len(clause.words) == 1
