"""Turns, gaps, overlaps and interruptions on conversations built by hand."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from interview_analysis.features.conversation.candidate_view import candidate_view
from interview_analysis.features.conversation.turn_taking import EXTRACTOR, compute, events, floor_turns
from interview_analysis.features.core.turns import alone, common, held, outside, united
from interview_analysis.types import CandidateVoice, Interval, Observations, Turn, intervals
from tests.candidate_builders import Line, interview, talk


def view_of(lines: list[Line]) -> Observations:
    return candidate_view(talk(sorted(lines, key=lambda line: line[1])), CandidateVoice(1, "channel", 1.0))


def measured(lines: list[Line]) -> dict[str, float]:
    view = view_of(lines)
    return dict(compute(view, Interval(0.0, view.facts.duration_s)))


def test_one_voice_takes_no_turns() -> None:
    seen = talk([(0, 0.0, 9.0, "I built it .")])
    view = candidate_view(seen, CandidateVoice(0, "only_voice", 1.0))
    assert compute(view, Interval(0.0, 10.0)) == {"coverage_ratio": 0.0}
    assert compute(replace(seen, voices=None), Interval(0.0, 10.0)) == {"coverage_ratio": 0.0}
    assert events(view) == ()


def test_a_plain_interview() -> None:
    # Three questions of 3 s and answers of 8 s, half a second before each: 3 * 12 + 0.5 + 1 - 0.5 s.
    found = measured(interview(3))
    assert found["response_count"] == 3
    assert found["response_latency_median_s"] == pytest.approx(0.5)
    assert found["turn_mean_s"] == pytest.approx(8.0)
    assert found["turn_per_min"] == pytest.approx(3 * 60 / 37)
    assert found["talk_share_ratio"] == pytest.approx(8 / 11)
    assert found["overlap_ratio"] == 0
    assert found["interruption_per_min"] == found["interrupted_per_min"] == 0
    assert found["coverage_ratio"] == pytest.approx(33 / 37)


def test_an_answer_with_pauses_and_back_channels_is_one_turn() -> None:
    lines = [
        (0, 0.0, 3.0, "why ?"), (1, 4.0, 8.0, "it was slow"), (0, 8.2, 8.6, "mm-hm"), (1, 9.0, 12.0, "and old"),
        (1, 14.0, 16.0, "so we left ."),
    ]  # fmt: skip
    found = measured(lines)
    assert found["response_count"] == 1
    assert found["turn_mean_s"] == pytest.approx(12.0)
    assert found["response_latency_median_s"] == pytest.approx(1.0)


def test_a_back_channel_of_the_candidate_is_no_answer() -> None:
    lines = [
        (0, 0.0, 4.0, "so you were there"),
        (1, 4.2, 4.6, "yes"),
        (0, 4.8, 8.0, "and why ?"),
        (1, 9.0, 15.0, "we had to ."),
    ]
    found = measured(lines)
    assert found["response_count"] == 1
    assert found["response_latency_median_s"] == pytest.approx(1.0)


@pytest.mark.parametrize(
    ("overlap_s", "counted"),
    [(0.15, 0), (0.3, 1), (0.9, 1), (1.5, 0)],
    ids=["usual", "short", "long", "no yield"],
)
def test_an_interruption_is_when_the_other_stops_within_a_second(overlap_s: float, counted: int) -> None:
    candidate = [(0, 0.0, 5.0, "so what was it ?"), (1, 5.0 - overlap_s, 12.0, "we built it .")]
    other = [(1, 0.0, 5.0, "so we built it"), (0, 5.0 - overlap_s, 12.0, "but why was that ?")]
    one, two = measured(candidate), measured(other)
    assert one["interruption_per_min"] == pytest.approx(counted * 60 / 13)
    assert one["response_latency_median_s"] == pytest.approx(-overlap_s)
    assert two["interrupted_per_min"] == pytest.approx(counted * 60 / 13)
    assert one["interrupted_per_min"] == two["interruption_per_min"] == 0
    assert one["overlap_ratio"] == pytest.approx(overlap_s / 12)


def test_talking_inside_anothers_turn_takes_no_floor() -> None:
    lines = [
        (1, 0.0, 12.0, "a long story"),
        (0, 4.0, 6.0, "oh I see that"),
        (0, 13.0, 15.0, "and then ?"),
        (1, 16.0, 20.0, "then we left ."),
    ]
    view = view_of(lines)
    assert view.conversation is not None
    turns = floor_turns(view.conversation.own, view.conversation.others, ())
    assert [(t.voice, t.start_s, t.end_s) for t in turns] == [
        (0, 0.0, 12.0),
        (1, 13.0, 15.0),
        (0, 16.0, 20.0),
    ]


def test_nobody_answers_across_the_joint_of_two_recordings() -> None:
    lines = interview(1)
    view = view_of([*lines, (0, 13.0, 16.0, "and ?"), (1, 20.0, 28.0, "we left .")])
    assert view.speech is not None
    joined = replace(view, speech=replace(view.speech, joints_s=(18.0,)))
    assert compute(view, Interval(0.0, 29.0))["response_count"] == 2
    assert compute(joined, Interval(0.0, 29.0))["response_count"] == 1


def test_every_response_is_an_event_from_the_end_of_the_question() -> None:
    found = events(view_of(interview(2)))
    assert [(e.kind, e.start_s, e.end_s, e.value) for e in found] == [
        ("response", 3.5, 4.0, 0.5), ("response", 15.5, 16.0, 0.5)
    ]  # fmt: skip


def test_windows_side_by_side_count_each_turn_once() -> None:
    view = view_of(interview(4))
    windows = [Interval(10.0 * i, 10.0 * i + 10.0) for i in range(5)]
    counts = [compute(view, window).get("response_count", 0.0) for window in windows]
    assert sum(counts) == 4


def test_values_stay_in_their_bounds_on_turns_at_random(rng: np.random.Generator) -> None:
    starts = rng.uniform(0, 100, 60)
    turns = sorted(
        (
            Turn(int(v), float(s), float(s + d))
            for v, s, d in zip(rng.integers(0, 3, 60), starts, rng.exponential(3, 60), strict=True)
        ),
        key=lambda t: t.start_s,
    )
    seen = talk([(t.voice, t.start_s, t.end_s, "a b c") for t in turns])
    for voice in range(3):
        view = candidate_view(seen, CandidateVoice(voice, "channel", 1.0))
        values = compute(view, Interval(0.0, view.facts.duration_s))
        for spec in EXTRACTOR.specs:
            assert spec.low <= values[spec.name] <= spec.high


def test_arithmetic_of_stretches() -> None:
    assert united(intervals([(0, 2), (1, 3), (5, 6)])) == intervals([(0, 3), (5, 6)])
    assert tuple(common(intervals([(0, 4), (6, 9)]), intervals([(1, 2), (3, 7)]))) == intervals(
        [(1, 2), (3, 4), (6, 7)]
    )
    assert outside(intervals([(1, 2)])) == intervals([(-np.inf, 1), (2, np.inf)])
    assert outside(()) == intervals([(-np.inf, np.inf)])
    own, others = (Turn(0, 0, 4), Turn(0, 6, 9), Turn(0, 10, 11)), (Turn(1, 3, 5), Turn(1, 8, 8.5))
    assert alone(own, others) == intervals([(0, 3), (6, 8), (8.5, 9), (10, 11)])
    assert held(own, others) == intervals([(0, 4), (6, 11)])
    assert held(own, ()) == intervals([(0, 11)])
