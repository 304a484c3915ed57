"""The report as one HTML file that needs nothing else: no network, fonts or images, and no script to be read."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from itertools import zip_longest
from typing import Any

from markupsafe import Markup, escape

from interview_analysis.pipeline.common.messages import (
    MISSING,
    Language,
    Messages,
    Value,
    format_number,
    format_percent,
)
from interview_analysis.pipeline.report import timeline, transcript_view
from interview_analysis.pipeline.report.page import asset, clean, confined, environment, policy
from interview_analysis.pipeline.report.score_bar import score_bar
from interview_analysis.scoring.report.provenance import Media, Speaker, Speakers
from interview_analysis.scoring.report.report import (
    Abstention,
    AskedFor,
    DimensionScore,
    Evidence,
    Report,
    Score,
    TimelineEvent,
)
from interview_analysis.scoring.statistics.margin import MARGIN_FACTOR, margin
from interview_analysis.types import Transcript, clock

PARTS = (
    "defs", "facts", "contents", "result", "first", "recordings", "answers", "state", "dimensions", "channels",
    "timeline", "origin", "footer",
)  # fmt: skip


def render_html(report: Report, transcript: Transcript | None, language: Language) -> str:
    """Draw the report for a reader of `language`, which need not be the language that was spoken.

    Returns a whole HTML document, UTF-8 when encoded. Every text of the report and transcript is escaped, and
    characters that control the direction of text are replaced by U+FFFD.
    """
    context = _context(report, transcript, language, player=False)
    report, transcript = context["r"], context["transcript"]
    css, script = (asset(name) for name in ("report.css", "report.js"))
    return (
        environment()
        .get_template("report.html.j2")
        .render(
            context,
            css=Markup(css),
            script=Markup(script),
            policy=policy(css, script),
            rows=transcript_view.transcript_rows(report, transcript, context["m"]) if transcript else [],
        )
    )


def render_parts(report: Report, transcript: Transcript | None, language: Language) -> dict[str, Markup]:
    """The parts of the report, by name, for a page with a player: what has a time is a button with it in ``data-at``.

    The page brings `player_css`, a script that jumps to ``data-at``, and the transcript. Escaped as in `render_html`.
    """
    context = _context(report, transcript, language, player=True)
    wanted = [name for name in PARTS if name not in ("recordings", "answers") or getattr(report, name)]
    return {name: Markup(environment().get_template(f"_{name}.html.j2").render(context)) for name in wanted}


def player_css() -> str:
    """The report's style sheet for `render_parts`, confined to what lies in an element of the class ``report``."""
    return confined(asset("report.css"), ".report")


def _context(
    report: Report, transcript: Transcript | None, language: Language, *, player: bool
) -> dict[str, Any]:
    report = Report.model_validate(clean(report.model_dump()))
    transcript = _clean_transcript(transcript)
    messages = Messages(language)
    return {
        "r": report,
        "m": messages,
        "lang": "zh-CN" if language == "zh" else "en",
        "language": language,
        "spoken": _html_language(report.language),
        "view": View(report, transcript, messages, player),
        "transcript": transcript,
        "lanes": timeline.lanes(report, messages, transcript, player=player),
    }


