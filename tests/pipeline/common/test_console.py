"""Messages and progress, for people, for log files and for machines."""

from __future__ import annotations

import io
import json
import threading
from typing import Any

import pytest

from interview_analysis.pipeline.common.console import Console


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


class Clock:
    """A clock that is set by hand."""

    def __init__(self) -> None:
        self.now_s = 100.0

    def __call__(self) -> float:
        return self.now_s


def _console(stream: io.StringIO, **options: Any) -> Console:
    return Console(messages=stream, results=io.StringIO(), show_after_s=0, **options)


def _objects(stream: io.StringIO) -> list[dict[str, Any]]:
    return [json.loads(line) for line in stream.getvalue().splitlines()]


def test_results_go_to_stdout_and_the_rest_to_stderr(capsys: pytest.CaptureFixture[str]) -> None:
    console = Console()
    console.info("reading", path="a.mp4")
    console.warning("dark")
    console.error("no such file")
    console.result("out/报告.html")
    output = capsys.readouterr()
    assert output.out == "out/报告.html\n"
    assert output.err == "reading\nwarning: dark\nerror: no such file\n"


def test_quiet_keeps_warnings_errors_and_results(capsys: pytest.CaptureFixture[str]) -> None:
    console = Console(quiet=True, show_after_s=0)
    console.info("reading")
    with console.progress("decode", 10) as task:
        task.advance(5)
    console.warning("dark")
    console.error("bad")
    console.result("report.html")
    output = capsys.readouterr()
    assert output.out == "report.html\n"
    assert output.err == "warning: dark\nerror: bad\n"


def test_json_lines_carry_the_fields() -> None:
    stream = io.StringIO()
    _console(stream, log_format="json").warning("说话\n太少", words=3, channel="content")
    (line,) = _objects(stream)
    assert line.pop("time").endswith("+00:00")
    assert line == {"level": "warning", "message": "说话\n太少", "words": 3, "channel": "content"}


def test_json_progress_tells_the_remaining_time() -> None:
    stream, clock = io.StringIO(), Clock()
    console = _console(stream, log_format="json", clock=clock)
    with console.progress("transcribe", 60.0) as task:
        clock.now_s += 10
        task.update(20.0)
        clock.now_s += 0.5
        task.update(21.0)  # within a second of the last line
        clock.now_s += 20
        task.advance(39.0)
    first, running, last, done = _objects(stream)
    assert (first["done"], first["remaining_s"], first["total"]) == (0, None, 60.0)
    assert (running["done"], running["elapsed_s"], running["remaining_s"]) == (20.0, 10.0, 20.0)
    assert (last["done"], last["remaining_s"]) == (60.0, 0.0)
    assert (done["state"], done["elapsed_s"]) == ("done", 30.5)
    assert {line["task"] for line in (first, running, last, done)} == {"transcribe"}


def test_a_log_file_gets_a_line_every_ten_seconds() -> None:
    stream, clock = io.StringIO(), Clock()
    with _console(stream, clock=clock).progress("decode", 100.0) as task:
        for second in range(1, 26):
            clock.now_s += 1
            task.update(2.0 * second)
    assert stream.getvalue().splitlines() == [
        "decode: 0%",
        "decode: 20%, about 0:40 left",
        "decode: 40%, about 0:30 left",
        "decode: done after 0:25",
    ]


def test_a_failed_task_is_not_called_done() -> None:
    stream = io.StringIO()
    with pytest.raises(ZeroDivisionError), _console(stream).progress("decode") as task:
        task.advance(1 / 0)
    assert stream.getvalue().splitlines() == ["decode: running", "decode: stopped after 0:00"]


def test_a_short_task_is_not_shown_to_people() -> None:
    stream = io.StringIO()
    with Console(messages=stream, show_after_s=60).progress("decode", 1) as task:
        task.advance()
    assert stream.getvalue() == ""


