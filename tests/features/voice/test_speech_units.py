from __future__ import annotations

import numpy as np
import pytest

from interview_analysis.features.voice.speech_units import (
    count_units,
    inside,
    runs,
    silent_pauses,
    syllables,
    units_in,
)
from interview_analysis.types import Interval, SpeechActivity, Word, intervals


def test_chinese_units() -> None:
    cases = [
        ("需求分析", 4),
        ("项目管理能力。", 6),
        ("2023年", 5),
        ("35%", 5),
        ("３５％", 5),
        ("3.5", 3),
        ("PRD", 3),
        ("用Python做", 4),
        ("it's", 1),
        ("they’re", 1),
        ("I'm", 1),
        ("don't", 1),
        ("didn't", 2),
        ("isn’t", 2),
        ("'tis", 1),
        ("，", 0),
        ("", 0),
    ]
    assert [
        (text, count, found) for text, count in cases if (found := count_units(text, "zh")) != count
    ] == []


def test_english_units() -> None:
    cases = [
        ("hello", 1),
        ("don't", 1),
        ("well-known,", 1),
        ("2023", 3),
        ("35%", 3),
        ("100", 1),
        ("$5", 2),
        ("--", 0),
        ("two words", 2),
    ]
    assert [
        (text, count, found) for text, count in cases if (found := count_units(text, "en")) != count
    ] == []


def test_syllables() -> None:
    cases = [("cat", 1), ("make", 1), ("table", 2), ("analysis", 4), ("tree", 1), ("hmm", 1)]
    assert [(word, count, found) for word, count in cases if (found := syllables(word)) != count] == []


def test_a_word_across_the_edge_counts_in_parts() -> None:
    words = [Word("one", 0.0, 1.0, 1.0), Word("two", 1.0, 2.0, 1.0), Word("three", 2.0, 2.0, 1.0)]
    assert units_in(words, "en", Interval(0.5, 1.5)) == pytest.approx(1.0)
    halves = [units_in(words, "en", w) for w in intervals([(0.0, 0.7), (0.7, 1.9), (1.9, 3.0)])]
    assert sum(halves) == pytest.approx(3.0)


def test_pauses_are_gaps_of_a_quarter_second() -> None:
    speech = SpeechActivity(intervals([(0, 1), (1.2, 2), (2.25, 3), (5, 6)]))
    assert silent_pauses(speech) == intervals([(2, 2.25), (3, 5)])


def test_frames_inside_pieces() -> None:
    times = np.array([0.0, 0.5, 1.0, 1.5, 2.5])
    assert inside(times, intervals([(0.5, 1.0), (1.2, 2.0)])).tolist() == [False, True, False, True, False]
    assert not inside(times, ()).any()


def test_runs() -> None:
    time_s = np.array([0.005, 0.015, 0.025, 0.035, 2.005])
    assert runs(np.array([True, True, False, True, False]), time_s) == [(0, 2), (3, 4)]
    assert runs(np.ones(5, dtype=bool), time_s) == [
        (0, 4),
        (4, 5),
    ]  # another recording begins with the last one
    assert runs(np.zeros(5, dtype=bool), time_s) == []
