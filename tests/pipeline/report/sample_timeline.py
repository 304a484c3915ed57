"""Made-up curves and events over a recording."""

from __future__ import annotations

import math
from collections.abc import Iterator

import numpy as np

from interview_analysis.scoring.edges import Text
from interview_analysis.scoring.report.report import Series, Timeline, TimelineEvent
from interview_analysis.types import FloatArray
from tests.pipeline.sample_transcript import Spoken

RATES = {  # by language: feature, unit, usual value
    "zh": ("speech_rate.speaking_rate_cpm", "characters/min", 238),
    "en": ("speech_rate.speaking_rate_wpm", "words/min", 165),
}
MARKS = {  # every so many seconds, from half of them on
    "pause": 11.3, "filler": 23.0, "smile": 31.0, "nod": 17.0, "off_camera": 19.0, "hand_to_face": 27.0, "wink": 60.0,
}  # fmt: skip
STANDING_OUT = (  # kind, channel, share of the recording before it, length_s, value, baseline, unit, label
    ("rate_rise", "voice", 0.53, 12.0, 226.0, 180.0, "", ""),
    ("long_pause", "voice", 0.8, 3.1, 3.1, 0.6, "s", ""),
    ("face_touches", "posture", 0.56, 7.0, 4.0, 0.1, "count", "nose"),
    ("long_off_camera", "face", 0.8, 6.0, 6.0, 1.5, "s", "left"),
    ("another_face", "face", 0.43, 3.0, 2.0, 1.0, "faces", ""),
)


def sample_timeline(spoken: Spoken, duration_s: float) -> Timeline:
    return Timeline(
        window_s=10.0,
        series=tuple(_series(spoken, duration_s)),
        events=tuple(_events(RATES[spoken][1], duration_s)),
    )


def _series(spoken: Spoken, duration_s: float) -> Iterator[Series]:
    times = np.arange(5.0, max(6.0, duration_s - 4), 2.0)
    at = times / max(duration_s, 1)
    feature, unit, usual = RATES[spoken]
    rate = usual + 22 * np.sin(9 * at) + 40 * np.exp(-(((at - 0.55) / 0.05) ** 2))
    seen = np.where((at > 0.3) & (at < 0.37), np.nan, 1.0)
    smiling, on_camera = np.clip(0.5 * np.sin(11 * at), 0, 1), 0.72 + 0.2 * np.sin(17 * at)
    curves: tuple[tuple[str, str, str, str, FloatArray], ...] = (
        (feature, "语速", "Speaking rate", unit, rate),
        ("pauses.pause_ratio", "停顿占比", "Share of pauses", "ratio", 0.2 + 0.12 * np.cos(14 * at)),
        ("smile.smile_ratio", "微笑占比", "Share of smiling", "ratio", seen * smiling),
        ("gaze.on_camera_ratio", "注视镜头占比", "Gaze on camera", "ratio", seen * on_camera),
        ("pitch.f0_sd_st", "音高变化", "Pitch variability", "st", 2.6 + np.sin(23 * at)),
    )
    for key, zh, en, unit, values in curves:
        shown = tuple(None if math.isnan(v) else round(float(v), 3) for v in values)
        yield Series(id=key, name=Text(zh=zh, en=en), unit=unit, time_s=tuple(map(float, times)), value=shown)


def _events(rate_unit: str, duration_s: float) -> Iterator[TimelineEvent]:
    for kind, step_s in MARKS.items():
        for t in np.arange(step_s / 2, duration_s, step_s).tolist():
            yield TimelineEvent(kind=kind, start_s=round(t, 2), end_s=round(min(duration_s, t + 0.9), 2))
    yield TimelineEvent(kind="face_absent", start_s=0.3 * duration_s, end_s=0.37 * duration_s)
    for kind, channel, at, length_s, value, baseline, unit, label in STANDING_OUT:
        yield TimelineEvent(
            kind=kind,
            start_s=at * duration_s,
            end_s=at * duration_s + length_s,
            value=value,
            label=label,
            channel=channel,
            unit=unit or rate_unit,
            baseline=baseline,
            confidence=0.8,
        )
    for i, part in enumerate(("situation", "task", "action", "result")):
        start_s, end_s = i * duration_s / 5, (i + 0.8) * duration_s / 5
        yield TimelineEvent(kind=f"star_{part}", start_s=start_s, end_s=end_s)
