"""The transcript as it is shown: evidence highlighted where it was said, doubtful words marked."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby

from markupsafe import Markup

from interview_analysis.pipeline.common.messages import Messages, format_percent
from interview_analysis.scoring.edges import Text
from interview_analysis.scoring.report.provenance import Speakers
from interview_analysis.scoring.report.report import Evidence, Report
from interview_analysis.types import UNSPACED, Segment, Transcript, Word

UNSURE_PROBABILITY = 0.5


@dataclass(frozen=True, slots=True)
class Hit:
    """A piece of evidence with the place in the page that tells about it."""

    evidence: Evidence
    anchor: str
    name: str
    title: str


@dataclass(frozen=True, slots=True)
class Row:
    """One segment: `stretches` holds the numbers of the stretches of the state report that it belongs to."""

    anchor: str
    start_s: float
    html: Markup
    language: str
    stretches: tuple[int, ...]
    speaker: str = ""  # where several voices were heard: who says it
    other: bool = False  # not the candidate


@dataclass(frozen=True, slots=True)
class _Token:
    space: str
    text: str
    probability: float
    hits: tuple[int, ...]


def collect_hits(report: Report, messages: Messages) -> list[Hit]:
    """The words that dimensions rest on, in time order."""
    hits = []
    for d, dimension in enumerate(report.dimensions):
        for i, ((key, text), evidence) in enumerate(indicators(dimension.evidence).items()):
            name = text.get(messages.language) or key
            for item in evidence:
                if item.start_s is None or item.end_s is None:
                    continue
                how = messages("ui", f"match_{item.kind}")
                title = messages(
                    "ui",
                    "evidence_title",
                    dimension=dimension.name.get(messages.language),
                    indicator=name,
                    how=how,
                )
                hits.append(Hit(item, evidence_anchor(d, i), name, title))
    return sorted(hits, key=lambda hit: hit.evidence.start_s or 0.0)


def indicators(evidence: Sequence[Evidence]) -> dict[tuple[str, Text], list[Evidence]]:
    """Hits by indicator (id and name: two dimensions may use one id), in the order of the report."""
    found: dict[tuple[str, Text], list[Evidence]] = {}
    for item in evidence:
        if item.kind in ("keyword", "meaning"):
            found.setdefault((item.id, item.name), []).append(item)
    return found


def evidence_anchor(dimension: int, indicator: int) -> str:
    """The id of an indicator's block in the page, by the place of its dimension and its own place there."""
    return f"e{dimension}-{indicator}"


def segment_anchor(transcript: Transcript | None, time_s: float) -> str | None:
    """The id of the transcript row in which a moment lies, or the last one before it."""
    if transcript is None or not transcript.segments:
        return None
    starts = [segment.start_s for segment in transcript.segments]
    return f"t{max(0, bisect_right(starts, time_s + 0.01) - 1)}"


def transcript_rows(report: Report, transcript: Transcript, messages: Messages) -> list[Row]:
    """One row a segment, with its words escaped; marked where the candidate says them."""
    hits = collect_hits(report, messages)
    rows = []
    for index, segment in enumerate(transcript.segments):
        speaker, other = _speaker(report, segment, messages)
        near = [h for h in hits if _overlaps(h.evidence, segment.start_s, segment.end_s) and not other]
        spaced = any(word.text.startswith(" ") for word in segment.words)
        tokens = _tokens(segment, near, transcript.language_of(segment), spaced)
        stretches = tuple(
            number
            for number, point in enumerate(report.state.stretches, start=1)
            if point.start_s < segment.end_s and point.end_s > segment.start_s
        )
        html = _mark(tokens, near, messages)
        rows.append(
            Row(
                f"t{index}", segment.start_s, html, transcript.language_of(segment), stretches, speaker, other
            )
        )
    return rows


def _speaker(report: Report, segment: Segment, messages: Messages) -> tuple[str, bool]:
    """The name of who says a segment, none where one voice was heard; and whether it is not the candidate."""
    if report.speakers is None or len(report.speakers.voices) < 2:
        return "", False
    role = report.speakers.role_of(segment.voice)
    return speaker_name(report.speakers, segment.voice, messages), role != "candidate"