def test_the_first_task_is_shown_by_the_wait_since_the_start() -> None:
    """The importing before it is waiting as well; tasks after it wait for themselves."""
    stream, clock = io.StringIO(), Clock()
    console = Console(messages=stream, show_after_s=60, clock=clock)
    clock.now_s += 31
    with console.progress("decode"):
        assert stream.getvalue() == "decode: running\n"
    with console.progress("score"):
        pass
    assert stream.getvalue() == "decode: running\ndecode: done after 0:00\n"


def test_a_terminal_gets_a_bar_and_messages_above_it() -> None:
    stream = Terminal()
    console = _console(stream)
    with console.progress("decode [bold]", 4) as task:
        task.advance(2)
        console.warning("low light [red]")
    text = stream.getvalue()
    assert "decode [bold]" in text  # labels are no markup
    assert "warning: low light [red]" in text
    assert "━━━" in text
    assert text.rstrip().endswith("decode [bold]: done after 0:00")


def test_stages_begin_and_end_by_their_reports() -> None:
    stream = io.StringIO()
    with _console(stream, log_format="json").stages() as stages:
        stages.update("decode", 1.0, 2.0)
        stages.update("transcribe", 1.0, 4.0)
        stages.update("decode", 2.0, 2.0)
        stages.update("decode", 2.0, 2.0)
    ends = [(line["task"], line["state"]) for line in _objects(stream) if line["state"] != "running"]
    assert ends == [("decode", "done"), ("transcribe", "done")]


def test_stages_stop_when_the_work_fails() -> None:
    stream = io.StringIO()
    with _console(stream, log_format="json").stages() as stages:
        stages.update("decode", 2.0, 2.0)
    with pytest.raises(TypeError), _console(stream, log_format="json").stages() as stages:
        stages.update("transcribe", "one", 2.0)  # type: ignore[arg-type]
    ends = [(line["task"], line["state"]) for line in _objects(stream) if line["state"] != "running"]
    assert ends == [("decode", "done"), ("transcribe", "stopped")]


@pytest.mark.parametrize("total", [float("nan"), float("inf"), None])
@pytest.mark.parametrize("log_format", ["json", "text"])
def test_a_recording_of_unknown_length_has_no_total(total: float | None, log_format: str) -> None:
    stream, clock = io.StringIO(), Clock()
    with _console(stream, log_format=log_format, clock=clock).stages() as stages:
        for second in (1.0, float("nan"), 12.0):
            clock.now_s += 20
            stages.update("decode", second, total)
        stages.update("decode", 12.0, 12.0)
        stages.update("decode", 13.0, 12.0)  # late, and not shown
    text = stream.getvalue()
    assert "nan" not in text.lower()
    assert "inf" not in text.lower().replace('"info"', "")
    if log_format == "json":
        lines = _objects(stream)
        assert {line["total"] for line in lines} == {None}
        assert [line["state"] for line in lines] == ["running", "running", "done"]


def test_json_messages_are_json_whatever_the_numbers() -> None:
    stream = io.StringIO()
    _console(stream, log_format="json").info("level", snr_db=float("nan"), loud=float("-inf"), rate=2.5)
    assert "NaN" not in stream.getvalue()
    (line,) = _objects(stream)
    assert (line["snr_db"], line["loud"], line["rate"]) == (None, None, 2.5)


@pytest.mark.parametrize("make_stream", [io.StringIO, Terminal])
def test_threads_may_report_at_once(make_stream: type[io.StringIO]) -> None:
    stream = make_stream()
    console = _console(stream)

    def work(name: str) -> None:
        with console.progress(name, 40) as task:
            for _ in range(40):
                task.advance()
                console.info(f"message of {name}")

    threads = [threading.Thread(target=work, args=(f"stage {i}",)) for i in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=30)
    assert not any(thread.is_alive() for thread in threads)
    for i in range(6):
        assert stream.getvalue().count(f"message of stage {i}\n") == 40
        assert f"stage {i}: done after" in stream.getvalue()


def test_an_unknown_format_is_refused() -> None:
    with pytest.raises(ValueError, match="'xml', expected one of text, json"):
        Console(log_format="xml")
