"""What every format of transcript comes down to: who says what, from when to when. And how times are written."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace

from interview_analysis.errors import TranscriptError

CLOCK = r"(?:\d{1,3}:)?\d{1,2}:\d{1,2}(?:[.,]\d{1,3})?"
_CJK = re.compile(r"[㐀-䶿一-鿿豈-﫿]")
_WORD = re.compile(r"[^\W_㐀-䶿一-鿿豈-﫿]+")
_MAX_NAME = 40
_MAX_NAME_WORDS = 6
_NO_NAME = re.compile(r"[,，。!！?？;；:：\"“”<>]|\d:\d|^\W*$|https?$")
_LABEL = re.compile(r"^(?P<name>[^:：]{1,40})(?:[:]\s+|：\s*)(?P<text>\S.*)$", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Cue:
    """A passage of one speaker. `end_s` is None where the file gives the start alone, `speaker` empty where nobody is named."""

    start_s: float
    end_s: float | None
    speaker: str
    text: str
    line: int  # of the file, from 1


def seconds(clock: str) -> float:
    """``1:02:03.5``, ``02:03,500`` or ``0:0:3.5`` in seconds."""
    whole, *parts = (float(part) for part in clock.replace(",", ".").split(":"))
    for part in parts:
        whole = 60.0 * whole + part
    return whole


def is_name(text: str) -> bool:
    """Whether a text may be what a speaker is called: short, and no sentence."""
    return len(text) <= _MAX_NAME and len(text.split()) <= _MAX_NAME_WORDS and not _NO_NAME.search(text)


def is_likely(name: str, times: int) -> bool:
    """Whether what stands where names do is one: it comes again, or each of its words has a capital, or none has letters of
    either case, as Chinese ones."""
    return times > 1 or not any(word[0].islower() for word in name.split())


def named(cues: Sequence[Cue]) -> list[Cue]:
    """Cues of nobody whose text begins with ``Name: ``, as Zoom writes it, with the name as their speaker.

    It is one where half of the cues or more begin so: a colon in a sentence is none. A cue without goes on with the
    speaker before.
    """
    labels = [_LABEL.match(cue.text) if not cue.speaker else None for cue in cues]
    found = [label if label and is_name(label["name"].strip()) else None for label in labels]
    often = Counter(label["name"].strip() for label in found if label)
    found = [
        label if label and is_likely(name := label["name"].strip(), often[name]) else None for label in found
    ]
    names = {label["name"].strip() for label in found if label}
    labelled = sum(label is not None for label in found)
    if not labelled or 2 * labelled < len(cues) or (len(names) > 2 and 2 * len(names) > labelled):
        return list(cues)
    told: list[Cue] = []
    for cue, label in zip(cues, found, strict=True):
        before = told[-1].speaker if told else ""
        told.append(
            replace(cue, speaker=label["name"].strip(), text=label["text"])
            if label
            else replace(cue, speaker=cue.speaker or before)
        )
    return told


def with_ends(cues: Sequence[Cue]) -> list[Cue]:
    """Every cue with an end. One without ends where the next begins, or earlier, where its words would take half that long
    at the usual 2.5 words or 4 characters a second."""
    done = []
    for place, cue in enumerate(cues):
        if cue.end_s is None:
            usual_s = len(_WORD.findall(cue.text)) / 2.5 + len(_CJK.findall(cue.text)) / 4.0
            longest = cue.start_s + max(0.5, usual_s if place + 1 == len(cues) else 2.0 * usual_s)
            later = (cues[at].start_s for at in range(place + 1, len(cues)))
            following = next((start_s for start_s in later if start_s > cue.start_s), longest)
            cue = replace(cue, end_s=min(longest, following))
        done.append(cue)
    return done


def checked(cues: Sequence[Cue], name: str) -> list[Cue]:
    """The cues that hold words, by their start. Raises TranscriptError where none does, or one ends before it begins."""
    for cue in cues:
        if cue.end_s is not None and cue.end_s < cue.start_s:
            raise TranscriptError(f"{name}, line {cue.line}: ends before it begins; correct its times")
    spoken = [cue for cue in cues if _WORD.search(cue.text) or _CJK.search(cue.text)]
    if not spoken:
        raise TranscriptError(
            f"{name} holds no words with their times; export the transcript again with times"
        )
    return sorted(spoken, key=lambda cue: cue.start_s)
