"""What is said about a practised answer: findings, each with the own words that it rests on. No score, no feeling."""

from __future__ import annotations

from collections.abc import Sequence

from pydantic import Field

from interview_analysis.features.language.sentences import sentences
from interview_analysis.scoring.edges import Model
from interview_analysis.types import Interval, Sentence, Transcript

NOTHING_SAID, TOO_LITTLE, LANGUAGE = "nothing_said", "too_little", "language"


class Quote(Model):
    """Own words with their seconds of the recording."""

    text: str
    start_s: float
    end_s: float


class Finding(Model):
    """One thing to do better. `kind` says which, words are found for it elsewhere.

    `quotes` are what it rests on. A part that is missing would belong `before` or `after` a sentence. `numbers` are what
    was measured and what it was held against, `names` what was not mentioned.
    """

    kind: str
    quotes: tuple[Quote, ...] = ()
    before: Quote | None = None
    after: Quote | None = None
    numbers: dict[str, float] = Field(default_factory=dict)
    names: tuple[str, ...] = ()


class Coached(Model):
    """All that is told of one answer.

    `unsaid` says of what nothing is said and why, by code: a transcript that is too short (which leaves the content open), no
    face, a dark picture. `parts` are what was heard of a good answer, with the sentences that speak for it; `facts` what was
    measured, whether or not there is something to advise.
    """

    language: str
    sentences: tuple[Quote, ...]
    parts: dict[str, tuple[Quote, ...]] = Field(default_factory=dict)
    findings: tuple[Finding, ...] = ()
    unsaid: tuple[str, ...] = ()
    facts: dict[str, float] = Field(default_factory=dict)


class Said:
    """The sentences of an answer, and which of them something was said in."""

    def __init__(self, transcript: Transcript) -> None:
        self.language = transcript.language
        self.sentences: tuple[Sentence, ...] = sentences(transcript)

    def quotes(self) -> tuple[Quote, ...]:
        return tuple(quoted(sentence) for sentence in self.sentences)

    def around(self, clauses: Sequence[Sentence]) -> tuple[Quote, ...]:
        """The sentences that clauses are part of, each once and in order."""
        held = [Interval(clause.start_s, clause.end_s) for clause in clauses]
        return tuple(
            quoted(sentence)
            for sentence in self.sentences
            if any(
                Interval(sentence.start_s, sentence.end_s).overlap_s(one) > one.duration_s / 2 for one in held
            )
        )


def quoted(sentence: Sentence) -> Quote:
    return Quote(text=sentence.text, start_s=round(sentence.start_s, 2), end_s=round(sentence.end_s, 2))
