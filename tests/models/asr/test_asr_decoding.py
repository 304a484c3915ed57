"""What both engines share: segments out of tokens, signs and numbers joined to words."""

from __future__ import annotations

import pytest

from interview_analysis.models.asr.decoding import AlignedWord, merge_signs, recognised_segments

TIMESTAMP = 1000


def aligned(*texts: str, tokens: int = 1) -> list[AlignedWord]:
    return [AlignedWord(text, tokens, i * 0.5, i * 0.5 + 0.5, 1.0 - i / 10) for i, text in enumerate(texts)]


@pytest.mark.parametrize(
    ("parts", "whole"),
    [
        ((" by", " 35", "%"), [" by", " 35%"]),
        ((" 1", ".2", " million"), [" 1.2", " million"]),
        ((" 12", ",000", "."), [" 12,000."]),
        (("在", "20", "23", "年", "，"), ["在", "2023", "年，"]),
        (("提", "升", "3", ".", "5", "%"), ["提", "升", "3.5%"]),
        ((" on", " 2023", ",", " 35", " people"), [" on", " 2023,", " 35", " people"]),
        ((" (", "well", ")"), [" (well)"]),
    ],
)
def test_signs_and_numbers_are_joined(parts: tuple[str, ...], whole: list[str]) -> None:
    merged = merge_signs(aligned(*parts))
    assert [word.text for word in merged] == whole
    assert sum(word.token_count for word in merged) == len(parts)
    assert all(word.start_s < word.end_s for word in merged)


def test_a_number_lasts_from_its_first_part_to_its_last() -> None:
    (number,) = merge_signs(aligned("35", "%"))
    assert (number.start_s, number.end_s, number.probability) == (0.0, 1.0, 0.9)
    (word,) = merge_signs(aligned("well", ","))
    assert (word.start_s, word.end_s, word.probability) == (0.0, 0.5, 1.0)


def test_segments_divide_at_timestamps() -> None:
    tokens = [TIMESTAMP, 1, 2, TIMESTAMP + 50, TIMESTAMP + 60, 3, 4, TIMESTAMP + 99]
    words = aligned(" one", " two", " three", " four.")
    first, second = recognised_segments(tokens, TIMESTAMP, lambda _: "one two three four.", words, -0.2, 0.1)
    assert (first.text, second.text) == ("one two", "three four.")
    assert [word.text for word in second.words] == ["three", "four."]
    assert second.words[0].start_s == 1.0


def test_signs_alone_make_no_segment() -> None:
    assert recognised_segments([TIMESTAMP, 1], TIMESTAMP, lambda _: "...", aligned(" ..."), -0.2, 0.1) == ()
    assert recognised_segments([], TIMESTAMP, lambda _: "", [], -0.2, 0.9) == ()
