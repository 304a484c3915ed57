"""What keeps a channel from being scored, and by which reason."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from interview_analysis.features.tables import feature_tables
from interview_analysis.pipeline.common.config import load_norms, load_profile
from interview_analysis.scoring.norms import Norms
from interview_analysis.scoring.report.report import Abstention, Reason
from interview_analysis.scoring.rubric.gates import gates
from interview_analysis.scoring.rubric.score import score
from interview_analysis.tracks import FaceTrack, PoseTrack
from interview_analysis.types import (
    CandidateFace,
    CandidateVoice,
    Conversation,
    Interval,
    MediaFacts,
    Observations,
    SpeechActivity,
)
from tests.features.tracks import face_track, pose_track, without_face
from tests.scoring.scene import observe_text
from tests.transcripts import transcript_from_text

PROFILE = load_profile("product-manager")
NORMS = load_norms()
LIMITS = NORMS.limits
ANSWER = "I interviewed twenty users and wrote down what they needed most. " * 5


def reason(channel: str, seen: Observations) -> Reason | None:
    abstention = gates(seen, PROFILE, LIMITS)[channel]
    return abstention.reason if abstention else None


def heard(**facts: object) -> Observations:
    seen = observe_text(ANSWER)
    return replace(seen, facts=replace(seen.facts, **facts))


def test_a_clean_answer_is_scored():
    assert reason("content", heard()) is None
    assert reason("voice", heard()) is None


@pytest.mark.parametrize("channel", ["content", "voice"])
def test_speech_without_words_is_not_called_silence(channel):
    mumbled = replace(heard(), transcript=replace(heard().transcript, segments=()))
    abstention = gates(mumbled, PROFILE, LIMITS)[channel]
    assert abstention.reason is Reason.NO_WORDS
    assert abstention.values["speech_s"] > 5


@pytest.mark.parametrize("channel", ["content", "voice"])
def test_sound_that_is_missing_empty_or_foreign(channel):
    assert reason(channel, heard(has_audio=False)) is Reason.NO_AUDIO
    assert reason(channel, replace(heard(), speech=SpeechActivity(()))) is Reason.NO_SPEECH
    foreign = replace(heard(), transcript=replace(heard().transcript, language="ru"))
    assert reason(channel, foreign) is Reason.LANGUAGE_MISMATCH
    mumbled = replace(heard(), transcript=transcript_from_text(ANSWER, "en", probability=0.3))
    assert reason(channel, mumbled) is Reason.LOW_TRANSCRIPT_CONFIDENCE


def test_noise_and_brevity_stop_the_voice_only():
    assert reason("voice", heard(snr_db=2.0)) is Reason.LOW_SNR
    assert reason("content", heard(snr_db=2.0)) is None
    brief = replace(heard(), speech=SpeechActivity((Interval(0.0, 3.0),)))
    assert reason("voice", brief) is Reason.TOO_SHORT


def test_words_are_counted_in_the_unit_of_the_language():
    latin = "我们用 Kubernetes Docker PostgreSQL Elasticsearch Prometheus Grafana Terraform 部署。"
    abstention = gates(observe_text(latin, "zh"), PROFILE, LIMITS)["content"]
    assert abstention.reason is Reason.TOO_FEW_WORDS
    assert abstention.values["count"] < 20


FACE, POSE = face_track(20.0), pose_track(20.0)
NOBODY = replace(POSE, visibility=np.zeros_like(POSE.visibility))


def watched(faces: FaceTrack = FACE, poses: PoseTrack = POSE, **facts: object) -> Observations:
    media = MediaFacts(duration_s=20.0, has_audio=False, has_video=True, luma_median=120.0)
    return Observations(facts=replace(media, **facts), faces=faces, poses=poses)


def test_the_picture():
    assert reason("face", watched()) is None
    assert reason("posture", watched()) is None
    assert reason("face", watched(luma_median=5.0)) is Reason.VIDEO_TOO_DARK
    assert reason("posture", watched(has_video=False)) is Reason.NO_VIDEO
    assert reason("face", watched(without_face(FACE, 0, 20))) is Reason.NO_FACE
    assert reason("posture", watched(poses=NOBODY)) is Reason.NO_UPPER_BODY
    assert reason("face", watched(without_face(FACE, 4, 20))) is Reason.FACE_TOO_BRIEF


def test_a_camera_that_stops_has_not_seen_the_whole():
    assert reason("face", watched(duration_s=600.0)) is Reason.FACE_TOO_BRIEF
    assert reason("posture", watched(duration_s=600.0)) is Reason.NO_UPPER_BODY


def test_what_was_seen_is_a_share_of_what_was_recorded():
    hole = (Interval(20.0, 600.0),)
    assert reason("face", watched(duration_s=600.0, holes=hole)) is None
    assert reason("posture", watched(duration_s=600.0, holes=hole)) is None


def why(channel: str, seen: Observations, norms: Norms = NORMS) -> Abstention:
    """Why a channel has no score after its measures were tried."""
    abstention = score(PROFILE, norms, seen, feature_tables(seen), None, {}).channels[channel].abstention
    assert abstention is not None
    return abstention


def test_a_body_without_a_face_says_so():
    seen = watched(without_face(FACE, 0, 20))
    assert reason("posture", seen) is None  # shoulders are in view all the time
    assert why("face", seen).reason is Reason.NO_FACE
    told = why("posture", seen)
    assert (told.reason, told.values) == (
        Reason.BODY_WITHOUT_FACE,
        {"ratio": 0.0, "limit": LIMITS.min_face_ratio},
    )
    apart = replace(FACE, points=FACE.points + np.array([0.45, 0.0]))  # the face of somebody beside the body
    assert why("posture", watched(apart)).reason is Reason.BODY_WITHOUT_FACE


def test_what_could_not_be_measured_says_how_much_was():
    turned = replace(POSE, points=POSE.points * [-1, 1] + [1, 0])  # with the back to the camera
    mirrored = replace(FACE, points=FACE.points * [-1, 1] + [1, 0])
    told = why("posture", watched(mirrored, turned))
    assert told.reason is Reason.NOT_MEASURED
    assert told.values["share"] < told.values["limit"]


def test_a_channel_without_norms_abstains_as_well():
    none = NORMS.model_copy(update={"channels": {**NORMS.channels, "face": ()}})
    assert why("face", watched(), none).values["share"] == 0.0


def test_a_picture_that_lies_is_not_scored_by_face_or_posture():
    seen = heard(has_video=True)
    lying = replace(seen, faces=replace(face_track(60.0), turned_deg=90), poses=pose_track(60.0))
    assert [reason(channel, lying) for channel in ("face", "posture")] == [Reason.PICTURE_LIES] * 2
    assert gates(lying, PROFILE, LIMITS)["face"].values == {"degrees": 90.0}
    assert reason("content", lying) is None


def test_several_faces_of_which_none_goes_with_the_voice_are_not_scored():
    seen = replace(heard(has_video=True), faces=face_track(60.0), poses=pose_track(60.0))
    unknown = replace(seen, candidate_face=CandidateFace(None, 0.6))
    assert [reason(channel, unknown) for channel in ("face", "posture")] == [Reason.FACE_UNKNOWN] * 2
    known = replace(seen, candidate_face=CandidateFace(1, 0.99))
    assert [reason(channel, known) for channel in ("face", "posture")] == [None, None]


def test_the_body_of_another_is_not_scored():
    faces = face_track(60.0)
    seen = replace(heard(has_video=True), faces=faces, poses=pose_track(60.0))
    aside = replace(seen, faces=replace(faces, points=faces.points + np.array([0.4, 0.0])))
    assert reason("posture", replace(aside, candidate_face=CandidateFace(1, 0.99))) is Reason.BODY_OF_OTHER
    assert reason("face", replace(aside, candidate_face=CandidateFace(1, 0.99))) is None


def test_a_face_whose_mouth_rests_while_the_only_voice_speaks_is_not_scored():
    silent = Conversation(CandidateVoice(0, "only_voice", 1.0, doubt="silent"), (), (), None)
    seen = replace(heard(has_video=True), faces=face_track(60.0), poses=pose_track(60.0), conversation=silent)
    assert [reason(channel, seen) for channel in ("face", "posture")] == [Reason.FACE_SILENT] * 2
    assert reason("voice", seen) is None


def test_a_part_that_is_all_hole_has_neither_face_nor_posture() -> None:
    """As where an answer begins with the last frame before the recording stopped."""
    facts = MediaFacts(30.0, has_audio=True, has_video=True, holes=(Interval(0.0, 30.0),))
    seen = Observations(facts, faces=face_track(1), poses=pose_track(1))
    assert reason("face", seen) is Reason.FACE_TOO_BRIEF
    assert reason("posture", seen) is Reason.NO_UPPER_BODY
