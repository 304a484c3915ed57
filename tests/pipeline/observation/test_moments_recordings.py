"""Moments and the state report on real recordings, seen and heard by the real models."""

from __future__ import annotations

from dataclasses import replace

import pandas as pd
import pytest

from interview_analysis import analyze
from interview_analysis.features.moments.moments import KINDS
from interview_analysis.pipeline.interview import Analysis
from interview_analysis.pipeline.observation.file import pack, unpack
from interview_analysis.pipeline.outputs import save


@pytest.fixture(scope="module")
def hand_on_mouth(shared_data, loaded) -> Analysis:
    path = shared_data / "video_talking" / "pyfeat_WolfgangLanger_Pexels.mp4"
    return analyze(path, "product-manager", models=loaded)


def moments(analysis: Analysis) -> list[tuple[str, float, float]]:
    return [(e.kind, e.start_s, e.end_s) for e in analysis.tables.events if e.kind in KINDS]


def test_a_hand_held_before_the_mouth_is_found_where_it_is(hand_on_mouth):
    """It goes up after two seconds, covers nose and mouth, and is seen to leave the chin between 9.3 and 9.6."""
    (held,) = [event for event in hand_on_mouth.tables.events if event.kind == "hand_held_at_face"]
    assert 2.0 <= held.start_s < held.end_s <= 9.8
    assert held.value == pytest.approx(held.end_s - held.start_s)
    assert held.value >= 3.0
    assert held.label in ("mouth", "chin", "nose")
    assert 0.0 < held.confidence < 0.5  # two touches are no baseline
    assert held.baseline != held.baseline
    assert hand_on_mouth.report.state.stretches == ()  # one channel, and twenty seconds


def test_someone_who_sits_and_talks_as_usual_has_no_moment(shared_data, loaded):
    seated = analyze(
        shared_data / "video_talking" / "latentsync_demo3_en_seated.mp4", "product-manager", models=loaded
    )
    assert moments(seated) == []
    assert seated.report.state.stretches == ()


@pytest.mark.parametrize("name", ["fer_woman2_noaudio.mp4", "pyfeat_face_noface.mov"])
def test_a_recording_without_sound_or_with_a_face_for_a_part_of_the_time(shared_data, loaded, name):
    found = moments(analyze(shared_data / "video_talking" / name, "product-manager", models=loaded))
    assert {kind for kind, *_ in found} <= {"long_off_camera", "brow_lowering_run", "posture_shift"}


def test_moments_are_kept_written_and_reported_with_their_numbers(hand_on_mouth, tmp_path):
    tables = hand_on_mouth.tables
    measured = [
        name for name in tables.whole if not str(name).startswith("level.")
    ]  # what is read is not kept
    tables = replace(tables, whole=tables.whole[measured])
    again = unpack("features", "ab" * 32, pack("features", "ab" * 32, tables))
    events, expected = pd.DataFrame(again.events), pd.DataFrame(tables.events)
    pd.testing.assert_frame_equal(events, expected)
    save(hand_on_mouth, tmp_path / "out", "en")
    written = pd.read_parquet(tmp_path / "out" / "features" / "events.parquet")
    pd.testing.assert_frame_equal(
        written[["kind", "confidence", "baseline"]], expected[["kind", "confidence", "baseline"]]
    )
    (shown,) = [e for e in hand_on_mouth.report.timeline.events if e.kind == "hand_held_at_face"]
    assert (shown.channel, shown.unit, shown.baseline) == ("posture", "s", None)
    assert shown.confidence == pytest.approx(
        written.loc[written["kind"] == "hand_held_at_face", "confidence"].iloc[0], abs=1e-4
    )
    assert all(e.confidence is None for e in hand_on_mouth.report.timeline.events if e.kind not in KINDS)
