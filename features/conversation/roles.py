"""Whose voice is the candidate's.

The surest sign decides: the speaker, the recording or the channel that the user names; that there is one voice only; on video,
the voice that the mouth in the picture moves with. Without any of them the voice that speaks most is taken for the
candidate's, and marked as a guess. Scoring the interviewer as the candidate is worse than no score: where the signs
do not tell, or speak against each other, no voice is named.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np

from interview_analysis.features.conversation.voice_words import segments_by_voice
from interview_analysis.features.core.turns import alone
from interview_analysis.features.face.lips import LipMatch, jaw_rests, lip_match
from interview_analysis.features.language.sentences import counts_characters, sentences
from interview_analysis.tracks import FaceTrack
from interview_analysis.types import CandidateVoice, FloatArray, Observations, Transcript, Voices

# A mouth has to move this much more surely with one voice than with the others, see `LipMatch`. Measured on made
# conversations, 270 of each kind: the real mouths of nine people who talk, taken for the candidate's turns, and of
# five who listen or change their expression, for the interviewer's. Of six exchanges, the right voice was named in
# all, and one of the voices in 2 % of those whose turns were shifted against the mouth, in 1 % of those in which the
# mouth moves all the time or never; of three exchanges in 88, 9 and 4 %, of two in 53, 9 and 3 %. No listener was
# taken for the speaker; one who opens and twists the mouth all the time would be.
MIN_LIP_CONFIDENCE = 0.98
MIN_LIP_AREA = 0.75
MIN_LIP_PIECES = 8  # of each side, with which a mouth that goes with a voice shows it; with fewer it may not
MAX_OTHER_FACES = 0.1  # share of the frames with several faces, from which on the face may be anybody's

# The candidate had 75 to 94 % of the words in each of the 96 interviews of the MIT data, 89 % in the middle one.
MIN_TALK_SHARE = 0.6
INTERVIEWER_TALK_SHARE = 0.4
MORE_QUESTIONS = 2  # than the others: one is soon heard where there is none, in "how it works" or in 什么都

# Cosine of CAM++ embeddings (models/voice/speaker.py). Pieces of 3.5 s of one person, of 14 people, were 0.61 to 0.98 alike, 0.77
# or more for another recording of the same person; of 743 pairs of different people 99 % were below 0.41, and the
# most alike 0.46. One voice on two microphones was not at hand.
MIN_LIKENESS = 0.54
MIN_LIKENESS_LEAD = 0.1  # over the next voice

_ASKING = {
    "en": re.compile(
        r"[?]|^(?:(?:so|and|okay|ok|well|now|alright),?\s+)*(?:what|why|how|when|where|who|which|tell me|describe|"
        r"walk me|(?:can|could|would|will|do|did|have|are|were|is) you)\b"
    ),
    "zh": re.compile(r"[?？]|吗[。,]?$|呢[。,]?$|什么|为什么|怎么|如何|哪|请问|请介绍|请谈|请讲|请说|能不能|能否|有没有|是不是"),
}  # fmt: skip


def candidate_voice(
    observations: Observations,
    *,
    named: int | None = None,
    channel: int | None = None,
    reference: FloatArray | None = None,
) -> CandidateVoice | None:
    """Name the candidate's voice; None where voices were not told apart, or nobody speaks.

    Parameters
    ----------
    named : the voice that the user says it is.
    channel : the channel of the audio that the candidate is on, from 0, where each voice has its own.
    reference : how the candidate's voice sounds in another recording, shape (d,), as `Voices.embeddings`.
    """
    voices = observations.voices
    if voices is None or not voices.turns:
        return None
    if named is not None:
        return _held_to_face(observations, voices, CandidateVoice(named, "name", 1.0))
    if reference is not None:
        return _held_to_face(observations, voices, _by_reference(voices, reference))
    if channel is not None and voices.channels:
        return _held_to_face(observations, voices, _by_channel(voices, channel))
    if voices.count == 1:
        faces = observations.faces  # which of several it is comes later
        rests = faces is not None and not faces.others and jaw_rests(faces, voices.of(0))
        return CandidateVoice(0, "only_voice", 1.0, doubt="silent" if rests else "")
    if channel is not None and not voices.names:
        return CandidateVoice(None, "channel", 0.0, doubt="silent")
    return _by_face(observations, voices) or _by_talk(observations, voices)


def talk_shares(voices: Voices) -> FloatArray:
    """Each voice's share of the time that all voices speak, together 1, shape (voices,)."""
    spoken_s = np.array([sum(turn.duration_s for turn in voices.of(v)) for v in range(voices.count)])
    shares: FloatArray = spoken_s / spoken_s.sum()
    return shares


