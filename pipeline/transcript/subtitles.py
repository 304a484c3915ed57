"""WebVTT and SRT.

WebVTT is read as https://www.w3.org/TR/webvtt1/ has it: a header, blocks between blank lines, NOTE, STYLE and REGION
blocks, optional identifiers, voice spans ``<v Name>``. Teams exports write each cue as one voice span
(https://learn.microsoft.com/graph/api/calltranscript-get), Zoom writes ``Name: text`` into plain cues
(https://support.zoom.com, audio transcripts of cloud recordings). SRT is numbered blocks with a comma before the
milliseconds; that of Feishu's Minutes is the same (https://open.feishu.cn/document/minutes-v1/minute-transcript/get).
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterator, Sequence

from interview_analysis.errors import TranscriptError
from interview_analysis.pipeline.transcript.cues import CLOCK, Cue, named, seconds

ARROW = "-->"
_TIMING = re.compile(rf"^\s*(?P<start>{CLOCK})\s*-->\s*(?P<end>{CLOCK})(?:\s+.*)?$")
_HEADER = re.compile(r"^WEBVTT(?:[ \t].*)?$")
_VOICE = re.compile(r"<v(?:\.[^\s>]*)*(?:\s+(?P<name>[^>]*))?>|</v\s*>")
_TAG = re.compile(r"</?[a-zA-Z][^<>]*>|<\d[\d:.]*>|\{\\[^}]*\}")

Lines = Sequence[tuple[int, str]]


def is_webvtt(text: str) -> bool:
    return bool(_HEADER.match(text.split("\n", 1)[0]))


def read_subtitles(text: str, name: str) -> list[Cue]:
    """The cues of a WebVTT or SRT text. Raises TranscriptError with the line that is neither."""
    lines = list(enumerate(text.split("\n"), 1))
    found = [cue for block in _blocks(lines) for cue in _cues(block, name)]
    return named(found)


def _blocks(lines: Lines) -> Iterator[Lines]:
    """What stands between blank lines, without what is no cue. Some programs leave the blank lines out: a time behind that of
    another cue, or behind the header, begins a block as well, with the number before it."""
    block: list[tuple[int, str]] = []
    for number, line in [*lines, (len(lines) + 1, "")]:
        carried: list[tuple[int, str]] = []
        if _TIMING.match(line) and block and (_aside(block) or any(_TIMING.match(text) for _, text in block)):
            carried = [block.pop()] if len(block) > 1 and block[-1][1].strip().isdigit() else []
        elif line.strip():
            block.append((number, line))
            continue
        if block and not _aside(block):
            yield block
        block = [*carried, (number, line)] if line.strip() else []


def _aside(block: Lines) -> bool:
    first = block[0][1]
    return (block[0][0] == 1 and bool(_HEADER.match(first))) or re.match(
        r"(NOTE|STYLE|REGION)(\s|$)", first
    ) is not None


def _cues(block: Lines, name: str) -> Iterator[Cue]:
    """The cue of a block, or one for each voice in it, which share its time by length."""
    place = next((i for i, (_, line) in enumerate(block[:2]) if ARROW in line), None)
    if place is None:
        number, line = block[0]
        raise TranscriptError(
            f"{name}, line {number}: expected a time such as 00:00:01.000 --> 00:00:04.000, got {line.strip()[:60]!r}"
        )
    number, line = block[place]
    timing = _TIMING.match(line)
    if timing is None:
        raise TranscriptError(
            f"{name}, line {number}: {line.strip()[:60]!r} is no time; correct it, or export again"
        )
    start_s, end_s = seconds(timing["start"]), seconds(timing["end"])
    parts = list(_voices(" ".join(text.strip() for _, text in block[place + 1 :])))
    total = sum(len(text) for _, text in parts)
    at_s = start_s
    for speaker, text in parts:
        until_s = at_s + (end_s - start_s) * len(text) / total
        yield Cue(at_s, until_s if total > len(text) else end_s, speaker, text, number)
        at_s = until_s


def _voices(text: str) -> Iterator[tuple[str, str]]:
    """The pieces of a cue's text with the voice that says each, without tags."""
    speaker, at = "", 0
    for tag in _VOICE.finditer(text):
        yield from _said(speaker, text[at : tag.start()])
        speaker, at = _plain(tag["name"] or ""), tag.end()
    yield from _said(speaker, text[at:])


def _said(speaker: str, text: str) -> Iterator[tuple[str, str]]:
    if words := _plain(text):
        yield speaker, words


def _plain(text: str) -> str:
    return " ".join(html.unescape(_TAG.sub("", text)).replace("\u200e", "").replace("\u200f", "").split())
