"""How much is said. Kept for the control of length; more is not better."""

from __future__ import annotations

from collections.abc import Mapping

from interview_analysis.features.core.extractor import COVERAGE, Extractor, FeatureSpec
from interview_analysis.features.language.sentences import (
    counts_characters,
    join_words,
    sentences,
    unit_count,
    words_in,
)
from interview_analysis.features.language.stretches import in_main_language
from interview_analysis.types import Interval, Observations


def _compute(observations: Observations, window: Interval) -> Mapping[str, float]:
    spoken = observations.transcript
    transcript = in_main_language(spoken) if spoken is not None else None
    words = words_in(transcript, window)
    if transcript is None or not words:
        return {COVERAGE: 0.0}
    length = unit_count(join_words(words, transcript.language), transcript.language)
    name = "char_count" if counts_characters(transcript.language) else "word_count"
    return {name: length, "sentence_count": len(sentences(transcript, window)), COVERAGE: 1.0}


EXTRACTOR = Extractor(
    name="answer_length",
    version=2,
    channel="content",
    specs=(
        FeatureSpec("word_count", "words", "words said; not for Chinese", low=0),
        FeatureSpec(
            "char_count", "characters", "Chinese characters said, a Latin word or number counts as one", low=0
        ),
        FeatureSpec(
            "sentence_count", "count", "sentences or clauses, see features/language/sentences.py", low=0
        ),
    ),
    compute=_compute,
)
