"""Stretches of the state report: what makes one, what it says, and how few come by chance."""

from __future__ import annotations

import re
from dataclasses import replace

import numpy as np
import pytest

from interview_analysis.features.moments.moments import KINDS
from interview_analysis.pipeline.common.config import load_norms, load_policy
from interview_analysis.pipeline.common.messages import load_messages
from interview_analysis.scoring.interview.state import by_chance, state_report
from interview_analysis.scoring.interview.state_text import clause, suggestion
from interview_analysis.scoring.report.report import StateReport
from interview_analysis.scoring.rubric.policy import EMOTION_WORDS, TENSION_WORDS
from interview_analysis.types import Event, Interval
from tests.events_scene import conversation, moment
from tests.transcripts import transcript_from_text

RULES = load_norms().state
OBSERVABLE = load_policy("observable")
ANSWER = transcript_from_text("我们当时优化了算法的步骤" * 150, "zh", wpm=180)
RISE = moment("rate_rise", 190.0, 205.0, 220.0, baseline=180.0, confidence=0.9)
TOUCHES = moment("face_touches", 193.0, 202.0, 4.0, label="nose", baseline=0.1, confidence=0.9)


def told(events, duration_s=600.0, transcript=ANSWER, policy=OBSERVABLE, **given) -> StateReport:
    return state_report(events, duration_s, transcript, policy, RULES, **given)


def test_a_faster_answer_with_repeated_touches_of_the_nose_is_told_in_both_languages():
    answers = [
        (Interval(0.0, 90.0), "自我介绍"),
        (Interval(95.0, 180.0), "项目"),
        (Interval(185.0, 300.0), "算法"),
    ]
    (stretch,) = told((RISE, TOUCHES), answers=answers).stretches
    assert (stretch.start_s, stretch.end_s) == (190.0, 205.0)
    assert (stretch.answer, stretch.asked) == (3, "算法")
    assert stretch.channels == ("voice", "posture")
    assert stretch.text.zh == "回答第 3 个问题时：语速 180 → 220 字/分钟，手触面部 4 次（多为鼻子）。"
    assert stretch.text.en == (
        "While answering question 3: speech rate 180 → 220 characters a minute; the face touched 4 times, mostly the nose."
    )
    assert "逻辑" in stretch.suggestion.zh
    assert "logic" in stretch.suggestion.en
    assert "算法" in stretch.quote
    assert [(m.kind, m.value, m.baseline, m.unit) for m in stretch.moments] == [
        ("rate_rise", 220.0, 180.0, "characters/min"),
        ("face_touches", 4.0, 0.1, "count"),
    ]
    assert 0 < stretch.chance_share <= RULES.max_chance_share
    assert stretch.reading is None


def test_moments_of_one_channel_or_apart_from_each_other_are_no_stretch():
    assert told((RISE, moment("long_pause", 195.0, 199.0, 4.0))).stretches == ()
    assert told((RISE, replace(TOUCHES, start_s=230.0, end_s=239.0))).stretches == ()
    assert told((RISE, moment("another_face", 193.0, 199.0, 2.0))).stretches == ()
    assert told((RISE, Event("hand_to_face", 193.0, 194.0, 1.0, "nose"))).stretches == ()
    assert told(()).stretches == ()


def test_the_same_moments_meet_by_chance_in_a_short_recording():
    early = [replace(e, start_s=e.start_s - 180, end_s=e.end_s - 180) for e in (RISE, TOUCHES)]
    assert told(early, 60.0).stretches == ()
    assert told(early, 600.0).stretches[0].chance_share > told(early, 3600.0).stretches[0].chance_share


def test_what_it_takes_grows_with_the_number_of_moments(rng):
    """A meeting of two that is worth a look among few moments is nothing among many."""
    pair = [replace(RISE, confidence=0.6), replace(TOUCHES, confidence=0.6)]
    assert len(told(pair, 1800.0).stretches) == 1
    crowd = [e for e in independent(rng, 1800.0, 25) if not 170 < e.start_s < 220]
    assert all(s.start_s != 190.0 for s in told([*pair, *crowd], 1800.0).stretches)


def independent(rng: np.random.Generator, duration_s: float, per_channel: int) -> list[Event]:
    """Moments of three channels that know nothing of each other."""
    kinds = (("rate_rise", 10.0, 20.0), ("long_off_camera", 4.0, 10.0), ("face_touches", 3.0, 12.0))
    events = []
    for kind, shortest, longest in kinds:
        for start in rng.uniform(0.0, duration_s - 20.0, per_channel).tolist():
            length = float(rng.uniform(shortest, longest))
            events.append(moment(kind, start, start + length, confidence=float(rng.uniform(0.5, 1.0))))
    return sorted(events, key=lambda event: event.start_s)