@dataclass(frozen=True)
class View:
    """What the template asks for: numbers, times and marked words of one report in one language."""

    report: Report
    transcript: Transcript | None
    messages: Messages
    player: bool = False  # whether a recording stands beside, to which times lead

    def text(self, text: Any) -> str:
        return str(text.get(self.messages.language)) if text is not None else ""

    def score(self, score: float | None) -> str:
        return MISSING if score is None else f"{score:.0f}"

    def reach(self, standard_error: float | None) -> str:
        return "" if standard_error is None else f"{MARGIN_FACTOR * standard_error:.0f}"

    def percent(self, share: float) -> str:
        return format_percent(share)

    def number(self, value: Value) -> str:
        return format_number(value)

    def bounds(self, scored: Score) -> dict[str, str]:
        low, high = margin(scored.score or 0.0, scored.standard_error)
        return {"low": f"{low:.0f}", "high": f"{high:.0f}"}

    def bar(self, scored: Score, name: str, level_names: bool = False) -> Markup:
        cuts = self.report.level_cuts or ()
        if scored.score is None:
            label = self.messages("ui", "bar_label_none", name=name)
        else:
            label = self.messages("ui", "bar_label", name=name, score=self.score(scored.score),
                                  level=scored.level or MISSING, **self.bounds(scored))  # fmt: skip
        level = scored.expected_level if isinstance(scored, DimensionScore) else None
        asked = self.report.bar.pass_score if scored is self.report.overall and self.report.bar else None
        if level is not None:
            label += self.messages("ui", "semicolon") + self.messages("ui", "asks_level", level=level)
        if asked is not None:
            label += self.messages("ui", "semicolon") + self.messages(
                "ui", "asks_score", score=self.score(asked)
            )
        return score_bar(scored.score, scored.standard_error, cuts, label, level_names, level, asked)

    def moment(self, start_s: float | None, end_s: float | None = None) -> Markup:
        """A time, or a stretch of time, that leads to its place in the transcript, or in the recording that stands beside."""
        if start_s is None:
            return Markup("")
        text = self.moment_plain(start_s)
        typed = self.report.is_written(start_s)
        if end_s is not None and not typed and clock(end_s) != text:
            text += f"–{clock(end_s)}"
        if self.player and typed:
            return escape(text)
        if self.player:
            return Markup('<button type="button" class="time" data-at="{:.3f}">{}</button>').format(
                start_s, text
            )
        anchor = transcript_view.segment_anchor(self.transcript, start_s)
        if anchor is None:
            return Markup('<span class="time">{}</span>').format(text)
        return Markup('<a class="time" href="#{}">{}</a>').format(anchor, text)

    def moment_plain(self, time_s: float) -> str:
        return self.messages("ui", "in_writing") if self.report.is_written(time_s) else clock(time_s)

    def whole(self, evidence: Evidence) -> bool:
        """Whether a measurement was taken over the whole recording, so that its time says nothing."""
        length = (evidence.end_s or 0.0) - (evidence.start_s or 0.0)
        return evidence.start_s is None or length >= 0.98 * self.report.media.duration_s

    def quote(self, item: Evidence | AskedFor) -> Markup:
        """The quote with the words that hit in bold."""
        quote, match = item.quote or "", item.match or ""
        at = quote.casefold().find(match.casefold()) if match else -1
        if at < 0 or len(quote) != len(quote.casefold()) or match == quote:
            return escape(quote)
        end = at + len(match)
        return Markup("{}<b>{}</b>{}").format(quote[:at], quote[at:end], quote[end:])

    def written(self, text: str) -> str:
        """The language of a sentence of the job description, which may hold both."""
        return "zh-CN" if re.search("[\u4e00-\u9fff]", text) else "en"

    def indicators(self, evidence: tuple[Evidence, ...]) -> list[list[Evidence]]:
        return list(transcript_view.indicators(evidence).values())

    def parts(self, evidence: tuple[Evidence, ...]) -> list[list[Evidence]]:
        """The parts of a level, each with its clauses; of several answers those of the one where it was clearest first."""
        found: dict[str, list[Evidence]] = {}
        for item in self.of_kind(evidence, "part"):
            found.setdefault(item.id, []).append(item)
        return [sorted(items, key=lambda item: -(item.score or 0.0)) for items in found.values()]

    def absent(self, evidence: tuple[Evidence, ...]) -> list[Evidence]:
        """What was not found in any of the answers, once each."""
        heard = {key for key, _ in transcript_view.indicators(evidence)}
        found = {item.id: item for item in self.of_kind(evidence, "absent") if item.id not in heard}
        return list(found.values())

    def dimension_name(self, dimension_id: str) -> str:
        names = {d.id: self.text(d.name) for d in self.report.dimensions}
        return names.get(dimension_id) or dimension_id

    def of_kind(self, evidence: tuple[Evidence, ...], kind: str) -> list[Evidence]:
        return [item for item in evidence if item.kind == kind]

    def abstentions(self) -> list[tuple[Abstention, list[str]]]:
        """Reasons with all that they keep from being scored: overall, channels, then dimensions."""
        named: list[tuple[str, Score]] = [(self.messages("ui", "overall"), self.report.overall)]
        named += [(self.messages("channels", c), s) for c, s in self.report.channels.items()]
        named += [(self.text(d.name) or d.id, d) for d in self.report.dimensions]
        found: dict[str, tuple[Abstention, list[str]]] = {}
        for name, scored in named:
            if scored.abstention is not None:
                key = scored.abstention.model_dump_json()
                found.setdefault(key, (scored.abstention, []))[1].append(name)
        return list(found.values())

    def limits(self, code: str, values: Mapping[str, Value], minimum: bool) -> str:
        names = {d.id: self.text(d.name) or d.id for d in self.report.dimensions}
        told = dict(values)
        if isinstance(missing := told.get("missing"), str):
            ids = (key.strip() for key in missing.split(","))
            told["missing"] = self.messages("ui", "comma").join(names.get(key, key) for key in ids)
        return describe_values(code, told, self.messages, minimum)

    def speakers(self) -> tuple[str, list[str]] | None:
        """A sentence on who was taken for the candidate and why, and a line for each voice where there are several."""
        told = self.report.speakers
        if told is None:
            return None
        code = told.by if told.candidate is not None else f"none_{told.doubt}"
        count, sure = len(told.voices), told.confidence
        why = self.messages("speakers", code, voices=count, confidence_ratio=sure)
        lines = [self._speaker(told, item) for item in told.voices]
        return why, lines if count > 1 else []

    def _speaker(self, told: Speakers, item: Speaker) -> str:
        """How long a voice speaks, and on which track, where each has its own."""
        name = transcript_view.speaker_name(told, item.voice, self.messages)
        time = self.messages.duration(item.seconds)
        line = self.messages("ui", "speaker_line", name=name, time=time, talk_share=item.talk_share)
        return self.messages("ui", "on_track", line=line, track=item.track) if item.track else line

    def moments(self) -> list[tuple[str, list[TimelineEvent]]]:
        """What stands out, by kind."""
        kinds: dict[str, list[TimelineEvent]] = {}
        for event in self.report.timeline.events:
            if event.confidence is not None:
                kinds.setdefault(event.kind, []).append(event)
        return sorted(kinds.items())

    def label(self, event: TimelineEvent) -> str:
        known = self.messages.has("event_labels", event.label)
        return self.messages("event_labels", event.label) if known else event.label

    def duration_s(self) -> float:
        return timeline.duration_s(self.report)

    def windows(self) -> list[tuple[float, list[str]]]:
        """The curves of the timeline as a table: the time of each window, and what each curve has there."""
        series = timeline.in_order(self.report.timeline.series)
        held = [dict(zip(one.time_s, one.value, strict=True)) for one in series]
        times = sorted({time for one in held for time in one})
        return [
            (
                time,
                [self.messages.quantity(one.get(time), s.unit) for s, one in zip(series, held, strict=True)],
            )
            for time in times
        ]

    def curves(self) -> list[str]:
        return [self.text(s.name) or s.id for s in timeline.in_order(self.report.timeline.series)]

    def html_language(self, code: str) -> str:
        return _html_language(code)

    def length(self) -> tuple[str, str]:
        """How much there is, with its name: a text has words and no seconds."""
        if self.report.word_times == "written":
            return self.messages("ui", "words_said"), str(sum(a.words for a in self.report.answers))
        return self.messages("ui", "length"), self.messages.duration(self.report.media.duration_s)

    def media(self) -> list[tuple[str, str]]:
        facts = media_facts(self.report.media, self.messages)
        return facts[1:] if self.report.word_times == "written" else facts  # the first is the length


