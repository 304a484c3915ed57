"""Which voice said each word."""

from __future__ import annotations

import numpy as np

from interview_analysis.features.conversation.speakers import NEAR_S, words_by_voice
from interview_analysis.types import Segment, Transcript, Turn, Voices, Word


def _transcript(*times_s: tuple[float, float]) -> Transcript:
    words = tuple(Word("x", start_s, end_s, 1.0) for start_s, end_s in times_s)
    return Transcript("en", 1.0, (Segment("x", 0.0, 99.0, words),) if words else (), "e", "m")


def _voices(*turns: tuple[int, float, float]) -> Voices:
    return Voices(tuple(Turn(*turn) for turn in turns), np.zeros((2, 4)), "clusters")


def test_a_word_belongs_to_the_voice_it_shares_most_time_with() -> None:
    voices = _voices((0, 0.0, 2.0), (1, 2.0, 4.0))
    words = _transcript((0.1, 0.5), (1.8, 2.1), (1.9, 2.3), (3.0, 3.2))
    assert words_by_voice(words, voices) == (0, 0, 1, 1)


def test_several_turns_of_a_voice_add_up() -> None:
    voices = _voices((0, 0.0, 1.0), (1, 1.0, 1.3), (0, 1.3, 2.0))
    assert words_by_voice(_transcript((0.8, 1.5)), voices) == (0,)


def test_a_word_between_turns_goes_to_the_nearest_within_reach() -> None:
    voices = _voices((0, 0.0, 1.0), (1, 3.0, 4.0))
    words = _transcript((1.2, 1.4), (2.7, 2.9), (1.0 + NEAR_S + 0.1, 2.2), (5.0, 5.2))
    assert words_by_voice(words, voices) == (0, 1, None, None)


def test_where_two_talk_at_once_the_turn_that_began_earlier_has_the_word() -> None:
    voices = _voices((1, 0.0, 2.0), (0, 1.0, 3.0))
    assert words_by_voice(_transcript((1.2, 1.6)), voices) == (1,)


def test_a_long_turn_reaches_words_far_from_its_start() -> None:
    voices = _voices((0, 0.0, 100.0), (1, 50.0, 50.5), (1, 100.0, 101.0))
    assert words_by_voice(_transcript((99.0, 99.5)), voices) == (0,)


def test_without_words_or_turns_nothing_is_said_by_anybody() -> None:
    assert words_by_voice(_transcript(), _voices((0, 0.0, 1.0))) == ()
    assert words_by_voice(_transcript((0.0, 1.0)), _voices()) == (None,)
