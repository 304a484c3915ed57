"""How far a batch is: counts, speeds and ends that can be checked by hand."""

from __future__ import annotations

import io
import json
from datetime import timedelta

import pytest

from interview_analysis.pipeline.batch.status import RECENT_ROWS, reason_kind, summarize, write_status
from tests.pipeline.batch.rows import BEGIN, failed, scored


def _at(seconds: float):
    return BEGIN + timedelta(seconds=seconds)


def _done(count: int):
    """One interview of ten minutes every ten seconds, the first after ten."""
    return [scored(number, 50.0) for number in range(1, count + 1)]


def test_a_batch_that_nobody_began():
    status = summarize(20, [], None, _at(0), running=False)
    assert (status.state, status.left, status.failures) == ("not_started", 20, ())
    assert status.interviews_per_minute is None
    assert status.expected_end is None


def test_a_batch_that_runs_tells_its_speed_and_end():
    status = summarize(100, _done(10), _at(0), _at(100), running=True)
    assert (status.state, status.scored, status.left) == ("running", 10, 90)
    assert status.interviews_per_minute == 6.0
    assert status.recording_hours_per_hour == 60.0
    assert status.remaining_s == 900.0
    assert status.expected_end == _at(1000)


def test_the_speed_falls_while_nothing_comes():
    assert summarize(100, _done(10), _at(0), _at(200), running=True).interviews_per_minute == 3.0


def test_a_batch_that_just_began_knows_no_end():
    status = summarize(100, [], _at(0), _at(30), running=True)
    assert (status.state, status.remaining_s) == ("running", None)


def test_a_batch_that_was_stopped_keeps_its_speed_but_has_no_end():
    status = summarize(100, _done(10), _at(0), _at(86_400), running=False)
    assert (status.state, status.interviews_per_minute) == ("stopped", 6.0)
    assert status.remaining_s is None
    assert summarize(5, [], _at(0), _at(60), running=False).state == "stopped"


def test_a_batch_that_is_finished():
    rows = [*_done(2), scored(3, None, partial=True), failed(4, "probe", "no such file")]
    status = summarize(4, rows, _at(0), _at(500), running=False)
    assert (status.state, status.scored, status.partial, status.failed, status.left) == (
        "finished",
        3,
        1,
        1,
        0,
    )
    assert status.interviews_per_minute == 6.0


def test_what_was_done_before_this_start_does_not_count_for_the_speed():
    old = [scored(n, 50.0, finished_at=_at(-1e6 + n).isoformat()) for n in range(50)]
    status = summarize(100, [*old, *_done(10)], _at(0), _at(100), running=True)
    assert status.interviews_per_minute == 6.0
    assert status.left == 40


def test_only_the_last_rows_count_for_the_speed():
    slow = [scored(n, 50.0, finished_at=_at(-60 * n).isoformat()) for n in range(1, 200)]
    rows = [*slow, *_done(RECENT_ROWS + 1)]
    end = 10 * (RECENT_ROWS + 1)
    assert summarize(10_000, rows, _at(-1e6), _at(end), running=True).interviews_per_minute == 6.0


def test_rows_of_one_moment_have_no_speed():
    rows = [scored(n, 50.0, finished_at=_at(0).isoformat()) for n in range(3)]
    assert summarize(3, rows, None, _at(0), running=False).interviews_per_minute is None


def test_a_reason_without_its_names():
    cases = [
        ("/in/a b.mp4: truncated or damaged: the container says 12.0 s", "truncated or damaged"),
        ("s3://bucket/x/李雷.mp4: no such file: check the path", "no such file"),
        ("recordings/x1: is empty (0 bytes): copy it again", "is empty (… bytes)"),
        ("a: b.mp4: no such file: check the path", "a"),
        ("took longer than 300 s", "took longer than … s"),
        ("cannot read /tmp/x/17.mp4 again", "cannot read … again"),
        ("ValueError: shapes (3,4) differ", "ValueError"),
        ("no profile named 'sales\x1b[31m'", "no profile named …"),
        ("odd \x1b[31m text", "odd \ufffd[…m text"),
        ("", ""),
    ]
    assert [(reason, kind, found) for reason, kind in cases if (found := reason_kind(reason)) != kind] == []


def test_failures_are_grouped_the_most_frequent_first():
    rows = [
        failed(1, "probe", "/in/1.mp4: no such file: check the path"),
        failed(2, "observe", "/in/2.mp4: truncated or damaged: 12.0 s"),
        failed(3, "observe", "/in/other.mp4: truncated or damaged: 99.0 s"),
        failed(4, "score", "took longer than 60 s"),
    ]
    groups = summarize(4, rows, _at(0), _at(60), running=False).failures
    assert [(g.stage, g.reason, g.count) for g in groups] == [
        ("observe", "truncated or damaged", 2), ("probe", "no such file", 1), ("score", "took longer than … s", 1),
    ]  # fmt: skip


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.mark.parametrize("stream", [io.StringIO(), Terminal()])
def test_people_get_the_same_facts_with_and_without_a_terminal(stream):
    rows = [*_done(10), failed(11, "observe", "/in/11.mp4: [red]is empty: copy it again")]
    write_status(summarize(100, rows, _at(0), _at(110), running=True), stream)
    text = stream.getvalue()
    for fact in ("running", "100", "observe", "[red]is empty", "6.0", "15 min"):
        assert fact in text
    assert ("\x1b" in text) == stream.isatty()


def test_machines_get_json():
    stream = io.StringIO()
    write_status(summarize(100, _done(10), _at(0), _at(100), running=True), stream, as_json=True)
    told = json.loads(stream.getvalue())
    assert told["expected_end"] == "2026-11-02T08:16:40+00:00"
    assert told["state"] == "running"
    assert told["failures"] == []
