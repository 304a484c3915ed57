"""Two-voice conversations as the candidate's view shows them, made from lines of text."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from interview_analysis.types import (
    CandidateVoice,
    Conversation,
    Interval,
    MediaFacts,
    Observations,
    Segment,
    SpeechActivity,
    Transcript,
    Turn,
)
from tests.transcripts import transcript_from_text

Line = tuple[str, str]  # "I" or "C", and what is said
GAP_S = 0.8  # of silence between two turns


def conversation(
    lines: Sequence[Line], language: str = "en", asked_in: str | None = None, duration_s: float = 0.0
) -> Observations:
    """The candidate's view ("C") of a conversation with an interviewer ("I"), one line after the other."""
    spoken: dict[str, list[Segment]] = {"I": [], "C": []}
    time_s = 0.5
    for who, text in lines:
        code = language if who == "C" else asked_in or language
        said = transcript_from_text(text, code, start_s=time_s)
        spoken[who] += said.segments
        time_s = (said.words[-1].end_s if said.words else time_s) + GAP_S
    own = tuple(Interval(s.start_s, s.end_s) for s in spoken["C"])
    return Observations(
        facts=MediaFacts(max(time_s, duration_s), has_audio=True, has_video=False, snr_db=30.0),
        speech=SpeechActivity(own),
        transcript=_transcript(spoken["C"], language),
        conversation=Conversation(
            CandidateVoice(1, "face", 0.9),
            own,
            tuple(Turn(0, s.start_s, s.end_s) for s in spoken["I"]),
            _transcript(spoken["I"], asked_in or language),
        ),
    )


def without_conversation(seen: Observations) -> Observations:
    return replace(seen, conversation=None)


def _transcript(segments: Sequence[Segment], language: str) -> Transcript:
    return Transcript(language, 0.99, tuple(segments), "text", "person")
