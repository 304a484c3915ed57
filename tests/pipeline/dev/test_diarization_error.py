"""The diarization error rate against cases that were worked by hand."""

from __future__ import annotations

import math
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pyannote.core import Annotation, Segment, Timeline
from pyannote.metrics.diarization import DiarizationErrorRate

from interview_analysis.errors import InterviewAnalysisError
from interview_analysis.pipeline.dev.diarization_error import diarization_error, read_rttm, write_rttm
from interview_analysis.types import Interval, Turn

A, B = 0, 1
TRUTH = (Turn(A, 0, 10), Turn(B, 10, 20))


def test_the_same_turns_under_other_names_are_no_error() -> None:
    error = diarization_error(TRUTH, (Turn(7, 0, 10), Turn(3, 10, 20)), collar_s=0)
    assert (error.rate, error.total_s, error.mapping) == (0, 20, {A: 7, B: 3})


def test_one_voice_for_two_confuses_the_shorter_half() -> None:
    error = diarization_error(TRUTH, (Turn(0, 0, 20),), collar_s=0)
    assert error.confused_s == pytest.approx(10)
    assert error.rate == pytest.approx(0.5)


def test_missed_false_and_confused_seconds_add_up() -> None:
    # 2 s of A are missed, 3 s of B go to A, and 1 s after the end is nobody's.
    found = (Turn(0, 2, 13), Turn(1, 13, 21))
    error = diarization_error(TRUTH, found, collar_s=0)
    assert (error.missed_s, error.confused_s, error.false_alarm_s) == pytest.approx((2, 3, 1))
    assert error.rate == pytest.approx(6 / 20)


def test_overlap_counts_for_each_who_speaks() -> None:
    truth = (Turn(A, 0, 10), Turn(B, 8, 20))
    error = diarization_error(truth, (Turn(0, 0, 10), Turn(1, 10, 20)), collar_s=0)
    both = diarization_error(truth, (Turn(0, 0, 11), Turn(1, 9, 20)), collar_s=0)
    assert (both.overlap_s, both.overlap_claimed_s, both.overlap_shared_s) == pytest.approx((2, 2, 1))
    assert error.total_s == pytest.approx(22)
    assert error.missed_s == pytest.approx(2)
    assert error.rate == pytest.approx(2 / 22)


def test_nothing_counts_in_the_collar() -> None:
    found = (Turn(0, 0.2, 10.2), Turn(1, 10.2, 20.2))
    assert diarization_error(TRUTH, found).rate == 0
    error = diarization_error(TRUTH, found, collar_s=0.1)
    # Counted: 0.1 to 9.9 and 10.1 to 19.9; missed 0.1 to 0.2, confused 10.1 to 10.2, false 20.1 to 20.2.
    assert error.total_s == pytest.approx(19.6)
    assert (error.missed_s, error.confused_s, error.false_alarm_s) == pytest.approx((0.1, 0.1, 0.1))


def test_what_lies_outside_does_not_count() -> None:
    error = diarization_error(TRUTH, (Turn(0, 5, 30),), collar_s=0, within=Interval(5, 10))
    assert (error.total_s, error.rate) == (pytest.approx(5), 0)


def test_too_many_voices_are_confused_not_free() -> None:
    found = (Turn(0, 0, 6), Turn(1, 6, 10), Turn(2, 10, 20))
    assert diarization_error(TRUTH, found, collar_s=0).confused_s == pytest.approx(4)


def test_without_a_true_voice_there_is_no_rate() -> None:
    error = diarization_error((), (Turn(0, 0, 2),))
    assert math.isnan(error.rate)
    assert error.false_alarm_s == pytest.approx(2)
    assert diarization_error(TRUTH, (), collar_s=0).rate == 1


turn_lists = st.lists(
    st.tuples(st.integers(0, 2), st.integers(0, 300), st.integers(5, 100)).map(
        lambda t: Turn(t[0], t[1] / 10, (t[1] + t[2]) / 10)
    ),
    min_size=1,
    max_size=8,
)


@settings(max_examples=60)
@given(truth=turn_lists, found=turn_lists, collar_s=st.sampled_from([0.0, 0.25]))
def test_the_rate_is_that_of_pyannote_metrics(truth: list[Turn], found: list[Turn], collar_s: float) -> None:
    """Where a voice has turns that overlap each other, as nobody's do, pyannote counts them twice."""
    truth, found = _apart(truth), _apart(found)
    # pyannote's collar is centred on the boundary: half of it lies on either side.
    metric = DiarizationErrorRate(collar=2 * collar_s, skip_overlap=False)
    whole = Timeline([Segment(0.0, 50.0)])
    theirs = metric(_annotation(truth), _annotation(found), uem=whole, detailed=True)
    ours = diarization_error(truth, found, collar_s=collar_s, within=Interval(0.0, 50.0))
    assert ours.total_s == pytest.approx(theirs["total"], abs=1e-6)
    assert ours.missed_s == pytest.approx(theirs["missed detection"], abs=1e-6)
    assert ours.false_alarm_s == pytest.approx(theirs["false alarm"], abs=1e-6)
    assert ours.confused_s == pytest.approx(theirs["confusion"], abs=1e-6)


def _apart(turns: list[Turn]) -> list[Turn]:
    """The turns without those that overlap an earlier one of the same voice."""
    kept: list[Turn] = []
    for turn in sorted(turns, key=lambda t: t.start_s):
        if all(t.voice != turn.voice or t.end_s <= turn.start_s for t in kept):
            kept.append(turn)
    return kept


def _annotation(turns: list[Turn]) -> Annotation:
    annotation = Annotation()
    for number, turn in enumerate(turns):
        annotation[Segment(turn.start_s, turn.end_s), number] = turn.voice
    return annotation


def test_rttm_comes_back(tmp_path: Path) -> None:
    path = tmp_path / "talk.rttm"
    write_rttm((*TRUTH, Turn(A, 19.5, 21.25)), path)
    assert read_rttm(path) == (*TRUTH, Turn(A, 19.5, 21.25))
    path.write_text(";; a comment\nSPEAKER talk 1 soon 2 <NA> <NA> a\n")
    with pytest.raises(InterviewAnalysisError, match=r"line 2 of .*talk\.rttm is no RTTM"):
        read_rttm(path)
