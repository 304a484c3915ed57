"""What the report says of a recording is what is known of it."""

from __future__ import annotations

from dataclasses import replace

from interview_analysis.features.tables import feature_tables
from interview_analysis.pipeline.common.config import load_norms, load_run_config
from interview_analysis.pipeline.report import filling
from interview_analysis.types import AudioTrackFacts, MediaFacts, intervals
from tests.features.tracks import without_face
from tests.pipeline.observation.observed_scene import scene


def test_what_is_known_of_a_recording_is_in_its_report() -> None:
    facts = MediaFacts(
        61.0, True, True, "mp4", 640, 480, 29.5, True, 90, True, "h264", "aac", 44100, -21.5, 0.25, 31.5, 4000.0, 110.5,
        (AudioTrackFacts(1, "Room", "silent"),), intervals([(3, 5.5)]), flags=("short",),
    )  # fmt: skip
    told = filling._media("a.mp4", facts).model_dump()
    assert told.pop("name") == "a.mp4"
    assert told.pop("audio_tracks") == ({"number": 1, "name": "Room", "left_out": "silent"},)
    assert told.pop("sound_holes") == ({"start_s": 3.0, "end_s": 5.5},)
    assert told == {name: getattr(facts, name) for name in told}
    assert all(told.values()), "each differs from what it is where nothing is known"


def test_a_curve_has_a_gap_where_the_face_is_away() -> None:
    """From 15 to 24 s: the window of 15 to 25 s holds a second of it, which says nothing of the other nine."""
    seen = scene(40.0)
    assert seen.faces is not None
    seen = replace(seen, faces=without_face(seen.faces, 15.0, 24.0))
    timeline = filling._timeline(feature_tables(seen), load_run_config(), "en", load_norms())
    curves = {series.id: dict(zip(series.time_s, series.value, strict=True)) for series in timeline.series}
    for curve in (curves["smile.smile_ratio"], curves["gaze.on_camera_ratio"]):
        assert [time for time, value in curve.items() if value is None] == [20.0]
