"""Sentiment and person words in both languages, by counts that were made by hand."""

from __future__ import annotations

import pytest

from interview_analysis.features.content.sentiment import judgements
from interview_analysis.features.core.extractor import extractors, tabulate
from tests.transcripts import observations_from_text, whole


def test_judgements_are_counted_and_turned_by_a_negation():
    cases = [
        ("it was great and i enjoyed it", "en", (2, 0)),
        ("i was not happy. it was terrible", "en", (0, 2)),
        ("good morning", "en", (0, 0)),
        ("项目很成功,我很自豪", "zh", (2, 0)),
        ("我不喜欢,结果很糟糕", "zh", (0, 2)),
        ("不仅成绩优秀", "zh", (1, 0)),
        ("特别优秀", "zh", (1, 0)),
        ("not only was it great", "en", (1, 0)),
    ]
    assert [
        (text, language, expected, found)
        for text, language, expected in cases
        if (found := judgements(text, language)) != expected
    ] == []


@pytest.mark.parametrize(
    ("text", "language", "singular", "plural"),
    [("I led it and we won with our plan", "en", 1, 2), ("我带领我们团队,自己也学习了", "zh", 2, 1)],
)
def test_persons_are_told_apart(text, language, singular, plural):
    extractor = next(e for e in extractors() if e.name == "person_words")
    observations = observations_from_text(text, language)
    row = tabulate(extractor, observations, [whole(observations)]).iloc[0]
    assert row["person_words.we_ratio"] == pytest.approx(plural / (singular + plural))
