"""Which language is spoken when: what each short span sounds like, held together by hysteresis.

An interviewer may greet in English and the candidate answer in Mandarin, so the language is told again with every
chunk, and a chunk is cut where it changes. A foreign word inside a sentence changes nothing: each change costs evidence, so that it
takes a second or two of clear speech between pauses, and more within a phrase.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from interview_analysis.models.asr.chunks import Chunk, cut
from interview_analysis.types import AudioSource, Interval

Probabilities = Mapping[str, float]  # by ISO 639-1 code; a language that is left out is at the floor
WINDOW = Interval(0.0, 30.0)  # all that the recogniser hears at once
SPAN_S = 1.0  # of speech: less does not tell a language
PAUSE_S = 0.25  # the usual limit of a silent pause (Goldman-Eisler 1968)
SWITCH_NATS = 3.5  # after a pause; within a phrase twice as much
EXPECTED = ("en", "zh")  # interviews are held in; noise sounds like any of the others, which take more
UNEXPECTED_NATS = 10.5
FLOOR = 0.01  # no span speaks more strongly against a language
MIN_PROBABILITY = (
    0.5  # of another language, in a span to be suggested and in the part by itself to be believed
)


class LanguageEar(Protocol):
    """What tells languages: a recogniser's engine."""

    def languages(self, samples: NDArray[np.float32], spans: Sequence[Interval]) -> list[Probabilities]:
        """How likely each language is in each span of a chunk, in seconds from the start of `samples`."""
        ...


@dataclass(frozen=True, slots=True)
class Part:
    """A chunk, or a part of one, in one language, with its samples."""

    chunk: Chunk
    samples: NDArray[np.float32]
    language: str


@dataclass(frozen=True, slots=True)
class Span:
    """Consecutive regions of a chunk: `first` is the index of the first one."""

    first: int
    seconds: float
    interval: Interval  # on the chunk's clock
    after_pause: bool


class LanguageTracker:
    """Follows the language through the chunks of one recording.

    `told` has every language so far, in order, with its probability where it was first told.
    """

    def __init__(self, ear: LanguageEar) -> None:
        self._ear = ear
        self._before = ""
        self.told: dict[str, float] = {}

    def parts(self, chunk: Chunk, audio: AudioSource) -> list[Part]:
        """The chunk, or the parts of it that are in one language each.

        A change that spans suggest is held against what the part sounds like by itself, as the recogniser will hear it: a
        span tells less the later it comes in a chunk.
        """
        samples = chunk.read(audio)
        spans = _spans(chunk)
        wanted = [span.interval for span in spans] if len(spans) > 1 else []
        everything, *heard = self._ear.languages(samples, [WINDOW, *wanted])
        usual = self._before or _likeliest(everything)
        found = follow(spans, heard or [everything], self._before)
        parts = [Part(chunk, samples, usual)]
        if set(found) != {usual}:
            parts = self._cut(chunk, samples, audio, spans, found, usual)
        for part in parts:
            self.told.setdefault(part.language, everything.get(part.language, 0.0))
        self._before = parts[-1].language
        return parts

    def _cut(
        self,
        chunk: Chunk,
        samples: NDArray[np.float32],
        audio: AudioSource,
        spans: Sequence[Span],
        found: Sequence[str],
        usual: str,
    ) -> list[Part]:
        firsts = [spans[i].first for i in range(len(spans)) if i == 0 or found[i] != found[i - 1]]
        suggested = [language for language, _ in groupby(found)]
        pieces = cut(chunk, firsts[1:])
        languages = []
        for piece, language in zip(pieces, suggested, strict=True):
            if language != usual:
                alone = samples if len(pieces) == 1 else piece.read(audio)
                (heard,) = self._ear.languages(alone, [WINDOW])
                language = _likeliest(heard)
                if heard[language] < MIN_PROBABILITY:
                    language = usual
                elif language != usual:
                    self.told.setdefault(language, heard[language])
            languages.append(language)
        changes = [i for i in range(1, len(pieces)) if languages[i] != languages[i - 1]]
        if not changes:
            return [Part(chunk, samples, languages[0])]
        kept = [languages[i] for i in (0, *changes)]
        pieces = cut(chunk, [firsts[i] for i in changes])
        return [Part(piece, piece.read(audio), code) for piece, code in zip(pieces, kept, strict=True)]


def _likeliest(heard: Probabilities) -> str:
    return max(heard, key=lambda code: heard[code])


def follow(spans: Sequence[Span], heard: Sequence[Probabilities], before: str) -> tuple[str, ...]:
    """The language of each of some consecutive spans, after one in `before`, which is empty where nothing was said before.

    The most likely sequence (Viterbi) where each second counts by its log probability, and each change costs
    `SWITCH_NATS` or `UNEXPECTED_NATS`, twice that without a pause. A language that is not
    expected has to be clear in some span.
    """
    clear = {language for one in heard if one[language := _likeliest(one)] >= MIN_PROBABILITY}
    candidates = sorted(clear | {*EXPECTED, before or _likeliest(heard[0])})
    costs = np.array([SWITCH_NATS if c in (*EXPECTED, before) else UNEXPECTED_NATS for c in candidates])
    change = costs * (1.0 - np.eye(len(candidates)))
    value = -costs * (np.array(candidates) != before) if before else np.zeros(len(candidates))
    back: list[NDArray[np.int_]] = []
    for number, (span, one) in enumerate(zip(spans, heard, strict=True)):
        if number:
            reached = value[:, None] - change * (1 if span.after_pause else 2)  # from, to
            back.append(reached.argmax(axis=0))
            value = reached.max(axis=0)
        value = value + span.seconds * np.array(
            [math.log(max(FLOOR, one.get(code, 0.0))) for code in candidates]
        )
    best = [int(value.argmax())]
    for step in reversed(back):
        best.append(int(step[best[-1]]))
    return tuple(candidates[index] for index in reversed(best))


def _spans(chunk: Chunk) -> list[Span]:
    """The regions, those that are too short to tell a language together with the nearest one."""
    groups = [[index] for index in range(len(chunk.regions))]

    def seconds(group: Sequence[int]) -> float:
        return sum(chunk.regions[i].duration_s for i in group)

    def gap_s(place: int) -> float:
        """Before the group in this place; none before the first."""
        if not 0 < place < len(groups):
            return math.inf
        return chunk.regions[groups[place][0]].start_s - chunk.regions[groups[place - 1][-1]].end_s

    while len(groups) > 1 and seconds(short := min(groups, key=seconds)) < SPAN_S:
        place = groups.index(short)
        first = place - 1 if gap_s(place) <= gap_s(place + 1) else place
        groups[first : first + 2] = [groups[first] + groups[first + 1]]
    return [
        Span(
            own[0],
            seconds(own),
            chunk.from_recording(Interval(chunk.regions[own[0]].start_s, chunk.regions[own[-1]].end_s)),
            after_pause=gap_s(place) >= PAUSE_S,
        )
        for place, own in enumerate(groups)
    ]
