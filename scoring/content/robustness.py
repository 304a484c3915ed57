"""The same answer in other words' clothing: how a recogniser, a transcriber or chance might have left it."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache

import numpy as np

from interview_analysis.features.language.lexicons import phrases
from interview_analysis.features.language.sentences import sentences
from interview_analysis.scoring.content.examples import Known, unpunctuated
from interview_analysis.scoring.content.typed import transcript_of_text
from interview_analysis.scoring.profile import Language

MISTAKES = 0.15
# Of a recogniser's mistakes. Chinese: Whisper base on nine public recordings, 351 characters, of whose 46 mistakes 38 were
# substitutions, 4 deletions, 4 insertions, and 18 of the substituted characters sounded alike. English the same shares.
SUBSTITUTED, DROPPED = 0.83, 0.09
SOUNDS_ALIKE = 0.5


def variants(answer: Known, seed: int) -> Iterator[tuple[str, str]]:
    """Name and text of each variant of an answer in its own language."""
    text = answer.said
    yield "as it is", text
    yield "no punctuation", unpunctuated(text, answer.lang)
    yield f"{MISTAKES:.0%} mistakes", with_mistakes(text, answer.lang, np.random.default_rng(seed))
    yield "sentences in another order", shuffled(text, answer.lang, np.random.default_rng(seed))
    yield "said twice", text + (" " if answer.lang == "en" else "") + text


def with_mistakes(text: str, language: Language, rng: np.random.Generator, share: float = MISTAKES) -> str:
    """`text` without punctuation and with a share of its words (in Chinese characters) substituted, dropped or inserted."""
    bare = unpunctuated(text, language)
    words = list(bare) if language == "zh" else bare.split()
    if not words:
        return bare
    left: list[str] = []
    for word in words:
        if rng.random() >= share:
            left.append(word)
            continue
        kind = rng.random()
        other = words[int(rng.integers(len(words)))]
        if kind < SUBSTITUTED:
            left.append(_misheard(word, other, language, rng))
        elif kind >= SUBSTITUTED + DROPPED:
            left += [word, other]
    return ("" if language == "zh" else " ").join(left)


def shuffled(text: str, language: Language, rng: np.random.Generator) -> str:
    """`text` with its sentences in another order."""
    parts = [sentence.text for sentence in sentences(transcript_of_text(text, language))]
    return ("" if language == "zh" else " ").join(parts[i] for i in rng.permutation(len(parts)))


def _misheard(word: str, other: str, language: Language, rng: np.random.Generator) -> str:
    """Half of the time something that sounds alike, else another word of the same answer."""
    if rng.random() >= SOUNDS_ALIKE:
        return other
    if language == "zh":
        alike = _homophones().get(word, "")
        return alike[int(rng.integers(len(alike)))] if alike else other
    if len(word) < 4:
        return other
    at = int(rng.integers(1, len(word) - 1))
    return word[:at] + "aeiou"[int(rng.integers(5))] + word[at + 1 :]


@cache
def _homophones() -> dict[str, str]:
    return {c: group for group in phrases("homophones", "groups", "zh") for c in group}
