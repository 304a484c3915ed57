"""Stored ratios name the stages that are measured, and a change of a quarter is told."""

from __future__ import annotations

import json
from pathlib import Path

from interview_analysis.pipeline.dev.stage_benchmark import warnings


def test_a_change_of_a_quarter_is_told_and_a_smaller_one_is_not() -> None:
    before = {"decode": 2.0, "face": 4.0, "pose": 1.0, "gone": 1.0}
    now = {"decode": 2.4, "face": 5.0, "pose": 0.7, "new": 1.0}
    assert warnings(now, before) == [
        "face: 4.00 before, 5.00 now (+25%)",
        "gone: not measured any more",
        "new: not in the stored ratios",
        "pose: 1.00 before, 0.70 now (-30%)",
    ]


def test_the_stored_ratios_are_those_of_the_stages() -> None:
    stored = json.loads((Path(__file__).parents[3] / ".ci" / "stage_ratios.json").read_text(encoding="utf-8"))
    assert set(stored) == {"decode", "face", "pose", "transcribe", "voices", "voice"}
