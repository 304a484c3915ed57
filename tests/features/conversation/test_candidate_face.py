"""Which of several faces is the candidate's, on tracks built by hand."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from interview_analysis.features.conversation.candidate_face import speaking_face
from interview_analysis.features.conversation.candidate_view import candidate_view
from interview_analysis.features.face.lips import jaw_movement, jaw_rests
from interview_analysis.tracks import FaceTrack
from interview_analysis.types import CandidateVoice, Interval, Observations
from tests.candidate_builders import interview, talk, talking_face

SPEECH = (Interval(0.0, 9.0), Interval(10.0, 19.0))
ALWAYS = [Interval(0.0, 60.0)]


def beside(*faces: FaceTrack) -> FaceTrack:
    count = np.full_like(faces[0].face_count, len(faces))
    first, *others = (replace(face, face_count=count) for face in faces)
    return replace(first, others=tuple(others))


def slower(face: FaceTrack, share: float) -> FaceTrack:
    return replace(face, blendshapes=share * face.blendshapes)


def test_the_mouth_that_moves_is_the_speakers_wherever_it_is() -> None:
    speaking, still = talking_face(20.0, list(SPEECH)), talking_face(20.0, [])
    assert speaking_face(beside(speaking, still), SPEECH).face == 0
    found = speaking_face(beside(still, still, speaking, still), SPEECH)
    assert found.face == 2
    assert found.confidence > 0.99


def test_faces_that_move_alike_or_not_at_all_are_not_told() -> None:
    speaking, still = talking_face(20.0, list(SPEECH)), talking_face(20.0, [])
    assert speaking_face(beside(still, still), SPEECH).face is None
    assert speaking_face(beside(speaking, speaking), SPEECH).face is None
    assert speaking_face(beside(speaking, slower(speaking, 0.6)), SPEECH).face is None
    assert speaking_face(beside(speaking, slower(speaking, 0.4)), SPEECH).face == 0


def test_too_little_speech_tells_nothing() -> None:
    faces = beside(talking_face(20.0, ALWAYS), talking_face(20.0, []))
    assert speaking_face(faces, (Interval(0.0, 5.0),)).face is None
    assert speaking_face(faces, ()).face is None


@pytest.mark.parametrize("voice", [0, 1])
def test_of_two_who_talk_in_turns_the_face_of_the_candidates_voice_is_followed(voice: int) -> None:
    lines = interview(6)
    tracks = [
        talking_face(lines[-1][2] + 1.0, [Interval(a, b) for who, a, b, _ in lines if who == speaker])
        for speaker in (0, 1)
    ]
    seen = talk(lines, faces=beside(*tracks))
    view = candidate_view(seen, CandidateVoice(voice, "talk_share", 0.7))
    assert view.candidate_face is not None
    assert view.candidate_face.face == voice
    assert isinstance(view.faces, FaceTrack)
    np.testing.assert_array_equal(view.faces.blendshapes, tracks[voice].blendshapes)
    assert (view.faces.face_count == 2).all()
    assert (
        candidate_view(view, CandidateVoice(voice, "talk_share", 0.7)).candidate_face == view.candidate_face
    )


def test_without_a_known_voice_no_face_is_followed() -> None:
    seen = talk(interview(6), faces=beside(talking_face(66.0, ALWAYS), talking_face(66.0, [])))
    view = candidate_view(seen, CandidateVoice(None, "talk_share", 0.5, doubt="alike"))
    assert view.candidate_face is not None
    assert view.candidate_face.face is None
    assert isinstance(view.faces, FaceTrack)
    assert view.faces.others


def test_one_face_stays_what_it_was() -> None:
    seen: Observations = talk(interview(3), faces=talking_face(33.0, ALWAYS))
    view = candidate_view(seen, CandidateVoice(1, "talk_share", 0.7))
    assert view.faces is seen.faces
    assert view.candidate_face is None


def test_a_mouth_that_moves_in_a_quarter_of_the_pieces_does_not_rest() -> None:
    """As in a blocky picture, in which the jaw of one who talks seems to stand still for seconds."""
    speech = [Interval(0.0, 16.6)]  # eight pieces of two seconds
    assert jaw_rests(talking_face(20.0, [Interval(0.0, 2.0)]), speech)
    assert not jaw_rests(talking_face(20.0, [Interval(0.0, 5.0)]), speech)


@pytest.mark.parametrize(("per_s", "rests"), [(0.12, False), (0.09, True)])
def test_a_jaw_that_a_small_or_blocky_picture_flattens_still_talks(per_s: float, rests: bool) -> None:
    """The least that a quarter of the pieces reach of people who talk in such pictures, and the most of those who do not."""
    speech, face = [Interval(0.0, 16.6)], talking_face(20.0, ALWAYS)
    share = per_s / float(np.quantile(jaw_movement(face, speech), 0.75))
    assert jaw_rests(slower(face, share), speech) == rests
