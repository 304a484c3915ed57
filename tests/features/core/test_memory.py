from __future__ import annotations

import gc
import weakref
from dataclasses import replace

import numpy as np
import pytest

from interview_analysis.features.core.memory import once
from interview_analysis.features.tables import feature_tables
from interview_analysis.features.voice import fillers, intensity, pitch, speech_units
from interview_analysis.types import Interval
from tests.features.voice.test_fillers import script
from tests.features.voice.test_pitch import observe
from tests.models.voice.test_praat import buzz
from tests.pipeline.observation.observed_scene import scene


class Recording:
    pass


def test_once_computes_for_each_object_and_keeps_no_more_than_one_result() -> None:
    asked: list[int] = []

    @once
    def size(recording: Recording) -> int:
        asked.append(id(recording))
        return len(asked)

    first, second = Recording(), Recording()
    assert [size(first), size(first), size(second), size(second)] == [1, 1, 2, 2]
    gone = weakref.ref(first)
    del first
    gc.collect()
    assert gone() is None


def test_the_last_recording_is_not_kept_alive() -> None:
    seen = scene()
    feature_tables(seen)
    parts = (seen, seen.transcript, seen.acoustics.f0_hz, seen.faces.points, seen.poses.points)
    alive = [weakref.ref(part) for part in parts]
    del seen, parts
    gc.collect()
    assert [part() is None for part in alive] == [True] * 5


def test_equal_transcripts_are_not_compared() -> None:
    transcript = script("um yes", "en")
    found = fillers.filled_pauses(transcript)
    assert fillers.filled_pauses(transcript) is found
    assert fillers.filled_pauses(replace(transcript)) is not found


@pytest.mark.parametrize("module", [pitch, intensity])
def test_the_whole_recording_is_gone_through_once(module, monkeypatch: pytest.MonkeyPatch) -> None:
    observations = observe(np.asarray(buzz(150.0, 8)), (0.0, 8.0))
    frames: list[int] = []
    inside = speech_units.inside

    def counted(time_s, pieces):
        frames.append(time_s.size)
        return inside(time_s, pieces)

    monkeypatch.setattr(speech_units, "inside", counted)
    for start in range(8):
        assert len(module.compute(observations, Interval(start, start + 1.001))) > 1
    assert frames == [observations.acoustics.time_s.size]
