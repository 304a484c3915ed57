"""Made-up curves and events over a recording."""

from __future__ import annotations

import math

import numpy as np

from interview_analysis.scoring.edges import Text
from interview_analysis.scoring.report import Series, Timeline, TimelineEvent
from tests.pipeline.sample_transcript import Spoken


def sample_timeline(spoken: Spoken, duration_s: float) -> Timeline:
    times = np.arange(5.0, max(6.0, duration_s - 4), 2.0)
    phase = times / max(duration_s, 1)
    rate = (
        (238 if spoken == "zh" else 165)
        + 22 * np.sin(9 * phase)
        + 40 * np.exp(-(((phase - 0.55) / 0.05) ** 2))
    )
    seen = np.where((phase > 0.3) & (phase < 0.37), np.nan, 1.0)

    def series(key: str, zh: str, en: str, unit: str, values: np.ndarray) -> Series:
        shown = tuple(None if math.isnan(v) else round(float(v), 3) for v in values)
        return Series(
            id=key, name=Text(zh=zh, en=en), unit=unit, time_s=tuple(map(float, times)), value=shown
        )

    key, unit = (
        ("speaking_rate_cpm", "characters/min") if spoken == "zh" else ("speaking_rate_wpm", "words/min")
    )
    plots = (
        series(f"speech_rate.{key}", "语速", "Speaking rate", unit, rate),
        series("pauses.pause_ratio", "停顿占比", "Share of pauses", "ratio", 0.2 + 0.12 * np.cos(14 * phase)),
        series(
            "smile.smile_ratio",
            "微笑占比",
            "Share of smiling",
            "ratio",
            seen * np.clip(0.5 * np.sin(11 * phase), 0, 1),
        ),
        series(
            "gaze.on_camera_ratio",
            "注视镜头占比",
            "Gaze on camera",
            "ratio",
            seen * (0.72 + 0.2 * np.sin(17 * phase)),
        ),
        series("pitch.f0_sd_st", "音高变化", "Pitch variability", "st", 2.6 + np.sin(23 * phase)),
    )
    marks = {
        "pause": 11.3,
        "filler": 23.0,
        "smile": 31.0,
        "nod": 17.0,
        "off_camera": 19.0,
        "hand_to_face": 27.0,
        "wink": 60.0,
    }
    events = [
        TimelineEvent(kind=kind, start_s=round(t, 2), end_s=round(min(duration_s, t + 0.9), 2))
        for kind, step in marks.items()
        for t in np.arange(step / 2, duration_s, step).tolist()
    ]
    events.append(TimelineEvent(kind="face_absent", start_s=0.3 * duration_s, end_s=0.37 * duration_s))
    standing_out = (
        (
            "rate_rise",
            "voice",
            0.53,
            12.0,
            226.0,
            180.0,
            "words/min" if spoken == "en" else "characters/min",
            "",
        ),
        ("long_pause", "voice", 0.8, 3.1, 3.1, 0.6, "s", ""),
        ("face_touches", "posture", 0.56, 7.0, 4.0, 0.1, "count", "nose"),
        ("long_off_camera", "face", 0.8, 6.0, 6.0, 1.5, "s", "left"),
        ("another_face", "face", 0.43, 3.0, 2.0, 1.0, "faces", ""),
    )
    for kind, channel, at, length_s, value, usual, unit, label in standing_out:
        events.append(
            TimelineEvent(
                kind=kind,
                start_s=at * duration_s,
                end_s=at * duration_s + length_s,
                value=value,
                label=label,
                channel=channel,
                unit=unit,
                baseline=usual,
                confidence=0.8,
            )
        )
    parts = ("situation", "task", "action", "result")
    for i, part in enumerate(parts):
        events.append(
            TimelineEvent(kind=f"star_{part}", start_s=i * duration_s / 5, end_s=(i + 0.8) * duration_s / 5)
        )
    return Timeline(window_s=10.0, series=plots, events=tuple(events))
