"""Moments that stand out from the speaker's own baseline, as events with a size, a baseline and a confidence.

They are what a person could see and hear, and no more. `unusually_long` and `confidence` in baseline.py say when
something stands out and how certain that is.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from interview_analysis.features.moments import body as moments_body
from interview_analysis.features.moments import face as moments_face
from interview_analysis.features.moments import voice as moments_voice
from interview_analysis.features.voice.speech_units import rate_unit
from interview_analysis.types import Channel, Event, Observations

if TYPE_CHECKING:
    import pandas as pd

_RATE_UNITS = {"wpm": "words/min", "cpm": "characters/min"}


@dataclass(frozen=True, slots=True)
class Moment:
    """A kind of moment. `own` says that it is the candidate's behaviour, and not someone else's."""

    channel: Channel
    unit: str  # of value and baseline
    own: bool = True


KINDS: dict[str, Moment] = {
    "rate_rise": Moment("voice", "rate"),
    "rate_drop": Moment("voice", "rate"),
    "volume_drop": Moment("voice", "dB"),
    "long_pause": Moment("voice", "s"),
    "late_answer": Moment("voice", "s"),
    "another_voice": Moment("voice", "s", own=False),
    "long_off_camera": Moment("face", "s"),
    "brow_lowering_run": Moment("face", "s"),
    "script_signs": Moment("face", "1/min"),
    "another_face": Moment("face", "faces", own=False),
    "face_touches": Moment("posture", "count"),
    "hand_held_at_face": Moment("posture", "s"),
    "posture_shift": Moment("posture", "shoulder widths"),
}


def moments(observations: Observations, timeline: pd.DataFrame) -> tuple[Event, ...]:
    """All moments by time. `timeline` has the features of all extractors over sliding windows (`FeatureTables.timeline`)."""
    found = [
        *moments_voice.moments(observations, timeline),
        *moments_face.moments(observations),
        *moments_body.moments(observations),
    ]
    return tuple(sorted(found, key=lambda event: (event.start_s, event.end_s, event.kind)))


def unit_of(kind: str, language: str | None) -> str:
    """The unit of a moment's value and baseline; that of a rate is the language's. Empty for other events."""
    moment = KINDS.get(kind)
    if moment is None:
        return ""
    return _RATE_UNITS[rate_unit(language or "") or "wpm"] if moment.unit == "rate" else moment.unit
