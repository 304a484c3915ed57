"""Who is scored where several voices were heard: gates, flags, what the report says of it."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from interview_analysis.features.conversation.candidate_view import candidate_view
from interview_analysis.features.conversation.roles import candidate_voice
from interview_analysis.features.tables import feature_tables
from interview_analysis.pipeline.common.config import load_norms, load_profile
from interview_analysis.scoring.interview.flags import flags
from interview_analysis.scoring.report.provenance import Hashed
from interview_analysis.scoring.report.report import Reason
from interview_analysis.scoring.report.speakers import speakers
from interview_analysis.scoring.rubric.gates import gates
from interview_analysis.scoring.rubric.score import ScoreCard, score
from interview_analysis.types import AudioTrackFacts, CandidateVoice, Interval, Observations
from tests.candidate_builders import Line, interview, talk, talking_face
from tests.features.tracks import pose_track
from tests.scoring.scene import evidence, levels

PROFILE = load_profile("product-manager")
NORMS = load_norms()
STORY = "I interviewed twenty users , ranked the fixes by effort and made a roadmap ; completion rose by 16 percent . "


def lines_of(exchanges: int = 6, answer: str = STORY) -> list[Line]:
    return [
        (voice, start, end, answer if voice else text)
        for voice, start, end, text in interview(exchanges, answer_s=10.0)
    ]


def scored(view: Observations) -> tuple[ScoreCard, dict[str, str]]:
    tables = feature_tables(view)
    heard = bool(view.transcript and view.transcript.words)
    found = evidence(PROFILE, view) if heard else None
    card = score(PROFILE, NORMS, view, tables, found, levels(PROFILE, view) if heard else {})
    return card, {flag.code: flag.severity for flag in flags(view, tables, found, card)}


def on_video(lines: list[Line], mover: int | None) -> Observations:
    end_s = lines[-1][2] + 1.0
    moves = [Interval(start, end) for voice, start, end, _ in lines if voice == mover]
    seen = talk(lines, faces=talking_face(end_s, moves))
    return replace(seen, poses=pose_track(end_s))


def viewed(seen: Observations) -> Observations:
    return candidate_view(seen, candidate_voice(seen))


def test_the_candidates_answers_are_scored_with_their_face() -> None:
    card, raised = scored(viewed(on_video(lines_of(), 1)))
    assert card.overall.score is not None
    assert card.channels["content"].score is not None
    assert card.channels["face"].score is not None
    assert not {"candidate_guess", "one_voice_assumed", "lips_apart", "face_of_other"} & set(raised)


def test_what_the_interviewer_says_is_no_evidence() -> None:
    boast = [(voice, start, end, "well ." if voice else STORY) for voice, start, end, _ in lines_of()]
    seen = talk(boast)
    named = CandidateVoice(1, "channel", 1.0)
    view = candidate_view(seen, named)
    found = evidence(PROFILE, view)
    assert all(not part.hits for d in PROFILE.dimensions for part in found.of(d.id))
    other = candidate_view(seen, replace(named, voice=0))
    assert any(part.hits for d in PROFILE.dimensions for part in evidence(PROFILE, other).of(d.id))


def test_a_guess_is_scored_and_said_to_be_one() -> None:
    card, raised = scored(viewed(talk(lines_of())))
    assert card.overall.score is not None
    assert raised["candidate_guess"] == "warning"


@pytest.mark.parametrize(
    ("candidate", "reason"),
    [
        (CandidateVoice(None, "talk_share", 0.5, guess=True, doubt="alike"), Reason.CANDIDATE_UNKNOWN),
        (CandidateVoice(None, "face", 0.6, doubt="lips_apart"), Reason.CANDIDATE_UNKNOWN),
        (CandidateVoice(None, "face", 0.99, doubt="face_of_other"), Reason.CANDIDATE_UNKNOWN),
        (CandidateVoice(None, "reference", 0.4, doubt="silent"), Reason.CANDIDATE_SILENT),
    ],
    ids=lambda value: getattr(value, "doubt", value),
)
def test_the_whole_report_abstains_where_the_candidate_is_not_known(
    candidate: CandidateVoice, reason: Reason
) -> None:
    card, raised = scored(candidate_view(on_video(lines_of(), 1), candidate))
    everything = [card.overall, *card.channels.values(), *card.dimensions]
    assert {part.abstention.reason for part in everything if part.abstention} == {reason}
    assert all(part.score is None for part in everything)
    assert raised[reason.value] == "warning"
    assert (candidate.doubt in raised) == (candidate.doubt in ("lips_apart", "face_of_other"))
    assert "candidate_guess" not in raised


def test_a_face_that_speaks_with_another_is_not_the_candidates() -> None:
    seen = on_video(lines_of(), 0)
    assert seen.voices is not None
    view = candidate_view(seen, candidate_voice(seen, reference=seen.voices.embeddings[1]))
    blocked = gates(view, PROFILE, NORMS.limits)
    assert {channel for channel, why in blocked.items() if why} == {"face", "posture"}
    card, raised = scored(view)
    assert card.channels["face"].abstention is not None
    assert card.channels["face"].abstention.reason == Reason.FACE_OF_OTHER
    assert card.overall.score is not None
    assert raised["face_of_other"] == "warning"


def test_five_voices_are_flagged() -> None:
    lines = lines_of()
    last = lines[-1][2]
    lines += [(2 + i, last + 4.0 * i + 1, last + 4.0 * i + 4, "and what about me ?") for i in range(3)]
    _, raised = scored(viewed(talk(lines)))
    assert raised["other_voices"] == "warning"
    _, few = scored(viewed(talk(lines[:-1])))
    assert "other_voices" not in few


def test_a_voice_that_hardly_speaks_is_background() -> None:
    lines = [*lines_of(), (2, 90.0, 92.0, "buy now")]
    seen = viewed(talk(lines))
    card, raised = scored(seen)
    assert raised["background_voice"] == "info"
    assert card.overall.score is not None


def test_a_recording_that_begins_under_way_says_so() -> None:
    started = [(voice, max(0.0, start - 0.5), end - 0.5, text) for voice, start, end, text in lines_of()]
    assert "starts_under_way" in scored(viewed(talk(started)))[1]
    assert "starts_under_way" not in scored(viewed(talk(lines_of())))[1]


def test_one_voice_is_said_to_be_the_only_one_and_scored_as_before() -> None:
    lines = [(0, 0.5, 40.0, STORY * 4)]
    seen = on_video(lines, 0)
    view = viewed(seen)
    before, raised_before = scored(replace(seen, voices=None))
    after, raised = scored(view)
    assert after == before
    assert set(raised) - set(raised_before) == {"only_voice"}
    assert set(raised_before) - set(raised) == {"one_voice_assumed"}


def test_the_only_voice_under_a_resting_mouth_is_flagged() -> None:
    _, raised = scored(viewed(on_video([(0, 0.5, 40.0, STORY * 4)], None)))
    assert raised["lips_still"] == "warning"


def test_the_report_names_every_voice_with_its_share() -> None:
    view = viewed(talk(interview(3)))
    sample = Hashed(id="me.wav", sha256="a" * 64)
    told = speakers(view, sample)
    assert told is not None
    assert (told.candidate, told.by, told.guess, told.told_apart_by) == (1, "talk_share", True, "clusters")
    assert [(v.voice, v.role, v.seconds, v.talk_share) for v in told.voices] == [
        (0, "other", 9.0, pytest.approx(3 / 11, abs=1e-4)), (1, "candidate", 24.0, pytest.approx(8 / 11, abs=1e-4))
    ]  # fmt: skip
    assert told.reference == sample
    assert speakers(replace(view, conversation=None)) is None
    nobody = speakers(
        candidate_view(talk(interview(3)), CandidateVoice(None, "face", 0.5, doubt="lips_apart"))
    )
    assert nobody is not None
    assert {voice.role for voice in nobody.voices} == {"unknown"}
    assert np.isclose(sum(voice.talk_share for voice in nobody.voices), 1.0, atol=1e-3)


def test_voices_on_tracks_of_their_own_have_the_names_of_these() -> None:
    seen = talk(lines_of())
    assert seen.voices is not None
    tracks = (AudioTrackFacts(1, "Desktop", "silent"), AudioTrackFacts(2, "Anna"), AudioTrackFacts(3, "Ben"))
    by_track = replace(
        seen,
        voices=replace(seen.voices, method="channels", channels=(2, 1)),
        facts=replace(seen.facts, audio_tracks=tracks),
    )
    named = candidate_voice(by_track, channel=1)
    assert named is not None
    told = speakers(candidate_view(by_track, named))
    assert told is not None
    assert [(voice.role, voice.channel, voice.track) for voice in told.voices] == [
        ("other", 3, "Ben"),
        ("candidate", 2, "Anna"),
    ]
    stereo = replace(by_track, facts=replace(seen.facts, audio_tracks=tracks[1:2]))
    told = speakers(candidate_view(stereo, named))
    assert told is not None
    assert {voice.track for voice in told.voices} == {""}
