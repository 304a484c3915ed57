"""Whom an answer speaks of: the speaker, the speaker's group, others, the listener. Lists: configs/lexicons."""

from __future__ import annotations

from collections.abc import Mapping

from interview_analysis.features.core.extractor import COVERAGE, Extractor, FeatureSpec
from interview_analysis.features.language.lexicons import readable, spans
from interview_analysis.features.language.sentences import join_words, locate, unit_count, words_in
from interview_analysis.types import Interval, Observations

_PERSONS = ("singular", "plural", "others", "you")
_PER_100 = "per 100 words (en) or characters (zh)"
_SOURCE = "Pennebaker, Mehl & Niederhoffer 2003"


def _compute(observations: Observations, window: Interval) -> Mapping[str, float]:
    transcript = readable(observations.transcript)
    words = words_in(transcript, window)
    if transcript is None or not words:
        return {COVERAGE: 0.0}
    language = transcript.language
    text = locate(words, language).text
    units = unit_count(join_words(words, language), language)
    counts = {name: sum(1 for _ in spans("person_words", name, text, language)) for name in _PERSONS}
    values = {
        f"{name}_per_100": 100 * count / units if units else float("nan") for name, count in counts.items()
    }
    own = counts["singular"] + counts["plural"]
    return {**values, "we_ratio": counts["plural"] / own if own else float("nan"), COVERAGE: 1.0}


EXTRACTOR = Extractor(
    name="person_words",
    version=1,
    channel="content",
    specs=(
        FeatureSpec("singular_per_100", _PER_100, "first person singular: I, my, 我", 0, source=_SOURCE),
        FeatureSpec("plural_per_100", _PER_100, "first person plural: we, our, 我们", 0, source=_SOURCE),
        FeatureSpec("others_per_100", _PER_100, "other persons: they, her, 他们, 同事", 0, source=_SOURCE),
        FeatureSpec("you_per_100", _PER_100, "second person: you, your, 你, 您", 0, source=_SOURCE),
        FeatureSpec("we_ratio", "ratio", "plural among the first person words", 0, 1, source=_SOURCE),
    ),
    compute=_compute,
)
