"""Syllables a second by the sound alone, beside those of the transcript.

The two are told apart by what they rest on: peaks of the level (models/voice/nuclei.py), and the recogniser's words.
Where the recogniser invents words or loses them, they disagree.
"""

from __future__ import annotations

import numpy as np

from interview_analysis.features.core.extractor import COVERAGE, Extractor, FeatureSpec
from interview_analysis.features.language.sentences import words_touching
from interview_analysis.features.voice.speech_units import (
    coverage,
    frames_s,
    inside,
    overlap_s,
    speech_frames,
    spoken_syllables,
)
from interview_analysis.types import Interval, Observations, Word

MIN_SPEECH_S = 2.0
MIN_VOICED_RATIO = (
    0.4  # of the speech: a whisper, and a voice that is hoarse with a cold (0.28), hide their syllables
)
# On 11 recordings that were set aside, reference transcripts and the sound differ by 10 % (root mean square of the log
# ratio), by 28 % at most.
DISAGREE = 1.5


def compute(observations: Observations, window: Interval) -> dict[str, float]:
    """Over the regions of speech in `window`; nothing where there are less than two seconds of it, or where it has little voice."""
    track, speech = observations.acoustics, observations.speech
    if track is None or speech is None:
        return {COVERAGE: 0.0}
    speech_s = overlap_s(speech.regions, window)
    values = {COVERAGE: coverage(speech_s, window)}
    voiced_s = frames_s(np.isfinite(track.f0_hz) & speech_frames(track, speech, window))
    if speech_s < MIN_SPEECH_S or voiced_s < MIN_VOICED_RATIO * speech_s:
        return values
    nuclei_s = track.nucleus_s[inside(track.nucleus_s, speech.regions)]
    heard = np.count_nonzero((nuclei_s >= window.start_s) & (nuclei_s < window.end_s))
    values["nuclei_per_s"] = heard / speech_s
    if observations.transcript is not None:
        said = sum(_syllables(word, window) for word in words_touching(observations.transcript, window))
        values["transcript_per_s"] = said / speech_s
        if heard:
            values["transcript_ratio"] = said / heard
    return values


def _syllables(word: Word, window: Interval) -> int:
    middle_s = (word.start_s + word.end_s) / 2
    return spoken_syllables(word.text) if window.start_s <= middle_s < window.end_s else 0


EXTRACTOR = Extractor(
    "syllables",
    2,
    "voice",
    (
        FeatureSpec(
            "nuclei_per_s",
            "1/s",
            "articulation rate without a transcript: voiced peaks of the level from 300 to 2500 Hz per second of speech",
            0,
            source="de Jong & Wempe 2009",
        ),
        FeatureSpec(
            "transcript_per_s", "1/s", "syllables (Chinese characters) of the words per second of speech", 0
        ),
        FeatureSpec(
            "transcript_ratio",
            "ratio",
            "syllables of the words for each that is heard; far from 1 where words were invented or lost",
            0,
        ),
    ),
    compute,
)