@pytest.mark.parametrize(("duration_s", "per_channel"), [(300.0, 3), (1800.0, 4), (1800.0, 25), (3600.0, 12)])
def test_independent_moments_give_about_as_few_stretches_as_the_rule_says(rng, duration_s, per_channel):
    counts = [len(told(independent(rng, duration_s, per_channel), duration_s).stretches) for _ in range(120)]
    # Where nothing belongs together, the rate of false discoveries is that of recordings with any.
    assert np.mean(np.array(counts) > 0) <= RULES.max_chance_share + 0.1  # 2.5 standard errors of 120 draws
    assert np.mean(counts) <= 2 * RULES.max_chance_share


def test_the_rate_by_chance_is_what_geometry_says():
    """Two moments of 10 and 6 s that join at 2 s meet in 20 of 1000 s."""
    events = [moment("rate_rise", 0.0, 10.0), moment("face_touches", 500.0, 506.0)]
    assert len(by_chance(events, 1000.0, 2.0)) / 999 == pytest.approx(0.02, abs=0.015)


def test_moments_that_reach_over_the_end_meet_those_at_the_beginning():
    """Two of 20 s that join at 2 s meet in 44 of 60 s, on a circle."""
    events = [moment("rate_rise", 0.0, 20.0), moment("face_touches", 30.0, 50.0)]
    assert len(by_chance(events, 60.0, 2.0)) / 999 == pytest.approx(44 / 60, abs=0.05)
    third = moment("long_off_camera", 25.0, 26.0)
    met = by_chance([*events, third], 60.0, 60.0)
    assert len(met) == 999  # everything within the gap is one
    assert met == pytest.approx(np.full(999, sum(e.confidence for e in (*events, third))))


def test_chance_is_measured_over_the_time_in_which_nobody_else_speaks():
    events = [moment("rate_rise", 600.0, 610.0), moment("face_touches", 602.0, 606.0)]
    talk = conversation([(500.0, 1000.0)], [(1, 0.0, 500.0)])
    alone, together = (len(by_chance(events, 1000.0, 2.0, said)) for said in (None, talk))
    assert together == pytest.approx(2 * alone, rel=0.5)
    nothing = conversation([], [(1, 0.0, 1000.0)])
    assert told(events, 1000.0, conversation=nothing).stretches == ()


def test_the_report_is_the_same_twice(rng):
    events = independent(rng, 900.0, 8)
    assert told(events, 900.0) == told(events, 900.0)


def test_no_more_than_anybody_follows_up(rng):
    pairs = [
        moment(kind, start, start + 5)
        for start in rng.uniform(0.0, 2900.0, 30).tolist()
        for kind in ("long_pause", "long_off_camera", "face_touches")
    ]
    stretches = told(pairs, 3000.0).stretches
    assert len(stretches) == RULES.max_stretches
    assert [s.start_s for s in stretches] == sorted(s.start_s for s in stretches)


@pytest.mark.parametrize("kind", sorted(KINDS))
def test_every_kind_reads_in_both_languages_and_has_a_name(kind):
    for label in ("", "nose", "fixed_left", "fixed_up", "sweeping"):
        for usual in (1.0, float("nan")):
            text = clause(
                moment(kind, 0.0, 5.0, 5.0, label=label, baseline=usual if KINDS[kind].unit == "s" else 1.0),
                "en",
            )
            assert "nan" not in text.en + text.zh
            assert text.en
            assert KINDS[kind].own is False or not re.search("[a-z]{3}", text.zh)
            assert not EMOTION_WORDS.search(text.en + text.zh)
    assert kind in load_messages()["events"]
    assert not EMOTION_WORDS.search(suggestion({kind}).en + suggestion({kind}).zh)


def test_only_the_policy_of_tension_gives_a_reading_and_only_with_its_caveat():
    tension = load_policy("tension")
    for policy in (OBSERVABLE, load_policy("off")):
        report = told((RISE, TOUCHES), policy=policy)
        assert not EMOTION_WORDS.search(report.model_dump_json())
    report = told((RISE, TOUCHES), policy=tension)
    assert report.stretches[0].reading == tension.reading
    assert report.policy.caveat == tension.caveat
    said = EMOTION_WORDS.findall(report.model_dump_json())
    assert said
    assert all(TENSION_WORDS.fullmatch(word) for word in said)