def speaker_name(speakers: Speakers, voice: int | None, messages: Messages) -> str:
    """A voice as it is called, by its number where several are called the same; with the name that a transcript gives it."""
    role = speakers.role_of(voice)
    given = speakers.name_of(voice)
    if given:
        return messages("ui", "speaker_named", role=messages("roles", role), name=given)
    alike = [speaker.voice for speaker in speakers.voices if speaker.role == role]
    name = messages("roles", role)
    return f"{name} {voice + 1}" if voice is not None and len(alike) > 1 else name


def _overlaps(evidence: Evidence, start_s: float, end_s: float) -> bool:
    return (evidence.start_s or 0.0) < end_s and (evidence.end_s or 0.0) > start_s


def _tokens(segment: Segment, hits: Sequence[Hit], language: str, spaced: bool) -> list[_Token]:
    words = segment.words or (Word(segment.text, segment.start_s, segment.end_s, 1.0),)
    marked = [_words_of(hit.evidence, words) for hit in hits]
    tokens: list[_Token] = []
    for i, word in enumerate(words):
        text = word.text.strip()
        if not text:
            continue
        space = _space(tokens[-1].text if tokens else "", word.text, language, spaced)
        inside = tuple(h for h, places in enumerate(marked) if i in places)
        tokens.append(_Token(space, text, word.probability, inside))
    return tokens


def _space(before: str, raw: str, language: str, spaced: bool) -> str:
    if not before:
        return ""
    if spaced:
        return " " if raw.startswith(" ") else ""
    if language not in UNSPACED:
        return " "
    return (
        " " if before[-1].isascii() and before[-1].isalnum() and raw[0].isascii() and raw[0].isalnum() else ""
    )


def _words_of(evidence: Evidence, words: Sequence[Word]) -> set[int]:
    """The words that an evidence points at: those of its match where it is found, else all in its time."""
    start, end = evidence.start_s or 0.0, evidence.end_s or 0.0
    inside = [i for i, w in enumerate(words) if start - 0.01 <= (w.start_s + w.end_s) / 2 <= end + 0.01]
    wanted = "".join((evidence.match or "").casefold().split())
    owners: list[int] = []
    heard = ""
    for i in inside:
        text = "".join(words[i].text.casefold().split())
        heard += text
        owners += [i] * len(text)
    at = heard.find(wanted) if wanted else -1
    return set(owners[at : at + len(wanted)]) if at >= 0 else set(inside)


def _mark(tokens: Sequence[_Token], hits: Sequence[Hit], messages: Messages) -> Markup:
    runs = [(key, list(group)) for key, group in groupby(tokens, key=lambda token: token.hits)]
    parts: list[Markup] = []
    for position, (inside, run) in enumerate(runs):
        parts.append(Markup("{}").format(run[0].space))
        text = Markup("").join(_words(run, messages))
        if inside:
            css = "kw" if any(hits[i].evidence.kind == "keyword" for i in inside) else "mean"
            title = "\n".join(dict.fromkeys(hits[i].title for i in inside))
            text = Markup('<mark class="{}" title="{}">{}</mark>').format(css, title, text)
        following = runs[position + 1][0] if position + 1 < len(runs) else ()
        parts += [text, *_tags([hits[i] for i in inside if i not in following])]
    return Markup("").join(parts)


def _tags(hits: Sequence[Hit]) -> Iterator[Markup]:
    for name, anchor in {hit.name: hit.anchor for hit in hits}.items():
        yield Markup('<a class="tag" href="#{}">{}</a>').format(anchor, name)


def _words(run: Sequence[_Token], messages: Messages) -> Iterator[Markup]:
    """The words of a run, neighbouring doubtful ones under one mark, without the run's own leading space."""
    first = True
    for unsure, group in groupby(run, key=lambda token: token.probability < UNSURE_PROBABILITY):
        tokens = list(group)
        lead = "" if first else tokens[0].space
        text = tokens[0].text + "".join(token.space + token.text for token in tokens[1:])
        first = False
        if not unsure:
            yield Markup("{}{}").format(lead, text)
            continue
        lowest = format_percent(min(token.probability for token in tokens))
        title = messages("ui", "unsure", probability=lowest)
        yield Markup('{}<span class="unsure" title="{}">{}</span>').format(lead, title, text)
