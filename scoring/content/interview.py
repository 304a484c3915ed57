"""What a candidate said in a whole recording, and the levels of its answers for the dimensions of a job."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from interview_analysis.models.text.encoder import SentenceEncoder
from interview_analysis.scoring.content.described import described
from interview_analysis.scoring.content.model import (
    ContentModel,
    Reading,
    Spoken,
    bears_on,
    read,
    spoken,
    together,
)
from interview_analysis.scoring.content.scored import ContentLevel, content_level
from interview_analysis.scoring.profile import Dimension, Language
from interview_analysis.types import Interval, Sentence, Transcript

Levels = Mapping[
    str, ContentLevel | None
]  # by dimension; None where nothing said bears on it and nobody asked
STRETCH = {"en": 120.0, "zh": 200.0}  # words or characters that are taken to be about one thing
BEARS = 0.5  # what is less likely to be about a dimension than not says nothing of it


@dataclass(frozen=True, slots=True)
class Content:
    """The clauses of a candidate's transcript, ready to be read answer by answer.

    `spoken` is by language, the one that is spoken longest first. An answer is read in the language of most of it; what of
    it is in another one is left out. `written` are the stretches that were answered in writing.
    """

    model: ContentModel
    encoder: SentenceEncoder
    spoken: Mapping[Language, Spoken]
    written: tuple[Interval, ...] = ()
    _readings: dict[tuple[Interval, str, Language], Reading | None] = field(default_factory=dict)

    @classmethod
    def of(
        cls,
        transcript: Transcript,
        model: ContentModel,
        encoder: SentenceEncoder,
        languages: Sequence[Language] = ("en", "zh"),
        written: Iterable[Interval] = (),
    ) -> Content:
        """What of the transcript is in one of `languages`. Raises KeyError where nothing is."""
        found = {
            code: spoken(transcript.in_language(code), encoder)
            for told in transcript.languages
            for code in languages
            if code == told
        }
        if not found:
            raise KeyError(transcript.language)
        return cls(model, encoder, found, tuple(written))

    def answer(
        self, window: Interval, question: str, dimensions: Iterable[Dimension], asked: frozenset[str]
    ) -> Levels:
        """The levels of one answer. A dimension in `asked` is scored whatever the answer is about; any other one only
        where the answer bears on it."""
        reading = self._read(window, question)
        found: dict[str, ContentLevel | None] = {}
        for dimension in dimensions:
            about = question if dimension.id in asked else ""
            level = self._level(reading, dimension, about) if reading else None
            told = level is not None and (bool(about) or level.bears_on >= BEARS)
            found[dimension.id] = level if told else None
        return found

    def whole(self, dimensions: Iterable[Dimension]) -> Levels:
        """The levels of everything that was said, where it is not known what was asked.

        A dimension is read from the stretches that bear on it, together; None where there is none.
        """
        return {dimension.id: self._bearing(dimension) for dimension in dimensions}

    def described(self, answers: Iterable[tuple[Interval, str]]) -> dict[str, float]:
        """What the answers, windows with their questions, do: the columns of `described.FEATURES`."""
        return described([self._read(window, question) for window, question in answers])

    def everything(self) -> Interval:
        """From the first clause to the last."""
        clauses = [clause for one in self.spoken.values() for clause in one.clauses]
        if not clauses:
            return Interval(0.0, 0.0)
        return Interval(min(c.start_s for c in clauses), max(c.end_s for c in clauses))

    def to_the_scorer(self) -> tuple[Sentence, ...]:
        """Words that are addressed to whoever scores, and were ignored."""
        found = {(s.start_s, s.end_s): s for r in self._readings.values() if r for s in r.to_the_scorer}
        return tuple(found[key] for key in sorted(found))

    def _bearing(self, dimension: Dimension) -> ContentLevel | None:
        near = {
            language: [
                reading
                for window in _stretches(one)
                if (reading := self._read_in(window, "", language)) is not None
                and bears_on(self.model, reading, dimension, self.encoder) >= BEARS
            ]
            for language, one in self.spoken.items()
        }
        found = max(near.values(), key=len)
        if not found:
            return None
        reading = found[0] if len(found) == 1 else together(self.model, found)
        return self._level(reading, dimension)

    def _level(self, reading: Reading, dimension: Dimension, question: str = "") -> ContentLevel:
        return content_level(self.model, reading, dimension, self.encoder, question, self.written)

    def _read(self, window: Interval, question: str) -> Reading | None:
        longest: Language = max(self.spoken, key=lambda code: _spoken_s(self.spoken[code].within(window)))
        return self._read_in(window, question, longest)

    def _read_in(self, window: Interval, question: str, language: Language) -> Reading | None:
        """What was said in a window; read once, whatever it is held against."""
        key = (window, question, language)
        if key not in self._readings:
            self._readings[key] = read(self.model, self.spoken[language].within(window), question)
        return self._readings[key]


def _spoken_s(one: Spoken) -> float:
    return sum(clause.end_s - clause.start_s for clause in one.clauses)


def _stretches(one: Spoken) -> list[Interval]:
    """What was said, cut into pieces of about equal length; one where it is no longer than one and a half."""
    clauses, lengths = one.clauses, one.lengths
    if not clauses:
        return []
    count = max(1, round(float(lengths.sum()) / STRETCH[one.language]))
    ends = np.cumsum(lengths)
    piece = np.minimum((ends - lengths / 2) * count // ends[-1], count - 1)
    return [
        Interval(own[0].start_s, own[-1].end_s)
        for number in range(count)
        if (own := [c for c, p in zip(clauses, piece, strict=True) if p == number])
    ]
