"""Each kind of moment: one that must be found, one that must not."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest

from interview_analysis.features.core.baseline import baseline, confidence, count_deviations, unusually_long
from interview_analysis.features.moments.moments import KINDS, moments, unit_of
from interview_analysis.features.tables import feature_tables
from interview_analysis.types import (
    Event,
    MediaFacts,
    Observations,
    Segment,
    SpeechActivity,
    Transcript,
    Word,
)
from tests.events_scene import acoustics, conversation, found, speaking, usual_pauses
from tests.features.tracks import activate, face_track, hand, move, observe, pose_track, times_s, without_face

RIGHT = ("eyeLookOutLeft", "eyeLookInRight")
DOWN = ("browDownLeft", "browDownRight")


def test_confidence_is_the_product_that_its_docstring_names():
    assert confidence(0.5, 3.0, 2.0) == pytest.approx(0.5 * 0.5 * 0.8)
    assert confidence(1.0, 3.0, math.nan) == pytest.approx(0.25)
    assert confidence(1.0, 1e9, -1e9) == pytest.approx(1.0)
    assert confidence(0.0, 10.0, 5.0) == 0.0


def test_a_baseline_is_median_and_scaled_median_deviation():
    usual = baseline(np.array([1.0, 2.0, 3.0, 4.0, 100.0, np.nan]), 0.1)
    assert (usual.median, usual.samples) == (3.0, 5.0)
    assert usual.deviation == pytest.approx(1.4826)
    assert usual.deviations(6.0) == pytest.approx(3 / 1.4826)
    assert baseline(np.array([1.0, 2.0, 3.0, 4.0]), 0.1) is None
    assert baseline(np.full(5, 2.0), 0.1).deviation == 0.1


def test_deviations_of_counts_have_unit_variance(rng):
    counts = rng.poisson(9.0, 20_000)
    z = [count_deviations(float(count), 9.0) for count in counts]
    assert np.std(z) == pytest.approx(1.0, abs=0.05)


def test_a_jump_of_the_rate_is_measured_against_the_speakers_own(rng):
    """From 180 to 220 characters a minute, where the rate is steady."""
    by_kind = found(speaking(300.0, per_min=180.0, changes=[(190.0, 210.0, 226.0)]))
    (rise,) = by_kind["rate_rise"]
    assert (rise.value, rise.baseline) == (pytest.approx(226, abs=3), pytest.approx(180, abs=2))
    assert rise.start_s <= 190.0 < 210.0 <= rise.end_s
    assert rise.end_s - rise.start_s <= 30.0
    assert 0.7 < rise.confidence <= 1.0
    assert set(by_kind) == {"rate_rise"}
    (drop,) = found(speaking(300.0, per_min=180.0, changes=[(100.0, 120.0, 120.0)]))["rate_drop"]
    assert drop.value == pytest.approx(120, abs=3)


@pytest.mark.parametrize("per_min", [90.0, 320.0])
def test_a_slow_or_fast_speaker_is_not_unusual(per_min):
    assert found(speaking(120.0, per_min=per_min)) == {}


def test_a_rate_that_always_swings_has_no_rise():
    swinging = [(30.0 * i, 30.0 * i + 15, 180.0 * (1.3 if i % 2 else 0.8)) for i in range(10)]
    assert "rate_rise" not in found(speaking(300.0, per_min=180.0, changes=swinging))


def test_english_rates_are_in_words():
    (rise,) = found(speaking(200.0, language="en", per_min=140.0, changes=[(90.0, 110.0, 200.0)]))[
        "rate_rise"
    ]
    assert rise.value == pytest.approx(200, abs=3)
    assert (unit_of("rate_rise", "en"), unit_of("rate_rise", "zh")) == ("words/min", "characters/min")
    assert unit_of("nod", "en") == ""
    assert "rate_rise" not in found(speaking(200.0, language="ru", changes=[(90.0, 110.0, 400.0)]))


def test_a_long_pause_stands_out_from_the_speakers_pauses():
    usual = usual_pauses(200.0)
    pauses = [p for p in usual if not 90 < p[0] < 100] + [(91.0, 96.0)]
    (pause,) = found(speaking(200.0, pauses=pauses))["long_pause"]
    assert (pause.start_s, pause.end_s, pause.value) == (91.0, 96.0, pytest.approx(5.0))
    assert pause.baseline == pytest.approx(0.6, abs=0.15)
    assert pause.confidence > 0.8


def test_pauses_of_three_seconds_are_nothing_to_who_makes_many():
    slow = [(10.0 * i + 5, 10.0 * i + 8.2) for i in range(20)]
    assert "long_pause" not in found(speaking(200.0, pauses=slow))


def test_a_lone_long_pause_is_found_with_little_confidence():
    (pause,) = found(speaking(60.0, pauses=[(30.0, 38.0)]))["long_pause"]
    assert math.isnan(pause.baseline)
    assert pause.confidence == pytest.approx(0.125)


def test_a_silence_in_which_the_interviewer_speaks_is_no_pause():
    seen = speaking(60.0, pauses=[(30.0, 38.0)])
    talk = conversation([(0.0, 30.0), (38.0, 60.0)], [(1, 30.5, 37.0)])
    assert "long_pause" not in found(replace(seen, conversation=talk))


def test_an_answer_that_comes_late_for_this_candidate():
    asked = [(1, 30.0 * i, 30.0 * i + 5) for i in range(8)]
    delays = [0.4, 0.6, 0.5, 0.3, 4.5, 0.5, 0.7, 0.4]
    own = [(q[2] + delay, q[2] + 24.0) for q, delay in zip(asked, delays, strict=True)]
    (late,) = found(replace(speaking(240.0), conversation=conversation(own, asked)))["late_answer"]
    assert (late.start_s, late.value) == (125.0, pytest.approx(4.5))
    assert late.baseline == pytest.approx(0.5)


def test_a_silence_between_two_recordings_makes_no_answer_late():
    asked = [(1, 30.0 * i, 30.0 * i + 5) for i in range(8)]
    delays = [0.4, 0.6, 0.5, 0.3, 4.5, 0.5, 0.7, 0.4]
    own = [(q[2] + delay, q[2] + 24.0) for q, delay in zip(asked, delays, strict=True)]
    seen = replace(speaking(240.0), conversation=conversation(own, asked))
    assert seen.speech is not None
    for joint_s, late in ((127.0, False), (90.0, True)):
        cut = replace(seen, speech=replace(seen.speech, joints_s=(joint_s,)))
        assert ("late_answer" in found(cut)) == late


def test_answers_that_always_take_their_time_or_follow_a_mhm_are_not_late():
    asked = [(1, 30.0 * i, 30.0 * i + 5) for i in range(8)]
    slow = [(q[2] + 2.5 + 0.3 * (i % 3), q[2] + 24.0) for i, q in enumerate(asked)]
    assert "late_answer" not in found(replace(speaking(240.0), conversation=conversation(slow, asked)))
    mhm = conversation([(0.0, 10.0), (15.0, 30.0)], [(1, 11.0, 11.5)])
    assert "late_answer" not in found(replace(speaking(60.0), conversation=mhm))


def test_another_voice_is_whoever_talks_beside_the_main_other_one():
    talk = conversation([(10.0, 50.0)], [(1, 0.0, 9.0), (2, 30.0, 33.0), (1, 51.0, 55.0)])
    (other,) = found(replace(speaking(60.0), conversation=talk))["another_voice"]
    assert (other.start_s, other.end_s, other.value) == (30.0, 33.0, 3.0)
    two = conversation([(10.0, 50.0)], [(1, 0.0, 9.0), (1, 51.0, 55.0)])
    assert "another_voice" not in found(replace(speaking(60.0), conversation=two))


@pytest.mark.parametrize(
    ("language", "second", "expected"),
    [
        ("en", "And could you tell me about a project that you led yourself?", True),
        ("zh", "那你能讲一个自己负责过的项目吗", True),
        ("en", "tell them about the migration project", False),
        ("en", "yeah right", False),
        ("zh", "上个月那个迁移项目", False),
    ],
)
def test_a_second_interviewer_is_expected_and_a_prompter_is_not(language, second, expected):
    turns = [(1, 0.0, 9.0), (2, 30.0, 33.0), (1, 51.0, 55.0)]
    talk = conversation([(10.0, 29.0), (34.0, 50.0)], turns)
    said = Segment(second, 30.0, 33.0, (Word(second, 30.0, 33.0, 1.0),), voice=2)
    heard = replace(talk, other_words=Transcript(language, 1.0, (said,), "", ""))
    events = found(replace(speaking(60.0), conversation=heard)).get("another_voice", [])
    assert (not events) == expected


@pytest.mark.parametrize(("drop_db", "count"), [(9.0, 1), (4.0, 0)])
def test_a_drop_of_the_level(drop_db, count, rng):
    level = 65.0 + rng.normal(0.0, 1.0, 12_000)
    level[6000:8000] -= drop_db
    drops = found(replace(speaking(120.0), acoustics=acoustics(level))).get("volume_drop", [])
    assert len(drops) == count
    if drops:
        assert drops[0].value == pytest.approx(-drop_db, abs=1.0)
        assert drops[0].start_s <= 60.0 < 80.0 <= drops[0].end_s


def seen_moments(faces=None, poses=None) -> dict[str, list[Event]]:
    return found(observe(faces, poses))


def test_a_long_look_aside():
    faces = face_track(120.0)
    for start in (5.0, 20.0, 40.0, 70.0, 90.0):
        faces = activate(faces, start, start + 1.4, 0.8, *RIGHT)
    assert seen_moments(faces) == {}
    (look,) = seen_moments(activate(faces, 50.0, 58.0, 0.8, *RIGHT))["long_off_camera"]
    assert (look.start_s, look.value, look.label) == (50.0, pytest.approx(8.0), "right")
    assert look.baseline == pytest.approx(1.4)


def test_a_brow_lowered_for_long():
    faces = face_track(120.0)
    assert seen_moments(activate(faces, 10.0, 11.0, 0.5, *DOWN)) == {}
    lowered = activate(activate(faces, 30.0, 33.0, 0.5, *DOWN), 34.0, 37.0, 0.5, *DOWN)
    (run,) = seen_moments(lowered)["brow_lowering_run"]
    assert (run.start_s, run.value) == (30.0, pytest.approx(7.0))


def test_another_face_appears_and_one_that_is_always_there_does_not():
    faces = face_track(60.0)
    count = faces.face_count.copy()
    count[100:120] = 2
    (other,) = seen_moments(replace(faces, face_count=count))["another_face"]
    assert (other.start_s, other.value, other.baseline) == (20.0, 2.0, 1.0)
    assert other.confidence == pytest.approx(0.5 * 20 / 23)
    assert seen_moments(replace(faces, face_count=np.full_like(count, 2))) == {}


def test_touches_of_the_face_that_come_together():
    poses = pose_track(300.0)
    for start in (100.0, 103.0, 106.0, 110.0):
        poses = hand(poses, start, start + 0.8, (0.0, 0.02))
    (run,) = seen_moments(face_track(300.0), poses)["face_touches"]
    assert (run.value, run.label, run.baseline) == (4.0, "chin", 0.0)
    assert run.start_s == 100.0
    two = hand(hand(pose_track(300.0), 100.0, 100.8, (0.0, 0.02)), 103.0, 103.8, (0.0, 0.02))
    assert seen_moments(face_track(300.0), two) == {}


def test_touches_are_nothing_to_who_always_touches():
    poses = pose_track(300.0)
    for burst in range(0, 300, 20):
        for start in (0.0, 3.0, 6.0):
            poses = hand(poses, burst + start, burst + start + 0.8, (0.0, 0.02))
    assert "face_touches" not in seen_moments(face_track(300.0), poses)


def test_a_hand_held_at_the_face():
    held = hand(pose_track(60.0), 20.0, 26.0, (0.0, 0.02))
    (event,) = seen_moments(face_track(60.0), held)["hand_held_at_face"]
    assert (event.start_s, event.value, event.label) == (20.0, pytest.approx(6.0), "chin")
    assert "hand_held_at_face" not in seen_moments(
        face_track(60.0), hand(pose_track(60.0), 20.0, 21.0, (0.0, 0.02))
    )


def sitting(duration_s: float, offset: np.ndarray) -> Observations:
    """A person whose shoulders and nose lie at `offset`, (n, 2), in image heights."""
    poses, faces = pose_track(duration_s), face_track(duration_s)
    for name, x, y in (("left_shoulder", 0.3, 0.32), ("right_shoulder", -0.3, 0.32), ("nose", 0.0, 0.0)):
        poses = move(poses, name, offset + np.array([x, y]))
    return observe(replace(faces, points=faces.points + (offset / (16 / 9, 1.0))[:, None]), poses)


def test_a_shift_of_posture_and_a_body_that_sways(rng):
    still = rng.normal(0.0, 0.004, (600, 2))
    shifted = still.copy()
    shifted[300:, 0] += 0.25  # 0.42 shoulder widths
    (shift,) = found(sitting(120.0, shifted))["posture_shift"]
    assert shift.start_s == pytest.approx(60.0, abs=0.5)
    assert shift.value == pytest.approx(0.25 / 0.6, abs=0.03)
    leaning = still.copy()
    leaning[300:305, 0] += 0.25  # back after a second
    assert "posture_shift" not in found(sitting(120.0, leaning))
    swaying = still + np.stack([0.2 * np.sin(times_s(120.0)), 0 * times_s(120.0)], axis=1)
    assert "posture_shift" not in found(sitting(120.0, swaying))


def reading(yaw_deg: np.ndarray, read_from_s: float, duration_s: float = 240.0) -> Observations:
    """Talk with a pause every two and a half seconds, and from `read_from_s` for a minute none."""
    pauses = [(float(s), s + 0.4) for s in np.arange(1.0, duration_s - 2, 2.5)]
    pauses = [p for p in pauses if not read_from_s <= p[0] < read_from_s + 60]
    said = speaking(duration_s, pauses=pauses)
    return replace(said, faces=replace(face_track(duration_s), yaw_deg=yaw_deg))


def test_signs_of_reading_are_named_and_all_three_are_needed(rng):
    time = times_s(240.0)
    noise = rng.normal(0.0, 1.0, len(time))
    read = (time >= 100) & (time < 160)
    aside = np.where(read, -30.0, 0.0) + noise
    (fixed,) = found(reading(aside, 100.0))["script_signs"]
    assert fixed.label == "fixed_left"
    assert 95.0 <= fixed.start_s < fixed.end_s <= 165.0
    assert fixed.value < 0.5 * fixed.baseline
    lines = np.where(read, 12.0 * (time % 3.0) / 3.0, 0.0) + noise
    (swept,) = found(reading(lines, 100.0))["script_signs"]
    assert swept.label == "sweeping"
    assert "script_signs" not in found(reading(noise, 100.0))  # no sign in the gaze
    assert "script_signs" not in found(reading(aside, 1000.0))  # pauses as usual


@pytest.mark.parametrize(
    "nothing",
    [
        Observations(MediaFacts(0.0, False, False)),
        Observations(MediaFacts(0.4, True, True), speech=SpeechActivity(())),
        observe(without_face(face_track(20.0), 0.0, 20.0), pose_track(20.0)),
        observe(face_track(0.2), pose_track(0.2)),
        speaking(2.0),
    ],
    ids=["no channel", "no speech", "no face", "one frame", "very short"],
)
def test_little_to_see_or_hear_gives_no_moment(nothing):
    assert [e.kind for e in feature_tables(nothing).events if e.kind in KINDS] == []


def test_joined_silences_and_order():
    seen = speaking(120.0, pauses=[(20.0, 28.0), (60.0, 69.0)])
    events = moments(seen, feature_tables(seen).timeline)
    assert [e.kind for e in events] == ["long_pause", "long_pause"]
    assert events[0].start_s < events[1].start_s
    assert unusually_long("x", (), 1.0, lambda _: 1.0) == []
