"""Who is who across the recordings of one interview."""

from __future__ import annotations

from typing import Literal

import numpy as np

from interview_analysis.pipeline.observation.joining_voices import (
    joined_voices,
    numbered,
    numbers_in_part,
    numbers_joined,
    voices_part,
)
from interview_analysis.types import Interval, Segment, Transcript, Turn, Voices

ANN, BEN, CEM = np.eye(3, 8)


def _voices(
    turns: list[tuple[int, float, float]], *embeddings: np.ndarray, channels: tuple[int, ...] = ()
) -> Voices:
    vectors = np.array(embeddings).reshape(-1, 8)
    method: Literal["clusters", "channels"] = "channels" if channels else "clusters"
    return Voices(tuple(Turn(*turn) for turn in turns), vectors, method, channels)


def test_a_part_keeps_who_speaks_in_it() -> None:
    whole = _voices([(0, 0, 5), (1, 4, 9), (2, 10, 12), (1, 12, 14)], ANN, BEN, CEM)
    part = voices_part(whole, Interval(9.5, 13.0))
    assert part.turns == (Turn(0, 0.5, 2.5), Turn(1, 2.5, 3.5))
    np.testing.assert_array_equal(part.embeddings, [CEM, BEN])
    nobody = voices_part(whole, Interval(20, 30))
    assert (nobody.turns, nobody.embeddings.shape) == ((), (0, 8))


def test_voices_are_matched_by_what_they_sound_like() -> None:
    first = _voices([(0, 0, 5), (1, 5, 9)], ANN, BEN)
    second = _voices([(0, 1, 4), (1, 4, 6), (0, 6, 7)], BEN, ANN)
    both = joined_voices([first, None, second], [0.0, 10.0, 20.0])
    assert both is not None
    assert both.turns == (Turn(0, 0, 5), Turn(1, 5, 9), Turn(1, 21, 24), Turn(0, 24, 26), Turn(1, 26, 27))
    np.testing.assert_allclose(both.embeddings, [ANN, BEN])


def test_who_is_like_nobody_is_somebody_new() -> None:
    nobody = np.full(8, np.nan)
    both = joined_voices(
        [_voices([(0, 0, 5)], ANN), _voices([(0, 0, 2), (1, 3, 4)], CEM, nobody)], [0.0, 5.0]
    )
    assert both is not None
    assert [turn.voice for turn in both.turns] == [0, 1, 2]
    np.testing.assert_allclose(both.embeddings[:2], [ANN, CEM])
    assert np.isnan(both.embeddings[2]).all()


def test_two_voices_of_one_recording_stay_two() -> None:
    near = (ANN + 0.1 * BEN) / np.linalg.norm(ANN + 0.1 * BEN)
    both = joined_voices([_voices([(0, 0, 5)], ANN), _voices([(0, 0, 2), (1, 2, 4)], near, ANN)], [0.0, 5.0])
    assert both is not None
    assert [turn.voice for turn in both.turns] == [0, 1, 0]


def test_channels_stay_channels_only_among_themselves() -> None:
    split, mono = _voices([(0, 0, 1)], ANN, channels=(0,)), _voices([(0, 0, 1)], ANN)
    for parts, method in (([split, split], "channels"), ([split, mono], "clusters")):
        both = joined_voices(parts, [0.0, 1.0])
        assert both is not None
        assert both.method == method
    assert joined_voices([None, None], [0.0, 1.0]) is None
    nobody = joined_voices([_voices([]), _voices([])], [0.0, 1.0])
    assert nobody is not None
    assert (nobody.count, nobody.turns) == (0, ())


def test_words_of_a_known_voice_go_with_it() -> None:
    first = _voices([(0, 0, 5), (1, 5, 9)], ANN, BEN, channels=(0, 1))
    second = _voices([(0, 1, 4), (1, 4, 6)], BEN, ANN, channels=(1, 0))
    assert numbers_joined([first, None, second], [0.0, 10.0, 20.0]) == [{0: 0, 1: 1}, {}, {0: 1, 1: 0}]
    assert numbers_in_part(first, Interval(6, 9)) == {1: 0}
    said = tuple(Segment(text, 0.0, 1.0, (), voice) for text, voice in (("a", 0), ("b", 1), ("c", None)))
    told = numbered(Transcript("en", 1.0, said, "", ""), {1: 0})
    assert [segment.voice for segment in told.segments] == [None, 0, None]
