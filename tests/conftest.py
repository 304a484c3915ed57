"""Shared fixtures. Real recordings and model weights are used where they are; a skip says which is missing."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import hypothesis
import numpy as np
import pytest

from interview_analysis.models.weights.store import ModelStore
from interview_analysis.pipeline.observation.cache import FOLDER_VARIABLE
from tests.vectors import KnownVectors, keep_new_vectors, known_vectors

# The same examples in every run, and no clock: a machine that is busy is no fault of the code.
hypothesis.settings.register_profile("tests", derandomize=True, deadline=None)
hypothesis.settings.load_profile("tests")

ROOT = Path(__file__).resolve().parents[1]
SHARED = Path(os.environ.get("INTERVIEW_ANALYSIS_SHARED_DATA", ROOT.parent / "shared" / "data"))


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """The folder of real recordings; skips where it is absent."""
    if not (SHARED / "MANIFEST.tsv").is_file():
        pytest.skip(
            f"SKIPPED: no real recordings at {SHARED}; set INTERVIEW_ANALYSIS_SHARED_DATA to test on them"
        )
    return SHARED


@pytest.fixture(scope="session", autouse=True)
def own_cache(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Observations of tests go to a folder of their own, never to the user's."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(FOLDER_VARIABLE, str(tmp_path_factory.mktemp("observations")))
        yield


@pytest.fixture(scope="session")
def common_folder(tmp_path_factory: pytest.TempPathFactory, worker_id: str) -> Path:
    """The temporary folder that all processes of this run of the tests share."""
    own = tmp_path_factory.getbasetemp()
    return own if worker_id == "master" else own.parent


@pytest.fixture(scope="session")
def vectors() -> KnownVectors:
    """The default encoder, with the vectors of earlier runs."""
    return known_vectors()


def pytest_sessionfinish() -> None:
    keep_new_vectors()


@pytest.fixture
def rng() -> np.random.Generator:
    return np.random.default_rng(20240607)


@pytest.fixture(scope="session")
def model_store() -> ModelStore:
    """The default store with the default models in it; skips where one is missing."""
    store = ModelStore()
    missing = [status.model_id for status in store.status() if status.spec.default and status.path is None]
    if missing:
        pytest.skip(
            f"SKIPPED: weights of {', '.join(missing)} are missing; run `interview-analysis models fetch`"
        )
    return store
