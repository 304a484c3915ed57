"""Syllables of the words beside those of the sound, and the doubt where they disagree."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from interview_analysis.features.voice.syllables import compute
from interview_analysis.types import (
    AcousticTrack,
    Interval,
    MediaFacts,
    Observations,
    SpeechActivity,
    Transcript,
)
from tests.transcripts import transcript_from_text

WHOLE = Interval(0.0, 10.0)


def heard(syllables: int, *, voiced: float = 0.7, text: str = "so " * 40) -> Observations:
    """Ten seconds of speech with syllables at even distances, of which a share is voiced."""
    time_s = (np.arange(1000) + 0.5) / 100
    f0_hz = np.where(np.arange(1000) % 10 < 10 * voiced, 120.0, np.nan)
    nothing = np.empty(0)
    track = AcousticTrack(
        time_s, f0_hz, f0_hz * 0 + 60, f0_hz * 0 + 15, nothing, nothing, nothing, nothing,
        nucleus_s=(np.arange(syllables) + 0.5) * 10.0 / syllables,
    )  # fmt: skip
    words: Transcript = transcript_from_text(text, "en", wpm=240)
    facts = MediaFacts(10.0, has_audio=True, has_video=False)
    return Observations(facts, SpeechActivity((WHOLE,)), words, track)


def test_rates_are_those_of_the_sound_and_of_the_words():
    values = compute(heard(42), WHOLE)
    assert values["nuclei_per_s"] == pytest.approx(4.2)
    assert values["transcript_per_s"] == pytest.approx(4.0)
    assert values["transcript_ratio"] == pytest.approx(40 / 42)
    half = compute(heard(42), Interval(0.0, 5.0))
    assert half["nuclei_per_s"] == pytest.approx(4.2)


def test_lost_and_invented_words_move_the_ratio():
    assert compute(heard(42, text="so " * 10), WHOLE)["transcript_ratio"] == pytest.approx(10 / 42)
    assert compute(heard(15), WHOLE)["transcript_ratio"] == pytest.approx(40 / 15)


def test_what_sounds_like_syllables_beside_the_speech_is_not_counted():
    seen = heard(42)
    half = replace(seen, speech=SpeechActivity((Interval(0.0, 5.0),)))
    assert compute(half, WHOLE)["nuclei_per_s"] == pytest.approx(4.2)


@pytest.mark.parametrize(
    ("seen", "window"),
    [(heard(42, voiced=0.3), WHOLE), (heard(42), Interval(0.0, 1.0))],
    ids=["a whisper", "too short"],
)
def test_what_cannot_be_counted_is_missing(seen: Observations, window: Interval):
    assert set(compute(seen, window)) == {"coverage_ratio"}
    assert compute(Observations(seen.facts), window) == {"coverage_ratio": 0.0}
