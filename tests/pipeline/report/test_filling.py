"""What the report says of a recording is what is known of it."""

from __future__ import annotations

from interview_analysis.pipeline.report import filling
from interview_analysis.types import AudioTrackFacts, MediaFacts, intervals


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
