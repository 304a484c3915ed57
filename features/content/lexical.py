"""Lexical variety that does not depend on length: the moving-average type-token ratio."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence

from interview_analysis.features.core.extractor import COVERAGE, Extractor, FeatureSpec
from interview_analysis.features.language.sentences import join_words, tokens, words_in
from interview_analysis.features.language.stretches import in_main_language
from interview_analysis.types import Interval, Observations

WINDOW_TOKENS = 50


def mattr(items: Sequence[str], window: int = WINDOW_TOKENS) -> float:
    """Moving-average type-token ratio, 0 to 1 (Covington & McFall 2010).

    The mean, over every run of `window` consecutive tokens, of distinct tokens / `window`. NaN when there are
    fewer than `window` tokens, because a ratio over a shorter run is not comparable.
    """
    if len(items) < window:
        return float("nan")
    counts = Counter(items[:window])
    total = len(counts)
    for gone, new in zip(items, items[window:], strict=False):
        counts[gone] -= 1
        if not counts[gone]:
            del counts[gone]
        counts[new] += 1
        total += len(counts)
    return total / (window * (len(items) - window + 1))


def _compute(observations: Observations, window: Interval) -> Mapping[str, float]:
    transcript = in_main_language(observations.transcript) if observations.transcript is not None else None
    words = words_in(transcript, window)
    if transcript is None or not words:
        return {COVERAGE: 0.0}
    return {
        "mattr_ratio": mattr(tokens(join_words(words, transcript.language), transcript.language)),
        COVERAGE: 1.0,
    }


EXTRACTOR = Extractor(
    name="lexical",
    version=2,
    channel="content",
    specs=(
        FeatureSpec(
            "mattr_ratio",
            "ratio",
            "moving-average type-token ratio over 50 words (jieba words in Chinese)",
            low=0,
            high=1,
            source="Covington & McFall 2010, J. Quantitative Linguistics 17(2)",
        ),
    ),
    compute=_compute,
)
