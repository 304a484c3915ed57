"""Sentences in which the speaker declines to answer: "I don't know", 没有做过. Lists: configs/lexicons."""

from __future__ import annotations

from collections.abc import Mapping

from interview_analysis.features.content.figures import figure_spans
from interview_analysis.features.content.star import has_action
from interview_analysis.features.core.extractor import COVERAGE, Extractor, FeatureSpec
from interview_analysis.features.language.lexicons import found, pattern, readable
from interview_analysis.features.language.sentences import locate, sentences
from interview_analysis.types import Event, Interval, Observations, Sentence


def declines(sentence: Sentence, language: str) -> bool:
    """Whether a sentence declines to answer, and holds neither a doing of the speaker nor a figure."""
    return text_declines(locate(sentence.words, language).text, language)


def text_declines(text: str, language: str) -> bool:
    """As `declines`, for normalised text."""
    if not found("non_answers", "non_answers", text, language):
        return False
    return not has_action(_without_cues(text, language), language) and not figure_spans(text, language)


def _without_cues(text: str, language: str) -> str:
    # "I have never done it" must not count as a doing because of its "done".
    return pattern("non_answers", "non_answers", language).sub(" ", text)


def _compute(observations: Observations, window: Interval) -> Mapping[str, float]:
    transcript = readable(observations.transcript)
    units = sentences(transcript, window) if transcript is not None else ()
    if transcript is None or not units:
        return {COVERAGE: 0.0}
    declined = sum(declines(sentence, transcript.language) for sentence in units)
    return {"non_answer_count": declined, "non_answer_ratio": declined / len(units), COVERAGE: 1.0}


def _events(observations: Observations) -> tuple[Event, ...]:
    transcript = readable(observations.transcript)
    if transcript is None:
        return ()
    return tuple(
        Event("non_answer", sentence.start_s, sentence.end_s, label=sentence.text)
        for sentence in sentences(transcript)
        if declines(sentence, transcript.language)
    )


EXTRACTOR = Extractor(
    name="non_answer",
    version=2,
    channel="content",
    specs=(
        FeatureSpec("non_answer_count", "count", "sentences that decline to answer", low=0),
        FeatureSpec("non_answer_ratio", "ratio", "share of sentences that decline to answer", 0, 1),
    ),
    compute=_compute,
    events=_events,
)
