"""What a report says of a recording whose sound is not all there, in both languages."""

from __future__ import annotations

from dataclasses import replace

import pytest

from interview_analysis.pipeline.common.messages import Messages
from interview_analysis.scoring.interview.flags import _recording
from interview_analysis.types import AudioTrackFacts, MediaFacts, Observations, intervals

FACTS = MediaFacts(60, True, False)


@pytest.mark.parametrize(
    ("facts", "code", "told"),
    [
        (
            replace(FACTS, sound_holes=intervals([(3, 5.5), (9, 10)]), flags=("sound_missing",)),
            "sound_missing", ("missing for 3.5 s in all", "共缺失 3.5 秒"),
        ),
        (
            replace(FACTS, bandwidth_hz=4250.0, flags=("narrow_band",)),
            "narrow_band", ("ends at 4,250 Hz, as on a telephone line", "只到 4,250 赫兹，如同电话线路"),
        ),
        (
            replace(FACTS, audio_tracks=(AudioTrackFacts(1, "Desktop", "silent"), AudioTrackFacts(2, "Mic"))),
            "silent_track", ("left out: track 1 Desktop", "未采用：音轨 1 Desktop"),
        ),
        (
            replace(FACTS, audio_tracks=(AudioTrackFacts(1, ""), AudioTrackFacts(2, "", "undecodable"))),
            "undecodable_track", ("left out: track 2.", "未采用：音轨 2。"),
        ),
    ],
)  # fmt: skip
def test_faults_of_the_sound_are_told(facts: MediaFacts, code: str, told: tuple[str, str]) -> None:
    raised = {flag.code: flag for flag in _recording(Observations(facts), True)}
    flag = raised[code]
    assert flag.channel == "voice"
    for language, text in zip(("en", "zh"), told, strict=True):
        assert text in Messages(language).fill("flags", code, flag.values)  # type: ignore[arg-type]
        assert Messages(language).has("short_flags", code)  # type: ignore[arg-type]
    if facts.sound_holes:
        assert (flag.start_s, flag.end_s) == (3, 5.5)
