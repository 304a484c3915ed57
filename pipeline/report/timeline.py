"""The timeline of a report: lanes of curves, moments and events on one time axis."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from statistics import median

from markupsafe import Markup

from interview_analysis.pipeline.common.messages import Messages, format_number, format_percent
from interview_analysis.pipeline.report import svg
from interview_analysis.pipeline.report.transcript_view import segment_anchor
from interview_analysis.scoring.report.report import Report, Series, Stretch, TimelineEvent
from interview_analysis.types import CHANNELS, Transcript, clock

PLOT_PX, PAD_PX = 72, 9
SERIES_ORDER = ("speech_rate", "pauses", "smile", "gaze", "pitch")
EVENT_ORDER = (
    "pause", "filler", "smile", "nod", "shake", "off_camera", "hand_to_face", "gesture", "face_absent",
    "other_face", "star", "figure", "hedge", "non_answer",
)  # fmt: skip
NEEDS_FACE = ("smile", "nod", "shake", "off_camera")
_TIME_STEPS_S = (1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200)


@dataclass(frozen=True, slots=True)
class Lane:
    """One row of the timeline: what it is, its y axis and its plot. `kind` names its style."""

    kind: str
    name: str
    summary: str
    axis: Markup
    plot: Markup


def lanes(
    report: Report, messages: Messages, transcript: Transcript | None = None, *, player: bool = False
) -> list[Lane]:
    """The lanes of the timeline from top to bottom, the time axis last; empty where nothing was measured or all was written.

    Events lead to their place in the transcript. With a `player` beside they lead to their time in it, and evidence
    and flags have lanes of their own.
    """
    shown = report.timeline
    if not shown.series and not shown.events:
        return []
    if report.word_times == "written":  # a text has no times
        return []
    draw = _Drawing(report, messages, transcript, player)
    found = [draw.stretches()] if report.state.stretches else []
    moments = [event for event in shown.events if event.confidence is not None]
    found += [draw.moments(moments)] if moments else []
    found += [draw.series(series) for series in in_order(shown.series)]
    by_kind: dict[str, list[TimelineEvent]] = {}
    for event in shown.events:
        if event.confidence is not None:
            continue
        kind = "star" if event.kind.startswith("star_") else event.kind
        by_kind.setdefault(kind, []).append(event)
    ranks = {kind: rank for rank, kind in enumerate(EVENT_ORDER)}
    found += [
        draw.events(kind, by_kind[kind]) for kind in sorted(by_kind, key=lambda k: (ranks.get(k, 99), k))
    ]
    if player:
        found += draw.found()
    return [*found, draw.time_axis()]


def duration_s(report: Report) -> float:
    """How long the time axis is."""
    ends = [event.end_s for event in report.timeline.events]
    ends += [time for series in report.timeline.series for time in series.time_s[-1:]]
    return max([report.media.duration_s, *ends, 0.1])


def in_order(series: Sequence[Series]) -> list[Series]:
    return sorted(series, key=_series_rank)


def time_ticks(duration_s: float, most: int = 9) -> list[float]:
    """Round moments, at most `most` and the start."""
    step = next(
        (s for s in _TIME_STEPS_S if duration_s / s <= most), 3600 * math.ceil(duration_s / 3600 / most)
    )
    return [float(t) for t in range(0, int(duration_s) + 1, step)]


def value_ticks(low: float, high: float) -> list[float]:
    """Two to four round values that enclose `low` to `high`."""
    spread = max(high - low, abs(high) * 0.1, 1e-6)
    power = 10.0 ** math.floor(math.log10(spread / 2))
    step = next(power * m for m in (1, 2, 5, 10, 20) if spread / (power * m) <= 2.2)
    first, last = math.floor(low / step + 1e-9), math.ceil(high / step - 1e-9)
    return [i * step for i in range(first, max(last, first + 1) + 1)]


class _Drawing:
    """Draws lanes of one report on its time axis."""

    def __init__(
        self, report: Report, messages: Messages, transcript: Transcript | None, player: bool = False
    ) -> None:
        self.report = report
        self.messages = messages
        self.transcript = transcript
        self.player = player
        self.duration_s = duration_s(report)
        self.ticks = time_ticks(self.duration_s)
        self.absent = [event for event in report.timeline.events if event.kind == "face_absent"]

    def at(self, time_s: float) -> float:
        """Percent of the way along the time axis."""
        return min(100.0, max(0.0, 100 * time_s / self.duration_s))

    def span(
        self, css: str, start_s: float, end_s: float, y: float, height: float, title: str = ""
    ) -> Markup:
        return svg.rect(css, self.at(start_s), self.at(end_s), y, height, title=title)

    def backdrop(self, height: float) -> Markup:
        grid = [svg.line("grid", self.at(t), 0, height) for t in self.ticks[1:]]
        bands = [self.span("band", p.start_s, p.end_s, 0, height) for p in self.report.state.stretches]
        # In an hour-long recording a band is thinner than a pixel; its edge is always seen.
        edges = [svg.line("band-edge", self.at(p.start_s), 0, height) for p in self.report.state.stretches]
        return Markup("").join([*grid, *bands, *edges])

    def stretches(self) -> Lane:
        rows = _stagger([self.at((p.start_s + p.end_s) / 2) for p in self.report.state.stretches])
        height = 26 * (max(rows) + 1)
        marks = [
            self._badge(i, p, row)
            for i, (p, row) in enumerate(zip(self.report.state.stretches, rows, strict=True), 1)
        ]
        name = self.messages("ui", "stretches")
        label = self.messages("ui", "events_label", name=name, count=len(rows))
        plot = svg.drawing("plot", height, label, [self.backdrop(height), *marks])
        return Lane("stretches", name, str(len(rows)), Markup(""), plot)

    def _badge(self, number: int, point: Stretch, row: int) -> Markup:
        middle = self.at((point.start_s + point.end_s) / 2)
        title = f"{clock(point.start_s)} {point.text.get(self.messages.language)}"
        # Clear of the edges, where half of a badge would be cut off.
        x = svg.number(min(98.5, max(1.5, middle)))
        return Markup(
            '<a href="#s{}"><title>{}</title><circle class="badge" cx="{}%" cy="{}" r="10"/>'
            '<text class="badge-text" x="{}%" y="{}">{}</text></a>'
        ).format(number, title, x, 13 + 26 * row, x, 17 + 26 * row, number)

    def moments(self, moments: Sequence[TimelineEvent]) -> Lane:
        """What stands out, a row for each channel."""
        channels = [c for c in CHANNELS if any(event.channel == c for event in moments)]
        height = 6 + 20 * len(channels)
        marks = [
            self._linked(event, f"moment {event.channel}", 4 + 20 * channels.index(event.channel))
            for event in moments
            if event.channel
        ]
        name = self.messages("ui", "moments")
        label = self.messages("ui", "events_label", name=name, count=len(moments))
        axis = [
            Markup('<text class="tick end" x="100%" y="{}">{}</text>').format(
                15 + 20 * row, self.messages("channels", channel)
            )
            for row, channel in enumerate(channels)
        ]
        count = self.messages("ui", "count", count=len(moments))
        return Lane(
            "moments",
            name,
            count,
            svg.drawing("y-axis", height, self.messages("ui", "channels"), axis),
            svg.drawing("plot", height, label, [self.backdrop(height), *marks]),
        )

    def _linked(self, event: TimelineEvent, css: str, y: float) -> Markup:
        """A mark that tells what happened and leads to the words of its seconds; the list below is the way by keyboard."""
        text = f"{self.messages('events', event.kind)} {clock(event.start_s)}–{clock(event.end_s)}"
        if event.confidence is not None:
            text += f" {self.messages.quantity(event.value, event.unit)}"
        elif event.label:
            text += f" {event.label}"
        mark = self.span(css, event.start_s, event.end_s, y, 14, text)
        if self.player:
            return _timed(mark, event.start_s)
        anchor = segment_anchor(self.transcript, event.start_s)
        return mark if anchor is None else Markup('<a href="#{}" tabindex="-1">{}</a>').format(anchor, mark)

    def series(self, series: Series) -> Lane:
        name = series.name.get(self.messages.language) or series.id
        seen = [v for v in series.value if v is not None]
        gaps = _gaps(series)
        if not seen:
            label = self.messages("ui", "series_empty", name=name)
            whole = self.span("gap", 0, self.duration_s, PAD_PX, PLOT_PX - 2 * PAD_PX)
            plot = svg.drawing("plot", PLOT_PX, label, [whole])
            return Lane("series", name, self.messages("ui", "no_values"), Markup(""), plot)
        ratio = series.unit == "ratio"
        ticks = _ratio_ticks(max(seen)) if ratio and min(seen) >= 0 else value_ticks(min(seen), max(seen))
        label = self._series_label(series, name, seen, len(gaps))
        body = [
            *(
                self.span("gap", a, b, PAD_PX, PLOT_PX - 2 * PAD_PX, self.messages("ui", "no_values"))
                for a, b in gaps
            ),
            *(svg.line_across("grid", _y(tick, ticks)) for tick in ticks),
            self._curve(series, ticks),
        ]
        plot = svg.drawing("plot", PLOT_PX, label, [self.backdrop(PLOT_PX), *body])
        middle = self.messages("ui", "median", value=self.messages.quantity(median(seen), series.unit))
        return Lane("series", name, middle, _y_axis(ticks, ratio), plot)

    def _series_label(self, series: Series, name: str, seen: list[float], gaps: int) -> str:
        low, high, middle = (
            self.messages.quantity(v, series.unit) for v in (min(seen), max(seen), median(seen))
        )
        label = self.messages("ui", "series_label", name=name, low=low, high=high, median=middle)
        if not gaps:
            return label
        return label + self.messages("ui", "semicolon") + self.messages("ui", "series_gaps", count=gaps)

    def _curve(self, series: Series, ticks: list[float]) -> Markup:
        path = ""
        pen_down = False
        step = _step(series)
        previous = -math.inf
        for time, value in zip(series.time_s, series.value, strict=True):
            if value is None:
                pen_down = False
                continue
            pen_down = pen_down and time - previous <= 1.5 * step
            x = svg.number(10 * self.at(time))
            y = svg.number(100 * (ticks[-1] - value) / (ticks[-1] - ticks[0]))
            # A lone value between two gaps is a line of no length, which round caps show as a dot.
            path += f"L{x} {y}" if pen_down else f"M{x} {y}h0"
            pen_down, previous = True, time
        return Markup(
            '<svg x="0" y="{}" width="100%" height="{}" viewBox="0 0 1000 100" preserveAspectRatio="none" '
            'overflow="visible"><path class="curve" d="{}"/></svg>'
        ).format(PAD_PX, PLOT_PX - 2 * PAD_PX, path)

    def events(self, kind: str, events: Sequence[TimelineEvent]) -> Lane:
        height = 24
        name = self.messages("ui", "star") if kind == "star" else self.messages("events", kind)
        count = self.messages("ui", "count", count=len(events))
        label = self.messages("ui", "events_label", name=name, count=len(events))
        hidden = [self.span("gap", e.start_s, e.end_s, 4, 16) for e in self.absent if kind in NEEDS_FACE]
        marks = [
            self._event(event, "gap event-gap" if kind == "face_absent" else "event") for event in events
        ]
        plot = svg.drawing("plot", height, label, [self.backdrop(height), *hidden, *marks])
        return Lane("events", name, count, Markup(""), plot)

    def _event(self, event: TimelineEvent, css: str) -> Markup:
        drawn = self._linked(event, css, 5)
        start, end = self.at(event.start_s), self.at(event.end_s)
        if not self.messages.has("star_letters", event.kind) or end - start < 2:
            return drawn
        letter = self.messages("star_letters", event.kind)
        text = Markup('<text class="event-text" x="{}%" dx="5" y="16">{}</text>').format(
            svg.number(start), letter
        )
        return drawn + text

    def found(self) -> list[Lane]:
        """Evidence and flags as marks at their time. What was written has none."""
        quoted: dict[tuple[float, float, str], None] = {}
        for dimension in self.report.dimensions:
            of = dimension.name.get(self.messages.language) or dimension.id
            for item in dimension.evidence:
                start_s = math.inf if item.start_s is None else item.start_s
                if item.quote and item.kind != "absent" and start_s < self.duration_s:
                    told = f"{of} · {item.name.get(self.messages.language) or item.id}"
                    quoted[start_s, item.end_s or start_s, told] = None
        flags = [
            (flag.start_s, flag.end_s or flag.start_s, self.messages.fill("flags", flag.code, flag.values))
            for flag in self.report.flags
            if flag.start_s is not None
        ]
        marked = (("evidence", "event", sorted(quoted)), ("flags_heading", "moment flag", flags))
        return [self._marks(self.messages("ui", name), css, marks) for name, css, marks in marked if marks]

    def _marks(self, name: str, css: str, marks: Sequence[tuple[float, float, str]]) -> Lane:
        height = 24
        drawn = [
            _timed(self.span(css, start, end, 5, 14, f"{told} {clock(start)}"), start)
            for start, end, told in marks
        ]
        label = self.messages("ui", "events_label", name=name, count=len(marks))
        plot = svg.drawing("plot", height, label, [self.backdrop(height), *drawn])
        return Lane("events", name, self.messages("ui", "count", count=len(marks)), Markup(""), plot)

    def time_axis(self) -> Lane:
        name = self.messages("ui", "time_axis_h" if self.duration_s >= 3600 else "time_axis")
        parts = [Markup('<line class="axis" x1="0" x2="100%" y1="0.5" y2="0.5"/>')]
        for index, tick in enumerate(self.ticks):
            at = self.at(tick)
            anchor = " start" if index == 0 else " end" if at > 96 else ""
            css = f"tick{anchor}" + (" spare" if index % 2 else "")
            parts += [svg.line("axis", at, 0, 5), svg.text(css, at, 18, clock(tick))]
        return Lane("axis", name, "", Markup(""), svg.drawing("plot", 24, name, parts))


def _timed(mark: Markup, start_s: float) -> Markup:
    """A mark that leads to its time in the player; the lists of the report are the way by keyboard."""
    return Markup('<g class="timed" data-at="{:.3f}">{}</g>').format(start_s, mark)


def _series_rank(series: Series) -> tuple[int, str]:
    extractor = series.id.partition(".")[0]
    known = extractor in SERIES_ORDER
    return (SERIES_ORDER.index(extractor) if known else len(SERIES_ORDER), series.id)


def _ratio_ticks(highest: float) -> list[float]:
    top = next((t for t in (0.1, 0.2, 0.5, 1.0) if highest <= t), math.ceil(highest))
    return [0.0, top / 2, top]


def _step(series: Series) -> float:
    steps = [b - a for a, b in pairwise(series.time_s)]
    return median(steps) if steps else math.inf


def _gaps(series: Series) -> list[tuple[float, float]]:
    """Stretches without a value, half a step longer at either end."""
    half = _step(series) / 2 if len(series.time_s) > 1 else 0.0
    found: list[tuple[float, float]] = []
    missing = False
    for time, value in zip(series.time_s, series.value, strict=True):
        if value is None:
            found = (
                [*found[:-1], (found[-1][0], time + half)]
                if missing
                else [*found, (time - half, time + half)]
            )
        missing = value is None
    return found


def _stagger(positions: Sequence[float], apart: float = 7.0, most: int = 4) -> list[int]:
    """A row for each badge, so that none lies over its neighbour."""
    rows: list[int] = []
    last = [-math.inf] * most
    for at in positions:
        free = (row for row in range(most) if abs(at - last[row]) >= apart)
        row = next(free, min(range(most), key=lambda r: last[r]))
        last[row] = at
        rows.append(row)
    return rows


def _y(value: float, ticks: Sequence[float]) -> float:
    return PAD_PX + (PLOT_PX - 2 * PAD_PX) * (ticks[-1] - value) / (ticks[-1] - ticks[0])


def _y_axis(ticks: Sequence[float], ratio: bool) -> Markup:
    write = format_percent if ratio else format_number
    texts = [
        Markup('<text class="tick end" x="100%" y="{}">{}</text>').format(
            svg.number(_y(tick, ticks) + 4), write(tick)
        )
        for tick in ticks
    ]
    head = Markup('<svg class="y-axis" aria-hidden="true" width="100%" height="{}">').format(PLOT_PX)
    return Markup("").join([head, *texts, Markup("</svg>")])
