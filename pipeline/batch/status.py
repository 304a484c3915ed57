"""How far a batch is: what is done, what failed and why, how fast it goes and when it should end."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Literal, TextIO

if TYPE_CHECKING:
    from interview_analysis.pipeline.batch.results import Row

State = Literal["not_started", "running", "stopped", "finished"]
RECENT_ROWS = 200  # what the speed is taken over: enough to even out lengths, few enough to follow a change
_PATH = re.compile(
    r"^([a-z][a-z0-9+.-]*://|[/~\\]|\.\.?[/\\]|[a-z]:[/\\])|^\S+[/\\]\S+$|\.\w{2,5}$", re.IGNORECASE
)
_NAME = re.compile(r"'[^']*'|\"[^\"]*\"|“[^”]*”|(?<!\S)(?:[a-z][a-z0-9+.-]*:/)?/\S+", re.IGNORECASE)
_NUMBER = re.compile(r"\d[\d.,_]*")


@dataclass(frozen=True, slots=True)
class FailureGroup:
    """Failed interviews that stopped in the same stage for the same kind of reason."""

    stage: str
    reason: str
    count: int
    code: str = ""  # as the rows have it


@dataclass(frozen=True, slots=True)
class BatchStatus:
    """`partial` of the `scored` interviews lack a dimension. Speeds are None until two moments tell them apart,
    the rest and the end also where nobody works on the batch."""

    state: State
    total: int
    scored: int
    partial: int
    failed: int
    left: int
    failures: tuple[FailureGroup, ...]
    interviews_per_minute: float | None
    recording_hours_per_hour: float | None
    remaining_s: float | None
    expected_end: datetime | None


def summarize(
    total: int, rows: Sequence[Row], started_at: datetime | None, now: datetime, running: bool
) -> BatchStatus:
    """Sum up a batch of `total` interviews, of which `rows` are done.

    `started_at` is when the work began last, None if it never did; `running` tells whether somebody holds the
    batch's lock. All times carry their zone. The speed is that of the last `RECENT_ROWS` rows since `started_at`;
    while the batch runs it falls as the last of them grows older.
    """
    scored = [row for row in rows if row.status == "scored"]
    left = max(0, total - len(rows))
    rate, hours = _speed(rows, started_at, now, running)
    remaining_s = left / rate if running and rate else None
    return BatchStatus(
        state=_state(started_at, bool(rows), left, running),
        total=total,
        scored=len(scored),
        partial=sum(row.partial for row in scored),
        failed=len(rows) - len(scored),
        left=left,
        failures=failure_groups(rows),
        interviews_per_minute=None if rate is None else round(60 * rate, 3),
        recording_hours_per_hour=None if hours is None else round(hours, 3),
        remaining_s=None if remaining_s is None else round(remaining_s, 1),
        expected_end=None if remaining_s is None else now + timedelta(seconds=remaining_s),
    )


def _state(started_at: datetime | None, any_done: bool, left: int, running: bool) -> State:
    if running:
        return "running"
    if left == 0 and (any_done or started_at is not None):
        return "finished"
    return "stopped" if any_done or started_at is not None else "not_started"


def _speed(
    rows: Sequence[Row], started_at: datetime | None, now: datetime, running: bool
) -> tuple[float | None, float | None]:
    """Interviews a second, and seconds of recording a second."""
    done = sorted(
        (datetime.fromisoformat(row.finished_at), row.duration_s or 0.0) for row in rows if row.finished_at
    )
    if started_at is not None:
        done = [item for item in done if item[0] >= started_at]
    if started_at is not None and len(done) <= RECENT_ROWS:
        begin = started_at
    elif len(done) > 1:
        done = done[-RECENT_ROWS - 1 :]
        begin, done = done[0][0], done[1:]
    else:
        return None, None
    elapsed_s = ((now if running else done[-1][0]) - begin).total_seconds() if done else 0.0
    if elapsed_s <= 0:
        return None, None
    return len(done) / elapsed_s, sum(length_s for _, length_s in done) / elapsed_s


def failure_groups(rows: Iterable[Row]) -> tuple[FailureGroup, ...]:
    """Failures by stage and kind of reason, the most frequent first."""
    counts = Counter(
        (row.stage or "", reason_kind(row.reason or ""), row.code) for row in rows if row.status == "failed"
    )
    ordered = sorted(counts.items(), key=lambda item: (-item[1], item[0]))
    return tuple(FailureGroup(stage, reason, count, code) for (stage, reason, code), count in ordered)


def reason_kind(reason: str) -> str:
    """What a reason says without the file, names and numbers that it says it of.

    >>> reason_kind("/in/a.mp4: truncated or damaged: the container says 12.0 s but ...")
    'truncated or damaged'
    """
    parts = [part.strip() for part in reason.split(": ") if part.strip()]
    while len(parts) > 1 and _PATH.search(parts[0]):
        parts.pop(0)
    text = _NUMBER.sub("…", _NAME.sub("…", parts[0] if parts else ""))
    return "".join(c if c.isprintable() else "\ufffd" for c in " ".join(text.split()))


def write_status(status: BatchStatus, stream: TextIO, as_json: bool = False) -> None:
    """Write the status for a machine, as a table for a terminal, or as plain lines for anything else."""
    if as_json:
        stream.write(json.dumps(_json(status), ensure_ascii=False, allow_nan=False) + "\n")
    elif stream.isatty():
        _draw(status, stream)
    else:
        stream.writelines(f"{name}: {value}\n" for name, value in _lines(status))
        stream.writelines(f"failed in {g.stage}: {g.count} x {g.reason}\n" for g in status.failures)


def _json(status: BatchStatus) -> dict[str, object]:
    end = status.expected_end
    return {**asdict(status), "expected_end": None if end is None else end.astimezone(UTC).isoformat()}


def _lines(status: BatchStatus) -> list[tuple[str, str]]:
    lines = [
        ("state", status.state.replace("_", " ")),
        ("interviews", str(status.total)),
        ("scored", f"{status.scored} ({status.partial} partial)" if status.partial else str(status.scored)),
        ("failed", str(status.failed)),
        ("left", str(status.left)),
    ]
    if status.interviews_per_minute is not None:
        lines.append(("interviews a minute", f"{status.interviews_per_minute:.1f}"))
    if status.recording_hours_per_hour is not None:
        lines.append(("hours of recording an hour", f"{status.recording_hours_per_hour:.1f}"))
    if status.remaining_s is not None and status.expected_end is not None:
        end = status.expected_end.astimezone().strftime("%Y-%m-%d %H:%M")
        lines.append(("expected end", f"{end} (in {_duration(status.remaining_s)})"))
    return lines


def _duration(seconds: float) -> str:
    minutes = max(1, round(seconds / 60))
    return f"{minutes} min" if minutes < 60 else f"{minutes // 60} h {minutes % 60:02d} min"


def _draw(status: BatchStatus, stream: TextIO) -> None:
    from rich import box
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    console = Console(file=stream, highlight=False)
    table = Table(box=None, show_header=False, pad_edge=False)
    for name, value in _lines(status):
        table.add_row(Text(name, style="dim"), Text(value))
    console.print(table)
    if status.failures:
        failures = Table("stage", "reason", "interviews", box=box.SIMPLE_HEAD, pad_edge=False)
        for group in status.failures:
            failures.add_row(Text(group.stage), Text(group.reason), str(group.count))
        console.print(failures)
