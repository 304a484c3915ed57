"""Transcripts as text: a line with the speaker and the time, then what is said. Of txt files and of the lines of a docx.

What is told apart, as the programs write it (their exports change; these were found in code that reads them):

- Tencent Meeting: ``张三(00:00:12): 大家好`` in its txt, ``张三 00:12`` or ``说话人 1 00:00:12`` above the words elsewhere
  (GitHub: parseSpeakerStats of a reader of its downloads, rcholic/skills tencent-meeting-export)
- Feishu and Lark Minutes: a title, date and length, key words, then ``说话人 1 00:00:01.230`` above the words
  (https://open.feishu.cn/document/minutes-v1/minute-transcript/get, with need_speaker and need_timestamp)
- Microsoft Teams, docx: ``Jane Doe   0:03`` and the words in one paragraph, or, in older ones, three lines
  ``0:0:0.0 --> 0:0:1.250``, name, words (https://github.com/endjin/TeamsTranscript)
- ``[00:01:02] Name: words`` and ``00:01:02 Name: words``, as captions are saved

What stands above the first such line is a title. Times count from the start; where a date stands with them, from the
first one.
"""

from __future__ import annotations

import datetime
import re
from collections import Counter
from collections.abc import Iterator, Sequence, Set
from dataclasses import dataclass, replace

from interview_analysis.errors import TranscriptError
from interview_analysis.pipeline.transcript.cues import CLOCK, Cue, is_likely, is_name, named, seconds

_DATE = r"(?P<date>\d{4}[-/.年]\d{1,2}[-/.月]\d{1,2}日?\s+)?"
_NAME = r"(?P<name>\S(?:.*?\S)?)"
_SPAN = re.compile(rf"^(?P<time>{CLOCK})\s*-->\s*(?P<end>{CLOCK})$")
_HEADS = (
    re.compile(rf"^{_NAME}\s*[(（]\s*{_DATE}(?P<time>{CLOCK})\s*[)）]\s*(?:[:：]\s*(?P<text>.*))?$"),
    re.compile(rf"^[\[【]?{_DATE}(?P<time>{CLOCK})[\]】]?\s+(?P<name>[^:：]+?)\s*[:：]\s*(?P<text>.*)$"),
    re.compile(rf"^{_NAME}\s+{_DATE}(?P<time>{CLOCK})$"),
)
_ASIDE = re.compile(
    r"^(?P<name>.*\S)\s*(?:(?<=\s)(?:started|stopped) (?:recording|transcription)|(?:开始|停止|结束)了?(?:录制|转录|转写))$"
)


@dataclass(frozen=True, slots=True)
class _Head:
    """A line that opens a passage: whose, from when to when, and what of the words stands in it."""

    line: int
    name: str
    time_s: float
    end_s: float | None
    day: int | None  # of the calendar, where a date stands with the time
    text: str
    words_from: int  # line


def read_speaker_lines(lines: Sequence[str], name: str) -> list[Cue]:
    """The passages of a text. Raises TranscriptError where no line has a speaker and a time."""
    numbered = [(number, line.strip()) for number, line in enumerate(lines, 1)]
    heads = _heads(numbered)
    if not heads:
        first = next(((number, line) for number, line in numbered if line), (1, ""))
        raise TranscriptError(
            f"{name}, line {first[0]}: no line has a speaker and a time, such as 'Jane Doe 00:01:02', got {first[1][:60]!r}; "
            "export the transcript with speakers and times"
        )
    return named(list(_passages(numbered, _from_the_first(heads))))


def _heads(lines: Sequence[tuple[int, str]]) -> dict[int, _Head]:
    """The lines that open a passage, by number. A name that opens one alone begins with a capital or is Chinese."""
    found = [head for place in range(len(lines)) if (head := _head(lines, place)) is not None]
    often = Counter(head.name for head in found)
    return {head.line: head for head in found if is_likely(head.name, often[head.name])}


def _head(lines: Sequence[tuple[int, str]], place: int) -> _Head | None:
    number, line = lines[place]
    span = _SPAN.match(line)
    if span:
        following = lines[place + 1][1] if place + 1 < len(lines) else ""
        whose = following if is_name(following) and place + 2 < len(lines) and lines[place + 2][1] else ""
        return _Head(
            number,
            whose,
            seconds(span["time"]),
            seconds(span["end"]),
            None,
            "",
            number + (2 if whose else 1),
        )
    for pattern in _HEADS:
        head = pattern.match(line)
        if head and is_name(bare := head["name"].strip("[]【】 \t")):
            text = head.groupdict().get("text") or ""
            return _Head(number, bare, seconds(head["time"]), None, _day(head["date"]), text, number + 1)
    return None


def _is_aside(line: str, speakers: Set[str]) -> bool:
    """Whether a line is the program's own word that somebody records: "Jane Doe started transcription". Where it may as well be
    what was said ("and then we stopped recording"), it is not."""
    announced = _ASIDE.match(line)
    if announced is None:
        return False
    name = announced["name"]
    return name in speakers or (len(name.split()) > 1 and is_name(name) and is_likely(name, 1))


def _day(date: str | None) -> int | None:
    try:
        return datetime.date(*map(int, re.findall(r"\d+", date or ""))).toordinal()
    except (TypeError, ValueError):  # no date, or none that there is
        return None


def _from_the_first(heads: dict[int, _Head]) -> dict[int, _Head]:
    """Times of a calendar as times from the first of them, over midnight as well; others as they are."""
    days = [head.day for head in heads.values()]
    if None in days:
        return heads
    at_s = {line: 86400.0 * (head.day or 0) + head.time_s for line, head in heads.items()}
    origin_s = min(at_s.values())
    return {line: replace(head, time_s=at_s[line] - origin_s) for line, head in heads.items()}


def _passages(lines: Sequence[tuple[int, str]], heads: dict[int, _Head]) -> Iterator[Cue]:
    speakers = {head.name for head in heads.values()}
    opened: _Head | None = None
    said: list[str] = []
    for number, line in [*lines, (len(lines) + 1, "")]:
        head = heads.get(number)
        if (head or number > len(lines)) and opened is not None:
            yield Cue(opened.time_s, opened.end_s, opened.name, " ".join(said), opened.line)
        if head:
            opened, said = head, [head.text] if head.text else []
        elif opened is not None and number >= opened.words_from and line and not _is_aside(line, speakers):
            said.append(line)
