"""Clipping and joining: one clock, nothing invented at the joints, nothing lost."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from interview_analysis.errors import MediaError
from interview_analysis.features.conversation.candidate_view import candidate_view
from interview_analysis.features.core.visual import face_height
from interview_analysis.features.tables import feature_tables
from interview_analysis.pipeline.observation.joining import clip, joined
from interview_analysis.scoring.report.speakers import speakers
from interview_analysis.types import (
    AudioTrackFacts,
    CandidateVoice,
    Interval,
    Observations,
    SpeechActivity,
    Turn,
    Voices,
    intervals,
)
from tests.pipeline.observation.observed_scene import assert_same, picture_only, scene, sound_only

A, B, C = scene(20.0, seed=1), scene(14.3, seed=2), scene(17.77, "Then we hired two people.", seed=3)
LENGTHS = st.floats(12.0, 40.0).map(lambda s: round(s, 3))


def without_facts(observations: Observations) -> Observations:
    """Facts of a clip are in part those of the whole, by definition."""
    return replace(observations, facts=replace(A.facts, duration_s=observations.facts.duration_s))


def test_one_recording_is_given_back_as_it_came():
    assert joined([A]) is A
    assert clip(A) is A
    assert clip(A, 0.0, 20.0) is A
    assert clip(A, None, 99.0) is A


@settings(max_examples=25)
@given(st.lists(LENGTHS, min_size=2, max_size=4), st.data())
def test_the_clip_of_a_join_is_the_part(lengths, data):
    parts = [scene(length, seed=number) for number, length in enumerate(lengths)]
    whole = joined(parts)
    assert whole.facts.duration_s == pytest.approx(sum(lengths))
    number = data.draw(st.integers(0, len(parts) - 1))
    start_s = math.fsum(lengths[:number])
    back = clip(whole, start_s, start_s + lengths[number])
    assert_same(without_facts(back), without_facts(parts[number]), tolerance=1e-6)


@settings(max_examples=25)
@given(LENGTHS, st.floats(0.05, 0.95))
def test_the_join_of_two_clips_has_every_word_and_every_frame_once(length, share):
    whole = scene(length, seed=5)
    cut_s = share * length
    back = joined([clip(whole, 0, cut_s), clip(whole, cut_s, None)])
    assert [w.text for w in back.transcript.words] == [w.text for w in whole.transcript.words]
    for track in ("acoustics", "faces", "poses"):
        np.testing.assert_allclose(getattr(back, track).time_s, getattr(whole, track).time_s, atol=1e-6)
    assert back.speech.speech_s == pytest.approx(whole.speech.speech_s, abs=1e-6)
    assert back.facts.duration_s == pytest.approx(length)


@settings(max_examples=25)
@given(st.permutations([A, B, C]))
def test_times_are_in_order_and_within_the_whole(parts):
    whole = joined(parts)
    end_s = whole.facts.duration_s
    for track in (whole.acoustics, whole.faces, whole.poses):
        assert (np.diff(track.time_s) > 0).all()
        assert track.time_s[0] >= 0
        assert track.time_s[-1] < end_s
    edges = [edge for region in whole.speech.regions for edge in (region.start_s, region.end_s)]
    assert edges == sorted(edges)
    starts = [word.start_s for word in whole.transcript.words]
    assert starts == sorted(starts)


def test_a_clip_holds_the_words_whose_middle_lies_inside():
    word = A.transcript.words[3]
    middle_s = (word.start_s + word.end_s) / 2
    with_it, without_it = clip(A, middle_s - 0.01, None), clip(A, middle_s + 0.01, None)
    assert with_it.transcript.words[0].text == word.text
    assert with_it.transcript.words[0].start_s == 0.0
    assert without_it.transcript.words[0].text == A.transcript.words[4].text
    assert with_it.transcript.segments[0].text == "redesign of our product."
    assert with_it.transcript.segments[1:]
    assert with_it.transcript.segments[1].text == A.transcript.segments[1].text


def test_a_clip_is_short_where_the_recording_was_not():
    assert "short" not in A.facts.flags
    assert clip(A, 3, 9).facts.flags == ("short",)
    assert "short" in scene(6.0).facts.flags
    assert "short" not in joined([scene(6.0), scene(6.0)]).facts.flags


@pytest.mark.parametrize(("start_s", "end_s"), [(20.0, None), (25.0, 30.0), (5.0, 5.0)])
def test_a_clip_of_nothing_says_so(start_s, end_s):
    with pytest.raises(
        MediaError, match=r"nothing lies from .* of a recording of 20.0 s: correct start_s and end_s"
    ):
        clip(A, start_s, end_s)


def test_what_one_recording_lacks_is_missing_there_alone():
    whole = joined([sound_only(A), picture_only(B), C])
    assert (whole.facts.has_audio, whole.facts.has_video) == (True, True)
    assert whole.faces.time_s[0] == pytest.approx(20.0)
    assert not ((whole.acoustics.time_s > 20.0) & (whole.acoustics.time_s < 34.3)).any()
    tables = feature_tables(whole)
    voice, face = tables.coverage("pauses.pause_ratio"), tables.coverage("smile.smile_ratio")
    assert 0 < voice < feature_tables(joined([A, B, C])).coverage("pauses.pause_ratio")
    assert face == pytest.approx((14.3 + 17.77 - 1.0) / 52.07, abs=0.02)
    assert joined([sound_only(A), sound_only(B)]).faces is None
    assert joined([picture_only(A), picture_only(B)]).transcript is None


def test_silence_around_a_joint_is_no_pause_and_no_speaking_time():
    def speaking(*pairs: tuple[float, float]) -> Observations:
        return replace(A, speech=SpeechActivity(intervals(list(pairs))), transcript=A.transcript)

    early, late = speaking((1.0, 3.0), (3.5, 6.0)), speaking((9.0, 12.0))
    whole = joined([early, late])  # 23 s of silence around the joint
    tables = feature_tables(whole)
    assert tables.value("pauses.pause_count") == 1
    assert tables.value("pauses.pause_longest_s") == pytest.approx(0.5)
    assert tables.value("pauses.pause_ratio") == pytest.approx(0.5 / 8.0)
    assert not [event for event in tables.events if event.kind == "pause"]
    plain = feature_tables(replace(whole, speech=SpeechActivity(whole.speech.regions)))
    assert plain.value("pauses.pause_longest_s") == pytest.approx(23.0)
    assert plain.value("speech_rate.speaking_rate_wpm") < tables.value("speech_rate.speaking_rate_wpm")


def test_rates_over_the_same_recording_twice_are_those_of_the_recording():
    once, twice = feature_tables(A), feature_tables(joined([A, A]))
    for feature in (
        "pauses.pause_per_min",
        "speech_rate.speaking_rate_wpm",
        "speech_rate.articulation_rate_wpm",
    ):
        assert twice.value(feature) == pytest.approx(once.value(feature), rel=0.02)
    assert twice.value("smile.smile_ratio") == pytest.approx(once.value("smile.smile_ratio"))


def test_facts_are_combined_as_they_say():
    loud = replace(B, facts=replace(B.facts, loudness_lufs=-13.0, snr_db=20.0, flags=("clipped",), fps=15.0))
    facts = joined([A, loud]).facts
    assert facts.duration_s == pytest.approx(34.3)
    share = 14.3 / 34.3
    power = (1 - share) * 10**-2.3 + share * 10**-1.3
    assert facts.loudness_lufs == pytest.approx(10 * math.log10(power))
    assert facts.snr_db == pytest.approx((1 - share) * 30 + share * 20)
    assert facts.fps == pytest.approx((1 - share) * 30 + share * 15)
    assert facts.flags == ("clipped",)
    silent = replace(B, facts=replace(B.facts, loudness_lufs=-math.inf))
    assert joined([silent, silent]).facts.loudness_lufs == -math.inf
    assert math.isnan(joined([picture_only(A), picture_only(B)]).facts.loudness_lufs)
    mixed = joined([picture_only(A), sound_only(B)]).facts
    assert (mixed.loudness_lufs, mixed.luma_median, mixed.width_px) == (pytest.approx(-23.0), 110.0, 1280)


def test_every_voice_has_its_track_where_recordings_have_different_ones():
    def by_track(names: str, channels: tuple[int, ...], duration_s: float) -> Observations:
        tracks = tuple(AudioTrackFacts(number, name) for number, name in enumerate(names, 1))
        turns = tuple(Turn(voice, 4.0 * voice, 4.0 * voice + 3) for voice in range(len(channels)))
        voices = Voices(turns, np.eye(4)[list(channels)], "channels", channels)
        facts = replace(A.facts, duration_s=duration_s, audio_tracks=tracks)
        return replace(sound_only(A), facts=facts, voices=voices)

    together = joined([by_track("abc", (0, 2), 20.0), by_track("ad", (0, 1), 30.0)])
    assert together.facts.audio_tracks == (
        AudioTrackFacts(1, "a"), AudioTrackFacts(2, ""), AudioTrackFacts(3, "c")
    )  # fmt: skip
    told = speakers(candidate_view(together, CandidateVoice(0, "channel", 1.0)))
    assert told is not None
    assert [(voice.channel, voice.track) for voice in told.voices] == [(1, "a"), (3, "c"), (2, "")]


def test_faces_keep_their_height_and_width_where_pictures_differ_in_shape():
    tall = replace(B.faces, aspect_ratio=9 / 16)
    whole = joined([A, replace(B, faces=tall)])
    assert whole.faces.aspect_ratio == A.faces.aspect_ratio
    rows = whole.faces.time_s >= 20.0
    np.testing.assert_allclose(face_height(whole.faces)[rows], face_height(tall))

    def width(track):
        return (track.points[:, 6, 0] - track.points[:, 5, 0]) * track.aspect_ratio

    np.testing.assert_allclose(width(whole.faces)[rows], width(tall))
    inside = whole.faces.points[rows][..., 0]
    assert np.nanmin(inside) > 0
    assert np.nanmax(inside) < 1


def test_other_faces_are_clipped_and_joined_with_the_first():
    other = replace(A.faces, yaw_deg=A.faces.yaw_deg + 1)
    tiles = replace(A, faces=replace(A.faces, others=(other,), turned_deg=90))
    part = clip(tiles, 5.0, 15.0)
    assert_same(part.faces.others[0].yaw_deg, part.faces.yaw_deg + 1)
    whole = joined([tiles, B])
    (beside,) = whole.faces.others
    assert_same(beside.time_s, whole.faces.time_s)
    first = beside.time_s < 20.0
    assert_same(beside.yaw_deg[first], other.yaw_deg)
    assert not beside.present[~first].any()
    assert whole.faces.turned_deg == 90


def test_the_language_that_is_spoken_longest_leads_and_every_segment_keeps_its_own():
    chinese = scene(
        20.0, "我负责需求分析和用户访谈。\n最后销量增长了三成，团队也很满意，我学到了很多。", language="zh"
    )
    whole = joined([A, chinese])
    assert whole.transcript.language == "zh"
    assert len(whole.transcript.words) == len(A.transcript.words) + len(chinese.transcript.words)
    assert whole.transcript.languages == ("zh", "en")
    assert whole.transcript.in_language("en").text == A.transcript.text
    assert whole.transcript.in_language("zh").text == chinese.transcript.text
    assert clip(whole, 0.0, 20.0).transcript.language == "en"
    nobody = replace(B, transcript=replace(B.transcript, language="", segments=()), speech=SpeechActivity(()))
    assert joined([nobody, A]).transcript.language == "en"
    assert joined([nobody, A]).transcript.languages == ("en",)


def test_joints_stay_where_they_are_after_another_join_and_a_clip():
    whole = joined([joined([A, B]), C])
    assert whole.speech.joints_s == pytest.approx((20.0, 34.3))
    assert clip(whole, 10.0, 30.0).speech.joints_s == pytest.approx((10.0,))
    assert Interval(0, whole.facts.duration_s).duration_s == pytest.approx(52.07)


def test_no_recording_at_all_is_refused():
    with pytest.raises(ValueError, match="at least one recording"):
        joined([])
