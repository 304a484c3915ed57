"""Whose voice is the candidate's: each rule on conversations built by hand."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from interview_analysis.features.conversation.roles import candidate_voice, questions_by_voice, talk_shares
from interview_analysis.features.face.lips import lip_match
from interview_analysis.tracks import FaceTrack
from interview_analysis.types import Interval, Observations
from tests.candidate_builders import Line, interview, said, talk, talking_face, voices_of


def spoken(lines: list[Line], voice: int) -> list[Interval]:
    return [Interval(start, end) for who, start, end, _ in lines if who == voice]


def on_video(lines: list[Line], moves: list[Interval]) -> Observations:
    end_s = lines[-1][2] + 1.0
    return talk(lines, faces=talking_face(end_s, moves))


def test_without_voices_nobody_is_named() -> None:
    seen = talk(interview(1))
    assert candidate_voice(replace(seen, voices=None)) is None
    assert candidate_voice(replace(seen, voices=voices_of([]))) is None


def test_the_only_voice_is_the_candidates() -> None:
    found = candidate_voice(talk([(0, 0.0, 9.0, "I built it .")]))
    assert found is not None
    assert (found.voice, found.by, found.confidence, found.guess, found.doubt) == (
        0,
        "only_voice",
        1.0,
        False,
        "",
    )


def test_the_only_voice_under_a_mouth_that_rests_is_doubted() -> None:
    lines = [(0, 0.0, 20.0, "what did you do ?")]
    still = candidate_voice(on_video(lines, []))
    speaking = candidate_voice(on_video(lines, spoken(lines, 0)))
    assert still is not None
    assert speaking is not None
    assert (still.voice, still.doubt) == (0, "silent")
    assert (speaking.voice, speaking.doubt) == (0, "")


@pytest.mark.parametrize("language", ["en", "zh"])
def test_on_audio_the_voice_that_speaks_most_and_asks_least_is_a_guess(language: str) -> None:
    found = candidate_voice(talk(interview(3, language=language), language))
    assert found is not None
    assert (found.voice, found.by, found.guess) == (1, "talk_share", True)
    assert found.confidence == pytest.approx(8 / 11)


def test_on_audio_two_who_speak_alike_are_not_told_apart() -> None:
    found = candidate_voice(talk(interview(3, question_s=7.0)))
    assert found is not None
    assert (found.voice, found.doubt) == (None, "alike")


def test_on_audio_who_speaks_most_and_asks_most_is_not_taken() -> None:
    lines = [
        (0, 0.0, 9.0, "what is this ?"),
        (1, 10.0, 13.0, "my work ."),
        (0, 14.0, 24.0, "and why was that ?"),
    ]
    found = candidate_voice(talk(lines))
    assert found is not None
    assert (found.voice, found.doubt) == (None, "alike")


@pytest.mark.parametrize("mover", [0, 1])
def test_on_video_the_voice_that_the_mouth_moves_with(mover: int) -> None:
    # Nobody asks, so that nothing speaks against the shorter voice.
    lines = [(voice, start, end, "I went there .") for voice, start, end, _ in interview(5)]
    found = candidate_voice(on_video(lines, spoken(lines, mover)))
    assert found is not None
    assert (found.voice, found.by, found.guess) == (mover, "face", False)
    assert found.confidence > 0.99


def test_a_mouth_that_lags_by_less_than_a_third_of_a_second_is_still_matched() -> None:
    lines = interview(6)
    for lag_s in (-0.3, 0.3):
        late = [Interval(s.start_s + lag_s, s.end_s + lag_s) for s in spoken(lines, 1)]
        found = candidate_voice(on_video(lines, late))
        assert found is not None
        assert (found.voice, found.by) == (1, "face")


def test_the_face_of_who_asks_and_speaks_less_is_the_interviewers() -> None:
    lines = interview(6)
    found = candidate_voice(on_video(lines, spoken(lines, 0)))
    assert found is not None
    assert (found.voice, found.by, found.doubt) == (None, "face", "face_of_other")


@pytest.mark.parametrize("moves", [[], [Interval(0.0, 200.0)]], ids=["never", "always"])
def test_a_mouth_that_goes_with_no_voice_names_none(moves: list[Interval]) -> None:
    found = candidate_voice(on_video(interview(8, question_s=5.0), moves))
    assert found is not None
    assert (found.voice, found.by, found.doubt) == (None, "face", "lips_apart")


def test_too_little_of_the_mouth_leaves_it_to_the_talk_share() -> None:
    found = candidate_voice(on_video(interview(1), []))
    assert found is not None
    assert (found.voice, found.by, found.guess) == (1, "talk_share", True)


def test_several_faces_leave_it_to_the_talk_share() -> None:
    lines = interview(6)
    seen = on_video(lines, spoken(lines, 1))
    assert isinstance(seen.faces, FaceTrack)
    crowd = replace(seen, faces=replace(seen.faces, face_count=np.full_like(seen.faces.face_count, 2)))
    found = candidate_voice(crowd)
    assert found is not None
    assert found.by == "talk_share"


def test_a_reference_names_the_voice_it_is_like() -> None:
    seen = talk(interview(3))
    assert seen.voices is not None
    for voice in (0, 1):
        found = candidate_voice(seen, reference=seen.voices.embeddings[voice])
        assert found is not None
        assert (found.voice, found.by, found.confidence) == (voice, "reference", 1.0)


def test_a_reference_like_nobody_is_a_silent_candidate() -> None:
    found = candidate_voice(talk(interview(3)), reference=np.eye(8)[5])
    assert found is not None
    assert (found.voice, found.doubt) == (None, "silent")


def test_a_reference_like_two_voices_names_neither() -> None:
    seen = talk(interview(3))
    assert seen.voices is not None
    near = np.array([[1.0, 0.0], [0.9, np.sqrt(0.19)]])
    between = near.sum(axis=0) / np.linalg.norm(near.sum(axis=0))
    found = candidate_voice(replace(seen, voices=replace(seen.voices, embeddings=near)), reference=between)
    assert found is not None
    assert (found.voice, found.doubt) == (None, "alike")


def test_a_voice_without_an_embedding_is_never_the_one_that_was_named() -> None:
    seen = talk(interview(3))
    assert seen.voices is not None
    unknown = np.where(np.arange(2)[:, None] == 1, np.nan, seen.voices.embeddings)
    found = candidate_voice(
        replace(seen, voices=replace(seen.voices, embeddings=unknown)), reference=np.eye(8)[0]
    )
    assert found is not None
    assert (found.voice, found.by) == (0, "reference")


def test_a_reference_counts_even_for_the_only_voice() -> None:
    seen = talk([(0, 0.0, 9.0, "what did you do ?")])
    found = candidate_voice(seen, reference=np.eye(8)[5])
    assert found is not None
    assert (found.voice, found.doubt) == (None, "silent")


def test_a_named_voice_keeps_its_words_and_loses_a_face_that_speaks_with_another() -> None:
    lines = interview(6)
    seen = on_video(lines, spoken(lines, 0))
    assert seen.voices is not None
    found = candidate_voice(seen, reference=seen.voices.embeddings[1])
    assert found is not None
    assert (found.voice, found.by, found.doubt) == (1, "reference", "face_of_other")


def test_a_channel_names_the_voice_on_it() -> None:
    seen = talk(interview(3))
    assert seen.voices is not None
    apart = replace(seen, voices=replace(seen.voices, method="channels", channels=(1, 0)))
    found = [candidate_voice(apart, channel=channel) for channel in (0, 1, 2)]
    assert [f and (f.voice, f.by, f.doubt) for f in found] == [
        (1, "channel", ""), (0, "channel", ""), (None, "channel", "silent")
    ]  # fmt: skip


def test_a_channel_of_a_mixed_recording_names_nobody() -> None:
    found = candidate_voice(talk(interview(3)), channel=0)
    assert found is not None
    assert (found.voice, found.doubt) == (None, "silent")


def test_talk_shares_add_up_to_one() -> None:
    lines = [(0, 0.0, 2.0, "a"), (1, 3.0, 9.0, "b")]
    assert talk_shares(voices_of(lines)).tolist() == [0.25, 0.75]


@pytest.mark.parametrize(
    ("text", "language", "count"),
    [
        ("tell me about yourself", "en", 1), ("and how did that go", "en", 1), ("Really ?", "en", 1),
        ("I know how it works .", "en", 0), ("你有没有带过团队", "zh", 1), ("请介绍一下你自己", "zh", 1),
        ("我带过团队。", "zh", 0),
    ],
)  # fmt: skip
def test_what_counts_as_asking(text: str, language: str, count: int) -> None:
    lines = [(0, 0.0, 3.0, text)]
    assert questions_by_voice(said(lines, language), voices_of(lines)) == {0: count}


def test_the_area_is_that_of_pairs_and_the_confidence_that_of_the_test() -> None:
    own, others = [Interval(0.0, 8.6)], [Interval(10.0, 18.6)]  # four pieces each without their edges
    found = lip_match(talking_face(20.0, own), own, others)
    assert (found.pieces, found.other_pieces, found.area) == (4, 4, 1.0)
    assert found.confidence == pytest.approx(0.98956, abs=1e-4)  # 0.5 over sqrt(9 / 192) is 2.309
    unseen = lip_match(talking_face(20.0, own), own, [])
    assert np.isnan(unseen.area)
    assert unseen.confidence == 0.5
