"""What flows between the stages."""

from __future__ import annotations

import pytest

from interview_analysis.types import Segment, Transcript


@pytest.mark.parametrize(
    ("language", "text"), [("yue", "我哋一齊做嘢"), ("zh", "我哋一齊做嘢"), ("en", "我哋 一齊做嘢")]
)
def test_only_languages_that_are_written_with_spaces_get_them(language: str, text: str):
    segments = (Segment("我哋", 0.0, 1.0, ()), Segment("一齊做嘢", 1.0, 2.0, ()))
    assert Transcript(language, 0.9, segments, "whisper", "base").text == text
