"""The store of sentence vectors on disk."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from interview_analysis.errors import OutputError
from interview_analysis.pipeline.observation.cache import ObservationCache
from interview_analysis.pipeline.observation.vectors import SentenceStore

TEXTS = ("one", "two")
VECTORS = np.eye(2, dtype=np.float32)


def test_vectors_come_back_for_the_same_encoder_and_the_same_texts_alone(tmp_path: Path):
    store = SentenceStore(ObservationCache.at(tmp_path))
    store.write("e5", TEXTS, VECTORS)
    found = store.read("e5", TEXTS)
    assert found is not None
    assert (found == VECTORS).all()
    assert store.read("e5", TEXTS[::-1]) is None
    assert store.read("e6", TEXTS) is None


def test_a_damaged_or_unwritable_place_of_reference_texts_costs_time_and_nothing_else(tmp_path: Path):
    store = SentenceStore.beside_models(tmp_path / "models")
    store.write("e5", TEXTS, VECTORS)
    (file,) = (tmp_path / "vectors").rglob("*.npz")
    file.write_bytes(b"no vectors")
    assert store.read("e5", TEXTS) is None
    (tmp_path / "blocked").write_text("")
    below = SentenceStore.beside_models(tmp_path / "blocked" / "models")
    below.write("e5", TEXTS, VECTORS)
    assert below.read("e5", TEXTS) is None
    with pytest.raises(OutputError):
        SentenceStore(below.cache).write("e5", TEXTS, VECTORS)
