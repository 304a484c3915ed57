"""Which of several faces in view is the candidate's: the one whose mouth goes with the candidate's voice.

In a video call there are tiles, and the largest face need not be the one who speaks. While the candidate alone speaks,
the candidate's jaw moves and those of the listeners rest, see lips.py. As Everingham, Sivic & Zisserman (2006) do for
faces in films, nothing is said where the mouths do not differ by enough. That the mouth opens with the level of the
voice (Chandrasekaran et al. 2009) is of no use at 5 frames a second: it shows between 2 and 7 Hz, and over thirteen
clips of talking faces the rank correlation of ``jawOpen`` with the level was -0.1 to 0.8.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from interview_analysis.features.core.turns import alone
from interview_analysis.features.face.lips import MIN_RESTING_PIECES, jaw_movement, moves_more, rests
from interview_analysis.tracks import FaceTrack
from interview_analysis.types import CandidateFace, CandidateVoice, FloatArray, Interval, Observations

# Of the face that speaks, against each other face, in the same speech; see `LipMatch` for the first two.
MIN_CONFIDENCE = 0.98
MIN_AREA = 0.75
MIN_LEAD = 2.0  # times the median movement: two who talk, one of them to somebody else, differ by less


def following(observations: Observations, candidate: CandidateVoice | None) -> Observations:
    """The observations with the candidate's face in place of the largest one, where several were seen.

    Where it cannot be told, the faces stay as they are and `Observations.candidate_face` says so.
    """
    faces = observations.faces
    if faces is None or not faces.others or observations.candidate_face is not None:
        return observations
    found = speaking_face(faces, _own_speech(observations, candidate))
    if found.face is None:
        return replace(observations, candidate_face=found)
    shown = (faces, *faces.others)[found.face]
    return replace(
        observations, faces=replace(shown, others=(), turned_deg=faces.turned_deg), candidate_face=found
    )


def speaking_face(faces: FaceTrack, speech: tuple[Interval, ...]) -> CandidateFace:
    """The face whose mouth moves in `speech` of one voice, and more than every other one."""
    movement = [jaw_movement(track, speech) for track in (faces, *faces.others)]
    talking = [number for number, pieces in enumerate(movement) if pieces.size >= MIN_RESTING_PIECES]
    if not talking:
        return CandidateFace(None, 0.5)
    best = max(talking, key=lambda number: float(np.median(movement[number])))
    matches = [
        moves_more(movement[best], pieces)
        for number, pieces in enumerate(movement)
        if number != best and pieces.size
    ]
    confidence = min((match.confidence for match in matches), default=0.5)
    sure = confidence >= MIN_CONFIDENCE and all(match.area >= MIN_AREA for match in matches)
    if not sure or rests(movement[best]) or not _leads(movement, best):
        return CandidateFace(None, confidence)
    return CandidateFace(best, confidence)


def _leads(movement: list[FloatArray], best: int) -> bool:
    others = [float(np.median(m)) for number, m in enumerate(movement) if number != best and m.size]
    return float(np.median(movement[best])) >= MIN_LEAD * max(others)


def _own_speech(observations: Observations, candidate: CandidateVoice | None) -> tuple[Interval, ...]:
    """Where the candidate alone is heard; all speech where voices were not told apart."""
    voices, speech = observations.voices, observations.speech
    if voices is None:
        return () if speech is None else speech.regions
    if candidate is None or candidate.voice is None:
        return ()
    own = [turn for turn in voices.turns if turn.voice == candidate.voice]
    others = [turn for turn in voices.turns if turn.voice != candidate.voice]
    return tuple(alone(own, others))
