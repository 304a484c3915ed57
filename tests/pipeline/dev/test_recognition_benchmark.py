"""What is read is found with its language, and what is wrong is counted."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from interview_analysis.models.weights.store import ModelStore
from interview_analysis.pipeline.common.config import load_run_config
from interview_analysis.pipeline.dev.recognition_benchmark import Said, alone, joined, recordings
from interview_analysis.pipeline.observation.observers import Observers


def test_recordings_are_those_with_a_reference_by_the_language_of_it(tmp_path: Path) -> None:
    for name, text in {"a": "我叫小明 OK", "b": "My name is 小明.", "c": "nobody recorded this"}.items():
        (tmp_path / f"{name}.ref.txt").write_text(text, encoding="utf-8")
    for name in ("a.wav", "b.mp4", "d.wav"):
        (tmp_path / name).touch()
    assert recordings(tmp_path) == [
        Said(tmp_path / "a.wav", "我叫小明 OK", "zh", held_out=False),
        Said(tmp_path / "b.mp4", "My name is 小明.", "en", held_out=True),
    ]


def test_a_reference_that_says_more_is_that_much_wrong(shared_data: Path, model_store: ModelStore) -> None:
    observers = Observers(load_run_config(), model_store)
    said = [one for one in recordings(shared_data / "audio_en") if "librivox" in one.path.name]
    more = [replace(one, text=f"{one.text} unsaid words") for one in said]
    one_by_one = alone(said, observers)
    assert one_by_one.wrong <= 1
    assert alone(more, observers).wrong == one_by_one.wrong + 2 * len(said)
    together = joined(said, observers)
    assert together.words == one_by_one.words
    assert together.wrong <= 2
    assert together.length_s == pytest.approx(one_by_one.length_s + 0.7 * len(said), abs=0.01)
    assert np.isfinite(together.cpu_s)
