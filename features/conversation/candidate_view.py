"""What was observed of the candidate alone, where several voices were heard.

The candidate's words, speech and voice are cut out along the candidate's turns. Faces and poses stay whole: who
listens is seen, too, and nods, gaze and posture while listening belong to how somebody comes across in a conversation.
What goes with speaking (mouth movement) is lower the more the other speaks, and is not scored.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise

import numpy as np

from interview_analysis.features.conversation.candidate_face import following
from interview_analysis.features.conversation.voice_words import segments_by_voice
from interview_analysis.features.core.turns import BACK_CHANNEL_S, alone, common, gaps, held, united
from interview_analysis.features.voice.speech_units import inside
from interview_analysis.types import (
    AcousticTrack,
    CandidateVoice,
    Conversation,
    Interval,
    Observations,
    Segment,
    SpeechActivity,
    Transcript,
    Turn,
)

MIN_OTHER_S = 0.1  # less of another voice between two regions is the edge of a turn


def candidate_view(observations: Observations, candidate: CandidateVoice | None) -> Observations:
    """The observations of the candidate, with what the others said in `conversation`.

    - Words belong to whoever speaks them; those of no voice are not the candidate's. A segment of several voices is cut.
    - Regions of speech are cut to the candidate's turns. Between two turns that nobody else's words part, all speech is
      the candidate's. Silence around another's speech is nobody's pause, see `SpeechActivity.others_s`.
    - The language of the words is the main one of the candidate, that of the others' words theirs.
    - Acoustics are NaN, and voiced segments left out, where the candidate does not speak alone.

    Where the candidate is the only voice, everything else is what was handed in; `candidate` None gives it back as it is.
    Where the candidate's voice is not known, nothing that was said is the candidate's. Of several faces the one that
    speaks with the candidate's voice is taken, see candidate_face.py.
    """
    observations = following(observations, candidate)
    voices = observations.voices
    if candidate is None or voices is None:
        return observations
    own = tuple(turn for turn in voices.turns if turn.voice == candidate.voice)
    others = tuple(turn for turn in voices.turns if turn.voice != candidate.voice)
    transcript = observations.transcript
    pieces = () if transcript is None or not others else segments_by_voice(transcript, voices)
    conversation = Conversation(
        candidate=candidate,
        own=tuple(Interval(turn.start_s, turn.end_s) for turn in own),
        others=others,
        other_words=None
        if transcript is None
        else replace(
            transcript, segments=tuple(s for s in pieces if s.voice != candidate.voice or s.voice is None)
        ).led_by_its_main_language(),
    )
    if not others:
        return replace(observations, conversation=conversation)
    floors = held(own, others)
    return replace(
        observations,
        speech=None if observations.speech is None else _speech(observations.speech, floors, others),
        transcript=None
        if transcript is None
        else replace(transcript, segments=_own(pieces, candidate.voice, others)).led_by_its_main_language(),
        acoustics=None
        if observations.acoustics is None
        else _acoustics(observations.acoustics, alone(floors, others)),
        conversation=conversation,
    )


def everyone(view: Observations) -> Transcript | None:
    """All that was said, the candidate's words and the others', by time; the transcript itself without others."""
    transcript, conversation = view.transcript, view.conversation
    others = conversation.other_words if conversation is not None else None
    if transcript is None or others is None or not others.segments:
        return transcript
    segments = sorted((*transcript.segments, *others.segments), key=lambda segment: segment.start_s)
    return replace(transcript, segments=tuple(segments))


def _own(pieces: Sequence[Segment], voice: int | None, others: Sequence[Turn]) -> tuple[Segment, ...]:
    """The candidate's segments, marked where somebody else takes the floor before the next."""
    if voice is None:
        return ()
    own = [piece for piece in pieces if piece.voice == voice]
    if not own:
        return ()
    taken_s = [turn.start_s for turn in others if turn.end_s - turn.start_s >= BACK_CHANNEL_S]
    marked = [
        replace(piece, ends_turn=bisect_right(taken_s, piece.start_s) < bisect_left(taken_s, after.start_s))
        for piece, after in pairwise(own)
    ]
    return (*marked, own[-1])


def _speech(speech: SpeechActivity, own: Sequence[Interval], others: Sequence[Turn]) -> SpeechActivity:
    regions = tuple(common(speech.regions, own))
    spoken, others_s = united(others), []
    for gap in gaps(regions):
        heard = tuple(common((gap,), spoken))
        if sum(piece.duration_s for piece in heard) >= MIN_OTHER_S:
            others_s.append((heard[0].start_s + heard[0].end_s) / 2)
    return SpeechActivity(regions, speech.joints_s, tuple(others_s))


def _acoustics(track: AcousticTrack, aloud: Sequence[Interval]) -> AcousticTrack:
    frames = inside(track.time_s, aloud)
    nuclei = inside(track.nucleus_s, aloud)
    segments = inside((track.segment_start_s + track.segment_end_s) / 2, aloud)
    return replace(
        track,
        nucleus_s=track.nucleus_s[nuclei],
        **{
            name: np.where(frames, getattr(track, name), np.nan)
            for name in ("f0_hz", "intensity_db", "hnr_db")
        },
        **{
            name: getattr(track, name)[segments]
            for name in ("segment_start_s", "segment_end_s", "jitter_ratio", "shimmer_ratio")
        },
    )
