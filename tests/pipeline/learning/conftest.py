"""Models of made-up interviews: one that learned, and one that saw nothing but length."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from interview_analysis.pipeline.learning.mit import load_mit
from interview_analysis.pipeline.learning.model_file import save_model
from interview_analysis.pipeline.learning.sample import write_sample
from interview_analysis.scoring.learning.crossval import CrossValidation
from interview_analysis.scoring.learning.dataset import Dataset
from interview_analysis.scoring.learning.model import FittedScorer
from interview_analysis.scoring.learning.settings import LearnSettings
from interview_analysis.scoring.learning.training import train

QUICK = {
    "meaning": False,
    "folds": 3,
    "repeats": 2,
    "inner_folds": 3,
    "bootstrap_samples": 100,
    "targets": ("Overall",),
}


@dataclass(frozen=True)
class Trained:
    scorer: FittedScorer
    cv: CrossValidation
    folder: Path


@pytest.fixture(scope="session")
def rated(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of made-up rated interviews."""
    return write_sample(tmp_path_factory.mktemp("rated") / "interviews", persons=30)


@pytest.fixture(scope="session")
def dataset(rated: Path) -> Dataset:
    return load_mit(rated)


@pytest.fixture(scope="session")
def make_model(dataset: Dataset, tmp_path_factory: pytest.TempPathFactory) -> Callable[..., Trained]:
    """Train on `dataset` (or another) by quick settings; the folder holds what `train` writes."""

    def make(learner: str, data: Dataset | None = None) -> Trained:
        settings = LearnSettings.model_validate(QUICK | {"learners": (learner,), "chosen": learner})
        scorer, cv = train(data or dataset, settings)
        folder = tmp_path_factory.mktemp("models") / learner
        save_model(scorer, cv, folder)
        return Trained(scorer, cv, folder)

    return make


@pytest.fixture(scope="session")
def good(make_model: Callable[..., Trained]) -> Trained:
    return make_model("ridge")


@pytest.fixture(scope="session")
def poor(make_model: Callable[..., Trained]) -> Trained:
    return make_model("length")
