"""Word and character error rates, for the tests."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence


def edit_distance(reference: Sequence[str], heard: Sequence[str]) -> int:
    """Levenshtein distance."""
    row = list(range(len(heard) + 1))
    for i, wanted in enumerate(reference, 1):
        above, row = row, [i]
        for j, got in enumerate(heard, 1):
            row.append(min(above[j] + 1, row[-1] + 1, above[j - 1] + (wanted != got)))
    return row[-1]


def english_words(text: str) -> list[str]:
    """Words after Whisper's own normaliser: case, signs, contractions, numerals, "um" and "uh" taken away."""
    from whisper.normalizers import EnglishTextNormalizer

    text = re.sub(r"\[[\d.-]+\]|^\w+:", " ", text, flags=re.MULTILINE)  # times and speakers of the references
    return str(EnglishTextNormalizer()(text)).split()


def chinese_characters(text: str) -> list[str]:
    """Letters, digits and characters, in simplified script and half width."""
    from opencc import OpenCC

    text = OpenCC("t2s").convert(unicodedata.normalize("NFKC", text)).lower()
    return [char for char in text if char.isalnum()]


def word_error_rate(reference: str, heard: str) -> float:
    words = english_words(reference)
    return edit_distance(words, english_words(heard)) / len(words)


def character_error_rate(reference: str, heard: str) -> float:
    chars = chinese_characters(reference)
    return edit_distance(chars, chinese_characters(heard)) / len(chars)
