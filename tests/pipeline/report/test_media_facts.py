"""What the page says of a recording, in both languages."""

from __future__ import annotations

import pytest

from interview_analysis.pipeline.common.messages import Language, Messages
from interview_analysis.pipeline.report.html import media_facts, render_html
from interview_analysis.scoring.report.provenance import AudioTrack, Speaker, Speakers, Stretch
from tests.pipeline.sample_report import sample_report

TRACKS = (
    AudioTrack(number=1, name="Room", left_out=""), AudioTrack(number=2, name="", left_out="silent"),
    AudioTrack(number=3, name="Spatial", left_out="undecodable"),
)  # fmt: skip
TOLD: dict[Language, dict[str, str]] = {
    "en": {
        "The voice reaches up to": "4,250 Hz", "Without sound": "00:03–00:09",
        "Audio tracks": "1 Room, 2 (silent, left out), 3 Spatial (cannot be read, left out)",
    },
    "zh": {
        "语音频率上限": "4,250 Hz", "无声音的时段": "00:03–00:09",
        "音轨": "1 Room、2（无声，未采用）、3 Spatial（无法读取，未采用）",
    },
}  # fmt: skip


@pytest.mark.parametrize("language", ["en", "zh"])
def test_tracks_holes_bandwidth_and_a_mirror_are_told(language: Language) -> None:
    media = sample_report().media.model_copy(
        update={
            "bandwidth_hz": 4250.0, "audio_tracks": TRACKS, "mirrored": True,
            "sound_holes": (Stretch(start_s=3.2, end_s=9.4),),
        }
    )  # fmt: skip
    facts = dict(media_facts(media, Messages(language)))
    assert facts.items() >= TOLD[language].items()
    assert any(("mirrored" if language == "en" else "镜像") in text for text in facts.values())


def test_a_voice_is_named_with_its_track() -> None:
    voices = (
        Speaker(voice=0, role="candidate", seconds=40, talk_share=0.8, channel=2, track="Anna"),
        Speaker(voice=1, role="other", seconds=10, talk_share=0.2, channel=1, track="Ben <b>"),
    )
    told = Speakers(
        candidate=0, by="channel", confidence=1, guess=False, doubt="", told_apart_by="channels", voices=voices
    )  # fmt: skip
    page = render_html(sample_report().model_copy(update={"speakers": told}), None, "en")
    assert "on the track “Anna”" in page
    assert "on the track “Ben &lt;b&gt;”" in page
