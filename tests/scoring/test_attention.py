"""Moments worth a follow-up question, on a scripted timeline."""

from __future__ import annotations

import pandas as pd
import pytest

from interview_analysis.features.tables import FeatureTables
from interview_analysis.pipeline.config import load_norms
from interview_analysis.scoring.attention import attention_points
from interview_analysis.types import Event
from tests.transcripts import transcript_from_text

RULES = load_norms().attention
ANSWER = {
    "zh": transcript_from_text("我们当时优化了算法的步骤" * 40, "zh", wpm=200),
    "en": transcript_from_text("we improved the steps of the algorithm " * 40, "en", wpm=100),
}


def timeline(
    language: str, rates: list[float], gaze: list[float] | None = None, events: tuple[Event, ...] = ()
) -> FeatureTables:
    """Ten-second windows every ten seconds."""
    unit = {"zh": "cpm", "en": "wpm"}[language]
    index = pd.MultiIndex.from_tuples(
        [(10.0 * i, 10.0 * i + 10) for i in range(len(rates))], names=["start_s", "end_s"]
    )
    frame = pd.DataFrame(
        {
            f"speech_rate.speaking_rate_{unit}": rates,
            "speech_rate.coverage_ratio": 1.0,
            "gaze.on_camera_ratio": gaze or [0.9] * len(rates),
        },
        index=index,
    )
    return FeatureTables(frame.iloc[:1], frame, frame, events)


def contacts(start_s: float, count: int) -> tuple[Event, ...]:
    return tuple(Event("hand_to_face", start_s + i, start_s + i + 0.4, 0.4, "nose") for i in range(count))


def test_a_faster_passage_with_hands_at_the_face_is_named_in_both_languages():
    rates = [180.0] * 19 + [226.0] + [180.0] * 4
    tables = timeline("zh", rates, events=contacts(191.0, 4))
    (point,) = attention_points(tables, ANSWER["zh"], RULES)
    assert (point.start_s, point.end_s) == (190.0, 200.0)
    assert point.text.en == (
        "At 03:10 speech rate rose from 180 to 226 characters a minute together with 4 hand-to-face contacts."
    )
    assert point.text.zh == "03:10 处语速由 180 升至 226 字/分钟，同时手触面部 4 次。"
    assert "逻辑" in point.question.zh
    assert point.values == {"baseline": 180.0, "peak": 226.0, "hand_to_face_count": 4}


def test_a_faster_passage_alone_is_nothing():
    assert attention_points(timeline("en", [150.0] * 5 + [200.0] + [150.0] * 5), ANSWER["en"], RULES) == ()


def test_a_small_rise_is_nothing():
    tables = timeline("en", [150.0] * 5 + [170.0] + [150.0] * 5, events=contacts(51.0, 3))
    assert attention_points(tables, ANSWER["en"], RULES) == ()


def test_gaze_and_pauses_accompany_a_rise_too():
    gaze = [0.9] * 5 + [0.2] + [0.9] * 5
    tables = timeline("en", [150.0] * 5 + [200.0] + [150.0] * 5, gaze, (Event("pause", 52.0, 56.0, 4.0),))
    (point,) = attention_points(tables, ANSWER["en"], RULES)
    assert point.values == {"baseline": 150.0, "peak": 200.0, "off_camera_ratio": 0.8, "longest_pause_s": 4.0}


def test_quotes_are_in_the_writing_of_their_language():
    tables = timeline("en", [150.0] * 5 + [200.0] + [150.0] * 5, events=contacts(51.0, 3))
    (point,) = attention_points(tables, ANSWER["en"], RULES)
    assert "of the algorithm we improved" in point.quote


@pytest.mark.parametrize(
    ("kind", "length_s", "found"), [("pause", 3.5, 1), ("pause", 2.0, 0), ("smile", 9.0, 0)]
)
def test_only_long_pauses_stand_alone(kind, length_s, found):
    tables = timeline("en", [150.0] * 6, events=(Event(kind, 20.0, 20.0 + length_s, length_s),))
    assert len(attention_points(tables, ANSWER["en"], RULES)) == found


def test_there_are_never_more_than_anyone_can_follow_up():
    pauses = tuple(Event("pause", 10.0 * i, 10.0 * i + 4, 4.0) for i in range(30))
    points = attention_points(timeline("en", [150.0] * 30, events=pauses), ANSWER["en"], RULES)
    assert len(points) == RULES.max_points
    assert [p.start_s for p in points] == sorted(p.start_s for p in points)


def test_without_a_transcript_only_what_was_seen_counts():
    tables = timeline("en", [150.0] * 5 + [200.0] + [150.0] * 5, events=contacts(51.0, 4))
    (point,) = attention_points(tables, None, RULES)
    assert point.code == "hand_to_face"
    assert point.quote is None