def _by_reference(voices: Voices, reference: FloatArray) -> CandidateVoice:
    likeness = np.nan_to_num(voices.embeddings @ reference, nan=-1.0)
    best = int(np.argmax(likeness))
    lead = likeness[best] - max(np.delete(likeness, best), default=-1.0)
    confidence = float(np.clip(likeness[best], 0.0, 1.0))
    if likeness[best] < MIN_LIKENESS:
        return CandidateVoice(None, "reference", confidence, doubt="silent")
    if lead < MIN_LIKENESS_LEAD:
        return CandidateVoice(None, "reference", confidence, doubt="alike")
    return CandidateVoice(best, "reference", confidence)


def _by_channel(voices: Voices, channel: int) -> CandidateVoice:
    if channel not in voices.channels:
        return CandidateVoice(None, "channel", 1.0, doubt="silent")
    return CandidateVoice(voices.channels.index(channel), "channel", 1.0)


def _held_to_face(observations: Observations, voices: Voices, named: CandidateVoice) -> CandidateVoice:
    """The voice that was named, with the doubt where the face in the picture speaks with another."""
    shown = _by_lips(observations.faces, voices)
    if named.voice is None or shown is None or shown.voice in (None, named.voice):
        return named
    return replace(named, doubt="face_of_other")


def _by_face(observations: Observations, voices: Voices) -> CandidateVoice | None:
    """The voice that the face in the picture speaks with, unless it is the interviewer's; None as `_by_lips`."""
    shown = _by_lips(observations.faces, voices)
    if shown is not None and shown.voice is not None and _interviews(observations, voices, shown.voice):
        return replace(shown, voice=None, doubt="face_of_other")
    return shown


def _by_lips(faces: FaceTrack | None, voices: Voices) -> CandidateVoice | None:
    """The voice that the one face in the picture speaks with; None where there is no such picture or too little of it."""
    if faces is None or not faces.present.any() or np.mean(faces.face_count > 1) > MAX_OTHER_FACES:
        return None
    matches = [_match(faces, voices, voice) for voice in range(voices.count)]
    best = max(range(voices.count), key=lambda voice: matches[voice].confidence)
    found = matches[best]
    if found.confidence >= MIN_LIP_CONFIDENCE and found.area >= MIN_LIP_AREA:
        return CandidateVoice(best, "face", found.confidence)
    enough = any(min(match.pieces, match.other_pieces) >= MIN_LIP_PIECES for match in matches)
    return CandidateVoice(None, "face", found.confidence, doubt="lips_apart") if enough else None


def _match(faces: FaceTrack, voices: Voices, voice: int) -> LipMatch:
    """Where a voice speaks alone against where others do without it."""
    own = [turn for turn in voices.turns if turn.voice == voice]
    others = [turn for turn in voices.turns if turn.voice != voice]
    return lip_match(faces, alone(own, others), alone(others, own))


def _interviews(observations: Observations, voices: Voices, voice: int) -> bool:
    """Whether a voice speaks less than the others and asks more."""
    return _asks(observations, voices, voice) and talk_shares(voices)[voice] < INTERVIEWER_TALK_SHARE


def _asks(observations: Observations, voices: Voices, voice: int) -> bool:
    """Whether a voice asks clearly more than all others together."""
    asked = questions_by_voice(observations.transcript, voices)
    mine = asked.get(voice, 0)
    return mine - (sum(asked.values()) - mine) >= MORE_QUESTIONS


def _by_talk(observations: Observations, voices: Voices) -> CandidateVoice:
    """The voice that speaks most, if by far, unless it is also the one that asks."""
    shares = talk_shares(voices)
    first, second = np.argsort(-shares, kind="stable")[:2]
    share = float(shares[first] / (shares[first] + shares[second]))
    if share < MIN_TALK_SHARE or _asks(observations, voices, int(first)):
        return CandidateVoice(None, "talk_share", share, guess=True, doubt="alike")
    return CandidateVoice(int(first), "talk_share", share, guess=True)


def questions_by_voice(transcript: Transcript | None, voices: Voices) -> Mapping[int, int]:
    """How many sentences of each voice ask something, by a question mark or how they begin; en and zh."""
    if transcript is None:
        return {}
    pieces = segments_by_voice(transcript, voices)
    asked = dict.fromkeys(range(voices.count), 0)
    for voice in asked:
        own = replace(transcript, segments=tuple(p for p in pieces if p.voice == voice))
        for spoken in own.by_language():
            language = "zh" if counts_characters(spoken.language) else "en"
            asked[voice] += _questions([sentence.text for sentence in sentences(spoken)], language)
    return asked


def _questions(texts: Sequence[str], language: str) -> int:
    return sum(_ASKING[language].search(text.strip().casefold()) is not None for text in texts)
