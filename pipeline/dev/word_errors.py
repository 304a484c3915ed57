"""Word and character error rates: our normalisation, jiwer's distance."""

from __future__ import annotations

import re
import unicodedata

import jiwer


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
    return float(jiwer.wer(" ".join(english_words(reference)), " ".join(english_words(heard))))


def character_error_rate(reference: str, heard: str) -> float:
    return float(jiwer.cer("".join(chinese_characters(reference)), "".join(chinese_characters(heard))))