def describe_values(code: str, values: Mapping[str, Value], messages: Messages, minimum: bool) -> str:
    """What was measured against its limit: ``share of the time 21% (needed 50%)``.

    `limit` and `limit_*` stand beside the values in their order; `minimum` says that they had to be reached.
    """
    told = {k: v for k, v in values.items() if k not in ("language", "expected", "unit")}
    limits = [v for k, v in told.items() if k == "limit" or k.startswith("limit_")]
    measured = [(k, v) for k, v in told.items() if not (k == "limit" or k.startswith("limit_"))]
    word = messages("ui", "needed") if minimum else messages("values", "limit")
    parts = []
    for pair, limit in zip_longest(measured, limits):
        if pair is None:
            parts.append(f"{word} {format_number(limit)}")
            continue
        key, value = pair
        text = f"{_value_name(code, key, values, messages)} {_with_unit(key, value, messages)}"
        if limit is not None:
            text += messages("ui", "limit_beside", what=word, value=_with_unit(key, limit, messages))
        parts.append(text)
    return messages("ui", "semicolon").join(parts)


def _value_name(code: str, key: str, values: Mapping[str, Value], messages: Messages) -> str:
    if key == "count" and values.get("unit"):
        return messages("values", str(values["unit"]))
    known = next((name for name in (f"{code}.{key}", key) if messages.has("values", name)), None)
    return messages("values", known) if known else key.replace("_", " ")


