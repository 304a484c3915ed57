"""What fitting encodes before it learns."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from interview_analysis.models.text.encoder import RememberingEncoder, Vectors
from interview_analysis.pipeline.content.fitting import remember_all
from interview_analysis.pipeline.job.parser import load_library
from interview_analysis.pipeline.observation.cache import ObservationCache
from interview_analysis.pipeline.observation.vectors import SentenceStore
from interview_analysis.pipeline.storage.places import Folder
from interview_analysis.scoring.content.examples import Known

QUESTION = "Tell me about a time when something went wrong."
KNOWN = [
    Known(lang="en", competency="teamwork", question=QUESTION, level=3, text=text)
    for text in ("The oven broke, so I rang the landlord.", "The van was late, so I rang the landlord.")
]


class Counting:
    id = "counting"

    def __init__(self) -> None:
        self.asked: list[str] = []

    def encode(self, texts: Sequence[str]) -> Vectors:
        self.asked += texts
        return np.ones((len(texts), 2), dtype=np.float32)


def test_each_text_is_encoded_once_and_kept(tmp_path):
    library = load_library()[:2]
    store = SentenceStore(ObservationCache(Folder(tmp_path)))
    first, steps = Counting(), list[tuple[str, float, float]]()
    remember_all(KNOWN, library, RememberingEncoder(first, store), 2, lambda *step: steps.append(step))
    assert first.asked.count(QUESTION) == 1
    assert len(first.asked) == len(set(first.asked))
    assert library[1].definition.get("zh") in first.asked
    assert [done for _, done, _ in steps] == list(range(1, len(KNOWN) + 2 * len(library) + 1))
    assert steps[-1][1] == steps[-1][2]
    again = Counting()
    remember_all(KNOWN, library, RememberingEncoder(again, store), 2, lambda *_: None)
    assert again.asked == []
