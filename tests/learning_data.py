"""Made-up interviews with ratings: two a person, five answers each, a voice that matters and a content that does not."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pandas as pd

from interview_analysis.scoring.learning.dataset import KEYS, Dataset
from interview_analysis.scoring.learning.settings import LearnSettings

QUICK = LearnSettings(
    targets=("overall", "excited"),
    learners=("ridge", "components"),
    folds=5,
    repeats=2,
    slow_repeats=1,
    inner_folds=3,
    bootstrap_samples=200,
    meaning=False,
    chosen="components",
)


def made_up(persons: int = 40, answers: int = 5, seed: int = 1, strength: float = 1.0) -> Dataset:
    """A dataset in which ratings follow two measures of the voice by `strength`, and nothing that was said."""
    draw = np.random.default_rng(seed)
    ids = [f"{prefix}{n}" for n in range(persons) for prefix in ("P", "PP")]
    names = [
        *(f"voice.delivery.v{i}_ratio" for i in range(4)),
        *(f"content.star.c{i}_ratio" for i in range(4)),
    ]
    own = draw.normal(size=(persons, 1, 1, len(names)))
    values = own + 0.5 * draw.normal(size=(persons, 2, 1, len(names)))
    values = values + 0.5 * draw.normal(size=(persons, 2, answers, len(names)))
    level = values.mean(axis=2).reshape(len(ids), -1)[:, :2].mean(axis=1)
    index = pd.MultiIndex.from_product([ids, range(1, answers + 1)], names=KEYS)
    ratings = {
        name: np.clip(4.5 + strength * 0.8 * level + 0.4 * draw.normal(size=len(ids)), 1, 7)
        for name in ("overall", "excited", "calm")
    }
    interviews = pd.DataFrame(
        {
            "person": [key.lstrip("P") for key in ids],
            "words": draw.integers(200, 900, len(ids)).astype(float),
        },
        index=pd.Index(ids, name=KEYS[0]),
    )
    return Dataset(
        features=pd.DataFrame(values.reshape(-1, len(names)), index=index, columns=names),
        embeddings=pd.DataFrame(index=index),
        interviews=interviews,
        ratings=pd.DataFrame(ratings, index=interviews.index),
        feature_versions={"voice.delivery": 1, "content.star": 1},
    )


def write_run(folder: Path, ids: Sequence[str], seed: int = 3) -> Path:
    """The folder of a batch with these interviews, of which two measures of the voice are known."""
    draw = np.random.default_rng(seed)
    table = pd.DataFrame(
        {
            "interview_id": list(ids),
            "candidate_id": [f"C-{key}" for key in ids],
            "pitch.f0_sd_st": draw.normal(size=len(ids)),
            "pitch.f0_mean_hz": draw.normal(180, 20, size=len(ids)),
        }
    )
    folder.mkdir(parents=True, exist_ok=True)
    table.to_parquet(folder / "features.parquet")
    return folder
