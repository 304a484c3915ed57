"""A hole in the sound is nobody's pause, no speaking time, and no time in which a voice could have been observed."""

from __future__ import annotations

from dataclasses import replace

import pytest

from interview_analysis.features.tables import answer_tables, feature_tables
from interview_analysis.pipeline.observation.file import Heard
from interview_analysis.pipeline.observation.joining import clip, joined, parted
from interview_analysis.pipeline.observation.observe import Known
from interview_analysis.types import Interval, Observations, SpeechActivity, Transcript, intervals
from tests.pipeline.observation.observed_scene import scene

HOLE = Interval(21.0, 621.0)
MEASURED = (
    "pauses.pause_ratio",
    "pauses.pause_longest_s",
    "speech_rate.speaking_rate_wpm",
    "smile.smile_ratio",
)


def with_hole() -> tuple[Observations, Observations]:
    """Twice the same twenty seconds with a second between them, and with ten minutes of nothing instead of that second."""
    once = scene(20.0)
    short = joined([once, scene(1.0, text=""), once])
    late = joined([once, scene(602.0, text=""), once])
    known = Known(
        facts=replace(late.facts, sound_holes=(HOLE,), holes=(HOLE,)),
        hearing=Heard(late.transcript or Transcript("en", 1, (), "", ""), SpeechActivity(late.speech.regions)),
        voices=late.voices, acoustics=late.acoustics, faces=late.faces, poses=late.poses,
    )  # fmt: skip
    seen = known.observations(face_and_body=True)
    assert seen is not None
    return short, seen


def test_a_hole_changes_no_rate_and_no_pause() -> None:
    short, holed = map(feature_tables, with_hole())
    for feature in MEASURED[:3]:
        assert holed.value(feature) == pytest.approx(short.value(feature), rel=0.01), feature
    assert not [
        event for event in holed.events if event.kind == "pause" and event.end_s - event.start_s > 100
    ]


def test_coverage_is_the_share_of_what_was_recorded() -> None:
    short, holed = map(feature_tables, with_hole())
    for feature in ("pauses.pause_ratio", "speech_rate.speaking_rate_wpm"):
        assert holed.coverage(feature) == pytest.approx(short.coverage(feature), abs=0.06), feature
    _, seen = with_hole()
    by_answer = answer_tables(seen, intervals([(0.0, 642.0), (0.0, 20.0)]))
    assert by_answer.of(Interval(0.0, 642.0)).coverage("pauses.pause_ratio") == pytest.approx(
        holed.coverage("pauses.pause_ratio")
    )


def test_speech_stops_at_a_hole() -> None:
    speech = SpeechActivity(intervals([(0, 4), (6, 9)]))
    holes = intervals([(3, 7), (8.5, 12)])
    cut = parted(speech, holes)
    assert cut == SpeechActivity(intervals([(0, 3), (7, 8.5)]), joints_s=(5, 10.25))
    assert parted(cut, holes) == cut
    assert parted(speech, ()) is speech


def test_holes_move_with_the_recording_and_are_cut_with_it() -> None:
    facts = replace(scene(20.0).facts, sound_holes=intervals([(4, 6)]), holes=(), flags=("sound_missing",))
    holed = replace(scene(20.0), facts=facts)
    assert joined([scene(10.0), holed]).facts.sound_holes == (Interval(14.0, 16.0),)
    assert clip(holed, 5.0, 15.0).facts.sound_holes == (Interval(0.0, 1.0),)
    assert clip(holed, 10.0, 20.0).facts.sound_holes == ()
    assert "sound_missing" not in clip(holed, 10.0, 20.0).facts.flags
