"""Lexical cues of a sentence: rates of words that go with a function, of persons, of figures and of the question's own.

They stand beside the sentence's vector as inputs of the function model; none decides anything by itself.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache

import numpy as np
from numpy.typing import NDArray

from interview_analysis.features.content.figures import figure_spans
from interview_analysis.features.content.non_answer import text_declines
from interview_analysis.features.content.star import has_action, has_result
from interview_analysis.features.language.lexicons import phrases, spans
from interview_analysis.features.language.sentences import normalise, tokens, unit_count

LISTS = (
    "past_time", "past_verbs", "present_habit", "conditional", "future", "difficulty", "reasoning", "result",
    "seen_by_others", "reflection", "praise", "declines", "fillers", "to_the_scorer", "speech", "places", "people",
)  # fmt: skip
PERSONS = ("singular", "plural", "others", "you")
NAMES = (
    *LISTS, *PERSONS, "figures", "own_action", "outcome", "non_answer", "function_words", "marks",
    "length", "of_question", "we_share",
)  # fmt: skip
_COUNTED = 3  # more of a cue in one sentence say no more
_LONG = {"zh": 40.0, "en": 25.0}


def cues(texts: Sequence[str], question: str, language: str) -> NDArray[np.float64]:
    """Cues of sentences, shape (n, len(NAMES)); counts are capped and halved by each further one, shares lie in 0 to 1.

    `question` is what was asked, empty where that is not known.
    """
    asked = content_words(question, language)
    rows = [_row(text, asked, language) for text in texts]
    return np.array(rows, dtype=np.float64).reshape(len(texts), len(NAMES))


def _row(text: str, asked: frozenset[str], language: str) -> list[float]:
    folded = normalise(text)
    length = max(1, unit_count(text, language))
    counts = [_count("discourse", name, folded, language) for name in LISTS]
    persons = [_count("person_words", name, folded, language) for name in PERSONS]
    words = tokens(text, language)
    small = _small_words(language)
    own = persons[0] + persons[1]
    content = {w for w in words if w not in small}
    return [
        *(_saturated(c) for c in counts),
        *(_saturated(c) for c in persons),
        _saturated(len(figure_spans(folded, language))),
        float(has_action(folded, language)),
        float(has_result(folded, language)),
        float(text_declines(folded, language)),
        sum(w in small for w in words) / max(1, len(words)),
        sum(c in ",;:、，；：/" for c in text) / length,
        min(1.0, length / _LONG["zh" if language == "zh" else "en"]),
        len(content & asked) / max(1, len(content)),
        persons[1] / own if own else 0.0,
    ]


def _count(lexicon: str, name: str, text: str, language: str) -> int:
    return sum(1 for _ in spans(lexicon, name, text, language))


def _saturated(count: int) -> float:
    """0, 1/2, 3/4, 7/8 for none, one, two, three or more."""
    return 1.0 - 0.5 ** min(count, _COUNTED)


def content_words(text: str, language: str) -> frozenset[str]:
    """The words of a text that are no small words."""
    small = _small_words(language)
    return frozenset(w for w in tokens(text, language) if w not in small)


@cache
def _small_words(language: str) -> frozenset[str]:
    """Words that hold a sentence together; what is left of a keyword list has next to none."""
    return frozenset(phrases("function_words", "function_words", language))