def _with_unit(key: str, value: Value, messages: Messages) -> str:
    text = messages.value(key, value)
    suffix = "s" if key == "seconds" else key.rpartition("_")[2]
    if ("_" not in key and key != "seconds") or suffix not in ("s", "db", "lufs", "px", "hz", "deg"):
        return text
    return f"{text} {messages.unit(suffix)}"


def media_facts(media: Media, messages: Messages) -> list[tuple[str, str]]:
    """Facts of the recording as pairs of what and how much; those that could not be had are left out."""
    none = messages("ui", "none")
    rate = messages.quantity(media.fps, None) + " fps" if media.fps else ""
    picture = [f"{media.width_px} × {media.height_px}", rate, media.video_codec.upper()]
    picture += [messages("ui", "variable_rate")] if media.variable_frame_rate else []
    picture += [messages("ui", "rotated", deg=media.rotation_deg)] if media.rotation_deg else []
    picture += [messages("ui", "mirrored")] if media.mirrored else []
    sound = [media.audio_codec.upper(), f"{media.audio_rate_hz / 1000:g} kHz" if media.audio_rate_hz else ""]
    comma = messages("ui", "comma")
    brightness = (
        messages("ui", "luma_value", value=media.luma_median) if media.luma_median is not None else ""
    )
    facts = [
        ("length", messages.duration(media.duration_s)),
        ("container", media.container),
        ("picture", comma.join(filter(None, picture)) if media.has_video else none),
        ("sound", comma.join(filter(None, sound)) if media.has_audio else none),
        ("loudness", "" if media.loudness_lufs is None else messages.quantity(media.loudness_lufs, "lufs")),
        ("bandwidth", "" if media.bandwidth_hz is None else messages.quantity(media.bandwidth_hz, "Hz")),
        ("audio_tracks", _audio_tracks(media, messages) if len(media.audio_tracks) > 1 else ""),
        (
            "sound_holes",
            comma.join(f"{clock(h.start_s)}–{clock(h.end_s)}" for h in media.sound_holes),
        ),
        ("snr", "" if media.snr_db is None else messages.quantity(media.snr_db, "dB")),
        ("clipping", "" if media.clipping_ratio is None else _small_share(media.clipping_ratio)),
        ("luma", brightness),
    ]
    return [(messages("ui", code), text) for code, text in facts if text]


def _small_share(ratio: float) -> str:
    """A share that is mostly far below 1 %, with two digits."""
    return f"{100 * ratio:.2g}%" if ratio < 0.1 else format_percent(ratio)


def _audio_tracks(media: Media, messages: Messages) -> str:
    told = []
    for track in media.audio_tracks:
        name = f"{track.number} {track.name}".strip()
        told.append(messages("ui", f"{track.left_out}_track", name=name) if track.left_out else name)
    return messages("ui", "comma").join(told)


def _html_language(code: str | None) -> str:
    return "zh-CN" if code == "zh" else code if code and re.fullmatch("[a-z]{2,3}", code) else "und"


def _clean_transcript(transcript: Transcript | None) -> Transcript | None:
    if transcript is None:
        return None
    segments = tuple(
        replace(s, text=clean(s.text), words=tuple(replace(w, text=clean(w.text)) for w in s.words))
        for s in transcript.segments
    )
    return replace(
        transcript, segments=segments, engine=clean(transcript.engine), model=clean(transcript.model)
    )
